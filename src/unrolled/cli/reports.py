"""The figures of a report, with the rule that they count by."""

from pathlib import Path

from rich.console import Console

from unrolled.cli.screen import print_pairs, print_table, print_text
from unrolled.training.metrics import RULES, EntityReport

__all__ = ["print_report"]

COLUMNS = ("type", "precision>", "recall>", "F1>", "gold>", "predicted>", "correct>")


def print_report(console: Console, name: str, path: Path, report: EntityReport) -> None:
    """Print precision, recall and F1 of each type and over all, then what they mean."""
    print_text(
        console, f"{name}: {path}, {report.num_sentences:,} sentences, {report.num_tokens:,} tokens", style="bold"
    )
    rows = [
        (
            kind,
            f"{score.precision:.4f}",
            f"{score.recall:.4f}",
            f"{score.f1:.4f}",
            f"{score.num_gold:,}",
            f"{score.num_predicted:,}",
            f"{score.num_correct:,}",
        )
        for kind, score in [*report.per_type.items(), ("all", report.overall)]
    ]
    print_table(console, COLUMNS, rows)
    print_pairs(
        console,
        {
            "F1": f"{report.overall.f1:.4f} over all entities, {report.macro_f1:.4f} the mean of the types",
            "rule": RULES[report.rule],
            "token accuracy": f"{report.token_accuracy:.4f}, O included: no measure of entities",
        },
    )
