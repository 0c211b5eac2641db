"""The golden curve of named entity recognition: what a short seeded training gives, epoch by epoch.

    python tests/golden/ner_curve.py

writes `ner.json` anew, with the settings that it holds. Do so where the model, its first weights, the batches or the
noise are meant to change, and say why in the commit; a refactor reproduces the curve. All settings are in the file, so
that a new default changes nothing here.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from unrolled.data.readers import read_labelled
from unrolled.estimators import Tagger
from unrolled.tasks import NER

__all__ = ["GOLDEN", "curve", "part_of_the_corpus"]

GOLDEN = Path(__file__).with_name("ner.json")

NUM_TRAIN, NUM_DEV = 200, 100

Sentences = list[tuple[str, ...]]


def part_of_the_corpus() -> tuple[Sentences, Sentences, Sentences, Sentences]:
    """Sentences and labels, train and dev."""
    train, dev = read_labelled(NER.bundled.train).pairs[:NUM_TRAIN], read_labelled(NER.bundled.dev).pairs[:NUM_DEV]
    return [p.x for p in train], [p.y for p in train], [p.x for p in dev], [p.y for p in dev]


def curve(settings: dict[str, Any]) -> dict[str, Any]:
    """Train with these settings and return what the golden file holds beside them."""
    X, y, X_dev, y_dev = part_of_the_corpus()
    tagger = Tagger(**settings).fit(X, y, dev=(X_dev, y_dev))
    return {
        "corpus": hashlib.sha256(json.dumps([X, y, X_dev, y_dev]).encode()).hexdigest(),
        "parameters": sum(parameter.numel() for parameter in tagger.model_.network.parameters()),
        "train_loss": [row["train_loss"] for row in tagger.history_],
        "f1": [row["f1"] for row in tagger.history_],
    }


def main() -> None:
    settings = json.loads(GOLDEN.read_text())["settings"]
    golden = {"written by": "python tests/golden/ner_curve.py", "settings": settings, **curve(settings)}
    GOLDEN.write_text(json.dumps(golden, indent=2) + "\n")


if __name__ == "__main__":
    main()
