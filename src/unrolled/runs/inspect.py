"""A model as the notation has it: what `unrolled inspect` shows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

from unrolled.kernels import engine, instruction_path
from unrolled.layers import Recurrent
from unrolled.model import Model
from unrolled.model_files import read_model_files
from unrolled.runs.record import StartRecord
from unrolled.tasks import task_of
from unrolled.tasks.text import tokenizer_in

__all__ = ["Description", "Parameter", "Symbol", "describe"]


@dataclass(frozen=True, slots=True)
class Symbol:
    """A letter of the shapes, what it stands for, and its value in this model."""

    symbol: str
    meaning: str
    value: int


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its name, its shape in symbols and in numbers, and how many numbers it holds."""

    name: str
    symbols: tuple[str, ...]
    shape: tuple[int, ...]
    count: int


@dataclass(frozen=True)
class Description:
    """Everything about a saved model but its weights.

    Attributes:
        directory: where it was read.
        task, title, shape: what it is for.
        symbols: the legend of the shapes.
        parameters: each one, in the order of the computation.
        num_parameters: numbers in all of them.
        vocabularies: the size of each, `<unk>` included.
        unknown_rate: the share of the dev part's symbols outside the vocabulary; None where it was not recorded.
        labels: in the order of the model's outputs; none where they are numbers.
        metric, rule: the figure that chose the weights, and how it counts.
        figures: of the dev part; empty where none were recorded.
        chosen: what was chosen on dev pairs beside the weights, by name.
        settings: of the network, and of the data and the training where they were recorded.
        seed: None where it was not recorded.
        engine: what runs the recurrence here, and on which instructions: "native (avx512)".
        start: the model that it went on from; None where it began anew, or that was not recorded.
        folds: of a cross-validation, how many, by what, and each figure with its mean; empty for others.
    """

    directory: Path
    task: str
    title: str
    shape: str
    symbols: tuple[Symbol, ...]
    parameters: tuple[Parameter, ...]
    num_parameters: int
    vocabularies: dict[str, int]
    unknown_rate: float | None
    labels: tuple[str, ...]
    metric: str
    rule: str
    figures: dict[str, float]
    chosen: dict[str, float]
    settings: dict[str, object]
    seed: int | None
    engine: str
    start: StartRecord | None = None
    folds: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def to_dict(self) -> dict[str, object]:
        """Return the description for JSON."""
        rest = {**asdict(self), "directory": str(self.directory)}
        del rest["start"], rest["folds"]
        if self.folds:
            rest["cross_validation"] = dict(self.folds)
        if self.start is not None:
            rest["start"] = self.start.to_dict()
        return rest | cast("dict[str, object]", rest.pop("chosen"))


def describe(directory: Path, *, follow_links: bool = False) -> Description:
    """Describe the model of a model directory, or of a run directory; `follow_links` as `Model.load` has it.

    Raises:
        ModelFileError: the model cannot be trusted, or is for a task that this version lacks.
    """
    files = read_model_files(directory, follow_links=follow_links)
    model = Model.of(files, directory)
    task, recorded = task_of(model, directory), files.metrics
    fit = _mapping(recorded.get("settings"))
    seed, chosen = fit.get("seed"), recorded.get("metric")
    parameters = _parameters(model)
    of_network = model.network.settings
    kept = {"tokenizer": tokenizer_in(model.x)} if "tokenizer" in model.x.settings.names() else {}
    own = {**kept, **of_network.network.to_dict(), **of_network.input.to_dict(), **of_network.output.to_dict()}
    own |= of_network.ensemble.to_dict()
    return Description(
        directory=directory,
        task=task.name,
        title=task.title,
        shape=task.shape,
        symbols=tuple(Symbol(name, *entry) for name, entry in model.network.symbols().items()),
        parameters=parameters,
        num_parameters=sum(parameter.count for parameter in parameters),
        vocabularies=dict(getattr(model.x, "sizes", {})),
        unknown_rate=_number(_mapping(recorded.get("dev_unknown")).get("rate")),
        labels=tuple(getattr(getattr(model.y, "labels", None), "tokens", ())),
        metric=chosen if isinstance(chosen, str) else task.metric(model.y).figures[0].name,
        rule=task.metric(model.y).rule_text,
        figures=_figures(_mapping(recorded.get("dev"))),
        chosen={
            name.rpartition(".")[2]: float(buffer)
            for name, buffer in cast(Any, model.network.output).named_buffers()
            if not buffer.ndim
        },
        settings={**fit, **own},
        seed=seed if isinstance(seed, int) else None,
        engine=_engine(model),
        start=None if "start" not in recorded else StartRecord.from_dict(_mapping(recorded["start"])),
        folds=_mapping(recorded.get("cross_validation")),
    )


def _engine(model: Model[Any, Any]) -> str:
    for module in model.network.module.modules():
        if isinstance(module, Recurrent):
            weights = next(module.parameters())
            name = engine(module.cell, weights.dtype, weights.device)
            return f"{name} ({instruction_path()})" if name == "native" else name
    return "torch"


def _parameters(model: Model[Any, Any]) -> tuple[Parameter, ...]:
    shapes = model.network.shapes()
    return tuple(
        Parameter(name, shapes[name], tuple(weights.shape), weights.numel())
        for name, weights in model.network.module.named_parameters()
    )


def _figures(dev: Mapping[str, object]) -> dict[str, float]:
    """Return the figures of a report as metrics.json holds it: all numbers of it that are no counts."""
    found = {
        **_mapping(dev.get("overall")),
        **_mapping(dev.get("figures")),
        "token_accuracy": dev.get("token_accuracy"),
    }
    numbers = {name: _number(value) for name, value in found.items() if not name.startswith("num_")}
    names = sorted(numbers, key=lambda name: name != "f1")
    return {name: value for name in names if (value := numbers[name]) is not None}


def _mapping(value: object) -> Mapping[str, object]:
    """Return an object of metrics.json, which may hold anything."""
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
