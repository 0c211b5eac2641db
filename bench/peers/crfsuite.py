"""CRFsuite (L-BFGS) with the usual features of named entity recognition."""

import re
import tempfile
import time
from itertools import accumulate
from pathlib import Path

import pycrfsuite
from contest import Epoch, Outcome
from ner_data import Sentence, entity_scores

PARAMETERS = {"c1": 0.1, "c2": 0.1, "max_iterations": 100, "feature.possible_transitions": True}
AFFIX_LENGTHS = (1, 2, 3, 4)
WINDOW = (-2, -1, 1, 2)


def train(train: list[Sentence], dev: list[Sentence], seed: int) -> Outcome:
    """Train to convergence or `max_iterations`; `seed` has no effect, as L-BFGS draws nothing."""
    start = time.perf_counter()
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", params=PARAMETERS, verbose=False)
    for sentence in train:
        trainer.append(sentence_features(sentence.words), sentence.tags)
    with tempfile.TemporaryDirectory() as folder:
        model = str(Path(folder) / "model.crfsuite")
        prepared = time.perf_counter() - start
        trainer.train(model)
        tagger = pycrfsuite.Tagger()
        tagger.open(model)
        predictions = [tagger.tag(sentence_features(sentence.words)) for sentence in dev]
        tagger.close()
    f1 = entity_scores(dev, predictions)["F1"]
    finished = time.perf_counter() - start

    seconds = [float(iteration["time"]) for iteration in trainer.logparser.iterations]
    epochs = [
        Epoch(number, spent, prepared + total, None)
        for number, (spent, total) in enumerate(zip(seconds, accumulate(seconds), strict=True), start=1)
    ]
    # CRFsuite writes its model once, at the end: only the last iteration can be evaluated.
    epochs[-1] = Epoch(len(epochs), seconds[-1], finished, f1)
    return Outcome(predictions, epochs)


def sentence_features(words: list[str]) -> list[list[str]]:
    own = [word_features(word) for word in words]
    near = [neighbour_features(word) for word in words]
    rows: list[list[str]] = []
    for t, features in enumerate(own):
        row = list(features)
        for offset in WINDOW:
            if 0 <= t + offset < len(words):
                row += [f"{offset}:{feature}" for feature in near[t + offset]]
            else:
                row.append(f"{offset}:outside")
        rows.append(row)
    return rows


def word_features(word: str) -> list[str]:
    affixes = [f"prefix={word[:n]}" for n in AFFIX_LENGTHS if n <= len(word)]
    affixes += [f"suffix={word[-n:]}" for n in AFFIX_LENGTHS if n <= len(word)]
    return ["bias", *neighbour_features(word), *affixes, f"long_shape={shape(word)}", f"hyphen={'-' in word}"]


def neighbour_features(word: str) -> list[str]:
    short_shape = re.sub(r"(.)\1+", r"\1", shape(word))
    return [
        f"word={word}",
        f"lower={word.lower()}",
        f"shape={short_shape}",
        f"title={word.istitle()}",
        f"upper={word.isupper()}",
        f"digit={word.isdigit()}",
    ]


def shape(word: str) -> str:
    """`Xxxx-00` for `July-04`."""
    return "".join("X" if c.isupper() else "x" if c.islower() else "0" if c.isdigit() else c for c in word)
