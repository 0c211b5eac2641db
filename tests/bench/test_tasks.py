"""The table of all tasks, by seeds and folds, and the data of its tasks."""

import json
import sys
from pathlib import Path
from typing import Any

import dna
import folds_report
import genes
import numpy as np
import pytest
import tasks
import tasks_report
import vectors
from contest import OURS, Contest
from dna_data import fold, load_fold
from labelled import Labelled, Stopwatch, at_once
from peers.series import dtw
from series_data import read_ts

CONTESTS = [dna.CONTEST, vectors.CONTEST, genes.CONTEST]


def row_of(system: str, corpus: str, seed: int, score: float, **more: Any) -> dict[str, Any]:
    row = {"system": system, "corpus": corpus, "seed": seed, "threads": 1, "machine": "a machine", "split": "halves"}
    row |= {"scores": {"accuracy": score}, "best_epoch": 3, "seconds_to_best": 10.0, "cpu_seconds": 5.0}
    return row | {"peak_mib": 100.0} | more


def of_every_fold(system: str, seed: int, *values: float, **more: Any) -> list[dict[str, Any]]:
    """Rows of all folds of splice, whose scores are the values in turn."""
    corpora = dna.CONTEST.corpora
    return [row_of(system, corpus, seed, values[i % len(values)], **more) for i, corpus in enumerate(corpora)]


def test_a_seed_counts_when_it_has_every_fold() -> None:
    rows = of_every_fold(OURS, 1, 0.9, 1.0) + of_every_fold(OURS, 2, 0.8)[:-1] + of_every_fold("bilstm", 2, 0.7)[:-1]
    found = folds_report.standings(dna.CONTEST, rows, dna.CONTEST.corpora)
    assert list(found) == [OURS]
    assert found[OURS].scores == {1: pytest.approx(0.95)}
    assert (found[OURS].mean, found[OURS].median("peak_mib")) == (pytest.approx(0.95), 100.0)
    page = folds_report.table(dna.CONTEST, rows, "dna_today", "dna.py --data d")
    assert page.startswith("# DNA: splice sites, today\n")
    assert "| unrolled | 1 | 0.9500 | 0.9500 | 0.900 to 1.000 | 10.0 | 5 | 100 |" in page


def test_ratios_are_of_the_same_fold_and_seed() -> None:
    rows = of_every_fold(OURS, 1, 0.9, seconds_to_best=2.0) + of_every_fold(OURS, 2, 1.0, seconds_to_best=50.0)
    rows += of_every_fold("bilstm", 1, 0.8, seconds_to_best=8.0, peak_mib=400.0) + of_every_fold("xgboost", 1, 0.85)
    page = tasks_report.page(tasks.TASKS, rows, "today").splitlines()
    quality, costs = (line for line in page if line.startswith("| primate splice sites"))
    assert "| accuracy | 0.9500 (0.900–1.000) | 0.8000 (seed 1) | xgboost 0.8500 (seed 1) |" in quality
    assert costs.endswith("| 3 | 26.0 | 3 | 8.0 | 0.25 | 100 | 400 |")
    assert not any("JapaneseVowels" in line for line in page)


@pytest.mark.parametrize("each", CONTESTS, ids=lambda each: each.title)
def test_every_system_is_a_function_that_is_there(each: Contest) -> None:
    for module, function in each.systems.values():
        source = (each.script.parent / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
        assert f"\ndef {function}(" in source


def test_tasks_share_no_corpus_and_have_a_plain_network() -> None:
    corpora = [corpus for task in tasks.TASKS.values() for corpus in task.corpora]
    assert len(corpora) == len(set(corpora))
    assert all({OURS, tasks_report.PLAIN} <= task.contest.systems.keys() for task in tasks.TASKS.values())


def test_a_task_without_data_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path)
    monkeypatch.setattr(sys, "argv", ["tasks.py", "--data", folder, "--results", folder, "--tasks", "vowels"])
    assert tasks.main() == 1
    assert f"vowels: no folder series in {folder}" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_finished_runs_are_shown_and_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "series").mkdir()
    rows = [row_of(system, "JapaneseVowels", 1, 0.5) for system in vectors.CONTEST.systems]
    (tmp_path / "tasks_today.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    options = ["--data", "nowhere", str(tmp_path), "--results", str(tmp_path), "--date", "today"]
    monkeypatch.setattr(sys, "argv", ["tasks.py", *options, "--tasks", "vowels", "--seeds", "1"])
    assert tasks.main() == 0
    page = (tmp_path / "tasks_today.md").read_text(encoding="utf-8")
    assert "1-nn dtw 0.5000 (seed 1), random forest 0.5000 (seed 1) | 0.962, a hidden Markov model" in page


def test_folds_cover_all_and_keep_the_shares_of_labels(tmp_path: Path) -> None:
    records = [f">x{i} label={'ab'[i % 2]} more\nACGT\nAC{'ACGT'[i % 4]}\n" for i in range(40)]
    (tmp_path / "train.fasta").write_text("".join(records[:30]))
    (tmp_path / "dev.fasta").write_text("".join(records[30:]))
    corpora = [load_fold(f"splice/{number}", tmp_path) for number in range(10)]
    assert sorted(one.x for corpus in corpora for one in corpus.dev) == sorted(
        f"ACGTAC{'ACGT'[i % 4]}" for i in range(40)
    )
    assert all([sorted(one.label for one in corpus.dev), len(corpus.train)] == [list("aabb"), 36] for corpus in corpora)
    same = [Labelled("A", "ab"[i % 2]) for i in range(40)]
    assert len(fold(same, 3)[1]) == 4


def test_series_of_the_uea_archive_are_read() -> None:
    text = "@problemName x\n@dimensions 2\n@data\n1,2,3:4,5,6:b\n7:8:a\n"
    first, second = read_ts(text)
    np.testing.assert_array_equal(first.x, [[1, 4], [2, 5], [3, 6]])
    assert (first.label, first.num_tokens, second.x.tolist(), second.label) == ("b", 3, [[7.0, 8.0]], "a")


def test_warping_pairs_steps_at_the_least_cost() -> None:
    a, b = np.array([[0.0], [1.0], [3.0]]), np.array([[0.0], [0.0], [1.0], [1.0], [2.0]])
    assert dtw(a, b) == 1.0
    assert dtw(b, a) == 1.0


def test_a_system_without_epochs_takes_all_its_time() -> None:
    dev = [Labelled("A", "x"), Labelled("C", "y")]
    outcome = at_once(dev, lambda: np.array(["x", "x"]))
    assert (outcome.predictions, outcome.best.score, outcome.best.seconds) == (["x", "x"], 0.5, None)
    watch = Stopwatch()
    watch.end_epoch(0.1)
    watch.end_epoch(0.3)
    assert [epoch.number for epoch in watch.epochs] == [1, 2]
    assert watch.epochs[1].elapsed == pytest.approx(sum(epoch.seconds or 0 for epoch in watch.epochs))
