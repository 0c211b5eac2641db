"""A page of code is an application: a task of one's own passes every verb, with metrics, streams and an estimator."""

import csv
import inspect
import json
import pickle
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sklearn.base import clone
from typer.testing import CliRunner, Result

from unrolled.architectures import ManyToOneSettings, OneToOneSettings
from unrolled.cli.app import app
from unrolled.data.answer import Answer
from unrolled.data.codecs import LabelCodec, NumberCodec, VectorsCodec
from unrolled.data.pair import Pair
from unrolled.data.readers import Reading
from unrolled.data.readers.csv_rows import csv_rows, sound_rows
from unrolled.data.readers.reading import verdict
from unrolled.data.readers.source import Problems
from unrolled.errors import DataError, SettingsError
from unrolled.estimators import estimator
from unrolled.metrics import ClassMetric, NumberMetric
from unrolled.model import Model
from unrolled.runs.evaluate import evaluate
from unrolled.runs.train import train
from unrolled.settings import Composed, Settings, setting
from unrolled.tasks import TASKS, Show, Task, Unit
from unrolled.tasks.infer import infer
from unrolled.training import Event, StepDone

# The task begins here.


@dataclass(frozen=True, kw_only=True)
class ColumnSettings(Settings):
    """Which column is y; the others are x."""

    answer_column: str = setting("kind")


def numbers(cells: Sequence[str]) -> tuple[float, ...]:
    return tuple(map(float, cells))


def read_line(line: str, tokenizer: str, x_of: Callable[[Sequence[str]], Any]) -> Any:
    try:
        return x_of(line.split(",")) if line.strip() else None
    except ValueError as error:
        raise DataError(f"{line[:40]!r} holds what is no number. Give numbers between commas.") from error


def read_columns(
    path: Path, settings: Composed, x_of: Callable[[Sequence[str]], Any], y_of: Callable[[str], Any]
) -> Reading[Any, Any]:
    problems, pairs, lines = Problems(path), list[Pair[Any, Any]](), list[int]()
    rows, wanted = csv_rows(path, problems), settings.group(ColumnSettings).answer_column
    header = next(rows, (0, None))[1] or []
    if wanted not in header:
        problems.add(1, f"there is no column {wanted!r}", f"Name one: answer_column={'|'.join(header)}")
        return verdict(Reading(str(path), pairs, lines), problems)
    place = header.index(wanted)
    for number, row in sound_rows(rows, len(header), problems, beside="the header has"):
        try:
            if row:
                pairs.append(Pair(x_of(row[:place] + row[place + 1 :]), y_of(row[place])))
                lines.append(number)
        except ValueError:
            problems.add(number, "a cell that is no number", "Write numbers as 3.5")
    return verdict(Reading(str(path), pairs, lines), problems)


FLOWERS = Task(
    name="flowers",
    title="kinds of flowers",
    architecture="one_to_one",
    x=Unit("flower", step="flower"),
    y=Unit("kind", step="kind"),
    example="1.5,-0.5",
    defaults=Composed({"read": ColumnSettings(), "network": OneToOneSettings(hidden_size=8)}),
    read=partial(read_columns, x_of=numbers, y_of=str),
    codecs=lambda pairs, _: (VectorsCodec.fitted(p.x for p in pairs), LabelCodec.fitted(p.y for p in pairs)),
    metric=lambda y: ClassMetric(y.labels.tokens),
    show=Show(read_x=partial(read_line, x_of=numbers)),
    takes=frozenset({("numbers", "a label")}),
)

# The task ends here. A number instead of a label, and vectors at each step instead of one, are a few lines more.

WEIGHTS = replace(
    FLOWERS,
    name="weights",
    title="weights of flowers",
    y=Unit("weight", step="weight"),
    read=partial(read_columns, x_of=numbers, y_of=float),
    codecs=lambda pairs, _: (VectorsCodec.fitted(p.x for p in pairs), NumberCodec.fitted(p.y for p in pairs)),
    metric=lambda y: NumberMetric(),
    takes=frozenset({("numbers", "a number")}),
)


def steps(cells: Sequence[str]) -> tuple[tuple[float, ...], ...]:
    return tuple(numbers(cell.split()) for cell in cells if cell.strip())


GESTURES = replace(
    FLOWERS,
    name="gestures",
    title="kinds of gestures",
    architecture="many_to_one",
    x=Unit("gesture", step="frame"),
    example="1 0, 0 1, 0 0",
    defaults=Composed(
        {
            "read": ColumnSettings(),
            "network": ManyToOneSettings(hidden_size=8, bidirectional=False, input_dropout=0.0, dropout=0.0),
        }
    ),
    read=partial(read_columns, x_of=steps, y_of=str),
    show=Show(read_x=partial(read_line, x_of=steps)),
    takes=frozenset({("vectors", "a label")}),
)

