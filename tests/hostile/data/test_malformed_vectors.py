"""Every malformed file of series gives one error that names the file, the line, what was found and the way out."""

from pathlib import Path

import pytest

from unrolled.data.readers import read_series
from unrolled.errors import DataError

HERE = Path(__file__).parent / "vectors"

# file: (line, file of the folder or None, part of what was found, part of the way out)
EXPECTED: dict[str, tuple[int | str | None, str, str]] = {
    "alone.npy": (None, "one array, without labels", "numpy.savez(FILE, x=x, y=y)"),
    "answers_few.npz": (None, "3 answers in y for 4 series", "one for each"),
    "backwards.csv": (4, "the time 0.5 of the series '0' after 1", "Sort the rows"),
    "class_unknown.ts": (10, "'sideways', which the header does not name: up, down", "Correct the label"),
    "count_wrong.ts": (10, "1 dimension where the header declares 2", "Correct the line"),
    "empty.csv": (None, "no labelled series", "not empty"),
    "folder": ("up/1.npy", "2 numbers a step where the first series has 1", "as many numbers"),
    "gap_not_declared.ts": (10, "@missing false", "Correct the header"),
    "header_only.csv": (None, "no labelled series", "not empty"),
    "huge.npz": (None, "no whole file of numpy", "export it again"),
    "infinite.csv": (3, "inf in a step of the series '0', column 'a'", "Leave the cell empty"),
    "length_wrong.ts": (11, "2 steps where the header declares @seriesLength 3", "Correct the line"),
    "lengths_differ.ts": (10, "dimensions of 2 to 3 steps", "? for what is missing"),
    "lengths_wrong.npz": (None, "in sum 13, beside x of shape (12, 2)", "add up to its rows"),
    "manifest": ("manifest.csv:3", "there is no file 'gone.csv'", "Name files"),
    "no_data.ts": (None, "no line @data", "whole"),
    "no_header.csv": (1, "the first row holds numbers", "Name the columns"),
    "no_label_column.csv": (None, "no column of labels", "--set label_column=NAME"),
    "no_labels.ts": (8, "the series have no labels", "with labels"),
    "no_numbers.csv": (None, "no column holds numbers: words hold texts", "Give a column"),
    "no_sequence_column.csv": (None, "which steps are of one series", "--set sequence_column=NAME"),
    "no_steps.ts": (10, "has no step", "leave it out"),
    "no_y.npz": (None, "no array y; the file holds x", "Name the arrays"),
    "not_a_number.ts": (10, "'b' in dimension 1, which is no number", "? for what is missing"),
    "nothing_known.csv": (2, "the series '1' holds no number, only gaps", "Leave the series out"),
    "one_label.csv": (None, "every series has the label 'up'", "--set accept=one_label"),
    "pickled.npy": (None, "Python objects, which are not read", "Save arrays of numbers"),
    "pickled_inside.npz": (None, "Python objects, which are not read", "Save arrays of numbers"),
    "series.jsonl": (None, "JSON is not read", "CSV"),
    "step_without_series.csv": (5, "a step of no series", "Name its series"),
    "text.npz": (None, "no file of numpy", "numpy.savez"),
    "text_in_a_column.csv": (7, "a is 'warm', which is no number", "Write numbers as 3.5"),
    "time_is_text.csv": (3, "the time 'noon'", "2024-12-31"),
    "times.ts": (8, "@timeStamps true", "as CSV"),
    "truncated.npz": (None, "no whole file of numpy", "export it again"),
    "unlabelled.csv": (2, "a series without a label", "leave it out"),
    "zero_steps.npz": (None, "the series '1' has no step", "leave it out"),
}


def test_every_file_has_an_expectation() -> None:
    assert {path.name for path in HERE.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_malformed_series(name: str) -> None:
    place, found, way_out = EXPECTED[name]
    path = HERE / name
    with pytest.raises(DataError) as caught:
        read_series(path).checked(training=True)
    message = str(caught.value)
    at = f"{path}/{place}" if isinstance(place, str) else f"{path}" if place is None else f"{path}:{place}"
    assert message.startswith(f"{at}: ")
    assert found in message
    assert way_out in message
