import json
from pathlib import Path

import pytest

from unrolled.errors import RunError
from unrolled.runs.config import RunConfig
from unrolled.tasks import NER

CONFIG = RunConfig(
    task="ner",
    train=Path("/data/train.conll"),
    dev=None,
    sha256={"train": "00", "dev": "11"},
    settings=NER.defaults.replaced({"epochs": 7, "cell": "gru"}),
    versions={"torch": "1"},
)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(CONFIG.to_dict()))
    assert RunConfig.read(tmp_path) == CONFIG


def test_the_settings_are_flat() -> None:
    assert CONFIG.to_dict()["epochs"] == 7
    assert CONFIG.to_dict()["train"] == "/data/train.conll"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "cannot be read"),
        ("[]", "not the configuration of a run"),
        ('{"format": "unrolled-model"}', "of another kind"),
        ('{"task": 3}', "task is not a text"),
        ('{"task": "ner", "sha256": {"train": 1}, "versions": {}}', "sha256"),
        ('{"task": "ner", "sha256": {}, "versions": {}, "epoch": 3}', "Did you mean 'epochs'"),
    ],
)
def test_a_damaged_configuration_is_refused(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(RunError, match=message):
        RunConfig.read(tmp_path)


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="holds no run"):
        RunConfig.read(tmp_path)
