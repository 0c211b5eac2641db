import io
import json
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

from unrolled.cli.lines import read_lines
from unrolled.errors import DataError

TEXT = "Ada Lovelace spoke in Paris.\n\nHe sat."


def test_fields_stay_aligned_with_the_lines(run: Path, unrolled) -> None:
    result = unrolled("predict", run, input=TEXT)
    assert result.exit_code == 0, result.output
    assert result.stdout.split("\n") == [
        "Ada Lovelace spoke in Paris .\tB-PER I-PER O O B-LOC O",
        "",
        "He sat .\tO O O",
        "",
    ]


def test_json_has_tokens_labels_spans_and_confidence(run: Path, unrolled) -> None:
    first, blank, last = map(json.loads, unrolled("predict", run, "--json", input=TEXT).stdout.splitlines())
    assert set(first) == {"tokens", "labels", "spans", "confidence", "offsets"}
    assert [(span["type"], span["start"], span["end"], span["text"]) for span in first["spans"]] == [
        ("PER", 0, 2, "Ada Lovelace"),
        ("LOC", 4, 5, "Paris"),
    ]
    assert len(first["confidence"]) == len(first["tokens"]) == 6
    assert blank == {"tokens": [], "labels": [], "spans": [], "confidence": []}
    assert last["spans"] == []


def test_n_best_gives_that_many_lines(run: Path, unrolled) -> None:
    lines = unrolled("predict", run, "--n-best", 3, input="Ada sat .\n\n").stdout.split("\n")
    assert len(lines) == 5
    probabilities = [float(line.split("\t")[2]) for line in lines[:3]]
    assert probabilities == sorted(probabilities, reverse=True)
    assert lines[3:] == ["", ""]


def test_white_space_alone(run: Path, unrolled) -> None:
    assert unrolled("predict", run, "--whitespace", input="can't stop.\n").stdout.startswith("can't stop.\t")


def test_strict_answers_the_lines_before_a_bad_byte(run: Path, unrolled) -> None:
    result = unrolled("predict", run, "--strict", input=b"He sat .\nca\xe9\nHe sat .\n")
    assert result.exit_code == 3
    assert result.stdout == "He sat .\tO O O\n"
    assert "line 2: byte 0xe9 is not UTF-8" in result.stderr


class Drops(io.BytesIO):
    """Gives a few bytes at a time, as a slow pipe does."""

    def read1(self, size: int | None = -1, /) -> bytes:
        del size
        return super().read1(3)


@pytest.mark.parametrize("source", [io.BytesIO, Drops])
def test_lines_arrive_whole_however_the_bytes_do(source: type[io.BytesIO]) -> None:
    content = "\ufeffé one\r\n\n\u2028two\u0085\nlast".encode()
    assert list(chain.from_iterable(read_lines(source(content)))) == ["é one", "", "\u2028two\u0085", "last"]
    assert list(chain.from_iterable(read_lines(source(b"a\n")))) == ["a"]
    assert list(read_lines(source(b""))) == []


@pytest.mark.parametrize("size", [1, 2, 3, 7, 2**16])
@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"a\rb\r", ["a", "b"]),
        (b"a\rb", ["a", "b"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\r\rb\n\nc\r\n\r\n", ["a", "", "b", "", "c", ""]),
        (b"a\r\n\nb", ["a", "", "b"]),
        (b"\r\n\n\r", ["", "", ""]),
        ("\ufeffé\r\u2028b\u0085\r\n".encode(), ["é", "\u2028b\u0085"]),
    ],
)
def test_lines_end_in_lf_crlf_or_cr_wherever_a_read_ends(content: bytes, lines: list[str], size: int) -> None:
    class Reads(io.BytesIO):
        def read1(self, _: int | None = -1, /) -> bytes:
            return super().read1(size)

    assert list(chain.from_iterable(read_lines(Reads(content)))) == lines


def test_a_line_that_ends_in_cr_is_answered_before_more_comes() -> None:
    lines = read_lines(Drops(b"ab\r\ncd\n"))
    assert [line for _ in range(1) for line in next(lines)] == ["ab"]
    assert list(chain.from_iterable(lines)) == ["cd"]


def test_cr_alone_ends_a_line_of_predict_as_of_the_labelled_files(run: Path, unrolled) -> None:
    wanted = unrolled("predict", run, input=b"Ada spoke .\nHe sat .\n").stdout
    assert unrolled("predict", run, input=b"Ada spoke .\rHe sat .\r").stdout == wanted


def test_a_bad_line_comes_after_the_good_ones() -> None:
    lines = read_lines(io.BytesIO(b"a\nb\n\xff\n"))
    assert next(lines) == ["a", "b"]
    with pytest.raises(DataError, match="line 3"):
        next(lines)


def test_a_pipe_is_answered_line_by_line_and_may_close(run: Path) -> None:
    command = [sys.executable, "-c", "from unrolled.cli import main; main()", "predict", str(run)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        for _ in range(2):
            process.stdin.write(b"Ada Lovelace spoke\n")
            process.stdin.flush()
            assert process.stdout.readline() == b"Ada Lovelace spoke\tB-PER I-PER O\n"
        process.stdout.close()
        process.stdin.write(b"Ada sat .\n")
        process.stdin.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_more_answers_than_there_are_give_all_of_them(run: Path, unrolled) -> None:
    result = unrolled("predict", run, "--n-best", 10**9, input="Ada .\n")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert len(lines) == len(set(lines)) > 4
    assert sum(float(line.split("\t")[2]) for line in lines) == pytest.approx(1, abs=1e-4)
    result = unrolled("predict", run, "--n-best", 10**9, input="He sat .\n" + "Ada spoke " * 20 + "\n")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: n_best is 1000000000: so many labellings of 40 steps")
