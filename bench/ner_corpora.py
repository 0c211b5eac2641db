"""The two corpora of the named entity benchmark, read as a user of a peer would read them: without `unrolled`."""

from dataclasses import dataclass
from pathlib import Path

WIKIGOLD_TRAIN_PERCENT = 80


@dataclass(frozen=True, slots=True)
class Sentence:
    words: list[str]
    tags: list[str]  # IOB2


@dataclass(frozen=True, slots=True)
class Corpus:
    name: str
    split: str  # in words, for the report
    train: list[Sentence]
    dev: list[Sentence]


def load_corpus(name: str, data: Path) -> Corpus:
    """Train and dev halves of corpus `name`, in IOB2, from the folder that holds `wnut17` and `wikigold`."""
    if name == "wnut17":
        train, dev = (read_columns(data / name / f"{half}.conll") for half in ("train", "dev"))
        return Corpus(name, "official train and dev", train, dev)
    if name == "wikigold":
        sentences = read_columns(data / name / "train.conll")
        cut = len(sentences) * WIKIGOLD_TRAIN_PERCENT // 100
        split = f"first {WIKIGOLD_TRAIN_PERCENT} % of the sentences train, the rest dev"
        return Corpus(name, split, sentences[:cut], sentences[cut:])
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
