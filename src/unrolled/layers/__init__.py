"""Layers as torch modules over ragged batches."""

from unrolled.layers.characters import CharacterEncoder
from unrolled.layers.crf import CRF
from unrolled.layers.dropout import dropout, variational, word_dropout
from unrolled.layers.embedding import WordEmbedding
from unrolled.layers.frozen import Frozen
from unrolled.layers.recurrent import Recurrent
from unrolled.layers.softmax import Softmax
from unrolled.layers.stepper import Stepper

__all__ = [
    "CRF",
    "CharacterEncoder",
    "Frozen",
    "Recurrent",
    "Softmax",
    "Stepper",
    "WordEmbedding",
    "dropout",
    "variational",
    "word_dropout",
]
