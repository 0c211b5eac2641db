"""Each doubt shows on a file that earns it, and on none that is sound; `accept` settles it."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from unrolled.data.readers import TextsReading, TextsSettings, read_texts
from unrolled.errors import DataError

WORDS = "the tea came late but it was hot and clean we liked how they told us why nothing new bad lamps good music"
Rows = list[tuple[str, ...]]


def texts(number: int, seed: int = 1, shortest: int = 6) -> list[str]:
    draw, words = random.Random(seed), WORDS.split()
    return [" ".join(draw.choice(words) for _ in range(draw.randint(shortest, 25))) for _ in range(number)]


def rows(number: int = 60, labels: str | list[str] = "ab", seed: int = 1) -> Rows:
    return [(text, labels[i % len(labels)]) for i, text in enumerate(texts(number, seed))]


def read(folder: Path, given: Rows, first: str = "text,label", **settings: object) -> TextsReading:
    lines = [first] * bool(first) + [",".join(row) for row in given]
    path = folder / "a.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_texts(path, TextsSettings.from_dict(settings))


def with_label(label: str, number: int = 60) -> Rows:
    return [*rows(number), (texts(1, 2)[0], label)]


def with_text(text: str, number: int = 60) -> Rows:
    return [*rows(number), (text, "a")]


LONG = " ".join(["tea"] * 20_000)
SWALLOWED = '"' + "tea,a\nlamps were bad,b\nmore tea" + '"'

# name: rows, header, whether it is grave in training, always, where, part of what is said
TRIPPED: dict[str, tuple[Rows, str, bool, bool, int | None, str]] = {
    "one_label": (rows(4, "a"), "text,label", True, False, None, "every text has the label 'a'"),
    "one_word_texts": ([("tea", "a"), ("lamps", "b"), ("hot", "a")], "text,label", True, True, None, "is one word"),
    "long_text": ([*rows(4), (LONG, "a")], "text,label", True, True, 6, "a text of 20,000 words"),
    "long_text, light": ([*rows(4000), (LONG, "a")], "text,label", False, False, 4002, "a text of 20,000 words"),
    "no_texts": ([("12.5", "a"), ("13", "b")], "text,label", True, True, None, "such as '12.5'"),
    "odd_texts, rows": (
        [(f"{text};{'good' if i % 2 else 'bad'}", "ab"[i % 2]) for i, text in enumerate(texts(20))],
        "text,y", True, True, 2, "whole rows, taken for texts",
    ),
    "odd_texts, swallowed": (with_text(SWALLOWED), "text,label", True, True, 62, "further rows of the file inside"),
    "odd_texts, mark": (with_text("\ufefftea was hot"), "text,label", False, False, 62, "byte-order mark (U+FEFF)"),
    "odd_texts, lost": (with_text("caf\ufffd was hot"), "text,label", False, False, 62, "'caf\ufffd was hot'"),
    "odd_texts, decoded": (with_text("itâ€™s hot"), "text,label", False, False, 62, "decoded wrongly"),
    "odd_texts, control": (with_text("tea\x07 was hot"), "text,label", False, False, 62, "'tea<U+0007> was hot'"),
    "odd_texts, width": (with_text("tea\u200b was hot"), "text,label", False, False, 62, "'tea<U+200B> was hot'"),
    "odd_texts, markup": (with_text("tea<br /><br />was hot"), "text,label", False, False, 62, "such as '<br />'"),
    "odd_texts, escaped": (with_text(r"tea was hot.\n\nBad lamps"), "text,label", False, False, 62, "escaped ends"),
    "unequal_labels": (rows(6) + rows(6, "ba"), "text,label", True, False, 8, "6 texts of 12 with another label"),
    "unequal_labels, light": (rows(60) + rows(2, "ba"), "text,label", False, False, 62, "2 texts of 62"),
    "cut_texts": (
        [(*row, "and so on" * (i == 7), "") for i, row in enumerate(rows())],
        "text,label,,", False, False, 9, "1 row with something in a column that has no name",
    ),
    "header": ([("the texts of guests", "their verdict"), *rows()], "", True, True, 1, "no other row has its label"),
    "header, taken": (rows(), "text,it was late and the tea was hot and clean", True, True, 1, "reads like an example"),
    "no_labels": ([(text, f"r{i}") for i, text in enumerate(texts(12))], "text,label", True, False, None, "12 values"),
    "no_labels, many": ([(t, f"r{i}") for i, t in enumerate(texts(60))], "text,label", True, True, None, "60 values"),
    "no_labels, dates": (rows(60, ["2024-01-02", "2024-01-03", "3/4/2024"]), "text,label", True, True, None, "3 dates"),
    "no_labels, scores": (
        rows(60, [f"0.{i}5" for i in range(12)]), "text,label", True, True, None, "12 numbers with fractions"
    ),
    "no_labels, texts": (rows(60, texts(3, 5, 9)), "text,label", True, True, None, "holds texts"),
    "many_labels": (rows(600, [f"r{i}x" for i in range(251)]), "text,label", True, True, None, "251 labels"),
    "rare_labels": (with_label("surprise"), "text,label", False, False, 62, "1 label with one example alone"),
    "odd_labels": (rows(60, ["a\u200b", "b"]), "text,label", True, True, 2, "'a<U+200B>'"),
    "similar_labels, case": (rows(60, ["good", "bad", "Bad"]), "text,label", True, True, 4, "'bad' (20) and 'Bad'"),
    "similar_labels, space": (rows(60, ["so good", "bad", "sogood"]), "text,label", True, True, 4, "in white space"),
    "similar_labels, hidden": (
        rows(60, ["good", "bad", "good\u200b"]), "text,label", True, True, 4, "invisible character (U+200B)"
    ),
    "similar_labels, slip": (
        [*rows(60, ["positive", "negative"]), ("the tea was hot", "postive")],
        "text,label", True, True, 62, "'postive' is nearly 'positive' (30 times)",
    ),
    "numbered_labels": (rows(60, "01"), "text,label", False, False, None, "the numbers 0 and 1. If they have names"),
    "numbered_labels, stars": (rows(60, "0123"), "text,stars", False, False, None, "0 to 3, taken for grades"),
    "numbered_labels, kinds": (rows(60, "1234"), "text,topic", False, False, None, "--set order=none"),
    "empty_labels": (with_label(""), "text,label", True, True, 62, "a text without a label is left out"),
    "empty_texts": (with_text(""), "text,label", True, True, 62, "an empty text is left out"),
}  # fmt: skip


@pytest.mark.parametrize("case", TRIPPED)
def test_a_doubt_shows_and_is_settled(tmp_path: Path, case: str) -> None:
    given, header, in_training, always, line, found = TRIPPED[case]
    name = case.partition(",")[0]
    reading = read(tmp_path, given, header)
    assert [doubt.name for doubt in reading.doubts] == [name]
    for training, grave in ((True, in_training), (False, always)):
        told = [str(fault) for fault in reading.faults(training=training)]
        told += reading.remarks(training=training)
        assert len(told) == 1
        assert told[0].startswith(f"{reading.path}: " if line is None else f"{reading.path}:{line}: ")
        assert found in told[0]
        assert (f"give --set accept={name}." in told[0]) == grave
        if grave:
            with pytest.raises(DataError):
                reading.checked(training=training)
    accepted = read(tmp_path, given, header, accept=name)
    assert accepted.doubts == ()
    assert accepted.checked(training=True).pairs == reading.pairs


def test_every_doubt_of_texts_is_tested() -> None:
    assert set(TextsSettings.doubts) == {case.partition(",")[0] for case in TRIPPED}


TAILS = (
    *("", " \U0001f469\u200d\U0001f467", " costs 1,500\nin all, good", ", 5 of 5", " \u05e0\u05d4\u05d3\u05e8\u200f!"),
    *(" 'so-so' <3 & more", "; why, positive", " C:\\new"),
)
"""What real reviews have, and is no fault."""

SOUND: dict[str, Callable[[], tuple[str, str]]] = {
    "reviews.csv": lambda: ("a.csv", "review,sentiment\n" + "".join(
        f'"{text}{tail}",{label}\n'
        for (text, label), tail in zip(
            rows(80, ["positive", "negative"]),
            TAILS * 10,
            strict=True,
        )
    )),
    "stars.csv": lambda: ("a.csv", "stars,text\n" + "".join(f"{s},{t}\n" for t, s in rows(60, "12345"))),
    "halves.csv": lambda: ("a.csv", "rating,text\n" + "".join(
        f"{i % 10 / 2 + 0.5},{t}\n" for i, (t, _) in enumerate(rows(200))
    )),
    "topics.txt": lambda: ("a.txt", "".join(f"__label__topic_{i % 90} {t}\n" for i, (t, _) in enumerate(rows(900)))),
    "answers.csv": lambda: ("a.csv", "text,answer\n" + "".join(
        f"{t},{a}\n" for t, a in rows(60, ["strongly agree", "agree", "disagree", "strongly disagree"])
    )),
    "countries.csv": lambda: ("a.csv", "text,label\n" + "".join(
        f"{t},{c}\n" for t, c in [*rows(60, ["Iran", "Mali", "Peru"]), *rows(2, ["Iraq"], 7)]
    )),
    "languages.jsonl": lambda: ("a.jsonl", "".join(
        json.dumps({"text": text, "label": [label]}, ensure_ascii=False) + "\n"
        for text, label in [("ça va très bien", "fr"), ("мы любим чай", "ru"), ("der Tee war heiß", "de")] * 30
    )),
    "repeated.csv": lambda: ("a.csv", "text,label\n" + "".join(
        f"{t},{y}\n" for t, y in [*rows(300), ("very good", "a"), ("very good", "b"), ("very good", "a")]
    )),
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_file_raises_no_doubt(tmp_path: Path, name: str) -> None:
    file, content = SOUND[name]()
    (tmp_path / file).write_text(content, encoding="utf-8")
    reading = read_texts(tmp_path / file)
    assert reading.problems == []
    assert reading.doubts == ()
    assert reading.notes == ()
    assert len(reading.pairs) >= 60


def test_a_few_gaps_of_many_are_left_out_and_told(tmp_path: Path) -> None:
    given = rows(500)
    for place, row in (
        (3, ("so good", "")),
        (140, ("so late", "nan")),
        (300, ("so hot", "NaN")),
        (450, ("so new", "")),
    ):
        given[place] = row
    given[99] = ("", "a")
    reading = read(tmp_path, given)
    assert reading.doubts == ()
    assert reading.problems == []
    assert len(reading.pairs) == 495
    assert reading.notes == (
        f"{reading.path}:5: 4 texts without a label are left out: lines 5, 142, 302 and 1 more "
        "(--set strict=true makes it an error).",
        f"{reading.path}:101: an empty text is left out (--set strict=true makes it an error).",
    )
    strict = read(tmp_path, given, strict=True)
    assert [problem.line for problem in strict.problems] == [5, 101, 142, 302, 452]
    # Frequent ones are not: more than one of a hundred.
    given[200:203] = [("so bad", "")] * 3
    assert [doubt.name for doubt in read(tmp_path, given).doubts] == ["empty_labels"]
    accepted = read(tmp_path, given, accept="empty_labels")
    assert "7 texts without a label are left out" in accepted.checked(training=True).notes[0]


def test_a_header_that_stands_in_the_file_again_is_left_out_and_told(tmp_path: Path) -> None:
    given = [*rows(30), ("\ufefftext", "label"), *rows(30, seed=3)]
    reading = read(tmp_path, given)
    assert len(reading.pairs) == 60
    assert reading.doubts == ()
    assert reading.notes == (f"{reading.path}: 1 row with the header again, left out: 32.",)
    assert [problem.line for problem in read(tmp_path, given, strict=True).problems] == [32]


def test_the_setting_header_settles_which_the_first_row_is(tmp_path: Path) -> None:
    given = [("the texts of guests", "their verdict"), *rows()]
    assert len(read(tmp_path, given, "", header=True).checked(training=True).pairs) == 60
    assert "header" not in {d.name for d in read(tmp_path, given, "", header=False).doubts}
    assert len(read(tmp_path, rows(), "text,label", header=False).pairs) == 61
    long = "text,it was late and the tea was hot and clean"
    assert len(read(tmp_path, rows(), long, header=False).pairs) == 61
    assert read(tmp_path, rows(), long, header=True).doubts == ()


def test_one_message_for_each_kind_of_problem(tmp_path: Path) -> None:
    given = [(*row, "more") if i % 3 == 0 else row for i, row in enumerate(rows(6000))]
    with pytest.raises(DataError, match=r"3 fields where.*2,000 of this kind: lines 2, 5, 8 and 1,997 more\.[^(]*$"):
        read(tmp_path, given).checked()
