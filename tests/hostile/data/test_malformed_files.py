"""Every malformed file of this folder gives one error that names the file, the line, what was found and the way out."""

from pathlib import Path

import pytest
from reading import checked

from unrolled.data.problem import by_kind
from unrolled.data.readers import read_labelled, read_plain_text
from unrolled.errors import DataError

HERE = Path(__file__).parent

# file: (line or None, part of what was found, part of the way out)
EXPECTED: dict[str, tuple[int | None, str, str]] = {
    "bad_utf8.csv": (3, "byte 4 of the line (offset 25 in the file) is 0xe9", "iconv -f WINDOWS-1252"),
    "bad_utf8.jsonl": (1, "Latin-1", "iconv -f"),
    "bad_utf8_latin1.conll": (3, "byte 6 of the line (offset 22 in the file) is 0xe7", "iconv -f"),
    "bad_utf8_lone_byte.conll": (3, "0xff", "iconv -f"),
    "binary.conll": (1, "zero byte at offset 7", "Name a text file"),
    "bioes_begins_nothing.conll": (3, "I-LOC follows O", "S-LOC if it is one token"),
    "bioes_type_changes.conll": (1, "B-LOC leaves its entity without an end: E-ORG follows", "Write S-LOC"),
    "bioes_without_end.conll": (4, "I-LOC leaves its entity without an end: O follows", "Write E-LOC"),
    "blank_lines_only.conll": (None, "no sentence", "not empty"),
    "brat_without_text.ann": (None, "there is no brat_without_text.txt beside it", "Put it there"),
    "column_extra.conll": (4, "3 columns where the other lines have 2: New | York | B-LOC", "needs tabs"),
    "column_missing.conll": (2, "2 columns where the other lines have 3: sat | VBD", "a token and its label"),
    "csv_count_differs.csv": (2, "3 tokens but 2 labels", "one label"),
    "csv_fields_missing.csv": (3, "1 field where the header has 2", "add the fields"),
    "csv_header_only.csv": (None, "no sentence", "not empty"),
    "csv_header_unknown.csv": (None, "no column looks like labels", "token_column="),
    "csv_quote_open.csv": (3, "cannot be split into fields", "Close every quotation mark"),
    "doccano_numbers.jsonl": (1, "the types are the numbers 4", "label_names="),
    "doccano_offsets_count_tokens.jsonl": (1, "as numbers of tokens all of them fit", "offsets=tokens"),
    "doccano_overlap.jsonl": (1, "span 'Bern' (LOC) overlaps 'Bank of Bern' (ORG)", "nested=outermost"),
    "docstart_only.conll": (None, "no sentence", "not empty"),
    "empty.conll": (None, "no sentence", "not empty"),
    "empty.csv": (None, "no sentence", "not empty"),
    "empty.jsonl": (None, "no sentence", "not empty"),
    "empty_token.conll": (2, "an empty token", "Remove it"),
    "gzip.conll": (None, "gzip data", "gzip -d"),
    "iob2_stray_i.conll": (6, "I-LOC follows O, so it continues nothing in a file that is otherwise", "Write B-LOC"),
    "iob2_type_changes.conll": (2, "I-ORG follows B-PER", "Write B-ORG"),
    "json_array.json": (1, "not an object: [1, 2]", '{"tokens"'),
    "json_broken.jsonl": (2, "not JSON: Expecting ',' delimiter at column", "one complete JSON object a line"),
    "json_count_differs.jsonl": (1, "2 tokens but 1 label", "one label"),
    "json_deep.jsonl": (1, "nested too deeply", "flat JSON object"),
    "json_empty_sentence.jsonl": (1, "tokens is []", "at least one token"),
    "json_list_broken.json": (3, "Expecting ',' or ']' at column 1", "one list of them"),
    "json_list_without_end.json": (3, "Expecting ',' or ']'", "one list of them"),
    "json_key_missing.jsonl": (1, "no labels among the keys tokens, names", "Name them labels"),
    "json_numbers.jsonl": (1, "the types are the numbers 1", "label_names="),
    "json_span_outside.jsonl": (1, "span 4:70 (X) does not fit the text, which has 12 characters", "end exclusive"),
    "json_spans_malformed.jsonl": (1, "not a list of [start, end, type]", "end (exclusive)"),
    "json_spans_overlap.jsonl": (1, "span 1:2 'Lee' (ORG) overlaps 0:2 'Ann Lee' (PER)", "nested=outermost"),
    "json_span_on_white_space.jsonl": (1, "span 3:4 (PER) holds only white space", "mark a word"),
    "json_string.jsonl": (1, "not an object", '{"tokens"'),
    "json_surrogate.jsonl": (1, "surrogate", "UTF-8"),
    "json_token_number.jsonl": (1, "token 2 of tokens is 7", "quotation marks"),
    "json_wrapped.json": (1, "one object, whose key data holds a list of 1", "jq '.data'"),
    "label_bare_in_iob2.conll": (4, "'LOC'", "B-LOC or I-LOC"),
    "label_lower_case.conll": (1, "'b-per'", "Write B-per"),
    "label_studio_no_text.json": (1, "no text among the keys of data: image", "token_column=KEY"),
    "label_studio_text_differs.json": (1, "holds 'sat', but the file says 'Ann'", "offsets=utf16"),
    "label_studio_two_labels.json": (1, "'labels': ['PER', 'ORG']", "[start, end, type]"),
    "label_suffixed.conll": (1, "'PER-B'", "Write B-PER"),
    "label_underscore.conll": (1, "'B_PER'", "Write B-PER"),
    "one_column.conll": (None, "one column", "tab or a space"),
    "prodigy_all_rejected.jsonl": (None, "no sentence", "not empty"),
    "prodigy_span_empty.jsonl": (1, "span 3:3 (PER) is empty", "within the text"),
    "spacy_pairs_malformed.json": (2, "entities is not a list of [start, end, type]: [0, 3]", "end (exclusive)"),
    "spacy_training_unknown.json": (1, "'-'", "a word whose label is not known"),
    "span_table_fields_missing.csv": (3, "2 fields where the first row has 3", "add the fields"),
    "utf16.conll": (None, "UTF-16", "iconv -f UTF-16"),
    "utf16_without_bom.conll": (1, "zero byte at offset 1", "UTF-8"),
    "zip.conll": (None, "ZIP archive", "export it"),
}


