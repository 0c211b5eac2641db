"""What holds of every reading, of a sound file or a damaged one."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fuzz.damage import Damaged
from fuzz.written import Written

from unrolled.data.problem import by_kind
from unrolled.data.readers import Reading
from unrolled.data.tags import is_valid_iob2
from unrolled.errors import DataError

__all__ = ["account_is_meant", "counted_rightly", "told", "untouched_are_as_meant", "well_formed"]

MOST_MESSAGES = 12
MOST_CHARACTERS = 1_000
"""The most that one message may have beside the path."""
_ABOUT_SENTENCES = re.compile(
    "taken for no token|I- that continues? nothing|header|names the columns|is read as data|By its figures|left out"
)
"""The notes that concern which lines are examples, and where one ends."""


def well_formed(reading: "Reading[Any, Any]", path: Path, data: bytes, *, tagged: bool) -> None:
    """Check all of a reading that does not depend on what the file means."""
    num_lines = len(re.split(rb"\r\n|\n|\r", data))
    assert len(reading.pairs) == len(reading.lines)
    for pair, line in zip(reading.pairs, reading.lines, strict=True):
        assert pair.x, "an example without words"
        assert all(isinstance(word, str) and word for word in pair.x)
        "".join(pair.x).encode("utf-8")  # raises on half of a surrogate pair
        assert 0 <= line <= num_lines, f"line {line} of {num_lines}"
        if tagged:
            assert len(pair.x) == len(pair.y)
            assert is_valid_iob2(pair.y), pair.y
        else:
            assert isinstance(pair.y, str)
            assert pair.y
    for fault in (*reading.problems, *(doubt.problem(reading.path) for doubt in reading.doubts)):
        assert fault.line is None or 1 <= fault.line <= num_lines, f"line {fault.line} of {num_lines}: {fault}"
        _is_message(str(fault), path)
    kinds = by_kind(reading.faults(training=True))
    assert len(kinds) <= MOST_MESSAGES, [message for _, message in kinds]
    for _, message in kinds:
        _is_message(message, path)
    for remark in reading.remarks():
        _is_line(remark, path)
    for words in (*reading.taken.values(), *reading.facts.values()):
        _is_line(words, path)
    assert reading.pairs or reading.faults(), "nothing was read, and nothing is said of it"
    if not kinds:
        assert reading.checked(training=True) is reading
        return
    try:
        reading.checked(training=True)
    except DataError as error:
        _is_message(str(error), path)
    else:
        raise AssertionError(f"checked() passes {kinds[0][1]}")


def _is_message(message: str, path: Path) -> None:
    assert message.startswith(str(path)), message
    _is_line(message, path)


def _is_line(message: str, path: Path) -> None:
    assert len(message.replace(str(path), "")) <= MOST_CHARACTERS, f"{len(message)} characters: {message[:200]}"
    hidden = {c for c in message if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}}
    assert not hidden, f"{hidden} in {message!r}"


def account_is_meant(reading: "Reading[Any, Any]", written: Written) -> bool:
    """Return whether the account says what the writer meant."""
    scheme = written.taken.get("scheme")
    return all(
        re.match(
            re.escape(meant) + r"\b|" + re.escape(meant) + "$|" + re.escape(meant) + "[ ,]", reading.taken.get(name, "")
        )
        for name, meant in written.taken.items()
        if name != "scheme"
    ) and (scheme is None or reading.facts.get("scheme") == scheme)


def told(reading: "Reading[Any, Any]", undamaged: "Reading[Any, Any]") -> bool:
    """Return whether a reading says that its examples may be others than those of the undamaged file.

    That is: a problem, a doubt, another account of columns and sentences, or a note on what is no token, on the header,
    or on an entity that is cut, which the undamaged file does not have with the same count.
    """
    return bool(
        set(map(str, reading.problems)) - set(map(str, undamaged.problems))
        or {doubt.name for doubt in reading.doubts} - {doubt.name for doubt in undamaged.doubts}
        or _columns(reading) != _columns(undamaged)
        or _notes(reading.notes) - _notes(undamaged.notes)
    )


def counted_rightly(reading: "Reading[Any, Any]", undamaged: "Reading[Any, Any]", case: Damaged) -> None:
    """Check that there are as many examples as were meant, or where the damage is silent as there are now; or words."""
    if told(reading, undamaged):
        return
    written, number = case.written, len(reading.pairs)
    before, now = len(written.meant), written.count(case.data)
    fine = {now} if case.damage.silent else {before, now} if written.named else {before}
    assert number in fine, f"{number} examples, where {before} were meant and {now} are to be seen; nothing is told"


def untouched_are_as_meant(reading: "Reading[Any, Any]", undamaged: "Reading[Any, Any]", case: Damaged) -> None:
    """Check that damage in one place changes nothing before it and after it, if nothing at all is told."""
    facts = reading.facts.get("scheme") == undamaged.facts.get("scheme")
    has_lines = not case.written.name.endswith(".parquet")
    if told(reading, undamaged) or not facts or len(reading.notes) != len(undamaged.notes) or not has_lines:
        return
    old, new, meant = case.written.data, case.data, case.written.meant
    pairs = [(pair.x, pair.y) for pair in reading.pairs]
    head, tail = _alike(old, new), _alike(old[::-1], new[::-1])[::-1]
    # The sentence next to the damage may be part of it.
    before = (case.written.count(re.sub(rb"[^\r\n]*\Z", b"", head)) or 0) - 1
    after = (case.written.count(re.sub(rb"\A[^\r\n]*", b"", tail)) or 0) - 1
    if before > 0:
        assert pairs[:before] == meant[:before], "sentences before the damage"
    if after > 0:
        assert pairs[-after:] == meant[-after:], "sentences after the damage"


def _alike(one: bytes, two: bytes) -> bytes:
    length = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    return one[:length]


def _columns(reading: "Reading[Any, Any]") -> dict[str, str]:
    """Return the account without the scheme of the labels, which parts no sentences."""
    return {name: words.rpartition(", ")[0] if name == "labels" else words for name, words in reading.taken.items()}


def _notes(notes: Iterable[str]) -> set[str]:
    return {re.sub(r":\d+:", ":", note) for note in notes if _ABOUT_SENTENCES.search(note)}
