"""Parallel text: which files and columns are taken for what, and where two sides come apart."""

import json
import random
from pathlib import Path

import pytest

from unrolled.data.pair import Pair
from unrolled.data.readers import ParallelSettings, read_parallel
from unrolled.errors import SettingsError
from unrolled.runs.parts import read_part
from unrolled.tasks import TRANSLATION

CHANCE = random.Random(3)
X = [
    " ".join(CHANCE.choices(["rot", "blau", "der", "kleine", "Hund", "sieht", "weit"], k=k % 19 + 1)) for k in range(80)
]
Y = [text.replace("der", "the").replace("sieht", "sees").replace("weit", "far").replace("rot", "red") for text in X]


def write(folder: Path, **sides: list[str]) -> Path:
    for end, lines in sides.items():
        (folder / f"train.{end}").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return folder / f"train.{next(iter(sides))}"


def test_the_other_side_is_the_file_of_the_same_name(tmp_path: Path) -> None:
    path = write(tmp_path, de=X, en=Y)
    reading = read_parallel(path)
    assert reading.pairs == list(map(Pair, X, Y))
    assert reading.taken == {"source": "the lines of train.de", "target": "the lines of train.en"}
    assert read_parallel(path.with_suffix(".en")).pairs == list(map(Pair, Y, X))
    assert read_parallel(tmp_path).pairs == reading.pairs
    assert read_parallel(tmp_path, ParallelSettings(source="en")).pairs == list(map(Pair, Y, X))
    assert read_parallel(tmp_path, ParallelSettings(target="de")).pairs == list(map(Pair, Y, X))


def test_a_change_of_the_other_side_is_a_change_of_the_data(tmp_path: Path) -> None:
    (tmp_path / "a.de").write_text("eins\nzwei\n")
    (tmp_path / "a.en").write_text("one\ntwo\n")
    before = read_part(TRANSLATION, tmp_path / "a.de", TRANSLATION.defaults).sha256
    (tmp_path / "a.en").write_text("one\n2\n")
    assert read_part(TRANSLATION, tmp_path / "a.de", TRANSLATION.defaults).sha256 != before


def test_of_three_sides_the_target_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, de=X, en=Y, fr=Y)
    assert "--set target=" in read_parallel(path).faults()[0].way_out
    assert read_parallel(path, ParallelSettings(target="fr")).pairs == list(map(Pair, X, Y))


@pytest.mark.parametrize("name", ["train.de", "other.de"])
def test_a_file_without_another_side_is_told(tmp_path: Path, name: str) -> None:
    write(tmp_path, de=X)
    assert read_parallel(tmp_path / name).faults()


def test_a_folder_of_two_parts_asks_which(tmp_path: Path) -> None:
    write(tmp_path, de=X, en=Y)
    for end in ("de", "en"):
        (tmp_path / f"dev.{end}").write_text("a\n")
    assert "dev.de, train.de" in read_parallel(tmp_path).faults()[0].way_out


@pytest.mark.parametrize("place", [0, 7, 40, 79])
@pytest.mark.parametrize("side", ["de", "en"])
def test_unequal_counts_are_told_with_the_first_line_that_looks_shifted(tmp_path: Path, place: int, side: str) -> None:
    sides = {"de": list(X), "en": list(Y)}
    del sides[side][place]
    (problem,) = read_parallel(write(tmp_path, **sides)).faults()
    assert "80" in problem.found
    assert "79" in problem.found
    assert problem.line is not None
    assert abs(problem.line - (place + 1)) <= 2


def test_a_line_too_many_and_one_too_few_are_doubted(tmp_path: Path) -> None:
    lost = [*Y[:20], *Y[21:70], "one more", *Y[70:]]
    path = write(tmp_path, de=X, en=lost)
    (problem,) = read_parallel(path).faults(training=True)
    assert "accept=shifted" in problem.way_out
    assert abs((problem.line or 0) - 21) <= 3
    assert not read_parallel(path, ParallelSettings(accept="shifted")).faults(training=True)
    assert not read_parallel(write(tmp_path, de=X, en=Y)).faults(training=True)


@pytest.mark.parametrize("header", ["source\ttarget\n", "de\ten\n", "German\tEnglish\n", "src\ttgt\n", ""])
def test_columns_by_their_names(tmp_path: Path, header: str) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(header + "".join(f"{x}\t{y}\n" for x, y in zip(X, Y, strict=True)))
    assert read_parallel(path).pairs == list(map(Pair, X, Y))


