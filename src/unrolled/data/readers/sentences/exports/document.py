"""A text with the spans that somebody marked in it, as an annotation tool keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Document", "Mark"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked span `start:end`, end exclusive, in the units in which its file counts.

    Attributes:
        type: of the entity.
        start, end: the offsets.
        text: what the file itself says stands there; None where it says nothing.
    """

    type: str
    start: int
    end: int
    text: str | None = None


@dataclass(frozen=True)
class Document:
    """A text with its marks.

    Attributes:
        text: as the file has it, line ends and byte-order mark included.
        marks: in the file's order.
        line: where it stands in its file.
        file: of a text that has a file of its own; "" for none.
        tokens: where the tokens stand in the text, where the file says so.
        sentences: where the sentences stand in the text, likewise.
    """

    text: str
    marks: Sequence[Mark]
    line: int
    file: str = ""
    tokens: Sequence[tuple[int, int]] | None = None
    sentences: Sequence[tuple[int, int]] | None = None
