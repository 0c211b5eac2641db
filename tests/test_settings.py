from dataclasses import dataclass

import pytest

from unrolled.errors import SettingsError
from unrolled.settings import Settings, choice, flag, name_or_number, number, text, unknown_name, whole


@dataclass(frozen=True, kw_only=True)
class Example(Settings):
    epochs: int = whole(3, least=1)
    limit: int | None = whole(None, least=0, optional=True)
    rate: float = number(0.5, above=0)
    dropout: float = number(0.0, least=0, below=1)
    cell: str = choice("gru", "gru", "lstm")
    twice: bool = flag(False)
    name: str | None = text(None, optional=True)
    column: str | int | None = name_or_number(None, optional=True)


def test_defaults_and_round_trip() -> None:
    settings = Example()
    assert settings.to_dict() == {
        "epochs": 3, "limit": None, "rate": 0.5, "dropout": 0.0, "cell": "gru", "twice": False, "name": None,
        "column": None,
    }  # fmt: skip
    changed = Example(epochs=5, limit=0, rate=1, cell="lstm", twice=True, name="x", column=-1)
    assert Example.from_dict(changed.to_dict()) == changed
    assert isinstance(changed.rate, float)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"epochs": 0}, "epochs is 0. Give a whole number of at least 1."),
        ({"epochs": 1.0}, "epochs is 1.0. Give a whole number of at least 1."),
        ({"epochs": True}, "epochs is True. Give a whole number of at least 1."),
        ({"epochs": None}, "epochs is None. Give a whole number of at least 1."),
        ({"epochs": 2**63}, f"epochs is {2**63}. Give a whole number of at least 1."),
        ({"limit": -1}, "limit is -1. Give a whole number of at least 0, or None."),
        ({"rate": 0}, "rate is 0. Give a number above 0."),
        ({"rate": float("nan")}, "rate is nan. Give a number above 0."),
        ({"rate": float("inf")}, "rate is inf. Give a number above 0."),
        ({"rate": "fast"}, "rate is 'fast'. Give a number above 0."),
        ({"dropout": 1}, "dropout is 1. Give a number at least 0 and below 1."),
        ({"dropout": -0.1}, "dropout is -0.1. Give a number at least 0 and below 1."),
        ({"cell": "gur"}, "cell is 'gur'. Choose one of gru, lstm."),
        ({"cell": 3}, "cell is 3. Choose one of gru, lstm."),
        ({"twice": 1}, "twice is 1. Give true or false."),
        ({"name": ""}, "name is ''. Give a text, or None."),
        ({"column": ""}, "column is ''. Give a name, or a whole number, or None."),
        ({"column": True}, "column is True. Give a name, or a whole number, or None."),
        ({"column": 1.0}, "column is 1.0. Give a name, or a whole number, or None."),
        ({"epoch": 3}, "There is no setting 'epoch'. Did you mean 'epochs'?"),
        ({"drpout": 0.1}, "There is no setting 'drpout'. Did you mean 'dropout'?"),
    ],
)
def test_what_cannot_be_is_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError) as error:
        Example.from_dict(values)
    assert str(error.value) == message


def test_the_nearest_name_is_found_however_far() -> None:
    assert str(unknown_name("zzz", ["epochs", "seed"], "thing")).startswith("There is no thing 'zzz'. Did you mean ")
