import json
from pathlib import Path

import pytest
from reading import checked

from unrolled.errors import DataError

TOKENS = ["Ann", "Lee", "saw", "New York"]
EXPECTED = ("B-PER", "I-PER", "O", "B-LOC")


def write(folder: Path, *records: object) -> Path:
    path = folder / "a.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "labels",
    [
        {"labels": ["B-PER", "I-PER", "O", "B-LOC"]},
        {"ner_tags": ["I-PER", "I-PER", "O", "I-LOC"]},
        {"tags": ["PER", "PER", "O", "LOC"]},
        {"spans": [[0, 2, "PER"], [3, 4, "LOC"]]},
        {"entities": [{"start": 3, "end": 4, "type": "LOC"}, {"start": 0, "end": 2, "label": "PER"}]},
        {"label": [[0, 2, "PER"], [3, 4, "LOC"]]},
    ],
)
def test_keys(tmp_path: Path, labels: dict[str, object]) -> None:
    reading = checked(write(tmp_path, {"id": 1, "tokens": TOKENS, **labels}))
    assert [(pair.x, pair.y) for pair in reading.pairs] == [(tuple(TOKENS), EXPECTED)]
    assert reading.lines == [1]


def test_text_beside_labels_is_split_at_spaces_and_blank_lines_skipped(tmp_path: Path) -> None:
    path = write(tmp_path, {"text": "Ann sat .", "labels": ["B-PER", "O", "O"]})
    path.write_text("\n \n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    reading = checked(path)
    assert (reading.pairs[0].x, reading.pairs[0].y, reading.lines) == (("Ann", "sat", "."), ("B-PER", "O", "O"), [3])


def test_given_keys_and_label_names(tmp_path: Path) -> None:
    path = write(tmp_path, {"tokens": ["no"], "w": ["Ann", "sat"], "y": [2, 0], "labels": ["O"]})
    reading = checked(path, token_column="w", label_column="y", label_names="O,B-LOC,B-PER")
    assert reading.pairs[0].y == ("B-PER", "O")
    for wrong in (3, -1, True, 1.0, None, "9" * 5000):
        path = write(tmp_path, {"tokens": ["Ann"], "labels": [wrong]})
        with pytest.raises(DataError, match=":1: label"):
            checked(path, label_names="O,B-LOC,B-PER")


def test_a_span_over_no_token_or_with_a_truth_value_is_refused(tmp_path: Path) -> None:
    for span in ([0, 0, "PER"], [1, 0, "PER"], [-1, 1, "PER"], [False, True, "PER"], [0, 1, ""], [0, 1]):
        with pytest.raises(DataError, match=":1: "):
            checked(write(tmp_path, {"tokens": ["Ann"], "spans": [span]}))
