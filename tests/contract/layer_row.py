"""What a row of the contract table of layers is, and what its makers share."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest
import torch
from torch import Tensor, nn

from unrolled.data.ragged import Ragged
from unrolled.kernels import door
from unrolled.kernels.library import load

__all__ = [
    "HANDED_OVER",
    "D",
    "Gradients",
    "H",
    "Reference",
    "Row",
    "Sequence",
    "by_autograd",
    "in_float32",
    "joined",
    "natively",
    "normal",
    "randomised",
    "running",
    "weigh",
]

LENGTHS = (3, 1, 4)
D, H = 2, 3

Sequence = dict[str, Tensor]
"""What belongs to one sequence, inputs or outputs, by name."""

Gradients = dict[str, Tensor]
"""By parameter name, and `name[n]` for an input of sequence n."""

Reference = Callable[[nn.Module, list[Sequence]], tuple[list[Sequence], Gradients]]
"""Outputs, and gradients of their weighted sum, by another implementation."""


@dataclass(frozen=True)
class Row:
    """One layer under one engine: `read` gives the outputs of each sequence of a batch."""

    name: str
    make: Callable[[], nn.Module]
    draw: Callable[[int], Sequence]
    read: Callable[[nn.Module, list[Sequence]], list[Sequence]]
    references: tuple[Reference, ...]
    reach: Callable[[int, int], dict[str, Tensor]]
    """(T, t) -> what x⟨t⟩ reaches of each output: a mask over equal blocks of the output, in row-major order."""
    changes: str = "x"
    """The input that the law of causality changes."""
    engine: tuple[str, str] | None = None
    """(cell or "chain", engine) where a kernel of `unrolled.kernels` is under test; see `running`."""
    path: str | None = None
    """Instruction path of the native engine."""
    dtype: torch.dtype = torch.float64
    """Of the layer and of its inputs; a reference reads the same numbers in float64."""
    # References add up in another order, in float64.
    rounding: float = 1e-10
    """How far, relatively and absolutely, equal numbers may lie apart."""
    same_bits: bool = True
    """Whether what x⟨t⟩ does not reach keeps its bits, or equals itself only but for `rounding`."""

    def __str__(self) -> str:
        return self.name

    def layer(self) -> nn.Module:
        return self.make().to(self.dtype)

    def sequences(self) -> list[Sequence]:
        torch.manual_seed(0)
        return [
            {name: value.to(self.dtype) if value.is_floating_point() else value for name, value in self.draw(T).items()}
            for T in LENGTHS
        ]


@contextmanager
def running(row: Row) -> Iterator[None]:
    """With the row's engine and instruction path."""
    if row.engine is None:
        yield
        return
    cell, name = row.engine
    library = load() if name == "native" else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(door, "load", lambda: library)
        before = library.path() if library else None
        if library:
            library.use_path(row.path)
        try:
            assert door.engine(cell, row.dtype, "cpu") == name, "another engine runs than the row is about"
            yield
        finally:
            if library:
                library.use_path(before)


def natively(row: Row) -> tuple[Row, ...]:
    """A row of a kernel of torch in float32, on every instruction path of the native engine."""
    assert row.engine is not None
    assert row.dtype == torch.float32
    library = load()
    return tuple(
        replace(row, name=row.name.replace("torch", f"native {path}"), engine=(row.engine[0], "native"), path=path)
        for path in (library.paths() if library else ())
    )


def in_float32(row: Row) -> Row:
    """The same row as it ships; its parity is with float64."""
    # A rounding is 6e-8 of a number, and some 100 follow one another (sums of up to 10 products, 4 steps, 2 layers,
    # there and back): 3e-6 was seen. Half precision anywhere inside would be 25 times the bound.
    return replace(row, name=f"{row.name}, float32", dtype=torch.float32, rounding=2e-5)


def randomised(module: nn.Module) -> nn.Module:
    """The module in float64 with weights that no symmetry can hide behind."""
    generator = torch.Generator().manual_seed(7)
    module = module.double()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(0.2 + 0.7 * torch.randn(parameter.shape, generator=generator, dtype=torch.float64))
    return module


def weigh(outputs: list[Sequence]) -> Tensor:
    """One number from all outputs that have a gradient, each entry with a weight of its own."""
    generator = torch.Generator().manual_seed(11)
    total = torch.zeros((), dtype=torch.float64)
    for sequence in outputs:
        for value in sequence.values():
            if value.is_floating_point():
                weights = torch.randn(value.shape, generator=generator, dtype=torch.float64)
                total = total + (value * weights).sum() if value.requires_grad else total
    return total


def normal(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


HANDED_OVER: list[tuple[Tensor, Tensor]] = []
"""The rows of every batch that a layer was given, and a copy of them: the law of purity compares the two."""


def joined(sequences: list[Sequence], name: str) -> Ragged:
    batch = Ragged.from_list([sequence[name] for sequence in sequences])
    HANDED_OVER.append((batch.rows, batch.rows.detach().clone()))
    return batch


def by_autograd(read: Callable[[nn.Module, list[Sequence]], list[Sequence]]) -> Reference:
    """A reference whose gradients are torch's own, through plain operations on the same weights."""

    def reference(module: nn.Module, sequences: list[Sequence]) -> tuple[list[Sequence], Gradients]:
        outputs = read(module, sequences)
        leaves = dict(module.named_parameters()) | {
            f"{name}[{n}]": value
            for n, sequence in enumerate(sequences)
            for name, value in sequence.items()
            if value.requires_grad
        }
        found = torch.autograd.grad(weigh(outputs), list(leaves.values()))
        return outputs, dict(zip(leaves, found, strict=True))

    return reference