def test_every_file_has_an_expectation() -> None:
    here = {path.name for path in HERE.iterdir() if path.is_file() and path.suffix != ".py"}
    assert here == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_malformed_file(name: str) -> None:
    line, found, way_out = EXPECTED[name]
    path = HERE / name
    with pytest.raises(DataError) as caught:
        checked(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: " if line is None else f"{path}:{line}: ")
    assert found in message
    assert way_out in message
    assert "\n" not in message

    reading = read_labelled(path)
    kinds = by_kind(reading.faults())
    assert message.startswith(kinds[0][1])
    if len(kinds) > 1:
        assert f"({len(kinds) - 1} more" in message


def test_good_sentences_beside_a_bad_one_are_kept() -> None:
    reading = read_labelled(HERE / "iob2_stray_i.conll")
    assert [pair.x[0] for pair in reading.pairs] == ["Ann", "Cy"]
    assert reading.lines == [1, 9]


@pytest.mark.parametrize("read", [checked, lambda path: read_plain_text(path).checked()])
def test_directory_and_missing_file(read, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="directory"):
        read(tmp_path)
    (tmp_path / "train.txt").write_text("Ann B-PER\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"no such file.*train\.txt"):
        read(tmp_path / "train.conll")
    with pytest.raises(DataError, match=r"directory .* does not exist"):
        read(tmp_path / "nowhere" / "train.conll")
