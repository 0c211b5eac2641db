"""The table of a contest by cross-validation: a corpus named `data/3` is the fourth fold of `data`."""

import statistics
from dataclasses import dataclass
from pathlib import Path

from contest import Contest
from record import Row


@dataclass(frozen=True, slots=True)
class Standing:
    """What a system reached on all folds of the data, and what it took."""

    scores: dict[int, float]  # of each seed the mean over the folds, of seeds that have every fold
    folds: tuple[float, ...]  # of every seed and fold
    rows: tuple[Row, ...]

    @property
    def mean(self) -> float:
        return statistics.fmean(self.scores.values())

    def median(self, key: str) -> float:
        """Over the folds and seeds."""
        return statistics.median(row[key] for row in self.rows)


def data_of(corpus: str) -> str:
    return corpus.partition("/")[0]


def standings(contest: Contest, rows: list[Row], corpora: tuple[str, ...]) -> dict[str, Standing]:
    """Of each system that has a seed with every one of `corpora`, the folds of the same data."""
    found: dict[str, Standing] = {}
    for system in contest.systems:
        by_seed: dict[int, dict[str, Row]] = {}
        for row in rows:
            if row["system"] == system and row["corpus"] in corpora:
                by_seed.setdefault(row["seed"], {})[row["corpus"]] = row
        whole = {seed: of for seed, of in sorted(by_seed.items()) if len(of) == len(corpora)}
        scores = {seed: [leading(row) for row in of.values()] for seed, of in whole.items()}
        if scores:
            means = {seed: statistics.fmean(values) for seed, values in scores.items()}
            folds = tuple(value for values in scores.values() for value in values)
            found[system] = Standing(means, folds, tuple(row for of in whole.values() for row in of.values()))
    return found


def leading(row: Row) -> float:
    """The score that ranks."""
    return next(iter(row["scores"].values()))


def write_results(contest: Contest, rows: list[Row], stem: Path, command: str) -> None:
    stem.with_suffix(".md").write_text(table(contest, rows, stem.name, command), encoding="utf-8")


def table(contest: Contest, rows: list[Row], name: str, command: str) -> str:
    lines = [f"# {contest.title}, {name.removeprefix(f'{contest.script.stem}_')}", ""]
    lines += [f"- Measured with {m}; threads: {rows[0]['threads']}" for m in sorted({row["machine"] for row in rows})]
    lines += [f"- Command: `python {command}`", *(f"- {note}" for note in contest.notes)]
    lines += ["- Of a fold: the least and the most. Seconds and memory are of a fold, medians over folds and seeds."]
    for data in dict.fromkeys(map(data_of, contest.corpora)):
        corpora = tuple(corpus for corpus in contest.corpora if data_of(corpus) == data)
        mine = [row for row in rows if row["corpus"] in corpora]
        if not mine:
            continue
        lines += ["", f"## {data}", "", f"{mine[0]['split']}.", ""]
        metric = next(iter(mine[0]["scores"]))
        lines += [
            f"| system | seeds | {metric}, each seed | mean | of a fold | s to the best | CPU s | peak MiB |",
            "|---|---|---|---:|---|---:|---:|---:|",
        ]
        lines += [line(system, found) for system, found in standings(contest, mine, corpora).items()]
    return "\n".join(lines) + "\n"


def line(system: str, found: Standing) -> str:
    seeds, each = ", ".join(map(str, found.scores)), ", ".join(f"{value:.4f}" for value in found.scores.values())
    costs = (
        f"{found.median('seconds_to_best'):.1f} | {found.median('cpu_seconds'):.0f} | {found.median('peak_mib'):.0f}"
    )
    spread = f"{min(found.folds):.3f} to {max(found.folds):.3f}"
    return f"| {system} | {seeds} | {each} | {found.mean:.4f} | {spread} | {costs} |"
