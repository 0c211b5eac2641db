import math
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
import pytest

from unrolled.errors import SettingsError
from unrolled.settings import PATH, Retired, Settings, setting, unknown_name


@dataclass(frozen=True, kw_only=True)
class Example(Settings):
    retired: ClassVar[tuple[Retired, ...]] = (Retired("goal", ("up", "down"), "The metric knows."),)

    epochs: int = setting(3, least=1, alias="rounds")
    limit: int | None = setting(None)
    size: int = setting(5, least=1, most=100)
    offset: int = setting(0, least=-math.inf)
    rate: float = setting(0.5, above=0)
    dropout: float = setting(0.0, below=1, when=("limit", bool))
    share: float | None = setting(None, most=1)
    bias: float = setting(0.0, least=-math.inf, when=("cell", ("lstm", "rnn")))
    cell: Literal["gru", "lstm"] = setting("gru")
    order: Literal["up", "down"] | None = setting(None, when=("cell", "lstm"))
    twice: bool = setting(False)
    name: str | None = setting(None)
    column: str | int | None = setting(None)
    vectors: Annotated[str | None, PATH] = setting(None)
    plain: int = 7


DEFAULTS = {
    "epochs": 3, "limit": None, "size": 5, "offset": 0, "rate": 0.5, "dropout": 0.0, "share": None, "bias": 0.0,
    "cell": "gru", "order": None, "twice": False, "name": None, "column": None, "vectors": None, "plain": 7,
}  # fmt: skip


def test_defaults_and_round_trip() -> None:
    assert Example().to_dict() == DEFAULTS
    assert Example.names() == list(DEFAULTS)
    changed = Example(
        epochs=5, limit=0, size=100, offset=-9, rate=1, share=1, bias=-2.5, cell="lstm", order="up", twice=True,
        name="x", column=-1, vectors="a.txt",
    )  # fmt: skip
    assert Example.from_dict(changed.to_dict()) == changed == pickle.loads(pickle.dumps(changed))
    assert isinstance(changed.rate, float)
    assert isinstance(changed.share, float)
    assert Example(epochs=4, rate=0.5).changed() == {"epochs": 4}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"epochs": 0}, "epochs is 0. Give a whole number of at least 1."),
        ({"epochs": np.int64(0)}, "epochs is 0. Give a whole number of at least 1."),
        ({"epochs": 1.0}, "epochs is 1.0. Give a whole number of at least 1."),
        ({"epochs": np.float64(8)}, "epochs is 8.0. Give a whole number of at least 1."),
        ({"epochs": True}, "epochs is True. Give a whole number of at least 1."),
        ({"epochs": np.True_}, "epochs is True. Give a whole number of at least 1."),
        ({"epochs": None}, "epochs is None. Give a whole number of at least 1."),
        ({"epochs": 2**63}, f"epochs is {2**63}. Give a whole number of at least 1."),
        ({"limit": -1}, "limit is -1. Give a whole number of at least 0, or None."),
        ({"size": 101}, "size is 101. Give a whole number of at least 1 and at most 100."),
        ({"offset": "a"}, "offset is 'a'. Give a whole number."),
        ({"plain": -1}, "plain is -1. Give a whole number of at least 0."),
        ({"rate": 0}, "rate is 0. Give a number above 0."),
        ({"rate": float("nan")}, "rate is nan. Give a number above 0."),
        ({"rate": float("inf")}, "rate is inf. Give a number above 0."),
        ({"rate": "fast"}, "rate is 'fast'. Give a number above 0."),
        ({"rate": 10**400}, f"rate is {10**400}. Give a number above 0."),
        ({"dropout": 1}, "dropout is 1. Give a number at least 0 and below 1."),
        ({"dropout": -0.1}, "dropout is -0.1. Give a number at least 0 and below 1."),
        ({"share": 1.5}, "share is 1.5. Give a number at least 0 and at most 1, or None."),
        ({"bias": -math.inf}, "bias is -inf. Give a number."),
        ({"cell": "gur"}, "cell is 'gur'. Choose one of gru, lstm."),
        ({"cell": 3}, "cell is 3. Choose one of gru, lstm."),
        ({"cell": None}, "cell is None. Choose one of gru, lstm."),
        ({"order": "left"}, "order is 'left'. Choose one of up, down, or None."),
        ({"twice": 1}, "twice is 1. Give true or false."),
        ({"name": ""}, "name is ''. Give a text, or None."),
        ({"vectors": ""}, "vectors is ''. Give a path, or None."),
        ({"vectors": 3}, "vectors is 3. Give a path, or None."),
        ({"column": ""}, "column is ''. Give a name, or a whole number, or None."),
        ({"column": True}, "column is True. Give a name, or a whole number, or None."),
        ({"column": 1.0}, "column is 1.0. Give a name, or a whole number, or None."),
        ({"epoch": 3}, "There is no setting 'epoch'. Did you mean 'epochs'?"),
        ({"drpout": 0.1}, "There is no setting 'drpout'. Did you mean 'dropout'?"),
        ({"rounds": 0}, "epochs is 0. Give a whole number of at least 1."),
        ({"rounds": 5, "epochs": 5}, "rounds is the earlier name of epochs, and both are given. Give epochs alone."),
        ({"goal": "up"}, "goal is no longer a setting. The metric knows. Leave it out."),
    ],
)
def test_what_cannot_be_is_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError) as error:
        Example.from_dict(values)
    assert str(error.value) == message


