"""The five laws, each a function `law(row)` that raises AssertionError where the layer of the row breaks it."""

from copy import deepcopy

import torch
from contract.layer_row import HANDED_OVER, Gradients, Row, Sequence, weigh
from contract.word_rows import V
from torch import Tensor, nn

__all__ = ["LAWS"]

# Step of central differences, and what they may err by: the third derivative; roundings come to it.
FINITE_DIFFERENCES = {torch.float64: (1e-5, 1e-7), torch.float32: (3e-3, 1e-3)}

NUM_DIRECTIONS = 3


def prepared(row: Row) -> tuple[nn.Module, list[Sequence]]:
    sequences = row.sequences()
    for sequence in sequences:
        for value in sequence.values():
            if value.is_floating_point():
                value.requires_grad_()
    return row.layer(), sequences


def leaves(module: nn.Module, sequences: list[Sequence]) -> dict[str, Tensor]:
    inputs = {
        f"{name}[{n}]": value
        for n, sequence in enumerate(sequences)
        for name, value in sequence.items()
        if value.requires_grad
    }
    return dict(module.named_parameters()) | inputs


def gradients(row: Row, module: nn.Module, sequences: list[Sequence]) -> Gradients:
    every = leaves(module, sequences)
    found = torch.autograd.grad(weigh(row.read(module, sequences)), list(every.values()), allow_unused=True)
    for name, value in zip(every, found, strict=True):
        assert value is not None, f"{name} has no gradient"
    return dict(zip(every, found, strict=True))


def same(actual: Tensor, wanted: Tensor, what: str, tolerance: float, rounding: float = 0.0) -> None:
    torch.testing.assert_close(
        actual,
        wanted,
        rtol=tolerance,
        atol=tolerance + rounding,
        check_dtype=False,
        msg=lambda problem: f"{what}: {problem}",
    )


def same_outputs(actual: list[Sequence], wanted: list[Sequence], tolerance: float) -> None:
    assert len(actual) == len(wanted)
    for n, (one, other) in enumerate(zip(actual, wanted, strict=True)):
        assert one.keys() == other.keys()
        for name in one:
            same(one[name], other[name], f"{name} of sequence {n}", tolerance)


def gradient(row: Row) -> None:
    """1. Every gradient equals finite differences."""
    module, sequences = prepared(row)
    found = gradients(row, module, sequences)
    (step, tolerance), generator = FINITE_DIFFERENCES[row.dtype], torch.Generator().manual_seed(3)
    values = [value for one in row.read(module, sequences) for value in one.values() if value.requires_grad]
    rounding = torch.finfo(row.dtype).eps * sum(value.detach().abs().sum().item() for value in values) / step
    for name, leaf in leaves(module, sequences).items():
        # Along random directions: whatever entry is wrong shows in each of them.
        for _ in range(NUM_DIRECTIONS):
            direction = torch.randn(leaf.shape, generator=generator, dtype=leaf.dtype)
            direction /= direction.norm()
            kept = leaf.data.clone()
            leaf.data += step * direction
            above = weigh(row.read(module, sequences))
            leaf.data.copy_(kept - step * direction)
            below = weigh(row.read(module, sequences))
            leaf.data.copy_(kept)
            numeric = (above - below) / (2 * step)
            same((found[name] * direction).sum(), numeric, f"gradient of {name}", tolerance, rounding)


def in_float64(sequence: Sequence) -> Sequence:
    """A copy with the same numbers."""
    return {
        name: value.detach().double().requires_grad_() if value.is_floating_point() else value
        for name, value in sequence.items()
    }


def parity(row: Row) -> None:
    """2. Values and every gradient equal each reference."""
    module, sequences = prepared(row)
    outputs, found = row.read(module, sequences), gradients(row, module, sequences)
    exact = deepcopy(module).double(), [in_float64(sequence) for sequence in sequences]
    for reference in row.references:
        wanted_outputs, wanted = reference(*exact)
        same_outputs(outputs, wanted_outputs, row.rounding)
        assert found.keys() == wanted.keys()
        for name in found:
            same(found[name], wanted[name], f"gradient of {name}", row.rounding)


