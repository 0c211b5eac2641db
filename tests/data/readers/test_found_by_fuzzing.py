"""Faults that fuzzing found, each with the smallest file that shows it."""

from pathlib import Path

import pytest

from unrolled.data.problem import Problem, in_a_line
from unrolled.data.readers import TaggedReading, read_labelled, read_texts


def read(folder: Path, name: str, data: str) -> TaggedReading:
    path = folder / name
    path.write_bytes(data.encode("utf-8"))
    return read_labelled(path)


TEN = "\t".join(["{}", "{}", *"_______", "name={}"])
SENTENCE = [TEN.format(1, "Ann", "B-PER"), TEN.format(2, "sat", "O"), TEN.format(3, "here", "O"), ""]


def test_a_comment_of_ten_words_is_no_row_of_conllu(tmp_path: Path) -> None:
    """Its words were taken for ten columns, so that column 0 did not count, and nothing was found any more."""
    lines = ["# text = Nobody reads War and Peace twice .", *SENTENCE] * 3
    reading = read(tmp_path, "a.conllu", "\n".join(lines)).checked()
    assert reading.taken["labels"] == "column 9, name=, IOB2"
    assert [pair.x for pair in reading.pairs] == [("Ann", "sat", "here")] * 3


def test_a_comment_that_ends_with_a_label_is_no_token(tmp_path: Path) -> None:
    reading = read(tmp_path, "a.conll", "# text = x y O\n1 Ann a b c B-PER\n2 sat a b c O\n\n").checked()
    assert [pair.x for pair in reading.pairs] == [("Ann", "sat")]


def test_ranges_of_conllu_have_no_labels_and_count_for_none(tmp_path: Path) -> None:
    """Every fourth line is a range with _ for its last column: less than nine in ten had the key."""
    lines = ["1-2\tdu" + "\t_" * 8, *SENTENCE]
    reading = read(tmp_path, "a.conllu", "\n".join(lines * 3)).checked()
    assert reading.taken["labels"] == "column 9, name=, IOB2"


@pytest.mark.parametrize("first", ['"[""a"", ""b""]";"[""O"", ""O""]"', "['a', 'b'];['O', 'O']", ",;O"])
def test_semicolons_part_fields_that_hold_commas(first: str, tmp_path: Path) -> None:
    """Of a first row with both, the comma was taken."""
    last = "['Ann', 'sat', 'down'];['B-PER', 'O', 'O']" if "[" in first else "Ann;B-PER\nsat;O"
    reading = read(tmp_path, "a.csv", f"{first}\n{last}\n").checked()
    assert sum(len(pair.x) for pair in reading.pairs) == (5 if "[" in first else 3)


def test_a_torn_header_above_sentences_is_named(tmp_path: Path) -> None:
    """Raised IndexError: the first row had fewer columns than the others, and its width was asked of all."""
    rows = '["Ann", "sat"]\t["B-PER", "O"]\n["They", "sat"]\t["O", "O"]\n'
    reading = read(tmp_path, "a.tsv", "labels\n" + rows)
    assert [problem.line for problem in reading.problems] == [1]
    assert len(reading.pairs) == 2


def test_a_first_word_in_braces_does_not_make_a_file_json(tmp_path: Path) -> None:
    reading = read(tmp_path, "a.conll", '{"a":1} O\nAnn B-PER\n').checked()
    assert reading.pairs[0].x == ('{"a":1}', "Ann")
    path = tmp_path / "a.txt"
    path.write_text("".join(f"{{x}} a warm film number {i}\t{'good' if i % 2 else 'bad'}\n" for i in range(6)))
    assert len(read_texts(path).checked().pairs) == 6


def test_what_a_file_holds_does_not_break_or_steer_a_message(tmp_path: Path) -> None:
    """Headers and labels with a tab, an end of line or an escape of terminals stood in messages as they were."""
    header = read(tmp_path, "a.csv", '"Sen\ntence #",word,tag\n1,Ann,B-PER\n1,sat,O\n2,They,O\n2,sat,O\n').checked()
    assert header.taken["sentences"] == 'column 0 "Sen<U+000A>tence #" changes'
    problem = Problem("a", 1, "the label \x1b[31m", "Write O\u2028")
    assert str(problem) == "a:1: the label <U+001B>[31m. Write O<U+2028>."
    assert in_a_line("\ud800") == "<U+D800>"


def test_a_label_of_a_hundred_thousand_characters_does_not_fill_the_screen(tmp_path: Path) -> None:
    reading = read(tmp_path, "a.conll", f"Ann B-PER\nsat O\nx {'y' * 100_000}\n")
    assert 0 < len(str(reading.problems[0])) < 1_000


def test_a_first_row_of_os_alone_is_no_header_of_sentences(tmp_path: Path) -> None:
    """`O O` was no label, so that the sentence was lost as names of columns; the note that says so was lost, too."""
    reading = read(tmp_path, "a.csv", "They sat,O O\nAnn Lee,B-PER I-PER\n").checked()
    assert [pair.x for pair in reading.pairs] == [("They", "sat"), ("Ann", "Lee")]
    odd = read(tmp_path, "b.csv", "alpha,beta\nAnn Lee,B-PER I-PER\nTom Lee,B-PER I-PER\n").checked()
    assert "the first row (alpha, beta) names the columns" in odd.notes[0]


@pytest.mark.parametrize("prefix", ["", "B-"])
def test_labels_of_thousands_of_digits_are_compared_as_texts(prefix: str, tmp_path: Path) -> None:
    """Raised ValueError: Python makes no integer of more than 4,300 digits."""
    reading = read(tmp_path, "a.conll", f"a {prefix}{'9' * 5000}\nb O\nc {prefix}{'8' * 5000}\nd O\n")
    assert "numbered_labels" in {doubt.name for doubt in reading.doubts}


@pytest.mark.parametrize("cells", ['"[0x{}]","[""O""]"', '"[""a""]","[0x{}]"'])
def test_an_integer_that_python_reads_and_cannot_write_is_named(cells: str, tmp_path: Path) -> None:
    """Raised ValueError: the message asked for its digits."""
    rows = cells.format("f" * 5000) + '\n"[""They"", ""sat""]","[""O"", ""O""]"\n'
    reading = read(tmp_path, "a.csv", "tokens,labels\n" + rows)
    assert "too long to be shown" in str(reading.problems[0])


def test_a_label_is_not_cut(tmp_path: Path) -> None:
    """A huge number in JSON became a label that ends with an ellipsis."""
    reading = read(tmp_path, "a.jsonl", '{"tokens": ["a"], "labels": [' + "9" * 4000 + "]}\n")
    assert not reading.pairs
    assert "not a text" in str(reading.problems[0])


def test_a_backslash_in_a_python_list_warns_nobody(tmp_path: Path) -> None:
    """Python warned of an escape that it does not know, on the user's screen."""
    reading = read(tmp_path, "a.csv", "tokens,labels\n\"['\\d', 'b']\",\"['O', 'O']\"\n").checked()
    assert reading.pairs[0].x == ("\\d", "b")


def test_words_with_spaces_in_a_row_each_do_not_make_a_row_a_sentence(tmp_path: Path) -> None:
    """A tenth of the words had spaces, or brackets, so that each row was taken for a sentence."""
    rows = "word\ttag\nNew York\tB-LOC\nis\tO\nfar\tO\n\nMr Lee\tB-PER\nsat\tO\n"
    reading = read(tmp_path, "a.tsv", rows).checked()
    assert [pair.x for pair in reading.pairs] == [("New York", "is", "far"), ("Mr Lee", "sat")]
