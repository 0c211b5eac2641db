"""Labelled clips: a file and a label each.

a folder    opens/1.avi, closes/7.mp4    a folder a label
CSV, TSV    video,label                  a row a clip, with a header; paths as from the table's folder; so Parquet

A file is anything that FFmpeg reads, through PyAV (pip install 'unrolled[video]'), or `.npy`: ready features of its
frames, (T, D).
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

import numpy as np

from unrolled.data.clip import Clip
from unrolled.data.fault import Fault
from unrolled.data.labels import in_order
from unrolled.data.moving_pictures import open_clip
from unrolled.data.pair import Pair
from unrolled.data.readers.clips.listed import FEATURES, Found, Listed, listed
from unrolled.data.readers.clips.settings import ClipsSettings
from unrolled.data.readers.doubt import Doubt
from unrolled.data.readers.reading import Reading, verdict
from unrolled.data.readers.series.arrays import read_array
from unrolled.data.readers.source import Problems, counted
from unrolled.data.series import Series

__all__ = ["ClipsReading", "features_of", "read_clips"]

Raw: TypeAlias = Clip | Series
ClipsReading: TypeAlias = Reading[Raw, str]

LONG = 20
"""A clip so many times as long as half of the others is hardly one of them."""
MOST_THREADS = 8


def read_clips(path: str | Path, settings: ClipsSettings | None = None) -> ClipsReading:
    """Read clips with a label each; what is known of a clip is read, its pixels not.

    Every file is decoded once, unless the disk's cache knows it. Nothing in a file raises: what is wrong stands in the
    reading, and `Reading.checked` raises it. A clip that breaks off is read as far as it goes, and is a doubt.

    Raises:
        DataError: there are clips, and PyAV is missing.
    """
    settings, path = settings or ClipsSettings(), Path(path)
    problems, found = Problems(path, settings.encoding), Found()
    pairs: list[Pair[Raw, str]] = []
    kept: list[Listed] = []
    for one, raw in _opened(list(listed(path, settings, problems, found))):
        fault = raw if isinstance(raw, Fault) else _unlike(raw, pairs)
        if fault is None:
            kept.append(one)
            pairs.append(Pair(raw, one.label))  # pyright: ignore[reportArgumentType]
        elif one.line:
            problems.add(one.line, f"{one.named}: {fault.found}", fault.way_out, fault.found)
        else:
            own = Problems(one.path)
            own.add(None, fault.found, fault.way_out, fault.found)
            problems.found += own.found
    doubts = [doubt for doubt in _doubts(pairs, kept) if doubt.name not in settings.accepted()]
    files = tuple(str(one.path) for one in kept) if not path.is_file() else ()
    reading = Reading(
        str(path),
        pairs,
        [one.line for one in kept],
        taken=found.taken,
        facts=_facts(pairs),
        notes=tuple(f"{path}: {note}" for note in found.notes),
        doubts=tuple(doubts),
        files=files,
        groups=tuple(one.group for one in kept) if settings.group is not None else (),
        besides=tuple(str(one.path) for one in kept) if path.is_file() else (),
    )
    return verdict(reading, problems, noun="labelled clip")


def features_of(path: Path) -> Series | Fault:
    """Return ready features of a clip's frames, a `.npy` file with an array (T, D), or what is wrong with it."""
    problems = Problems(path)
    array = read_array(path, problems)
    if array is None:
        return Fault(problems.found[0].found, problems.found[0].way_out)
    if not array.size or not np.isfinite(array).all():
        what = "it has no frame" if not array.size else "numbers that are not finite"
        return Fault(what, "Save an array (T, D) of numbers")
    return Series(array)


def _opened(files: Sequence[Listed]) -> Iterator[tuple[Listed, Raw | Fault]]:
    """Yield what each file is, in order; PyAV decodes outside of Python's lock."""

    def opened(one: Listed) -> Raw | Fault:
        return features_of(one.path) if one.path.suffix.lower() == FEATURES else open_clip(one.path)

    if len(files) < 2:
        yield from ((one, opened(one)) for one in files)
        return
    with ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1)) as pool:
        yield from zip(files, pool.map(opened, files), strict=True)


def _unlike(raw: Raw, pairs: Sequence[Pair[Raw, str]]) -> Fault | None:
    """Return why a clip does not go with those before it."""
    if not pairs:
        return None
    first = pairs[0].x
    if isinstance(raw, Series) != isinstance(first, Series):
        return Fault("features beside clips of pixels", "Give one kind")
    if isinstance(raw, Series) and isinstance(first, Series) and raw.rows.shape[1] != first.rows.shape[1]:
        width = first.rows.shape[1]
        return Fault(f"{raw.rows.shape[1]} features a frame, where the first has {width}", "Give each as many")
    return None


def _facts(pairs: Sequence[Pair[Raw, str]]) -> dict[str, str]:
    if not pairs:
        return {}
    facts: dict[str, str] = {}
    clips = [pair.x for pair in pairs if isinstance(pair.x, Clip)]
    if clips:
        facts["seconds each"] = _span([round(clip.seconds, 2) for clip in clips])
        facts["frames per second"] = _span([round(clip.rate, 1) for clip in clips])
        sizes = Counter(f"{clip.width} × {clip.height}" for clip in clips).most_common(3)
        facts["pixels"] = ", ".join(size for size, _ in sizes) + ", …" * (len(sizes) > 2)
        return facts
    return facts | {"features of a frame": str(np.asarray(pairs[0].x).shape[1])}


def _span(numbers: Sequence[float]) -> str:
    least, most = min(numbers), max(numbers)
    return f"{least:,g}" if least == most else f"{least:,g} to {most:,g}"


def _doubts(pairs: Sequence[Pair[Raw, str]], files: Sequence[Listed]) -> Iterator[Doubt]:
    broken = [
        (pair.x, one) for pair, one in zip(pairs, files, strict=True) if isinstance(pair.x, Clip) and pair.x.broken
    ]
    if broken:
        clip, one = broken[0]
        more = f", and {counted(len(broken) - 1, 'clip')} more" if len(broken) > 1 else ""
        found = f"{one.named or one.path.name}: {clip.broken}{more}; what comes before is read"
        file = str(one.path) if not one.line else ""
        way_out = "Copy or export it again, or leave it out"
        yield Doubt("broken_clips", "in training", found, way_out, one.line or None, file)
    counts = Counter(pair.y for pair in pairs)
    if len(counts) == 1 and len(pairs) > 1:
        found = f"every clip has the label {pairs[0].y!r}"
        yield Doubt("one_label", "in training", found, "Add clips with other labels")
    elif rare := in_order(label for label, count in counts.items() if count == 1):
        found = f"{counted(len(rare), 'label')} of one clip alone: {', '.join(map(repr, rare[:4]))}"
        yield Doubt("rare_labels", "never", found, "Add clips with such labels")
    lengths = [len(pair.x) for pair in pairs]
    if lengths and max(lengths) > LONG * max(5.0, float(np.median(lengths))):
        place = int(np.argmax(lengths))
        one = files[place]
        found = f"a clip of {max(lengths):,} frames, where half of them have at most {np.median(lengths):g}"
        yield Doubt(
            "lengths", "never", found, "Cut it into pieces", one.line or None, "" if one.line else str(one.path)
        )
