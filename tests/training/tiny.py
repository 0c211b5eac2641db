"""A tagger that trains in milliseconds: the tests' Trainable."""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

from unrolled.architectures import Loss
from unrolled.data.pair import Pair
from unrolled.metrics import Figure

Tagged = Pair[tuple[int, ...], tuple[int, ...]]
NUM_WORDS, NUM_LABELS = 20, 4


class TinyTagger:
    """Embedding, dropout, linear, softmax; `on_measure` is called before each measurement."""

    figures = (Figure("f1", "higher", floor=0.0), Figure("dev_loss", "lower"))
    unit = "token"

    def __init__(self, seed: int = 0, dropout: float = 0.2, on_measure: Callable[[], None] | None = None) -> None:
        self.network = nn.Sequential(nn.Embedding(NUM_WORDS, 8), nn.Linear(8, NUM_LABELS))
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for parameter in self.network.parameters():
                parameter.normal_(generator=generator)
        self.dropout, self.on_measure = dropout, on_measure

    def loss(self, pairs: Sequence[Tagged], noise: torch.Generator) -> Loss:
        embedded = self.network[0](_flat([pair.x for pair in pairs]))
        keep = torch.rand(embedded.shape, generator=noise) >= self.dropout
        labels = _flat([pair.y for pair in pairs])
        total = nn.functional.cross_entropy(self.network[1](embedded * keep), labels, reduction="sum")
        return Loss(total, len(labels))

    def measure(self, pairs: Sequence[Tagged]) -> Mapping[str, float]:
        if self.on_measure is not None:
            self.on_measure()
        scores = self.network(_flat([pair.x for pair in pairs]))
        labels = _flat([pair.y for pair in pairs])
        loss = nn.functional.cross_entropy(scores, labels)
        return {"f1": (scores.argmax(1) == labels).double().mean().item(), "dev_loss": loss.item()}

    def length(self, pair: Tagged) -> int:
        return len(pair.x)


def tagged(num_pairs: int, seed: int) -> list[Tagged]:
    """Random sentences, a third of whose labels are random too."""
    generator = torch.Generator().manual_seed(seed)

    def draw(high: int, size: int) -> list[int]:
        return torch.randint(0, high, (size,), generator=generator).tolist()

    pairs: list[Tagged] = []
    for _ in range(num_pairs):
        x = draw(NUM_WORDS, draw(9, 1)[0] + 1)
        noise = zip(x, draw(3, len(x)), draw(NUM_LABELS, len(x)), strict=True)
        pairs.append(
            Pair(tuple(x), tuple(label if chance == 0 else word % NUM_LABELS for word, chance, label in noise))
        )
    return pairs


def weights(model: TinyTagger) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in model.network.state_dict().items()}


def same_bits(a: Mapping[str, Tensor], b: Mapping[str, Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def _flat(sequences: Sequence[Sequence[int]]) -> Tensor:
    return torch.tensor([item for sequence in sequences for item in sequence])
