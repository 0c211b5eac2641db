"""Every malformed file of texts gives one error that names the file, the line, what was found and the way out."""

from pathlib import Path

import pytest

from unrolled.data.readers import TextsSettings, read_texts
from unrolled.errors import DataError

HERE = Path(__file__).parent / "texts"

# file: (line or None, part of what was found, part of the way out)
EXPECTED: dict[str, tuple[int | None, str, str]] = {
    "bad_page.parquet": (None, "no whole Parquet file", "export it again"),
    "binary.csv": (2, "zero byte at offset 17", "UTF-8"),
    "comma_unquoted.csv": (3, "3 fields where the first row has 2", "Quote a field"),
    "csv_named.parquet": (None, "no whole Parquet file", "export it again"),
    "empty.csv": (None, "no labelled text", "not empty"),
    "empty.parquet": (None, "no whole Parquet file", "export it again"),
    "fasttext_no_label.txt": (2, "no label at the start", "__label__positive"),
    "fasttext_two_labels.txt": (2, "2 labels at the start", "Begin each line with one"),
    "header_long.csv": (1, "no other row has its label, 'verdict'", "--set header=true"),
    "label_case.csv": (4, "'good' (4) and 'Good' (4) in case", "Write them alike"),
    "label_date.csv": (None, "label holds 9 dates in 40 rows", "--set label_column=NAME"),
    "label_float.csv": (None, "score holds 40 numbers with fractions", "--set label_column=NAME"),
    "label_invisible.csv": (4, "'good<U+200B>' (4) in an invisible character (U+200B)", "Write them alike"),
    "label_nan.csv": (3, "3 texts without a label are left out: lines 3, 6, 9", "--set accept=empty_labels"),
    "label_text.csv": (None, "label holds texts", "--set label_column=NAME"),
    "labels_hundreds.csv": (None, "label holds 300 labels", "--set label_column=NAME"),
    "one_label.csv": (None, "every text has the label 'good'", "Add texts with other labels"),
    "one_word.csv": (None, "each of the 9 texts is one word, such as 'good'", "--set text_column=NAME"),
    "rows_swallowed.csv": (7, "1 text with further rows of the file inside", "Close the quotation mark"),
    "separator_wrong.csv": (2, "whole rows, taken for texts", "Separate text and label"),
    "several_labels.csv": (3, "10 texts of 20 with another label", "Give each text one label"),
    "gzip.csv": (None, "gzip data", "gzip -d"),
    "columns_are_numbers.csv": (None, "no column holds texts", "--set text_column="),
    "header_only.csv": (None, "no labelled text", "not empty"),
    "json_array.json": (1, "not an object: [1, 2]", '{"text"'),
    "json_broken.jsonl": (2, "not JSON: Expecting ',' delimiter at column", "one complete JSON object a line"),
    "json_key_missing.jsonl": (2, "an empty text is left out", "remove the example"),
    "json_label_list.jsonl": (1, "label is ['positive', 'warm'], not one label", "one label a text"),
    "json_one_key.jsonl": (None, "one key, but a text and its label are needed", "unrolled predict"),
    "json_string.jsonl": (1, "not an object", '{"text": "...", "label": "..."}'),
    "json_surrogate.jsonl": (1, "surrogate", "UTF-8"),
    "json_text_number.jsonl": (2, "text is 12, not a text", "quotation marks"),
    "label_is_an_identifier.csv": (
        None,
        "label holds 12 values in 12 rows ('r0090', 'r0091'",
        "--set label_column=NAME",
    ),
    "label_missing.csv": (3, "a text without a label", "remove the example"),
    "label_not_found.csv": (1, "cannot be told: none of said, when, who has few values", "--set label_column=NAME"),
    "label_slip.csv": (52, "'dreadfull' is nearly 'dreadful' (25 times)", "Write 'dreadful'"),
    "labels_unclear.csv": (1, "cannot be told: a (0, 1) or b (0, 1, 2)", "--set label_column=NAME"),
    "latin1.csv": (3, "which is not UTF-8; read as Latin-1", "iconv -f WINDOWS-1252"),
    "no_labels.parquet": (None, "one column, but a text and its label are needed", "unrolled predict"),
    "no_rows.parquet": (None, "no labelled text", "not empty"),
    "one_column.csv": (None, "one column, but a text and its label are needed", "unrolled predict"),
    "quote_open.csv": (3, "cannot be split into fields", "Close every quotation mark"),
    "text_missing.csv": (3, "an empty text", "remove the example"),
    "texts_are_numbers.csv": (None, "no text of text holds a letter, such as '12.5'", "--set text_column=NAME"),
    "truncated.parquet": (None, "no whole Parquet file", "export it again"),
    "utf16.csv": (None, "UTF-16", "iconv -f UTF-16"),
}


def test_every_file_has_an_expectation() -> None:
    assert {path.name for path in HERE.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_malformed_texts(name: str) -> None:
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow")
    line, found, way_out = EXPECTED[name]
    path = HERE / name
    with pytest.raises(DataError) as caught:
        read_texts(path).checked(training=True)
    message = str(caught.value)
    assert message.startswith(f"{path}: " if line is None else f"{path}:{line}: ")
    assert found in message
    assert way_out in message
    assert "\n" not in message

    reading = read_texts(path)
    (fault,) = reading.faults(training=True)
    assert message == str(fault)
    assert len(reading.pairs) == len(reading.lines) <= 700


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("text,label\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"no such file.*train\.csv"):
        read_texts(tmp_path / "train.tsv").checked()
    pytest.importorskip("pyarrow")
    with pytest.raises(DataError, match="no such file"):
        read_texts(tmp_path / "train.parquet").checked()


def test_folders(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no folder of a label. Give a folder for each label"):
        read_texts(tmp_path).checked()
    (tmp_path / "dev.csv").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match=r"no folder of a label. Name a file in it: dev\.csv"):
        read_texts(tmp_path).checked()
    (tmp_path / "good").mkdir()
    with pytest.raises(DataError, match=r"the folder good has no \*\.txt"):
        read_texts(tmp_path).checked()
    (tmp_path / "good" / "1.txt").write_text("A film.", encoding="utf-8")
    assert len(read_texts(tmp_path).pairs) == 1
    (tmp_path / "good" / "2.txt").write_text("A dish.", encoding="utf-8")
    with pytest.raises(DataError, match=r"every text has the label 'good'.*--set accept=one_label"):
        read_texts(tmp_path).checked(training=True)
    assert "1 file more, taken for no text: dev.csv; left out." in read_texts(tmp_path).checked().notes[0]
    (tmp_path / "good" / "3.txt").write_bytes(b"PK\x03\x04")
    with pytest.raises(DataError, match=r"3\.txt: this is a ZIP archive"):
        read_texts(tmp_path).checked()


@pytest.mark.parametrize("column", ["review", 7, -3])
def test_a_told_column_that_is_not_there(column: str | int) -> None:
    with pytest.raises(DataError, match=r"text_column is .*, but the columns are text, label"):
        read_texts(HERE / "label_slip.csv", TextsSettings(text_column=column)).checked()
