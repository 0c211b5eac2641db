"""The model card: what a model is, what it was trained on and how well it does, from recorded facts alone."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from unrolled.metrics import Report
from unrolled.settings import Composed
from unrolled.tasks import Task

__all__ = ["CardFacts", "CardPart", "model_card"]

NOT_RECORDED = "not recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPart:
    """One part of the data: what it was for, its file's name (without folders), how many pairs, its SHA-256."""

    use: str
    name: str
    num_pairs: int
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """What a model card states; what is left out is said to be not recorded.

    Attributes:
        task: what the model does.
        purpose: one sentence on that.
        data: the parts of the data, training first.
        metric: the figure that chose the weights.
        report: of the dev part; None where nothing was measured.
        settings: of the run; the card lists where they differ from the defaults.
        versions: package -> version, "python" among them.
        num_parameters: numbers in the weights.
        best_epoch: the epoch whose weights these are, from 1.
        training_seconds: of the whole run.
        trained_on: the day.
        languages: of the data, if known.
        limits: further sentences on what the model cannot do.
    """

    task: Task[Any, Any]
    purpose: str
    data: Sequence[CardPart]
    metric: str
    report: Report | None
    settings: Composed
    versions: Mapping[str, str] = field(default_factory=dict[str, str])
    num_parameters: int | None = None
    best_epoch: int | None = None
    training_seconds: float | None = None
    trained_on: date | None = None
    languages: Sequence[str] = ()
    limits: Sequence[str] = ()


def model_card(facts: CardFacts) -> str:
    """Return the card as Markdown: the same facts give the same text."""
    sections = [
        f"# {_text(facts.task.title[:1].upper() + facts.task.title[1:])}\n\n{_text(facts.purpose)}",
        _what(facts),
        _how_to_use(facts),
        _data(facts),
        _figures(facts),
        _training(facts),
        _limits(facts),
    ]
    return "\n\n".join(sections) + "\n"


def _what(facts: CardFacts) -> str:
    parameters = NOT_RECORDED if facts.num_parameters is None else f"{facts.num_parameters:,}"
    rows = [("task", _code(facts.task.name)), ("shape, T_x → T_y", _text(facts.task.shape)), ("parameters", parameters)]
    return _table(("", ""), rows)


def _how_to_use(facts: CardFacts) -> str:
    line = " ".join(facts.task.example.split())
    x = facts.task.show.read_x(line, False)
    # ASCII escapes: whatever the example holds, it can neither end the string nor the block.
    python = f'from unrolled.model import Model\n\nmodel = Model.load("DIR")\nprint(model.predict([{x!a}]))'
    shell = f"printf '%s\\n' {shlex.quote(line)} | unrolled predict DIR"
    return (
        "## Use\n\n"
        "In the folder that holds this directory, where `DIR` is its name:\n\n"
        f"{_block('sh', shell)}\n\n{_block('python', python)}"
    )


def _data(facts: CardFacts) -> str:
    rows = [
        (_text(part.use), _code(part.name), f"{part.num_pairs:,}", _code(part.sha256) if part.sha256 else NOT_RECORDED)
        for part in facts.data
    ]
    return f"## Data\n\n{_table(('use', 'file', _text(facts.task.x.name + 's'), 'SHA-256'), rows)}"


def _figures(facts: CardFacts) -> str:
    report = facts.report
    if report is None:
        return f"## Figures on the dev data\n\nMetric: {_code(facts.metric)}.\n\nNo figures were recorded."
    text = f"## Figures on the dev data\n\nMetric: {_code(facts.metric)}. {_text(report.rule_text)}\n\n"
    rows = [(_text(name.replace("_", " ")), _number(value)) for name, value in report.figures.items()]
    text += _table(("figure", "value"), rows)
    if report.by:
        columns = list(dict.fromkeys(name for figures in report.by.values() for name in figures))
        rows = [
            (_text(kind), *(_number(figures[name]) if name in figures else "" for name in columns))
            for kind, figures in report.by.items()
        ]
        text += "\n\n" + _table((_text(facts.task.y.step), *map(_text, columns)), rows)
    return text


def _training(facts: CardFacts) -> str:
    changed, values = facts.settings.changed(), facts.settings.to_dict()
    defaults = {declared.name: declared.default for declared in facts.settings.declared()}
    rows = [
        ("seed", str(values.get("seed", NOT_RECORDED))),
        ("date", facts.trained_on.isoformat() if facts.trained_on else NOT_RECORDED),
        ("time", NOT_RECORDED if facts.training_seconds is None else _duration(facts.training_seconds)),
        ("best epoch", NOT_RECORDED if facts.best_epoch is None else str(facts.best_epoch)),
        *((_text(package), _text(version)) for package, version in facts.versions.items()),
    ]
    text = f"## Training\n\n{_table(('', ''), rows)}\n\n"
    if not changed:
        return f"{text}All settings have their default values."
    settings = [(_code(name), _code(repr(value)), _code(repr(defaults[name]))) for name, value in changed.items()]
    return f"{text}Settings that differ from the defaults:\n\n{_table(('setting', 'value', 'default'), settings)}"


def _limits(facts: CardFacts) -> str:
    trained = (
        f"{facts.data[0].num_pairs:,} {_text(facts.task.x.name)}s" if facts.data else f"data that is {NOT_RECORDED}"
    )
    languages = ", ".join(map(_text, facts.languages)) or NOT_RECORDED
    lines = [
        f"Trained on {trained}; nothing is known about data of another kind.",
        f"Languages of the data: {languages}.",
        *(
            ["The dev data chose the weights: figures on data that was never looked at may be lower."]
            * (facts.report is not None)
        ),
        *map(_text, facts.limits),
    ]
    return "## Limits\n\n" + "\n".join(f"- {line}" for line in lines)


def _number(value: float) -> str:
    """Counts as they are, figures with four decimals."""
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}"


def _duration(seconds: float) -> str:
    """Return hours, minutes and seconds.

    >>> _duration(59.6), _duration(3725)
    ('1 min 0 s', '1 h 2 min 5 s')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return (f"{hours} h " if hours else "") + (f"{minutes} min " if hours or minutes else "") + f"{rest} s"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _text(words: str) -> str:
    """Escape what Markdown or a table would read as its own; white space becomes single spaces."""
    return re.sub(r"([\\`*\[\]<>|#])", r"\\\1", " ".join(words.split()))


def _code(words: str) -> str:
    """Return inline code that shows the words as they are, in a table too."""
    words = " ".join(words.split()).replace("|", r"\|")
    longest = max((len(ticks) for ticks in re.findall("`+", words)), default=0)
    ticks = "`" * (longest + 1)
    return f"{ticks} {words} {ticks}" if longest else f"{ticks}{words}{ticks}"


def _block(language: str, code: str) -> str:
    longest = max((len(ticks) for ticks in re.findall("`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{code}\n{fence}"
