from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from unrolled.cli.app import app

TRAIN = """Ada B-PER
Lovelace I-PER
spoke O

He O
met O
Ada B-PER
in O
Paris B-LOC
. O

The O
bears O
sat O
in O
Paris B-LOC
. O

He O
sat O
. O
"""
SIZES = ("cell=lstm", "hidden_size=8", "word_size=8", "affix_size=4")
REST = ("averaging=none", "schedule=constant", "patience=null", "missed_cost=0", "num_threads=1")
SMALL = tuple(word for setting in (*SIZES, *REST) for word in ("--set", setting))

Unrolled = Callable[..., Result]


@pytest.fixture
def unrolled(monkeypatch: pytest.MonkeyPatch) -> Unrolled:
    """Call the command line in this process: unrolled("train", "ner", input=...)."""
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "UNROLLED_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: object, input: str | bytes | None = None) -> Result:  # noqa: A002
        return CliRunner().invoke(app, list(map(str, arguments)), input=input)

    return run


@pytest.fixture
def train_small(unrolled: Unrolled, corpus: Path) -> Unrolled:
    """Train two epochs of a small model on the small corpus."""

    def run(*arguments: object) -> Result:
        return unrolled("train", "ner", "--train", corpus, *SMALL, "--set", "epochs=2", *arguments)

    return run


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "train.conll"
    path.write_text(TRAIN)
    return path


@pytest.fixture(scope="session")
def run(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run that has learnt the small corpus; tests only read it."""
    out = tmp_path_factory.mktemp("runs") / "run"
    learn = ("--set", "epochs=15", "--set", "learning_rate=0.05", "--set", "word_dropout=0", "--set", "dropout=0")
    arguments = ("train", "ner", "--train", corpus, "--dev", corpus, "--out", out, *SMALL, *learn)
    result = CliRunner().invoke(app, list(map(str, arguments)))
    assert result.exit_code == 0, result.output
    return out
