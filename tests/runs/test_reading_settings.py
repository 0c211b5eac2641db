"""Columns, scheme and label names that are chosen reach the readers, in training, checking and measuring alike."""

import json
from pathlib import Path

import pytest

from unrolled import DataError, SettingsError, Tagger
from unrolled.runs.check import check_files
from unrolled.runs.evaluate import evaluate
from unrolled.runs.train import train
from unrolled.settings import Composed
from unrolled.tasks import NER


def four_columns(source: Path, target: Path) -> Path:
    """The file with a number before and a part of speech behind every token and label."""
    lines = source.read_text().splitlines()
    target.write_text("".join(f"{n}\t{line}\tX\n" if line else "\n" for n, line in enumerate(lines)))
    return target


@pytest.fixture(scope="module", name="four")
def fixture_four(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("four")
    for name in ("train.conll", "dev.conll"):
        four_columns(corpus / name, folder / name)
    return folder


def read_by(**values: object) -> Composed:
    return NER.defaults.replaced(values)


CHOSEN = {"token_column": 1, "label_column": 2}


def test_train_and_evaluate_on_the_columns_that_were_chosen(
    four: Path, corpus: Path, settings: Composed, tmp_path: Path
) -> None:
    short = settings.replaced({"epochs": 2, **CHOSEN})
    files = {"train": four / "train.conll", "dev": four / "dev.conll"}
    done = train(NER, **files, out=tmp_path / "run", settings=short)
    assert set(done.model.y.labels.tokens) == {"B-PER", "I-PER", "B-LOC", "O"}
    assert evaluate(tmp_path / "run").parts[0].report == done.record.dev
    # A file of one's own is read as the training files were, unless it is said otherwise.
    assert evaluate(tmp_path / "run", files["dev"]).parts[0].report == done.record.dev
    own = {"token_column": 0, "label_column": None}
    assert evaluate(tmp_path / "run", corpus / "dev.conll", own).parts[0].report == done.record.dev
    with pytest.raises(DataError, match="label_column is 2, but the lines have 2 columns"):
        evaluate(tmp_path / "run", corpus / "dev.conll")
    again = train(NER, out=tmp_path / "run", resume=True)
    assert again.record.settings.to_dict()["label_column"] == 2


def test_check_reads_the_columns_that_were_chosen(four: Path) -> None:
    report = check_files(NER, [four / "train.conll"], None, NER.defaults.replaced(CHOSEN))
    assert report.ok
    assert report.files[0].counts["entities"] == {"LOC": 4, "PER": 4}
    own = check_files(NER, [four / "train.conll"])  # which chooses the same, and says so
    assert own.files[0].counts["entities"] == {"LOC": 4, "PER": 4}
    assert "tokens: column 1 (column 0 has no letters) · labels: column 2" in own.accounts[0][0]
    report = check_files(NER, [four / "train.conll"], None, NER.defaults.replaced({"token_column": 3}))
    assert set(report.accounts[0][1].split()[3:]) <= {"X/O", "X/B-PER", "X/I-PER", "X/B-LOC"}


def test_the_estimator_reads_the_columns_that_were_chosen(four: Path, corpus: Path) -> None:
    small = {"epochs": 1, "hidden_size": 4, "word_size": 4, "affix_size": 2}
    tagger = Tagger(token_column=1, label_column="2", **small).fit(four / "train.conll", dev=four / "dev.conll")
    plain = Tagger(**small).fit(corpus / "train.conll", dev=corpus / "dev.conll")
    assert tagger.score(four / "dev.conll") == plain.score(corpus / "dev.conll")
    assert tagger.classes_ == plain.classes_


def test_the_estimator_takes_the_scheme_that_was_chosen() -> None:
    X, y = [["Ann", "Lee", "sat"], ["Bo", "sat"]], [["B-PER", "I-PER", "O"], ["I-PER", "O"]]
    with pytest.raises(DataError, match=r"Sentence 2, word 1: I-PER follows the start.*--set scheme=IOB1"):
        Tagger(epochs=1, scheme="IOB2").fit(X, y, dev=(X, y))
    assert Tagger(epochs=1, scheme="IOB1").fit(X, y, dev=(X, y)).classes_ == ["B-PER", "I-PER", "O"]


def test_scheme_header_names_and_label_names(tmp_path: Path) -> None:
    (tmp_path / "a.conll").write_text("Ann B-PER\nLee I-PER\n\nBo B-PER\n\nin O\nRome I-LOC\n")
    settings = read_by(scheme="IOB1")
    assert NER.read(tmp_path / "a.conll", settings).pairs[2].y == ("O", "B-LOC")
    (tmp_path / "a.csv").write_text("doc,w,y\n1,Ann,1\n1,sat,0\n2,Bo,1\n")
    settings = read_by(token_column="w", label_column="2", sentence_column="doc", label_names="O, B-PER")
    assert [pair.y for pair in NER.read(tmp_path / "a.csv", settings).pairs] == [("B-PER", "O"), ("B-PER",)]
    (tmp_path / "a.tsv").write_text("doc\tw\ty\n1\tAnn\tB-PER\n2\tBo\tB-PER\n")
    settings = read_by(token_column="w", label_column="y", sentence_column="doc")
    assert len(NER.read(tmp_path / "a.tsv", settings).pairs) == 2
    (tmp_path / "a.jsonl").write_text(json.dumps({"w": ["Ann"], "y": [1]}))
    settings = read_by(token_column="w", label_column="y", label_names="O,B-PER")
    assert NER.read(tmp_path / "a.jsonl", settings).pairs[0].y == ("B-PER",)


@pytest.mark.parametrize("names", ["O,,B-PER", ",", "O,"])
def test_a_label_without_a_name_is_refused(names: str) -> None:
    with pytest.raises(SettingsError, match="a name is missing"):
        read_by(label_names=names)
