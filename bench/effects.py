"""What each regulariser, augmentation and average is worth on small data: the defaults, and one thing changed.

    python bench/effects.py --dna DIR --sentiment DIR --vowels DIR

The folders are those of dna.py and sentiment.py, and of the wheels that vectors.py takes. What a seed draws is the same
for every form, so that the difference of two is compared seed by seed.
"""

import argparse
import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np
from dna import read as read_windows
from record import RESULTS, Row, describe, read_rows, write_rows
from sentiment_data import read_reviews
from series_data import vowels

from unrolled.architectures import members_of
from unrolled.data.pair import Pair
from unrolled.data.series import Series
from unrolled.model import Model
from unrolled.runs.build import build_model
from unrolled.runs.dividing import divide
from unrolled.runs.measure import Trainee, train_model
from unrolled.tasks import DNA, SENTIMENT, VECTORS, Task

Pairs = list[Pair[Any, Any]]
Changes = Mapping[str, object]

DEFAULTS = "the defaults"
AVERAGES: dict[str, Changes] = {
    "weights not averaged": {"averaging": "none"},
    "members=3": {"members": 3},
    "members=5": {"members": 5},
}
FORMS: dict[str, dict[str, Changes]] = {
    "splice": {
        DEFAULTS: {},
        "no label smoothing": {"label_smoothing": 0.0},
        "no base dropout": {"base_dropout": 0.0},
        "no input dropout": {"input_dropout": 0.0},
        "no dropout of the pooled row": {"dropout": 0.0},
        "none of these four": {"label_smoothing": 0.0, "base_dropout": 0.0, "input_dropout": 0.0, "dropout": 0.0},
        "reverse complement as augmentation": {"reverse_complement": "augment"},
        **AVERAGES,
    },
    "vowels": {
        DEFAULTS: {},
        "no noise (jitter)": {"jitter": 0.0},
        "no scaling": {"scaling": 0.0},
        "no time warp": {"warp": 0.0},
        "no crop": {"crop": 0.0},
        "none of these four": {"jitter": 0.0, "scaling": 0.0, "warp": 0.0, "crop": 0.0},
        "no input dropout": {"input_dropout": 0.0},
        "no dropout of the pooled row": {"dropout": 0.0},
        "label smoothing 0.1": {"label_smoothing": 0.1},
        **AVERAGES,
    },
    "sentiment": {
        DEFAULTS: {},
        "no word dropout": {"word_dropout": 0.0},
        "no input dropout": {"input_dropout": 0.0},
        "no dropout of the pooled row": {"dropout": 0.0},
        "label smoothing 0.1": {"label_smoothing": 0.1},
        **AVERAGES,
    },
}
ABOUT = {
    "splice": "2,000 windows of 60 bases, three classes; a fold of five held out (chance in its 400 alone: 0.009)",
    "vowels": "JapaneseVowels: 10 of the 30 series of each speaker to train on, drawn by the seed; its own 370 to test "
    "(chance in them alone: 0.007)",
    "sentiment": "mr: 1,000 texts of train.csv to train on, drawn by the seed; dev.csv to test "
    "(chance in its 959 alone: 0.015)",
}


def splice(folder: Path, seed: int) -> tuple[Pairs, Pairs]:
    pairs = [Pair(x, y) for x, y in zip(*read_windows(folder), strict=True)]
    folds = divide([pair.y for pair in pairs], 5, 0)
    held = seed % 5
    return [p for p, fold in zip(pairs, folds, strict=True) if fold != held], [
        p for p, fold in zip(pairs, folds, strict=True) if fold == held
    ]


def small_vowels(folder: Path, seed: int) -> tuple[Pairs, Pairs]:
    _, (split,) = vowels(folder)
    thirds = divide(split.y, 3, seed)
    chosen = [i for i, third in enumerate(thirds) if third == 0]
    return [Pair(Series(split.X[i]), split.y[i]) for i in chosen], [
        Pair(Series(x), y) for x, y in zip(split.X_test, split.y_test, strict=True)
    ]


def small_sentiment(folder: Path, seed: int) -> tuple[Pairs, Pairs]:
    train, test = (
        SENTIMENT.of_python(
            [review.text for review in reviews], [review.label for review in reviews], SENTIMENT.defaults
        )
        for reviews in (read_reviews(folder / "train.csv"), read_reviews(folder / "dev.csv"))
    )
    parts = divide([pair.y for pair in train], max(2, round(len(train) / 1000)), seed)
    return [pair for pair, part in zip(train, parts, strict=True) if part == 0], test


DATA: dict[str, tuple[Task[Any, Any], Callable[[Path, int], tuple[Pairs, Pairs]]]] = {
    "splice": (DNA, splice),
    "vowels": (VECTORS, small_vowels),
    "sentiment": (SENTIMENT, small_sentiment),
}


