"""The verbs and their options. Nothing heavy is imported here: `unrolled --help` must not wait for torch."""

# The body of each command imports what the command needs, and only then.
# ruff: noqa: PLC0415

import io
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from unrolled import __version__
from unrolled.cli.outcome import outcome
from unrolled.cli.streams import secure_streams

__all__ = ["app", "main"]

EXIT_CODES = """\
\b
Exit codes:
  0    done
  1    `check` found problems, or `predict` lines that it could not answer
  2    a mistake in the command or the settings
  3    data that cannot be used
  4    a model that cannot be trusted: incomplete, altered, of another version
  5    a run that cannot start, go on or be written
  70   a fault of unrolled itself
  130  interrupted (Ctrl-C)
  141  the reader of the output went away

\b
Figures and predictions go to standard output, everything else to standard error.
NO_COLOR=1 leaves out the colours; UNROLLED_DEBUG=1 shows where an error arose."""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,  # its boxes would stand in pipes, and importing rich takes its time
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Sequence models, unrolled: from labelled pairs (X, Y) to a trained, measured, streaming recurrent network.",
    epilog=EXIT_CODES,
)

TaskName = Annotated[str, typer.Argument(metavar="TASK", help="The application, such as ner or sentiment.")]
ModelDirectory = Annotated[Path, typer.Argument(metavar="DIR", help="A run directory, or a model directory.")]
SetReading = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="How files are read, such as label_column=1; several times."),
]
FollowLinks = Annotated[
    bool, typer.Option("--follow-links", help="Read model files that are links to another folder or cache.")
]
Group = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="Whom or what an example is from, such as the speaker; as --set group=COLUMN."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON, for machines.")]


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"unrolled {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take the options that stand before the verb."""


@app.command(short_help="Train a model, measure it and save it.")
def train(
    task: Annotated[
        str, typer.Argument(metavar="[TASK]", help="The application, such as ner or sentiment; else it is found.")
    ],
    data: Annotated[Path | None, typer.Argument(metavar="[DATA]", help="As --train: labelled pairs.")] = None,
    *,
    train: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Labelled pairs, in one of the task's formats.")
    ] = None,
    dev: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What the best epoch is chosen on; else a part is set aside.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The run directory; else runs/TASK, or the next that is free.")
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option("--from", metavar="DIR", help="Go on from this trained model or run; its settings are taken."),
    ] = None,
    group: Group = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="The same seed gives the same weights.")] = None,
    folds: Annotated[
        int | None, typer.Option(metavar="K", min=2, help="Cross-validate: hold each of K parts out once.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in DIR, else with the newest.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Remove an earlier run from DIR first.")] = False,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Settings as JSON or TOML, also task, train, dev, out: a run's config.json."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="One setting, such as epochs=5; may be given several times."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train a model, measure it and save it; without files, on the bundled corpus.

    `unrolled train DATA`, without a task, looks at the pairs, says what they are and chooses the task.

    With --folds K each example is answered once, by a model that was trained without its part; the figures are of these
    answers, and the model that is left is trained on everything. With --group no speaker, say, is on both sides.

    The settings have the same names here, in Python and in config.json; docs/settings.md explains each, and
    `unrolled inspect DIR` lists those of a model.
    A value is read as JSON (5, 0.5, true, null), else as text. --seed goes before --set, --set before --config.
    """
    with outcome():
        from unrolled.cli import train as verb

        given = verb.given(task, data, train, dev, out, start, seed, group, folds, config, tuple(set_ or ()))
        verb.run(given, resume=resume, overwrite=overwrite, as_json=as_json)


@app.command(short_help="Measure a model, with the rule that the figures count by.")
def evaluate(
    directory: ModelDirectory,
    data: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Labelled pairs; else what the run was measured on.")
    ] = None,
    set_: SetReading = None,
    follow_links: FollowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Measure a model: its figures, over all and of each type or class, with the rule that they count by.

    FILE is read by the settings of the model's training, unless --set gives others.
    """
    with outcome():
        from unrolled.cli import evaluate as verb

        verb.run(directory, data, tuple(set_ or ()), as_json=as_json, follow_links=follow_links)