def alone(row: Row) -> None:
    """3. A sequence gives the same alone, in any batch and in any order, and so do its gradients."""
    module, sequences = prepared(row)
    together = row.read(module, sequences)
    for order in ([2, 0, 1], [1, 2, 0], [0, 2], [2, 2, 1]):
        same_outputs(row.read(module, [sequences[n] for n in order]), [together[n] for n in order], row.rounding)
    for n, sequence in enumerate(sequences):
        one = row.read(module, [sequence])
        same_outputs(one, [together[n]], row.rounding)
        weights = {name: value.detach().sin() for name, value in one[0].items() if value.requires_grad}
        inputs = [value for value in sequence.values() if value.requires_grad]
        if inputs:
            found, wanted = (
                torch.autograd.grad(
                    sum((of[name] * by).sum() for name, by in weights.items()), inputs, retain_graph=True
                )
                for of in (together[n], one[0])
            )
            for actual, expected in zip(found, wanted, strict=True):
                same(actual, expected, f"gradients of the inputs of sequence {n}", row.rounding)


def purity(row: Row) -> None:
    """4. Backward twice gives the same bits, so does forward twice, and no argument changes."""
    module, sequences = prepared(row)
    HANDED_OVER.clear()
    every = leaves(module, sequences) | {
        f"{name}[{n}]": value for n, sequence in enumerate(sequences) for name, value in sequence.items()
    }
    copies = {name: value.detach().clone() for name, value in every.items()}
    with torch.no_grad():
        first = row.read(module, sequences)
    for name, value in every.items():
        assert torch.equal(value, copies[name]), f"{name} has changed"
    second = row.read(module, sequences)
    for one, other in zip(first, second, strict=True):
        for name in one:
            assert torch.equal(one[name], other[name]), f"a second pass gives another {name}"
    total, inputs = weigh(second), [value for value in every.values() if value.requires_grad]
    once, twice = (torch.autograd.grad(total, inputs, retain_graph=True, materialize_grads=True) for _ in range(2))
    for name, one, other in zip(every, once, twice, strict=False):
        assert torch.equal(one, other), f"a second pass back gives another gradient of {name}"
    for name, value in every.items():
        assert torch.equal(value, copies[name]), f"{name} has changed"
    for rows, copy in HANDED_OVER:
        assert torch.equal(rows, copy), "the rows of a batch have changed"
    HANDED_OVER.clear()


def differs(row: Row, one: Tensor, other: Tensor) -> Tensor:
    if row.same_bits or not one.is_floating_point():
        return one != other
    return ~torch.isclose(one, other, rtol=row.rounding, atol=row.rounding)


@torch.no_grad()
def causality(row: Row) -> None:
    """5. Changing x⟨t⟩ of one sequence changes exactly the outputs that it may reach, and no other sequence."""
    module, sequences = row.layer(), row.sequences()
    before = row.read(module, sequences)
    for n, sequence in enumerate(sequences):
        T = len(sequence[row.changes])
        for t in range(T):
            changed = sequence[row.changes].clone()
            if changed.is_floating_point():
                changed[t] += torch.linspace(0.5, 1.0, changed[t].numel(), dtype=changed.dtype)
            else:
                changed[t] = (changed[t] + 1) % V
            after = row.read(module, [*sequences[:n], sequence | {row.changes: changed}, *sequences[n + 1 :]])
            for m, (one, other) in enumerate(zip(before, after, strict=True)):
                if m != n:
                    for name in one:
                        leaks = differs(row, one[name], other[name]).any()
                        assert not leaks, f"x⟨{t}⟩ of sequence {n} reaches {name} of {m}"
            for name, mask in row.reach(T, t).items():
                reached = differs(row, before[n][name], after[n][name]).reshape(*mask.shape, -1).any(dim=-1)
                assert torch.equal(reached, mask), f"x⟨{t}⟩ of sequence {n} reaches in {name} {reached}, not {mask}"


LAWS = {law.__name__: law for law in (gradient, parity, alone, purity, causality)}
