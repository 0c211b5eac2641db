"""A recurrent stack for inference alone, its weights packed once."""

from copy import deepcopy
from functools import partial
from typing import Any, Literal

import torch

from unrolled.data.ragged import Ragged, check_ragged
from unrolled.errors import SettingsError
from unrolled.kernels import State, Weights, engine, recur
from unrolled.kernels.cells import rounded
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

    Arguments:
        weights: "bfloat16" rounds Waa; sums stay in float32. Where Waa is more than a core's cache holds (an
            LSTM of H = 512 has 4 MB) and sequences are few, a step takes as long as Waa takes to be read: half of the
            bytes, up to 1.8 times as fast.

    Raises:
        SettingsError: for other weights.
    """

    def __init__(self, layer: Recurrent, *, weights: Literal["float32", "bfloat16"] = "float32") -> None:
        if weights not in ("float32", "bfloat16"):
            raise SettingsError(f'Frozen: weights is {weights!r}. Give "float32" or "bfloat16".')
        self._kind: Literal["float32", "bfloat16"] = weights
        bfloat16 = weights == "bfloat16"
        all_weights = [one for number in range(layer.num_layers) for one in layer.directions(number)]
        computed = [
            tensor for one in all_weights for tensor in one.weights() if tensor is not None and not tensor.is_leaf
        ]
        # torch does not copy what it computed, as weights that are pruned.
        copies = {id(tensor): tensor.detach().clone() for tensor in computed}
        self._layer = deepcopy(layer, copies).requires_grad_(False)
        self._weights: list[list[Weights]] = []
        for number in range(layer.num_layers):
            of_layer = [direction.weights() for direction in self._layer.directions(number)]
            self._weights.append([one._replace(Waa=rounded(one.Waa)) for one in of_layer] if bfloat16 else of_layer)
        first = self._weights[0][0].Waa
        is_native = engine(layer.cell, first.dtype, first.device) == "native"
        self._native = [FrozenLayer(layer.cell, one, bfloat16) for one in self._weights] if is_native else []

    def __reduce__(self) -> tuple[Any, ...]:
        # What is packed lies at addresses of this process, for this processor: a copy packs anew.
        return partial(Frozen, weights=self._kind), (self._layer,)

    def __call__(self, x: Ragged, state: State | None = None) -> tuple[Ragged, State]:
        """As `Recurrent.forward` without noise: the last layer's rows (M, num_directions·H), and the last state."""
        check_ragged("Frozen", x)
        given = [x.rows] if state is None else [x.rows, *state.tensors()]
        state, last = self._layer.start(x, state), list[State]()
        # The engine reads float32 at an address: what is of another type or elsewhere goes by the kernels' door.
        if not self._native or any(not one.is_cpu or one.dtype != torch.float32 for one in given):
            with torch.no_grad():
                for number, weights in enumerate(self._weights):
                    first = None if state is None else state.layer(number)
                    x, layer_state = recur(self._layer.cell, x, weights, first)
                    last.append(layer_state)
            return x, State.stack(last)
        rows = x.rows.detach()
        for number, layer in enumerate(self._native):
            first = [] if state is None else state.layer(number).tensors()
            rows, *layer_last = layer.forward(rows, x.lengths, first)
            last.append(State(*layer_last))
        return x.with_rows(rows), State.stack(last)
