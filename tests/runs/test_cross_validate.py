"""Cross-validation: nothing of a fold is seen by its model, and a run that was stopped goes on where it was."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np
import pytest

from unrolled.data.pair import Pair
from unrolled.errors import DataError, RunError, SettingsError
from unrolled.model import Model
from unrolled.runs.cross_validate import CrossValidation, Fold, cross_validate
from unrolled.runs.evaluate import evaluate
from unrolled.runs.inspect import describe
from unrolled.runs.train import train
from unrolled.settings import Composed
from unrolled.tasks import NER, SENTIMENT, VECTORS, Task
from unrolled.training import Event, StepDone

SMALL: dict[str, object] = {
    "epochs": 3,
    "hidden_size": 4,
    "attention_size": 3,
    "batch_steps": 20,
    "batch_fraction": 1.0,
    "learning_rate": 0.05,
    "num_threads": 1,
    "checkpoint_seconds": 0.0,
    "dev_fraction": 0.2,
}
SERIES = "id,who,a,label\n" + "".join(
    f"{n},{'pqrstu'[n % 6]},{(-1) ** n * (t + n % 3) / 4 + n / 99},{'ud'[n % 2]}\n"
    for n in range(18)
    for t in range(3 + n % 3)
)


def settings(**changes: object) -> Composed:
    return VECTORS.defaults.replaced({**SMALL, "value_columns": "a", **changes})


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("folds") / "series.csv"
    path.write_text(SERIES)
    return path


EVENTS: list[Event] = []


@pytest.fixture(scope="module")
def done(series: Path) -> CrossValidation:
    how = settings(group="who", calibrate=True)
    return cross_validate(
        VECTORS, folds=3, train=series, out=series.parent / "run", settings=how, on_event=EVENTS.append
    )


def num_steps(events: Sequence[Event]) -> int:
    return sum(isinstance(event, StepDone) for event in events)


def test_every_example_is_answered_once_and_no_group_is_on_both_sides(done: CrossValidation) -> None:
    assert [one.number for one in done.answers] == list(range(1, 19))
    assert [(fold.num_train + fold.num_dev, fold.num_held_out) for fold in done.folds] == [(12, 6)] * 3
    of = {(one.group, one.fold) for one in done.answers}
    assert len(of) == 6
    rows = [json.loads(line) for line in (done.directory / "answers.jsonl").read_text().splitlines()]
    assert [row["y"] for row in rows] == ["ud"[n % 2] for n in range(18)]
    assert rows[0]["place"].endswith("series.csv:2")
    assert sum(rows[0]["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert {row["answer"] for row in rows} <= {"u", "d"}


def test_figures_are_those_of_the_answers_on_disk(done: CrossValidation) -> None:
    rows = [json.loads(line) for line in (done.directory / "answers.jsonl").read_text().splitlines()]
    right = [row["y"] == row["answer"] for row in rows]
    each = [mean(r for r, row in zip(right, rows, strict=True) if row["fold"] == k) for k in (1, 2, 3)]
    summary = json.loads((done.directory / "folds.json").read_bytes())
    accuracy = summary["figures"]["accuracy"]
    assert accuracy["pooled"] == pytest.approx(mean(right))
    assert accuracy["mean"] == pytest.approx(mean(each))
    assert accuracy["standard_error"] == pytest.approx(stdev(each) / 3**0.5)
    assert (summary["folds"], summary["group"]) == (3, "who")
    assert (done.directory / "confusion.png").exists()
    assert (done.directory / "calibration.png").exists()


def test_a_last_model_of_everything_is_left_with_what_the_folds_chose(done: CrossValidation) -> None:
    model = Model.load(done.directory)
    temperatures = [fold.chosen["temperature"] for fold in done.folds]
    assert float(model.network.output.temperature) == pytest.approx(sorted(temperatures)[1])  # pyright: ignore[reportAttributeAccessIssue, reportUnknownArgumentType]
    assert done.record.num_epochs == sorted(fold.best_epoch for fold in done.folds)[1]
    metrics = json.loads((done.directory / "best" / "metrics.json").read_bytes())
    assert metrics["cross_validation"]["figures"]["accuracy"]["pooled"] == done.report.figures["accuracy"]
    assert metrics["settings"]["epochs"] == done.record.num_epochs
    card = (done.directory / "best" / "README.md").read_text()
    assert "Figures by cross-validation" in card
    assert "over 3 folds, no who on both sides" in card
    assert [pair.y for pair in VECTORS.read(done.plan.whole.path, done.plan.settings).pairs].count("u") == 9
    shown = describe(done.directory)
    assert shown.folds["figures"]["accuracy"]["mean"] == pytest.approx(
        mean(fold.figures["accuracy"] for fold in done.folds)
    )
    assert shown.to_dict()["cross_validation"] == metrics["cross_validation"]
    with pytest.raises(SettingsError, match=r"trained on all of its data.*folds\.json"):
        evaluate(done.directory)
    assert evaluate(done.directory, done.plan.whole.path).parts[0].report.counts


def recorded(task: Task[Any, Any], seen: list[tuple[str, list[Any]]]) -> Task[Any, Any]:
    """The task, with everything noted that its data-dependent steps are given."""

    def noting(name: str, function: Callable[..., Any], place: int) -> Callable[..., Any]:
        def noted(*given: Any) -> Any:
            pairs: Sequence[Pair[Any, Any]] = given[place]
            seen.append((name, [pair.x for pair in pairs]))
            return function(*given)

        return noted

    assert task.calibrate is not None
    return replace(
        task,
        codecs=noting("codecs", task.codecs, 0),
        start=noting("start", task.start, 1),
        calibrate=noting("calibrate", task.calibrate, 1),
    )


def test_nothing_that_is_fitted_on_data_sees_the_fold_that_is_held_out(series: Path, tmp_path: Path) -> None:
    seen: list[tuple[str, list[Any]]] = []
    ended: list[int] = []
    done = cross_validate(
        recorded(VECTORS, seen),
        folds=3,
        train=series,
        out=tmp_path / "run",
        settings=settings(calibrate=True),
        on_fold=lambda fold: ended.append(len(seen)),
    )
    starts = [1, *ended]  # the first fitting is for the order of all labels alone
    for number, (start, end) in enumerate(zip(starts, ended, strict=False), 1):
        held = {done.plan.whole.pairs[i].x for i in done.plan.places(number)[1]}
        steps = seen[start:end]
        assert {name for name, _ in steps} == {"codecs", "start", "calibrate"}
        for _, xs in steps:
            assert not held & set(xs)


def test_what_is_held_out_changes_no_answer_to_others_of_its_fold(series: Path, tmp_path: Path) -> None:
    first = cross_validate(VECTORS, folds=3, train=series, out=tmp_path / "one", settings=settings())
    lines = SERIES.splitlines()
    lines[1] = "0,p,1000000,u"  # of standardisation it would be all there is
    (tmp_path / "series.csv").write_text("\n".join(lines) + "\n")
    second = cross_validate(VECTORS, folds=3, train=tmp_path / "series.csv", out=tmp_path / "two", settings=settings())
    fold = first.answers[0].fold
    assert [one.fold for one in first.answers] == [one.fold for one in second.answers]
    moved = 0
    for one, other in zip(first.answers[1:], second.answers[1:], strict=True):
        assert one.answer.probabilities is not None
        assert other.answer.probabilities is not None
        same = np.array_equal(one.answer.probabilities, other.answer.probabilities)
        assert same or one.fold != fold
        moved += not same
    assert moved > 6  # and in the folds that were trained on it nearly all do


@pytest.mark.parametrize("share", [0.0, 0.4, 0.9])
def test_a_run_that_was_interrupted_goes_on_to_the_same_bits(
    series: Path, done: CrossValidation, tmp_path: Path, share: float
) -> None:
    steps, stop_after = 0, 1 + int(share * (num_steps(EVENTS) - 1))
    folds: list[Fold] = []

    def stop(event: Event) -> None:
        nonlocal steps
        steps += isinstance(event, StepDone)
        if steps == stop_after:
            raise KeyboardInterrupt

    how = settings(group="who", calibrate=True)
    with pytest.raises(KeyboardInterrupt):
        cross_validate(VECTORS, folds=3, train=series, out=tmp_path / "run", settings=how, on_event=stop)
    trained: list[Event] = []
    again = cross_validate(VECTORS, out=tmp_path / "run", resume=True, on_event=trained.append, on_fold=folds.append)
    assert [fold.number for fold in folds] == [1, 2, 3]
    assert num_steps(trained) == num_steps(EVENTS) - stop_after + 1  # the step under way is taken again
    for name in ("answers.jsonl", "best/model.safetensors", "best/y-labels.txt"):
        assert (tmp_path / "run" / name).read_bytes() == (done.directory / name).read_bytes(), name
    assert again.report.figures == done.report.figures


KILLED = """
import os, sys
from pathlib import Path
from unrolled.runs.cross_validate import cross_validate
from unrolled.tasks import VECTORS
from unrolled.training import StepDone
steps = 0
def kill(event):
    global steps
    steps += isinstance(event, StepDone)
    if steps == 14:
        os._exit(9)
