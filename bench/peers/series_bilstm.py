"""A BiLSTM on series of numbers in plain PyTorch, as most people write it."""

import copy
from collections.abc import Sequence

import torch
from contest import Outcome
from labelled import Labelled, Stopwatch, apart
from peers.standardised import standardised
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

EPOCHS, BATCH, RATE, HIDDEN, DROPOUT, ASIDE = 100, 16, 1e-3, 128, 0.5, 0.1


class BiLSTM(nn.Module):
    def __init__(self, width: int, num_labels: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(width, HIDDEN, batch_first=True, bidirectional=True)
        self.dropout, self.output = nn.Dropout(DROPOUT), nn.Linear(2 * HIDDEN, num_labels)

    def forward(self, series: list[Tensor]) -> Tensor:
        padded, lengths = pad_sequence(series, batch_first=True), torch.tensor(list(map(len, series)))
        _, (last, _) = self.lstm(pack_padded_sequence(padded, lengths, batch_first=True, enforce_sorted=False))
        return self.output(self.dropout(torch.cat([last[0], last[1]], dim=1)))


def train(train: Sequence[Labelled], dev: Sequence[Labelled], seed: int) -> Outcome:
    """Padded batches, last states, dropout, Adam; the best of the epochs on a tenth that is set aside."""
    torch.manual_seed(seed)
    watch = Stopwatch()
    X, y = apart(train)
    X, X_dev = standardised(X, apart(dev)[0])
    labels = sorted(set(y))
    series = [torch.tensor(x, dtype=torch.float32) for x in X]
    truths = torch.tensor([labels.index(label) for label in y])
    order = torch.randperm(len(X)).tolist()
    aside, learnt = order[: round(ASIDE * len(X))], order[round(ASIDE * len(X)) :]
    model = BiLSTM(series[0].shape[1], len(labels))
    optimiser = torch.optim.Adam(model.parameters(), lr=RATE)
    best, weights = -1, model.state_dict()
    for _ in range(EPOCHS):
        model.train()
        for batch in torch.tensor(learnt)[torch.randperm(len(learnt))].split(BATCH):
            optimiser.zero_grad()
            cross_entropy(model([series[i] for i in batch.tolist()]), truths[batch]).backward()
            optimiser.step()
        model.eval()
        with torch.no_grad():
            right = int((model([series[i] for i in aside]).argmax(1) == truths[aside]).sum())
        watch.end_epoch(right / len(aside))
        if right > best:
            best, weights = right, copy.deepcopy(model.state_dict())
    model.load_state_dict(weights)
    model.eval()
    with torch.no_grad():
        found = model([torch.tensor(x, dtype=torch.float32) for x in X_dev]).argmax(1)
    return Outcome([labels[i] for i in found.tolist()], watch.epochs)
