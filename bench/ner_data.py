"""The named entity benchmark's corpora, read as a user of a peer would read them, and the rule that scores all."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from contest import Corpus
from seqeval.metrics.v1 import precision_recall_fscore_support
from seqeval.scheme import IOB2

METRIC_RULE = "entity F1, micro-averaged, exact span and type, seqeval in strict mode under IOB2"

WIKIGOLD_TRAIN_PERCENT = 80


@dataclass(frozen=True, slots=True)
class Sentence:
    words: list[str]
    tags: list[str]  # IOB2

    @property
    def num_tokens(self) -> int:
        return len(self.words)


def load_corpus(name: str, data: Path) -> Corpus:
    """Train and dev halves of corpus `name`, in IOB2, from the folder that holds `wnut17` and `wikigold`."""
    if name == "wnut17":
        train, dev = (read_columns(data / name / f"{half}.conll") for half in ("train", "dev"))
        return Corpus("official train and dev", train, dev)
    if name == "wikigold":
        sentences = read_columns(data / name / "train.conll")
        cut = len(sentences) * WIKIGOLD_TRAIN_PERCENT // 100
        split = f"first {WIKIGOLD_TRAIN_PERCENT} % of the sentences train, the rest dev"
        return Corpus(split, sentences[:cut], sentences[cut:])
    raise ValueError(f"no corpus {name!r}: choose wnut17 or wikigold")


def read_columns(path: Path) -> list[Sentence]:
    """Sentences of a file with a word and, last, a tag on each line; lines of white space only stand between them."""
    sentences: list[Sentence] = []
    words: list[str] = []
    tags: list[str] = []
    for line in [*path.read_text(encoding="utf-8").split("\n"), ""]:
        columns = line.split()
        if columns and columns[0] != "-DOCSTART-":
            words.append(columns[0])
            tags.append(columns[-1])
        elif words:
            sentences.append(Sentence(words, to_iob2(tags)))
            words, tags = [], []
    return sentences


def write_columns(sentences: list[Sentence], path: Path) -> None:
    """The inverse of `read_columns`."""
    blocks = ("".join(f"{w}\t{t}\n" for w, t in zip(s.words, s.tags, strict=True)) for s in sentences)
    path.write_text("\n".join(blocks), encoding="utf-8")


def to_iob2(tags: list[str]) -> list[str]:
    """IOB1 or IOB2 to IOB2: an `I-` that continues no span of its type begins one."""
    previous = ["O", *tags[:-1]]
    begins = (tag.startswith("I-") and before[2:] != tag[2:] for before, tag in zip(previous, tags, strict=True))
    return [f"B-{tag[2:]}" if begin else tag for begin, tag in zip(begins, tags, strict=True)]


def entity_scores(gold: Sequence[Sentence], predictions: list[list[str]]) -> dict[str, float]:
    """Scores of `predictions` (IOB2) under METRIC_RULE; an `I-` that continues nothing belongs to no entity."""
    precision, recall, f1, _ = precision_recall_fscore_support(
        [sentence.tags for sentence in gold],
        predictions,
        average="micro",
        scheme=IOB2,
        zero_division=0,
    )
    return {"F1": float(f1), "precision": float(precision), "recall": float(recall)}
