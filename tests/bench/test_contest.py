"""Contests: runs in processes of their own, kept and gone on with, and their table, with systems that only pretend."""

import importlib
import json
import re
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import contest
import ner
import pytest
import sentiment
from contest import OURS, Contest, Epoch, Outcome, epochs_of_history
from contest_report import learning_curve, table
from record import peak_mib, read_rows

CONTESTS = [ner.CONTEST, sentiment.CONTEST]

SCRIPT = """
import sys
from pathlib import Path
from types import SimpleNamespace
from contest import Contest, Corpus, Epoch, Outcome, main

def load(name, folder):
    return Corpus("halves", [SimpleNamespace(num_tokens=5)] * 4, [1, 1, 0])

def steady(train, dev, seed):
    return Outcome([1, 0, 0], [Epoch(1, 2.0, 3.0, 0.1), Epoch(2, 4.0, 9.0, 0.7), Epoch(3, 3.0, 12.0, 0.7)])

def at_once(train, dev, seed):
    return Outcome([1, 1, 0], [Epoch(1, None, 2.0 * seed, 1.0)])

def broken(train, dev, seed):
    raise MemoryError

def right(dev, predictions):
    return {"right": sum(a == b for a, b in zip(dev, predictions)) / len(dev)}

SYSTEMS = {name: ("fair", name) for name in ("steady", "at_once", "broken")}
CONTEST = Contest("Fair", Path(__file__), SYSTEMS, ("numpy",), (), load, right, ("The rule.",))
if __name__ == "__main__":
    sys.exit(main(CONTEST))
"""


@pytest.fixture
def fair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Contest:
    (tmp_path / "fair.py").write_text(SCRIPT, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path(contest.__file__).parent}")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "fair", raising=False)
    return importlib.import_module("fair").CONTEST


