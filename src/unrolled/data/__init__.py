"""What goes in: pairs, ragged batches, vocabularies, readers and their checks."""

from unrolled.data.batches import token_batches
from unrolled.data.layout import TimeMajor
from unrolled.data.pair import Pair
from unrolled.data.problem import Problem
from unrolled.data.ragged import Ragged
from unrolled.data.readers import Reading, read_labelled, read_plain_text
from unrolled.data.tags import Scheme, Span, detect_scheme, is_valid_iob2, spans, strict_spans, tags_from_spans, to_iob2
from unrolled.data.tokenizer import detect_tokenizer, tokenize, tokenizer_of
from unrolled.data.vectors import Vectors, read_vectors, read_words
from unrolled.data.vocabulary import UnknownReport, Vocabulary

__all__ = [
    "Pair",
    "Problem",
    "Ragged",
    "Reading",
    "Scheme",
    "Span",
    "TimeMajor",
    "UnknownReport",
    "Vectors",
    "Vocabulary",
    "detect_scheme",
    "detect_tokenizer",
    "is_valid_iob2",
    "read_labelled",
    "read_plain_text",
    "read_vectors",
    "read_words",
    "spans",
    "strict_spans",
    "tags_from_spans",
    "to_iob2",
    "token_batches",
    "tokenize",
    "tokenizer_of",
]
