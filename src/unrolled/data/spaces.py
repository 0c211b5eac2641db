"""Spaces: what an encoded x⟨t⟩ or y⟨t⟩ is, in numbers alone.

A codec maps raw values into a space; an architecture knows spaces, never codecs. The input
layer and the output layer of a space are the only code that knows what x and y are.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

__all__ = ["Bases", "Classes", "Images", "Nothing", "Paths", "Sets", "Space", "Spelled", "Tags", "Vectors"]


@dataclass(frozen=True, slots=True)
class Nothing:
    """No input at all, as before the first word of a language model."""


@dataclass(frozen=True, slots=True)
class Classes:
    """One of `num` classes a step, int64 rows (M,): a word, a base, a label, stars.

    Attributes:
        num: K or V.
        ordered: whether neighbouring classes are alike, as 4 and 5 stars are.
        end: the class that ends a sequence; None where its length is given otherwise.
        partners: for each class, the one that it is on the other strand of DNA; empty where each is itself.
    """

    num: int
    ordered: bool = False
    end: int | None = None
    partners: tuple[int, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Tags:
    """One of `num` labels a step, int64 rows (M,), of which not every one may follow every other.

    Attributes:
        num: K.
        forbidden: (K, K), `forbidden[i][j]` where label j may not follow label i.
        forbidden_start: (K,), where a sequence may not start with the label.
        outside: the label of what is no entity; None where there is none.
    """

    num: int
    forbidden: tuple[tuple[bool, ...], ...]
    forbidden_start: tuple[bool, ...]
    outside: int | None = None


@dataclass(frozen=True, slots=True)
class Paths:
    """One of `num` labels a step, int64 rows (M,), in stretches of one label: exon and intron, the states of a machine.

    Attributes:
        num: S, how many states a step may be in: as many as labels, or more.
        partners: as of `Classes`, for each state.
        labels: (S,), the label of each state; empty where each is itself.
        classes: (S,), what the network tells apart: states of one class look alike, and what stands round them says
            which it is. Empty where each is itself.
    """

    num: int
    partners: tuple[int, ...] = field(default=(), repr=False)
    labels: tuple[int, ...] = field(default=(), repr=False)
    classes: tuple[int, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Spelled:
    """Words with their spelling (`EncodedWords`); each vocabulary has `<unk>` at index 0.

    Attributes:
        words, affixes, characters: sizes of the vocabularies.
        features: F, the number of affixes and shapes of a word.
        phrases: for each kind of phrase that is a feature of a whole text, how many there are.
    """

    words: int
    affixes: int
    characters: int
    features: int
    phrases: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Bases:
    """Bases of DNA (`EncodedBases`), each with those before it.

    Attributes:
        span: how many bases a row holds, four numbers each.
        places: T, where all sequences are of one length and a place means the same in each; 0 where not.
        phrases: for each kind of feature of a whole sequence, how many there are.
        words: how many numbers a row holds after those, of what stands round the base.
    """

    span: int
    places: int = 0
    phrases: tuple[int, ...] = ()
    words: int = field(default=0, repr=False)


@dataclass(frozen=True, slots=True)
class Vectors:
    """`size` numbers a step, float32 rows (M, size): frames of sound, sensors, measurements."""

    size: int


@dataclass(frozen=True, slots=True)
class Sets:
    """Any of `num` things at once, float32 rows (M, num) of 0 and 1: the notes that sound together, several labels."""

    num: int


@dataclass(frozen=True, slots=True)
class Images:
    """A picture a step, uint8 rows (M, span·channels, height, width).

    Attributes:
        channels: of a picture: 1 grey, 3 red, green and blue.
        height, width: in pixels.
        span: how many pictures a row holds: that of the step, then those before it, the latest first.
    """

    channels: int
    height: int
    width: int
    span: int = 1


Space: TypeAlias = Nothing | Classes | Tags | Paths | Spelled | Bases | Vectors | Sets | Images
