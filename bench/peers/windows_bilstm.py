"""A BiLSTM on windows of bases in plain PyTorch, as most people write it."""

from collections.abc import Sequence

import torch
from contest import Outcome
from labelled import Labelled, Stopwatch, accuracy, apart
from peers.one_hot import one_hot
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

EPOCHS, BATCH, RATE = 30, 32, 3e-3


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


def train(train: Sequence[Labelled], dev: Sequence[Labelled], seed: int) -> Outcome:
    """Thirty epochs; the weights of the last one answer, and dev only says when it was at its best."""
    torch.manual_seed(seed)  # nn.Dropout draws from the global state
    watch = Stopwatch()
    windows, labels = apart(train)
    names = sorted(set(labels))
    bases, truths = torch.tensor(one_hot(windows)), torch.tensor([names.index(label) for label in labels])
    others = torch.tensor(one_hot(apart(dev)[0]))
    model = BiLSTM(len(names))
    optimiser = torch.optim.Adam(model.parameters(), lr=RATE)
    found: list[str] = []
    for _ in range(EPOCHS):
        model.train()
        for batch in torch.randperm(len(bases)).split(BATCH):
            optimiser.zero_grad()
            cross_entropy(model(bases[batch]), truths[batch]).backward()
            optimiser.step()
        model.eval()
        with torch.no_grad():
            found = [names[i] for i in model(others).argmax(1).tolist()]
        watch.end_epoch(accuracy(dev, found))
    return Outcome(found, watch.epochs)
