"""The laws of tasks, each on every row: what holds of one application holds of all."""

import json
import os
import pickle
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
from contract.tasks import ROWS, TaskRow
from sklearn.base import clone

from unrolled.data.answer import Answer
from unrolled.data.pair import Pair
from unrolled.data.series import Series
from unrolled.decoding import Decoding
from unrolled.errors import SettingsError
from unrolled.estimators import (
    Classifier,
    DnaClassifier,
    DnaTagger,
    SeriesClassifier,
    Tagger,
    Translator,
    VideoClassifier,
)
from unrolled.model import Model
from unrolled.runs.check import check_files
from unrolled.runs.evaluate import evaluate
from unrolled.runs.train import TrainingResult, train
from unrolled.settings import Composed
from unrolled.stream import Stream
from unrolled.tasks.infer import infer, infer_file
from unrolled.training import Event, RunStarted, StepDone

STREAMING = [row for row in ROWS if row.streams]
ESTIMATORS: dict[str, Any] = {
    "ner": Tagger,
    "sentiment": Classifier,
    "dna": DnaClassifier,
    "bases": DnaTagger,
    "vectors": SeriesClassifier,
    "video": VideoClassifier,
    "translation": Translator,
}


@dataclass(frozen=True)
class Tried:
    """A row, its file, and what a whole run on it came to."""

    row: TaskRow
    data: Path
    settings: Composed
    result: TrainingResult

    @property
    def model(self) -> Model[Any, Any]:
        return self.result.model

    @property
    def everything(self) -> Decoding:
        """All that its answers can hold: numbers have no probabilities."""
        return Decoding(confidence=True, probabilities=self.row.task.metric(self.model.y).needs == "probabilities")

    @property
    def pairs(self) -> list[Pair[Any, Any]]:
        return self.row.task.read(self.data, self.settings).pairs

    @property
    def xs(self) -> list[Any]:
        return [pair.x for pair in self.pairs]


def tried(row: TaskRow, folder: Path) -> Tried:
    data = folder / row.file
    data.write_text(row.content)
    settings = row.task.defaults.replaced({**row.settings, **row.read})
    return Tried(row, data, settings, train(row.task, train=data, dev=data, out=folder / "run", settings=settings))


_KEPT: dict[str, Tried] = {}


