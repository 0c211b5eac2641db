"""Vectors: numbers at every step, and a label or a number for all of them or for each step."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np

from unrolled.architectures import ManyToOneSettings
from unrolled.data.answer import Answer
from unrolled.data.codecs import (
    Codec,
    LabelCodec,
    LabelSettings,
    NumberCodec,
    StepLabelsCodec,
    StepNumbersCodec,
    VectorsCodec,
    VectorsSettings,
)
from unrolled.data.pair import Pair
from unrolled.data.readers import Reading, SeriesSettings, read_series
from unrolled.data.readers.series.cells import number_of
from unrolled.data.series import Series
from unrolled.errors import DataError
from unrolled.layers import ClassesOutputSettings, NumbersOutputSettings, OrdinalOutputSettings, VectorsInputSettings
from unrolled.metrics import ClassMetric, Metric, NumberMetric, Report, StepMetric
from unrolled.model import Model
from unrolled.settings import Composed
from unrolled.tasks.parts import PartSettings
from unrolled.tasks.pictures import draw_classes
from unrolled.tasks.show import labels_of, plainly
from unrolled.tasks.task import Bundled, Checks, Show, Task, Unit
from unrolled.tasks.temperature import CalibrationSettings, choose_temperature
from unrolled.training import FitSettings

__all__ = ["NUMBERS", "VECTORS"]

Pairs: TypeAlias = Sequence[Pair[Any, Any]]

EXAMPLES = Path(__file__).parent.parent / "examples"

_CHANGING = {
    "numbers": ("scaling", "warp", "crop"),
    "labels of steps": ("warp", "crop"),
    "numbers of steps": ("scaling", "warp", "crop"),
}
"""The noise that would make y another: an amount grows with its series, the label of a step belongs to its place."""

FILES = frozenset({".csv", ".tsv", ".npz", ".ts", ".parquet", ".pq"})

SHOWN = 6
"""Steps of an example in words."""


def _read(path: Path, settings: Composed) -> Reading[Any, Any]:
    return read_series(path, settings.group(SeriesSettings))


def _of_python(X: Sequence[Any], y: Sequence[Any] | None, settings: Composed) -> list[Pair[Any, Any]]:
    """Return pairs of arrays (T, D), or (T,) of one number a step, and what is to be found of each."""
    if y is None or len(X) != len(y):
        found = "no y" if y is None else f"{len(y)} y"
        raise DataError(f"There are {len(X)} series and {found}. Give one y for each.")
    return [Pair(x, _y(raw, number)) for number, (x, raw) in enumerate(zip(_xs(X), y, strict=True), 1)]


def _xs_of_python(X: Iterable[Any], x: Codec[Any]) -> Iterator[Any]:
    return _xs(X)


def _xs(X: Iterable[Any]) -> Iterator[Any]:
    """Yield series of one number a step as (T, 1); what else is wrong, the codec says."""
    for raw in X:
        yield raw if isinstance(raw, Series) or np.ndim(raw) != 1 else np.asarray(raw)[:, None]


def _numbers_of_python(X: Sequence[Any], y: Sequence[Any] | None, settings: Composed) -> list[Pair[Any, Any]]:
    """Return the pairs of `_of_python`; whole numbers are amounts, too."""
    pairs = _of_python(X, None if y is None else [_as_float(raw) for raw in y], settings)
    for number, pair in enumerate(pairs, 1):
        if _kind(pair.y).startswith("labels"):
            raise DataError(f"Series {number} has the y {str(pair.y)[:40]!r}, which is no number. Give numbers.")
    return pairs


def _as_float(raw: Any) -> Any:
    try:
        array = np.asarray(raw)
    except ValueError:  # of several lengths; what it is, `_y` says
        return raw
    return (array.astype(np.float64) if array.ndim else float(array)) if array.dtype.kind in "iuf" else raw


def _y(raw: Any, number: int) -> Any:
    """Return y as the codecs want it: a label is a text, a number a float; of steps a tuple or an array."""
    value: Any = raw.item() if hasattr(raw, "item") and not np.ndim(raw) else raw
    if value is None or (isinstance(value, float) and math.isnan(value)):
        raise DataError(f"Series {number} has the y {value!r}. Give every series one, or leave it out.")
    if isinstance(value, int):  # and bool
        return str(value)
    if isinstance(value, str | float):
        return value
    steps: list[Any] = [step.item() if hasattr(step, "item") and not np.ndim(step) else step for step in value]
    if steps and all(isinstance(step, str | int) for step in steps):
        return tuple(map(str, steps))
    return Series([[step] if isinstance(step, float | int) else step for step in steps])


def _codecs(pairs: Pairs, settings: Composed) -> tuple[Codec[Any], Codec[Any]]:
    how, ys = settings.group(VectorsSettings), [pair.y for pair in pairs]
    kinds = {_kind(y) for y in ys}
    if len(kinds) > 1:
        raise DataError(f"The y of different series are of different kinds: {', '.join(sorted(kinds))}. Give one.")
    kind = kinds.pop()
    if kind != "labels":
        how = VectorsSettings.from_dict({**how.to_dict(), **dict.fromkeys(_CHANGING[kind], 0.0)})
    y: Codec[Any]
    match kind:
        case "labels":
            y = LabelCodec.fitted(ys, settings.group(LabelSettings))
        case "numbers":
            y = NumberCodec.fitted(ys)
        case "labels of steps":
            y = StepLabelsCodec.fitted(ys)
        case _:
            y = StepNumbersCodec.fitted(ys)
    return VectorsCodec.fitted([pair.x for pair in pairs], how), y


def _kind(y: Any) -> str:
    if isinstance(y, str | float):
        return "labels" if isinstance(y, str) else "numbers"
    return "labels of steps" if isinstance(y, tuple) else "numbers of steps"


def _by_y(y: Codec[Any]) -> str:
    return "many_to_many" if isinstance(y, StepLabelsCodec | StepNumbersCodec) else "many_to_one"


def _metric(y: Codec[Any]) -> Metric[Any]:
    if isinstance(y, LabelCodec):
        return ClassMetric(y.labels.tokens, ordered=y.space.ordered)
    if isinstance(y, StepLabelsCodec):
        return StepMetric(ClassMetric(y.labels.tokens))
    return NumberMetric() if isinstance(y, NumberCodec) else StepMetric(NumberMetric())


def _purpose(y: Codec[Any]) -> str:
    each = "each step of a series" if _by_y(y) == "many_to_many" else "a series"
    labels = labels_of(y)
    return f"Gives {each} {'one of ' + ', '.join(labels) if labels else 'a number'}."


def _calibrate(model: Model[Any, Any], pairs: Pairs, metric: Metric[Any]) -> Report:
    if not hasattr(cast(Any, model.network.output), "temperature"):  # numbers have no probabilities
        return metric.measure([pair.y for pair in pairs], list(model.answers([pair.x for pair in pairs])))
    return choose_temperature(model, pairs, metric)


def _pictures(metric: Metric[Any], truths: Sequence[Any], answers: Sequence[Answer[Any]], folder: Path) -> None:
    draw_classes(cast(Any, metric), truths, answers, folder)


def _counts(pairs: Pairs) -> Mapping[str, Mapping[str, int]]:
    if not pairs or _kind(pairs[0].y).startswith("numbers"):
        return {}
    counts = Counter(label for pair in pairs for label in ((pair.y,) if isinstance(pair.y, str) else pair.y))
    return {"labels": dict(sorted(counts.items()))}


def _figures(pairs: Pairs) -> Mapping[str, int]:
    return {"num_missing": sum(int(np.isnan(np.asarray(pair.x)).sum()) for pair in pairs)}


def _unseen(y: Codec[Any], pairs: Pairs) -> list[str]:
    labels = labels_of(y)
    return sorted(set(_counts(pairs).get("labels", {})) - set(labels)) if labels else []


def _in_words(pair: Pair[Any, Any]) -> str:
    x = f"{pair.x[:SHOWN]}{', …' * (len(pair.x) > SHOWN)}"
    y = pair.y if isinstance(pair.y, str) else plainly(pair.y)
    return f"{x[:120]} → {str(y)[:60]}"


def _read_x(line: str, tokenizer: str) -> Series | None:
    """Return the series in a line: `1 0.5; 2 ?` or JSON, `[[1, 0.5], [2, null]]`; None of a blank line."""
    text = line.strip()
    if not text:
        return None
    return _of_json(text) if text[0] in "[{" else _of_text(text)


def _of_text(text: str) -> Series:
    rows: list[list[float]] = []
    for step in text.rstrip("; ").split(";"):
        cells = step.split(",") if "," in step else step.split()
        numbers = [number_of(cell) for cell in cells]
        if any(number is None for number in numbers):
            cell = cells[numbers.index(None)].strip()
            raise DataError(
                f"{cell[:40]!r} is no number. Give numbers between blanks or commas, steps between semicolons"
            )
        rows.append([float(cast(float, number)) for number in numbers])
    return _series(rows)


def _of_json(text: str) -> Series:
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"The line is not JSON ({str(error)[:60]}). Give [[1, 0.5], [2, null]], a list a step"
        ) from error
    if isinstance(value, dict):
        value = cast("dict[str, Any]", value).get("x")
    rows: list[Any] = cast("list[Any]", value) if isinstance(value, list) else []
    if rows and not any(isinstance(row, list) for row in rows):
        rows = [rows]  # one step
    for row in rows:
        if not isinstance(row, list) or not all(n is None or type(n) in (int, float) for n in cast("list[Any]", row)):
            raise DataError(
                f"{json.dumps(row)[:40]} is no step. Give each as a list of numbers, null where one is missing"
            )
    return _series([[math.nan if n is None else float(n) for n in row] for row in rows])


def _series(rows: list[list[float]]) -> Series:
    if not rows or len({len(row) for row in rows}) > 1:
        found = "Its steps have " + " and ".join(map(str, sorted({len(row) for row in rows}))) + " numbers"
        raise DataError(f"{found if rows else 'There is no step'}. Give each step as many numbers")
    return Series(rows)


def _read_file(path: Path) -> list[tuple[int, Any]]:
    reading = read_series(path, labelled=False).checked()
    return [(line, pair.x) for line, pair in zip(reading.lines, reading.pairs, strict=True)]


def _stream(x: Any, answers: Sequence[Answer[Any]], end: bool) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for answer in answers:
        y: Any = plainly(answer.y)
        while isinstance(y, list) and len(cast("list[Any]", y)) == 1:
            y = cast("list[Any]", y)[0]
        sure = {"confidence": round(answer.confidence[0], 6)} if answer.confidence else {}
        rows.append({"y": y, **sure, **({"final": True} if end else {})})
    return rows


VECTORS: Task[Any, Any] = Task(
    name="vectors",
    title="labels and numbers of series",
    architecture="many_to_one",
    by_y=_by_y,
    x=Unit("sequence", step="step"),
    y=Unit("answer", step="label"),
    example="0 1 2 0.5; 0.1 2 2 ?; 0.2 3 2 0.5",
    defaults=Composed(
        {
            "read": SeriesSettings(),
            "x": VectorsSettings(gaps="detect", differences=True, jitter=0.05, scaling=0.1, warp=0.15, crop=0.1),
            "y": LabelSettings(order="none"),
            "parts": PartSettings(),
            "calibration": CalibrationSettings(),
            "network": ManyToOneSettings(
                hidden_size=64, pooling="attention_max", attention_size=64, input_dropout=0.1, dropout=0.5
            ),
            "input": VectorsInputSettings(),
            "output": ClassesOutputSettings(),
            "grades": OrdinalOutputSettings(output="softmax", decide="median"),
            "numbers": NumbersOutputSettings(),
            "fit": FitSettings(epochs=60, batch_steps=2048, batch_fraction=0.05, patience=None),
        }
    ),
    purpose=_purpose,
    read=_read,
    of_python=_of_python,
    xs_of_python=_xs_of_python,
    codecs=_codecs,
    metric=_metric,
    metrics=(ClassMetric(("1", "2")), ClassMetric(("1", "2"), ordered=True), NumberMetric()),
    show=Show(read_x=_read_x, stream=_stream, files=FILES, read_file=_read_file),
    takes=frozenset({("vectors", y) for y in ("a label", "a number", "a label per step", "numbers per step")}),
    calibrate=_calibrate,
    chosen={"temperature": ("temperature", ", by which scores are divided; calibrate=true chooses it on the dev part")},
    pictures=_pictures,
    checks=Checks(
        counts=_counts,
        figures=_figures,
        facts={"y": "y", "numbers": "numbers of a step"},
        tables={"labels": "label"},
        example=_in_words,
    ),
    unseen=_unseen,
    bundled=Bundled(
        EXAMPLES / "vectors.csv",
        EXAMPLES / "vectors_dev.csv",
        EXAMPLES / "vectors_test.csv",
        about_test="The pens of the test part write larger and faster than those of the training part.",
    ),
)
"""The task: its network answers once or at every step, by what y is."""

NUMBERS: Task[Any, Any] = replace(
    VECTORS,
    of_python=_numbers_of_python,
    defaults=Composed({**VECTORS.defaults.groups(), "read": SeriesSettings(y="number")}),
)
"""The same task where y is known to be numbers; its models are those of `vectors`."""
