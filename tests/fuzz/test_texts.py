"""Both laws of fuzzing for labelled texts, in files and in folders."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from fuzz.corpora import Texts, texts
from fuzz.damage import DAMAGES, Damaged, damaged
from fuzz.fuzzing import Fuzz
from fuzz.laws import counted_rightly, untouched_are_as_meant, well_formed
from fuzz.text_writers import TEXT_WRITERS
from fuzz.written import Written
from hypothesis import strategies as st

from unrolled.data.readers import TextsSettings, read_texts
from unrolled.data.tokenizer import tokenize
from unrolled.errors import SettingsError


def _lines(name: str, data: bytes) -> bytes:
    """Return what has as many lines as a reading may name; rows of Parquet stand for lines."""
    return b"\n" * 1000 if name == "parquet" else data


@pytest.mark.parametrize("name", TEXT_WRITERS)
def test_texts_are_read_as_they_were_meant(name: str, fuzz: Fuzz, tmp_path: Path) -> None:
    def law(written: Written) -> None:
        path = tmp_path / written.name
        path.write_bytes(written.data)
        reading = written.read(path, written.settings)
        well_formed(reading, path, _lines(name, written.data), tagged=False)
        assert reading.faults(training=True) == []
        assert [(pair.x, pair.y) for pair in reading.pairs] == written.meant
        assert written.count(written.data) == len(written.meant), "the counter of the tests is wrong"

    fuzz(law, st.composite(lambda draw: TEXT_WRITERS[name](draw, draw(texts())))())


@pytest.mark.parametrize("name", TEXT_WRITERS)
def test_damaged_texts_are_read_or_refused_in_words(name: str, fuzz: Fuzz, tmp_path: Path) -> None:
    def law(case: Damaged) -> None:
        written, data = case.written, case.data
        path = tmp_path / written.name
        path.write_bytes(written.data)
        undamaged = written.read(path, written.settings)
        path.write_bytes(data)
        try:
            reading = written.read(path, written.settings)
        except SettingsError as error:
            found = str(error)
            assert "no effect" in found, found
            assert written.settings != TextsSettings(), found
            return
        well_formed(reading, path, _lines(name, data), tagged=False)
        counted_rightly(reading, undamaged, case)
        untouched_are_as_meant(reading, undamaged, case)

    fuzz(law, damaged(TEXT_WRITERS[name], texts()))


def test_a_folder_is_read_as_it_was_meant_and_a_damaged_file_in_words(fuzz: Fuzz, tmp_path: Path) -> None:
    def draw_one(draw: Any) -> tuple[Texts, bytes]:
        found = draw(texts())
        data = found[0][0].encode()
        if draw(st.integers(0, 3)) == 0:
            return found, data
        written = Written("0.txt", data, [], read_texts, lambda _: None, separator=" ")
        return found, draw(st.sampled_from(DAMAGES)).apply(draw, data, written)

    def law(case: tuple[Texts, bytes]) -> None:
        found, data = case
        shutil.rmtree(tmp_path / "a", ignore_errors=True)
        for i, (text, label) in enumerate(found):
            file = tmp_path / "a" / label / f"{i:03}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data if i == 0 else text.encode())
        reading = read_texts(tmp_path / "a")
        well_formed(reading, tmp_path / "a", data, tagged=False)
        meant = sorted((label, i, tuple(tokenize(text))) for i, (text, label) in enumerate(found))
        pairs = [(pair.x, pair.y) for pair in reading.pairs]
        if data == found[0][0].encode():
            assert reading.problems == []
            assert pairs == [(words, label) for label, _, words in meant]
        else:
            told = reading.faults() or any("left out" in note for note in reading.notes)
            assert told or len(pairs) == len(found), "a file is a text, or told"

    fuzz(law, st.composite(draw_one)())
