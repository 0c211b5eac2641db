"""Pooling over time: one row for each sequence, of whole sequences or of what came so far."""

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

import torch
from torch import Tensor, nn

from unrolled.data.ragged import Ragged, check_ragged
from unrolled.errors import DataError, SettingsError
from unrolled.layers.initialise import generator_or_default, xavier_uniform

__all__ = ["POOLINGS", "Pooled", "Pooling", "PoolingKind"]

PoolingKind: TypeAlias = Literal["last", "mean", "max", "attention", "attention_max"]

POOLINGS: tuple[PoolingKind, ...] = get_args(PoolingKind)

Pooled: TypeAlias = dict[str, Tensor]
"""What a running pooling carries from step to step, each (N, ...)."""


class Pooling(nn.Module):
    """One row p for each sequence of rows a⟨1⟩ … a⟨T_x⟩.

        last       a⟨T_x⟩; of two directions, where each one ends: forwards at T_x, backwards at 1
        mean       Σ_t a⟨t⟩ / T_x
        max        max_t a⟨t⟩, each number for itself; equal maxima share the gradient
        attention  Σ_t α⟨t⟩ a⟨t⟩, α = softmax over t of ve · tanh(Wea a⟨t⟩ + be)
        attention_max   the last two side by side, [attention | max]

    Attention asks with one learned query, ve, where Bahdanau et al. ask with each step of a decoder (Yang et al. 2016,
    NAACL N16-1174, equations 5 to 7). Every kind also runs: `start` and `step` give after each step what `forward`
    gives of the steps so far.

    >>> a = Ragged.from_list([torch.tensor([[1.0], [5.0], [3.0]]), torch.tensor([[2.0]])])
    >>> [Pooling(kind, 1)(a).flatten().tolist() for kind in ("last", "mean", "max")]
    [[3.0, 2.0], [3.0, 2.0], [5.0, 2.0]]

    Args:
        kind: one of these.
        input_size: D, width of a⟨t⟩; that of p is `output_size`.
        num_directions: 2 where the second half of a⟨t⟩ comes from behind; only "last" asks.
        attention_size: E, width of the tanh.
        generator: where the weights of the attention are drawn from: Xavier-uniform; `be` begins at zero.

    Raises:
        SettingsError: no such kind.
    """

    def __init__(
        self,
        kind: PoolingKind,
        input_size: int,
        *,
        num_directions: int = 1,
        attention_size: int = 100,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if kind not in POOLINGS:
            raise SettingsError(f"pooling is {kind!r}. Choose one of {', '.join(POOLINGS)}.")
        self.kind: PoolingKind = kind
        self.input_size, self.num_directions, self.attention_size = input_size, num_directions, attention_size
        self.output_size = input_size * (2 if kind == "attention_max" else 1)
        if kind.startswith("attention"):
            generator = generator_or_default(generator)
            self.Wea = xavier_uniform(1, attention_size, input_size, generator)
            self.be = nn.Parameter(torch.zeros(attention_size))
            self.ve = nn.Parameter(xavier_uniform(1, 1, attention_size, generator).data[0])

    def forward(self, a: Ragged) -> Tensor:
        """Return p of each sequence, (N, output_size), of rows (M, D).

        Raises:
            DataError: the rows are not of that width.
        """
        check_ragged("Pooling", a)
        self._check(a.rows)
        match self.kind:
            case "last" if self.num_directions == 2:
                H = self.input_size // 2
                return torch.cat([a.last()[:, :H], a.first()[:, H:]], 1)
            case "last":
                return a.last()
            case "mean":
                return a.mean()
            case "max":
                return a.max()
            case "attention":
                return a.with_rows(a.rows * self.alpha(a).rows[:, None]).sum()
            case "attention_max":
                return torch.cat([a.with_rows(a.rows * self.alpha(a).rows[:, None]).sum(), a.max()], 1)

    def alpha(self, a: Ragged) -> Ragged:
        """Return α, how much of each step there is in p, rows (M,) that sum to 1 over each sequence.

        Of "last" and "max" no numbers say that; raises SettingsError for them.
        """
        check_ragged("Pooling.alpha", a)
        if self.kind == "mean":
            return a.with_rows((1 / a.lengths.to(a.rows)).index_select(0, a.sequence_numbers.to(a.rows.device)))
        if not self.kind.startswith("attention"):
            raise SettingsError(f"pooling={self.kind} does not weigh its steps. Choose pooling=attention or mean.")
        scores = a.with_rows(self._scores(a.rows))
        numbers = a.sequence_numbers.to(a.rows.device)
        # Without its sequence's largest score no exponential overflows; α is the same, and so is its gradient.
        powers = a.with_rows((scores.rows - scores.max().detach().index_select(0, numbers)).exp())
        return a.with_rows(powers.rows / powers.sum().index_select(0, numbers))

    @property
    def causal(self) -> bool:
        """Whether it can run: not where a direction ends at the first step."""
        return self.kind != "last" or self.num_directions == 1

    def start(self, num_sequences: int, like: Tensor) -> Pooled:
        """Return what is carried before the first step, of the type and device of `like`.

        Raises:
            SettingsError: a direction ends at the first step, so that it cannot run.
        """
        if not self.causal:
            raise SettingsError("pooling=last of two directions sees the end first. Train with bidirectional=false.")
        rows = like.detach().new_zeros(num_sequences, self.input_size)
        never = rows.new_full((num_sequences,), -torch.inf)
        largest = {"max": torch.full_like(rows, -torch.inf)}
        attention = {"numerator": rows, "denominator": torch.zeros_like(never), "largest": never}
        match self.kind:
            case "last":
                return {}
            case "mean":
                return {"sum": rows, "count": torch.zeros(num_sequences, dtype=torch.int64, device=rows.device)}
            case "max":
                return largest
            case "attention":
                return attention
            case "attention_max":
                return attention | largest

    def step(self, a: Tensor, carried: Pooled) -> tuple[Tensor, Pooled]:
        """Return p of the steps so far, and what is carried on, of a⟨t⟩ (N, D); nothing is written over.

        Raises:
            DataError: the rows are not of that width.
        """
        self._check(a)
        match self.kind:
            case "last":
                return a, {}
            case "mean":
                total, count = carried["sum"] + a, carried["count"] + 1
                return total / count[:, None], {"sum": total, "count": count}
            case "max":
                largest = torch.maximum(carried["max"], a)
                return largest, {"max": largest}
            case "attention":
                return self._attention_step(a, carried)
            case "attention_max":
                p, after = self._attention_step(a, carried)
                largest = torch.maximum(carried["max"], a)
                return torch.cat([p, largest], 1), after | {"max": largest}

    def symbols(self) -> Mapping[str, tuple[str, int]]:
        """Return the letters of the shapes."""
        return {"A": ("width of the attention", self.attention_size)} if self.kind.startswith("attention") else {}

    def shapes(self, width: str = "B·H") -> Mapping[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols; `width` is that of a⟨t⟩."""
        return {"Wea": ("A", width), "be": ("A",), "ve": ("A",)} if self.kind.startswith("attention") else {}

    def _attention_step(self, a: Tensor, carried: Pooled) -> tuple[Tensor, Pooled]:
        scores = self._scores(a)
        largest = torch.maximum(carried["largest"], scores.detach())
        before, now = (carried["largest"] - largest).exp(), (scores - largest).exp()
        numerator = carried["numerator"] * before[:, None] + a * now[:, None]
        denominator = carried["denominator"] * before + now
        return numerator / denominator[:, None], {
            "numerator": numerator,
            "denominator": denominator,
            "largest": largest,
        }

    def _scores(self, rows: Tensor) -> Tensor:
        return torch.tanh(nn.functional.linear(rows, self.Wea, self.be)) @ self.ve

    def _check(self, rows: Tensor) -> None:
        if rows.ndim != 2 or rows.shape[1] != self.input_size:
            raise DataError(f"Pooling: a has rows {tuple(rows.shape)}. Give (M, {self.input_size}).")
