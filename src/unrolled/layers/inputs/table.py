"""The input layer of each space."""

import torch

from unrolled.data.spaces import Bases, Classes, Images, Space, Spelled, Vectors
from unrolled.errors import SettingsError
from unrolled.layers.inputs.bases import BasesInput, BasesInputSettings
from unrolled.layers.inputs.images import ImagesInput, ImagesInputSettings
from unrolled.layers.inputs.indices import IndicesInput, IndicesInputSettings
from unrolled.layers.inputs.input import Input
from unrolled.layers.inputs.vectors import VectorsInput, VectorsInputSettings
from unrolled.layers.inputs.words import WordsInput, WordsInputSettings
from unrolled.settings import Settings

__all__ = ["input_layer", "input_settings"]


def input_layer(space: Space, settings: Settings, generator: torch.Generator | None = None) -> Input:
    """Return what reads a space.

    Raises:
        SettingsError: nothing reads that space, or not with these settings.
    """
    match space, settings:
        case Spelled(), WordsInputSettings():
            return WordsInput(space, settings, generator=generator)
        case Classes(), IndicesInputSettings():
            return IndicesInput(space, settings, generator=generator)
        case Bases(), BasesInputSettings():
            return BasesInput(space, settings, generator=generator)
        case Vectors(), VectorsInputSettings():
            return VectorsInput(space, settings, generator=generator)
        case Images(), ImagesInputSettings():
            return ImagesInput(space, settings, generator=generator)
        case _:
            raise SettingsError(f"No input layer reads {space} with {type(settings).__name__}.")


def input_settings(space: Space) -> type[Settings]:
    """Return the settings of the layer that reads a space.

    Raises:
        SettingsError: nothing reads that space.
    """
    match space:
        case Spelled():
            return WordsInputSettings
        case Classes():
            return IndicesInputSettings
        case Bases():
            return BasesInputSettings
        case Vectors():
            return VectorsInputSettings
        case Images():
            return ImagesInputSettings
        case _:
            raise SettingsError(f"No input layer reads {space}.")
