"""Input layers: from what a codec encoded to vectors; one a space."""

from unrolled.layers.inputs.bases import BasesInput, BasesInputSettings
from unrolled.layers.inputs.images import ImagesInput, ImagesInputSettings
from unrolled.layers.inputs.indices import IndicesInput, IndicesInputSettings
from unrolled.layers.inputs.input import Input
from unrolled.layers.inputs.table import input_layer, input_settings
from unrolled.layers.inputs.vectors import VectorsInput, VectorsInputSettings
from unrolled.layers.inputs.words import WordsInput, WordsInputSettings

__all__ = [
    "BasesInput",
    "BasesInputSettings",
    "ImagesInput",
    "ImagesInputSettings",
    "IndicesInput",
    "IndicesInputSettings",
    "Input",
    "VectorsInput",
    "VectorsInputSettings",
    "WordsInput",
    "WordsInputSettings",
    "input_layer",
    "input_settings",
]
