"""What is left out of labelled texts: rows without a label or a text, and what is no example at all."""

from dataclasses import dataclass, field

from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.reading_settings import ReadingSettings
from unrolled.data.readers.source import Problems

__all__ = ["LeftOut"]

RARE = 0.01
"""The share of examples up to which gaps are slips: without one in a hundred a figure moves by less than its error.

Of 550,152 pairs of SNLI 785 have no label, of 27,481 tweets of a Kaggle table one has no text.
"""

_KINDS = {
    "empty_labels": ("a text without a label", "texts without a label", "Write a label, or remove the example"),
    "empty_texts": ("an empty text", "empty texts", "Write a text, or remove the example"),
}

Place = tuple[int, str]
"""Line and file; "" for the file that is read."""


@dataclass
class LeftOut:
    """The places of what is left out, by kind."""

    found: dict[str, list[Place]] = field(default_factory=dict[str, list[Place]])

    def add(self, kind: str, line: int, file: str | None) -> None:
        """Leave out an example that has a gap: "empty_labels" or "empty_texts"."""
        self.found.setdefault(kind, []).append((line, file or ""))

    def told(self, total: int, settings: ReadingSettings, problems: Problems) -> tuple[list[Doubt], list[str]]:
        """Return doubts where gaps are frequent, notes where they are rare or accepted; `strict` makes problems."""
        doubts: list[Doubt] = []
        notes: list[str] = []
        for kind, places in self.found.items():
            one, several, way_out = _KINDS[kind]
            if settings.strict:
                for line, file in places:
                    own = Problems(file or problems.path)
                    own.add(line or None, one, way_out, several)
                    problems.found += own.found
                continue
            line, file = places[0]
            many = len(places) > 1
            found = f"{len(places):,} {several} are left out" if many else f"{one} is left out"
            rare = len(places) <= RARE * total
            if rare or kind in settings.accepted():
                how = " (--set strict=true makes it an error)" if rare else ""
                notes.append(f"{_at(line, file or problems.path)}: {found}{_where(places) * many}{how}.")
            else:
                found += _where(places) * many
                doubts.append(Doubt(kind, "always", found, way_out, line or None, file))
        return doubts, notes


def _at(line: int, path: str) -> str:
    return f"{path}:{line}" if line else path


def _where(places: list[Place]) -> str:
    """Return the first three places."""
    shown = ", ".join(file or str(line) for line, file in places[:3])
    more = f" and {len(places) - 3:,} more" if len(places) > 3 else ""
    return f": {'files' if places[0][1] else 'lines'} {shown}{more}"
