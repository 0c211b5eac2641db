"""A label at every step, any after any other: what someone is doing, the state of a machine."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar, TypeAlias, cast

import numpy as np
import torch
from torch import Tensor

from unrolled.data.codecs.chunks import EachStep
from unrolled.data.codecs.codec import Fault, Saved
from unrolled.data.codecs.encoded import int64
from unrolled.data.codecs.label import nearest
from unrolled.data.codons import Codons
from unrolled.data.given import labels_of
from unrolled.data.labels import in_order
from unrolled.data.pieces import Piece
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Classes, Paths
from unrolled.data.step_labels import StepLabels, distinct_labels, label_counts, step_codes
from unrolled.data.vocabulary import Vocabulary
from unrolled.errors import DataError
from unrolled.settings import Settings, setting

__all__ = ["StepLabelsCodec", "StepLabelsSettings"]

Labels: TypeAlias = Sequence[str]


@dataclass(frozen=True, kw_only=True)
class StepLabelsSettings(Settings):
    """What the labels of steps mean; which there are, the training data say.

    Attributes:
        background: the label of steps that are nothing: a stretch of it is no interval. None where there is none.
        stretches: whether the labels come in stretches whose ends count: the space is then `Paths`.
        coding: of such labels those of coding bases, whose steps are told apart by their place in the codon.
    """

    title: ClassVar[str] = "setting of the labels of steps"

    background: str | None = setting(None)
    stretches: bool = setting(False)
    coding: str | None = setting(None)


@dataclass(frozen=True)
class StepLabelsCodec:
    """A label at every step, as indices; there is no unknown label, and no order.

    >>> codec = StepLabelsCodec.fitted([("rest", "walk"), ("rest",)])
    >>> codec.decode(codec.encode([("walk",), ("rest", "rest")]).to_list())
    [('walk',), ('rest', 'rest')]
    """

    kind: ClassVar[str] = "step_labels"

    labels: Vocabulary
    settings: StepLabelsSettings = field(default_factory=StepLabelsSettings)

    @classmethod
    def fitted(cls, raws: Iterable[Labels], settings: StepLabelsSettings | None = None) -> "StepLabelsCodec":
        """Return the codec of the training labels: numbers by value, other labels in alphabetical order.

        Raises:
            DataError: fewer than two labels, between which there is nothing to choose.
        """
        settings = settings or StepLabelsSettings()
        there = set[str]().union(*map(distinct_labels, raws))
        labels = in_order(there | ({_on_other_strand(label) for label in there} if settings.stretches else set()))
        if len(there) < 2:
            found = f"Every step has the label {labels[0]!r}" if labels else "There is no labelled step"
            raise DataError(f"{found}. Give examples of at least two labels.")
        return cls(Vocabulary(labels, unk=None), settings)

    def grown(self, raws: Iterable[Labels], settings: StepLabelsSettings) -> "StepLabelsCodec":
        """Return the codec that also has the labels of new examples, all in their order.

        Raises:
            DataError: new labels, where the steps have a place in a codon: which states there are, is then settled.
        """
        labels = in_order({*self.labels.tokens}.union(*map(distinct_labels, raws)))
        if self.codons is not None and len(labels) > len(self.labels):
            new = [label for label in labels if label not in self.labels]
            raise DataError(f"The label {new[0]!r} is new, and this model's labels are those of genes. Train anew.")
        return StepLabelsCodec(Vocabulary(labels, unk=None), settings)

    def origins(self, earlier: "StepLabelsCodec") -> dict[str, Tensor]:
        """Return where the weights of each label come from."""
        return {"labels": int64(self.labels.origins(earlier.labels))}

    @property
    def space(self) -> Classes | Paths:
        """How many labels there are, and which are others on the other strand: those that end in + and -."""
        tokens = self.labels.tokens
        partners = tuple(self._partner(i) for i in range(len(tokens)))
        partners = partners if partners != tuple(range(len(tokens))) else ()
        if (codons := self.codons) is not None:
            own = codons.partners(partners or range(len(tokens)))
            return Paths(len(own), own, codons.labels, codons.classes)
        if self.settings.stretches:
            return Paths(len(tokens), partners)
        return Classes(len(tokens), partners=partners)

    @property
    def stranded(self) -> frozenset[str]:
        """The labels that are others on the other strand."""
        return frozenset(label for i, label in enumerate(self.labels.tokens) if self._partner(i) != i)

    @property
    def codons(self) -> Codons | None:
        """The states that the steps are in, where they are told apart by their place in the codon."""
        if self.settings.coding is None or not self.settings.stretches:
            return None
        return Codons.of(self.labels.tokens, self.settings.coding.split(","), self.settings.background)

    def _partner(self, index: int) -> int:
        other = _on_other_strand(self.labels.tokens[index])
        return self.labels.tokens.index(other) if other in self.labels else index

    def length(self, raw: Labels, /) -> int:
        """Return T_y, the number of labels."""
        return len(raw)

    def accepted(self, raw: Any, /) -> Labels | Fault:
        """Return the labels of an example, or what is wrong with one of them."""
        found = raw if isinstance(raw, StepLabels) else labels_of(raw, None, "step")
        if isinstance(found, Fault):
            return found
        unknown = min((label for label in distinct_labels(found) if label not in self.labels), default=None)
        if unknown is None:
            return found if isinstance(found, StepLabels) else tuple(found)
        way_out = f"The nearest that it has is {nearest(unknown, self.labels.tokens)!r}"
        return Fault(f"the label {unknown!r}, which the training data does not have", way_out)

    def check(self, raw: Any, /) -> Fault | None:
        """Return what is wrong with the labels of an example."""
        found = self.accepted(raw)
        return found if isinstance(found, Fault) else None

    def encode(self, raws: Sequence[Labels], /, noise: torch.Generator | None = None) -> Ragged:
        """Encode a batch of whole label sequences as Ragged, rows (M,) int64: the index of each label, or state.

        Raises:
            DataError: a label that the training data did not have; the message names the nearest.
        """
        lengths = int64([len(raw) for raw in raws])
        if (codons := self.codons) is not None:
            self.labels.indices(sorted(set[str]().union(*map(distinct_labels, raws))))
            states = [codons.states(step_codes(raw, self.labels.tokens)) for raw in raws]
            return Ragged(torch.as_tensor(np.concatenate(states)), lengths)
        if not all(isinstance(raw, StepLabels) for raw in raws):
            return Ragged(int64(self.labels.indices([label for raw in raws for label in raw])), lengths)
        self.labels.indices(sorted(set[str]().union(*map(distinct_labels, raws))))
        codes = np.concatenate([step_codes(raw, self.labels.tokens) for raw in raws])
        return Ragged(torch.as_tensor(codes), lengths)

    def encode_pieces(self, raws: Sequence[Labels], pieces: Sequence[Piece], /) -> Ragged:
        """Encode a piece of each label sequence; what stands before it decides its states.

        Raises:
            DataError: a label that the training data did not have.
        """
        if self.codons is None:
            return self.encode([raw[piece.start : piece.end] for raw, piece in zip(raws, pieces, strict=True)])
        whole = self.encode(raws).to_list()
        return Ragged.from_list([y[piece.start : piece.end] for y, piece in zip(whole, pieces, strict=True)])

    def chunks(self) -> EachStep[Any]:
        """Return what encodes one y while it arrives."""
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
        return [tuple(labels[start:end]) for start, end in pairwise(ends)]

    def counts(self, raws: Iterable[Labels]) -> Tensor:
        """Return how often each label occurs, (K,)."""
        counts = Counter[str]()
        for raw in raws:
            counts.update(label_counts(raw))
        self.labels.indices(counts)
        return int64([counts[label] for label in self.labels.tokens])

    def save(self) -> Saved:
        """Return the labels, in order."""
        return Saved(self.settings.to_dict(), {"labels.txt": self.labels.dumps()})

    @classmethod
    def load(cls, saved: Saved, /) -> "StepLabelsCodec":
        """Return the codec that was saved.

        Raises:
            DataError: no labels, fewer than two, or labels that are not in their order.
        """
        labels = Vocabulary.loads(saved.text("labels.txt"), None, name="labels.txt")
        if len(labels) < 2 or list(labels.tokens) != in_order(labels.tokens):
            raise DataError(
                "labels.txt does not hold two labels or more in their order. Copy the whole model directory."
            )
        settings = StepLabelsSettings.from_dict(saved.settings)
        if settings.background is not None and settings.background not in labels:
            raise DataError(
                f"background is {settings.background!r}, none of the labels. Copy the whole model directory."
            )
        return cls(labels, settings)


def _on_other_strand(label: str) -> str:
    """Return what a label is called on the other strand of DNA: `exon-` for `exon+`, else itself."""
    turned = {"+": "-", "-": "+"}.get(label[-1:])
    return label if turned is None or len(label) < 2 else f"{label[:-1]}{turned}"
