"""Small random chains for property tests, with forbidden ways and ties."""

import torch
from hypothesis import strategies as st
from torch import Tensor

from unrolled.data.ragged import Ragged

__all__ = ["Chain", "chains"]

Chain = tuple[Ragged, Tensor, Tensor, Tensor]
"""Emissions, transitions, start and end, float64."""


@st.composite
def chains(draw: st.DrawFn, *, whole: bool = False) -> Chain:
    """A batch that leaves each sequence at least one path; `whole` scores tie often and add up exactly."""
    K = draw(st.integers(1, 3))
    lengths = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**32)))
    scale = draw(st.sampled_from([1.0, 30.0, 1e4]))

    def scores(*shape: int) -> Tensor:
        if whole:
            return torch.randint(-1, 2, shape, generator=generator).double()
        return scale * torch.randn(shape, generator=generator, dtype=torch.float64)

    transitions, start = scores(K, K), scores(K)
    if draw(st.booleans()):
        # Label 0 stays allowed throughout, so that a path remains.
        forbidden = torch.rand(K, K, generator=generator) < 0.4
        forbidden[0, 0] = False
        forbidden_start = torch.rand(K, generator=generator) < 0.4
        forbidden_start[0] = False
        transitions = transitions.masked_fill(forbidden, -torch.inf)
        start = start.masked_fill(forbidden_start, -torch.inf)
    return Ragged.from_list([scores(T, K) for T in lengths]), transitions, start, scores(K)
