"""Files in another encoding than UTF-8, which the settings name."""

import codecs
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fuzz.corpora import Corpus
from fuzz.writers import WRITERS
from fuzz.written import Written
from hypothesis import strategies as st

__all__ = ["cp1252"]

_TYPES = {"人名": "métier"}


def cp1252(draw: Any, corpus: Corpus) -> Written:
    """A file of another writer in Windows-1252; what that cannot spell are other words, and other types."""
    sayable = [(tuple(map(_word, words)), tuple(map(_label, labels))) for words, labels in corpus]
    written = WRITERS[draw(st.sampled_from(sorted(WRITERS)))](draw, sayable)
    data = written.data.removeprefix(codecs.BOM_UTF8).decode().encode("cp1252")
    return replace(
        written,
        data=data,
        count=_recoded(written.count),
        settings=replace(written.settings, encoding="cp1252"),
    )


def _recoded(count: Callable[[bytes], int | None]) -> Callable[[bytes], int | None]:
    def recoded(data: bytes) -> int | None:
        try:
            return count(data.removeprefix(codecs.BOM_UTF8).decode("cp1252").encode())
        except UnicodeDecodeError:
            return None

    return recoded


def _word(word: str) -> str:
    return word if word.encode("cp1252", "ignore").decode("cp1252") == word else "naïve"


def _label(label: str) -> str:
    prefix, _, kind = label.partition("-")
    return f"{prefix}-{_TYPES.get(kind, kind)}" if kind else label
