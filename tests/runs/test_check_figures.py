import json
from pathlib import Path

import pytest

from unrolled.data.pair import Pair
from unrolled.runs.build import build_model
from unrolled.runs.check import check_files
from unrolled.tasks import NER

TRAIN = "Ann B-PER\nsat O\n\nit O\nran O\n. O\n\nAnn B-PER\nsat O\n\nAnn O\nsat O\n\nRome B-LOC\n"
DEV = "Ann B-PER\nsat O\n\nAnn O\nsat O\n\nAcme B-ORG\n\nin O\nRome I-LOC\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    train, dev = tmp_path / "train.conll", tmp_path / "dev.conll"
    train.write_text(TRAIN, encoding="utf-8")
    dev.write_text(DEV, encoding="utf-8")
    return train, dev


def knowing(words: tuple[str, ...], directory: Path) -> Path:
    """A saved model that knows these words."""
    small = NER.defaults.replaced({"hidden_size": 2, "word_size": 2, "affix_size": 0})
    model, _ = build_model(NER, [Pair(words, ("O",) * len(words))], small)
    model.save(directory, metrics={}, card="")
    return directory


def test_figures_of_one_file(files, tmp_path: Path) -> None:
    report = check_files(NER, files[:1], knowing(("Ann", "sat", "."), tmp_path / "model"))
    (figures,) = report.files
    assert (figures.facts, figures.num_examples, figures.num_steps, figures.num_problems) == (
        {"scheme": "IOB2"},
        5,
        10,
        0,
    )
    assert figures.lengths is not None
    assert (figures.lengths.min, figures.lengths.median, figures.lengths.p95, figures.lengths.max) == (1, 2.0, 3, 3)
    assert figures.counts["labels"] == {"B-LOC": 1, "B-PER": 2, "O": 7}
    assert figures.counts["entities"] == {"LOC": 1, "PER": 2}
    assert figures.figures == {"num_without_entity": 2}
    assert figures.num_duplicates == 2
    (conflict,) = figures.conflicts
    assert (conflict.first_line, conflict.line, conflict.x) == (1, 11, ("Ann", "sat"))
    assert report.in_words(conflict) == ({"tokens": ["Ann", "sat"], "positions": [0]}, "Ann")
    assert figures.unknown is not None
    assert (figures.unknown.num_tokens, figures.unknown.num_unknown) == (10, 3)


def test_overlap_and_problems_of_two_files(files) -> None:
    report = check_files(NER, files)
    (overlap,) = report.overlaps
    assert (overlap.first, overlap.second) == tuple(map(str, files))
    assert (overlap.num_shared, overlap.rate, overlap.lines) == (2, 2 / 3, ((1, 1), (1, 4)))
    assert (overlap.num_conflicting, overlap.unseen) == (1, ("ORG",))
    assert not report.ok
    assert [(problem.path, problem.line) for problem in report.problems] == [(str(files[1]), 10)]
    assert [figures.num_problems for figures in report.files] == [0, 1]


def test_p95_is_exceeded_by_one_in_twenty_at_most(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("".join("w O\n" * length + "\n" for length in range(1, 41)), encoding="utf-8")
    (figures,) = check_files(NER, [path]).files
    assert figures.lengths is not None
    assert figures.lengths.p95 == 38


def test_a_missing_and_an_empty_file_are_problems(files, tmp_path: Path) -> None:
    (tmp_path / "empty.conll").touch()
    report = check_files(NER, [files[0], tmp_path / "none.conll", tmp_path / "empty.conll"])
    assert [(p.line, p.found) for p in report.problems] == [
        (None, "there is no such file"),
        (None, "there is no sentence in this file"),
    ]
    assert [figures.lengths is None for figures in report.files] == [False, True, True]
    assert [overlap.rate for overlap in report.overlaps] == [0, 0, 0]


def test_report_as_json(files, tmp_path: Path) -> None:
    report = json.loads(json.dumps(check_files(NER, files, knowing(("sat",), tmp_path / "model")).to_dict()))
    assert report["ok"] is False
    assert report["files"][0]["unknown"]["rate"] == pytest.approx(7 / 10)
    assert report["problems"][0]["line"] == 10
