import numpy as np
import pytest

from unrolled.data.pair import Pair
from unrolled.data.shapes import length, look
from unrolled.errors import DataError

WORDS = [("Teddy", "sat"), ("He",), ("so", "it", "goes")]
VECTORS = [np.zeros((2, 3)), np.zeros((1, 3)), np.zeros((4, 3))]
CASES = (
    # X, Y, what is said of X, of Y, the shape
    (WORDS, [("B", "O"), ("O",), ("O", "O", "O")], "words, T_x 1–3", "a label per word", "many_to_many"),
    (WORDS, [(1, 0), (0,), (1, 1, 0)], "words, T_x 1–3", "a label per word", "many_to_many"),
    (WORDS, [[0.5, 1.5], [2.0], [0.0, 1.0, 2.0]], "words, T_x 1–3", "numbers per word", "many_to_many"),
    (WORDS, ["pos", "neg", "pos"], "words, T_x 1–3", "a label", "many_to_one"),
    (WORDS, [("er", "saß", "da"), ("er",), ("so",)], "words, T_x 1–3", "a sequence, T_y 1–3", "encoder_decoder"),
    (["so good", "no", "so so so"], ["pos", "neg", "pos"], "text, T_x 1–3", "a label", "many_to_one"),
    (["so good", "no", "well"], [1.5, 2.0, 3.5], "text, T_x 1–2", "a number", "many_to_one"),
    (["so good", "no"], [{"a", "b"}, frozenset()], "text, T_x 1–2", "a set of labels", "many_to_one"),
    (["A dog.", "Go!", "No."], ["Ein Hund.", "Geh jetzt!", "Nein."], "text, T_x 1–2", "a sequence", "encoder_decoder"),
    (VECTORS, [["a", "b"], ["a"], ["b", "b", "a", "a"]], "vectors, T_x 1–4", "a label per step", "many_to_many"),
    (VECTORS, [np.zeros((2, 2)), np.zeros((1, 2)), np.zeros((4, 2))], "vectors", "numbers per step", "many_to_many"),
    (VECTORS, [0.5, 1.5, 2.5], "vectors, T_x 1–4", "a number", "many_to_one"),
    ([[[0.0, 1.0]], [[1.0, 0.0], [2.0, 2.0]]], ["a", "b"], "vectors, T_x 1–2", "a label", "many_to_one"),
    ([(0.5, 1.0), (2.0, 3.0), (1.0, 1.0)], ["a", "b", "a"], "numbers, T_x 1", "a label", "one_to_one"),
    ([np.zeros(3), np.ones(3)], [0.5, 1.5], "numbers, T_x 1", "a number", "one_to_one"),
    ([np.zeros((1, 3)), np.ones((1, 3))], [0.5, 1.5], "vectors, T_x 1", "a number", "one_to_one"),
    ([3, 4, 3, 3], ["a", "b", "a", "a"], "a class, T_x 1", "a label", "one_to_one"),
    ([0, 1], [("C", "E"), ("G",)], "a class, T_x 1", "a sequence, T_y 1–2", "one_to_many"),
    ([None, None, None], [("C", "E"), ("G",), ("E", "E", "C")], "nothing, T_x 1", "a sequence, T_y 1–3", "one_to_many"),
)  # fmt: skip


@pytest.mark.parametrize(("X", "Y", "x", "y", "shape"), CASES)
def test_each_kind_of_pairs_is_told(X: list, Y: list, x: str, y: str, shape: str) -> None:
    found = look(map(Pair, X, Y))
    assert f"X: {x}" in str(found)
    assert f"· Y: {y}" in str(found)
    assert found.shape == shape
    assert found.T_x == (min(map(length, X)), max(map(length, X)))


def test_whole_numbers_are_labels_where_they_come_again_and_this_is_a_doubt() -> None:
    found = look(Pair("so good", y) for y in (1, 2, 1, 2, 1))
    assert found.y == "a label"
    assert "give them as floats" in found.doubts[0]
    found = look(Pair("so good", y) for y in (10, 25, 31))
    assert found.y == "a number"
    assert not found.doubts


def test_few_pairs_of_equal_lengths_are_a_doubt() -> None:
    assert "few" in look([Pair(("a", "b"), ("x", "y"))]).doubts[0]
    assert not look([Pair(("a", "b"), ("x", "y"))] * 3).doubts


def test_names_with_blanks_are_labels_where_they_come_again() -> None:
    labels = ["very good", "very bad"] * 3
    assert look(Pair(f"text {number}", label) for number, label in enumerate(labels)).y == "a label"
    assert look(Pair(f"text {n}", f"an answer of its own {n}") for n in range(6)).y == "a sequence"


def test_only_so_many_pairs_are_looked_at() -> None:
    def endless():
        while True:
            yield Pair(("a", "b"), "x")

    assert look(endless(), sample=5).y == "a label"


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([], "no pairs to look at"),
        ([Pair(("a",), "x"), Pair({"a": 1}, "x")], "Example 2 has an x of the kind dict"),
        ([Pair((), "x")], "Example 1"),
        ([Pair(("a", 1.0), "x")], "Example 1 has an x of the kind tuple"),
        ([Pair(("a", "b"), "x"), Pair("a b", "x")], "different kinds: text, words"),
        ([Pair(("a",), "x"), Pair(("a",), 1.5)], "kinds float, str"),
        ([Pair(("a",), None)], "NoneType"),
        ([Pair(object(), "x" * 200)], "object"),
    ],
)
def test_what_no_shape_has_is_named_with_its_number(pairs: list[Pair], words: str) -> None:
    with pytest.raises(DataError, match=words):
        look(pairs)


def test_lengths_are_those_of_steps() -> None:
    found = [length(x) for x in ("a b c", ("a", "b"), (1, 2.0), np.zeros(4), np.zeros((4, 2)), None, 3, ((1, 2),), "")]
    assert found == [3, 2, 1, 1, 4, 1, 1, 1, 0]
