"""What people write for labelled clips: a bag of frames, and a CNN-LSTM in plain PyTorch on padded batches."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

__all__ = ["Found", "bag_of_frames", "cnn_lstm"]

EPOCHS, BATCH, RATE = 40, 16, 1e-3


@dataclass(frozen=True)
class Found:
    """What came of a training.

    Attributes:
        answers: to the clips of the test part, of the weights of the best dev epoch.
        best_epoch: from 1.
        seconds_to_best: of training and measuring, until that epoch ended.
        dev_accuracy: of that epoch.
    """

    answers: list[int]
    best_epoch: int
    seconds_to_best: float
    dev_accuracy: float


class Frames(nn.Module):
    """Three convolutions with pooling, then a dense layer."""

    def __init__(self, size: int = 128) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(
            *(nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        )
        self.dense = nn.LazyLinear(size)

    def forward(self, x: Tensor) -> Tensor:  # (M, H, W)
        return torch.relu(self.dense(self.convolutions(x[:, None]).flatten(1)))


class BagOfFrames(nn.Module):
    """The mean of what is found in each frame."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.frames, self.dropout, self.out = Frames(), nn.Dropout(0.5), nn.Linear(128, num_classes)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:  # (N, T, H, W)
        found = self.frames(x.flatten(0, 1)).view(*x.shape[:2], -1)
        there = (torch.arange(x.shape[1]) < lengths[:, None])[..., None]
        return self.out(self.dropout((found * there).sum(1) / lengths[:, None]))


class CnnLstm(nn.Module):
    """The same convolutions on every frame, padded ones too; then a BiLSTM, of which the last states count."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.frames, self.dropout = Frames(), nn.Dropout(0.5)
        self.lstm = nn.LSTM(128, 128, batch_first=True, bidirectional=True)
        self.out = nn.Linear(256, num_classes)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        found = self.frames(x.flatten(0, 1)).view(*x.shape[:2], -1)
        packed = nn.utils.rnn.pack_padded_sequence(found, lengths, batch_first=True, enforce_sorted=False)
        _, (h, _) = self.lstm(packed)
        return self.out(self.dropout(torch.cat([h[0], h[1]], 1)))


def bag_of_frames(*given: object) -> Found:
    """Train a bag of frames; arguments as of `cnn_lstm`."""
    return _trained(BagOfFrames, *given)


def cnn_lstm(*given: object) -> Found:
    """Train a CNN-LSTM.

    Args:
        given: train and dev and test clips (each a list of (T, H, W) uint8), train and dev labels, how many labels, and
            a seed.
    """
    return _trained(CnnLstm, *given)


def _trained(make, train, y, dev, y_dev, test, num_classes: int, seed: int) -> Found:
    torch.manual_seed(seed)
    chance = random.Random(seed)
    model = make(num_classes)
    with torch.no_grad():
        model(*_padded(train[:2]))  # makes the lazy layer
    optimizer = torch.optim.Adam(model.parameters(), RATE)
    best, kept, at, spent, began = -1.0, None, 0, 0.0, time.perf_counter()
    for epoch in range(1, EPOCHS + 1):
        model.train()
        order = list(range(len(train)))
        chance.shuffle(order)
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            loss = nn.functional.cross_entropy(
                model(*_padded([train[i] for i in batch])), torch.tensor([y[i] for i in batch])
            )
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        right = float(np.mean([a == b for a, b in zip(_answers(model, dev), y_dev, strict=True)]))
        if right > best:
            best, at, spent = right, epoch, time.perf_counter() - began
            kept = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(kept)
    return Found(_answers(model, test), at, spent, best)


@torch.no_grad()
def _answers(model: nn.Module, clips: Sequence[NDArray[np.uint8]]) -> list[int]:
    model.eval()
    found: list[int] = []
    for start in range(0, len(clips), BATCH):
        found += model(*_padded(clips[start : start + BATCH])).argmax(1).tolist()
    return found


def _padded(clips: Sequence[NDArray[np.uint8]]) -> tuple[Tensor, Tensor]:
    """Return (N, T, H, W) in fractions, with zeros after each clip's end, and lengths."""
    lengths = torch.tensor([len(clip) for clip in clips])
    tensors = [torch.from_numpy(np.array(clip)).float() / 255 for clip in clips]
    return nn.utils.rnn.pad_sequence(tensors, batch_first=True), lengths
