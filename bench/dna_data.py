"""Windows of DNA, in stratified folds that are the same for all systems."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from contest import Corpus
from labelled import Labelled
from sklearn.model_selection import StratifiedKFold

NUM_FOLDS = 10


def read_fasta(path: Path) -> list[Labelled]:
    """The windows of a FASTA whose headers have label=NAME."""
    found: list[Labelled] = []
    for record in path.read_text(encoding="ascii").split(">")[1:]:
        header, *lines = record.splitlines()
        found.append(Labelled("".join(map(str.strip, lines)), header.split("label=")[1].split()[0]))
    return found


def load_fold(name: str, folder: Path) -> Corpus:
    """`splice/3` is the fourth fold: nine are trained on, it is measured."""
    windows = read_fasta(folder / "train.fasta") + read_fasta(folder / "dev.fasta")
    train, dev = fold(windows, int(name.partition("/")[2]))
    return Corpus(f"the windows of train.fasta and dev.fasta, {NUM_FOLDS} stratified folds", train, dev)


def fold(examples: Sequence[Labelled], number: int) -> tuple[list[Labelled], list[Labelled]]:
    """scikit-learn's stratified folds, shuffled by seed 0: all but one of them, and that one."""
    folds: Any = StratifiedKFold(NUM_FOLDS, shuffle=True, random_state=0)
    labels = [one.label for one in examples]
    train, dev = list(folds.split(labels, labels))[number]
    return [examples[i] for i in train], [examples[i] for i in dev]