settings = VECTORS.defaults.replaced(eval(sys.argv[3]))
cross_validate(VECTORS, folds=3, train=Path(sys.argv[1]), out=Path(sys.argv[2]), settings=settings, on_event=kill)
"""


def test_a_run_that_was_killed_goes_on_to_the_same_bits(series: Path, done: CrossValidation, tmp_path: Path) -> None:
    how = {**SMALL, "value_columns": "a", "group": "who", "calibrate": True}
    command = [sys.executable, "-c", KILLED, str(series), str(tmp_path / "run"), repr(how)]
    assert subprocess.run(command, env=dict(os.environ), check=False).returncode == 9
    assert not (tmp_path / "run" / "folds.json").exists()
    cross_validate(VECTORS, out=tmp_path / "run", resume=True)
    for name in ("answers.jsonl", "best/model.safetensors"):
        assert (tmp_path / "run" / name).read_bytes() == (done.directory / name).read_bytes(), name


def test_a_finished_run_that_is_resumed_trains_nothing(done: CrossValidation) -> None:
    before = (done.directory / "best" / "model.safetensors").read_bytes()
    events: list[Event] = []
    again = cross_validate(VECTORS, out=done.directory, resume=True, on_event=events.append)
    assert num_steps(events) == 0
    assert again.folds == done.folds
    assert (done.directory / "best" / "model.safetensors").read_bytes() == before


def test_a_label_that_a_fold_lacks_keeps_its_column_and_a_damaged_fold_is_named(tmp_path: Path) -> None:
    rows = [f'"so {word} {n}",{label}' for n in range(6) for word, label in (("good", "pos"), ("bad", "neg"))]
    (tmp_path / "a.csv").write_text("text,label\n" + "\n".join([*rows, '"so odd",odd']) + "\n")
    how = SENTIMENT.defaults.replaced({**SMALL, "word_size": 4, "affix_size": 2, "min_count": 1, "epochs": 1})
    found = cross_validate(SENTIMENT, folds=2, train=tmp_path / "a.csv", out=tmp_path / "run", settings=how)
    odd = next(one for one in found.answers if one.truth == "odd")
    assert odd.answer.probabilities is not None
    assert odd.answer.probabilities.shape == (1, 3)
    assert odd.answer.probabilities[0, 1] == 0  # neg, odd, pos
    assert "odd has fewer examples" in " ".join(found.plan.notes())
    (tmp_path / "run" / "folds" / "1.jsonl").write_text("{}\n")
    with pytest.raises(RunError, match=r"1\.jsonl does not hold"):
        cross_validate(SENTIMENT, out=tmp_path / "run", resume=True)


@pytest.mark.parametrize("y", ["detect", "number"])
def test_labels_of_steps_and_numbers_are_cross_validated_too(y: str, tmp_path: Path) -> None:
    rows = [
        f"{n},{(-1) ** n * t / 4},{t % 2 + (n % 3) / 8 if y == 'number' else 'ab'[t % 2]}"
        for n in range(9)
        for t in range(4)
    ]
    (tmp_path / "a.csv").write_text("id,a,label\n" + "\n".join(rows) + "\n")
    how = VECTORS.defaults.replaced({**SMALL, "epochs": 1, "y": y})
    out = tmp_path / "run"
    found = cross_validate(VECTORS, folds=3, train=tmp_path / "a.csv", out=out, settings=how)
    assert len(found.answers) == 9
    (out / "folds.json").unlink()
    again = cross_validate(VECTORS, out=out, resume=True)
    assert again.report.figures == found.report.figures


def test_sentences_are_cross_validated_with_their_bias_against_o(tmp_path: Path) -> None:
    sentences = [f"Ada{n}\tB-PER\nsat\tO\n" for n in range(4)] + [f"He\tO\nmet\tO\nBob{n}\tB-PER\n" for n in range(4)]
    (tmp_path / "a.conll").write_text("\n".join(sentences))
    how = NER.defaults.replaced({"epochs": 1, "hidden_size": 4, "word_size": 4, "affix_size": 2, "num_threads": 1})
    found = cross_validate(NER, folds=2, train=tmp_path / "a.conll", out=tmp_path / "run", settings=how)
    assert set(found.folds[0].chosen) == {"outside_bias"}
    assert len(found.answers) == 8


def test_what_does_not_go_together_is_refused_before_anything_is_written(
    series: Path, done: CrossValidation, tmp_path: Path
) -> None:
    def refused(error: type[Exception], match: str, **asked: Any) -> None:
        with pytest.raises(error, match=match):
            cross_validate(VECTORS, **{"train": series, "out": tmp_path / "run", "settings": settings(), **asked})
        assert not (tmp_path / "run").exists()

    refused(SettingsError, "at least 2", folds=1)
    refused(DataError, "18 examples for 20 folds", folds=20)
    refused(DataError, "6 groups for 7 folds", folds=7, settings=settings(group="who"))
    refused(SettingsError, "metric", folds=3, settings=settings(metric="f2"))
    refused(RunError, "holds an earlier run", folds=3, out=done.directory)
    refused(SettingsError, "3 folds, not 4", folds=4, out=done.directory, resume=True, settings=None, train=None)
    refused(SettingsError, "epochs is 9", out=done.directory, resume=True, settings=settings(group="who", epochs=9))
    with pytest.raises(RunError, match="holds a cross-validation in 3 folds"):
        train(VECTORS, out=done.directory, resume=True)
    plain = train(VECTORS, train=series, out=tmp_path / "plain", settings=settings(epochs=1))
    with pytest.raises(RunError, match="no cross-validation"):
        cross_validate(VECTORS, out=plain.directory, resume=True)
