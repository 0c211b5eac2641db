"""`unrolled inspect`."""

from collections.abc import Sequence
from pathlib import Path

from unrolled.cli.screen import print_json, print_pairs, print_table, print_text, screen, value_text
from unrolled.runs.inspect import Description, describe
from unrolled.tasks import find_task

__all__ = ["run"]

SPELT = {"affixes": "affixes and shapes"}
"""What the vocabularies of spelling hold, where their name does not say all."""


def run(directory: Path, *, as_json: bool, follow_links: bool = False) -> None:
    """Print what a model is."""
    model = describe(directory, follow_links=follow_links)
    if as_json:
        print_json(model.to_dict())
        return
    console = screen()
    figures = ", ".join(f"{name} {value:.4f}" for name, value in model.figures.items()) or "not recorded"
    pairs = {
        "model": str(model.directory),
        "task": f"{model.task}: {model.title}",
        "shape": f"T_x → T_y: {model.shape}",
    }
    if model.labels:
        pairs["labels"] = f"{len(model.labels)}: {' '.join(model.labels)}"
    if model.vocabularies:
        pairs |= _vocabularies(model)
    pairs |= {"metric": f"{model.metric}. {model.rule}", "dev figures": figures}
    if model.folds:
        pairs[f"{model.folds.get('folds')} folds"] = _folds(model)
    about = find_task(model.task).chosen
    for name, value in model.chosen.items():
        label, meaning = about.get(name, (name.replace("_", " "), ", chosen on the dev part"))
        pairs[label] = f"{value:g}{meaning}"
    if model.start is not None:
        digest = "" if model.start.sha256 is None else f" Its weights: SHA-256 {model.start.sha256}"
        pairs["start"] = f"{model.start}{digest}"
    pairs |= {"seed": "not recorded" if model.seed is None else str(model.seed), "engine": model.engine}
    print_pairs(console, pairs)
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


def _folds(model: Description) -> str:
    """Return the mean of each figure over the folds with its standard error."""
    figures: dict[str, dict[str, float]] = model.folds.get("figures", {})
    return ", ".join(f"{name} {one['mean']:.4f} ± {one['standard_error']:.4f}" for name, one in figures.items())


def _vocabularies(model: Description) -> dict[str, str]:
    """Return the sizes in words: the first vocabulary with what it does not know, then the others."""
    (first, size), *others = model.vocabularies.items()
    unknown = "an unrecorded share is <unk>"
    if model.unknown_rate is not None:
        unknown = f"{model.unknown_rate:.2%} are <unk>"
    found = {"vocabulary": f"{size:,} {first}, <unk> included; of the dev part's {first} {unknown}"}
    if others:
        found["spelling"] = ", ".join(f"{number:,} {SPELT.get(name, name)}" for name, number in others)
    return found
