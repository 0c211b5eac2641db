"""`unrolled explain --picture`: in-silico mutagenesis of a window of DNA, or the tracks of a region."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from unrolled.cli.lines import read_lines
from unrolled.cli.streams import standard_input
from unrolled.data.codecs import BasesCodec
from unrolled.data.readers.source import Problems, numbered_lines
from unrolled.errors import DataError, SettingsError
from unrolled.model import Model
from unrolled.pictures import mutation_picture
from unrolled.runs.asked import FastaReader
from unrolled.runs.mutate import mutate
from unrolled.runs.region import draw_region, find_region, read_region
from unrolled.tasks import Task

__all__ = ["draw"]


def draw(
    model: Model[Any, Any],
    task: Task[Any, Any],
    path: Path,
    *,
    label: str | None = None,
    data: Path | None = None,
    region: str | None = None,
) -> str:
    """Draw the picture and return what it is of.

    Args:
        model: of DNA.
        task: its task.
        path: of the PNG.
        label: whose log-odds the mutations move.
        data: a labelled file, whose labels are drawn, too; None for the first sequence of standard input.
        region: of a model of bases: `NAME:START-END`, counted from 1; None for all of the first sequence.

    Raises:
        DataError: no such sequence, or one that cannot be answered.
        SettingsError: a model that has no picture.
    """
    per_base = isinstance(model.x, BasesCodec)
    if not per_base and (region is not None or data is not None):
        raise SettingsError("--region and --data are for models of the task bases. Give one window: < FILE.")
    if per_base and label is not None:
        raise SettingsError("--label has no effect on tracks, which show every label. Leave it out.")
    name, start, end = (None, None, None) if region is None else read_region(region)
    found_name, bases, truth = _labelled(task, data, name) if data is not None else (*_asked(name), None)
    if per_base:
        found = find_region(model, bases, start or 0, end, truth)
        draw_region(model, found, path, name=found_name)
        return f"{found_name or 'bases'} {found.start + 1:,}-{found.end:,}"
    mutations = mutate(model, bases, label)
    mutation_picture(mutations.bases, mutations.changes, path, title=f"log-odds of {mutations.label}")
    return f"log-odds of {mutations.label}"


def _asked(name: str | None) -> tuple[str, str]:
    """Return name and bases of the first sequence of standard input, or of the one of that name."""
    reader = FastaReader()

    def each() -> Iterator[tuple[str, str]]:
        number = 0
        for lines in read_lines(standard_input()):
            for line in lines:
                number += 1
                for one in reader.feed(number, line):
                    yield one.name, (one.text or "").strip()
        for one in reader.finish():
            yield one.name, (one.text or "").strip()

    return _one(((own, bases) for own, bases in each() if bases), name, "standard input")


def _labelled(task: Task[Any, Any], data: Path, name: str | None) -> tuple[str, str, Sequence[str]]:
    reading = task.read(data, task.defaults).checked()
    headers = {number: line or "" for number, line in numbered_lines(data, Problems(data, unpack=True))}
    names = [headers.get(line, "")[1:].split(maxsplit=1)[:1] for line in reading.lines]
    pairs = {(own[0] if own else ""): pair for own, pair in zip(names, reading.pairs, strict=True)}
    found, bases = _one(((own, pair.x) for own, pair in pairs.items()), name, str(data))
    return found, bases, pairs[found].y


def _one(sequences: Iterator[tuple[str, str]], name: str | None, where: str) -> tuple[str, str]:
    seen: list[str] = []
    for own, bases in sequences:
        if name is None or own == name:
            return own, bases
        seen.append(own)
    if not seen:
        raise DataError(f"{where}: there is no sequence. Give one, as FASTA or on a line.")
    raise DataError(f"{where}: there is no sequence {name!r}; there are {', '.join(seen[:5])}.")
