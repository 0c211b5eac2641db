"""The output layer of each space."""

import torch

from unrolled.data.spaces import Classes, Paths, Sets, Space, Tags, Vectors
from unrolled.errors import SettingsError
from unrolled.layers.outputs.classes import ClassesOutput, ClassesOutputSettings
from unrolled.layers.outputs.numbers import NumbersOutput, NumbersOutputSettings
from unrolled.layers.outputs.ordinal import OrdinalOutput, OrdinalOutputSettings
from unrolled.layers.outputs.output import Output
from unrolled.layers.outputs.paths import PathsOutput, PathsOutputSettings
from unrolled.layers.outputs.sets import SetsOutput, SetsOutputSettings
from unrolled.layers.outputs.tags import TagsOutput, TagsOutputSettings
from unrolled.settings import Settings

__all__ = ["output_layer", "output_settings"]


def output_layer(space: Space, input_size: int, settings: Settings, generator: torch.Generator | None = None) -> Output:
    """Return what writes a space from activations of `input_size`.

    Raises:
        SettingsError: nothing writes that space, or not with these settings.
    """
    match space, settings:
        case Tags(), TagsOutputSettings():
            return TagsOutput(space, input_size, settings, generator=generator)
        case Paths(), PathsOutputSettings():
            return PathsOutput(space, input_size, settings, generator=generator)
        case Classes(ordered=False), ClassesOutputSettings():
            return ClassesOutput(space, input_size, settings, generator=generator)
        case Classes(ordered=True), OrdinalOutputSettings():
            return OrdinalOutput(space, input_size, settings, generator=generator)
        case Sets(), SetsOutputSettings():
            return SetsOutput(space, input_size, settings, generator=generator)
        case Vectors(), NumbersOutputSettings():
            return NumbersOutput(space, input_size, settings, generator=generator)
        case _:
            raise SettingsError(f"No output layer writes {space} with {type(settings).__name__}.")


def output_settings(space: Space) -> type[Settings]:
    """Return the settings of the layer that writes a space.

    Raises:
        SettingsError: nothing writes that space.
    """
    match space:
        case Tags():
            return TagsOutputSettings
        case Paths():
            return PathsOutputSettings
        case Classes(ordered=False):
            return ClassesOutputSettings
        case Classes(ordered=True):
            return OrdinalOutputSettings
        case Sets():
            return SetsOutputSettings
        case Vectors():
            return NumbersOutputSettings
        case _:
            raise SettingsError(f"No output layer writes {space}.")
