"""Splice sites by ten-fold cross-validation: trees on positions, a plain BiLSTM, and `unrolled` (see README.md).

    python bench/dna.py --data DIR

`DIR` holds train.fasta and dev.fasta, whose headers have label=NAME; their windows are taken together.
"""

import argparse
import os
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from statistics import mean, stdev

from peers import windows as peers
from record import RESULTS, Row, describe, read_rows
from sklearn.model_selection import StratifiedKFold

FOLDS = 10
OURS = "unrolled"
SYSTEMS: dict[str, Callable[[Sequence[str], Sequence[int], int], peers.Predict] | None] = {
    "random-forest": peers.random_forest,
    "gradient-boosting": peers.gradient_boosting,
    "xgboost": peers.xgboost,
    "bilstm": peers.bilstm,
    OURS: None,
}


def read(folder: Path) -> tuple[list[str], list[str]]:
    windows: list[str] = []
    labels: list[str] = []
    for name in ("train.fasta", "dev.fasta"):
        for line in (folder / name).read_text().splitlines():
            if line.startswith(">"):
                labels.append(line.split("label=")[1].split()[0])
                windows.append("")
            else:
                windows[-1] += line.strip()
    return windows, labels


def one(name: str, train: tuple[list[str], list[str]], test: tuple[list[str], list[str]], seed: int) -> Row:
    """Train on nine folds and answer the tenth; of networks those weights count that the last epoch leaves."""
    names = sorted(set(train[1]))
    start, cpu = time.perf_counter(), time.process_time()
    make = SYSTEMS[name]
    if make is None:
        from unrolled import DnaClassifier  # noqa: PLC0415  (its process alone shall load it)

        found = DnaClassifier(seed=seed, num_threads=1).fit(*train, dev=test).history_[-1]
        right = round(found["accuracy"] * len(test[0]))
        more = {figure: found[figure] for figure in ("mcc", "auroc", "auprc")}
    else:
        predict = make(train[0], [names.index(label) for label in train[1]], seed)
        right = sum(names[i] == label for i, label in zip(predict(test[0]), test[1], strict=True))
        more = {}
    seconds = {"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - cpu}
    return {"right": right, "number": len(test[0]), **seconds, **more}


def table(rows: dict[tuple[str, int, int], Row], data: Path) -> str:
    lines = [
        f"# DNA: splice sites, {date.today()}",
        "",
        f"- {describe(('unrolled', 'torch', 'numpy', 'scikit-learn', 'xgboost'))}; one thread each",
        f"- Command: `python bench/dna.py --data {data}`",
        f"- The windows of train.fasta and dev.fasta together, {FOLDS} stratified folds, the same for all.",
        "- Accuracy: right answers over all folds; its standard error from chance in the windows alone is 0.004.",
        "- Networks: the weights of the last epoch, no epoch is chosen. The settings of `unrolled` are its defaults.",
        "- The windows hold some twice; a copy of a test window may be among those trained on, for every system alike.",
        "",
        "| system | seeds | accuracy, each seed | mean | least and most of a fold | CPU s a fold |",
        "|---|---|---|---:|---:|---:|",
    ]
    for name in SYSTEMS:
        of = {seed: [row for (n, s, _), row in rows.items() if (n, s) == (name, seed)] for _, seed, _ in rows}
        whole = {seed: found for seed, found in sorted(of.items()) if len(found) == FOLDS}
        if not whole:
            continue
        each = [sum(r["right"] for r in found) / sum(r["number"] for r in found) for found in whole.values()]
        folds = [row["right"] / row["number"] for found in whole.values() for row in found]
        spread = f" ± {stdev(each):.4f}" if len(each) > 1 else ""
        cpu = mean(row["cpu_seconds"] for found in whole.values() for row in found)
        lines.append(
            f"| {name} | {', '.join(map(str, whole))} | {', '.join(f'{value:.4f}' for value in each)} | "
            f"{mean(each):.4f}{spread} | {min(folds):.3f} to {max(folds):.3f} | {cpu:.1f} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--folds", nargs="+", type=int, default=list(range(FOLDS)), help="some of them, from 0")
    parser.add_argument("--date", default=str(date.today()))
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args()
    windows, labels = read(given.data)
    folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(windows, labels))
    log = given.results / f"dna_{given.date}.jsonl"

    def key(row: Row) -> tuple[str, int, int]:
        return row["system"], row["seed"], row["fold"]

    for seed in given.seeds:
        for name in given.systems:
            for number in given.folds:
                if (name, seed, number) in read_rows(log, key):
                    continue
                train, test = (([windows[i] for i in p], [labels[i] for i in p]) for p in folds[number])
                row = {"system": name, "seed": seed, "fold": number, **one(name, train, test, seed)}
                with log.open("a", encoding="utf-8") as file:
                    file.write(f"{row}\n".replace("'", '"'))
                print(row, flush=True)
    (given.results / f"dna_{given.date}.md").write_text(table(read_rows(log, key), given.data), encoding="utf-8")


if __name__ == "__main__":
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    main()