def test_columns_by_what_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,mine,yours\n" + "".join(f"{n},{x},{y}\n" for n, (x, y) in enumerate(zip(X, Y, strict=True))))
    assert "--set source=" in read_parallel(path).faults()[0].way_out
    wanted = list(map(Pair, Y, X))
    assert read_parallel(path, ParallelSettings(source="yours", target="mine")).pairs == wanted
    assert read_parallel(path, ParallelSettings(source=2, target=1, header=True)).pairs == wanted


@pytest.mark.parametrize("nested", [False, True])
def test_json_lines(tmp_path: Path, nested: bool) -> None:
    path = tmp_path / "a.jsonl"
    rows = [{"de": x, "en": y} for x, y in zip(X, Y, strict=True)]
    path.write_text("".join(json.dumps({"translation": row} if nested else row) + "\n" for row in rows))
    assert read_parallel(path).pairs == list(map(Pair, X, Y))


def test_empty_sides_are_left_out_and_told(tmp_path: Path) -> None:
    path = write(tmp_path, de=[*X, "da", "", ""], en=[*Y, " ", "there", ""])
    reading = read_parallel(path)
    assert len(reading.pairs) == len(X)
    assert any("2 pairs with an empty side" in note and ":81:" in note for note in reading.remarks())
    assert [fault.line for fault in read_parallel(path, ParallelSettings(strict=True)).faults()] == [81, 82]


def test_the_same_side_twice_is_refused(tmp_path: Path) -> None:
    assert "same text on both sides" in read_parallel(write(tmp_path, de=X, en=X)).faults()[0].found


def test_pairs_the_wrong_way_round_are_doubted(tmp_path: Path) -> None:
    x, y = [f"der Hund sieht weit {n}" for n in range(60)], [f"this dog sees far {n}" for n in range(60)]
    x[7], y[7] = y[7], x[7]
    remarks = read_parallel(write(tmp_path, de=x, en=y)).remarks()
    assert any("changed places" in note and ":8:" in note for note in remarks)


def test_names_of_other_columns_are_no_pair(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,label\nso good,pos\nso very bad,neg\n")
    assert "text, label" in read_parallel(path).faults()[0].found
    assert len(read_parallel(path, ParallelSettings(header=False)).pairs) == 3
    assert read_parallel(path, ParallelSettings(source="text", target="label")).pairs[0] == Pair("so good", "pos")


def test_a_folder_of_texts_and_annotations_is_none_of_parallel_text(tmp_path: Path) -> None:
    write(tmp_path, txt=X, ann=Y)
    assert "no two files of a name" in read_parallel(tmp_path).faults()[0].found
    assert read_parallel(tmp_path, ParallelSettings(source="txt", target="ann")).pairs == list(map(Pair, X, Y))


def test_labels_are_no_translations(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("".join(f"{x},{'good' if n % 2 else 'bad'}\n" for n, x in enumerate(X)))
    assert "few_targets" in read_parallel(path).faults()[0].way_out


def test_a_line_in_another_encoding_is_told_in_its_file(tmp_path: Path) -> None:
    path = write(tmp_path, de=X, en=Y)
    (tmp_path / "train.en").write_bytes("\n".join(Y[:5]).encode() + "\ncaf\xe9\n".encode("latin-1") + b"\n" * 74)
    (problem,) = read_parallel(path).faults()[:1]
    assert (problem.path, problem.line) == (str(tmp_path / "train.en"), 6)


def test_what_has_no_effect_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="header has no effect"):
        read_parallel(write(tmp_path, de=X, en=Y), ParallelSettings(header=True))


@pytest.mark.parametrize(
    "content", [b"", b"\n\n\n", b"a\tb\tc\td\n", b"\xff\xfea\x00", b"\x00\x01\x02", b'"a\tb\n', b"a\n"]
)
@pytest.mark.parametrize("name", ["a.tsv", "a.csv", "a.jsonl", "a.de"])
def test_hostile_files_are_told_and_never_raise(tmp_path: Path, content: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "a.en").write_bytes(b"one\ntwo\n")
    reading = read_parallel(tmp_path / name)
    assert reading.faults() or reading.pairs
    assert all(problem.way_out for problem in reading.faults())
