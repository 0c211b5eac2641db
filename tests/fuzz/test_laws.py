"""The laws of fuzzing find what they are for: each is shown a reader that breaks it."""

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fuzz.damage import DAMAGES, Damage, Damaged
from fuzz.fuzzing import Fuzz, within
from fuzz.laws import counted_rightly, told, untouched_are_as_meant, well_formed
from fuzz.written import Written, count_blocks
from hypothesis import strategies as st

from unrolled.data.pair import Pair
from unrolled.data.problem import Problem
from unrolled.data.readers import TaggedReading, read_labelled

DATA = b"Ann B-PER\nsat O\n\nThey O\nsang O\n\nOslo B-LOC\nis O\nfar O\n"
MEANT = [(("Ann", "sat"), ("B-PER", "O")), (("They", "sang"), ("O", "O")), (("Oslo", "is", "far"), ("B-LOC", "O", "O"))]
QUOTES = next(damage for damage in DAMAGES if damage.name == "quotes")
BLANKS = next(damage for damage in DAMAGES if damage.name == "blanks")


def read(folder: Path, data: bytes = DATA) -> TaggedReading:
    path = folder / "a.conll"
    path.write_bytes(data)
    return read_labelled(path)


def case(damage: Damage = QUOTES, data: bytes = DATA) -> Damaged:
    return Damaged(damage, Written("a.conll", DATA, MEANT, read_labelled, count_blocks), data)


BROKEN: dict[str, Callable[[TaggedReading], TaggedReading]] = {
    "a line that is not there": lambda r: dataclasses.replace(r, lines=[1, 4, 99]),
    "a line too few": lambda r: dataclasses.replace(r, lines=[1]),
    "no words": lambda r: dataclasses.replace(r, pairs=[Pair((), ()), *r.pairs[1:]]),
    "a label too few": lambda r: dataclasses.replace(r, pairs=[Pair(("a", "b"), ("O",)), *r.pairs[1:]]),
    "no IOB2": lambda r: dataclasses.replace(r, pairs=[Pair(("a",), ("I-PER",)), *r.pairs[1:]]),
    "half of a pair": lambda r: dataclasses.replace(r, pairs=[Pair(("\ud800",), ("O",)), *r.pairs[1:]]),
    "a problem of no line": lambda r: dataclasses.replace(r, problems=[Problem(r.path, 99, "x", "y")]),
    "a problem elsewhere": lambda r: dataclasses.replace(r, problems=[Problem("b", 1, "x", "y")]),
    "a page": lambda r: dataclasses.replace(r, problems=[Problem(r.path, 1, "x", f"y {i}") for i in range(20)]),
    "nothing at all": lambda r: dataclasses.replace(r, pairs=[], lines=[]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_reading_that_is_not_well_formed_is_found(name: str, tmp_path: Path) -> None:
    reading = read(tmp_path)
    well_formed(reading, Path(reading.path), DATA, tagged=True)
    with pytest.raises((AssertionError, UnicodeError)):
        well_formed(BROKEN[name](reading), Path(reading.path), DATA, tagged=True)


def test_a_sentence_lost_in_silence_is_found_and_one_with_words_is_not(tmp_path: Path) -> None:
    reading = read(tmp_path)
    lost = dataclasses.replace(reading, pairs=reading.pairs[:2], lines=reading.lines[:2])
    counted_rightly(reading, reading, case())
    with pytest.raises(AssertionError, match="2 examples, where 3 were meant"):
        counted_rightly(lost, reading, case())
    counted_rightly(dataclasses.replace(lost, problems=[Problem(reading.path, 1, "x", "y")]), reading, case())


def test_a_blank_line_more_is_a_sentence_more_and_one_that_is_not_seen_is_found(tmp_path: Path) -> None:
    more = DATA.replace(b"Ann B-PER\n", b"Ann B-PER\n\n")
    counted_rightly(read(tmp_path, more), read(tmp_path), case(BLANKS, more))
    with pytest.raises(AssertionError, match="4 are to be seen"):
        counted_rightly(read(tmp_path), read(tmp_path), case(BLANKS, more))


def test_a_sentence_that_changes_far_from_the_damage_is_found(tmp_path: Path) -> None:
    reading, data = read(tmp_path), DATA.replace(b"Ann", b"Tom")
    untouched_are_as_meant(read(tmp_path, data), reading, case(data=data))
    wrong = dataclasses.replace(reading, pairs=[*reading.pairs[:2], reading.pairs[0]])
    with pytest.raises(AssertionError, match="after the damage"):
        untouched_are_as_meant(wrong, reading, case(data=data))


def test_a_note_on_labels_says_nothing_of_sentences_and_one_on_marks_does(tmp_path: Path) -> None:
    reading = read(tmp_path)
    assert not told(dataclasses.replace(reading, notes=("The labels are in IOB1.",)), reading)
    mark = "a.conll:3: 1 line marking documents, such as '# newdoc', taken for no token."
    assert told(dataclasses.replace(reading, notes=(mark,)), reading)
    marked = dataclasses.replace(reading, notes=(mark,))
    assert not told(dataclasses.replace(reading, notes=(mark.replace(":3:", ":4:"),)), marked)


def test_a_reader_that_hangs_is_stopped() -> None:
    def forever() -> None:
        with within(0.05):
            while True:
                time.sleep(0.01)

    with pytest.raises(AssertionError, match="hangs"):
        forever()


def test_some_examples_are_always_the_same_and_a_long_run_goes_on_where_it_was(tmp_path: Path) -> None:
    seen: list[list[int]] = [[], []]
    for numbers in seen:
        Fuzz("a", 0.0, tmp_path)(numbers.append, st.integers())
    assert seen[0] == seen[1]
    assert len(seen[0]) > 10
    assert not list(tmp_path.iterdir())
    first, second, other = (Fuzz(name, 0.01, tmp_path) for name in ("a", "a", "b"))
    for fuzz in (first, second, other):
        fuzz(lambda _: None, st.integers())
    assert first.num_examples > 0
    assert second.num_examples == 0
    assert other.num_examples > 0


def test_what_failed_in_a_long_run_comes_first_in_the_next(tmp_path: Path) -> None:
    def law(number: int) -> None:
        assert number < 1000

    with pytest.raises(AssertionError):
        Fuzz("a", 5.0, tmp_path)(law, st.integers())
    assert not list(tmp_path.glob("*.json"))
    again = Fuzz("a", 5.0, tmp_path)
    with pytest.raises(AssertionError):
        again(law, st.integers())
    assert again.num_examples < 20