Flowers = estimator(FLOWERS, "Flowers", "Kinds of flowers.", module=__name__)
Weights = estimator(WEIGHTS, "Weights", "Weights of flowers.", module=__name__)
Gestures = estimator(GESTURES, "Gestures", "Kinds of gestures.", module=__name__)
ESTIMATORS: dict[str, Any] = {"flowers": Flowers, "weights": Weights, "gestures": Gestures}
EIGHTH = (FLOWERS, WEIGHTS, GESTURES)
QUICK = {"epochs": 30, "learning_rate": 0.05, "batch_steps": 32, "num_threads": 1, "patience": None}


def rows_of(name: str) -> list[list[object]]:
    """A header and examples that a small network can learn."""
    chance, rows = random.Random(1), list[list[object]]()
    for _ in range(48):
        a, b = (round(chance.uniform(-2, 2), 3) for _ in range(2))
        if name == "flowers":
            rows.append([a, "rose" if a * b > 0 else "tulip", b])
        elif name == "weights":
            rows.append([a, round(2 * a - b + 10, 3), b])
        else:  # which of two directions came first tells
            first = chance.random() < 0.5
            still = ["0.1 0.1"] * chance.randint(0, 2)
            ways = ["1 0", "0 1"] if first else ["0 1", "1 0"]
            rows.append([ways[0], "right-up" if first else "up-right", *still, ways[1], *[""] * (2 - len(still))])
    width = max(map(len, rows))
    return [["a", "kind", *(f"b{i}" for i in range(width - 2))], *rows]


def written(name: str, path: Path) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows_of(name))
    return path


def values(name: str) -> tuple[list[Any], list[Any]]:
    task = {task.name: task for task in EIGHTH}[name]
    convert = steps if name == "gestures" else numbers
    rows = [list(map(str, row)) for row in rows_of(name)[1:]]
    y_of = float if task is WEIGHTS else str
    return [convert([row[0], *row[2:]]) for row in rows], [y_of(row[1]) for row in rows]


def unrolled(*arguments: object, input: str | None = None, code: int = 0) -> Result:  # noqa: A002
    result = CliRunner().invoke(app, list(map(str, arguments)), input=input)
    assert result.exit_code == code, result.output + result.stderr
    return result


@dataclass(frozen=True)
class Trained:
    task: Task[Any, Any]
    data: Path
    run: Path
    output: str