def run(fair: Contest, monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    folder = str(fair.script.parent)
    monkeypatch.setattr(sys, "argv", ["fair.py", "--data", folder, "--results", folder, "--date", "today", *options])
    return contest.main(fair)


def test_runs_are_kept_gone_on_with_and_shown(
    fair: Contest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = fair.script.parent
    assert run(fair, monkeypatch, "--systems", "steady", "at_once", "--seeds", "1") == 0
    rows = read_rows(folder / "fair_today.jsonl", contest.key_of)
    assert list(rows) == [(system, folder.name, 1, 2) for system in ("steady", "at_once")]
    capsys.readouterr()
    assert run(fair, monkeypatch, "--seeds", "1", "--systems", "steady", "broken") == 1
    captured = capsys.readouterr()
    assert "steady, " not in captured.out  # it is finished
    assert "failed with exit code 1" in captured.err
    page = (folder / "fair_today.md").read_text(encoding="utf-8")
    assert "\n- The rule.\n" in page
    assert "halves: 4 / 3 examples." in page
    assert re.search(
        r"\| steady \| 1 \| 0\.667 \(0\.667–0\.667\) \| 3\.00 \| 7 \| 2 / 3 \| 9\.0 \| \d+ \| \d+ \|", page
    )
    assert re.search(r"\| at_once \| 1 \| 1\.000 \(1\.000–1\.000\) \| – \| – \| – / – \| 2\.0 \| \d+ \| \d+ \|", page)
    assert (folder / "fair_today.png").stat().st_size > 0


def test_one_run_prints_its_row(
    fair: Contest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(fair, monkeypatch, "--one", "--systems", "steady", "--seeds", "7") == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["seed"], row["best_epoch"], row["seconds_to_best"], row["epoch_seconds"]) == (7, 2, 9.0, 3.0)
    assert row["tokens_per_second"] == pytest.approx(3 * 20 / 9)
    assert learning_curve(row) == ([3.0, 9.0, 12.0], [0.1, 0.7, 0.7])
    with pytest.raises(SystemExit):
        run(fair, monkeypatch, "--one", "--systems", "steady")


def row_of(system: str, seed: int, score: float, **more: Any) -> dict[str, Any]:
    row = {"system": system, "corpus": "mr", "seed": seed, "threads": 1, "machine": "a machine", "split": "halves"}
    row |= {"scores": {"accuracy": score, "macro F1": score / 2}, "unbiased": None, "epoch_seconds": 2.0}
    row |= {"tokens_per_second": 1234.5, "num_epochs": 9, "best_epoch": 3, "seconds_to_best": 10.0}
    return row | {"cpu_seconds": 5.0, "peak_mib": 100.0, "epochs": []} | more


def test_ratios_are_of_the_same_seed_and_their_median() -> None:
    rows = [row_of(OURS, seed, 0.8, seconds_to_best=5.0, unbiased=0.75) for seed in (1, 2, 3)]
    rows += [row_of("bilstm", seed, score) for seed, score in ((1, 0.4), (2, 0.8), (3, 0.5), (4, 0.1))]
    rows += [row_of("nb-svm", 1, 0.8, epoch_seconds=None, peak_mib=400.0), row_of("tfidf-lr", 9, 0.8)]
    page = table(sentiment.CONTEST, rows, "sentiment_today", "sentiment.py --data d").splitlines()
    assert page[0] == "# Sentiment, today"
    assert "- Command: `python sentiment.py --data d`" in page
    assert "| bilstm | 1, 2, 3, 4 | 0.450 (0.100–0.800) | 0.225 | 2.00 | 1,234 | 3 / 9 | 10.0 | 5 | 100 |" in page
    ratios = page[page.index("| ratio, median over seeds | accuracy | s per epoch | s to the best | peak memory |") :]
    assert ratios[2:4] == [
        "| unrolled / nb-svm | 1.00 | – | 0.50 | 0.25 |",
        "| unrolled / bilstm | 1.60 | 1.00 | 0.50 | 1.00 |",
    ]
    assert not any("unrolled / tfidf-lr" in line for line in page)  # they share no seed


def test_a_peer_that_finds_nothing_has_no_ratio_of_scores() -> None:
    page = table(sentiment.CONTEST, [row_of(OURS, 1, 0.8), row_of("bilstm", 1, 0.0)], "sentiment_today", "c")
    assert "| unrolled / bilstm | – | 1.00 | 1.00 | 1.00 |" in page


def test_what_ours_chose_on_dev_beside_the_epoch_is_told_apart() -> None:
    rows = [row_of(OURS, 1, 0.8, unbiased=0.7), row_of(OURS, 2, 0.8, unbiased=0.6)]
    page = table(ner.CONTEST, rows, "ner_today", "c")
    assert "`unrolled`, the same weights without the bias against O: accuracy 0.650." in page


def test_preparation_is_shared_by_the_epochs() -> None:
    history = [{"seconds": 2.0, "f1": 0.1}, {"seconds": 3.0, "f1": 0.3}]
    assert epochs_of_history(history, 7.0, "f1") == [Epoch(1, 2.0, 3.0, 0.1), Epoch(2, 3.0, 7.0, 0.3)]
    assert [epoch.seconds for epoch in epochs_of_history(history, 7.0, "f1", [1.5, 2.5])] == [1.5, 2.5]


def test_the_first_of_the_best_epochs_is_the_best() -> None:
    epochs = [Epoch(1, 1.0, 1.0, None), Epoch(2, 1.0, 2.0, 0.5), Epoch(3, 1.0, 3.0, 0.5)]
    assert Outcome([], epochs).best.number == 2


@pytest.mark.parametrize("each", CONTESTS, ids=lambda each: each.title)
def test_every_system_of_a_contest_is_a_function_that_is_there(each: Contest) -> None:
    for module, function in each.systems.values():
        source = (each.script.parent / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
        assert f"\ndef {function}(" in source


def test_peak_memory_is_in_mib() -> None:
    assert 20 < peak_mib() < 100_000


def test_a_contest_of_one_corpus_has_its_folders_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "argv", ["sentiment.py", "--data", str(tmp_path / "mr")])
    found: Namespace = contest.parse_options(sentiment.CONTEST)
    assert (found.corpora, found.seeds) == (["mr"], [1, 2, 3])
    monkeypatch.setattr(sys, "argv", ["ner.py", "--data", str(tmp_path)])
    assert contest.parse_options(ner.CONTEST).corpora == ["wnut17", "wikigold"]
