"""Named entity recognition side by side: CRFsuite, a plain PyTorch BiLSTM-CRF and `unrolled` (see README.md)."""

import argparse
import datetime as dt
import importlib
import json
import os
import resource
import statistics
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from machine import describe
from ner_corpora import load_corpus
from ner_outcome import Outcome, entity_scores
from ner_report import Row, write_table

# Imported only in the process that runs it, so that no system pays for another's libraries.
SYSTEMS = {
    "crfsuite": ("peers.crfsuite", "train"),
    "bilstm-crf": ("peers.plain_bilstm_crf", "train"),
    "unrolled": ("ner_unrolled", "train_unrolled"),
}
PACKAGES = ("unrolled", "torch", "numpy", "python-crfsuite", "seqeval")
CORPORA = ("wnut17", "wikigold")
RESULTS = Path(__file__).parent / "results"
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def main() -> int:
    options = parse_options()
    if options.one:
        (system,), (corpus,), (seed,) = options.systems, options.corpora, options.seeds
        print(json.dumps(run_one(system, corpus, seed, options.data, options.threads)))
        return 0
    return run_all(options)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds wnut17/ and wikigold/")
    parser.add_argument("--corpora", nargs="+", choices=CORPORA, default=list(CORPORA))
    parser.add_argument("--systems", nargs="+", choices=list(SYSTEMS), default=list(SYSTEMS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--date", default=dt.date.today().isoformat(), help="names the results; go on with these")
    parser.add_argument("--fresh", action="store_true", help="repeat the runs asked for, finished ones too")
    parser.add_argument("--one", action="store_true", help="run one system, corpus and seed here and print its row")
    options = parser.parse_args()
    if options.one and any(len(values) != 1 for values in (options.systems, options.corpora, options.seeds)):
        parser.error("--one takes exactly one of --systems, --corpora and --seeds")
    return options


def run_one(system: str, corpus_name: str, seed: int, data: Path, threads: int) -> Row:
    """Train and measure in this process, which should be a fresh one: peak memory is the process's."""
    corpus = load_corpus(corpus_name, data)
    module, function = SYSTEMS[system]
    outcome: Outcome = getattr(importlib.import_module(module), function)(corpus.train, corpus.dev, seed)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    seconds = [epoch.seconds for epoch in outcome.epochs]
    num_tokens = sum(len(sentence.words) for sentence in corpus.train)
    return {
        "system": system,
        "corpus": corpus_name,
        "seed": seed,
        "threads": threads,
        **asdict(entity_scores(corpus.dev, outcome.predictions)),
        "unbiased_f1": entity_scores(corpus.dev, outcome.unbiased).f1 if outcome.unbiased else None,
        "epoch_seconds": statistics.median(seconds),
        "tokens_per_second": num_tokens * len(seconds) / sum(seconds),
        "num_epochs": len(seconds),
        "best_epoch": outcome.best.number,
        "seconds_to_best": outcome.best.elapsed,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_mib": usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10),
        "machine": describe(PACKAGES),
        "split": f"{corpus.split}: {len(corpus.train)} / {len(corpus.dev)} sentences",
        "epochs": [asdict(epoch) for epoch in outcome.epochs],
    }


def run_all(options: argparse.Namespace) -> int:
    """Each run in its own process, all systems of a seed before the next seed, so that drift hits them alike."""
    RESULTS.mkdir(exist_ok=True)
    stem = RESULTS / f"ner_{options.date}"
    log = stem.with_suffix(".jsonl")
    rows = read_rows(log)
    wanted = [(s, c, n, options.threads) for n in options.seeds for c in options.corpora for s in options.systems]
    if options.fresh:
        rows = {key: row for key, row in rows.items() if key not in wanted}
    failed = False
    for key in wanted:
        if key in rows:
            continue
        system, corpus, seed, _ = key
        print(f"{system}, {corpus}, seed {seed} ...", flush=True)
        row = run_child(system, corpus, seed, options)
        if row is None:
            failed = True
            continue
        rows[key] = row
        log.write_text("".join(f"{json.dumps(row)}\n" for row in rows.values()), encoding="utf-8")
        print(f"  F1 {row['f1']:.3f}, {row['epoch_seconds']:.2f} s an epoch, {row['seconds_to_best']:.0f} s to best")
    alike = [row for row in rows.values() if row["threads"] == options.threads]
    if alike:
        # Only here: the processes that are measured shall not hold matplotlib.
        picture = importlib.import_module("ner_picture")
        write_table(alike, list(SYSTEMS), stem.with_suffix(".md"), " ".join(sys.argv))
        picture.write_picture(alike, list(SYSTEMS), stem.with_suffix(".png"))
        print(f"wrote {stem}.md, .jsonl and .png")
    return int(failed)


def read_rows(log: Path) -> dict[tuple[str, str, int, int], Row]:
    if not log.exists():
        return {}
    rows: list[Row] = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return {(row["system"], row["corpus"], row["seed"], row["threads"]): row for row in rows}


def run_child(system: str, corpus: str, seed: int, options: argparse.Namespace) -> Row | None:
    """The row that a fresh interpreter prints last, or None, with its error shown, if it fails."""
    command = [sys.executable, __file__, "--one", "--data", str(options.data), "--threads", str(options.threads)]
    command += ["--systems", system, "--corpora", corpus, "--seeds", str(seed)]
    environment = os.environ | dict.fromkeys(THREAD_VARIABLES, str(options.threads))
    child = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if child.returncode:
        print(f"  failed with exit code {child.returncode}", file=sys.stderr)
        return None
    return json.loads(child.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.exit(main())
