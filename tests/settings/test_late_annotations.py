"""Kinds are read off annotations that are text, too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, Optional

import pytest

from unrolled.errors import SettingsError
from unrolled.settings import PATH, Composed, Settings, setting

Cell = Literal["gru", "lstm"]


@dataclass(frozen=True, kw_only=True)
class Late(Settings):
    """Said late.

    Attributes:
        cell: which.
    """

    cell: Cell = setting("gru")
    size: Optional[int] = setting(None, least=1)  # noqa: UP045
    vectors: Annotated[str, PATH] | None = setting(None)


@dataclass(frozen=True, kw_only=True)
class Later(Late):
    more: bool = setting(True)


def test_kinds_of_late_annotations() -> None:
    with pytest.raises(SettingsError, match=r"cell is 'rnn'. Choose one of gru, lstm"):
        Later.from_dict({"cell": "rnn"})
    with pytest.raises(SettingsError, match=r"size is 0. Give a whole number of at least 1, or None"):
        Later.from_dict({"size": 0})
    composed = Composed({"x": Later()})
    assert [(one.name, one.is_path, one.annotation, one.meaning) for one in composed.declared()] == [
        ("cell", False, Cell, "which."),
        ("size", False, int | None, ""),
        ("vectors", True, str | None, ""),
        ("more", False, bool, ""),
    ]
