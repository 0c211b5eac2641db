"""From the probabilities of classes, every step for itself, to answers."""

from typing import Any, cast

from torch import Tensor

from unrolled.data.ragged import Ragged
from unrolled.decoding import Decoding, Hypothesis
from unrolled.errors import SettingsError

__all__ = ["chosen"]


def chosen(log_probs: Ragged, best: Tensor, decoding: Decoding) -> list[list[Hypothesis]]:
    """Return for each sequence the classes `best` (M,) with their log-probability; after it the n most probable.

    `log_probs` has rows (M, K).

    Raises:
        SettingsError: further answers to sequences of more than one step, which are independent.
    """
    classes = log_probs.with_rows(best)
    of_best = log_probs.with_rows(log_probs.rows.gather(1, best[:, None])[:, 0])
    sums: list[float] = cast(Any, of_best.with_rows(of_best.rows.double()).sum()).tolist()
    nothing: list[list[Hypothesis]] = [[] for _ in sums]
    others = _n_best(log_probs, decoding.n_best) if decoding.n_best else nothing
    sure, each = of_best.with_rows(of_best.rows.exp()).to_list(), log_probs.to_list()
    return [
        [
            Hypothesis(
                rows,
                log_p,
                tuple(cast(Any, sure[n]).tolist()) if decoding.confidence else (),
                each[n].exp() if decoding.probabilities else None,
            ),
            *others[n],
        ]
        for n, (rows, log_p) in enumerate(zip(classes.to_list(), sums, strict=True))
    ]


def _n_best(log_probs: Ragged, n: int) -> list[list[Hypothesis]]:
    """The n most probable classes of each sequence, T_y = 1, the best first; of equal ones the lower first."""
    if log_probs.num_rows > len(log_probs):
        raise SettingsError(
            f"n_best is {n}, and y has {log_probs.max_length} steps, each chosen for itself. Ask for the best alone."
        )
    n = min(n, log_probs.rows.shape[1])
    values, places = log_probs.rows.sort(dim=1, descending=True, stable=True)
    numbers: list[list[float]] = cast(Any, values[:, :n]).tolist()
    return [
        [Hypothesis(place[None], value) for place, value in zip(row, of_row, strict=True)]
        for row, of_row in zip(places[:, :n], numbers, strict=True)
    ]
