"""The sentiment benchmark's corpus, read as a user of a peer would read it, and the rule by which all are scored."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from contest import Corpus

METRIC_RULE = "accuracy, and macro F1: the mean over the labels of gold or prediction, a label never met counting 0"


@dataclass(frozen=True, slots=True)
class Review:
    text: str
    label: str

    @property
    def num_tokens(self) -> int:
        return len(self.text.split())


def load_corpus(name: str, folder: Path) -> Corpus:
    """`train.csv` and `dev.csv` of the folder, with the columns text and label."""
    train, dev = (read_reviews(folder / f"{half}.csv") for half in ("train", "dev"))
    return Corpus(f"{name}, train.csv and dev.csv", train, dev)


def read_reviews(path: Path) -> list[Review]:
    with path.open(encoding="utf-8", newline="") as file:
        return [Review(row["text"], row["label"]) for row in csv.DictReader(file)]


def write_reviews(reviews: Sequence[Review], path: Path) -> None:
    """The inverse of `read_reviews`."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([("text", "label"), *((review.text, review.label) for review in reviews)])


def accuracy(gold: Sequence[Review], predictions: Sequence[str]) -> float:
    return sum(review.label == label for review, label in zip(gold, predictions, strict=True)) / len(gold)


def label_scores(gold: Sequence[Review], predictions: Sequence[str]) -> dict[str, float]:
    """Scores under METRIC_RULE, without a library whose memory would be counted as the contestant's."""
    labels = [review.label for review in gold]
    pairs = list(zip(labels, predictions, strict=True))
    f1 = [
        2 * pairs.count((label, label)) / (labels.count(label) + list(predictions).count(label))
        for label in sorted({*labels, *predictions})
    ]
    return {"accuracy": accuracy(gold, predictions), "macro F1": sum(f1) / len(f1)}