def test_scalars_of_numpy_become_pythons_own() -> None:
    given = {
        "epochs": np.int64(8), "limit": np.uint8(3), "rate": np.float32(0.25), "dropout": np.float64(0.5),
        "share": np.int32(1), "cell": np.str_("lstm"), "twice": np.True_, "name": np.str_("x"), "column": np.int64(-1),
    }  # fmt: skip
    settings = Example.from_dict(given).to_dict()
    assert settings == {**DEFAULTS, **given}
    assert {name: type(settings[name]) for name in given} == {
        "epochs": int, "limit": int, "rate": float, "dropout": float, "share": float, "cell": str, "twice": bool,
        "name": str, "column": int,
    }  # fmt: skip


def test_paths_become_text() -> None:
    assert Example(vectors=Path("a") / "b.txt").vectors == str(Path("a") / "b.txt")  # type: ignore[arg-type]


def test_what_has_no_effect_is_told_where_it_was_changed() -> None:
    assert Example().without_effect() == []
    assert Example(dropout=0.5, bias=1, order="up").without_effect() == [
        "dropout has no effect: limit is None.",
        "bias has no effect: cell is 'gru'.",
        "order has no effect: cell is 'gru'.",
    ]
    assert Example(dropout=0.5, limit=1, bias=1, order="up", cell="lstm").without_effect() == []


def test_what_an_earlier_version_wrote_is_renewed() -> None:
    assert Example.renewed({"rounds": 5, "goal": "down", "size": 2, "no": 1}) == {"epochs": 5, "size": 2, "no": 1}
    with pytest.raises(SettingsError, match=r"goal is 'sideways'. The metric knows. Leave it out."):
        Example.renewed({"goal": "sideways"})


def test_the_nearest_name_is_found_however_far() -> None:
    assert str(unknown_name("zzz", ["epochs", "seed"], "thing")).startswith("There is no thing 'zzz'. Did you mean ")
    assert str(unknown_name("zzz", [], "thing")) == "There is no thing 'zzz'."


def test_a_declaration_that_is_no_kind_is_refused() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Listed(Settings):
        sizes: tuple[int, ...] = setting((1,))

    @dataclass(frozen=True, kw_only=True)
    class Bounded(Settings):
        name: str = setting("a", least=1)

    @dataclass(frozen=True, kw_only=True)
    class Open(Settings):
        size: int = setting(1, above=0)

    for cls in (Listed, Bounded, Open):
        with pytest.raises(TypeError, match=r"There is no kind of setting for|Bounds are of numbers"):
            cls()
