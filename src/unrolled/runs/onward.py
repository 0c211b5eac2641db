"""Going on from a trained model: what it is, what new data add to it, and the network that has both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, cast

import torch

from unrolled.architectures import SYMBOLS_OF_X, SYMBOLS_OF_Y, NetworkSettings, build_network, members_of, take_over
from unrolled.data.codecs import Codec
from unrolled.data.codecs.codec import Counting, Growing
from unrolled.data.pair import Pair
from unrolled.errors import DataError, SettingsError
from unrolled.model import Model
from unrolled.model_files import read_model_files
from unrolled.model_files.names import TENSORS
from unrolled.runs.build import observe, search_of
from unrolled.runs.parts import digest
from unrolled.runs.paths import absolute
from unrolled.runs.record import StartRecord
from unrolled.settings import Composed, Settings
from unrolled.settings.declared import declarations
from unrolled.tasks import Task, task_of
from unrolled.tasks.show import labels_of
from unrolled.tasks.text import as_trained
from unrolled.training import FitSettings

__all__ = [
    "FREE_GOING_ON",
    "Onward",
    "Start",
    "go_on",
    "inherited",
    "onward",
    "read_start",
    "settings_going_on",
    "task_of_start",
]

Pairs = Sequence[Pair[Any, Any]]

FREE_GOING_ON = frozenset(
    {
        *("dropout", "input_dropout", "word_dropout", "scheduled_sampling"),
        *("class_weights", "label_smoothing", "missed_cost", "huber_delta"),
        *("jitter", "scaling", "warp", "crop", "timed"),
        *("shift", "zoom", "mirror", "brightness", "tempo", "frame_dropout"),
        *("decide", "threshold", "order"),
        *("min_count", "max_vocabulary", "phrase_min_count", "vectors", "vectors_words"),
    }
)
"""Settings of codecs and networks that say how is trained, what is added or how is chosen: any model can go on with
others. What is not listed makes another network."""


@dataclass(frozen=True)
class Start:
    """A trained model to go on from.

    Attributes:
        model: is not changed.
        settings: of its training, as far as they were recorded, and its own: what going on takes by default.
        path: its directory, or that of its run; None for a model in memory.
        sha256: of its weights' file.
    """

    model: Model[Any, Any]
    settings: Composed
    path: Path | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Onward:
    """A trained model and the codecs that also know what new data bring.

    Attributes:
        start: the model.
        x, y: its codecs, grown.
        record: what was known and what was added.
    """

    start: Start
    x: Codec[Any]
    y: Codec[Any]
    record: StartRecord


def read_start(task: Task[Any, Any], path: Path) -> Start:
    """Read the model of a directory, or the best model of a run directory, to go on from.

    Raises:
        ModelFileError: it cannot be trusted.
        SettingsError: it is another task's.
    """
    files = read_model_files(path)
    model = Model.of(files, path)
    if model.task != task.name:
        raise SettingsError(
            f"{path} is a model of the task {task_of(model, path).name}, and the task is {task.name}. "
            f"Go on from a model of {task.name}."
        )
    recorded = files.metrics.get("settings")
    settings = inherited(task, model, recorded if isinstance(recorded, Mapping) else {})
    return Start(model, settings, path, digest(files.directory / TENSORS))


def task_of_start(path: Path) -> Task[Any, Any]:
    """Return the task of a model to go on from.

    Raises:
        ModelFileError: it cannot be trusted, or is for a task that this version lacks.
    """
    return task_of(Model.load(path), path)


def inherited(task: Task[Any, Any], model: Model[Any, Any], recorded: Mapping[str, object]) -> Composed:
    """Return the settings to go on with: those recorded, the model's own, and no file of vectors.

    Its words have their vectors; a file that is named anew is for the words that are added.
    """
    names, values = task.defaults.names(), task.defaults.renewed(recorded)
    settings = task.defaults.replaced({name: value for name, value in values.items() if name in names})
    own: dict[str, object] = {}
    for name, declared in _own(settings, model).items():
        group, local = declared
        rule = declarations(type(group))[local].rule
        if name in settings.paths():
            own[name] = None
        elif rule.when is None or rule.when[0] not in settings.paths():
            own[name] = getattr(group, local)
        else:
            own[name] = declarations(type(group))[local].default
    return settings.replaced(own)


def onward(task: Task[Any, Any], start: Start, pairs: Pairs, settings: Composed) -> Onward:
    """Return the codecs of a model, grown by new training pairs.

    Raises:
        DataError: no pairs, or some that do not go with what the model knows.
        SettingsError: settings that make another network, or a codec that cannot grow.
    """
    model = start.model
    settings = settings_going_on(settings, start)
    if not pairs:
        raise DataError(f"There are no training pairs. Give at least one labelled {task.x.name}.")
    x = _grown(model.x, [pair.x for pair in pairs], _group(settings, model.x.settings))
    y = _grown(model.y, [pair.y for pair in pairs], _group(settings, model.y.settings))
    return Onward(start, x, y, _record(start, x, y, pairs))


def go_on(task: Task[Any, Any], found: Onward, pairs: Pairs, settings: Composed) -> tuple[Model[Any, Any], list[str]]:
    """Return the model that new training pairs are to train, with all weights of the one that it goes on from.

    Those of new labels are drawn as a new model's. A new word, affix or character begins as `<unk>`, by which it was
    read so far: so the model first answers as before.

    Raises:
        DataError: a file that the settings name cannot be read.
        SettingsError: settings that do not fit together.
    """
    earlier, x, y = found.start.model, found.x, found.y
    own = earlier.network.settings
    how = NetworkSettings(*(_group(settings, getattr(own, part.name)) for part in fields(own)))
    generator = torch.Generator().manual_seed(settings.group(FitSettings).seed)
    network = build_network(earlier.network.kind, x.space, y.space, how, generator)
    take_over(network, earlier.network, _origins(found))
    model = Model(task.name, x, y, network, search_of(settings))
    observe(model, pairs)
    notes = [task.go_on(replace(model, network=member), earlier, pairs, settings) for member in members_of(network)]
    return model, notes[0]


def _grown(codec: Codec[Any], raws: Sequence[Any], settings: Settings) -> Codec[Any]:
    if not isinstance(codec, Growing):
        raise SettingsError(f"A model with a codec of the kind {codec.kind!r} cannot go on with new data. Train anew.")
    return cast(Codec[Any], codec.grown(raws, settings))


def _origins(found: Onward) -> dict[str, torch.Tensor]:
    """Return the origins of the symbols by the letters of the shapes."""
    model = found.start.model
    sides = ((found.x, model.x, SYMBOLS_OF_X), (found.y, model.y, SYMBOLS_OF_Y))
    return {
        letters[kind]: origin
        for codec, earlier, letters in sides
        for kind, origin in cast(Growing, codec).origins(earlier).items()
    }


def _group(settings: Composed, own: Settings) -> Settings:
    """Return the group of the class of a model's own settings; where the task has none, its own."""
    found = [group for group in settings.groups().values() if type(group) is type(own)]
    return found[0] if len(found) == 1 else own


