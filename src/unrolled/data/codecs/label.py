"""One label for all of x: a sentiment, a topic, stars."""

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal, cast

import torch
from torch import Tensor

from unrolled.data.codecs.chunks import EachStep
from unrolled.data.codecs.codec import Fault, Saved
from unrolled.data.codecs.encoded import int64
from unrolled.data.given import described, is_gap, own
from unrolled.data.labels import are_grades, are_numbers, in_order
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Classes
from unrolled.data.vocabulary import Vocabulary
from unrolled.errors import DataError, SettingsError
from unrolled.settings import Settings, setting

__all__ = ["LabelCodec", "LabelSettings", "nearest"]


@dataclass(frozen=True, kw_only=True)
class LabelSettings(Settings):
    """What is known of the labels.

    Attributes:
        order: whether neighbouring labels are alike, as 4 and 5 stars are: "ordered", "none", or "detect", which takes
            three or more whole numbers for ordered. Numbers stand by value, other labels in alphabetical order.
    """

    title: ClassVar[str] = "setting of the labels"

    order: Literal["detect", "none", "ordered"] = setting("detect")


@dataclass(frozen=True)
class LabelCodec:
    """One label of a whole x, as an index; there is no unknown label.

    >>> codec = LabelCodec.fitted(["5", "1", "10", "5"])
    >>> codec.labels.tokens, codec.space
    (('1', '5', '10'), Classes(num=3, ordered=True, end=None))
    >>> codec.decode(codec.encode(["10", "1"]).to_list())
    ['10', '1']
    """

    kind: ClassVar[str] = "label"

    labels: Vocabulary
    settings: LabelSettings = field(default_factory=LabelSettings)

    @classmethod
    def fitted(cls, raws: Iterable[str], settings: LabelSettings | None = None) -> "LabelCodec":
        """Return the codec of the training labels: numbers by value, other labels in alphabetical order.

        Raises:
            DataError: fewer than two labels, between which there is nothing to choose; or one that is no text, with
                the example's number.
        """
        labels = in_order(set(_checked(raws)))
        if len(labels) < 2:
            found = f"Every example has the label {labels[0]!r}" if labels else "There is no labelled example"
            raise DataError(f"{found}. Give examples of at least two labels.")
        return cls(Vocabulary(labels, unk=None), settings or LabelSettings())

    def grown(self, raws: Iterable[str], settings: LabelSettings) -> "LabelCodec":
        """Return the codec that also has the labels of new examples, all in their order; it is ordered if this one is.

        Raises:
            DataError: a new label without a place in the order of the earlier ones.
            SettingsError: `order` would make ordered labels of others, or the reverse.
        """
        order = "ordered" if self.space.ordered else "none"
        if settings.order not in ("detect", order):
            raise SettingsError(
                f"order is {settings.order!r}, and the model to go on from has order {order!r}. Leave it out."
            )
        earlier = self.labels.tokens
        labels = in_order({*earlier, *raws})
        if order == "ordered" and are_numbers(earlier) and not are_numbers(labels):
            new = next(label for label in labels if not are_numbers([label]))
            raise DataError(
                f"The label {new!r} is no number, and those of the model to go on from are: {', '.join(earlier)}. "
                "Give a number that says where it stands, or train a new model."
            )
        return LabelCodec(Vocabulary(labels, unk=None), replace(settings, order=order))

    def origins(self, earlier: "LabelCodec") -> dict[str, Tensor]:
        """Return where the weights of each label come from."""
        return {"labels": int64(self.labels.origins(earlier.labels))}

    @property
    def space(self) -> Classes:
        """How many labels there are, and whether they are ordered."""
        order = self.settings.order
        ordered = order == "ordered" or (order == "detect" and are_grades(self.labels.tokens))
        return Classes(len(self.labels), ordered)

    def length(self, raw: str, /) -> int:
        """Return T_y, which is 1."""
        return 1

    def accepted(self, raw: Any, /) -> str | Fault:
        """Return a label, or what is wrong with it."""
        found = _text(raw)
        if isinstance(found, Fault) or found in self.labels:
            return found
        way_out = f"The nearest that it has is {nearest(found, self.labels.tokens)!r}"
        return Fault(f"the label {found!r}, which the training data does not have", way_out)

    def check(self, raw: Any, /) -> Fault | None:
        """Return what is wrong with a label."""
        found = self.accepted(raw)
        return found if isinstance(found, Fault) else None

    def encode(self, raws: Sequence[str], /, noise: torch.Generator | None = None) -> Ragged:
        """Encode a batch of N labels as Ragged of N sequences of one step, rows (N,) int64.

        Raises:
            DataError: a label that the training data did not have; the message names the nearest. One that is no text,
                with the example's number.
        """
        rows = int64(self.labels.indices(_checked(raws)))
        return Ragged(rows, torch.ones_like(rows))

    def chunks(self) -> EachStep[Any]:
        """Return what encodes one x while it arrives."""
        return EachStep(self.encode)

    def decode(self, sequences: Sequence[Tensor], /) -> list[str]:
        """Return the label of each sequence, (1,)."""
        tokens = self.labels.tokens
        return [tokens[i] for i in cast(Any, torch.cat(list(sequences))).tolist()] if sequences else []

    def counts(self, raws: Iterable[str]) -> Tensor:
        """Return how often each label occurs, (K,)."""
        counts = Counter(_checked(raws))
        self.labels.indices(counts)
        return int64([counts[label] for label in self.labels.tokens])

    def save(self) -> Saved:
        """Return the settings and the labels, in order."""
        return Saved(self.settings.to_dict(), {"labels.txt": self.labels.dumps()})

    @classmethod
    def load(cls, saved: Saved, /) -> "LabelCodec":
        """Return the codec that was saved.

        Raises:
            DataError: no labels, fewer than two, or labels that are not in their order.
            SettingsError: a setting that cannot be.
        """
        labels = Vocabulary.loads(saved.text("labels.txt"), None, name="labels.txt")
        if len(labels) < 2 or list(labels.tokens) != in_order(labels.tokens):
            raise DataError(
                "labels.txt does not hold two labels or more in their order. Copy the whole model directory."
            )
        return cls(labels, LabelSettings.from_dict(saved.settings))


def _text(raw: Any) -> str | Fault:
    value = own(raw)
    if isinstance(value, str) and value:
        return str.__str__(value)
    number = isinstance(value, int | float) and not is_gap(value)
    way_out = f"Give a text, {str(value)!r}" if number else "Give every example a label, a text"
    return Fault(f"the label {described(value).rstrip(',')}, which is no text", way_out)


def _checked(raws: Iterable[Any]) -> Iterator[str]:
    for number, raw in enumerate(raws, 1):
        found = _text(raw)
        if isinstance(found, Fault):
            raise found.error(number)
        yield found


def nearest(label: str, labels: Sequence[str]) -> str:
    """Return the one of some labels that is most like a label that is none of them."""
    return (difflib.get_close_matches(label[:100], labels, n=1, cutoff=0.0) or list(labels))[0]
