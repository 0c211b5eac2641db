"""Layers as torch modules over ragged batches."""

from unrolled.layers.attention import Attention, Memory
from unrolled.layers.characters import CharacterEncoder
from unrolled.layers.dense import Dense
from unrolled.layers.dropout import dropout, variational, word_dropout
from unrolled.layers.frozen import Frozen
from unrolled.layers.inputs import (
    BasesInput,
    BasesInputSettings,
    ImagesInput,
    ImagesInputSettings,
    IndicesInput,
    IndicesInputSettings,
    Input,
    VectorsInput,
    VectorsInputSettings,
    WordsInput,
    WordsInputSettings,
    input_layer,
    input_settings,
)
from unrolled.layers.outputs import (
    CRF,
    ClassesOutput,
    ClassesOutputSettings,
    NumbersOutput,
    NumbersOutputSettings,
    OrdinalOutput,
    OrdinalOutputSettings,
    Output,
    PathsOutput,
    PathsOutputSettings,
    SetsOutput,
    SetsOutputSettings,
    Softmax,
    TagsOutput,
    TagsOutputSettings,
    output_layer,
    output_settings,
)
from unrolled.layers.pooling import Pooling
from unrolled.layers.recurrent import Recurrent
from unrolled.layers.stepper import Stepper
from unrolled.layers.wide import Wide

__all__ = [
    "CRF",
    "Attention",
    "BasesInput",
    "BasesInputSettings",
    "CharacterEncoder",
    "ClassesOutput",
    "ClassesOutputSettings",
    "Dense",
    "Frozen",
    "ImagesInput",
    "ImagesInputSettings",
    "IndicesInput",
    "IndicesInputSettings",
    "Input",
    "Memory",
    "NumbersOutput",
    "NumbersOutputSettings",
    "OrdinalOutput",
    "OrdinalOutputSettings",
    "Output",
    "PathsOutput",
    "PathsOutputSettings",
    "Pooling",
    "Recurrent",
    "SetsOutput",
    "SetsOutputSettings",
    "Softmax",
    "Stepper",
    "TagsOutput",
    "TagsOutputSettings",
    "VectorsInput",
    "VectorsInputSettings",
    "Wide",
    "WordsInput",
    "WordsInputSettings",
    "dropout",
    "input_layer",
    "input_settings",
    "output_layer",
    "output_settings",
    "variational",
    "word_dropout",
]
