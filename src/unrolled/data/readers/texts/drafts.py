"""Texts and labels on their way to pairs: each is checked, then all together."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast
from unicodedata import category

from unrolled.data.labels import are_grades, in_order
from unrolled.data.pair import Pair
from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.grid import as_text
from unrolled.data.readers.groups import note_no_group
from unrolled.data.readers.reading import Reading, verdict
from unrolled.data.readers.shown import seen, shown
from unrolled.data.readers.source import Problems
from unrolled.data.readers.texts.doubts import text_doubts
from unrolled.data.readers.texts.gaps import LeftOut
from unrolled.data.readers.texts.label_doubts import label_doubts
from unrolled.data.readers.texts.odd_texts import OddTexts
from unrolled.data.readers.texts.settings import TextsSettings
from unrolled.data.tokenizer import detect_tokenizer, spaceless_share, tokenizer_of

__all__ = ["Texts"]

_WHOLE = re.compile(r"([-+]?\d{1,15})(\.0{1,15})?", re.ASCII)
_NOTHING = "nan"
"""What pandas writes where there is nothing, once a column has been made text."""
_UNLABELLED = "-1"
"""What stands for no label beside names of labels, as in the `datasets` library."""


class Texts:
    """The labelled texts of one file or folder.

    Arguments:
        problems: where to note what is wrong.
        settings: how the file is read.
        tokenizer: that splits the texts; "detect" finds it once all are there.
    """

    def __init__(self, problems: Problems, settings: TextsSettings, tokenizer: str = "detect") -> None:
        self.problems, self.settings, self.tokenizer = problems, settings, tokenizer
        self._tokenize = tokenizer_of("words" if tokenizer == "detect" else tokenizer)
        self.label_names: Sequence[str] | None = settings.names_of_labels()
        self.text_name, self.label_name = "text", "label"
        self.taken: Mapping[str, str] = {}
        self.notes: list[str] = []
        self.doubts: list[Doubt] = []
        self.undecided_header = False
        self.other_texts = "Give the column of the texts: --set text_column=NAME"
        self.other_labels = "Give the column of the labels: --set label_column=NAME"
        self._pairs: list[Pair[tuple[str, ...], str]] = []
        self._texts: list[str] = []
        self._lines: list[int] = []
        self._files: list[str] = []
        self._groups: list[str] = []
        self._odd, self._left_out = OddTexts(), LeftOut()
        self._named = False

    def add(self, line: int, text: object, label: object, file: str | None = None, group: str | None = None) -> None:
        """Add an example of a line, or of a file of its own, or note what is wrong; `group` is whom it is from."""
        problems = self.problems if file is None else Problems(file)
        words = self._words(line, text, problems, file)
        name = self._label(line, label, problems, file)
        if file is not None:
            self.problems.found += problems.found
        if words and name and group == "":
            note_no_group(line, "a text", self.settings.group, self.problems)
        elif words and name:
            self._odd.see(text if isinstance(text, str) else " ".join(words), line, file or "")
            self._pairs.append(Pair(words, name))
            self._texts.append(text if isinstance(text, str) else "")
            self._lines.append(line)
            if file is not None:
                self._files.append(file)
            if group is not None:
                self._groups.append(group)

    def reading(self) -> Reading[tuple[str, ...], str]:
        """Return the pairs, once they have been looked at together.

        Raises:
            SettingsError: `label_names` without a label that is a number.
        """
        path, names = self.problems.path, self.settings.label_names
        if names is not None and self._pairs and not self._named:
            raise self.settings.without_effect_on(path, "label_names", "none of its labels is a number")
        self._find_tokenizer()
        gaps = sum(map(len, self._left_out.found.values()))
        left_out, notes = self._left_out.told(len(self._pairs) + gaps, self.settings, self.problems)
        doubts = [*left_out, *self.doubts, *(self._doubts() if self._pairs else ())]
        doubts = [doubt for doubt in doubts if doubt.name not in self.settings.accepted()]
        labels = in_order({pair.y for pair in self._pairs})
        facts = {"labels": _range_of(labels)} if labels else {}
        taken = dict(self.taken)
        if self._named and self.label_names and "labels" in taken:
            named = ", ".join(f"{number} is {name}" for number, name in enumerate(self.label_names[:4]))
            taken["labels"] += f", {named}{', …' * (len(self.label_names) > 4)}"
        reading = Reading(
            path,
            self._pairs,
            self._lines,
            taken=taken,
            facts=facts,
            notes=(*(f"{path}: {note}" for note in self.notes), *notes),
            doubts=tuple(doubts),
            files=tuple(self._files),
            groups=tuple(self._groups),
        )
        if not self._pairs and doubts:  # they say why there is nothing
            return replace(reading, problems=self.problems.in_order())
        return verdict(reading, self.problems, noun="labelled text")

    def _find_tokenizer(self) -> None:
        """Split the texts by characters where that is how they are written."""
        if self.tokenizer != "detect":
            return
        name = detect_tokenizer(self._texts)
        if name != "words":
            split = tokenizer_of(name)
            for i, text in enumerate(self._texts):
                if text and not text.isascii():
                    self._pairs[i] = Pair(tuple(split(text)), self._pairs[i].y)
            self.notes.append(
                f"{spaceless_share(self._texts):.0%} of the letters are of scripts without "
                "spaces between words: each such character is a token. If words are meant: --set tokenizer=words."
            )

    def _at(self, i: int) -> tuple[int | None, str]:
        return (None, self._files[i]) if self._files else (self._lines[i], "")

    def _doubts(self) -> Iterator[Doubt]:
        counts = Counter(pair.y for pair in self._pairs)
        first: dict[str, int] = {}
        for i, pair in enumerate(self._pairs):
            first.setdefault(pair.y, i)
        label = self._pairs[0].y
        least = min((count for name, count in counts.items() if name != label), default=0)
        if self.undecided_header and counts[label] == 1 and least > 1:
            found = f"the first row is read as an example, but no other row has its label, {seen(label)}"
            yield Doubt("header", "always", found, "Give --set header=true if it names the columns", self._lines[0])
            del counts[label]
        yield from text_doubts(self._pairs, self._at, self.text_name, self.other_texts)
        yield from self._odd.doubts(counts)
        yield from label_doubts(counts, first, self._at, self.label_name, self.other_labels)

    def _words(self, line: int, text: object, problems: Problems, file: str | None) -> tuple[str, ...]:
        words: list[str] = []
        if isinstance(text, str):
            words = [] if text.strip().lower() == _NOTHING else self._tokenize(text)
        elif isinstance(text, list) and all(isinstance(word, str) for word in cast("list[object]", text)):
            words = [word for word in cast("list[str]", text) if word.strip()]
        elif text is not None:
            found = f"{self.text_name} is {shown(cast('object', text), 40)}, not a text"
            way_out = "Write a text in quotation marks, or remove the example"
            problems.add(line or None, found, way_out, "values that are no text")
            return ()
        if not words:
            self._left_out.add("empty_texts", line, file)
        elif any("\ud800" <= character <= "\udfff" for word in words if not word.isascii() for character in word):
            problems.add(
                line or None,
                "half of a surrogate pair in the text",
                "Write the character itself in UTF-8, or both halves of its escape",
                "texts with half of a surrogate pair",
            )
            return ()
        return tuple(words)

    def _label(self, line: int, label: object, problems: Problems, file: str | None) -> str:
        if isinstance(label, list) and len(cast("list[object]", label)) < 2:  # as annotation tools write it
            label = next(iter(cast("list[object]", label)), None)
        if isinstance(label, list | dict):
            found = f"{self.label_name} is {shown(cast('object', label), 40)}, not one label"
            problems.add(line or None, found, "Write one label a text", "texts without one label")
            return ""
        # With names, false is the first of them and true the second.
        name = as_text(int(label) if isinstance(label, bool) and self.label_names else label)
        whole = _WHOLE.fullmatch(name)
        name = whole[1] if whole else name
        if not name or name.lower() == _NOTHING or (self.label_names and name == _UNLABELLED):
            self._left_out.add("empty_labels", line, file)
            return ""
        if not name.isprintable() and not all(c.isprintable() or category(c) == "Cf" for c in name):
            found = f"the label {shown(name, 40)} cannot be written on a line"
            problems.add(line or None, found, "Write a label without line ends and tabs", "labels of several lines")
            return ""
        if self.label_names and whole and name not in self.label_names:
            self._named, number = True, int(name)
            if 0 <= number < len(self.label_names):
                return self.label_names[number]
            problems.add(
                line or None,
                f"the label {name}, and there are {len(self.label_names)} label_names, the first of which is 0",
                "Name every label, --set label_names=NAME,NAME,..., or remove the example",
                "numbers without a name",
            )
            return ""
        return name


def _range_of(labels: Sequence[str]) -> str:
    if are_grades(labels) and int(labels[-1]) - int(labels[0]) == len(labels) - 1:
        return f"{labels[0]} to {labels[-1]}"
    return ", ".join(map(_seen, labels[:8])) + (f", … ({len(labels)})" if len(labels) > 8 else "")


def _seen(label: str) -> str:
    return label if label.isprintable() else seen(label)[1:-1]
