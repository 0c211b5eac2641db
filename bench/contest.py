"""Systems side by side on labelled data: each run in a process of its own, a row a run, then a table and a picture."""

import argparse
import datetime as dt
import importlib
import json
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from record import RESULTS, Row, describe, environment, peak_mib, read_rows, write_rows

OURS = "unrolled"


class Example(Protocol):
    @property
    def num_tokens(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Corpus:
    split: str  # in words, for the report
    train: Sequence[Example]
    dev: Sequence[Example]


@dataclass(frozen=True, slots=True)
class Epoch:
    number: int  # from 1
    seconds: float | None  # as the contest's notes say; None where the system has no epochs
    elapsed: float  # since the system was handed the examples: preparation, training and evaluation
    score: float | None  # on dev; None where the system did not evaluate


@dataclass(frozen=True, slots=True)
class Outcome:
    predictions: list[Any]  # on dev, by the weights of the best epoch
    epochs: list[Epoch]
    unbiased: list[Any] | None = None  # on dev, without what the system chose on dev beside the epoch
    scores: dict[str, float] | None = None  # on dev, where the system gives them in place of predictions

    @property
    def best(self) -> Epoch:
        """The first epoch of highest score on dev."""
        return max((epoch for epoch in self.epochs if epoch.score is not None), key=lambda epoch: epoch.score or 0.0)


def epochs_of_history(
    history: Sequence[Row], wall: float, score: str, training: Sequence[float] | None = None
) -> list[Epoch]:
    """Of an estimator of ours that took `wall` seconds: its rows' `seconds`, or those of `training` alone where given.

    Reading and preparing are not timed apart: each epoch bears an equal share of them.
    """
    share = (wall - sum(row["seconds"] for row in history)) / len(history)
    epochs: list[Epoch] = []
    elapsed = 0.0
    for number, row in enumerate(history, start=1):
        elapsed += row["seconds"] + share
        seconds = training[number - 1] if training is not None else row["seconds"]
        epochs.append(Epoch(number, float(seconds), elapsed, float(row[score])))
    return epochs


@dataclass(frozen=True, slots=True)
class Contest:
    """What is compared. A system is a module and a function of it, called with train, dev and a seed for an Outcome."""

    title: str
    script: Path  # calls `main` with this contest; names the results
    systems: dict[str, tuple[str, str]]  # imported only in the process that runs it: none pays for another's libraries
    packages: tuple[str, ...]
    corpora: tuple[str, ...]  # in the folder of the data; none where the folder is the corpus
    load: Callable[[str, Path], Corpus]
    scores: Callable[[Any, Any], dict[str, float]]  # of dev and predictions; the first one ranks
    notes: tuple[str, ...]  # lines of the report: the metric's rule, what an epoch is, what is known to be unequal
    unbiased: str = ""  # what `Outcome.unbiased` is without, in words
    seedless: tuple[str, ...] = ()  # systems without chance, which run with the first seed alone
    report: str = "contest_report"  # the module whose `write_results` makes the results


def main(contest: Contest) -> int:
    options = parse_options(contest)
    if options.one:
        (system,), (corpus,), (seed,) = options.systems, options.corpora, options.seeds
        print(json.dumps(run_one(contest, system, corpus, seed, options.data, options.threads)))
        return 0
    return run_all(contest, options)


def parse_options(contest: Contest) -> argparse.Namespace:
    holds = f"folder that holds {' and '.join(contest.corpora)}" if contest.corpora else "folder of the corpus"
    parser = argparse.ArgumentParser(description=contest.title)
    parser.add_argument("--data", type=Path, required=True, help=holds)
    if contest.corpora:
        parser.add_argument("--corpora", nargs="+", choices=contest.corpora, default=list(contest.corpora))
    parser.add_argument("--systems", nargs="+", choices=list(contest.systems), default=list(contest.systems))
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--date", default=dt.date.today().isoformat(), help="names the results; go on with these")
    parser.add_argument("--fresh", action="store_true", help="repeat the runs asked for, finished ones too")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    parser.add_argument("--one", action="store_true", help="run one system, corpus and seed here and print its row")
    options = parser.parse_args()
    if not contest.corpora:
        options.corpora = [options.data.resolve().name]
    if options.one and any(len(values) != 1 for values in (options.systems, options.corpora, options.seeds)):
        parser.error("--one takes exactly one of --systems, --corpora and --seeds")
    return options


def run_one(contest: Contest, system: str, corpus_name: str, seed: int, data: Path, threads: int) -> Row:
    """Train and measure in this process, which should be a fresh one: peak memory is the process's."""
    corpus = contest.load(corpus_name, data)
    module, function = contest.systems[system]
    outcome: Outcome = getattr(importlib.import_module(module), function)(corpus.train, corpus.dev, seed)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    peak = peak_mib()
    seconds = [epoch.seconds for epoch in outcome.epochs if epoch.seconds is not None]
    num_tokens = sum(example.num_tokens for example in corpus.train)
    scores = outcome.scores or contest.scores(corpus.dev, outcome.predictions)
    leading = next(iter(scores))
    return {
        "system": system,
        "corpus": corpus_name,
        "seed": seed,
        "threads": threads,
        "scores": scores,
        "unbiased": contest.scores(corpus.dev, outcome.unbiased)[leading] if outcome.unbiased else None,
        "epoch_seconds": statistics.median(seconds) if seconds else None,
        "tokens_per_second": num_tokens * len(seconds) / sum(seconds) if seconds else None,
        "num_epochs": len(seconds) or None,
        "best_epoch": outcome.best.number if seconds else None,
        "seconds_to_best": outcome.best.elapsed,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_mib": peak,
        "machine": describe(contest.packages),
        "split": f"{corpus.split}: {len(corpus.train)} / {len(corpus.dev)} examples",
        "epochs": [asdict(epoch) for epoch in outcome.epochs],
    }


def key_of(row: Row) -> tuple[str, str, int, int]:
    return row["system"], row["corpus"], row["seed"], row["threads"]


def run_all(contest: Contest, options: argparse.Namespace) -> int:
    options.results.mkdir(exist_ok=True)
    stem = options.results / f"{contest.script.stem}_{options.date}"
    log = stem.with_suffix(".jsonl")
    rows, failed = collect(contest, options, log)
    alike = [row for row in rows if row["threads"] == options.threads]
    if alike:
        # Only here, so that this process stays small while others are measured.
        importlib.import_module(contest.report).write_results(contest, alike, stem, " ".join(sys.argv))
        print(f"wrote the results {stem}.* from {log.name}")
    return int(failed)


def collect(contest: Contest, options: argparse.Namespace, log: Path) -> tuple[list[Row], bool]:
    """Run what is asked for and not in the log yet; return all rows of the log, and whether a run failed.

    All systems of a seed run before the next seed, so that drift of the machine hits them alike.
    """
    rows = read_rows(log, key_of)
    wanted = [
        (system, corpus, seed, options.threads)
        for seed in options.seeds
        for corpus in options.corpora
        for system in options.systems
        if seed == options.seeds[0] or system not in contest.seedless
    ]
    if options.fresh:
        rows = {key: row for key, row in rows.items() if key not in wanted}
    failed = False
    for key in wanted:
        if key in rows:
            continue
        print(f"{key[0]}, {key[1]}, seed {key[2]} ...", flush=True)
        row = run_child(contest, key[0], key[1], key[2], options)
        if row is None:
            failed = True
            continue
        rows[key] = row
        write_rows(log, rows)
        print(f"  {in_words(row)}", flush=True)
    return list(rows.values()), failed


def run_child(contest: Contest, system: str, corpus: str, seed: int, options: argparse.Namespace) -> Row | None:
    """The row that a fresh interpreter prints last, or None, with its error shown, if it fails."""
    command = [sys.executable, str(contest.script), "--one", "--data", str(options.data)]
    command += ["--threads", str(options.threads), "--systems", system, "--seeds", str(seed)]
    command += ["--corpora", corpus] if contest.corpora else []
    child = subprocess.run(command, env=environment(options.threads), stdout=subprocess.PIPE, text=True, check=False)
    if child.returncode:
        print(f"  failed with exit code {child.returncode}", file=sys.stderr)
        return None
    return json.loads(child.stdout.splitlines()[-1])


def in_words(row: Row) -> str:
    scores = ", ".join(f"{name} {value:.3f}" for name, value in row["scores"].items())
    epoch = "" if row["epoch_seconds"] is None else f"{row['epoch_seconds']:.2f} s an epoch, "
    return f"{scores}; {epoch}{row['seconds_to_best']:.1f} s to the best, {row['peak_mib']:.0f} MiB"
