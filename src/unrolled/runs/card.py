"""The model card: what a model is, what it was trained on and how well it does, from recorded facts alone."""

import re
import shlex
from collections.abc import Iterable, Sequence

from unrolled.runs.record import FoldsRecord, PartRecord, Record

__all__ = ["model_card"]

NOT_RECORDED = "not recorded"


def model_card(record: Record) -> str:
    """Return the card as Markdown: the same record gives the same text; what was not recorded is said to be so."""
    sections = [
        f"# {_text(record.task.title[:1].upper() + record.task.title[1:])}\n\n{_text(record.purpose)}",
        _what(record),
        _how_to_use(record),
        _data(record),
        _figures(record),
        _training(record),
        _limits(record),
    ]
    return "\n\n".join(sections) + "\n"


def _what(record: Record) -> str:
    parameters = NOT_RECORDED if record.num_parameters is None else f"{record.num_parameters:,}"
    rows = [
        ("task", _code(record.task.name)),
        ("shape, T_x → T_y", _text(record.task.shape)),
        ("parameters", parameters),
    ]
    return _table(("", ""), rows)


def _how_to_use(record: Record) -> str:
    line = " ".join(record.task.example.split())
    x = line if record.task.show.paths else record.task.show.read_x(line, "words")
    # ASCII escapes: whatever the example holds, it can neither end the string nor the block.
    python = f'from unrolled.model import Model\n\nmodel = Model.load("DIR")\nprint(model.predict([{x!a}]))'
    shell = f"printf '%s\\n' {shlex.quote(line)} | unrolled predict DIR"
    return (
        "## Use\n\n"
        "In the folder that holds this directory, where `DIR` is its name:\n\n"
        f"{_block('sh', shell)}\n\n{_block('python', python)}"
    )


def _data(record: Record) -> str:
    rows = [
        (
            _use(part, record),
            _code(part.file),
            f"{part.num_pairs:,}",
            _code(part.sha256) if part.sha256 else NOT_RECORDED,
        )
        for part in record.parts
    ]
    return f"## Data\n\n{_table(('use', 'file', _text(record.task.x.name + 's'), 'SHA-256'), rows)}"


def _use(part: PartRecord, record: Record) -> str:
    return _text(part.name) + (" (set aside)" if part.name == "dev" and record.set_aside is not None else "")


def _figures(record: Record) -> str:
    report = record.dev
    if record.folds is not None:
        return _folds(record, record.folds)
    if report is None:
        return f"## Figures on the dev data\n\nMetric: {_code(record.metric)}.\n\nNo figures were recorded."
    text = f"## Figures on the dev data\n\nMetric: {_code(record.metric)}. {_text(report.rule_text)}\n\n"
    rows = [(_text(name.replace("_", " ")), _number(value)) for name, value in report.figures.items()]
    text += _table(("figure", "value"), rows)
    if report.by:
        columns = list(dict.fromkeys(name for figures in report.by.values() for name in figures))
        rows = [
            (_text(kind), *(_number(figures[name]) if name in figures else "" for name in columns))
            for kind, figures in report.by.items()
        ]
        text += "\n\n" + _table((_text(record.task.y.step), *map(_text, columns)), rows)
    return text


def _folds(record: Record, folds: FoldsRecord) -> str:
    by = f", no {_text(folds.group)} on both sides" if folds.group else ""
    text = (
        f"## Figures by cross-validation\n\nMetric: {_code(record.metric)}, over {folds.number} folds{by}. Each fold "
        "was answered by a model that was trained without it; this model was trained on all of them.\n\n"
    )
    rows = [
        (_text(name.replace("_", " ")), _number(mean), _number(folds.errors[name]), _number(folds.pooled[name]))
        for name, mean in folds.means.items()
    ]
    return text + _table(("figure", "mean of the folds", "standard error", "all answers together"), rows)


def _start(record: Record) -> str:
    start = record.start
    if start is None:
        return ""
    digest = NOT_RECORDED if start.sha256 is None else _code(start.sha256)
    return f"{_text(str(start))} SHA-256 of its weights: {digest}.\n\n"


def _training(record: Record) -> str:
    changed, values = record.settings.changed(), record.settings.to_dict()
    defaults = {declared.name: declared.default for declared in record.settings.declared()}
    rows = [
        ("seed", str(values.get("seed", NOT_RECORDED))),
        ("date", record.trained_on.isoformat() if record.trained_on else NOT_RECORDED),
        ("time", NOT_RECORDED if record.seconds is None else _duration(record.seconds)),
        ("best epoch", NOT_RECORDED if record.best_epoch is None else str(record.best_epoch)),
        *((_text(package), _text(version)) for package, version in record.versions.items()),
    ]
    text = f"## Training\n\n{_start(record)}{_table(('', ''), rows)}\n\n"
    if not changed:
        return f"{text}All settings have their default values."
    settings = [(_code(name), _code(repr(value)), _code(repr(defaults[name]))) for name, value in changed.items()]
    return f"{text}Settings that differ from the defaults:\n\n{_table(('setting', 'value', 'default'), settings)}"


def _limits(record: Record) -> str:
    noun, train, bundled = f"{_text(record.task.x.name)}s", record.part("train"), record.task.bundled
    trained = f"data that is {NOT_RECORDED}" if train is None else f"{train.num_pairs:,} {noun}"
    languages = bundled.languages if record.bundled and bundled is not None else ()
    lines = [
        f"Trained on {trained}; nothing is known about data of another kind.",
        f"Languages of the data: {', '.join(map(_text, languages)) or NOT_RECORDED}.",
    ]
    if record.start is not None:
        lines.append("What the model that it went on from was trained on stands in the card of that model.")
    if record.dev is not None:
        lines.append("The dev data chose the weights: figures on data that was never looked at may be lower.")
    if not record.finished:
        lines.append("The run had not finished when these weights were saved.")
    if record.test is not None:
        test, about = record.part("test"), bundled.about_test if record.bundled and bundled is not None else ""
        measured = "On the test part" if test is None else f"On the {test.num_pairs:,} test {noun}"
        figure = f"{_text(record.metric)} is {record.test.figures[record.metric]:.4f}"
        lines.append(f"{measured}, {figure} under the same rule. {_text(about)}".strip())
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
