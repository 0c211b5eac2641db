"""Word vectors that start from a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import torch

from unrolled.data.codecs import WordsCodec, WordsSettings
from unrolled.data.pair import Pair
from unrolled.data.spelling import normal_form
from unrolled.data.vectors import read_vectors, read_words
from unrolled.data.vocabulary import Vocabulary
from unrolled.errors import DataError, SettingsError
from unrolled.model import Model
from unrolled.settings import Composed

__all__ = ["new_from_vectors", "start_from_vectors"]

FEW_VECTORS = 0.1
"""A smaller share of the vocabulary with pre-trained vectors is worth a warning."""


def start_from_vectors(
    model: Model[Any, Any], pairs: Sequence[Pair[Sequence[str], Any]], settings: Composed
) -> list[str]:
    """Give the words of a model the vectors of the file that `vectors` names; return a note where it knows few of them.

    A normal form that has none there takes that of its first spelling in the training data.

    Raises:
        DataError: the file cannot be read, or has none of the words.
        SettingsError: its vectors are of another length than `word_size`.
    """
    return _from_vectors(model, pairs, settings, 0)


def new_from_vectors(
    model: Model[Any, Any], earlier: Model[Any, Any], pairs: Sequence[Pair[Sequence[str], Any]], settings: Composed
) -> list[str]:
    """Give the words of a model that an earlier one lacks the vectors of a file, as `start_from_vectors` does.

    Known words keep what they have learnt.
    """
    return _from_vectors(model, pairs, settings, len(cast(WordsCodec, earlier.x).words))


def _from_vectors(
    model: Model[Any, Any], pairs: Sequence[Pair[Sequence[str], Any]], settings: Composed, num_known: int
) -> list[str]:
    """Give the words after the first `num_known` their vectors."""
    how = settings.group(WordsSettings)
    if how.vectors is None or num_known == len(cast(WordsCodec, model.x).words):
        return []
    path = Path(how.vectors)
    words, table = cast(WordsCodec, model.x).words, cast(Any, model.network.module).input.words
    if table is None:
        raise SettingsError(f"vectors is {str(path)!r} but word_size is 0. Give word_size the vectors' length.")
    spellings = [word for pair in pairs for word in pair.x] + read_words(path, how.vectors_words)
    forms = Vocabulary(dict.fromkeys((*words.tokens[1:], *spellings)), unk=None)
    vectors = read_vectors(path, forms)
    if vectors.matrix.shape[1] != table.shape[1]:
        raise SettingsError(
            f"{path} has vectors of length {vectors.matrix.shape[1]}, word_size {table.shape[1]}. Make them equal."
        )
    first: dict[int, int] = {}
    for form in vectors.found.nonzero()[0]:
        first.setdefault(words.index(normal_form(forms.token(int(form)))), int(form))
    first = {index: form for index, form in first.items() if index >= max(num_known, 1)}
    num_words = len(words) - max(num_known, 1)
    if not first:
        raise DataError(f"{path} has no vector for any of the {num_words} words. Give vectors of the language.")
    with torch.no_grad():
        table[list(first)] = torch.tensor(vectors.matrix[list(first.values())], dtype=table.dtype)
    found = len(first) / max(num_words, 1)
    few = f"Only {found:.1%} of the vocabulary have a vector in {how.vectors}: is it the language's?"
    return [few] if found < FEW_VECTORS else []
