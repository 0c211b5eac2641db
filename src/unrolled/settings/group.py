"""A group of settings: flat, frozen, checked when made, read from flat names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from unrolled.errors import SettingsError
from unrolled.settings.declared import declarations
from unrolled.settings.kinds import read
from unrolled.settings.names import Retired, two_names, unknown_name, without_retired
from unrolled.settings.setting import holds
from unrolled.settings.value import Value

__all__ = ["Settings", "has_no_effect"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """A group of settings: flat, frozen, checked when made.

    A class of settings declares each with `setting` and explains each in the `Attributes:` of its docstring.

    Attributes:
        title: what one of them is called in errors.
        retired: names of earlier versions, which only `renewed` takes.

    Raises:
        SettingsError: a value of the wrong type or outside its range.
    """

    title: ClassVar[str] = "setting"
    retired: ClassVar[tuple[Retired, ...]] = ()

    def __post_init__(self) -> None:
        for name, declared in declarations(type(self)).items():
            object.__setattr__(self, name, read(name, declared.kind, getattr(self, name)))

    @classmethod
    def names(cls) -> list[str]:
        """Return the names of the group's settings."""
        return list(declarations(cls))

    @classmethod
    def resolve(cls, name: str) -> str:
        """Return today's name of a setting, given that or an earlier one that is still accepted.

        Raises:
            SettingsError: a name that does not exist (its nearest neighbour is named), or no longer.
        """
        found = declarations(cls)
        for today, declared in found.items():
            if name in (today, declared.rule.alias):
                return today
        for retired in cls.retired:
            if name == retired.name:
                raise SettingsError(f"{name} is no longer a {cls.title}. {retired.why} Leave it out.")
        raise unknown_name(name, found, cls.title)

    @classmethod
    def renewed(cls, values: Mapping[str, object]) -> dict[str, object]:
        """Return what an earlier version wrote under today's names, without what is no longer a setting.

        Names that were never a setting stay, for `from_dict` to refuse.

        Raises:
            SettingsError: a retired name with a value that it could not hold.
        """
        aliases = {declared.rule.alias: name for name, declared in declarations(cls).items()}
        return {aliases.get(name, name): value for name, value in without_retired(values, cls.retired).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self:
        """Return settings from names and values, such as a JSON object; a name that is left out keeps its default.

        Raises:
            SettingsError: a name that does not exist (its nearest neighbour is named), two names for one setting, or a
                value that cannot be.
        """
        today: dict[str, object] = {}
        for name, value in values.items():
            if (known := cls.resolve(name)) in today:
                raise two_names(known, declarations(cls)[known].rule.alias)
            today[known] = value
        return cls(**today)  # __post_init__ checks every value's type

    def to_dict(self) -> dict[str, Value]:
        """Return the names and values, as JSON holds them; `from_dict` is its inverse."""
        return {name: getattr(self, name) for name in self.names()}

    def changed(self) -> dict[str, Value]:
        """Return the settings that differ from the defaults of the class."""
        declared = declarations(type(self))
        return {name: value for name, value in self.to_dict().items() if value != declared[name].default}

    def without_effect(self) -> list[str]:
        """Return what was changed and has no effect beside the group's other settings, a sentence each."""
        found: list[str] = []
        for name in self.changed():
            when = declarations(type(self))[name].rule.when
            if when is not None and when[0] in self.names():
                other: Value = getattr(self, when[0])
                found += [] if holds(when[1], other) else [has_no_effect(name, when[0], other)]
        return found


def has_no_effect(name: str, other: str, value: Value) -> str:
    """Return the sentence for a setting without effect beside another.

    >>> has_no_effect("momentum", "optimizer", "adam")
    "momentum has no effect: optimizer is 'adam'."
    """
    return f"{name} has no effect: {other} is {value!r}."
