"""`unrolled inspect`."""

from collections.abc import Sequence
from pathlib import Path

from unrolled.cli.screen import print_json, print_pairs, print_table, print_text, screen, value_text
from unrolled.tasks.description import describe

__all__ = ["run"]


def run(directory: Path, *, as_json: bool) -> None:
    """Print what a model is."""
    model = describe(directory)
    if as_json:
        print_json(model.to_dict())
        return
    console = screen()
    unknown = "of the dev part's words an unrecorded share is <unk>"
    if model.unknown_rate is not None:
        unknown = f"of the dev part's words {model.unknown_rate:.2%} are <unk>"
    figures = ", ".join(f"{name} {value:.4f}" for name, value in model.figures.items()) or "not recorded"
    print_pairs(
        console,
        {
            "model": str(model.directory),
            "task": f"{model.task}: {model.title}",
            "shape": f"T_x → T_y: {model.shape}",
            "labels": f"{len(model.labels)}: {' '.join(model.labels)}",
            "vocabulary": f"{model.vocabularies['words']:,} words, <unk> included; {unknown}",
            "spelling": f"{model.vocabularies['affixes']:,} affixes and shapes, "
            f"{model.vocabularies['characters']:,} characters",
            "metric": f"{model.metric}. {model.rule}",
            "dev figures": figures,
            "bias": f"{model.outside_bias:g} is taken from the scores of O before the best labels are chosen",
            "seed": "not recorded" if model.seed is None else str(model.seed),
            "engine": model.engine,
        },
    )
    print_text(console)
    rows = [
        (parameter.name, _shape(parameter.symbols), _shape(list(map(str, parameter.shape))), f"{parameter.count:,}")
        for parameter in model.parameters
    ]
    print_table(
        console,
        ("parameter", "shape", "", "count>"),
        [*rows, ("all", "", "", f"{model.num_parameters:,}")],
    )
    print_text(console)
    print_table(
        console,
        ("", "is>", "meaning"),
        [(symbol.symbol, f"{symbol.value:,}", symbol.meaning) for symbol in model.symbols],
    )
    print_text(console)
    print_table(console, ("setting", "value"), [(name, value_text(value)) for name, value in model.settings.items()])


def _shape(sizes: Sequence[str]) -> str:
    return " × ".join(sizes)
