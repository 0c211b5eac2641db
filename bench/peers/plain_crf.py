"""A linear-chain CRF over padded batches, vectorised over sentences and labels."""

import torch
from torch import Tensor, nn


class PlainCRF(nn.Module):
    """`mask` (N, T) is true on real steps; the first step of every sentence is real."""

    def __init__(self, num_labels: int) -> None:
        super().__init__()
        self.start = nn.Parameter(torch.empty(num_labels).uniform_(-0.1, 0.1))
        self.end = nn.Parameter(torch.empty(num_labels).uniform_(-0.1, 0.1))
        self.transitions = nn.Parameter(torch.empty(num_labels, num_labels).uniform_(-0.1, 0.1))  # [from, to]

    def negative_log_likelihood(self, emissions: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
        """(N,) from emissions (N, T, K) and labels (N, T)."""
        return self._log_partition(emissions, mask) - self._score(emissions, labels, mask)

    def _score(self, emissions: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
        weight = mask.to(emissions.dtype)
        emitted = emissions.gather(2, labels.unsqueeze(2)).squeeze(2) * weight
        moved = self.transitions[labels[:, :-1], labels[:, 1:]] * weight[:, 1:]
        last = labels.gather(1, mask.sum(1, keepdim=True) - 1).squeeze(1)
        return self.start[labels[:, 0]] + emitted.sum(1) + moved.sum(1) + self.end[last]

    def _log_partition(self, emissions: Tensor, mask: Tensor) -> Tensor:
        alpha = self.start + emissions[:, 0]
        for t in range(1, emissions.shape[1]):
            step = torch.logsumexp(alpha.unsqueeze(2) + self.transitions, dim=1) + emissions[:, t]
            alpha = torch.where(mask[:, t, None], step, alpha)
        return torch.logsumexp(alpha + self.end, dim=1)

    @torch.no_grad()
    def decode(self, emissions: Tensor, mask: Tensor) -> list[list[int]]:
        """The highest-scoring labels of each sentence."""
        N, T, K = emissions.shape
        score = self.start + emissions[:, 0]
        stay = torch.arange(K).expand(N, K)
        pointers: list[Tensor] = []
        for t in range(1, T):
            step, pointer = (score.unsqueeze(2) + self.transitions).max(dim=1)
            real = mask[:, t, None]
            score = torch.where(real, step + emissions[:, t], score)
            pointers.append(torch.where(real, pointer, stay))
        label = (score + self.end).argmax(dim=1)
        path = [label]
        for pointer in reversed(pointers):
            label = pointer.gather(1, label.unsqueeze(1)).squeeze(1)
            path.append(label)
        labels = torch.stack(path[::-1], dim=1)
        return [row[:length].tolist() for row, length in zip(labels, mask.sum(1).tolist(), strict=True)]
