"""From the weights of a trained network to those of one that also has new symbols."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, Self, cast, runtime_checkable

import torch
from torch import Tensor, nn

from unrolled.architectures.architecture import Architecture

__all__ = ["SYMBOLS_OF_X", "SYMBOLS_OF_Y", "TakingOver", "take_over"]

SYMBOLS_OF_X: Mapping[str, str] = {"words": "V", "affixes": "Va", "characters": "Vc", "phrases": "P", "labels": "V"}
"""What the shapes call the number of symbols of each kind that a codec of x has."""

SYMBOLS_OF_Y: Mapping[str, str] = {"labels": "K"}
"""The same of y."""


@runtime_checkable
class TakingOver(Protocol):
    """A layer with tensors of which a row is not a symbol."""

    def take_over(self, earlier: Self, origins: Mapping[str, Tensor], /) -> None:
        """Take what those tensors hold from an earlier layer with fewer symbols."""
        ...


@torch.no_grad()
def take_over(network: Architecture, earlier: Architecture, origins: Mapping[str, Tensor]) -> None:
    """Give a new network the weights of an earlier one with the same settings and fewer symbols.

    `shapes` says which axes of a parameter go over symbols: where (K, K) is declared, row and column i take what row
    and column `origins["K"][i]` hold. Other tensors are copied whole, or are their layer's own affair (`TakingOver`).

    Args:
        network: as it was drawn; what has no origin stays so.
        earlier: is not changed.
        origins: for each letter of the shapes that may have grown, (size,) int64, the index there, or -1.
    """
    shapes, old = network.shapes(), earlier.module.state_dict()
    for name, tensor in network.module.state_dict().items():
        source, known = old[name], torch.ones((), dtype=torch.bool)
        for axis, letter in enumerate(shapes.get(name, ())):
            if letter in origins:
                source = source.index_select(axis, origins[letter].clamp(min=0))
                others = [1] * (tensor.ndim - axis - 1)
                known = known & (origins[letter] >= 0).view(-1, *others)
        if source.shape == tensor.shape:
            tensor.copy_(torch.where(known, source, tensor))
    for name, layer in cast("Iterable[tuple[str, nn.Module]]", network.module.named_modules()):
        if isinstance(layer, TakingOver):
            layer.take_over(cast(Any, earlier.module.get_submodule(name)), origins)
