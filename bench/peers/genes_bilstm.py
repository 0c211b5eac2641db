"""A BiLSTM that labels every base, in plain PyTorch, as most people write it: windows of one size, one-hot."""

import copy
from collections.abc import Sequence

import numpy as np
import torch
from contest import Outcome
from gene_data import LABELS, Locus, set_aside
from gene_scores import confusion, mcc
from labelled import Stopwatch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, one_hot

WINDOW, EPOCHS, BATCH, RATE, HIDDEN, DROPOUT = 1000, 15, 32, 1e-3, 64, 0.5
PADDING = -100  # the label of what is no base: cross_entropy leaves it out
CODES = np.zeros(128, np.int64)
CODES[[ord(base) for base in "ACGT"]] = range(4)


class BiLSTM(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(4, HIDDEN, batch_first=True, bidirectional=True)
        self.dropout, self.output = nn.Dropout(DROPOUT), nn.Linear(2 * HIDDEN, len(LABELS))

    def forward(self, codes: Tensor) -> Tensor:
        """(N, T, labels) from (N, T)."""
        rows, _ = self.lstm(one_hot(codes, 4).float())
        return self.output(self.dropout(rows))


def train(train: Sequence[Locus], dev: Sequence[Locus], seed: int) -> Outcome:
    """The best of the epochs, by MCC, on loci that are set aside."""
    torch.manual_seed(seed)
    watch = Stopwatch()
    learnt, aside = set_aside(train)
    codes, labels = windows(learnt)
    model = BiLSTM()
    optimiser = torch.optim.Adam(model.parameters(), lr=RATE)
    best, weights = -1.0, model.state_dict()
    for _ in range(EPOCHS):
        model.train()
        for batch in torch.randperm(len(codes)).split(BATCH):
            optimiser.zero_grad()
            cross_entropy(model(codes[batch]).flatten(0, 1), labels[batch].flatten(), ignore_index=PADDING).backward()
            optimiser.step()
        found = np.concatenate(predict(model, aside))
        score = mcc(confusion(np.concatenate([locus.labels for locus in aside]), found))
        watch.end_epoch(score)
        if score > best:
            best, weights = score, copy.deepcopy(model.state_dict())
    model.load_state_dict(weights)
    return Outcome(predict(model, dev), watch.epochs)


@torch.no_grad()
def predict(model: BiLSTM, loci: Sequence[Locus]) -> list[np.ndarray]:
    """The likeliest label of each base, each window by itself."""
    model.eval()
    codes, _ = windows(loci)
    found = torch.cat([model(batch).argmax(2) for batch in codes.split(BATCH)]).numpy().astype(np.uint8)
    first = np.cumsum([0, *(-(-len(locus.bases) // WINDOW) for locus in loci)])
    return [
        found[start:end].ravel()[: len(locus.bases)] for locus, start, end in zip(loci, first, first[1:], strict=False)
    ]


def windows(loci: Sequence[Locus]) -> tuple[Tensor, Tensor]:
    """Codes and labels (N, WINDOW), the last window of each locus padded."""
    codes: list[np.ndarray] = []
    labels: list[np.ndarray] = []
    for locus in loci:
        padding = (0, -len(locus.bases) % WINDOW)
        bases = CODES[np.frombuffer(locus.bases.encode(), np.uint8)]
        codes.append(np.pad(bases, padding).reshape(-1, WINDOW))
        truth = np.pad(locus.labels.astype(np.int64), padding, constant_values=PADDING)
        labels.append(truth.reshape(-1, WINDOW))
    return torch.tensor(np.concatenate(codes)), torch.tensor(np.concatenate(labels))
