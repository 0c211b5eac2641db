"""How any labelled file is read."""

import codecs
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import ClassVar

from unrolled.errors import SettingsError
from unrolled.settings import Settings, setting
from unrolled.settings.declared import declarations
from unrolled.settings.value import value_text

__all__ = ["ReadingSettings"]


@dataclass(frozen=True, kw_only=True)
class ReadingSettings(Settings):
    """How any labelled file is read.

    A class of settings names in `doubts` what `accept` can settle.

    Attributes:
        encoding: of the text, such as `cp1252`; not UTF-16.
        strict: whether what is rare and has one meaning only is a problem, too; else it is read so, and told.
        accept: doubts that are settled, by the names that their messages give, separated by commas: what looks wrong is
            right.
        group: whom or what each example is from, such as the speaker: a column's name or number, in JSON a key, in a
            header of FASTA what stands before the `=`. No group is then on both sides where data are divided.
    """

    title: ClassVar[str] = "setting of how files are read"
    doubts: ClassVar[tuple[str, ...]] = ()

    encoding: str = setting("utf-8")
    strict: bool = setting(False)
    accept: str | None = setting(None)
    group: str | int | None = setting(None)

    def __post_init__(self) -> None:
        super().__post_init__()
        try:
            name, sound = codecs.lookup(self.encoding).name, "\n".encode(self.encoding) == b"\n"
        except (LookupError, UnicodeError) as error:
            raise SettingsError(
                f"encoding is {self.encoding!r}, which does not exist. Give utf-8 or cp1252."
            ) from error
        if not sound:
            raise SettingsError(
                f"encoding is {self.encoding!r}, whose lines cannot be read. Convert the file to UTF-8."
            )
        object.__setattr__(self, "encoding", "utf-8" if name == "utf-8-sig" else name)
        for name in self.accepted():
            if name not in self.doubts:
                nearest = get_close_matches(name, self.doubts, n=1, cutoff=0.0)
                meant = f" Did you mean {nearest[0]!r}?" if nearest else " Leave it out."
                raise SettingsError(f"accept names {name!r}, which is no doubt of these files.{meant}")

    def without_effect_on(self, path: str | Path, name: str, why: str) -> SettingsError:
        """Return the error for a setting that a file leaves no use for, with its default as the way back."""
        default = value_text(declarations(type(self))[name].default)
        return SettingsError(
            f"{name} has no effect on {path}: {why}. Leave it out, or set it back: --set {name}={default}."
        )

    def accepted(self) -> frozenset[str]:
        """Return the names in `accept`."""
        return frozenset(name.strip() for name in (self.accept or "").split(",") if name.strip())
