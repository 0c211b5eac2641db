"""Output layers: from activations to scores, losses and answers; one a space."""

from unrolled.layers.outputs.classes import ClassesOutput, ClassesOutputSettings
from unrolled.layers.outputs.crf import CRF
from unrolled.layers.outputs.output import Output
from unrolled.layers.outputs.softmax import Softmax
from unrolled.layers.outputs.table import output_layer, output_settings
from unrolled.layers.outputs.tags import TagsOutput, TagsOutputSettings

__all__ = [
    "CRF",
    "ClassesOutput",
    "ClassesOutputSettings",
    "Output",
    "Softmax",
    "TagsOutput",
    "TagsOutputSettings",
    "output_layer",
    "output_settings",
]
