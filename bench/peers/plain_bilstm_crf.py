"""A BiLSTM-CRF with character features in plain PyTorch: Lample et al. 2016, with the CNN of Ma and Hovy 2016."""

import copy
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from contest import Epoch, Outcome
from ner_data import Sentence, entity_scores
from peers.plain_crf import PlainCRF
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

PAD, UNK = 0, 1


@dataclass(frozen=True, slots=True)
class Settings:
    epochs: int = 20
    batch_size: int = 32
    learning_rate: float = 1e-3
    characters: str = "lstm"
    clip: float = 5.0
    dropout: float = 0.5
    singleton_unk: float = 0.5
    word_size: int = 100
    character_size: int = 30
    character_features: int = 50
    hidden_size: int = 128
    max_word_length: int = 25


@dataclass(frozen=True, slots=True)
class Encoded:
    words: Tensor  # (T,)
    characters: list[Tensor]  # T of (length,)
    labels: Tensor  # (T,)


@dataclass(frozen=True, slots=True)
class Batch:
    words: Tensor  # (N, T)
    mask: Tensor  # (N, T)
    characters: Tensor  # (words of the batch, length), real words only
    character_lengths: Tensor
    labels: Tensor  # (N, T)


class Encoder:
    """Indices from the training words; a singleton keeps its index and is replaced by UNK at times."""

    def __init__(self, train: list[Sentence], max_word_length: int) -> None:
        counts = Counter(normalise(word) for sentence in train for word in sentence.words)
        self.words = {word: i for i, word in enumerate(counts, start=2)}
        self.characters = {c: i for i, c in enumerate(sorted({c for s in train for w in s.words for c in w}), start=2)}
        self.labels = sorted({tag for sentence in train for tag in sentence.tags})
        self.label_index = {label: i for i, label in enumerate(self.labels)}
        self.is_singleton = torch.tensor([False, False, *(count == 1 for count in counts.values())])
        self.max_word_length = max_word_length

    def encode(self, sentence: Sentence) -> Encoded:
        return Encoded(
            torch.tensor([self.words.get(normalise(word), UNK) for word in sentence.words]),
            [
                torch.tensor([self.characters.get(c, UNK) for c in word[: self.max_word_length]])
                for word in sentence.words
            ],
            torch.tensor([self.label_index.get(tag, 0) for tag in sentence.tags]),
        )


def normalise(word: str) -> str:
    return re.sub(r"\d", "0", word.lower())


def collate(examples: list[Encoded]) -> Batch:
    words = pad_sequence([example.words for example in examples], batch_first=True, padding_value=PAD)
    characters = [word for example in examples for word in example.characters]
    return Batch(
        words,
        words != PAD,
        pad_sequence(characters, batch_first=True, padding_value=PAD),
        torch.tensor([len(word) for word in characters]),
        pad_sequence([example.labels for example in examples], batch_first=True),
    )


class CharacterCNN(nn.Module):
    def __init__(self, num_characters: int, settings: Settings) -> None:
        super().__init__()
        self.embedding = embedding(num_characters, settings.character_size)
        self.dropout = nn.Dropout(settings.dropout)
        self.convolution = nn.Conv1d(settings.character_size, settings.character_features, kernel_size=3, padding=1)

    def forward(self, batch: Batch) -> Tensor:
        embedded = self.dropout(self.embedding(batch.characters)).transpose(1, 2)  # (words, size, length)
        padding = (batch.characters == PAD).unsqueeze(1)
        return self.convolution(embedded).masked_fill(padding, float("-inf")).amax(dim=2)


class CharacterLSTM(nn.Module):
    def __init__(self, num_characters: int, settings: Settings) -> None:
        super().__init__()
        self.embedding = embedding(num_characters, settings.character_size)
        self.lstm = nn.LSTM(
            settings.character_size, settings.character_features // 2, batch_first=True, bidirectional=True
        )

    def forward(self, batch: Batch) -> Tensor:
        packed = pack_padded_sequence(
            self.embedding(batch.characters), batch.character_lengths, batch_first=True, enforce_sorted=False
        )
        _, (last, _) = self.lstm(packed)
        return torch.cat([last[0], last[1]], dim=1)


