"""A recurrent stack for inference alone, its weights packed once."""

from copy import deepcopy

import torch

from unrolled.data.ragged import Ragged
from unrolled.kernels import State, engine
from unrolled.kernels.native import FrozenLayer
from unrolled.layers.recurrent import Recurrent

__all__ = ["Frozen"]


class Frozen:
    """What a `Recurrent` gives, without a gradient and without dropout, from its weights as they are now.

    >>> layer, x = Recurrent("lstm", 3, 4, num_layers=2, bidirectional=True), Ragged.from_list([torch.ones(5, 3)])
    >>> torch.equal(Frozen(layer)(x)[0].rows, layer(x)[0].rows)
    True

    The layer's own call packs the weights for the engine each time, for they may have changed; that, and what is done
    around it for the gradient's sake, takes up to half of the time of a single sentence. Here float32 weights on the
    CPU are packed once, next to the copy; others run as the layer does. Any number of threads may call at once.
    """

    def __init__(self, layer: Recurrent) -> None:
        self._layer = deepcopy(layer).requires_grad_(False)
        first = layer.directions(0)[0].Waa
        self._native = [
            FrozenLayer(layer.cell, [direction.weights() for direction in self._layer.directions(number)])
            for number in range(layer.num_layers)
            if engine(layer.cell, first.dtype, first.device) == "native"
        ]

    def __call__(self, x: Ragged, state: State | None = None) -> tuple[Ragged, State]:
        """As `Recurrent.forward` without noise: the last layer's rows (M, num_directions·H), and the last state."""
        given = [x.rows] if state is None else [x.rows, *state.tensors()]
        # The engine reads float32 at an address: what is of another type or elsewhere goes by the kernels' door.
        if not self._native or any(not one.is_cpu or one.dtype != torch.float32 for one in given):
            with torch.no_grad():
                return self._layer(x, state)
        state = self._layer.start(x, state)
        rows, last = x.rows.detach(), list[State]()
        for number, layer in enumerate(self._native):
            first = [] if state is None else state.layer(number).tensors()
            rows, layer_last = layer.forward(rows, x.lengths, first)
            last.append(State(*layer_last))
        return x.with_rows(rows), State.stack(last)
