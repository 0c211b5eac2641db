"""The kinds of settings: what each reads, what it says of what it cannot read, and how a page describes it."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from unrolled.errors import SettingsError
from unrolled.settings.value import LARGEST, Value, plain

__all__ = ["Choice", "Flag", "Kind", "NameOrNumber", "Nullable", "Number", "PathName", "Text", "Whole", "read"]


class Kind(Protocol):
    """What a setting may be."""

    def read(self, value: object, /) -> Value:
        """Return the value, or raise ValueError with what it should be."""
        ...

    def allowed(self) -> str:
        """Return what may be given, in Markdown."""
        ...


@dataclass(frozen=True)
class Whole:
    """A whole number from `least` to `most`."""

    least: int = 0
    most: int = LARGEST

    def read(self, value: object, /) -> Value:
        """Return the value, or raise ValueError with what it should be."""
        if isinstance(value, bool) or not isinstance(value, int) or not self.least <= value <= self.most:
            bounds = [f"at least {self.least}"] if self.least > -LARGEST else []
            bounds += [f"at most {self.most}"] if self.most < LARGEST else []
            raise ValueError(f"Give a whole number{' of ' if bounds else ''}{' and '.join(bounds)}")
        return value

    def allowed(self) -> str:
        """Return what may be given, in Markdown."""
        if self.least > -LARGEST and self.most < LARGEST:
            return f"whole, {self.least} to {self.most}"
        bounds = [f", ≥ {self.least}"] if self.least > -LARGEST else []
        return "".join(["whole", *bounds, *([f", ≤ {self.most}"] if self.most < LARGEST else [])])


@dataclass(frozen=True)
class Number:
    """A finite number: at least `least`, above `above`, below `below` and at most `most`, as far as they are given."""

    least: float = -math.inf
    above: float = -math.inf
    below: float = math.inf
    most: float = math.inf

    def read(self, value: object, /) -> Value:
        """Return the value as a float, or raise ValueError with what it should be."""
        try:
            real = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
        except OverflowError:  # an int with hundreds of digits
            real = math.inf
        if not (math.isfinite(real) and self.least <= real <= self.most and self.above < real < self.below):
            bounds = self._bounds(("at least", "above", "below", "at most"))
            raise ValueError(f"Give a number {' and '.join(bounds)}".rstrip())
        return real

    def allowed(self) -> str:
        """Return what may be given, in Markdown."""
        return ", ".join(self._bounds("≥><≤")) or "number"

    def _bounds(self, words: Sequence[str]) -> list[str]:
        bounds = zip(words, (self.least, self.above, self.below, self.most), strict=True)
        return [f"{word} {bound:.12g}" for word, bound in bounds if math.isfinite(bound)]


@dataclass(frozen=True)
class Choice:
    """One of several words."""

    values: tuple[str, ...]

    def read(self, value: object, /) -> Value:
        """Return the value, or raise ValueError with what it should be."""
        if not isinstance(value, str) or value not in self.values:
            raise ValueError(f"Choose one of {', '.join(self.values)}")
        return value

    def allowed(self) -> str:
        """Return what may be given, in Markdown."""
        return ", ".join(f"`{value}`" for value in self.values)


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def read(self, value: object, /) -> Value:
        """Return the value, or raise ValueError with what it should be."""
        if not isinstance(value, bool):
            raise ValueError("Give true or false")
        return value

    def allowed(self) -> str:
        """Return what may be given, in Markdown."""
        return "`true`, `false`"


@dataclass(frozen=True)
class Text:
    """A text that is not empty."""

    def read(self, value: object, /) -> Value:
        """Return the value, or raise ValueError with what it should be."""
        if not isinstance(value, str) or not value:
            raise ValueError("Give a text")
        return value

    def allowed(self) -> str:
        """Return what may be given, in Markdown."""
        return "text"


@dataclass(frozen=True)
class PathName:
    """The name of a file, as text or as what `os.fspath` takes."""

    def read(self, value: object, /) -> Value:
        """Return the value as text, or raise ValueError with what it should be."""
        name = os.fspath(cast("os.PathLike[str]", value)) if isinstance(value, os.PathLike) else value
        if not isinstance(name, str) or not name:
            raise ValueError("Give a path")
        return name

    def allowed(self) -> str:
        """Return what may be given, in Markdown."""
        return "path"


@dataclass(frozen=True)
class NameOrNumber:
    """A name or a number of something, such as a column."""

    def read(self, value: object, /) -> Value:
        """Return the value, or raise ValueError with what it should be."""
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            raise ValueError("Give a name, or a whole number")
        return value

    def allowed(self) -> str:
        """Return what may be given, in Markdown."""
        return "number or name"


@dataclass(frozen=True)
class Nullable:
    """What another kind allows, or None."""

    kind: Kind

    def read(self, value: object, /) -> Value:
        """Return the value, or raise ValueError with what it should be."""
        if value is None:
            return None
        try:
            return self.kind.read(value)
        except ValueError as problem:
            raise ValueError(f"{problem}, or None") from None

    def allowed(self) -> str:
        """Return what may be given, in Markdown."""
        return f"{self.kind.allowed()}, or `null`"


def read(name: str, kind: Kind, value: object) -> Value:
    """Return what a kind makes of a value; NumPy's scalars count as Python's.

    Raises:
        SettingsError: a value that the kind does not allow.
    """
    value = plain(value)
    try:
        return kind.read(value)
    except ValueError as problem:
        raise SettingsError(f"{name} is {value!r}. {problem}.") from None
