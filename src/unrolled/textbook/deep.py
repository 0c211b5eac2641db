"""Layers on layers, one direction or two (bidirectional: Schuster & Paliwal 1997)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unrolled.errors import DataError
from unrolled.textbook.cell import Array, Cell, Gradients, State, Weights
from unrolled.textbook.unroll import Unrolled, unroll, unroll_back

__all__ = ["Deep", "deep", "deep_back"]


@dataclass(frozen=True, slots=True)
class Deep:
    """One sequence through all layers; `layers[l][d]` is layer l in direction d (0 forward, 1 backward)."""

    a: Array
    """What the last layer gives, (T_x, num_directions · H): [a→⟨t⟩ | a←⟨t⟩]."""
    layers: tuple[tuple[Unrolled, ...], ...]

    @property
    def states(self) -> tuple[tuple[State, ...], ...]:
        """The last state of each layer and direction."""
        return tuple(tuple(unrolled.state for unrolled in directions) for directions in self.layers)


def deep(
    cell: Cell,
    weights: Sequence[Sequence[Weights]],
    x: Array,
    states: Sequence[Sequence[State]] | None = None,
) -> Deep:
    """Read x (T_x, D) through `weights[l][d]`: layer l reads what layer l-1 gives; direction 1 reads from the end.

    `Wax` of the layers above the first is (G·H, num_directions · H). `states[l][d]` are the initial states, zero if
    None. Raises DataError where shapes do not belong together.
    """
    _check(cell, weights)
    a = x
    layers: list[tuple[Unrolled, ...]] = []
    for l, directions in enumerate(weights):
        unrolled = tuple(
            unroll(cell, w, a, None if states is None else states[l][d], reverse=d == 1)
            for d, w in enumerate(directions)
        )
        a = np.concatenate([one.a for one in unrolled], axis=1)
        layers.append(unrolled)
    return Deep(a, tuple(layers))


def deep_back(
    cell: Cell,
    weights: Sequence[Sequence[Weights]],
    forward: Deep,
    da: Array,
    dstates: Sequence[Sequence[State]] | None = None,
) -> tuple[Array, list[list[Gradients]]]:
    """From ∂L/∂a of the last layer (T_x, num_directions · H), and ∂L/∂states where used, to dx and all gradients.

    `gradients[l][d]` is what `unroll_back` returns for layer l and direction d.
    """
    gradients: list[list[Gradients]] = []
    for l in reversed(range(len(weights))):
        da_directions = np.split(da, len(weights[l]), axis=1)
        layer = [
            unroll_back(cell, w, forward.layers[l][d], da_directions[d], None if dstates is None else dstates[l][d])
            for d, w in enumerate(weights[l])
        ]
        # Both directions read the same input: its gradient is the sum.
        da = np.sum([one["dx"] for one in layer], axis=0)
        gradients.insert(0, layer)
    return da, gradients


def _check(cell: Cell, weights: Sequence[Sequence[Weights]]) -> None:
    num_directions = [len(directions) for directions in weights]
    if not weights or num_directions[0] not in (1, 2) or len(set(num_directions)) > 1:
        raise DataError(
            f"{cell.name}: weights must be one or more layers of 1 direction each or of 2; found {num_directions}"
        )
