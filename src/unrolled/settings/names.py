"""Names of settings: unknown ones, other ones, and those that are no more."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from unrolled.errors import SettingsError
from unrolled.settings.value import Value

__all__ = ["Retired", "two_names", "unknown_name", "without_retired"]


@dataclass(frozen=True)
class Retired:
    """A name that was a setting of an earlier version.

    Attributes:
        name: which.
        values: what it could hold.
        why: a sentence that says where what it said has gone.
    """

    name: str
    values: tuple[Value, ...]
    why: str


def unknown_name(name: str, names: Iterable[str], title: str = "setting") -> SettingsError:
    """Return the error for a name that does not exist, with its nearest neighbour.

    >>> unknown_name("epoch", ["epochs", "seed"])
    SettingsError("There is no setting 'epoch'. Did you mean 'epochs'?")
    """
    nearest = get_close_matches(name, sorted(names), n=1, cutoff=0.0)
    return SettingsError(f"There is no {title} {name!r}." + (f" Did you mean {nearest[0]!r}?" if nearest else ""))


def two_names(name: str, alias: str | None) -> SettingsError:
    """Return the error for a setting that was given under both of its names."""
    return SettingsError(f"{alias} is the earlier name of {name}, and both are given. Give {name} alone.")


def without_retired(values: Mapping[str, object], retired: Sequence[Retired]) -> dict[str, object]:
    """Return what an earlier version wrote, without what is no longer a setting.

    Raises:
        SettingsError: a retired name with a value that it could not hold.
    """
    gone = {each.name: each for each in retired}
    for name, value in values.items():
        if name in gone and value not in gone[name].values:
            raise SettingsError(f"{name} is {value!r}. {gone[name].why} Leave it out.")
    return {name: value for name, value in values.items() if name not in gone}