@pytest.fixture(scope="module", autouse=True)
def _known() -> Iterator[None]:
    """The command line knows the tasks, as it would if they stood in its table."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for task in EIGHTH:
            monkeypatch.setitem(TASKS, task.name, task)
        monkeypatch.delitem(TASKS, "vectors")  # which gestures are, too
        yield


@pytest.fixture(scope="module", params=EIGHTH, ids=lambda task: task.name)
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, _known: None) -> Trained:
    folder = tmp_path_factory.mktemp("eighth")
    data = written(request.param.name, folder / "data.csv")
    settings = [word for name, value in QUICK.items() for word in ("--set", f"{name}={json.dumps(value)}")]
    arguments = ("--train", data, "--dev", data, "--out", folder / "run", *settings)
    result = unrolled("train", request.param.name, *arguments)
    return Trained(request.param, data, folder / "run", result.stdout)


def test_the_task_is_a_page() -> None:
    lines = inspect.getsource(sys.modules[__name__]).splitlines()
    begins, ends = (
        lines.index("# The task begins here."),
        next(i for i, line in enumerate(lines) if line.startswith("# The task ends here.")),
    )
    written = [line for line in lines[begins + 1 : ends] if line.strip()]
    assert len(written) <= 60
    assert any(line.startswith("FLOWERS = Task(") for line in written)


def test_it_goes_on_from_its_run_with_new_examples_and_labels(trained: Trained, tmp_path: Path) -> None:
    header, *rows = rows_of(trained.task.name)
    new = [[*row[:1], 12.5 if trained.task is WEIGHTS else "daisy", *row[2:]] for row in rows[:6]]
    with (tmp_path / "new.csv").open("w", newline="") as file:
        csv.writer(file).writerows([header, *new, *rows[6:12]])
    data, out = tmp_path / "new.csv", tmp_path / "second"
    result = unrolled("train", data, "--from", trained.run, "--dev", data, "--out", out, "--set", "epochs=2", "--json")
    start = json.loads(result.stdout)["start"]
    assert start["added"] == ([] if trained.task is WEIGHTS else ["daisy"])
    assert start["num_words_added"] is None
    assert json.loads((out / "config.json").read_text())["from"] == str(trained.run)


def test_it_learns_and_its_card_and_pictures_are_there(trained: Trained) -> None:
    metrics = json.loads((trained.run / "best" / "metrics.json").read_text())
    figures = metrics["dev"]["figures"]
    assert metrics["finished"]
    assert figures["r2"] > 0.9 if trained.task is WEIGHTS else figures["accuracy"] > 0.9
    assert metrics["metric"] == ("rmse" if trained.task is WEIGHTS else "accuracy")
    card = (trained.run / "best" / "README.md").read_text()
    assert trained.task.title[1:] in card
    assert f"48 {trained.task.x.name}s" in card
    assert (trained.run / "curves.png").exists()
    assert (trained.run / "confusion.png").exists() == (trained.task is not WEIGHTS)
    for words in ("word", "sentence", "text"):
        assert f" {words}" not in trained.output.replace(str(trained.run), ""), trained.output


def test_check_finds_what_is_wrong_by_line(trained: Trained, tmp_path: Path) -> None:
    assert "No problems." in unrolled("check", trained.task.name, trained.data).stdout
    lines = trained.data.read_text().splitlines()
    lines[4] = lines[4].replace(lines[4].split(",")[0], "a lot", 1)
    lines[7] += ",1,1"
    (tmp_path / "bad.csv").write_text("\n".join(lines))
    told = unrolled("check", trained.task.name, tmp_path / "bad.csv", code=1).stdout
    assert "bad.csv:5: a cell that is no number" in told
    assert "bad.csv:8: " in told
    assert "the header has" in told
    (tmp_path / "none.csv").write_text("a,b\n1,2\n")
    assert "no column 'kind'" in unrolled("check", trained.task.name, tmp_path / "none.csv", code=1).stdout
    assert "no column 'b'" in unrolled(
        "check", trained.task.name, trained.data, "--set", "answer_column=b", code=1
    ).stdout  # fmt: skip
    report = json.loads(unrolled("check", trained.task.name, trained.data, trained.data, "--json").stdout)
    assert report["overlaps"][0]["num_shared"] == report["files"][0][f"num_{trained.task.x.name}s"] == 48
    assert not report["overlaps"][0]["num_conflicting"]
    assert report["files"][0]["lengths"]["max"] == (4 if trained.task is GESTURES else 1)


def test_evaluate_gives_the_recorded_figures(trained: Trained) -> None:
    recorded = json.loads((trained.run / "best" / "metrics.json").read_text())
    assert evaluate(trained.run).parts[0].report.to_dict() == recorded["dev"]
    told = json.loads(unrolled("evaluate", trained.run, "--data", trained.data, "--json").stdout)
    assert told["parts"][0]["figures"] == recorded["dev"]["figures"]
    assert recorded["metric"].split("_")[0] in unrolled("evaluate", trained.run).stdout.lower()


def lines_of(trained: Trained) -> list[str]:
    rows = rows_of(trained.task.name)[1:]
    return [",".join(str(cell) for i, cell in enumerate(row) if i != 1 and cell != "") for row in rows]


def test_predict_answers_lines(trained: Trained) -> None:
    xs, ys = values(trained.task.name)
    model = Model.load(trained.run)
    told = unrolled("predict", trained.run, input="\n".join(lines_of(trained)) + "\n\n").stdout.splitlines()
    assert len(told) == len(xs) + 1
    assert told[-1] == ""
    found = [line.split("\t")[0] for line in told[:-1]]
    wanted = model.predict(xs)
    assert found == ([f"{y:.6g}" for y in wanted] if trained.task is WEIGHTS else wanted)
    rows = unrolled("predict", trained.run, "--json", input="\n".join([*lines_of(trained), ""]) + "\n").stdout
    answers = [json.loads(line) for line in rows.splitlines()]
    assert [answer["y"] for answer in answers[:-1]] == wanted
    assert answers[-1] == {"x": None, "y": None}
    assert tuple(map(tuple, answers[0]["x"])) == xs[0] if trained.task is GESTURES else tuple(answers[0]["x"]) == xs[0]
    if trained.task is WEIGHTS:
        assert "confidence" not in answers[0]
        assert "Ask for the best alone" in unrolled("predict", trained.run, "--n-best", 2, input="1,1", code=2).stderr
    else:
        assert sum(y == truth for y, truth in zip(wanted, ys, strict=True)) > 43
        best = unrolled("predict", trained.run, "--n-best", 2, input=lines_of(trained)[0]).stdout.splitlines()
        assert len(best) == 2
        assert sum(float(line.split("\t")[1]) for line in best) == pytest.approx(1, abs=1e-5)
    assert "no number" in unrolled("predict", trained.run, input="so good", code=1).stderr


def test_predict_shows_people_the_answer_once(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    shown = unrolled("predict", trained.run, input=lines_of(trained)[0]).stdout
    y = Model.load(trained.run).predict(values(trained.task.name)[0][:1])[0]
    assert (f"[{y}]" if isinstance(y, str) else f"{y:.6g}") in shown


def test_stream_answers_as_steps_arrive(trained: Trained) -> None:
    xs, _ = values(trained.task.name)
    model = Model.load(trained.run)
    if trained.task is GESTURES:
        text = "".join(line.replace(",", "\n") + "\n\n" for line in lines_of(trained)[:6])
        rows = [json.loads(line) for line in unrolled("stream", trained.run, "--json", input=text).stdout.splitlines()]
        assert [row["y"] for row in rows if row.get("final")] == model.predict(xs[:6])
        assert len(rows) == sum(map(len, xs[:6])) + 6
    else:
        text = "\n".join(lines_of(trained)[:6])
        rows = [json.loads(line) for line in unrolled("stream", trained.run, "--json", input=text).stdout.splitlines()]
        assert (
            [row["y"] for row in rows] == pytest.approx(model.predict(xs[:6]), abs=1e-5)
            if (trained.task is WEIGHTS)
            else [row["y"] for row in rows] == model.predict(xs[:6])
        )


def test_inspect_describes_it(trained: Trained) -> None:
    told = json.loads(unrolled("inspect", trained.run, "--json").stdout)
    assert (told["task"], told["title"]) == (trained.task.name, trained.task.title)
    assert told["num_parameters"] == sum(parameter["count"] for parameter in told["parameters"])
    assert told["labels"] == ([] if trained.task is WEIGHTS else sorted(set(values(trained.task.name)[1])))
    assert trained.task.shape in unrolled("inspect", trained.run).stdout


def test_the_shape_is_found(trained: Trained) -> None:
    xs, ys = values(trained.task.name)
    found = infer(map(Pair, xs, ys))
    assert found.task is trained.task
    assert found.architecture == trained.task.architecture


def test_train_without_a_task_finds_the_task_or_says_what_settles_it(trained: Trained, tmp_path: Path) -> None:
    others = [task.name for task in EIGHTH if task is not trained.task]
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in others:
            monkeypatch.delitem(TASKS, name)
        settings = ("--set", "epochs=1", "--set", "num_threads=1")
        result = unrolled("train", trained.data, "--out", tmp_path / "run", *settings)
    assert f"task: {trained.task.name}" in result.stderr
    assert json.loads((tmp_path / "run" / "config.json").read_text())["task"] == trained.task.name
    if trained.task is WEIGHTS:  # numbers can be read as labels, too
        told = unrolled("train", trained.data, "--out", tmp_path / "other", code=2).stderr
        assert "`unrolled train flowers" in told
        assert "`unrolled train weights" in told


@pytest.mark.parametrize("name", list(ESTIMATORS))
def test_its_estimator_has_the_habits_of_scikit_learn(name: str) -> None:
    X, y = values(name)
    made = ESTIMATORS[name](**QUICK)
    fitted = clone(made).fit(X, y, dev=(X, y))
    assert fitted.get_params() == made.get_params()
    assert fitted.score(X, y) == pytest.approx(
        fitted.report_.figures["rmse"] * -1 if name == "weights" else fitted.report_.figures["accuracy"]
    )
    again = pickle.loads(pickle.dumps(fitted))
    assert again.predict(X) == fitted.predict(X)
    assert pickle.loads(pickle.dumps(made)).get_params() == made.get_params()
    assert fitted.classes_ == ([] if name == "weights" else sorted(set(y)))
    with pytest.raises(DataError, match="48 examples and 47 y"):
        made.fit(X, y[:-1])
    with pytest.raises(SettingsError, match="epochs"):
        clone(made).set_params(epochs=0).fit(X, y)


def test_a_stopped_run_goes_on_to_the_same_weights(trained: Trained, tmp_path: Path) -> None:
    def stop(event: Event) -> None:
        if isinstance(event, StepDone) and event.step == 7:
            raise KeyboardInterrupt

    settings = trained.task.defaults.replaced({**QUICK, "checkpoint_seconds": 0.0})
    with pytest.raises(KeyboardInterrupt):
        train(
            trained.task, train=trained.data, dev=trained.data, out=tmp_path / "run", settings=settings, on_event=stop
        )
    told = unrolled("train", trained.task.name, "--resume", "--out", tmp_path / "run").stderr
    assert "goes on in epoch" in told
    first, second = (path / "best" / "model.safetensors" for path in (trained.run, tmp_path / "run"))
    assert first.read_bytes() == second.read_bytes()


def test_answers_show_themselves_whatever_y_is() -> None:
    show = FLOWERS.show
    chord = Answer(frozenset({"e", "c"}), confidence=(0.25, 0.5))
    assert show.json("1", (1.0,), chord) == {"x": [1.0], "y": ["c", "e"], "confidence": [0.25, 0.5]}
    assert show.fields((1.0,), Answer((1.5, 2.0))) == [("1.5 2",)]
    assert show.segments("1,2", (1.0, 2.0), 0.5)[0].kind is None
