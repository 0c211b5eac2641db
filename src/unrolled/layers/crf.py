"""The linear-chain conditional random field (Lafferty, McCallum and Pereira 2001) as an output layer."""

import torch
from torch import Tensor, nn

from unrolled.data.ragged import Ragged
from unrolled.decoding import n_best, viterbi
from unrolled.errors import DataError, SettingsError
from unrolled.kernels import expectations, log_partition

__all__ = ["CRF"]


class CRF(nn.Module):
    """Scores whole label paths: start[y⟨1⟩] + Σ emissions[t, y⟨t⟩] + Σ transitions[y⟨t-1⟩, y⟨t⟩] + end[y⟨T⟩].

    Emissions have rows (M, K) and may be float32 or float64; what is summed over time is summed in float64. A forbidden
    transition or start has probability exactly zero and its parameter gradient zero. Parameters begin at zero.

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
        self._check_labels(emissions, labels)
        log_likelihood = self._path_scores(emissions, labels) - self._log_partition(emissions)
        return log_likelihood.to(emissions.rows.dtype)

    def log_partition(self, emissions: Ragged) -> Tensor:
        """Log of the sum of exp(score) over all paths, (N,), in the emissions' dtype."""
        return self._log_partition(emissions).to(emissions.rows.dtype)

    def marginals(self, emissions: Ragged) -> Ragged:
        """Probability of each label at each step, rows (M, K) that sum to 1; no gradient flows through them."""
        return emissions.with_rows(expectations(emissions, *self.scores()).emissions.to(emissions.rows.dtype))

    def decode(self, emissions: Ragged) -> tuple[Ragged, Tensor]:
        """The best path of each sequence, int64 rows (M,), and its score (N,); see `unrolled.decoding.viterbi`."""
        return viterbi(emissions, *self.scores())

    def n_best(self, emissions: Ragged, n: int) -> list[list[tuple[list[int], float]]]:
        """The n best paths of each sequence and their scores, best first; see `unrolled.decoding.n_best`."""
        return n_best(emissions, *self.scores(), n)

    def _log_partition(self, emissions: Ragged) -> Tensor:
        return log_partition(emissions, *self.scores())

    def _path_scores(self, emissions: Ragged, labels: Ragged) -> Tensor:
        """Score of each sequence's labels, (N,) float64."""
        y, K = labels.rows, self.num_labels
        sequences = emissions.sequence_numbers.to(y.device)
        not_first = emissions.steps[1:].to(y.device) > 0
        steps = emissions.rows.gather(1, y[:, None])[:, 0].double()
        # A flat look-up: its gradient is one sum by index, without index_put's sort.
        follow = self.transitions.flatten()[y[:-1] * K + y[1:]].double() * not_first
        ends = self.start[labels.first()].double() + self.end[labels.last()].double()
        return ends.index_add(0, sequences, steps).index_add(0, sequences[1:], follow)

    def _check_labels(self, emissions: Ragged, labels: Ragged) -> None:
        K, y = self.num_labels, labels.rows
        if emissions.rows.ndim != 2 or emissions.rows.shape[1] != K:
            raise DataError(f"CRF: emissions have rows {tuple(emissions.rows.shape)}. Give (M, {K}), a score a label.")
        if not torch.equal(labels.lengths, emissions.lengths) or y.ndim != 1 or y.dtype != torch.int64:
            raise DataError(
                f"CRF: labels have rows {tuple(y.shape)}, {y.dtype}, in {len(labels)} sequences, emissions "
                f"{tuple(emissions.rows.shape)} in {len(emissions)}. Give one int64 label for each step."
            )
        if int(y.min()) < 0 or int(y.max()) >= K:
            raise DataError(f"CRF: labels go from {int(y.min())} to {int(y.max())}. Give 0 to {K - 1}.")
        steps = emissions.steps.to(y.device)
        before = torch.cat([y[:1], y[:-1]])
        wrong = torch.where(steps == 0, self.forbidden_start[y], self.forbidden[before, y])
        if wrong.any():
            row = int(wrong.int().argmax())
            sequence, t = int(emissions.sequence_numbers[row]), int(emissions.steps[row])
            way = f"{int(before[row])} to {int(y[row])}" if t else f"the start to {int(y[row])}"
            raise DataError(
                f"CRF: the labels of sequence {sequence} go from {way} at step {t}, which is forbidden. "
                "Correct the labels, or allow it."
            )

    def _check_paths(self) -> None:
        """A path of K + 1 steps goes round a circle, so that there are paths of every length."""
        reached = ~self.forbidden_start
        for _ in range(self.num_labels):
            reached = (reached[:, None] & ~self.forbidden).any(dim=0)
        if not reached.any():
            raise SettingsError("forbidden and forbidden_start leave no path through long sequences. Allow more.")
