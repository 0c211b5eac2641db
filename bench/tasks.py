"""All tasks in one table: `unrolled` beside every peer, what was published, seconds and memory (see README.md)."""

import argparse
import datetime as dt
import importlib
import sys
from dataclasses import dataclass
from pathlib import Path

import dna
import genes
import sentiment
import vectors
from contest import Contest, collect
from record import RESULTS
from series_data import VOWELS


@dataclass(frozen=True, slots=True)
class Task:
    contest: Contest
    folder: str  # of the data, in one of the folders of `--data`
    corpora: tuple[str, ...]  # the folds of the data, or the data alone
    data: str  # in words
    split: str
    published: str  # the figure, its source, and how its split differs


def folds_of(contest: Contest, data: str) -> tuple[str, ...]:
    return tuple(corpus for corpus in contest.corpora if corpus.partition("/")[0] == data)


TASKS = {
    "dna": Task(
        dna.CONTEST,
        "dna/splice",
        folds_of(dna.CONTEST, "splice"),
        "primate splice sites, windows of 60 bases, 3 classes",
        "the first 2,000 of StatLog's order, ten stratified folds",
        "0.959, radial basis functions: Michie, Spiegelhalter and Taylor 1994 (StatLog), trained on these 2,000,"
        " measured on the other 1,186",
    ),
    "vowels": Task(
        vectors.CONTEST,
        "series",
        (VOWELS,),
        "JapaneseVowels, 9 speakers, 12 numbers a step",
        "its own: 270 to train on, 370 to test",
        "0.962, a hidden Markov model, and 0.941, the authors' own: Kudo, Toyama and Shimbo 1999, the same split",
    ),
    "libras": Task(
        vectors.CONTEST,
        "series",
        folds_of(vectors.CONTEST, "Libras"),
        "Libras movement, 15 kinds, 2 numbers a step",
        "ten stratified folds of 360",
        "none that we know of on ten folds",
    ),
    "genes": Task(
        genes.CONTEST,
        "genes",
        ("genes",),
        "gene models of the fruit fly, 3 labels a base",
        "augustus-doc's own, by locus: 486 to train on, 100 to test",
        "exon F1 0.806 (sensitivity 0.839, precision 0.775), AUGUSTUS trained on the same 486 loci, and 0.868 by"
        " its own fly parameters: the tutorial of AUGUSTUS, the same 100 loci",
    ),
    "sentiment": Task(
        sentiment.CONTEST,
        "sentiment/mr",
        ("mr",),
        "movie review sentences, 2 labels",
        "train.csv and dev.csv: 8,637 / 959",
        "0.761, a convolutional network without pre-trained vectors (Kim 2014), and 0.794, NB-SVM (Wang and Manning"
        " 2012): ten folds of the same sentences",
    ),
}


def main() -> int:
    options = parse_options()
    options.results.mkdir(exist_ok=True)
    stem = options.results / f"tasks_{options.date}"
    failed = False
    for name in options.tasks:
        task = TASKS[name]
        folder = next((root / task.folder for root in options.data if (root / task.folder).is_dir()), None)
        if folder is None:
            print(f"{name}: no folder {task.folder} in {', '.join(map(str, options.data))}", file=sys.stderr)
            failed = True
            continue
        systems = [s for s in task.contest.systems if options.systems is None or s in options.systems]
        asked = argparse.Namespace(**vars(options) | {"data": folder, "corpora": task.corpora, "systems": systems})
        rows, broken = collect(task.contest, asked, stem.with_suffix(".jsonl"))
        failed |= broken
        # Only here, so that this process stays small while others are measured.
        report = importlib.import_module("tasks_report")
        alike = [row for row in rows if row["threads"] == options.threads]
        if alike:
            stem.with_suffix(".md").write_text(report.page(TASKS, alike, options.date), encoding="utf-8")
            print(f"wrote {stem}.md from {stem.name}.jsonl")
    return int(failed)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="folders that hold dna/splice, series, ...")
    parser.add_argument("--tasks", nargs="+", choices=list(TASKS), default=list(TASKS))
    parser.add_argument("--systems", nargs="+", help="some of them; all unless given")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--date", default=dt.date.today().isoformat(), help="names the results; go on with these")
    parser.add_argument("--fresh", action="store_true", help="repeat the runs asked for, finished ones too")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
