"""The second law of fuzzing: a damaged file is read or refused, in words; its sentences are counted rightly, or not in
silence."""

from pathlib import Path

import pytest
from fuzz.corpora import corpora
from fuzz.damage import Damaged, damaged
from fuzz.fuzzing import Fuzz
from fuzz.laws import counted_rightly, untouched_are_as_meant, well_formed
from fuzz.writers import WRITERS

from unrolled.errors import SettingsError


@pytest.mark.parametrize("name", WRITERS)
def test_a_damaged_file_is_read_or_refused_in_words(name: str, fuzz: Fuzz, tmp_path: Path) -> None:
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
            assert written.settings != type(written.settings)(), found
            return
        well_formed(reading, path, data, tagged=True)
        counted_rightly(reading, undamaged, case)
        untouched_are_as_meant(reading, undamaged, case)

    fuzz(law, damaged(WRITERS[name], corpora()))
