"""Output layers: from activations to scores, losses and answers; one a space."""

from unrolled.layers.outputs.classes import ClassesOutput, ClassesOutputSettings
from unrolled.layers.outputs.crf import CRF
from unrolled.layers.outputs.numbers import NumbersOutput, NumbersOutputSettings
from unrolled.layers.outputs.ordinal import OrdinalOutput, OrdinalOutputSettings
from unrolled.layers.outputs.output import Output
from unrolled.layers.outputs.paths import PathsOutput, PathsOutputSettings
from unrolled.layers.outputs.pooled import pooled
from unrolled.layers.outputs.sets import SetsOutput, SetsOutputSettings
from unrolled.layers.outputs.softmax import Softmax
from unrolled.layers.outputs.table import output_layer, output_settings
from unrolled.layers.outputs.tags import TagsOutput, TagsOutputSettings

__all__ = [
    "CRF",
    "ClassesOutput",
    "ClassesOutputSettings",
    "NumbersOutput",
    "NumbersOutputSettings",
    "OrdinalOutput",
    "OrdinalOutputSettings",
    "Output",
    "PathsOutput",
    "PathsOutputSettings",
    "SetsOutput",
    "SetsOutputSettings",
    "Softmax",
    "TagsOutput",
    "TagsOutputSettings",
    "output_layer",
    "output_settings",
    "pooled",
]
