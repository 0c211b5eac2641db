"""A BiLSTM classifier in plain PyTorch, written as most people write it: padded batches, packed sequences, Adam."""

import copy
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from contest import Epoch, Outcome
from sentiment_data import Review, accuracy
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

PAD, UNK = 0, 1


@dataclass(frozen=True, slots=True)
class Settings:
    epochs: int = 20
    batch_size: int = 32
    learning_rate: float = 1e-3
    min_count: int = 2
    embedding_size: int = 100
    hidden_size: int = 128
    dropout: float = 0.5


class Encoder:
    """Indices of the words that train has `min_count` times; the labels in order."""

    def __init__(self, train: Sequence[Review], min_count: int) -> None:
        counts = Counter(word for review in train for word in words_of(review))
        known = [word for word, count in counts.items() if count >= min_count]
        self.words = {word: i for i, word in enumerate(known, start=2)}
        self.labels = sorted({review.label for review in train})

    def encode(self, review: Review) -> Tensor:
        return torch.tensor([self.words.get(word, UNK) for word in words_of(review)] or [UNK])


def words_of(review: Review) -> list[str]:
    return review.text.lower().split()


class BiLSTM(nn.Module):
    def __init__(self, num_words: int, num_labels: int, settings: Settings) -> None:
        super().__init__()
        self.embedding = nn.Embedding(num_words, settings.embedding_size, padding_idx=PAD)
        self.lstm = nn.LSTM(settings.embedding_size, settings.hidden_size, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(settings.dropout)
        self.output = nn.Linear(2 * settings.hidden_size, num_labels)

    def forward(self, words: Tensor, lengths: Tensor) -> Tensor:
        """(N, labels) from words (N, T): the last state of either direction."""
        embedded = self.dropout(self.embedding(words))
        packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        _, (last, _) = self.lstm(packed)
        return self.output(self.dropout(torch.cat([last[0], last[1]], dim=1)))


def train(train: Sequence[Review], dev: Sequence[Review], seed: int, settings: Settings | None = None) -> Outcome:
    """Train `settings.epochs` epochs and label dev with the weights of the best one; an epoch ends with its dev."""
    settings = settings or Settings()
    torch.manual_seed(seed)  # nn.Dropout draws from the global state
    start = time.perf_counter()
    encoder = Encoder(train, settings.min_count)
    examples, dev_examples = ([encoder.encode(review) for review in half] for half in (train, dev))
    labels = torch.tensor([encoder.labels.index(review.label) for review in train])
    model = BiLSTM(len(encoder.words) + 2, len(encoder.labels), settings)
    optimiser = torch.optim.Adam(model.parameters(), lr=settings.learning_rate)
    epochs: list[Epoch] = []
    best_score, best_weights = -1.0, model.state_dict()
    for number in range(1, settings.epochs + 1):
        epoch_start = time.perf_counter()
        train_epoch(model, examples, labels, optimiser, settings)
        score = accuracy(dev, predict(model, dev_examples, encoder, settings))
        now = time.perf_counter()
        epochs.append(Epoch(number, now - epoch_start, now - start, score))
        if score > best_score:
            best_score, best_weights = score, copy.deepcopy(model.state_dict())
    model.load_state_dict(best_weights)
    return Outcome(predict(model, dev_examples, encoder, settings), epochs)


def train_epoch(
    model: BiLSTM, examples: list[Tensor], labels: Tensor, optimiser: torch.optim.Optimizer, settings: Settings
) -> None:
    model.train()
    for places in torch.randperm(len(examples)).split(settings.batch_size):
        words, lengths = collate([examples[i] for i in places.tolist()])
        optimiser.zero_grad()
        cross_entropy(model(words, lengths), labels[places]).backward()
        optimiser.step()


@torch.no_grad()
def predict(model: BiLSTM, examples: list[Tensor], encoder: Encoder, settings: Settings) -> list[str]:
    model.eval()
    return [
        encoder.labels[i]
        for words, lengths in batches(examples, settings.batch_size)
        for i in model(words, lengths).argmax(dim=1).tolist()
    ]


def batches(examples: list[Tensor], size: int) -> Iterator[tuple[Tensor, Tensor]]:
    for first in range(0, len(examples), size):
        yield collate(examples[first : first + size])


def collate(examples: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Words (N, T) and lengths (N,)."""
    return pad_sequence(examples, batch_first=True, padding_value=PAD), torch.tensor([len(e) for e in examples])
