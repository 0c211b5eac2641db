"""`unrolled predict`."""

import gzip
import io
import sys
import zlib
from collections.abc import Generator, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

import typer

from unrolled.cli.answers import FORMATS, Write, writer
from unrolled.cli.lines import blocks
from unrolled.cli.options import parse_setting
from unrolled.cli.output import destination
from unrolled.cli.screen import print_text, screen
from unrolled.cli.streams import standard_input
from unrolled.data.tokenizer import detect_tokenizer, tokenizer_of
from unrolled.errors import DataError, SettingsError
from unrolled.model import Model
from unrolled.model_files import read_model_files
from unrolled.runs.asked import (
    Asked,
    Columns,
    ConllReader,
    Detector,
    FastaReader,
    JsonReader,
    PlainReader,
    Reader,
    Trouble,
    decoded,
    refuse_utf16,
)
from unrolled.runs.predict import answer
from unrolled.tasks import Task, task_of
from unrolled.tasks.show import labels_of
from unrolled.tasks.text import tokenizer_in

__all__ = ["Wanted", "run"]

MOST_KINDS = 20
"""So many kinds of trouble are told."""
MOST_TEXTS = 100
"""So many texts show which script they are in."""
KINDS = ("text", "conll", "jsonl")
TROUBLED = 1
"""The exit code where some lines could not be answered."""

