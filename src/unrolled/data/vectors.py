"""Word vectors from text files: GloVe, fastText's .vec and word2vec's text format."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unrolled.data.pipes import refuse_pipe
from unrolled.data.problem import Problem
from unrolled.data.vocabulary import Vocabulary
from unrolled.errors import DataError

__all__ = ["Vectors", "read_vectors", "read_words"]

# 300 numbers take 3 kB: a line beyond this is no line, and must not be read into memory as one.
MAX_LINE_BYTES = 1 << 20


@dataclass(frozen=True, eq=False)
class Vectors:
    """The vectors of a vocabulary's tokens.

    Attributes:
        matrix: (V, D) float32; row i belongs to token i and is zero where `found` is false.
        found: (V,) bool, true where the file had a vector for the token.
    """

    matrix: NDArray[np.float32]
    found: NDArray[np.bool_]

    @property
    def num_found(self) -> int:
        """The number of tokens that have a vector."""
        return int(self.found.sum())


def read_vectors(
    path: str | Path, vocabulary: Vocabulary, *, dimension: int | None = None, lower_case: bool = True
) -> Vectors:
    """Read the vectors of the vocabulary's tokens, one line at a time: memory follows the vocabulary, not the file.

    A first line of two whole numbers is the header (number of words, D) of word2vec and fastText; GloVe has none.
    Fields are separated by spaces or tabs. The last D fields of a line are its numbers and the rest its word, which may
    contain spaces, as some of GloVe 840B do. Of a repeated word the first vector counts. The width and the encoding of
    every line are checked; the numbers are checked where they are kept.

    Arguments:
        dimension: D, when a file of another D is an error; otherwise D is the header's or that of the first line.
        lower_case: give a token that the file does not have the vector of its lower-case form.

    Raises:
        DataError: with file and line: an empty file, bad UTF-8, a line of another width, a value that is not a finite
            number, or fewer words than the header says.
    """
    lines = _lines(path)
    top = next(lines, (1, ""))
    num_words, D = _shape(path, *top)
    first = top if num_words is None else next(lines, (top[0], ""))
    if not first[1]:
        raise _problem(path, first[0], "no vector", "Give a text file of one word and its vector a line.")
    if dimension is not None and dimension != D:
        raise _problem(path, top[0], f"vectors of {D} numbers where {dimension} were asked for", "Give another file.")
    # A wrong header must not decide how much memory is asked for.
    _word_and_numbers(path, *first, D)

    matrix = np.zeros((len(vocabulary), D), dtype=np.float32)
    exact = np.zeros(len(vocabulary), dtype=np.bool_)
    found = np.zeros(len(vocabulary), dtype=np.bool_)
    indices = {token: index for index, token in enumerate(vocabulary.tokens)}
    lowered = _lowered(vocabulary) if lower_case else {}

    num_lines = 0
    for number, line in chain([first], lines):
        num_lines += 1
        word, _, numbers = line.partition(" ")
        # Most words of a large file are not wanted: count their fields without making them.
        if numbers.count(" ") != D - 1 or "  " in numbers:
            word, numbers = _word_and_numbers(path, number, line, D)
        index = indices.get(word)
        same_in_lower_case = lowered.get(word, ())
        if index is None and not same_in_lower_case:
            continue
        vector = _vector(path, number, word, numbers)
        for other in same_in_lower_case:
            if not found[other]:
                matrix[other], found[other] = vector, True
        if index is not None and not exact[index]:
            matrix[index], found[index], exact[index] = vector, True, True

    if num_lines < (num_words or 0):
        raise _problem(
            path,
            top[0],
            f"the header says {num_words} words, but {num_lines} follow",
            "Fetch the file again, or correct the header.",
        )
    return Vectors(matrix, found)


def read_words(path: str | Path, limit: int) -> list[str]:
    """Return the first `limit` words of a file of vectors, each once: files list the most frequent words first.

    Raises:
        DataError: with file and line, as `read_vectors` does, for what it reads.
    """
    lines = _lines(path)
    top = next(lines, (1, ""))
    num_words, D = _shape(path, *top)
    words: dict[str, None] = {}
    for number, line in lines if num_words is not None else chain([top], lines):
        if len(words) >= limit or not line:
            break
        words.setdefault(_word_and_numbers(path, number, line, D)[0])
    return list(words)


def _lowered(vocabulary: Vocabulary) -> dict[str, list[int]]:
    """Return the indices of the tokens with capitals, by lower-case form."""
    lowered: dict[str, list[int]] = {}
    for index, token in enumerate(vocabulary.tokens):
        if token.lower() != token:
            lowered.setdefault(token.lower(), []).append(index)
    return lowered


def _lines(path: str | Path) -> Iterator[tuple[int, str]]:
    """Yield number and text of each line that is not blank, tabs made spaces, none at its end."""
    refuse_pipe(path)  # the words are read first, then their vectors
    try:
        file = Path(path).open("rb")  # noqa: SIM115  (closed below: only the opening may fail here)
    except OSError as error:
        raise Problem(str(path), None, f"cannot be read ({error.strerror})", "Check the path.").error() from error
    with file:
        number = 0
        while data := file.readline(MAX_LINE_BYTES):
            number += 1
            if len(data) == MAX_LINE_BYTES:
                raise _problem(
                    path, number, f"a line of {MAX_LINE_BYTES} bytes or more", "Give a text file of vectors."
                )
            if number == 1:
                data = data.removeprefix(b"\xef\xbb\xbf")
            try:
                line = data.decode()
            except UnicodeDecodeError as error:
                raise _problem(
                    path,
                    number,
                    f"byte 0x{data[error.start]:02x} is not UTF-8",
                    "Give a text file in UTF-8; unpack a compressed one, and convert word2vec's binary format to text.",
                ) from error
            # Not str.split or str.strip: some words contain U+0085, U+00A0 and other blanks of Unicode.
            line = line.replace("\t", " ").rstrip(" \r\n")
            if line:
                yield number, line


def _shape(path: str | Path, number: int, line: str) -> tuple[int | None, int]:
    """Return the number of words, None where the first line is no header, and D."""
    fields = line.split(" ")
    if len(fields) == 2 and all(field.isascii() and field.isdigit() for field in fields) and int(fields[1]) >= 1:
        return int(fields[0]), int(fields[1])
    if not line:
        return None, 0
    # Without a header the word ends at the last field that is not a number.
    fields = _fields(line)
    first = next((i for i in range(1, len(fields)) if _is_number(fields[i])), len(fields))
    if first == len(fields):
        raise _problem(path, number, "a word without numbers", "Give one word and its vector a line.")
    for place, field in enumerate(fields[first:], start=1):
        if not _is_number(field):
            word = " ".join(fields[:first])
            raise _problem(path, number, f"number {place} of {word!r} is {field!r}", "Correct or remove the line.")
    return None, len(fields) - first


def _word_and_numbers(path: str | Path, number: int, line: str, D: int) -> tuple[str, str]:
    fields = _fields(line)
    word, numbers = fields[:-D], fields[-D:]
    # A number in the place of the word's second part is one number too many.
    if not word or any(_is_number(field) for field in word[1:]):
        raise _problem(
            path,
            number,
            f"a word and {len(fields) - 1} numbers where {D} numbers were expected",
            "Fetch the file again, or remove the line.",
        )
    return " ".join(word), " ".join(numbers)


def _fields(line: str) -> list[str]:
    return [field for field in line.split(" ") if field]


def _is_number(field: str) -> bool:
    # float() also takes 1_000 and the digits of other scripts, which no tool writes.
    if "_" in field or not field.isascii():
        return False
    try:
        float(field)
    except ValueError:
        return False
    return True


def _vector(path: str | Path, number: int, word: str, numbers: str) -> NDArray[np.float32]:
    values: list[float] = []
    for place, field in enumerate(numbers.split(" "), start=1):
        if not _is_number(field):
            raise _problem(path, number, f"number {place} of {word!r} is {field!r}", "Correct or remove the line.")
        values.append(float(field))
    with np.errstate(over="ignore"):
        vector = np.array(values, dtype=np.float32)
    if not np.isfinite(vector).all():
        place = next(i for i, value in enumerate(vector) if not math.isfinite(value))
        raise _problem(
            path,
            number,
            f"number {place + 1} of {word!r} is {values[place]}, which is not finite in float32",
            "Correct or remove the line.",
        )
    return vector


def _problem(path: str | Path, line: int, found: str, way_out: str) -> DataError:
    return Problem(str(path), line, found, way_out).error()
