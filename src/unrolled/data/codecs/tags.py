"""A label in IOB2 at every step."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar, TypeAlias, cast

import torch
from torch import Tensor

from unrolled.data.codecs.chunks import EachStep
from unrolled.data.codecs.codec import Fault, Saved
from unrolled.data.codecs.encoded import int64
from unrolled.data.given import labels_of
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Tags
from unrolled.data.tags import iob2_pattern
from unrolled.data.vocabulary import Vocabulary
from unrolled.errors import DataError
from unrolled.settings import Settings

__all__ = ["TagsCodec", "TagsSettings", "may_follow"]

Labels: TypeAlias = Sequence[str]


@dataclass(frozen=True, kw_only=True)
class TagsSettings(Settings):
    """Nothing can be set: the labels are those of the training data."""

    title: ClassVar[str] = "setting of the labels"


@dataclass(frozen=True)
class TagsCodec:
    """A label at every step, as indices; there is no unknown label.

    >>> codec = TagsCodec.fitted([["O", "B-PER"], ["O"]])
    >>> codec.decode(codec.encode([["B-PER"], ["O", "O"]]).to_list())
    [['B-PER'], ['O', 'O']]
    """

    kind: ClassVar[str] = "tags"

    labels: Vocabulary
    settings: TagsSettings = field(default_factory=TagsSettings)

    @classmethod
    def fitted(cls, raws: Iterable[Labels], settings: TagsSettings | None = None) -> "TagsCodec":
        """Return the codec of the training labels, in alphabetical order.

        Raises:
            DataError: a label that is no text, with the numbers of sentence and word.
        """
        counts = Counter(label for sequence in _checked(raws) for label in sequence)
        return cls(Vocabulary.from_counts(counts, order="alphabetical", unk=None), settings or TagsSettings())

    def grown(self, raws: Iterable[Labels], settings: TagsSettings) -> "TagsCodec":
        """Return the codec that also has the labels of new sentences, all in alphabetical order."""
        labels = {*self.labels.tokens, *(label for sequence in raws for label in sequence)}
        return TagsCodec(Vocabulary(sorted(labels), unk=None), settings)

    def origins(self, earlier: "TagsCodec") -> dict[str, Tensor]:
        """Return where the weights of each label come from."""
        return {"labels": int64(self.labels.origins(earlier.labels))}

    @property
    def space(self) -> Tags:
        """Which label may follow which: the rules of IOB2."""
        labels = self.labels.tokens
        return Tags(
            num=len(labels),
            forbidden=tuple(tuple(not may_follow(label, previous) for label in labels) for previous in labels),
            forbidden_start=tuple(not may_follow(label, "O") for label in labels),
            outside=labels.index("O") if "O" in labels else None,
        )

    def length(self, raw: Labels, /) -> int:
        """Return T_y, the number of labels."""
        return len(raw)

    def accepted(self, raw: Any, /) -> Labels | Fault:
        """Return the labels of a sentence, or what is wrong with one of them."""
        found = labels_of(raw, None)
        if isinstance(found, Fault):
            return found
        unknown = next((label for label in found if label not in self.labels), None)
        return found if unknown is None else Fault(f"the label {unknown!r}", "Give one that the training data has")

    def check(self, raw: Any, /) -> Fault | None:
        """Return what is wrong with the labels of a sentence."""
        found = self.accepted(raw)
        return found if isinstance(found, Fault) else None

    def encode(self, raws: Sequence[Labels], /, noise: torch.Generator | None = None) -> Ragged:
        """Encode a batch of label sequences as Ragged, rows (M,) int64.

        Raises:
            DataError: a label that the training data did not have; the message names the nearest. A label that is no
                text, with the numbers of sentence and word.
        """
        sequences = list(_checked(raws))
        rows = self.labels.indices([label for sequence in sequences for label in sequence])
        return Ragged(int64(rows), int64([len(sequence) for sequence in sequences]))

    def chunks(self) -> EachStep[Any]:
        """Return what encodes one x while it arrives."""
        return EachStep(self.encode)

    def decode(self, sequences: Sequence[Tensor], /) -> list[Labels]:
        """Return the labels of each sequence."""
        if not sequences:
            return []
        tokens = self.labels.tokens
        labels: list[str] = [tokens[i] for i in cast(Any, torch.cat(list(sequences))).tolist()]
        ends = [0]
        for sequence in sequences:
            ends.append(ends[-1] + len(sequence))
        return [labels[start:end] for start, end in pairwise(ends)]

    def counts(self, raws: Iterable[Labels]) -> Tensor:
        """Return how often each label occurs, (K,)."""
        rows = self.labels.indices([label for sequence in _checked(raws) for label in sequence])
        return torch.bincount(int64(rows), minlength=len(self.labels))

    def save(self) -> Saved:
        """Return the labels, in order."""
        return Saved(self.settings.to_dict(), {"labels.txt": self.labels.dumps()})

    @classmethod
    def load(cls, saved: Saved, /) -> "TagsCodec":
        """Return the codec that was saved.

        Raises:
            DataError: no labels, or labels that are not those of IOB2.
        """
        labels = Vocabulary.loads(saved.text("labels.txt"), None, name="labels.txt")
        if not all(iob2_pattern(label) for label in labels.tokens):
            raise DataError(f"The labels {list(labels.tokens)} are not those of IOB2.")
        return cls(labels, TagsSettings.from_dict(saved.settings))


def _checked(sequences: Iterable[Any]) -> Iterator[Labels]:
    for number, labels in enumerate(sequences, 1):
        found = labels_of(labels, None)
        if isinstance(found, Fault):
            raise DataError(f"Sentence {number} has {found.found}. {found.way_out}.")
        yield found


def may_follow(label: str, previous: str) -> bool:
    """Return whether a label may follow another in IOB2; the start of a sentence is as O. Other labels may follow any.

    >>> may_follow("I-PER", "B-PER"), may_follow("I-PER", "B-LOC"), may_follow("I-PER", "O")
    (True, False, False)
    """
    if label[:1] != "I" or label[1:2] not in {"", "-"}:
        return True
    return previous in {"B" + label[1:], label}