_STDIN = Path("-")
_TABLES = (".csv", ".tsv")
_SUFFIXES = {
    **dict.fromkeys((".jsonl", ".ndjson"), "jsonl"),
    **dict.fromkeys((".conll", ".conllu", ".iob", ".iob2", ".bio"), "conll"),
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What stands on the command line.

    Attributes:
        files: what is read, in order; none for standard input, which "-" also is.
        input: "text", "conll" or "jsonl"; None where it is to be found out.
        output_format: one of FORMATS; None for that of the input.
        output: the file that is written; None for standard output.
        n_best: how many answers to each x.
        whitespace: whether text is split at white space alone.
        strict: whether the first line that cannot be answered ends it.
        set: what `--set` says of columns, keys and the tokenizer.
        follow_links: whether the model's files may be links to anywhere.
    """

    files: Sequence[Path] = ()
    input: str | None = None
    output_format: str | None = None
    output: Path | None = None
    n_best: int = 0
    whitespace: bool = False
    strict: bool = False
    set: Sequence[str] = ()
    follow_links: bool = False


def run(directory: Path, wanted: Wanted) -> None:
    """Answer what arrives: whatever has arrived is answered before more is waited for.

    Raises:
        typer.Exit: some lines could not be answered.
    """
    _check(wanted)
    files = read_model_files(directory, follow_links=wanted.follow_links)
    model = Model.of(files, directory)
    task = task_of(model, directory)
    if wanted.input not in (None, "text") and not task.show.of_words:
        raise SettingsError(f"--input {wanted.input} is for tasks on words; {task.name} reads lines of text.")
    for path in wanted.files:
        if path.is_dir() and not task.show.paths:
            raise DataError(f"{path}: this is a directory. Name a file in it.")
        if wanted.input is None and task.show.of_words and path.suffix.lower() in _TABLES:
            raise DataError(
                f"{path}: predict reads no tables of this kind. Give JSON Lines or CoNLL columns (a word a line: "
                "--input conll), or --input text to take its lines as they stand."
            )
    verb = _Verb(model, task, wanted, _trained(files.metrics))
    with destination(wanted.output, wanted.files) as out:
        for path in wanted.files or (_STDIN,):
            with _opened(path, task) as source:
                verb.answer(source, path, out)
    verb.end()


class _Verb:
    """The answers to all inputs, and what was wrong with them.

    Raises:
        SettingsError: a setting that has no effect here.
    """

    def __init__(self, model: Model[Any, Any], task: Task[Any, Any], wanted: Wanted, trained: Columns) -> None:
        self._model, self._task, self._wanted, self._trained = model, task, wanted, trained
        given = _settings(task, wanted)
        tokenizer = given.pop("tokenizer", None)
        own = tokenizer_in(model.x) if tokenizer in (None, "detect") else str(tokenizer)
        self._tokenizer = "whitespace" if wanted.whitespace else own
        self._given = given
        self._columns = Columns(given.get("token_column"), given.get("label_column"), given.get("text_column"))
        self._texts: list[str] | None = (
            [] if task.show.of_words and tokenizer is None and self._tokenizer == "words" else None
        )
        self._kind = "text"
        self._asked = 0
        self._bad = 0
        self._kinds: set[str] = set()
        self._notes: set[str] = set()
        self._writers: dict[str, Write] = {}

    def answer(self, source: BinaryIO, path: Path, out: TextIO) -> None:
        """Answer all of an input."""
        if self._wanted.output_format is not None:
            self._writer(out)  # which refuses a format that the task lacks
        shown = str(path) if len(self._wanted.files) > 1 else ""
        if self._task.show.paths and _is_named(path, self._task.show.files):
            paths = sorted(path.rglob("*")) if path.is_dir() else [path]
            named = (one for one in paths if _is_named(one, self._task.show.files) and one.is_file())
            self._write((Asked(0, text=str(one)) for one in named), shown, path, out)
            return
        if self._task.show.read_file is not None and path.suffix.lower() in self._task.show.files:
            found = self._task.show.read_file(path)
            self._write((Asked(line, words=x) for line, x in found), shown, path, out)
            return
        reader, number = self._reader(path), 0
        for block in blocks(source):
            if not number:
                refuse_utf16(block[0], _name(path))
            arrived = [(number + i, decoded(number + i, raw)) for i, raw in enumerate(block, 1)]
            number += len(block)
            self._write((one for line in arrived for one in reader.feed(*line)), shown, path, out)
        self._write(reader.finish(), shown, path, out)

    def end(self) -> None:
        """Say what could not be answered.

        Raises:
            typer.Exit: there is something.
        """
        if self._bad:
            of = f"{self._asked:,} {self._task.x.name}s"
            _say(f"Note: {self._bad:,} of {of} could not be answered; each has its error in its place.")
            raise typer.Exit(TROUBLED)

    def _write(self, asked: Iterator[Asked], shown: str, path: Path, out: TextIO) -> None:
        found = answer(self._model, self._task, asked, tokenizer=self._tokenizer, n_best=self._wanted.n_best)
        for prediction in found:
            self._asked += 1
            if prediction.trouble is not None:
                self._note(prediction.trouble, path)
            elif self._texts is not None and prediction.line and len(self._texts) < MOST_TEXTS:
                self._texts.append(prediction.line)
            self._writer(out)(prediction, shown)
        out.flush()
        self._tell_of_script()

    def _tell_of_script(self) -> None:
        """Say it, once, where the first texts are in a script without spaces and are split at spaces."""
        if not self._texts:
            return
        spaceless = detect_tokenizer(self._texts[:MOST_TEXTS]) == "characters"
        if spaceless:
            self._tell(
                "Much of the text is in a script without spaces, and this model splits texts at spaces "
                "(tokenizer=words). Give words, as JSON Lines or CoNLL columns; or have single characters: "
                "--set tokenizer=characters."
            )
        if spaceless or len(self._texts) >= MOST_TEXTS:
            self._texts = None

    def _note(self, trouble: Trouble, path: Path) -> None:
        """Say a trouble, the first of its kind; with `strict` it ends everything."""
        message = f"{_name(path)}{', ' if trouble.line else ': '}{trouble}. {trouble.way_out}."
        if self._wanted.strict:
            raise DataError(message)
        if trouble.way_out not in self._kinds and len(self._kinds) < MOST_KINDS:
            self._kinds.add(trouble.way_out)
            _say(f"error: {message}", style="red")
        self._bad += 1

    def _tell(self, note: str) -> None:
        """Say a note, once for all inputs."""
        if note not in self._notes:
            self._notes.add(note)
            _say(f"Note: {note}")

    def _writer(self, out: TextIO) -> Write:
        form = self._wanted.output_format
        if form is None:
            conll = "conll" if self._task.show.each is not None and not self._wanted.n_best else "text"
            form = {"text": "text", "conll": conll, "jsonl": "json"}[self._kind]
        if form not in self._writers:
            self._writers[form] = writer(form, self._model, self._task, out)
        return self._writers[form]

    def _reader(self, path: Path) -> Reader:
        kind = self._wanted.input or _SUFFIXES.get(path.suffix.lower())
        if not self._task.show.of_words:
            kind = "text"
        if kind is not None:
            return self._open(kind)
        return Detector(labels_of(self._model.y) if self._task.show.each else (), self._open, self._tell)

    def _open(self, kind: str) -> Reader:
        self._kind = kind
        if kind == "text" and self._given:
            raise SettingsError(f"{', '.join(self._given)} has no effect on text. Give --input conll or --input jsonl.")
        if kind == "conll":
            if self._wanted.whitespace:
                raise SettingsError("--whitespace has no effect on CoNLL columns, whose words are given. Leave it out.")
            return ConllReader(self._columns, self._trained, self._tell)
        if kind == "jsonl":
            named = "text_column" if "text_column" in self._task.defaults.names() else "token_column"
            return JsonReader(self._columns, named)
        if self._task.show.records:
            return FastaReader()
        return PlainReader(tokenizer_of(self._tokenizer) if self._task.show.of_words else None, self._tell)


def _check(wanted: Wanted) -> None:
    for option, value, allowed in (
        ("--input", wanted.input, KINDS),
        ("--output-format", wanted.output_format, FORMATS),
    ):
        if value is not None and value not in allowed:
            raise SettingsError(f"{option} is {value!r}. Give one of {', '.join(allowed)}.")
    if wanted.output_format == "conll" and wanted.n_best:
        raise SettingsError("--n-best has no place in CoNLL columns. Give --output-format json or text.")
    for path in wanted.files:
        if path != _STDIN and not path.exists():
            raise DataError(f"{path}: there is no such file. Check the path.")


def _settings(task: Task[Any, Any], wanted: Wanted) -> dict[str, Any]:
    """Return what `--set` says, checked."""
    given: dict[str, Any] = dict(parse_setting(task, text) for text in wanted.set)
    can = [
        name for name in ("token_column", "label_column", "text_column", "tokenizer") if name in task.defaults.names()
    ]
    if task.show.each is None and "label_column" in can:
        can.remove("label_column")
    for name in given:
        if name not in can:
            raise SettingsError(f"--set: {name} has no effect here. Only {', '.join(can) or 'nothing'} can be set.")
    values = task.defaults.replaced(given).to_dict()
    if "tokenizer" in given and wanted.whitespace:
        raise SettingsError("--whitespace is --set tokenizer=whitespace, and tokenizer is set, too. Give one.")
    return {name: values[name] for name in given}


def _trained(recorded: Mapping[str, Any]) -> Columns:
    """Return the columns that the model's training read, where they have numbers."""
    settings = recorded.get("settings")
    if not isinstance(settings, dict):
        return Columns()
    values = cast("dict[str, Any]", settings)
    numbers = {name: values.get(f"{name}_column") for name in ("token", "label")}
    return Columns(**{name: value for name, value in numbers.items() if isinstance(value, int)})


@contextmanager
def _opened(path: Path, task: Task[Any, Any]) -> Generator[BinaryIO]:
    if path.is_dir():
        yield io.BytesIO()
        return
    if path != _STDIN:
        with path.open("rb") as file:
            packed = task.show.records and file.peek(2)[:2] == b"\x1f\x8b"
            if not packed:
                yield file
                return
            try:
                yield cast(BinaryIO, gzip.GzipFile(fileobj=file))
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                found = "ends early" if isinstance(error, EOFError) else f"is damaged ({error})"
                raise DataError(f"{path}: the gzip file {found}. Copy it again; `gzip -t {path}` tests it.") from error
        return
    source = standard_input()
    if source.isatty():
        print_text(screen(stderr=True), f"One {task.x.name} a line; Ctrl-D ends.", style="dim")
    yield source


def _is_named(path: Path, suffixes: Set[str]) -> bool:
    return path.is_dir() or path.suffix.lower() in suffixes


def _name(path: Path) -> str:
    return "standard input" if path == _STDIN else str(path)


def _say(message: str, style: str = "yellow") -> None:
    sys.stdout.flush()
    print_text(screen(stderr=True), message, style=style)
