import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.data import Vectors, Vocabulary, read_vectors, read_words
from unrolled.errors import DataError

VOCABULARY = Vocabulary(["the", "Paris", "paris", "NASA", "at name@domain.com", "a\xa0b", "a\x85b", "a\u2028b", "10"])


def read(tmp_path: Path, content: bytes | str, vocabulary: Vocabulary = VOCABULARY, **options) -> Vectors:
    path = tmp_path / "vectors.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_vectors(path, vocabulary, **options)


def rows(vectors: Vectors, vocabulary: Vocabulary = VOCABULARY) -> dict[str, list[float]]:
    return {token: vectors.matrix[i].tolist() for i, token in enumerate(vocabulary.tokens) if vectors.found[i]}


@pytest.mark.parametrize(
    "content",
    [
        "the 1 -2.5\nof 0 0\nParis 3e-1 4\n",  # GloVe
        "3 2\nthe 1 -2.5\nof 0 0\nParis 3e-1 4\n",  # fastText, word2vec
        "3 2\nthe 1 -2.5 \nof 0 0 \nParis 3e-1 4 \n",  # word2vec's own tool ends its lines in a space
        "the\t1\t-2.5\nParis\t3e-1\t4",
        "the 1 -2.5\r\n\r\nParis 3e-1 4\r\n\r\n",
        "\ufeffthe 1 -2.5\nParis 3e-1 4\n",
        "\ufeff3 2\nthe  1  -2.5\nof 0 0\nParis 3e-1  4\n",
    ],
)
def test_each_format_with_and_without_header(tmp_path: Path, content: str) -> None:
    vectors = read(tmp_path, content, lower_case=False)
    assert rows(vectors) == {"the": [1, -2.5], "Paris": [np.float32(0.3), 4]}
    assert vectors.matrix.dtype == np.float32
    assert vectors.matrix.shape == (len(VOCABULARY), 2)
    assert not vectors.matrix[~vectors.found].any()
    assert vectors.num_found == 2


@settings(deadline=None, max_examples=40)
@given(
    words=st.lists(st.text(st.characters(categories=["L", "P", "S"]), min_size=1, max_size=5), min_size=1, unique=True),
    D=st.integers(2, 5),
    header=st.booleans(),
    data=st.data(),
)
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], D: int, header: bool, data: st.DataObject
) -> None:
    matrix = np.random.default_rng(D).normal(size=(len(words), D)).astype(np.float32)
    lines = [f"{word} {' '.join(map(repr, row.tolist()))}" for word, row in zip(words, matrix, strict=True)]
    path = tmp_path_factory.getbasetemp() / "written.txt"
    path.write_bytes("\n".join([f"{len(words)} {D}"] * header + lines).encode())
    vocabulary = Vocabulary(data.draw(st.lists(st.sampled_from(words), unique=True)), unk=None)
    vectors = read_vectors(path, vocabulary, lower_case=False)
    assert vectors.found.all()
    assert np.array_equal(vectors.matrix, matrix[[words.index(token) for token in vocabulary.tokens]])


def test_lower_case_stands_in_only_for_what_is_missing(tmp_path: Path) -> None:
    content = "paris 1 1\nnasa 2 2\nParis 3 3\nPARIS 4 4\nThe 5 5\n"
    assert rows(read(tmp_path, content)) == {"paris": [1, 1], "NASA": [2, 2], "Paris": [3, 3]}
    assert rows(read(tmp_path, content, lower_case=False)) == {"paris": [1, 1], "Paris": [3, 3]}
    assert rows(read(tmp_path, "Paris 3 3\nparis 1 1\n")) == {"Paris": [3, 3], "paris": [1, 1]}


def test_of_a_repeated_word_the_first_vector_counts(tmp_path: Path) -> None:
    assert rows(read(tmp_path, "the 1 1\nnasa 3 3\nthe 2 2\nnasa 4 4\n")) == {"the": [1, 1], "NASA": [3, 3]}


def test_words_with_spaces_and_unicode_blanks(tmp_path: Path) -> None:
    content = "the 1 1\nat name@domain.com 2 2\n. . . 9 9\na\xa0b 3 3\na\x85b 4 4\na\u2028b 5 5\n10 6 6\n 7 7\n"
    expected = {"the": 1, "at name@domain.com": 2, "a\xa0b": 3, "a\x85b": 4, "a\u2028b": 5, "10": 6}
    assert rows(read(tmp_path, content)) == {token: [value, value] for token, value in expected.items()}
    assert rows(read(tmp_path, "at name@domain.com 2 2\nthe 1 1\n"))["the"] == [1, 1]


