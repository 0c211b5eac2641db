"""From pairs and settings to an untrained model."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from unrolled.architectures import ARCHITECTURES, EnsembleSettings, NetworkSettings, build_network, members_of
from unrolled.data.codecs import Codec
from unrolled.data.codecs.codec import Counting
from unrolled.data.pair import Pair
from unrolled.data.spaces import Space
from unrolled.decoding import GREEDY, BeamSettings
from unrolled.errors import DataError
from unrolled.layers import input_settings, output_settings
from unrolled.model import Model
from unrolled.settings import Composed, Settings
from unrolled.tasks import Task
from unrolled.training import FitSettings

__all__ = ["build_model", "observe", "reload_model", "search_of"]

Pairs = Sequence[Pair[Any, Any]]


def build_model(task: Task[Any, Any], pairs: Pairs, settings: Composed) -> tuple[Model[Any, Any], list[str]]:
    """Return the untrained model of these training pairs and settings, and notes on what it began with.

    Raises:
        DataError: no pairs, or a file that the settings name and that cannot be read.
        SettingsError: settings that do not fit together.
    """
    if not pairs:
        raise DataError(f"There are no training pairs. Give at least one labelled {task.x.name}.")
    x, y = task.codecs(pairs, settings)
    generator = torch.Generator().manual_seed(settings.group(FitSettings).seed)
    how = _network_settings(task, x.space, y, settings)
    network = build_network(task.network_kind(y), x.space, y.space, how, generator)
    model = Model(task.name, x, y, network, search_of(settings))
    observe(model, pairs)
    notes = [task.start(replace(model, network=member), pairs, settings) for member in members_of(network)]
    return model, notes[0]


def reload_model(directory: Path, pairs: Pairs) -> Model[Any, Any]:
    """Return the untrained model of a directory, ready to be trained on the pairs that it was built from.

    Raises:
        ModelFileError: the directory cannot be trusted.
    """
    model = Model.load(directory)
    observe(model, pairs)
    return model


def _network_settings(task: Task[Any, Any], x: Space, y: Codec[Any], settings: Composed) -> NetworkSettings:
    own: Settings = settings.group_or_default(ARCHITECTURES[task.architecture].settings_class)
    cls: type[Settings] = ARCHITECTURES[task.network_kind(y)].settings_class
    if not isinstance(own, cls):  # of the settings that both have, those of the task
        own = cls.from_dict({name: getattr(own, name) for name in own.names() if name in cls.names()})
    return NetworkSettings(
        network=own,
        input=settings.group_or_default(input_settings(x)),
        output=settings.group_or_default(output_settings(y.space)),
        ensemble=settings.group_or_default(EnsembleSettings),
    )


def search_of(settings: Composed) -> BeamSettings:
    """Return how answers are searched; where a task has no such settings, step by step."""
    there = any(isinstance(group, BeamSettings) for group in settings.groups().values())
    return settings.group(BeamSettings) if there else GREEDY


def observe(model: Model[Any, Any], pairs: Pairs) -> None:
    """Let the network take in how often each symbol occurs in the training pairs."""
    model.network.observe(_counts(model.x, [pair.x for pair in pairs]), _counts(model.y, [pair.y for pair in pairs]))


def _counts(codec: Codec[Any], raws: Sequence[Any]) -> torch.Tensor | None:
    """Return how often each symbol occurs, where the codec has symbols."""
    return codec.counts(raws) if isinstance(codec, Counting) else None
