"""What a reader of exports notes on its way: problems, what is left out and how often, how the file was understood."""

from dataclasses import dataclass, field

from unrolled.data.readers.sentences.settings import TaggedSettings
from unrolled.data.readers.sentences.values import Note
from unrolled.data.readers.shown import shown
from unrolled.data.readers.source import Problems, counted

__all__ = ["Intake"]


@dataclass
class _Count:
    number: int
    line: int
    file: str
    example: str


@dataclass
class Intake:
    """What is noted while a file or folder is read.

    Attributes:
        problems: of the file.
        settings: how it is read.
        taken: what was taken for what.
        counts: of what is left out or changed, by noun and the rest of its sentence.
        named: whether numbers have been named by `label_names`.
    """

    problems: Problems
    settings: TaggedSettings
    taken: dict[str, str] = field(default_factory=dict[str, str])
    counts: dict[tuple[str, str], _Count] = field(default_factory=dict[tuple[str, str], _Count])
    named: bool = False

    def note(self, line: int, file: str = "") -> Note:
        """Return what notes problems of one line, of the file or of another one."""

        def note(found: str, way_out: str, kind: str) -> None:
            if not file:
                self.problems.add(line, found, way_out, kind)
                return
            other = Problems(file)
            other.add(line, found, way_out, kind)
            self.problems.found += other.found

        return note

    def count(self, line: int, noun: str, rest: str, *, file: str = "", example: str = "") -> None:
        """Count one thing: the noun in the singular, and what came of it; the first example is shown."""
        self.counts.setdefault((noun, rest), _Count(0, line, file, example)).number += 1

    def notes(self) -> tuple[str, ...]:
        """Return what was counted, a sentence each."""
        return tuple(
            f"{found.file or self.problems.path}:{found.line}: {counted(found.number, noun)} {rest}"
            + (f", such as {shown(found.example)}." if found.example else ".")
            for (noun, rest), found in self.counts.items()
        )

    def name_of(self, number: int, note: Note) -> str | None:
        """Return the type that a number stands for: its name in `label_names`, else its digits; None with a note."""
        names = self.settings.names_of_labels()
        if names is None:
            return str(number)
        self.named = True
        if 0 <= number < len(names):
            return names[number]
        way_out = "Give the name of each number from 0 on: --set label_names=none,PER,LOC"
        note(f"a type is {number}, and there are {len(names)} label_names", way_out, "numbers without a name")
        return None
