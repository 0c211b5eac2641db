from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import checked

from unrolled.data.readers import read_labelled, read_plain_text
from unrolled.errors import DataError

TWO = [(("Ann", "Lee", "sat"), ("B-PER", "I-PER", "O")), (("Rome",), ("B-LOC",))]


def write(folder: Path, content: str | bytes, name: str = "a.conll") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def sentences(reading) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    return [(pair.x, pair.y) for pair in reading.pairs]


@pytest.mark.parametrize(
    ("content", "scheme", "lines"),
    [
        ("Ann B-PER\nLee I-PER\nsat O\n\nRome B-LOC\n", "IOB2", [1, 5]),
        ("Ann B-PER\nLee I-PER\nsat O\n\nRome B-LOC", "IOB2", [1, 5]),
        ("Ann\tB-PER\nLee\tI-PER\nsat\tO\n\n\nRome\tB-LOC\n\n\n", "IOB2", [1, 6]),
        ("Ann I-PER\nLee I-PER\nsat O\n \t \nRome I-LOC\n", "IOB1", [1, 5]),
        ("Ann B-PER\nLee E-PER\nsat O\n\nRome S-LOC\n", "BIOES", [1, 5]),
        ("Ann B-PER\nLee L-PER\nsat O\n\nRome U-LOC\n", "BIOES", [1, 5]),
        ("Ann PER\nLee PER\nsat O\n\nRome LOC\n", "bare", [1, 5]),
        ("\ufeffAnn B-PER\r\nLee I-PER\r\nsat O\r\n\r\nRome B-LOC\r\n", "IOB2", [1, 5]),
        ("Ann B-PER\rLee I-PER\rsat O\r\rRome B-LOC\r", "IOB2", [1, 5]),
        ("Ann B-PER\r\r\nLee I-PER\r\r\nsat O\r\r\n\r\r\nRome B-LOC\r\r\n", "IOB2", [1, 5]),
        ("-DOCSTART- -X- O\n\nAnn N B-PER\nLee N I-PER\nsat V O\n-DOCSTART-\nRome N B-LOC\n", "IOB2", [3, 7]),
        ("# text = Ann Lee sat\nAnn N B-PER\nLee N I-PER\nsat V O\n\n# x\nRome N B-LOC\n", "IOB2", [2, 7]),
        ("  Ann   B-PER \nLee  I-PER\t\nsat O\n\nRome \t B-LOC\n", "IOB2", [1, 5]),
    ],
)
def test_variants(tmp_path: Path, content: str, scheme: str, lines: list[int]) -> None:
    reading = checked(write(tmp_path, content))
    assert sentences(reading) == TWO
    assert (reading.facts.get("scheme"), reading.lines, reading.problems) == (scheme, lines, [])


def test_tabs_win_so_that_tokens_may_hold_spaces(tmp_path: Path) -> None:
    path = write(tmp_path, "New York\tB-LOC\n\u00a0\tO\n")
    assert sentences(checked(path)) == [(("New York", "\u00a0"), ("B-LOC", "O"))]


def test_a_no_break_space_does_not_separate_columns(tmp_path: Path) -> None:
    assert sentences(checked(write(tmp_path, "10\u00a0000 O\n"))) == [(("10\u00a0000",), ("O",))]


def test_a_hash_is_a_token_where_the_columns_fit(tmp_path: Path) -> None:
    assert sentences(checked(write(tmp_path, "# O\n5 O\n"))) == [(("#", "5"), ("O", "O"))]
    with pytest.raises(DataError, match=":2: 1 column where the other lines have 2: #tag"):
        checked(write(tmp_path, "a O\n#tag\nb O\n"))


@pytest.mark.parametrize(("token", "label"), [(1, 2), (1, -2), (-3, 2), (-3, -2)])
def test_any_columns(tmp_path: Path, token: int, label: int) -> None:
    path = write(tmp_path, "1 Ann B-PER NNP\n2 sat O VBD\n")
    expected = [(("Ann", "sat"), ("B-PER", "O"))]
    assert sentences(checked(path, token_column=token, label_column=label)) == expected
    assert sentences(checked(path, token_column=str(token), label_column=str(label))) == expected


@pytest.mark.parametrize(
    ("columns", "message"),
    [((0, 5), "label_column is 5, but the lines have 2"), ((-3, 1), "token_column is -3"), ((1, -1), "is both")],
)
def test_columns_that_are_not_there(tmp_path: Path, columns: tuple[int, int], message: str) -> None:
    path = write(tmp_path, "Ann B-PER\n")
    with pytest.raises(DataError, match=message):
        checked(path, token_column=columns[0], label_column=columns[1])


def test_a_given_scheme_is_not_detected(tmp_path: Path) -> None:
    path = write(tmp_path, "Ann B-PER\nLee I-PER\n\nBo B-PER\n\nin O\nRome I-LOC\n")
    with pytest.raises(DataError, match=":7: I-LOC follows O"):
        checked(path)
    assert checked(path, scheme="IOB1").pairs[2].y == ("O", "B-LOC")
    with pytest.raises(DataError, match=":1: the label 'B-PER', where bare labels"):
        checked(path, scheme="bare")


def test_all_problems_are_listed_in_order_of_lines(tmp_path: Path) -> None:
    path = write(
        tmp_path, b"Ann B-PER\n\nin O\nRome I-LOC\n\nBo\n\nCy B-PER\n\xff O\n\nDi B-PER\n\nEd b-per\n\nFi B-X\n"
    )
    reading = read_labelled(path)
    assert [problem.line for problem in reading.problems] == [4, 6, 9, 13]
    assert reading.lines == [1, 11, 15]
    with pytest.raises(DataError, match=r":4: I-LOC .*4 more"):
        checked(path)


def test_a_sentence_of_100_000_tokens(tmp_path: Path) -> None:
    path = write(tmp_path, "word B-X\n" * 100_000)
    with pytest.raises(DataError, match=r":1: a sentence of 100,000 tokens\. .*accept=long_sentence"):
        checked(path)
    reading = checked(path, accept="long_sentence")
    assert len(reading.pairs[0].x) == len(reading.pairs[0].y) == 100_000


def test_plain_text(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufeffAnn didn't sit.\r\n\r\n Rome  sleeps \n", "a.txt")
    reading = read_plain_text(path)
    assert sentences(reading) == [(("Ann", "didn't", "sit."), ()), (("Rome", "sleeps"), ())]
    assert (reading.lines, reading.facts.get("scheme")) == ([1, 3], None)
    assert read_plain_text(path, split_punctuation=True).pairs[0].x == ("Ann", "did", "n't", "sit", ".")


NOISE = st.text(st.sampled_from('AO \t\n\r"#-[]{},:BI'), max_size=60).map(str.encode) | st.binary(max_size=60)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=NOISE, suffix=st.sampled_from([".conll", ".csv", ".tsv", ".jsonl", ".txt"]), header=st.booleans())
def test_no_content_raises_anything_but_data_error(tmp_path: Path, content: bytes, suffix: str, header: bool) -> None:
    head = {".csv": b"token,label\n", ".tsv": b"tokens\tlabels\n", ".jsonl": b'{"tokens": ["A"], "labels": '}
    path = write(tmp_path, (head.get(suffix, b"") if header else b"") + content, "noise" + suffix)
    reading = read_labelled(path)
    assert all(len(pair.x) == len(pair.y) > 0 for pair in reading.pairs)
    assert all(str(problem).startswith(str(path)) for problem in reading.problems)
    if reading.faults():
        with pytest.raises(DataError):
            checked(path)
    else:
        assert checked(path) == reading
    read_plain_text(path)