def _own(settings: Composed, model: Model[Any, Any]) -> dict[str, tuple[Settings, str]]:
    """Return, by flat name, the settings that a model has of itself: the group, and the name of the field."""
    own = model.network.settings
    groups = (own.network, own.input, own.output, own.ensemble, model.x.settings, model.y.settings)
    return {
        declared.name: (group, declared.field)
        for declared in settings.declared()
        for group in groups
        if type(settings[declared.group]) is type(group) and _group(settings, group) is settings[declared.group]
    }


def settings_going_on(settings: Composed, start: Start) -> Composed:
    """Return the settings with what a model has found out for itself, once they are seen to fit it.

    Raises:
        SettingsError: with some, the weights would mean something else; the message names each with both values.
    """
    if settings.to_dict().get("tokenizer") == "detect":
        settings = as_trained(settings, start.model.x)
    given = settings.to_dict()
    others: list[str] = []
    for name, (group, local) in _own(settings, start.model).items():
        if local in FREE_GOING_ON or given[name] == "detect":  # what was detected stays
            continue
        if given[name] != (has := getattr(group, local)):
            others.append(f"{name} is {given[name]!r}, the model has {has!r}")
    if others:
        where = "The model in memory" if start.path is None else f"The model in {start.path}"
        raise SettingsError(
            f"{where} can only go on with its own network: {'; '.join(others)}. Give the model's, or train anew."
        )
    return settings


def _record(start: Start, x: Codec[Any], y: Codec[Any], pairs: Pairs) -> StartRecord:
    known, now = labels_of(start.model.y), labels_of(y)
    words, earlier = getattr(x, "words", None), getattr(start.model.x, "words", None)
    num_known = None if earlier is None else len(earlier) - 1  # without <unk>
    return StartRecord(
        model=None if start.path is None else absolute(start.path).name,
        sha256=start.sha256,
        known=known,
        added=tuple(label for label in now if label not in known),
        absent=_absent(y, pairs),
        num_words_known=num_known,
        num_words_added=None if words is None or num_known is None else len(words) - 1 - num_known,
    )


def _absent(y: Codec[Any], pairs: Pairs) -> tuple[str, ...]:
    """Return the labels that the training pairs lack."""
    labels = labels_of(y)
    if not labels or not isinstance(y, Counting):
        return ()
    counts: list[int] = cast(Any, y.counts([pair.y for pair in pairs])).tolist()
    return tuple(label for label, count in zip(labels, counts, strict=True) if not count)
