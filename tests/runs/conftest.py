from pathlib import Path

import pytest

from unrolled.runs.train import TrainingResult, train
from unrolled.settings import Composed
from unrolled.tasks import NER

SENTENCES = [
    "Teddy/B-PER Roosevelt/I-PER spoke/O ./O",
    "She/O met/O Teddy/B-PER Roosevelt/I-PER in/O Paris/B-LOC ./O",
    "The/O bears/O sat/O in/O Paris/B-LOC ./O",
    "He/O sat/O ./O",
    "Ada/B-PER Lovelace/I-PER spoke/O in/O London/B-LOC ./O",
    "London/B-LOC is/O large/O ./O",
    "They/O met/O Ada/B-PER ./O",
    "The/O bears/O spoke/O ./O",
]


def conll(sentences: list[str]) -> str:
    return "\n\n".join(sentence.replace("/", "\t").replace(" ", "\n") for sentence in sentences) + "\n"


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "train.conll").write_text(conll(SENTENCES))
    (folder / "dev.conll").write_text(conll([*SENTENCES, "Zoe/B-PER spoke/O in/O London/B-LOC ./O"]))
    return folder


@pytest.fixture(scope="session")
def settings() -> Composed:
    return NER.defaults.replaced(
        {
            "calibrate": False,
            "cell": "lstm",
            "averaging": "none",
            "schedule": "constant",
            "patience": None,
            "missed_cost": 0.0,
            "epochs": 10,
            "hidden_size": 8,
            "word_size": 8,
            "affix_size": 4,
            "learning_rate": 0.05,
            "dropout": 0.1,
            "word_dropout": 0.0,
            "input_dropout": 0.0,
            "batch_steps": 16,
            "num_threads": 1,
        }
    )


@pytest.fixture(scope="session")
def result(corpus: Path, settings: Composed, tmp_path_factory: pytest.TempPathFactory) -> TrainingResult:
    """A finished run on the small corpus; tests only read it."""
    out = tmp_path_factory.mktemp("runs") / "run"
    return train(NER, train=corpus / "train.conll", dev=corpus / "dev.conll", out=out, settings=settings)
