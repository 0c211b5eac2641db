"""The first law of fuzzing: what is written is read as it was meant."""

from pathlib import Path

import pytest
from fuzz.corpora import Corpus, corpora, tiny_corpora
from fuzz.fuzzing import Fuzz
from fuzz.laws import account_is_meant, well_formed
from fuzz.writers import WRITERS
from fuzz.written import Written
from hypothesis import strategies as st

from unrolled.data.readers import TaggedReading


def read(written: Written, folder: Path) -> TaggedReading:
    path = folder / written.name
    path.write_bytes(written.data)
    reading = written.read(path, written.settings)
    well_formed(reading, path, written.data, tagged=True)
    return reading


def pairs_of(reading: TaggedReading) -> Corpus:
    return [(pair.x, pair.y) for pair in reading.pairs]


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_written_is_read_as_it_was_meant(name: str, fuzz: Fuzz, tmp_path: Path) -> None:
    def law(written: Written) -> None:
        reading = read(written, tmp_path)
        assert reading.faults(training=True) == [], written.data.decode()
        assert pairs_of(reading) == written.meant, written.data.decode()
        assert account_is_meant(reading, written), (reading.taken, written.taken)
        assert written.count(written.data) == len(written.meant), "the counter of the tests is wrong"

    fuzz(law, st.composite(lambda draw: WRITERS[name](draw, draw(corpora())))())


@pytest.mark.parametrize("name", WRITERS)
def test_where_a_tiny_file_misleads_the_account_says_so(name: str, fuzz: Fuzz, tmp_path: Path) -> None:
    def law(written: Written) -> None:
        reading = read(written, tmp_path)
        header = any("the first row" in note for note in reading.notes)
        # A bare label that no other line has may make a hashtag a comment.
        hashtag = any(word.startswith("#") for words, _ in written.meant for word in words)
        comment = hashtag and any("taken for no token" in note for note in reading.notes)
        told = header or comment or reading.faults(training=True) or not account_is_meant(reading, written)
        assert told or pairs_of(reading) == written.meant, written.data.decode()

    fuzz(law, st.composite(lambda draw: WRITERS[name](draw, draw(tiny_corpora())))())