def one(name: str, folder: Path, form: str, seed: int) -> Row:
    """Train with nothing set aside, to the last epoch, and answer the test part."""
    task, read = DATA[name]
    train, test = read(folder, seed)
    settings = task.defaults.replaced({"num_threads": 1, "seed": seed, **FORMS[name][form]})
    began = time.process_time()
    model, notes = build_model(task, train, settings)
    train_model(Trainee(model, task, notes=notes), train, [], settings)
    seconds = time.process_time() - began
    found = figures([model.probabilities([pair.x for pair in test])], model, test)
    members = members_of(model.network)
    if len(members) > 1:
        each = [Model(model.task, model.x, model.y, member) for member in members]
        apart = [one.probabilities([pair.x for pair in test]) for one in each]
        arithmetic = figures(apart, model, test)
        found |= {f"arithmetic_{figure}": value for figure, value in arithmetic.items()}
        found["member_accuracy"] = mean(figures([rows], model, test)["accuracy"] for rows in apart)
    return {"data": name, "form": form, "seed": seed, **found, "cpu_seconds": seconds}


def figures(of_models: Sequence[Sequence[Any]], model: Model[Any, Any], test: Pairs) -> dict[str, float]:
    """Accuracy, and -log of the probability of the truth in nats, of the mean of several models' probabilities."""
    rows = np.mean([np.concatenate(rows) for rows in of_models], axis=0)
    labels = list(getattr(model.y, "labels").tokens)  # noqa: B009
    truth = np.array([labels.index(pair.y) for pair in test])
    logs = np.log(np.maximum(rows[np.arange(len(truth)), truth], 1e-12))
    return {"accuracy": float(np.mean(rows.argmax(1) == truth)), "nll": float(-logs.mean())}


def table(rows: Mapping[tuple[str, str, int], Row]) -> str:
    lines = [
        f"# What each regulariser is worth on small data, {date.today()}",
        "",
        f"- {describe(('unrolled', 'torch', 'numpy'))}; one thread",
        "- Command: `python bench/effects.py --dna DIR --sentiment DIR --vowels DIR`",
        "- The defaults of each task with one thing changed; the weights of the last epoch, no epoch is chosen.",
        "- `difference`: to the defaults, seed by seed, with its standard error over the seeds where there are more.",
        "  By chance in the test part alone an accuracy has the standard error that is named beside it: less than",
        "  about twice that, of one seed, says nothing.",
        "- CPU seconds of a training on a machine that others used, too: their ratios say something, they do not.",
    ]
    for name, forms in FORMS.items():
        seeds = sorted({seed for data, _, seed in rows if data == name})
        of = {form: [rows[name, form, s] for s in seeds if (name, form, s) in rows] for form in forms}
        base = {row["seed"]: row for row in of[DEFAULTS]}
        if not base:
            continue
        lines += [
            "",
            f"## {name}",
            "",
            f"{ABOUT[name]}. Seeds {', '.join(map(str, seeds))}.",
            "",
            "| form | seeds | accuracy | difference | nats a label | difference | CPU s |",
            "|---|---:|---:|---:|---:|---:|---:|",
        ]
        for form, found in of.items():
            if found:
                lines.append(
                    f"| {form} | {len(found)} | {mean(row['accuracy'] for row in found):.4f} | "
                    f"{differs(found, base, 'accuracy') if form != DEFAULTS else ''} | "
                    f"{mean(row['nll'] for row in found):.4f} | "
                    f"{differs(found, base, 'nll') if form != DEFAULTS else ''} | "
                    f"{mean(row['cpu_seconds'] for row in found):.1f} |"
                )
        lines += ["", *pools(of)]
    return "\n".join(lines) + "\n"


def differs(found: Sequence[Row], base: Mapping[int, Row], figure: str) -> str:
    each = [row[figure] - base[row["seed"]][figure] for row in found if row["seed"] in base]
    error = f" ± {stdev(each) / math.sqrt(len(each)):.4f}" if len(each) > 1 else ""
    return f"{mean(each):+.4f}{error}"


def pools(of: Mapping[str, Sequence[Row]]) -> list[str]:
    """Compare the geometric mean of the members' probabilities, which answers, with the arithmetic one."""
    lines = [
        "| members | of one alone | geometric: accuracy | nats | arithmetic: accuracy | nats |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    for form, found in of.items():
        if found and "arithmetic_nll" in found[0]:
            cells = ("member_accuracy", "accuracy", "nll", "arithmetic_accuracy", "arithmetic_nll")
            told = " | ".join(f"{mean(row[cell] for row in found):.4f}" for cell in cells)
            lines.append(f"| {form.removeprefix('members=')} | {told} |")
    return lines if len(lines) > 2 else []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dna", type=Path)
    parser.add_argument("--vowels", type=Path)
    parser.add_argument("--sentiment", type=Path)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--forms", nargs="+", help="some of them alone, by their names in the table")
    parser.add_argument("--date", default=str(date.today()))
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args()
    folders = {"splice": given.dna, "vowels": given.vowels, "sentiment": given.sentiment}
    log = given.results / f"effects_{given.date}.jsonl"
    rows = read_rows(log, key_of)
    for seed in given.seeds:  # all forms of a seed first: what is there can be compared at any time
        for name, folder in folders.items():
            for form in FORMS[name] if folder else ():
                if (name, form, seed) not in rows and (given.forms is None or form in given.forms):
                    row = one(name, folder, form, seed)
                    rows[key_of(row)] = row
                    write_rows(log, rows)
                    print(row, flush=True)
    (given.results / f"effects_{given.date}.md").write_text(table(rows), encoding="utf-8")


def key_of(row: Row) -> tuple[str, str, int]:
    return row["data"], row["form"], row["seed"]


if __name__ == "__main__":
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    main()
