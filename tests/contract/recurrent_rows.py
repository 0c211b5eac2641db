"""Rows of the recurrent layer: each cell, one layer and two, one way and both, against torch.nn and the textbook."""

from functools import partial

import numpy as np
import torch
from contract import cells
from contract.layer_row import D, Gradients, H, Reference, Row, Sequence, joined, normal, randomised, weigh
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_sequence, unpack_sequence

from unrolled import textbook
from unrolled.kernels import State
from unrolled.layers import Recurrent

__all__ = ["learned_row", "recurrent_row"]


def draw_recurrent(T: int, *, cell: str, num_layers: int, num_directions: int, units: int) -> Sequence:
    names = ("a0", "c0") if cell == "lstm" else ("a0",)
    return {"x": normal(T, D)} | {name: normal(num_layers, num_directions, units) for name in names}


def read_recurrent(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    parts = {name[0]: torch.stack([one[name] for one in sequences]) for name in ("a0", "c0") if name in sequences[0]}
    a, last = module(joined(sequences, "x"), State(**parts) if parts else None)
    outputs = [{"a": rows, "last a": last.a[n]} for n, rows in enumerate(a.to_list())]
    if last.c is not None:
        for n, output in enumerate(outputs):
            output["last c"] = last.c[n]
    return outputs


def textbook_weights(module: nn.Module) -> list[list[textbook.Weights]]:
    return [
        [{name: value.detach().numpy() for name, value in one.named_parameters()} for one in module.directions(layer)]
        for layer in range(module.num_layers)
    ]


def named(module: nn.Module, layer: int, direction: int, gradients: textbook.Gradients) -> Gradients:
    """Gradients of one direction under the names of the module's parameters."""
    prefix = f"layers.{layer}.{('forwards', 'backwards')[direction]}."
    return {
        prefix + name: torch.as_tensor(gradients[f"d{name}"])
        for name, _ in module.directions(layer)[direction].named_parameters()
    }


def recurrent_by_torch(module: nn.Module, sequences: list[Sequence]) -> tuple[list[Sequence], Gradients]:
    (row,) = [row for row in cells.ROWS if row.cell == module.cell]
    twin = cells.torch_twin(row, textbook_weights(module))
    names = [name for name in ("a0", "c0") if name in sequences[0]]
    hidden = [
        torch.stack([one[name] for one in sequences]).flatten(1, 2).transpose(0, 1).contiguous() for name in names
    ]
    packed, last = twin(
        pack_sequence([one["x"] for one in sequences], enforce_sorted=False), hidden[0] if len(hidden) == 1 else hidden
    )
    parts = [part.transpose(0, 1) for part in (last if len(hidden) == 2 else (last,))]
    outputs = [
        {"a": a} | {f"last {name[0]}": part[n].view(one[name].shape) for name, part in zip(names, parts, strict=True)}
        for n, (a, one) in enumerate(zip(unpack_sequence(packed), sequences, strict=True))
    ]
    leaves = {f"{name}[{n}]": value for n, one in enumerate(sequences) for name, value in one.items()}
    weigh(outputs).backward(inputs=[*twin.parameters(), *leaves.values()])
    gradients = {name: leaf.grad for name, leaf in leaves.items()}
    for leaf in leaves.values():
        leaf.grad = None
    for layer in range(module.num_layers):
        for direction in range(module.num_directions):
            gradients |= named(module, layer, direction, cells.gradients_of(twin, layer, direction))
    return outputs, gradients


def recurrent_by_textbook(module: nn.Module, sequences: list[Sequence]) -> tuple[list[Sequence], Gradients]:
    cell, weights = textbook.CELLS[module.cell], textbook_weights(module)
    names = [f"{part}0" for part in cell.state]
    forwards: list[textbook.Deep] = []
    outputs: list[Sequence] = []
    for one in sequences:
        state = [
            [tuple(one[name][l, d].detach().numpy() for name in names) for d in range(module.num_directions)]
            for l in range(module.num_layers)
        ]
        forward = textbook.deep(cell, weights, one["x"].detach().numpy(), state)
        forwards.append(forward)
        output = {"a": torch.as_tensor(forward.a)}
        for s, part in enumerate(cell.state):
            output[f"last {part}"] = torch.tensor(np.array([[d[s] for d in l] for l in forward.states]))
        outputs.append({name: value.requires_grad_() for name, value in output.items()})
    weigh(outputs).backward()
    gradients: Gradients = {}
    for n, (forward, output) in enumerate(zip(forwards, outputs, strict=True)):
        dstates = [
            [
                tuple(output[f"last {part}"].grad[l, d].numpy() for part in cell.state)
                for d in range(module.num_directions)
            ]
            for l in range(module.num_layers)
        ]
        dx, found = textbook.deep_back(cell, weights, forward, output["a"].grad.numpy(), dstates)
        gradients[f"x[{n}]"] = torch.as_tensor(dx)
        for name in names:
            gradients[f"{name}[{n}]"] = torch.tensor(np.array([[d[f"d{name}"] for d in l] for l in found]))
        for layer, directions in enumerate(found):
            for direction, one in enumerate(directions):
                for name, value in named(module, layer, direction, one).items():
                    gradients[name] = gradients[name] + value if name in gradients else value
    return outputs, gradients


def reach_recurrent(
    T: int, t: int, *, cell: str, num_layers: int, num_directions: int, units: int
) -> dict[str, Tensor]:
    del units
    after = torch.arange(T) >= t
    last = torch.ones(num_layers, num_directions, dtype=torch.bool)
    a = after[:, None]
    if num_directions == 2:
        a = torch.stack([after, torch.arange(T) <= t], dim=1)
        if num_layers > 1:
            a = torch.ones_like(a)
    return {"a": a, "last a": last} | ({"last c": last} if cell == "lstm" else {})


def learned(reference: Reference) -> Reference:
    """A reference that is given the layer's own a⟨0⟩ (and c⟨0⟩) for each sequence, and adds up their gradients."""

    def of_parameters(module: nn.Module, sequences: list[Sequence]) -> tuple[list[Sequence], Gradients]:
        own = {name: value.detach() for name, value in module.named_parameters() if name in ("a0", "c0")}
        given = [one | {name: value.clone().requires_grad_() for name, value in own.items()} for one in sequences]
        outputs, gradients = reference(module, given)
        for name in own:
            gradients[name] = torch.stack([gradients.pop(f"{name}[{n}]") for n in range(len(given))]).sum(dim=0)
        return outputs, gradients

    return of_parameters


def make_recurrent(
    *, cell: str, num_layers: int, num_directions: int, units: int, initial_state: str = "zero"
) -> nn.Module:
    bidirectional = num_directions == 2
    module = randomised(
        Recurrent(cell, D, units, num_layers=num_layers, bidirectional=bidirectional, initial_state=initial_state)
    )
    if cell == "rnn_relu":
        # Units that are off hide what reaches them.
        for layer in range(num_layers):
            for direction in module.directions(layer):
                direction.ba.data += 2.0
                if layer > 0:
                    direction.Wax.data.abs_()
    return module


def recurrent_row(cell: str, num_layers: int, num_directions: int, units: int = H) -> Row:
    shape = {"cell": cell, "num_layers": num_layers, "num_directions": num_directions, "units": units}
    size = f"{num_layers} layer{'s' * (num_layers > 1)}{f' of {units} units' * (units != H)}"
    return Row(
        f"{cell}, {size}, {('one way', 'both ways')[num_directions - 1]}, torch",
        partial(make_recurrent, **shape),
        partial(draw_recurrent, **shape),
        read_recurrent,
        (recurrent_by_torch, recurrent_by_textbook),
        partial(reach_recurrent, **shape),
        engine=(cell, "torch"),
    )


def learned_row(cell: str) -> Row:
    """Two layers both ways, which begin as they have learnt."""
    shape = {"cell": cell, "num_layers": 2, "num_directions": 2, "units": H}
    return Row(
        f"{cell}, learned a0, torch",
        partial(make_recurrent, **shape, initial_state="learned"),
        lambda T: {"x": normal(T, D)},
        read_recurrent,
        (learned(recurrent_by_torch), learned(recurrent_by_textbook)),
        partial(reach_recurrent, **shape),
        engine=(cell, "torch"),
    )
