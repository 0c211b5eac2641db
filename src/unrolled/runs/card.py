"""The model card: what a model is, what it was trained on and how well it does, from recorded facts alone."""

import hashlib
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from unrolled.errors import DataError

__all__ = ["CardData", "CardFacts", "model_card"]

NOT_RECORDED = "not recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardData:
    """One part of the data: what it was for, its file's name (without folders), how many pairs, its SHA-256."""

    use: str
    name: str
    num_pairs: int
    sha256: str | None = None

    @classmethod
    def from_file(cls, use: str, path: Path, num_pairs: int) -> "CardData":
        """Return the facts of a file that was read.

        Raises:
            DataError: it can no longer be read.
        """
        try:
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise DataError(f"{path}: cannot be read again for the model card: {error.strerror}.") from error
        return cls(use=use, name=path.name, num_pairs=num_pairs, sha256=sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """What a model card states; what is left out is said to be not recorded.

    Attributes:
        task: the task's name on the command line, such as "ner".
        title: what people call the task.
        purpose: one sentence on what the model does.
        shape: the shape of the pairs, such as "many to many, T_x = T_y".
        data: the parts of the data, training first.
        metric, rule: the figure that chose the weights and the sentence that says how it counts.
        seed: of the run.
        figures: name -> figure on the dev data.
        figures_by_type: type -> name -> figure on the dev data.
        settings, defaults: name -> value; the card lists where the two differ.
        versions: package -> version, "python" among them.
        num_parameters: numbers in the weights.
        best_epoch: the epoch whose weights these are, from 1.
        training_seconds: of the whole run.
        trained_on: the day.
        example: an x to show the use with.
        unit: what an x is called, in the plural.
        languages: of the data, if known.
        limits: further sentences on what the model cannot do.
    """

    task: str
    title: str
    purpose: str
    shape: str
    data: Sequence[CardData]
    metric: str
    rule: str
    seed: int
    figures: Mapping[str, float] = field(default_factory=dict[str, float])
    figures_by_type: Mapping[str, Mapping[str, float]] = field(default_factory=dict[str, Mapping[str, float]])
    settings: Mapping[str, object] = field(default_factory=dict[str, object])
    defaults: Mapping[str, object] = field(default_factory=dict[str, object])
    versions: Mapping[str, str] = field(default_factory=dict[str, str])
    num_parameters: int | None = None
    best_epoch: int | None = None
    training_seconds: float | None = None
    trained_on: date | None = None
    example: Sequence[str] = ("Harry", "Potter", "met", "Hermione", "Granger", ".")
    unit: str = "sentences"
    languages: Sequence[str] = ()
    limits: Sequence[str] = ()


def model_card(facts: CardFacts) -> str:
    """Return the card as Markdown: the same facts give the same text.

    >>> facts = CardFacts(
    ...     task="ner", title="Named entity recognition", purpose="Marks names.", shape="many to many, T_x = T_y",
    ...     data=[CardData(use="train", name="train.conll", num_pairs=900)], metric="f1", rule="Exact span.", seed=1,
    ... )
    >>> print(model_card(facts).split("## Limits")[1].strip())
    - Trained on 900 sentences; nothing is known about data of another kind.
    - Languages of the data: not recorded.
    """
    sections = [
        f"# {_text(facts.title)}\n\n{_text(facts.purpose)}",
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
    rows = [("task", _code(facts.task)), ("shape, T_x → T_y", _text(facts.shape)), ("parameters", parameters)]
    return _table(("", ""), rows)


def _how_to_use(facts: CardFacts) -> str:
    words = list(facts.example)
    # ASCII escapes: whatever the example holds, it can neither end the string nor the block.
    literal = "[" + ", ".join(map(ascii, words)) + "]"
    python = f'from unrolled.model import Model\n\nmodel = Model.load("DIR")\nprint(model.predict([{literal}]))'
    shell = f"printf '%s\\n' {shlex.quote(' '.join(' '.join(words).split()))} | unrolled predict DIR"
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
    return f"## Data\n\n{_table(('use', 'file', _text(facts.unit), 'SHA-256'), rows)}"


def _figures(facts: CardFacts) -> str:
    text = f"## Figures on the dev data\n\nMetric: {_code(facts.metric)}. {_text(facts.rule)}\n\n"
    if not facts.figures:
        return f"{text}No figures were recorded."
    text += _table(("figure", "value"), [(_text(name), _number(value)) for name, value in facts.figures.items()])
    if facts.figures_by_type:
        columns = list(dict.fromkeys(name for figures in facts.figures_by_type.values() for name in figures))
        rows = [
            (_text(kind), *(_number(figures[name]) if name in figures else "" for name in columns))
            for kind, figures in facts.figures_by_type.items()
        ]
        text += "\n\n" + _table(("type", *map(_text, columns)), rows)
    return text


def _training(facts: CardFacts) -> str:
    absent = object()
    changed = {
        name: value
        for name, value in facts.settings.items()
        if type(value) is not type(facts.defaults.get(name, absent)) or value != facts.defaults.get(name)
    }
    rows = [
        ("seed", str(facts.seed)),
        ("date", facts.trained_on.isoformat() if facts.trained_on else NOT_RECORDED),
        ("time", NOT_RECORDED if facts.training_seconds is None else _duration(facts.training_seconds)),
        ("best epoch", NOT_RECORDED if facts.best_epoch is None else str(facts.best_epoch)),
        *((_text(package), _text(version)) for package, version in facts.versions.items()),
    ]
    text = f"## Training\n\n{_table(('', ''), rows)}\n\n"
    if not changed:
        return f"{text}All settings have their default values."
    settings = [
        (_code(name), _code(repr(value)), _code(repr(facts.defaults[name])) if name in facts.defaults else "none")
        for name, value in changed.items()
    ]
    return f"{text}Settings that differ from the defaults:\n\n{_table(('setting', 'value', 'default'), settings)}"


def _limits(facts: CardFacts) -> str:
    trained = f"{facts.data[0].num_pairs:,} {_text(facts.unit)}" if facts.data else f"data that is {NOT_RECORDED}"
    languages = ", ".join(map(_text, facts.languages)) or NOT_RECORDED
    lines = [
        f"Trained on {trained}; nothing is known about data of another kind.",
        f"Languages of the data: {languages}.",
        *(
            ["The dev data chose the weights: figures on data that was never looked at may be lower."]
            * bool(facts.figures)
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
