"""Every architecture by its kind: what a model directory may name."""

from collections.abc import Mapping
from typing import Any

import torch

from unrolled.architectures.architecture import Architecture, EnsembleSettings, NetworkSettings
from unrolled.architectures.encoder_decoder import EncoderDecoder
from unrolled.architectures.many_to_many import ManyToMany
from unrolled.architectures.many_to_one import ManyToOne
from unrolled.architectures.members import Members, member_generators
from unrolled.architectures.one_to_one import OneToOne
from unrolled.data.spaces import Space
from unrolled.errors import DataError, SettingsError
from unrolled.layers.inputs import input_settings
from unrolled.layers.outputs import output_settings

__all__ = ["ARCHITECTURES", "build_network", "network_settings"]

ARCHITECTURES: Mapping[str, Any] = {
    architecture.kind: architecture for architecture in (OneToOne, ManyToOne, ManyToMany, EncoderDecoder)
}


def build_network(
    kind: str, x: Space, y: Space, settings: NetworkSettings, generator: torch.Generator | None = None
) -> Architecture:
    """Return an untrained network of a kind between two spaces, or as many as the settings say as one.

    Raises:
        SettingsError: settings that do not go together.
    """
    make, num = ARCHITECTURES[kind], settings.num_members
    if num == 1:
        return make(x, y, settings, generator)
    if make is EncoderDecoder:
        raise SettingsError(
            f"members is {num}, and a network that writes y symbol by symbol has no scores to average beforehand. "
            "Train with members=1."
        )
    return Members([make(x, y, settings, own) for own in member_generators(generator, num)])


def network_settings(kind: object, x: Space, y: Space, saved: Mapping[str, object]) -> NetworkSettings:
    """Return the settings of a network as a model directory holds them: {"settings", "input", "output"}, and of an
    ensemble also {"members"}.

    Raises:
        DataError: there is no such architecture, or a part is no object.
        SettingsError: a setting that cannot be.
    """
    if not isinstance(kind, str) or kind not in ARCHITECTURES:
        raise DataError(f"The architecture is {kind!r}, where this version has {', '.join(ARCHITECTURES)}.")
    parts: dict[str, Mapping[str, object]] = {}
    for name in ("settings", "input", "output"):
        value = saved.get(name)
        if not isinstance(value, Mapping):
            raise DataError(f"The field {name!r} of the architecture is not an object.")
        parts[name] = value
    return NetworkSettings(
        network=ARCHITECTURES[kind].settings_class.from_dict(parts["settings"]),
        input=input_settings(x).from_dict(parts["input"]),
        output=output_settings(y).from_dict(parts["output"]),
        ensemble=EnsembleSettings.from_dict({"members": saved.get("members", 1)}),
    )
