"""Several labels for all of x: the topics of an article, the notes of a chord."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias, cast

import torch
from torch import Tensor

from unrolled.data.codecs.chunks import EachStep
from unrolled.data.codecs.codec import Fault, Saved
from unrolled.data.codecs.encoded import int64
from unrolled.data.codecs.label import nearest
from unrolled.data.given import described, own, steps_of
from unrolled.data.labels import in_order
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Sets
from unrolled.data.vocabulary import Vocabulary
from unrolled.errors import DataError
from unrolled.settings import Settings

__all__ = ["LabelSetCodec", "LabelSetSettings"]

Labels: TypeAlias = Collection[str]


@dataclass(frozen=True, kw_only=True)
class LabelSetSettings(Settings):
    """Nothing can be set: the labels are those of the training data."""

    title: ClassVar[str] = "setting of the labels"


@dataclass(frozen=True)
class LabelSetCodec:
    """A set of labels of a whole x, as a 0 or 1 for each; there is no unknown label, and a set may be empty.

    >>> codec = LabelSetCodec.fitted([{"film", "war"}, {"war"}, set()])
    >>> codec.encode([{"war"}, {"war", "film"}]).rows.tolist()
    [[0.0, 1.0], [1.0, 1.0]]
    >>> codec.decode(codec.encode([{"war"}]).to_list())
    [frozenset({'war'})]
    """

    kind: ClassVar[str] = "label_set"

    labels: Vocabulary
    settings: LabelSetSettings = field(default_factory=LabelSetSettings)

    @classmethod
    def fitted(cls, raws: Iterable[Labels], settings: LabelSetSettings | None = None) -> "LabelSetCodec":
        """Return the codec of the training labels: numbers by value, other labels in alphabetical order.

        Raises:
            DataError: no label at all, or a text instead of a set of labels.
        """
        found = _every(raws)
        if not found:
            raise DataError("No example has a label. Give examples with the labels to be learnt.")
        return cls(Vocabulary(in_order(found), unk=None), settings or LabelSetSettings())

    def grown(self, raws: Iterable[Labels], settings: LabelSetSettings) -> "LabelSetCodec":
        """Return the codec that also has the labels of new examples, all in their order.

        Raises:
            DataError: a text instead of a set of labels.
        """
        return LabelSetCodec(Vocabulary(in_order({*self.labels.tokens, *_every(raws)}), unk=None), settings)

    def origins(self, earlier: "LabelSetCodec") -> dict[str, Tensor]:
        """Return where the weights of each label come from."""
        return {"labels": int64(self.labels.origins(earlier.labels))}

    @property
    def space(self) -> Sets:
        """How many labels there are."""
        return Sets(len(self.labels))

    def length(self, raw: Labels, /) -> int:
        """Return T_y, which is 1."""
        return 1

    def accepted(self, raw: Any, /) -> Labels | Fault:
        """Return a set of labels, or what is wrong with it."""
        found = _set(raw)
        if isinstance(found, Fault):
            return found
        unknown = next((label for label in sorted(found) if label not in self.labels), None)
        if unknown is None:
            return found
        way_out = f"The nearest that it has is {nearest(unknown, self.labels.tokens)!r}"
        return Fault(f"the label {unknown!r}, which the training data does not have", way_out)

    def check(self, raw: Any, /) -> Fault | None:
        """Return what is wrong with a set of labels."""
        found = self.accepted(raw)
        return found if isinstance(found, Fault) else None

    def encode(self, raws: Sequence[Labels], /, noise: torch.Generator | None = None) -> Ragged:
        """Encode a batch of N sets as Ragged of N sequences of one step, rows (N, K) float32 of 0 and 1.

        Raises:
            DataError: what `check` finds, with the example's number.
        """
        rows = torch.zeros(len(raws), len(self.labels))
        for number, raw in enumerate(raws, 1):
            labels = self.accepted(raw)
            if isinstance(labels, Fault):
                raise labels.error(number)
            rows[number - 1, self.labels.indices(labels)] = 1
        return Ragged(rows, torch.ones(len(raws), dtype=torch.int64))

    def chunks(self) -> EachStep[Any]:
        """Return what encodes one x while it arrives."""
        return EachStep(self.encode)

    def decode(self, sequences: Sequence[Tensor], /) -> list[Labels]:
        """Return the set of each sequence, (1, K): the labels above one half."""
        tokens = self.labels.tokens
        found: list[list[float]] = [cast(Any, rows)[0].tolist() for rows in sequences]
        return [frozenset(t for t, value in zip(tokens, row, strict=True) if value > 0.5) for row in found]

    def counts(self, raws: Iterable[Labels]) -> Tensor:
        """Return in how many sets each label occurs, (K,)."""
        counts = Counter(label for raw in raws for label in set(raw))
        self.labels.indices(counts)
        return int64([counts[label] for label in self.labels.tokens])

    def save(self) -> Saved:
        """Return the labels, in order."""
        return Saved(self.settings.to_dict(), {"labels.txt": self.labels.dumps()})

    @classmethod
    def load(cls, saved: Saved, /) -> "LabelSetCodec":
        """Return the codec that was saved.

        Raises:
            DataError: no labels, or labels that are not in their order.
        """
        labels = Vocabulary.loads(saved.text("labels.txt"), None, name="labels.txt")
        if not len(labels) or list(labels.tokens) != in_order(labels.tokens):
            raise DataError("labels.txt does not hold labels in their order. Copy the whole model directory.")
        return cls(labels, LabelSetSettings.from_dict(saved.settings))


def _every(raws: Iterable[Any]) -> set[str]:
    found: set[str] = set()
    for number, raw in enumerate(raws, 1):
        labels = _set(raw)
        if isinstance(labels, Fault):
            raise labels.error(number)
        found.update(labels)
    return found


def _set(raw: Any) -> frozenset[str] | Fault:
    """Return the labels of a set, a list or an array, or what it is instead."""
    way_out = "Give a set of texts, {'film', 'war'}"
    steps = tuple(cast("Labels", raw)) if isinstance(raw, set | frozenset) else steps_of(raw, "a set of texts")
    if isinstance(steps, Fault):
        found = repr(raw[:40]) if isinstance(raw, str) else steps.found
        return Fault(f"{found} where a set of labels is expected", way_out)
    labels = list(map(own, steps))
    for label in labels:
        if not isinstance(label, str) or not label:
            return Fault(f"the label {described(label).rstrip(',')}, which is no text", way_out)
    return frozenset(map(str.__str__, labels))
