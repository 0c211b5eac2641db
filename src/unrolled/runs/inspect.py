"""A model as the notation has it: what `unrolled inspect` shows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

from unrolled.kernels import NUM_GATES, engine, instruction_path
from unrolled.model import Model
from unrolled.model_files import read_model_files
from unrolled.tasks.catalogue import task_of

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
        unknown_rate: the share of the dev part's words outside the vocabulary; None where it was not recorded.
        labels: in the order of the model's outputs.
        metric, rule: the figure that chose the weights, and how it counts.
        figures: of the dev part; empty where none were recorded.
        outside_bias: what is taken from the scores of the label O before the best labels are chosen.
        settings: of the network, and of the data and the training where they were recorded.
        seed: None where it was not recorded.
        engine: what runs the recurrence here, and on which instructions: "native (avx512)".
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
    outside_bias: float
    settings: dict[str, object]
    seed: int | None
    engine: str

    def to_dict(self) -> dict[str, object]:
        """Return the description for JSON."""
        return {**asdict(self), "directory": str(self.directory)}


def describe(directory: Path) -> Description:
    """Describe the model of a model directory, or of a run directory.

    Raises:
        ModelFileError: the model cannot be trusted, or is for a task that this version lacks.
    """
    model = Model.load(directory)
    task = task_of(model, directory)
    recorded = read_model_files(directory).metrics
    dev = _mapping(recorded.get("dev"))
    fit = _mapping(recorded.get("settings"))
    figures = {**_mapping(dev.get("overall")), "token_accuracy": dev.get("token_accuracy")}
    names = ("f1", "precision", "recall", "token_accuracy")
    seed = fit.get("seed")
    parameters = _parameters(model)
    weights = next(model.network.parameters())
    name = engine(model.settings.cell, weights.dtype, weights.device)
    return Description(
        directory=directory,
        task=task.name,
        title=task.title,
        shape=task.shape,
        symbols=_symbols(model),
        parameters=parameters,
        num_parameters=sum(parameter.count for parameter in parameters),
        vocabularies={
            "words": len(model.x_codec.words),
            "affixes": len(model.x_codec.affixes),
            "characters": len(model.x_codec.characters),
        },
        unknown_rate=_number(_mapping(recorded.get("dev_unknown")).get("rate")),
        labels=model.y_codec.labels.tokens,
        metric=metric if isinstance(metric := recorded.get("metric"), str) else task.metric,
        rule=task.rule,
        figures={name: value for name in names if (value := _number(figures.get(name))) is not None},
        outside_bias=float(model.network.outside_bias),
        settings={**fit, **model.settings.to_dict()},
        seed=seed if isinstance(seed, int) else None,
        engine=f"{name} ({instruction_path()})" if name == "native" else name,
    )


def _symbols(model: Model) -> tuple[Symbol, ...]:
    settings, codec = model.settings, model.x_codec
    num_directions = 2 if settings.bidirectional else 1
    characters = model.network.embedding.characters
    found = [
        ("D", "length of x⟨t⟩: the vectors of a word, its affixes and its characters", model.network.embedding.size),
        ("H", "units of a direction", settings.hidden_size),
        ("G", f"gates of the cell, {settings.cell}", NUM_GATES[settings.cell]),
        ("B", "directions", num_directions),
        ("L", "recurrent layers", settings.num_layers),
        ("K", "labels", len(model.y_codec.labels)),
        ("V", "words of the vocabulary", len(codec.words)),
        ("E", "length of a word vector", settings.word_size),
    ]
    if settings.affix_size:
        found += [
            ("F", "affixes and shapes of a word", codec.num_affixes),
            ("Va", "affixes and shapes of the vocabulary", len(codec.affixes)),
            ("Ea", "length of an affix vector", settings.affix_size),
        ]
    if characters is not None:
        found += [
            ("Vc", "characters of the vocabulary", len(codec.characters)),
            ("Ec", "length of a character vector", characters.embedding.shape[1]),
            ("C", "length of a word's character encoding", settings.character_size),
        ]
    return tuple(Symbol(*entry) for entry in found)


def _parameters(model: Model) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(name, _shape_in_symbols(name), tuple(weights.shape), weights.numel())
        for name, weights in model.network.named_parameters()
    )


_SHAPES = {
    "embedding.words": ("V", "E"),
    "embedding.affixes": ("Va", "Ea"),
    "embedding.characters.embedding": ("Vc", "Ec"),
    "embedding.characters.Wx": ("C", "3·Ec"),
    "embedding.characters.bx": ("C",),
    "recurrent.a0": ("L", "B", "H"),
    "recurrent.c0": ("L", "B", "H"),
    "output.Wya": ("K", "B·H"),
    "output.by": ("K",),
    "crf.transitions": ("K", "K"),
    "crf.start": ("K",),
    "crf.end": ("K",),
}


def _shape_in_symbols(name: str) -> tuple[str, ...]:
    if name in _SHAPES:
        return _SHAPES[name]
    of_characters = name.startswith("embedding.characters.lstm.")
    # The character encoder is an LSTM whose two directions share its size between them.
    G, H, D = ("4", "C/2", "Ec") if of_characters else ("G", "H", "D" if ".layers.0." in name else "B·H")
    shapes = {"Wax": (f"{G}·{H}", D), "Waa": (f"{G}·{H}", H), "ba": (f"{G}·{H}",), "ban": (H,)}
    return shapes[name.rpartition(".")[2]]


def _mapping(value: object) -> Mapping[str, object]:
    """Return an object of metrics.json, which may hold anything."""
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
