"""The settings of a task: named groups, whose settings have flat names over all groups."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar, final

from unrolled.settings.declared import Declared, declarations
from unrolled.settings.group import Settings, has_no_effect
from unrolled.settings.kinds import read
from unrolled.settings.meanings import meanings
from unrolled.settings.names import two_names, unknown_name, without_retired
from unrolled.settings.setting import holds
from unrolled.settings.value import Value

__all__ = ["Composed"]

S = TypeVar("S", bound=Settings)


@final
@dataclass(frozen=True, init=False)
class Composed:
    """Groups of settings under one flat set of names; the instances that it is made of are the task's defaults.

    A name that an earlier group has taken gets its group's name in front: `min_count` of x and `y_min_count` of y.

    Args:
        groups: the groups by name, in the order in which they are shown.
    """

    _defaults: tuple[tuple[str, Settings], ...] = field(repr=False)
    _groups: tuple[tuple[str, Settings], ...]

    def __init__(self, groups: Mapping[str, Settings]) -> None:
        object.__setattr__(self, "_defaults", tuple(groups.items()))
        object.__setattr__(self, "_groups", self._defaults)
        names = self.names()
        assert len(set(names)) == len(names), f"Two settings have one name: {names}"
        for flat, (group, local) in self._fields().items():
            when = declarations(type(groups[group]))[local].rule.when
            assert when is None or self._beside(group, when[0]) in names, f"{flat}: there is no {when[0]}"

    def __getitem__(self, name: str) -> Settings:
        """Return a group by its name.

        Raises:
            KeyError: there is no such group.
        """
        return dict(self._groups)[name]

    def groups(self) -> dict[str, Settings]:
        """Return the groups by name."""
        return dict(self._groups)

    def group(self, cls: type[S], name: str | None = None) -> S:
        """Return the group that is an instance of a class; with `name` that of this name, where several are.

        Raises:
            LookupError: none is, or several are.
        """
        found = [group for own, group in self._groups if isinstance(group, cls) and name in (None, own)]
        if len(found) != 1:
            raise LookupError(f"{len(found)} groups are {cls.__name__}{'' if name is None else f' called {name}'}.")
        return found[0]

    def group_or_default(self, cls: type[S]) -> S:
        """Return the group that is an instance of a class; where a task has none of them, that of the defaults.

        Raises:
            LookupError: several are.
        """
        there = any(isinstance(group, cls) for _, group in self._groups)
        return self.group(cls) if there else cls()

    def declared(self) -> Iterator[Declared]:
        """Yield what is declared, group by group, with the task's defaults."""
        defaults = dict(self._defaults)
        for flat, (group, local) in self._fields().items():
            cls = type(defaults[group])
            own = declarations(cls)[local]
            alias = None if own.rule.alias is None else flat.removesuffix(local) + own.rule.alias
            default: Value = getattr(defaults[group], local)
            meaning = meanings(cls).get(local, "")
            yield Declared(flat, group, local, own.annotation, own.kind, default, meaning, alias)

    def names(self, group: str | None = None) -> list[str]:
        """Return the flat names: of all settings, or of those of a group."""
        return [flat for flat, (own, _) in self._fields().items() if group in (None, own)]

    def paths(self) -> list[str]:
        """Return the names of the settings that hold the path of a file."""
        values = self.to_dict()
        return [declared.name for declared in self.declared() if declared.is_path and values[declared.name] is not None]

    def to_dict(self) -> dict[str, Value]:
        """Return flat names and values, as JSON holds them."""
        groups = dict(self._groups)
        return {flat: getattr(groups[group], local) for flat, (group, local) in self._fields().items()}

    def changed(self) -> dict[str, Value]:
        """Return the settings that differ from the task's defaults."""
        defaults = {declared.name: declared.default for declared in self.declared()}
        return {name: value for name, value in self.to_dict().items() if value != defaults[name]}

    def without_effect(self) -> list[str]:
        """Return what was changed and has no effect beside the other settings, a sentence each."""
        found: list[str] = []
        values, groups = self.to_dict(), dict(self._groups)
        for flat in self.changed():
            group, local = self._fields()[flat]
            when = declarations(type(groups[group]))[local].rule.when
            if when is not None:
                other = self._beside(group, when[0])
                found += [] if holds(when[1], values[other]) else [has_no_effect(flat, other, values[other])]
        return found

    def resolve(self, name: str) -> str:
        """Return today's flat name of a setting, given that or an earlier one that is still accepted.

        Raises:
            SettingsError: a name that does not exist (its nearest neighbour is named), or no longer.
        """
        for declared in self.declared():
            if name in (declared.name, declared.alias):
                return declared.name
        for _, group in self._groups:
            if name in (retired.name for retired in group.retired):
                return type(group).resolve(name)  # which raises
        raise unknown_name(name, self.names())

    def renewed(self, values: Mapping[str, object]) -> dict[str, object]:
        """Return what an earlier version wrote under today's names, without what is no longer a setting.

        Names that were never a setting stay, for `replaced` to refuse.

        Raises:
            SettingsError: a retired name with a value that it could not hold.
        """
        aliases = {declared.alias: declared.name for declared in self.declared()}
        names = self.names()
        retired = [each for _, group in self._groups for each in group.retired if each.name not in names]
        return {aliases.get(name, name): value for name, value in without_retired(values, retired).items()}

    def replaced(self, values: Mapping[str, object]) -> "Composed":
        """Return the same settings but for these, by flat names: of `--set`, of a configuration, of a saved run.

        >>> from unrolled.settings import Settings, setting
        >>> @dataclass(frozen=True, kw_only=True)
        ... class Fit(Settings):
        ...     epochs: int = setting(20, least=1)
        >>> Composed({"fit": Fit()}).replaced({"epochs": 5}).group(Fit).epochs
        5

        Raises:
            SettingsError: a name that does not exist (its nearest neighbour is named), two names for one setting, or a
                value that cannot be.
        """
        today: dict[str, Value] = {}
        known = {declared.name: declared for declared in self.declared()}
        for name, value in values.items():
            declared = known[self.resolve(name)]
            if declared.name in today:
                raise two_names(declared.name, declared.alias)
            today[declared.name] = read(declared.name, declared.kind, value)
        given: dict[str, dict[str, Value]] = {}
        for name, value in today.items():
            given.setdefault(known[name].group, {})[known[name].field] = value
        result = Composed(dict(self._defaults))
        groups = tuple((name, replace(group, **given.get(name, {}))) for name, group in self._groups)
        object.__setattr__(result, "_groups", groups)
        return result

    def _fields(self) -> dict[str, tuple[str, str]]:
        """Return the group of each flat name, and the name of its field there."""
        found: dict[str, tuple[str, str]] = {}
        for group, settings in self._groups:
            for local in settings.names():
                found[f"{group}_{local}" if local in found else local] = group, local
        return found

    def _beside(self, group: str, name: str) -> str:
        """Return the flat name of what a group calls so: its own setting, else that of another group."""
        return next((flat for flat, place in self._fields().items() if place == (group, name)), name)
