"""How a setting is declared: its default and what it may be, in one place; and how flat names become settings.

    @dataclass(frozen=True, kw_only=True)
    class NetworkSettings(Settings):
        hidden_size: int = whole(128, least=1)
        dropout: float = number(0.5, least=0, below=1)
        cell: str = choice("lstm", "rnn", "gru", "lstm")

A settings class checks itself when it is made, reads itself from a flat mapping (JSON, `--set`) and names the nearest
neighbour of a misspelled name.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any, ClassVar, Self

from unrolled.errors import SettingsError

__all__ = [
    "LARGEST_SIZE",
    "Settings",
    "Value",
    "choice",
    "flag",
    "name_or_number",
    "number",
    "text",
    "unknown_name",
    "whole",
]

Value = str | int | float | bool | None

LARGEST = 2**63 - 1

LARGEST_SIZE = 100_000
"""Of a layer: a stranger's settings cannot ask for more than a machine could hold."""


@dataclass(frozen=True)
class _Whole:
    least: int
    most: int
    optional: bool

    def read(self, value: object) -> Value:
        """Return the value, or raise ValueError with what it should be."""
        if isinstance(value, bool) or not isinstance(value, int) or not self.least <= value <= self.most:
            limit = f" and at most {self.most}" if self.most < LARGEST else ""
            raise ValueError(f"Give a whole number of at least {self.least}{limit}")
        return value


@dataclass(frozen=True)
class _Number:
    least: float | None
    above: float | None
    below: float
    optional: bool

    def read(self, value: object) -> Value:
        """Return the value as a float, or raise ValueError with what it should be."""
        real = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
        low = real >= self.least if self.least is not None else real > (self.above or 0.0)
        if not (low and real < self.below):
            bound = f"at least {self.least:g}" if self.least is not None else f"above {self.above or 0.0:g}"
            limit = f" and below {self.below:g}" if self.below < math.inf else ""
            raise ValueError(f"Give a number {bound}{limit}")
        return real


@dataclass(frozen=True)
class _Choice:
    values: tuple[str, ...]
    optional: bool = False

    def read(self, value: object) -> Value:
        """Return the value, or raise ValueError with what it should be."""
        if not isinstance(value, str) or value not in self.values:
            raise ValueError(f"Choose one of {', '.join(self.values)}")
        return value


@dataclass(frozen=True)
class _Flag:
    optional: bool = False

    def read(self, value: object) -> Value:
        """Return the value, or raise ValueError with what it should be."""
        if not isinstance(value, bool):
            raise ValueError("Give true or false")
        return value


@dataclass(frozen=True)
class _Text:
    optional: bool

    def read(self, value: object) -> Value:
        """Return the value, or raise ValueError with what it should be."""
        if not isinstance(value, str) or not value:
            raise ValueError("Give a text")
        return value


@dataclass(frozen=True)
class _NameOrNumber:
    optional: bool

    def read(self, value: object) -> Value:
        """Return the value, or raise ValueError with what it should be."""
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            raise ValueError("Give a name, or a whole number")
        return value


def whole(default: int | None, *, least: int = 0, most: int = LARGEST, optional: bool = False) -> Any:
    """Declare a whole number from `least` to `most`; with `optional` it may be None."""
    return field(default=default, metadata={"kind": _Whole(least, most, optional)})


def number(
    default: float | None,
    *,
    least: float | None = None,
    above: float | None = None,
    below: float = math.inf,
    optional: bool = False,
) -> Any:
    """Declare a number of at least `least`, or above `above`, and below `below`; with `optional` it may be None."""
    return field(default=default, metadata={"kind": _Number(least, above, below, optional)})


def choice(default: str, *values: str) -> Any:
    """Declare one of several words."""
    return field(default=default, metadata={"kind": _Choice(values)})


def flag(default: bool) -> Any:
    """Declare true or false."""
    return field(default=default, metadata={"kind": _Flag()})


def text(default: str | None, *, optional: bool = False) -> Any:
    """Declare a text that is not empty; with `optional` it may be None."""
    return field(default=default, metadata={"kind": _Text(optional)})


def name_or_number(default: str | int | None, *, optional: bool = False) -> Any:
    """Declare a name or a number of something, such as a column; with `optional` it may be None."""
    return field(default=default, metadata={"kind": _NameOrNumber(optional)})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """A group of settings: flat, frozen, checked when made.

    Raises:
        SettingsError: a value of the wrong type or outside its range.
    """

    title: ClassVar[str] = "setting"

    def __post_init__(self) -> None:
        for declared in fields(self):
            value: object = getattr(self, declared.name)
            kind = declared.metadata["kind"]
            if value is None and kind.optional:
                continue
            try:
                object.__setattr__(self, declared.name, kind.read(value))
            except ValueError as problem:
                allowed = ", or None" if kind.optional else ""
                raise SettingsError(f"{declared.name} is {value!r}. {problem}{allowed}.") from None

    @classmethod
    def names(cls) -> list[str]:
        """Return the names of the group's settings."""
        return [declared.name for declared in fields(cls)]

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self:
        """Return settings from names and values, such as a JSON object; a name that is left out keeps its default.

        Raises:
            SettingsError: a name that does not exist (its nearest neighbour is named) or a value that cannot be.
        """
        for name in values:
            if name not in cls.names():
                raise unknown_name(name, cls.names(), cls.title)
        return cls(**values)  # __post_init__ checks every value's type

    def to_dict(self) -> dict[str, Value]:
        """Return the names and values, as JSON holds them; `from_dict` is its inverse."""
        return {name: getattr(self, name) for name in self.names()}

    def changed(self, name: str) -> bool:
        """Return whether a setting differs from its default."""
        return getattr(self, name) != getattr(type(self)(), name)

    def without_effect(self) -> list[str]:
        """Return what was changed and has no effect beside the other settings, a sentence each."""
        return []


def unknown_name(name: str, names: Iterable[str], title: str = "setting") -> SettingsError:
    """Return the error for a name that does not exist, with its nearest neighbour.

    >>> unknown_name("epoch", ["epochs", "seed"])
    SettingsError("There is no setting 'epoch'. Did you mean 'epochs'?")
    """
    nearest = get_close_matches(name, sorted(names), n=1, cutoff=0.0)[0]
    return SettingsError(f"There is no {title} {name!r}. Did you mean {nearest!r}?")