@app.command(short_help="Answer lines of text, CoNLL columns or JSON Lines.")
def predict(
    directory: ModelDirectory,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="What is answered; else standard input.")
    ] = None,
    *,
    input_: Annotated[
        str | None, typer.Option("--input", metavar="FORMAT", help="text, conll or jsonl; else it is found out.")
    ] = None,
    output_format: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="text, json, conll, bed or gff3; else as the input is.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write to this file, whole or not at all.")
    ] = None,
    n_best: Annotated[int, typer.Option(metavar="N", min=0, help="Give the N most probable answers to each line.")] = 0,
    whitespace: Annotated[
        bool, typer.Option("--whitespace", help="Split lines at white space only: the text is tokenised already.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first line that cannot be answered.")] = False,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="token_column=N, label_column=N, text_column=KEY, tokenizer=NAME."
        ),
    ] = None,
    follow_links: FollowLinks = False,
    as_json: Annotated[bool, typer.Option("--json", help="As --output-format json.")] = False,
) -> None:
    """Answer lines of text: one x a line, a line for each line; blank lines stay blank. It answers as the lines arrive.

    On a terminal the line is shown with the answer marked; in a pipe it is fields between tabs; --json writes one JSON
    object a line. What they hold stands in the task's page: docs/ner.md, docs/sentiment.md.

    CoNLL columns (a word a line, a blank line between sentences) and JSON Lines ({"tokens": [...]} or {"text": "..."})
    come out as they came in: with the predicted label as the last column, or as JSON.

    A line that cannot be read is answered with its error in its place, and the exit code is 1 at the end.
    """
    with outcome():
        from unrolled.cli import predict as verb
        from unrolled.errors import SettingsError

        if as_json and output_format not in (None, "json"):
            raise SettingsError(f"--json and --output-format {output_format} exclude each other. Give one.")
        wanted = verb.Wanted(
            files=tuple(files or ()),
            input=input_,
            output_format="json" if as_json else output_format,
            output=output,
            n_best=n_best,
            whitespace=whitespace,
            strict=strict,
            set=tuple(set_ or ()),
            follow_links=follow_links,
        )
        verb.run(directory, wanted)


@app.command(short_help="Answer standard input while it arrives.")
def stream(directory: ModelDirectory, follow_links: FollowLinks = False, as_json: AsJson = False) -> None:
    """Read standard input and answer as it comes, step by step: a line holds any number of steps, a blank one ends x.

    The answers do not depend on how the input is cut into lines. Needs a model that does not wait for the end of x: one
    that was trained with bidirectional=false, and a tagger with output=softmax.
    """
    with outcome():
        from unrolled.cli import stream as verb

        verb.run(directory, as_json=as_json, follow_links=follow_links)


@app.command(short_help="Show which words spoke for the answer.")
def explain(
    directory: ModelDirectory,
    label: Annotated[str | None, typer.Option(metavar="LABEL", help="Explain this label, not the answer.")] = None,
    picture: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw it: of DNA into this file, of clips into this folder."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --picture: labelled bases, drawn beside the answer.")
    ] = None,
    region: Annotated[
        str | None, typer.Option(metavar="NAME:START-END", help="With --picture: what is drawn, counted from 1.")
    ] = None,
    follow_links: FollowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Explain the answers to lines of standard input: how much each word spoke for the label, by integrated gradients.

    On a terminal words are coloured, green for the label and red against it. Piped, a line is
    LABEL <tab> WORD:VALUE WORD:VALUE ...; the values add up to the label's lead over the mean of the others. Of a clip
    it is told how probable the label was after each frame: LABEL <tab> SECONDS:PROBABILITY ...

    With --picture a model of DNA draws the first sequence: of a window, what each other base in each place would do to
    the label's log-odds (in-silico mutagenesis); of bases, truth, answer and the probability of each label. A model of
    clips draws the frames of each clip as a strip, with the label's probability under each.
    """
    with outcome():
        from unrolled.cli import explain as verb

        verb.run(
            directory,
            label,
            as_json=as_json,
            follow_links=follow_links,
            picture=picture,
            data=data,
            region=region,
        )


@app.command(short_help="Show shape, parameters, vocabulary, labels, settings.")
def inspect(directory: ModelDirectory, follow_links: FollowLinks = False, as_json: AsJson = False) -> None:
    """Show a model as the notation has it: shape, parameters, vocabulary, labels, metric, settings."""
    with outcome():
        from unrolled.cli import inspect as verb

        verb.run(directory, as_json=as_json, follow_links=follow_links)


@app.command(short_help="List the problems and the figures of labelled files.")
def check(
    task: TaskName,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Labelled files, the training file first.")],
    model: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also count the words that this model does not know.")
    ] = None,
    dev: Annotated[Path | None, typer.Option(metavar="FILE", help="One more file: that of the dev part.")] = None,
    group: Group = None,
    set_: SetReading = None,
    follow_links: FollowLinks = False,
    as_json: AsJson = False,
) -> None:
    """List all problems and the figures of labelled files, without training; exit with 1 if there are problems.

    Of several files it is also said what two have in common: examples, and with --group whom both are from.
    """
    with outcome():
        from unrolled.cli import check as verb

        files = [*files, *([] if dev is None else [dev])]
        verb.run(task, files, model, tuple(set_ or ()), group, as_json=as_json, follow_links=follow_links)


def main() -> None:
    """Run the command line."""
    secure_streams()
    for stream in (sys.stdout, sys.stderr):
        # A pipe gets UTF-8 whatever the locale; a terminal that lacks a character gets its escape.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
    if "OMP_WAIT_POLICY" not in os.environ:
        # Before torch is there: its idle threads spin briefly, then sleep. By default they spin until there is work,
        # and where another program wants the processor, two threads are then several times slower than one.
        os.environ.setdefault("GOMP_SPINCOUNT", "2000")
    app(prog_name="unrolled")