class BiLSTMCRF(nn.Module):
    def __init__(self, encoder: Encoder, settings: Settings) -> None:
        super().__init__()
        self.words = embedding(len(encoder.words) + 2, settings.word_size)
        character_encoder = CharacterCNN if settings.characters == "cnn" else CharacterLSTM
        self.characters = character_encoder(len(encoder.characters) + 2, settings)
        self.dropout = nn.Dropout(settings.dropout)
        self.lstm = nn.LSTM(
            settings.word_size + settings.character_features,
            settings.hidden_size,
            batch_first=True,
            bidirectional=True,
        )
        self.output = nn.Linear(2 * settings.hidden_size, len(encoder.labels))
        self.crf = PlainCRF(len(encoder.labels))

    def emissions(self, words: Tensor, batch: Batch) -> Tensor:
        features = self.characters(batch)
        spelling = features.new_zeros(*words.shape, features.shape[1])
        spelling[batch.mask] = features
        inputs = self.dropout(torch.cat([self.words(words), spelling], dim=2))
        packed = pack_padded_sequence(inputs, batch.mask.sum(1), batch_first=True, enforce_sorted=False)
        hidden, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True)
        return self.output(self.dropout(hidden))


def embedding(num: int, size: int) -> nn.Embedding:
    table = nn.Embedding(num, size, padding_idx=PAD)
    bound = (3 / size) ** 0.5  # Ma and Hovy 2016
    nn.init.uniform_(table.weight, -bound, bound)
    return table


def train(train: list[Sentence], dev: list[Sentence], seed: int, settings: Settings | None = None) -> Outcome:
    """Train `settings.epochs` epochs and tag dev with the weights of the best one."""
    settings = settings or Settings()
    torch.manual_seed(seed)  # nn.Dropout draws from the global state
    start = time.perf_counter()
    encoder = Encoder(train, settings.max_word_length)
    train_examples = [encoder.encode(sentence) for sentence in train]
    dev_examples = [encoder.encode(sentence) for sentence in dev]
    model = BiLSTMCRF(encoder, settings)
    optimiser = torch.optim.Adam(model.parameters(), lr=settings.learning_rate)
    epochs: list[Epoch] = []
    best_f1, best_weights = -1.0, model.state_dict()
    for number in range(1, settings.epochs + 1):
        epoch_start = time.perf_counter()
        train_epoch(model, train_examples, optimiser, encoder.is_singleton, settings)
        seconds = time.perf_counter() - epoch_start
        f1 = entity_scores(dev, predict(model, dev_examples, encoder, settings))["F1"]
        epochs.append(Epoch(number, seconds, time.perf_counter() - start, f1))
        if f1 > best_f1:
            best_f1, best_weights = f1, copy.deepcopy(model.state_dict())
    model.load_state_dict(best_weights)
    return Outcome(predict(model, dev_examples, encoder, settings), epochs)


def train_epoch(
    model: BiLSTMCRF,
    examples: list[Encoded],
    optimiser: torch.optim.Optimizer,
    is_singleton: Tensor,
    settings: Settings,
) -> None:
    model.train()
    for batch in batches(examples, torch.randperm(len(examples)).tolist(), settings.batch_size):
        hidden = is_singleton[batch.words] & (torch.rand(batch.words.shape) < settings.singleton_unk)
        emissions = model.emissions(batch.words.masked_fill(hidden, UNK), batch)
        loss = model.crf.negative_log_likelihood(emissions, batch.labels, batch.mask).mean()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
        optimiser.step()


@torch.no_grad()
def predict(model: BiLSTMCRF, examples: list[Encoded], encoder: Encoder, settings: Settings) -> list[list[str]]:
    model.eval()
    predictions: list[list[str]] = []
    for batch in batches(examples, list(range(len(examples))), settings.batch_size):
        decoded = model.crf.decode(model.emissions(batch.words, batch), batch.mask)
        predictions += [[encoder.labels[label] for label in labels] for labels in decoded]
    return predictions


def batches(examples: list[Encoded], order: list[int], size: int) -> Iterator[Batch]:
    for first in range(0, len(order), size):
        yield collate([examples[i] for i in order[first : first + size]])
