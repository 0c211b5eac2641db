"""The peers on windows of bases: trees on one-hot positions, and a BiLSTM in plain PyTorch, as most people write it."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

MEANS = {
    "A": "A",
    "C": "C",
    "G": "G",
    "T": "T",
    "N": "ACGT",
    "R": "AG",
    "Y": "CT",
    "S": "CG",
    "W": "AT",
    "K": "GT",
    "M": "AC",
    "B": "CGT",
    "D": "AGT",
    "H": "ACT",
    "V": "ACG",
}
EPOCHS, BATCH, RATE = 30, 32, 3e-3

Predict = Callable[[Sequence[str]], list[int]]


def one_hot(windows: Sequence[str]) -> np.ndarray:
    """(N, T, 4): a code of several bases is the mean of theirs."""
    rows = {code: [bases.count(base) / len(bases) for base in "ACGT"] for code, bases in MEANS.items()}
    return np.array([[rows[base] for base in window] for window in windows], np.float32)


def trees(model: Any, windows: Sequence[str], labels: Sequence[int]) -> Predict:
    model.fit(one_hot(windows).reshape(len(windows), -1), labels)
    return lambda others: model.predict(one_hot(others).reshape(len(others), -1)).tolist()


def random_forest(windows: Sequence[str], labels: Sequence[int], seed: int) -> Predict:
    return trees(RandomForestClassifier(500, random_state=seed, n_jobs=1), windows, labels)


def gradient_boosting(windows: Sequence[str], labels: Sequence[int], seed: int) -> Predict:
    return trees(GradientBoostingClassifier(n_estimators=200, random_state=seed), windows, labels)


def xgboost(windows: Sequence[str], labels: Sequence[int], seed: int) -> Predict:
    from xgboost import XGBClassifier  # noqa: PLC0415  (of this peer alone)

    model = XGBClassifier(n_estimators=300, max_depth=4, learning_rate=0.1, n_jobs=1, random_state=seed)
    return trees(model, windows, labels)


class BiLSTM(nn.Module):
    def __init__(self, num_labels: int, hidden_size: int = 64, dropout: float = 0.5) -> None:
        super().__init__()
        self.lstm = nn.LSTM(4, hidden_size, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(2 * hidden_size, num_labels)

    def forward(self, bases: Tensor) -> Tensor:
        """(N, labels) from (N, T, 4): the last state of either direction."""
        _, (last, _) = self.lstm(bases)
        return self.output(self.dropout(torch.cat([last[0], last[1]], dim=1)))


def bilstm(windows: Sequence[str], labels: Sequence[int], seed: int) -> Predict:
    torch.manual_seed(seed)  # nn.Dropout draws from the global state
    bases, truths = torch.tensor(one_hot(windows)), torch.tensor(labels)
    model = BiLSTM(len(set(labels)))
    optimiser = torch.optim.Adam(model.parameters(), lr=RATE)
    for _ in range(EPOCHS):
        model.train()
        for batch in torch.randperm(len(bases)).split(BATCH):
            optimiser.zero_grad()
            cross_entropy(model(bases[batch]), truths[batch]).backward()
            optimiser.step()
    model.eval()

    def predict(others: Sequence[str]) -> list[int]:
        with torch.no_grad():
            return model(torch.tensor(one_hot(others))).argmax(1).tolist()

    return predict
