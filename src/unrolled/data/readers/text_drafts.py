"""Texts and labels on their way to pairs: each is checked, then all labels together."""

import difflib
import re
from collections import Counter
from collections.abc import Sequence
from typing import cast

from unrolled.data.labels import are_grades, in_order
from unrolled.data.pair import Pair
from unrolled.data.readers.grid import as_text
from unrolled.data.readers.reading import Reading, verdict
from unrolled.data.readers.source import Problems, counted
from unrolled.data.tokenizer import detect_tokenizer, spaceless_share, tokenizer_of

__all__ = ["Texts"]

_WHOLE = re.compile(r"([-+]?\d{1,15})(\.0{1,15})?", re.ASCII)

MANY = 50
"""From so many examples on, what a file's labels look like tells whether they are labels."""


class Texts:
    """The labelled texts of one file or folder.

    Arguments:
        problems: where to note what is wrong.
        label_names: what the labels 0, 1, 2, ... mean; None where they mean themselves.
        tokenizer: that splits the texts; "detect" finds it once all are there.
    """

    def __init__(self, problems: Problems, label_names: Sequence[str] | None, tokenizer: str = "detect") -> None:
        self.problems = problems
        self.label_names = label_names
        self.tokenizer = tokenizer
        self._tokenize = tokenizer_of("words" if tokenizer == "detect" else tokenizer)
        self.text_name, self.label_name = "text", "label"
        self.notes: list[str] = []
        self._pairs: list[Pair[tuple[str, ...], str]] = []
        self._texts: list[str] = []
        self._lines: list[int] = []
        self._files: list[str] = []
        self._has_letters = False

    def add(self, line: int, text: object, label: object, file: str | None = None) -> None:
        """Add an example of a line, or of a file of its own, or note what is wrong with it."""
        problems = self.problems if file is None else Problems(file)
        words = self._words(line or None, text, problems)
        name = self._label(line or None, label, problems)
        if file is not None:
            self.problems.found += problems.found
        if words and name:
            self._pairs.append(Pair(words, name))
            self._texts.append(text if isinstance(text, str) else "")
            self._lines.append(line)
            if file is not None:
                self._files.append(file)

    def reading(self) -> Reading[tuple[str, ...], str]:
        """Return the pairs, once their labels have been looked at together."""
        self._find_tokenizer()
        counts = Counter(pair.y for pair in self._pairs)
        if self._pairs and not self._has_letters:
            self._refuse(
                f"no text of {self.text_name} holds a letter, such as {' '.join(self._pairs[0].x)[:40]!r}",
                "Give the column of the texts: --set text_column=NAME",
            )
        elif self._are_no_labels(counts):
            shown = ", ".join(repr(label[:20]) for label in list(counts)[:3])
            self._refuse(
                f"{self.label_name} has {len(counts)} values in {counted(len(self._pairs), 'row')} ({shown}, …), so "
                "they are hardly labels",
                "Give the column of the labels: --set label_column=NAME",
            )
        else:
            self._look_at(counts)
        labels = in_order({pair.y for pair in self._pairs})
        facts = {"labels": _range_of(labels)} if labels else {}
        path, notes = self.problems.path, tuple(self.notes)
        reading = Reading(path, self._pairs, self._lines, facts=facts, notes=notes, files=tuple(self._files))
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
                f"{spaceless_share(self._texts):.0%} of the letters in {self.problems.path} are of scripts without "
                "spaces between words: each such character is a token. If words are meant: --set tokenizer=words."
            )

    def _words(self, line: int | None, text: object, problems: Problems) -> tuple[str, ...]:
        words: list[str] = []
        if isinstance(text, str):
            words = self._tokenize(text)
        elif isinstance(text, list) and all(isinstance(word, str) for word in cast("list[object]", text)):
            words = [word for word in cast("list[str]", text) if word.strip()]
        else:
            found = (
                f"{self.text_name} is missing"
                if text is None
                else f"{self.text_name} is {_shown(cast('object', text))}, not a text"
            )
            problems.add(line, found, "Write a text in quotation marks, or remove the example")
            return ()
        if not words:
            problems.add(line, "an empty text", "Write a text, or remove the example")
        elif any("\ud800" <= character <= "\udfff" for word in words if not word.isascii() for character in word):
            problems.add(
                line,
                "half of a surrogate pair in the text",
                "Write the character itself in UTF-8, or both halves of its escape",
            )
            return ()
        self._has_letters = self._has_letters or any(c.isalpha() for word in words for c in word)
        return tuple(words)

    def _label(self, line: int | None, label: object, problems: Problems) -> str:
        if isinstance(label, list | dict):
            problems.add(
                line, f"{self.label_name} is {_shown(cast('object', label))}, not one label", "Write one label a text"
            )
            return ""
        name = as_text(label)
        whole = _WHOLE.fullmatch(name)
        name = whole[1] if whole else name
        if not name or not name.isprintable():
            problems.add(
                line,
                f"the label {name[:40]!r} cannot be written on a line" if name else "a text without a label",
                "Write its label, or remove the example",
            )
            return ""
        if self.label_names and whole and name not in self.label_names:
            number = int(name)
            if 0 <= number < len(self.label_names):
                return self.label_names[number]
            problems.add(
                line,
                f"the label {name}, and there are {len(self.label_names)} label_names, the first of which is 0",
                "Name every label, --set label_names=NAME,NAME,..., or remove the example",
            )
            return ""
        return name

    def _are_no_labels(self, counts: Counter[str]) -> bool:
        """Return whether nearly each example has a label of its own: an identifier, a date, a text."""
        total, once = counts.total(), sum(count == 1 for count in counts.values())
        if total < MANY:
            return total >= 10 and len(counts) == total
        return len(counts) > total / 2 or (once > 20 and once > len(counts) / 2)

    def _look_at(self, counts: Counter[str]) -> None:
        """Note labels that look like slips of the pen, and what else a reader of the figures should know."""
        if len(counts) == 1 and len(self._pairs) > 1:
            self.notes.append(f"Every text has the label {next(iter(counts))!r}: there is nothing to choose between.")
        wrong = {label: other for label in counts if (other := _slip(label, counts)) is not None}
        kept = [i for i, pair in enumerate(self._pairs) if pair.y not in wrong]
        for i, pair in enumerate(self._pairs):
            other = wrong.get(pair.y)
            if other is not None:
                path, line = (self._files[i], None) if self._files else (self.problems.path, self._lines[i])
                own = Problems(path)
                own.add(
                    line,
                    f"the label {pair.y!r} occurs once, and {other!r} {counts[other]} times",
                    f"Write {other!r} if it is meant, or give further examples of the other",
                )
                self.problems.found += own.found
        if wrong:
            self._pairs = [self._pairs[i] for i in kept]
            self._lines = [self._lines[i] for i in kept]
            self._files = [self._files[i] for i in kept if self._files]
        if counts.total() >= MANY:
            rare = in_order(label for label, count in counts.items() if count == 1 and label not in wrong)
            if rare:
                shown = ", ".join(map(repr, rare[:5])) + (", …" if len(rare) > 5 else "")
                self.notes.append(
                    f"In {self.problems.path} {counted(len(rare), 'label')} with one example alone: {shown}."
                )

    def _refuse(self, found: str, way_out: str) -> None:
        self.problems.add(None, found, way_out)
        self._pairs, self._lines, self._files = [], [], []


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _slip(label: str, counts: Counter[str]) -> str | None:
    """Return the frequent label that one which occurs once is nearly written like; None where there is none."""
    if counts[label] > 1 or counts.total() < MANY or _WHOLE.fullmatch(label):
        return None
    frequent = [other for other, count in counts.items() if count >= 10]
    folded = next((other for other in frequent if other.casefold() == label.casefold()), None)
    return folded or next(iter(difflib.get_close_matches(label[:100], frequent, n=1, cutoff=0.85)), None)


def _range_of(labels: Sequence[str]) -> str:
    if are_grades(labels) and int(labels[-1]) - int(labels[0]) == len(labels) - 1:
        return f"{labels[0]} to {labels[-1]}"
    return ", ".join(labels[:8]) + (f", … ({len(labels)})" if len(labels) > 8 else "")