@pytest.fixture(params=ROWS, ids=str)
def one(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tried:
    """Each row, trained once."""
    row: TaskRow = request.param
    if row.name not in _KEPT:
        _KEPT[row.name] = tried(row, tmp_path_factory.mktemp("task"))
    return _KEPT[row.name]


def only(rows: Sequence[TaskRow]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("one", rows, ids=str, indirect=True)


def weights(run: Path) -> bytes:
    return (run / "best" / "model.safetensors").read_bytes()


def same(answers: Sequence[Answer[Any]], wanted: Sequence[Answer[Any]], tolerance: float) -> None:
    assert len(answers) == len(wanted)
    for answer, other in zip(answers, wanted, strict=True):
        if isinstance(answer.y, float | Series):
            np.testing.assert_allclose(np.asarray(answer.y), np.asarray(other.y), rtol=tolerance, atol=tolerance)
        else:
            assert answer.y == other.y
        np.testing.assert_allclose(answer.confidence, other.confidence, rtol=0, atol=tolerance)
        if answer.probabilities is not None and other.probabilities is not None:
            np.testing.assert_allclose(answer.probabilities, other.probabilities, rtol=0, atol=tolerance)


# save = load


def test_what_is_loaded_answers_as_what_was_saved(one: Tried) -> None:
    loaded = Model.load(one.result.directory)
    same(list(loaded.answers(one.xs, one.everything)), list(one.model.answers(one.xs, one.everything)), tolerance=0)
    assert np.array_equal(loaded.log_likelihood(one.pairs), one.model.log_likelihood(one.pairs))
    assert loaded.task == one.row.task.name


# batch = one by one


def test_a_batch_answers_as_each_alone_in_any_order(one: Tried) -> None:
    wanted = [next(iter(one.model.answers([x], one.everything))) for x in one.xs]
    likelihoods = np.concatenate([one.model.log_likelihood([pair]) for pair in one.pairs])
    order = list(range(len(one.xs)))
    for seed in range(3):
        same(list(one.model.answers([one.xs[i] for i in order], one.everything)), [wanted[i] for i in order], 1e-6)
        found = one.model.log_likelihood([one.pairs[i] for i in order])
        np.testing.assert_allclose(found, likelihoods[order], rtol=1e-5, atol=1e-6)
        random.Random(seed).shuffle(order)


# chunks = whole


def cut(x: Sequence[Any], chance: random.Random) -> Iterator[Sequence[Any]]:
    """Yield x in chunks of any length."""
    places = sorted(chance.sample(range(1, len(x)), chance.randint(0, len(x) - 1)))
    for start, end in pairwise((0, *places, len(x))):
        yield x[start:end]


def whole(one: Tried, x: Any) -> list[Answer[Any]]:
    """What a stream is to have said once all of x is in and it is finished: of each step, or of all of x."""
    (answer,) = one.model.answers([x], one.everything)
    if one.model.network.answers_once:
        return [answer]
    return [Answer(answer.y[t : t + 1], confidence=answer.confidence[t : t + 1]) for t in range(len(x))]


def said(one: Tried, so_far: list[Answer[Any]], last: list[Answer[Any]]) -> list[Answer[Any]]:
    return last if one.model.network.answers_once else [*so_far, *last]


@only(STREAMING)
def test_any_chunks_give_what_the_whole_gives(one: Tried) -> None:
    chance, stream = random.Random(1), one.model.stream()
    for x in one.xs:
        wanted = whole(one, x)
        for _ in range(4):
            so_far = [answer for chunk in cut(x, chance) for answer in stream.feed(chunk)]
            assert len(so_far) == len(x)
            same(said(one, so_far, stream.finish()), wanted, 1e-5)


@only(STREAMING)
def test_what_is_said_so_far_is_what_the_beginning_alone_gives(one: Tried) -> None:
    stream = one.model.stream()
    for x in one.xs[:4]:
        for t, answer in enumerate(stream.feed(x), 1):
            same([answer], whole(one, x[:t])[-1:], 1e-5)
        stream.finish()


@only(STREAMING)
def test_a_state_is_kept_sent_and_given_to_another_stream(one: Tried) -> None:
    for x in one.xs[:5]:
        for place in range(1, len(x)):
            first, second = one.model.stream(), Model.load(one.result.directory).stream()
            so_far = first.feed(x[:place])
            sent = safetensors.torch.save(first.state)
            second.feed(one.xs[-1])  # of another x, which the state makes it forget
            second.state = safetensors.torch.load(sent)
            same(said(one, [*so_far, *second.feed(x[place:])], second.finish()), whole(one, x), 1e-5)
            same(said(one, [*so_far, *first.feed(x[place:])], first.finish()), whole(one, x), 1e-5)


@only(STREAMING)
def test_two_streams_do_not_disturb_each_other(one: Tried) -> None:
    first, second = one.xs[0], one.xs[1]
    streams: list[Stream[Any, Any]] = [one.model.stream(), one.model.stream()]
    told: list[list[Answer[Any]]] = [[], []]
    for t in range(max(len(first), len(second))):
        for x, stream, answers in zip((first, second), streams, told, strict=True):
            answers.extend(stream.feed(x[t : t + 1]) if t < len(x) else [])
    for x, stream, answers in zip((first, second), streams, told, strict=True):
        same(said(one, answers, stream.finish()), whole(one, x), 1e-5)


@only([row for row in ROWS if not row.streams])
def test_a_model_that_must_see_the_end_names_the_setting(one: Tried) -> None:
    with pytest.raises(SettingsError, match=one.row.waits):
        one.model.stream()


# killed = whole


def test_a_run_that_was_stopped_comes_to_the_same_weights(one: Tried, tmp_path: Path) -> None:
    stops = iter((1, 4, 9))
    stop = next(stops)

    def interrupt(event: Event) -> None:
        if isinstance(event, StepDone) and event.step == stop:
            raise KeyboardInterrupt

    times = 0
    while True:
        try:
            train(
                one.row.task,
                train=one.data,
                dev=one.data,
                out=tmp_path / "run",
                settings=one.settings,
                resume=times > 0,
                on_event=interrupt,
            )
        except KeyboardInterrupt:
            times += 1
            stop = next(stops, 0)
        else:
            break
    assert times == 3
    assert weights(tmp_path / "run") == weights(one.result.directory)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the runs are forks")
@only(STREAMING[-1:])
def test_a_run_that_was_killed_comes_to_the_same_weights(one: Tried, tmp_path: Path) -> None:
    """In real processes, by SIGKILL, several times."""
    settings = {**one.row.settings, **one.row.read}
    command = [sys.executable, str(Path(__file__).with_name("killed_runs.py"))]
    given = {"task": one.row.task.name, "data": str(one.data), "out": str(tmp_path / "run"), "settings": settings}
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, json.dumps(given)], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["killed"] >= 4
    assert weights(tmp_path / "run") == weights(one.result.directory)


def test_the_seed_alone_decides(one: Tried, tmp_path: Path) -> None:
    again = train(one.row.task, train=one.data, dev=one.data, out=tmp_path / "again", settings=one.settings)
    assert weights(again.directory) == weights(one.result.directory)
    first: list[int] = []

    def hear(event: Event) -> None:
        if isinstance(event, RunStarted):
            first.append(event.settings.seed)

    settings = one.settings.replaced({"seed": 5, "epochs": 1})
    other = train(one.row.task, train=one.data, dev=one.data, out=tmp_path / "other", settings=settings, on_event=hear)
    assert first == [5]
    assert weights(other.directory) != weights(one.result.directory)


# check, evaluate, infer


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_check_finds_every_seeded_fault(row: TaskRow, tmp_path: Path) -> None:
    settings = row.task.defaults.replaced(row.read)
    path = tmp_path / row.file
    path.write_text(row.content)
    assert check_files(row.task, [path], None, settings).ok
    for fault in row.faults:
        path.write_text(fault.content)
        problems = check_files(row.task, [path], None, settings).problems
        assert [problem for problem in problems if problem.line == fault.line and fault.words in problem.found], (
            problems
        )
        assert all(problem.path == str(path) and problem.way_out for problem in problems)


def test_evaluate_gives_the_recorded_figures(one: Tried) -> None:
    recorded = json.loads((one.result.directory / "best" / "metrics.json").read_text())
    (part,) = evaluate(one.result.directory).parts
    assert part.report.to_dict() == recorded["dev"] == one.result.record.dev.to_dict()
    best = {"lower": min, "higher": max}[one.row.task.metric(one.model.y).figures[0].goal]
    assert part.report.figures[recorded["metric"]] == best(row[recorded["metric"]] for row in one.result.history.rows)


def test_the_shape_and_the_task_are_found(one: Tried) -> None:
    found = infer(one.pairs)
    assert found.task is one.row.task
    assert found.architecture == one.row.task.network_kind(one.model.y) == one.model.network.kind
    assert one.row.found in str(found)
    if not one.row.read:
        task, reading, of_file = infer_file(one.data)
        assert task is one.row.task
        assert reading.pairs == one.pairs
        assert str(of_file) == str(found)


# estimators


def test_the_estimator_clones_pickles_and_predicts_the_same(one: Tried) -> None:
    X, y = one.xs, [pair.y for pair in one.pairs]
    made = ESTIMATORS[one.row.task.name](**one.row.settings)
    assert clone(made).get_params() == made.get_params()
    assert pickle.loads(pickle.dumps(made)).get_params() == made.get_params()
    fitted = clone(made).fit(X, y, dev=(X, y))
    again = pickle.loads(pickle.dumps(fitted))
    assert again.predict(X) == fitted.predict(X)
    assert again.score(X, y) == fitted.score(X, y)
    # The same pairs, settings and seed: the same model as the run's.
    same(list(fitted.model_.answers(X, one.everything)), list(one.model.answers(X, one.everything)), tolerance=0)
