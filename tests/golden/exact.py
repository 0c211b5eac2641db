"""What a training gives to the bit: a refactor prints the same on the same machine, before and after.

    python tests/golden/exact.py && UNROLLED_ENGINE=torch python tests/golden/exact.py

Each line is a digest of the weights in their order, of the answers, their probabilities and figures, after three epochs; not
of the loss as it is shown, a sum that may be rounded in another order. Other
processors and other numbers of threads give other digests, so none is kept.
"""

import hashlib
from typing import Any

import torch
from golden.ner_curve import part_of_the_corpus

from unrolled.estimators import Tagger

__all__ = ["SETTINGS", "digest"]

REST: dict[str, Any] = {"hidden_size": 24, "word_size": 16, "affix_size": 6, "epochs": 3, "num_threads": 1}
SETTINGS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "characters": {"character_size": 10, "character_encoder": "recurrent", "num_layers": 2, "dropout": 0.3},
    "windows": {"character_size": 10, "missed_cost": 1.5, "averaging": "none", "schedule": "cosine"},
    "softmax": {"output": "softmax", "class_weights": "balanced", "cell": "rnn", "initial_state": "learned"},
    "one way": {"output": "softmax", "bidirectional": False, "cell": "lstm", "optimizer": "sgd", "learning_rate": 0.3},
    "no words": {"word_size": 0, "min_count": 2, "calibrate": False, "initial_state": "learned", "cell": "lstm"},
}


def digest(settings: dict[str, Any]) -> str:
    """Train and return the SHA-256 of what came of it."""
    X, y, X_dev, y_dev = part_of_the_corpus()
    tagger = Tagger(**{**REST, **settings}).fit(X, y, dev=(X_dev, y_dev))
    found = hashlib.sha256()
    for weights in tagger.model_.network.parameters():
        found.update(weights.detach().contiguous().view(torch.uint8).numpy().tobytes())
    for row in tagger.predict_marginals(X_dev):
        found.update(row.tobytes())
    found.update(repr(tagger.predict(X_dev)).encode())
    found.update(repr([{k: v for k, v in row.items() if "second" not in k and k != "train_loss"} for row in tagger.history_]).encode())
    return found.hexdigest()


def main() -> None:
    for name, settings in SETTINGS.items():
        print(f"{name:12}{digest(settings)}", flush=True)


if __name__ == "__main__":
    main()
