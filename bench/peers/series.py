"""What series are compared with: nearest neighbour under dynamic time warping, a forest, a plain PyTorch BiLSTM."""

import copy
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

Array = NDArray[np.float64]

EPOCHS, BATCH, RATE, HIDDEN, DROPOUT, DEV = 100, 16, 1e-3, 128, 0.5, 0.1


def dtw_neighbour(X: Sequence[Array], y: Sequence[str], X_test: Sequence[Array], seed: int) -> list[str]:
    """The label of the nearest series, columns in deviations of the training data."""
    X, X_test = standardised(X, X_test)
    return [y[int(np.argmin([dtw(x, other) for other in X]))] for x in X_test]


def dtw(a: Array, b: Array) -> float:
    """The least sum of squared distances over all ways to warp one series on the other (Sakoe and Chiba 1978)."""
    costs = ((a[:, None] - b[None]) ** 2).sum(2)
    before = np.concatenate([[0.0], np.full(len(b), np.inf)])
    for row in costs:
        now = np.full(len(b) + 1, np.inf)
        reached = np.minimum(before[:-1], before[1:])
        for j, cost in enumerate(row):
            now[j + 1] = cost + min(reached[j], now[j])
        before = now
    return float(before[-1])


def forest(X: Sequence[Array], y: Sequence[str], X_test: Sequence[Array], seed: int) -> list[str]:
    """A random forest on summary statistics of each column and of its differences."""
    model = RandomForestClassifier(500, random_state=seed).fit([summary(x) for x in X], y)
    return list(model.predict([summary(x) for x in X_test]))


def summary(x: Array) -> Array:
    steps = np.diff(x, axis=0)
    parts = [x.mean(0), x.std(0), x.min(0), x.max(0), *np.quantile(x, (0.25, 0.5, 0.75), axis=0), x[0], x[-1]]
    return np.concatenate([*parts, steps.mean(0), steps.std(0), np.abs(steps).mean(0), [len(x)]])


class BiLSTM(nn.Module):
    def __init__(self, width: int, num_labels: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(width, HIDDEN, batch_first=True, bidirectional=True)
        self.dropout, self.output = nn.Dropout(DROPOUT), nn.Linear(2 * HIDDEN, num_labels)

    def forward(self, series: list[Tensor]) -> Tensor:
        padded, lengths = pad_sequence(series, batch_first=True), torch.tensor(list(map(len, series)))
        _, (last, _) = self.lstm(pack_padded_sequence(padded, lengths, batch_first=True, enforce_sorted=False))
        return self.output(self.dropout(torch.cat([last[0], last[1]], dim=1)))


def bilstm(X: Sequence[Array], y: Sequence[str], X_test: Sequence[Array], seed: int) -> list[str]:
    """Padded batches, last states, dropout, Adam; the best of the epochs on a tenth that is set aside."""
    torch.manual_seed(seed)
    X, X_test = standardised(X, X_test)
    labels = sorted(set(y))
    series = [torch.tensor(x, dtype=torch.float32) for x in X]
    truths = torch.tensor([labels.index(label) for label in y])
    order = torch.randperm(len(X)).tolist()
    dev, train = order[: round(DEV * len(X))], order[round(DEV * len(X)) :]
    model = BiLSTM(series[0].shape[1], len(labels))
    optimiser = torch.optim.Adam(model.parameters(), lr=RATE)
    best, weights = -1, model.state_dict()
    for _ in range(EPOCHS):
        model.train()
        for batch in torch.tensor(train)[torch.randperm(len(train))].split(BATCH):
            optimiser.zero_grad()
            cross_entropy(model([series[i] for i in batch.tolist()]), truths[batch]).backward()
            optimiser.step()
        model.eval()
        with torch.no_grad():
            right = int((model([series[i] for i in dev]).argmax(1) == truths[dev]).sum())
        if right > best:
            best, weights = right, copy.deepcopy(model.state_dict())
    model.load_state_dict(weights)
    model.eval()
    with torch.no_grad():
        found = model([torch.tensor(x, dtype=torch.float32) for x in X_test]).argmax(1)
    return [labels[i] for i in found.tolist()]


def standardised(X: Sequence[Array], X_test: Sequence[Array]) -> tuple[list[Array], list[Array]]:
    steps = np.concatenate(list(X))
    mean, deviation = steps.mean(0), steps.std(0)
    return [(x - mean) / deviation for x in X], [(x - mean) / deviation for x in X_test]
