"""The picture of the named entity benchmark, from its rows."""

from pathlib import Path

from matplotlib.figure import Figure
from ner_report import Row, grouped


def write_picture(rows: list[Row], systems: list[str], path: Path) -> None:
    """Dev F1 against seconds of training, one line a run, one panel a corpus."""
    corpora = grouped(rows, "corpus")
    figure = Figure(figsize=(5 * len(corpora), 4), layout="constrained")
    for axes, (corpus, of_corpus) in zip(
        figure.subplots(1, len(corpora), squeeze=False)[0], corpora.items(), strict=True
    ):
        seen: set[str] = set()
        for row in of_corpus:
            seconds, f1 = learning_curve(row)
            label = row["system"] if row["system"] not in seen else None
            seen.add(row["system"])
            colour = f"C{systems.index(row['system'])}"
            axes.plot(seconds, f1, color=colour, marker=".", linewidth=1, alpha=0.8, label=label)
        axes.set(title=corpus, xlabel="training, seconds", ylabel="dev entity F1", xscale="log", ylim=(0, None))
        axes.legend(loc="lower right")
    figure.savefig(path, dpi=120)


def learning_curve(row: Row) -> tuple[list[float], list[float]]:
    """Seconds trained and dev F1 at each epoch that was evaluated."""
    trained = 0.0
    seconds: list[float] = []
    f1: list[float] = []
    for epoch in row["epochs"]:
        trained += epoch["seconds"]
        if epoch["f1"] is not None:
            seconds.append(trained)
            f1.append(epoch["f1"])
    return seconds, f1
