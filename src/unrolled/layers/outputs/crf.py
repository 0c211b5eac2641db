"""The linear-chain conditional random field (Lafferty, McCallum and Pereira 2001) as an output layer."""

import torch
from torch import Tensor, nn

from unrolled.data.ragged import Ragged, check_ragged
from unrolled.decoding import n_best, viterbi
from unrolled.errors import SettingsError
from unrolled.kernels import expectations, log_likelihood, log_partition

__all__ = ["CRF"]


class CRF(nn.Module):
    """Scores whole label paths: start[y⟨1⟩] + Σ emissions[t, y⟨t⟩] + Σ transitions[y⟨t-1⟩, y⟨t⟩] + end[y⟨T⟩].

    Emissions have rows (M, K), float32 or float64; those in half precision, as autocast leaves them, are taken in the
    type of the parameters. What is summed over time is summed in float64. A forbidden transition or start has
    probability exactly zero and its parameter gradient zero. Parameters begin at zero.

    >>> crf = CRF(2, forbidden=torch.tensor([[False, True], [False, False]]))
    >>> emissions = Ragged.from_list([torch.zeros(2, 2)])
    >>> crf.n_best(emissions, 4)[0]
    [([0, 0], 0.0), ([1, 0], 0.0), ([1, 1], 0.0)]

    Arguments:
        num_labels: K.
        forbidden: (K, K) bool [from, to], true where a label may not follow another; None allows all.
        forbidden_start: (K,) bool, true where a sequence may not start; None allows all.

    Raises:
        SettingsError: where the masks have other shapes, or allow no path of some length.
    """

    forbidden: Tensor
    forbidden_start: Tensor

    def __init__(self, num_labels: int, forbidden: Tensor | None = None, forbidden_start: Tensor | None = None) -> None:
        super().__init__()
        K = num_labels
        if K < 1:
            raise SettingsError(f"num_labels is {K}. Give a whole number of at least 1.")
        masks = {
            "forbidden": torch.zeros(K, K, dtype=torch.bool) if forbidden is None else forbidden,
            "forbidden_start": torch.zeros(K, dtype=torch.bool) if forbidden_start is None else forbidden_start,
        }
        for (name, mask), shape in zip(masks.items(), ((K, K), (K,)), strict=True):
            if tuple(mask.shape) != shape or mask.dtype != torch.bool:
                raise SettingsError(f"{name} is {tuple(mask.shape)}, {mask.dtype}. Give shape {shape}, torch.bool.")
            self.register_buffer(name, mask.clone(), persistent=False)
        self.transitions = nn.Parameter(torch.zeros(K, K))
        self.start = nn.Parameter(torch.zeros(K))
        self.end = nn.Parameter(torch.zeros(K))
        self._check_paths()

    @property
    def num_labels(self) -> int:
        """K."""
        return len(self.start)

    def scores(self) -> tuple[Tensor, Tensor, Tensor]:
        """Transitions, start and end with -inf where forbidden, as the kernels and the decoders take them."""
        return (
            self.transitions.masked_fill(self.forbidden, -torch.inf),
            self.start.masked_fill(self.forbidden_start, -torch.inf),
            self.end,
        )

    def log_likelihood(self, emissions: Ragged, labels: Ragged) -> Tensor:
        """Log-probability of each sequence's labels, (N,), in the emissions' dtype; `labels` has int64 rows (M,).

        Its gradient is in closed form, gold counts less expected ones; a second derivative is not defined. Raises
        DataError where the labels do not fit the emissions or take a forbidden way, whose gradient would be infinite.
        """
        check_ragged("CRF.log_likelihood", emissions, labels)
        emissions = self._whole(emissions)
        return log_likelihood(
            emissions, labels, self.transitions, self.start, self.end, self.forbidden, self.forbidden_start
        )

    def log_partition(self, emissions: Ragged) -> Tensor:
        """Log of the sum of exp(score) over all paths, (N,), in the emissions' dtype."""
        check_ragged("CRF.log_partition", emissions)
        emissions = self._whole(emissions)
        return log_partition(emissions, *self.scores()).to(emissions.rows.dtype)

    def marginals(self, emissions: Ragged) -> Ragged:
        """Probability of each label at each step, rows (M, K) that sum to 1; no gradient flows through them."""
        check_ragged("CRF.marginals", emissions)
        emissions = self._whole(emissions)
        return emissions.with_rows(expectations(emissions, *self.scores()).emissions.to(emissions.rows.dtype))

    def decode(self, emissions: Ragged) -> tuple[Ragged, Tensor]:
        """The best path of each sequence, int64 rows (M,), and its score (N,); see `unrolled.decoding.viterbi`."""
        check_ragged("CRF.decode", emissions)
        return viterbi(self._whole(emissions), *self.scores())

    def n_best(self, emissions: Ragged, n: int) -> list[list[tuple[list[int], float]]]:
        """The n best paths of each sequence and their scores, best first; see `unrolled.decoding.n_best`."""
        check_ragged("CRF.n_best", emissions)
        return n_best(self._whole(emissions), *self.scores(), n)

    def _whole(self, emissions: Ragged) -> Ragged:
        """A path adds up too many roundings for half precision."""
        rows = emissions.rows
        return emissions.with_rows(rows.to(self.end.dtype)) if rows.dtype in (torch.half, torch.bfloat16) else emissions

    def _check_paths(self) -> None:
        """A path of K + 1 steps goes round a circle, so that there are paths of every length."""
        reached = ~self.forbidden_start
        for _ in range(self.num_labels):
            reached = (reached[:, None] & ~self.forbidden).any(dim=0)
        if not reached.any():
            raise SettingsError("forbidden and forbidden_start leave no path through long sequences. Allow more.")
