"""Attention over ragged batches: one product a pair of sequences, (T_y, T_x), so that nothing is padded or masked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from unrolled.data.ragged import Ragged, check_ragged
from unrolled.errors import DataError, SettingsError
from unrolled.layers.initialise import generator_or_default, xavier_uniform
from unrolled.textbook import SCORES, Score

__all__ = ["Attention", "Memory"]


@dataclass(frozen=True, slots=True)
class Memory:
    """What is attended to, of each of N sequences.

    Attributes:
        values: a, (T_x, H_a) each.
        keys: what the scores look at, (T_x, ·) each; computed once, however often it is asked.
    """

    values: tuple[Tensor, ...]
    keys: tuple[Tensor, ...]

    def __len__(self) -> int:
        return len(self.values)

    def index(self, sequences: Tensor) -> "Memory":
        """Return that of the sequences with these numbers, in this order; nothing is copied."""
        numbers: list[int] = cast(Any, sequences).tolist()
        return Memory(tuple(self.values[n] for n in numbers), tuple(self.keys[n] for n in numbers))


class Attention(nn.Module):
    """context⟨t⟩ = Σ_t' α⟨t,t'⟩ a⟨t'⟩, α the softmax over t' of scores of s⟨t⟩ and a⟨t'⟩; see `unrolled.textbook`.

    A pair of sequences has a product of its own, so that batch = one by one by construction.

    >>> layer = Attention("general", 3, 4)
    >>> memory = layer.memory(Ragged.from_list([torch.ones(5, 4), torch.ones(1, 4)]))
    >>> context, alpha = layer(Ragged.from_list([torch.ones(2, 3), torch.ones(6, 3)]), memory)
    >>> context.rows.shape, [tuple(one.shape) for one in alpha]
    (torch.Size([8, 4]), [(2, 5), (6, 1)])

    Args:
        score: "dot" or "general" (Luong et al. 2015, arXiv:1508.04025v5), or "additive" (Bahdanau et al. 2014,
            arXiv:1409.0473v7).
        query_size: H_s, width of s⟨t⟩.
        memory_size: H_a, width of a⟨t'⟩.
        size: E, of the additive score's tanh; None for H_s.
        generator: where the weights are drawn from: Xavier-uniform.

    Raises:
        SettingsError: no such score, or a dot product of rows of two widths.
    """

    def __init__(
        self,
        score: Score,
        query_size: int,
        memory_size: int,
        *,
        size: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if score not in SCORES:
            raise SettingsError(f"attention is {score!r}. Choose one of {', '.join(SCORES)}.")
        if score == "dot" and query_size != memory_size:
            raise SettingsError(
                f"attention=dot multiplies rows of one width. They have {query_size} and {memory_size} numbers: "
                "choose attention=general or attention=additive."
            )
        self.score: Score = score
        self.query_size, self.memory_size = query_size, memory_size
        generator, E = generator_or_default(generator), size or query_size
        if score == "general":
            self.Wsa = xavier_uniform(1, query_size, memory_size, generator)
        elif score == "additive":
            self.Wes = xavier_uniform(1, E, query_size, generator)
            self.Wea = xavier_uniform(1, E, memory_size, generator)
            self.ve = nn.Parameter(xavier_uniform(1, 1, E, generator).data[0])

    def memory(self, a: Ragged) -> Memory:
        """Return a, rows (M_x, H_a), as it is attended to.

        Raises:
            DataError: the rows are not of that width.
        """
        check_ragged("Attention.memory", a)
        if a.rows.ndim != 2 or a.rows.shape[1] != self.memory_size:
            raise DataError(f"Attention: a has rows {tuple(a.rows.shape)}. Give (M, {self.memory_size}).")
        keys = a
        if self.score == "general":
            keys = a.with_rows(nn.functional.linear(a.rows, self.Wsa))
        elif self.score == "additive":
            keys = a.with_rows(nn.functional.linear(a.rows, self.Wea))
        return Memory(tuple(a.to_list()), tuple(keys.to_list()))

    def forward(self, s: Ragged, memory: Memory) -> tuple[Ragged, list[Tensor]]:
        """Return context⟨t⟩, rows (M_y, H_a), and the weights α of each sequence, (T_y, T_x), whose rows sum to 1.

        `s` has rows (M_y, H_s); its sequence n asks sequence n of the memory.

        Raises:
            DataError: the rows are not of that width, or there are other numbers of sequences.
        """
        check_ragged("Attention", s)
        if s.rows.ndim != 2 or s.rows.shape[1] != self.query_size or len(s) != len(memory):
            raise DataError(
                f"Attention: s has rows {tuple(s.rows.shape)} in {len(s)} sequences. "
                f"Give (M, {self.query_size}) in {len(memory)}, as many as the memory has."
            )
        queries = s
        if self.score == "additive":
            queries = s.with_rows(nn.functional.linear(s.rows, self.Wes))
        alpha = [
            torch.softmax(self._scores(query, keys), 1)
            for query, keys in zip(queries.to_list(), memory.keys, strict=True)
        ]
        contexts = [weights @ values for weights, values in zip(alpha, memory.values, strict=True)]
        return s.with_rows(torch.cat(contexts)), alpha

    def shapes(self, query: str = "H", memory: str = "B·H") -> Mapping[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols; `query` and `memory` are the widths of s⟨t⟩ and a⟨t'⟩.

        The additive score's E is taken to be the query's width.
        """
        shapes: dict[Score, dict[str, tuple[str, ...]]] = {
            "dot": {},
            "general": {"Wsa": (query, memory)},
            "additive": {"Wes": (query, query), "Wea": (query, memory), "ve": (query,)},
        }
        return shapes[self.score]

    def _scores(self, query: Tensor, keys: Tensor) -> Tensor:
        """e of one pair of sequences, (T_y, T_x)."""
        if self.score == "additive":
            return torch.tanh(query[:, None] + keys[None]) @ self.ve
        return query @ keys.T
