from pathlib import Path

import pytest

from unrolled.cli.options import parse_setting, read_config, settings_given
from unrolled.errors import SettingsError
from unrolled.tasks import NER


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("epochs=5", 5),
        ("dropout=0.5", 0.5),
        ("bidirectional=false", False),
        ("clip_norm=null", None),
        ("cell=gru", "gru"),
        ('cell="gru"', "gru"),
        ("vectors=a=b.txt", "a=b.txt"),
        ("epochs=", ""),
    ],
)
def test_a_value_is_json_or_text(text: str, value: object) -> None:
    assert parse_setting(NER, text)[1] == value
    assert type(parse_setting(NER, text)[1]) is type(value)


def test_toml_and_json_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text('task = "ner"\nepochs = 5\ncell = "gru"\nbidirectional = false\n')
    (tmp_path / "c.json").write_text('{"task": "ner", "epochs": 5, "cell": "gru", "bidirectional": false}')
    assert read_config(NER, tmp_path / "c.toml") == read_config(NER, tmp_path / "c.json")


def test_later_sources_win() -> None:
    config = {"out": "x", "epochs": 1, "seed": 1, "cell": "gru"}
    assert settings_given(NER, config, ["epochs=2", "seed=2", "epochs=3"], 9) == {"epochs": 3, "seed": 9, "cell": "gru"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("c.json", "{", "is not JSON"),
        ("c.json", "epochs = 3", "must end in .toml"),
        ("c.toml", "epochs", "is not TOML"),
        ("c.json", "[1]", "holds a JSON list"),
        ("c.json", '{"epoch": 3}', r"c.json: There is no setting 'epoch'. Did you mean 'epochs'"),
        ("c.json", '{"tarin": "x"}', "Did you mean 'train'"),
        ("c.toml", "[fit]\nepochs = 3", "no setting 'fit'"),
        ("c.json", '{"train": 3}', "train is 3"),
        ("c.json", '{"task": "sentiment", "classes": 5}', "for the task 'sentiment', not 'ner'"),
        ("c.json", '{"metric_goal": "up"}', r"c.json: metric_goal is 'up'"),
        ("c.json", '{"format": "unrolled-model", "files": {}}', "config.json of a model"),
    ],
)
def test_a_wrong_file_is_named_with_its_fault(tmp_path: Path, name: str, content: str, message: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(SettingsError, match=message):
        read_config(NER, tmp_path / name)


def test_a_file_that_is_not_there_or_not_utf8(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        read_config(NER, tmp_path / "none.json")
    (tmp_path / "latin.json").write_bytes(b'{"cell": "\xe9"}')
    with pytest.raises(SettingsError, match="not UTF-8"):
        read_config(NER, tmp_path / "latin.json")


def test_earlier_names_are_read_as_those_of_today(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text('{"batch_tokens": 64, "metric_goal": "higher", "epochs": 5}')
    config = read_config(NER, tmp_path / "c.json")
    assert config == {"batch_steps": 64, "epochs": 5}
    assert settings_given(NER, config, ["batch_tokens=32"], None) == {"batch_steps": 32, "epochs": 5}


def test_a_setting_that_is_no_more_says_why() -> None:
    with pytest.raises(SettingsError, match=r"--set: metric_goal is no longer .* belongs to the metric"):
        parse_setting(NER, "metric_goal=lower")
