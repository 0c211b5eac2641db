"""Dropout whose randomness is an argument: where `noise` is None nothing is dropped, and nothing else decides it."""

import torch
from torch import Tensor

from unrolled.data.ragged import Ragged, check_ragged
from unrolled.errors import DataError, SettingsError

__all__ = ["check_probability", "dropout", "variational", "word_dropout"]


def dropout(tensor: Tensor, p: float, noise: torch.Generator | None) -> Tensor:
    """Each number is zero with probability p, else divided by 1 - p (Srivastava et al. 2014).

    >>> dropout(torch.ones(3), 0.5, None)
    tensor([1., 1., 1.])
    """
    if noise is None or p == 0:
        return tensor
    return tensor * _mask(tensor.shape, p, noise, tensor)


def variational(ragged: Ragged, p: float, noise: torch.Generator | None) -> Ragged:
    """As `dropout`, with the same mask at every step of a sequence (Gal and Ghahramani 2016, arXiv:1512.05287v5)."""
    check_ragged("variational", ragged)
    if noise is None or p == 0:
        return ragged
    masks = _mask((len(ragged), *ragged.rows.shape[1:]), p, noise, ragged.rows)
    return ragged.with_rows(ragged.rows * masks.index_select(0, ragged.sequence_numbers.to(masks.device)))


def word_dropout(indices: Tensor, p: float | Tensor, unk_index: int, noise: torch.Generator | None) -> Tensor:
    """Each index becomes `unk_index` with probability p, so that the vector of unknown words is trained too.

    `p` is one probability for all, or a tensor with one for each index.
    """
    if not isinstance(p, Tensor):
        check_probability("word_dropout", p)
    elif p.shape != indices.shape:
        raise DataError(f"word_dropout: p has shape {tuple(p.shape)}. Give {tuple(indices.shape)}, one an index.")
    if noise is None:
        return indices
    if isinstance(p, Tensor):
        p = p.to(noise.device)
    dropped = torch.rand(indices.shape, generator=noise, device=noise.device) < p
    return indices.masked_fill(dropped.to(indices.device), unk_index)


def check_probability(name: str, p: float) -> None:
    """Raise SettingsError unless 0 <= p < 1."""
    if not 0 <= p < 1:
        raise SettingsError(f"{name} is {p}. Give a probability of at least 0 and below 1.")


def _mask(shape: tuple[int, ...], p: float, noise: torch.Generator, like: Tensor) -> Tensor:
    check_probability("dropout", p)
    kept = torch.rand(shape, generator=noise, device=noise.device) >= p
    return kept.to(device=like.device, dtype=like.dtype).div_(1 - p)
