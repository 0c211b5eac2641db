"""The table and the picture of a contest, from its rows."""

import statistics
from collections.abc import Callable
from pathlib import Path

from contest import OURS, Contest
from matplotlib.figure import Figure
from record import Row

COSTS: dict[str, Callable[[list[Row]], str]] = {
    "s per epoch": lambda rows: median(rows, "epoch_seconds", ".2f"),
    "tokens/s": lambda rows: median(rows, "tokens_per_second", ",.0f"),
    "best epoch / epochs": lambda rows: f"{median(rows, 'best_epoch', '.0f')} / {median(rows, 'num_epochs', '.0f')}",
    "s to the best": lambda rows: median(rows, "seconds_to_best", ".1f"),
    "CPU s, whole run": lambda rows: median(rows, "cpu_seconds", ".0f"),
    "peak MiB": lambda rows: median(rows, "peak_mib", ".0f"),
}
COST_RATIOS = {"s per epoch": "epoch_seconds", "s to the best": "seconds_to_best", "peak memory": "peak_mib"}


def write_results(contest: Contest, rows: list[Row], stem: Path, command: str) -> None:
    stem.with_suffix(".md").write_text(table(contest, rows, stem.name, command), encoding="utf-8")
    write_picture(contest, rows, stem.with_suffix(".png"))


def table(contest: Contest, rows: list[Row], name: str, command: str) -> str:
    """One Markdown table a corpus; `rows` share their number of threads."""
    machines = sorted({row["machine"] for row in rows})
    date = name.removeprefix(f"{contest.script.stem}_")
    lines = [
        f"# {contest.title}, {date}",
        "",
        *(f"- Measured with {machine}; threads: {rows[0]['threads']}" for machine in machines),
        f"- Command: `python {command}`",
        *(f"- {note}" for note in contest.notes),
        "- Times and memory are medians over the seeds; the time to the best is preparation, training and evaluation",
        "  up to the end of the best epoch. Every epoch: the picture.",
    ]
    for corpus, of_corpus in grouped(rows, "corpus").items():
        by_system = in_order(contest, of_corpus)
        lines += ["", f"## {corpus}", "", f"{of_corpus[0]['split']}.", "", *system_lines(by_system)]
        unbiased = [row["unbiased"] for row in by_system.get(OURS, []) if row["unbiased"] is not None]
        if unbiased:
            found = f"{leading(rows)} {statistics.fmean(unbiased):.3f}"
            lines += ["", f"`{OURS}`, the same weights without {contest.unbiased}: {found}."]
        lines += ratio_lines(by_system)
    lines += ["", f"![{leading(rows)} on dev against seconds]({name}.png)"]
    return "\n".join(lines) + "\n"


def system_lines(by_system: dict[str, list[Row]]) -> list[str]:
    """The leading score with its spread over the seeds, the means of the others, then the costs."""
    first, *others = next(iter(by_system.values()))[0]["scores"]
    heads = [f"{first}, mean (min–max)", *others, *COSTS]
    lines = ["| system | seeds | " + " | ".join(heads) + " |", "|---|---|" + "---:|" * len(heads)]
    for system, rows in by_system.items():
        seeds = ", ".join(str(row["seed"]) for row in rows)
        values = {name: [row["scores"][name] for row in rows] for name in (first, *others)}
        cells = [f"{statistics.fmean(values[first]):.3f} ({min(values[first]):.3f}–{max(values[first]):.3f})"]
        cells += [f"{statistics.fmean(values[name]):.3f}" for name in others]
        cells += [cost(rows) for cost in COSTS.values()]
        lines.append(f"| {system} | {seeds} | " + " | ".join(cells) + " |")
    return lines


def ratio_lines(by_system: dict[str, list[Row]]) -> list[str]:
    """Medians of ours / peer over the runs of the same seed; none where they share no seed."""
    ours = {row["seed"]: row for row in by_system.get(OURS, [])}
    lines: list[str] = []
    for peer, rows in by_system.items():
        pairs = [(ours[row["seed"]], row) for row in rows if row["seed"] in ours and peer != OURS]
        if pairs:
            first = leading(rows)
            cells = [ratio([(a["scores"][first], b["scores"][first]) for a, b in pairs])]
            cells += [ratio([(a[key], b[key]) for a, b in pairs]) for key in COST_RATIOS.values()]
            lines.append(f"| {OURS} / {peer} | " + " | ".join(cells) + " |")
    if not lines:
        return []
    heads = [leading(next(iter(by_system.values()))), *COST_RATIOS]
    return ["", "| ratio, median over seeds | " + " | ".join(heads) + " |", "|---|" + "---:|" * len(heads), *lines]


def ratio(pairs: list[tuple[float | None, float | None]]) -> str:
    """The median of ours / peer's, where both are there and the peer's is not 0."""
    found = [a / b for a, b in pairs if a is not None and b]
    return f"{statistics.median(found):.2f}" if found else "–"


def median(rows: list[Row], key: str, form: str) -> str:
    found = [row[key] for row in rows if row[key] is not None]
    return format(statistics.median(found), form) if found else "–"


def leading(rows: list[Row]) -> str:
    """The name of the score that ranks."""
    return next(iter(rows[0]["scores"]))


def in_order(contest: Contest, rows: list[Row]) -> dict[str, list[Row]]:
    groups = grouped(rows, "system")
    return {system: groups[system] for system in contest.systems if system in groups}


def grouped(rows: list[Row], key: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[key], []).append(row)
    return groups


def write_picture(contest: Contest, rows: list[Row], path: Path) -> None:
    """The leading score on dev against seconds, a line a run, a panel a corpus; a system without epochs is a dot."""
    corpora = grouped(rows, "corpus")
    figure = Figure(figsize=(5.5 * len(corpora), 4), layout="constrained")
    for axes, (corpus, of_corpus) in zip(
        figure.subplots(1, len(corpora), squeeze=False)[0], corpora.items(), strict=True
    ):
        for number, (system, of_system) in enumerate(in_order(contest, of_corpus).items()):
            for row in of_system:
                seconds, scores = learning_curve(row)
                size = 4 if len(scores) > 1 else 8
                label = system if row is of_system[0] else None
                colour = f"C{number}"
                axes.plot(seconds, scores, color=colour, marker=".", markersize=size, lw=1, alpha=0.8, label=label)
        axes.set(title=corpus, xlabel="seconds since the start", ylabel=f"{leading(rows)} on dev", xscale="log")
        axes.grid(visible=True, alpha=0.3)
        axes.legend(loc="lower right")
    figure.savefig(path, dpi=100)


def learning_curve(row: Row) -> tuple[list[float], list[float]]:
    """Seconds since the start and score on dev at each epoch that was evaluated."""
    evaluated = [epoch for epoch in row["epochs"] if epoch["score"] is not None]
    return [epoch["elapsed"] for epoch in evaluated], [epoch["score"] for epoch in evaluated]
