"""The bundled strokes are what their generator says, and what it writes."""

from collections import Counter

import numpy as np
import pytest
from examples import make_vectors

from unrolled.data.readers import read_series
from unrolled.tasks.vectors import EXAMPLES


def test_the_files_are_those_of_the_generator(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_vectors, "FOLDER", tmp_path)
    make_vectors.main()
    for name in make_vectors.PARTS:
        assert (tmp_path / name).read_text() == (EXAMPLES / name).read_text()


def test_movements_are_balanced_timed_irregularly_and_have_gaps() -> None:
    for name, (_, each) in make_vectors.PARTS.items():
        reading = read_series(EXAMPLES / name)
        assert reading.problems == []
        assert reading.doubts == ()
        assert Counter(pair.y for pair in reading.pairs) == dict.fromkeys(make_vectors.MOVES, each)
        rows = np.concatenate([pair.x.rows for pair in reading.pairs])
        assert 0.03 < np.isnan(rows[:, 1:]).mean() < 0.05
        assert all(np.ptp(np.diff(pair.x.rows[:, 0])) > 0.01 for pair in reading.pairs)


def test_the_pens_of_the_test_part_write_larger() -> None:
    train, test = (
        [np.nanmax(pair.x.rows[:, 1]) - np.nanmin(pair.x.rows[:, 1]) for pair in read_series(EXAMPLES / name).pairs]
        for name in ("vectors.csv", "vectors_test.csv")
    )
    assert np.median(test) > 1.4 * np.median(train)