def test_a_file_without_any_word_of_ours_finds_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "le 1 1\n").num_found == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"vectors.txt:1: no vector\. Give"),
        (b"\n\r\n  \n", r":1: no vector"),
        (b"3 2\n", r":1: no vector"),
        (b"the\nof\n", r":1: a word without numbers"),
        (b"the 1 2\nof 1\n", r":2: a word and 1 numbers where 2 numbers were expected"),
        (b"the 1 2\nof 1 2 3\n", r":2: a word and 3 numbers where 2"),
        (b"the 1 2\nthe\n", r":2: a word and 0 numbers where 2"),
        (b"the 1 2\n\n\nof 1\n", r":4: a word and 1 numbers"),
        (b"2 3\nthe 1 2\nof 1 2\n", r":2: a word and 2 numbers where 3"),
        (b"2 999999999999\nthe 1 2\nof 1 2\n", r":2: a word and 2 numbers where 999999999999"),
        (b"3 2\nthe 1 2\nof 1 2\n", r":1: the header says 3 words, but 2 follow"),
        (b"of 1 2\nthe 1 two\n", r":2: number 2 of 'the' is 'two'"),
        (b"the 1 two\nof 1 2\n", r":1: number 2 of 'the' is 'two'"),
        (b"of 1 2\nthe 1_0 2\n", r":2: number 1 of 'the' is '1_0'"),
        ("of 1 2\nthe ١ 2\n".encode(), r":2: number 1 of 'the' is '١'"),
        (b"of 1 2\nthe nan 2\n", r":2: number 1 of 'the' is nan, which is not finite"),
        (b"the 1 nan\nof 1 2\n", r":1: number 2 of 'the' is nan"),
        (b"of 1 2\nthe 1 -inf\n", r":2: number 2 of 'the' is -inf"),
        (b"of 1 2\nthe 1 1e39\n", r":2: number 2 of 'the' is 1e\+39, which is not finite in float32"),
        (b"of 1 2\nth\xe9 1 2\n", r":2: byte 0xe9 is not UTF-8\..*unpack"),
        (b"\x1f\x8b\x08\x00 gzip\n", r":1: byte 0x8b is not UTF-8"),
        (b"of 1 2\n" + b"x" * (1 << 20), r":2: a line of 1048576 bytes or more"),
    ],
)
def test_a_malformed_file_is_refused_with_its_line(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, content)


def test_numbers_of_words_that_are_not_ours_are_not_read(tmp_path: Path) -> None:
    assert rows(read(tmp_path, "the 1 2\nof 1 nan\n")) == {"the": [1, 2]}


def test_the_dimension_asked_for_is_the_file_s(tmp_path: Path) -> None:
    assert read(tmp_path, "the 1 2\n", dimension=2).matrix.shape[1] == 2
    for content in ("the 1 2\n", "1 2\nthe 1 2\n"):
        with pytest.raises(DataError, match=":1: vectors of 2 numbers where 3 were asked for"):
            read(tmp_path, content, dimension=3)


def test_a_missing_file_is_the_user_s_mistake(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_vectors(tmp_path / "none.txt", VOCABULARY)


def test_memory_follows_the_vocabulary_not_the_file(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("w") as file:
        file.writelines(f"word{i} {'0.125 ' * 50}\n" for i in range(40_000))
    tracemalloc.start()
    try:
        vectors = read_vectors(path, Vocabulary(["word7", "word39999"]))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert vectors.num_found == 2
    assert path.stat().st_size > 10_000_000
    assert peak < 2_000_000


@pytest.mark.parametrize("header", ["", "3 2\n"])
def test_words_are_read_from_the_top(tmp_path: Path, header: str) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text(f"{header}b 1 2\na c 3 4\nb 5 6\nd 7 8\n".replace("3 2", "4 2"))
    assert read_words(path, 2) == ["b", "a c"]
    assert read_words(path, 99) == ["b", "a c", "d"]
    assert read_words(path, 0) == []
