"""Bases: a label for every base of DNA, such as exon or intron (many to many); MCC, accuracy, F1 of whole intervals."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np

from unrolled.architectures import ManyToManySettings
from unrolled.data.answer import Answer
from unrolled.data.bases import normal_bases, other_strand
from unrolled.data.codecs import BasesCodec, BasesSettings, Codec, StepLabelsCodec, StepLabelsSettings
from unrolled.data.codecs.codec import Fault
from unrolled.data.given import labels_of
from unrolled.data.pair import Pair
from unrolled.data.ragged import Ragged
from unrolled.data.readers import BaseLabelsSettings, Reading, read_bases
from unrolled.data.step_labels import StepLabels, distinct_labels, label_counts
from unrolled.errors import DataError, SettingsError
from unrolled.layers import BasesInputSettings, PathsOutput, PathsOutputSettings
from unrolled.metrics import BaseMetric
from unrolled.model import Model
from unrolled.settings import Composed
from unrolled.tasks.parts import PartSettings
from unrolled.tasks.path_scale import PathSettings, choose_path_scale
from unrolled.tasks.show import Segment, Show
from unrolled.tasks.show import labels_of as labels_in
from unrolled.tasks.task import Bundled, Checks, Task, Unit, pairs_of_python
from unrolled.tasks.text import field
from unrolled.training import FitSettings, PieceSettings

__all__ = ["BASES", "Stretch", "stretches"]

Pairs: TypeAlias = Sequence[Pair[str, Sequence[str]]]

EXAMPLES = Path(__file__).parent.parent / "examples"
SHOWN = 20
"""Stretches of an example in words."""

Stretch: TypeAlias = tuple[int, int, str, float]
"""The first base from 0, the one after the last, the label, and how sure the model is on average."""


def stretches(answer: Answer[Sequence[str]]) -> list[Stretch]:
    """Return the stretches of one label of an answer.

    >>> stretches(Answer(("exon", "exon", "none"), confidence=(0.9, 0.7, 0.6)))
    [(0, 2, 'exon', 0.8), (2, 3, 'none', 0.6)]
    """
    y = answer.y if isinstance(answer.y, StepLabels) else StepLabels.of(answer.y)
    sure = np.asarray(answer.confidence or [math.nan] * len(y))
    return [(a, b, label, round(float(sure[a:b].mean()), 6)) for a, b, label in y.runs()]


def _read(path: Path, settings: Composed) -> Reading[str, StepLabels]:
    return read_bases(path, settings.group(BaseLabelsSettings))


def _of_python(X: Sequence[str], y: Sequence[Any] | None, settings: Composed) -> list[Pair[str, Sequence[str]]]:
    """Return pairs: y has a label for each base, one by one or as a text of letters."""
    pairs: list[Pair[str, Sequence[str]]] = []
    for number, pair in enumerate(pairs_of_python(X, y, settings), 1):
        given: Any = list(pair.y) if isinstance(pair.y, str) else pair.y
        labels = given if isinstance(given, StepLabels) else labels_of(given, None, "base")
        if isinstance(labels, Fault):
            raise DataError(f"Sequence {number} has {labels.found}. {labels.way_out}.")
        if len(labels) != len(pair.x):
            raise DataError(
                f"Sequence {number} has {len(pair.x):,} bases and {len(labels):,} labels. Give one for each."
            )
        pairs.append(Pair(pair.x, labels if isinstance(labels, StepLabels) else StepLabels.of(labels)))
    return pairs


def _codecs(pairs: Pairs, settings: Composed) -> tuple[BasesCodec, StepLabelsCodec]:
    how = settings.group(BasesSettings)
    if not settings.group(ManyToManySettings).bidirectional:  # what is still to come is not looked at
        how = BasesSettings.from_dict({**how.to_dict(), "ahead": 0, "word_bases": 0})
    there = set[str]().union(*(distinct_labels(pair.y) for pair in pairs))
    background = settings.group(BaseLabelsSettings).background
    own = background if background in there else None
    told = StepLabelsSettings(background=own, stretches=True, coding=how.coding)
    y = StepLabelsCodec.fitted([pair.y for pair in pairs], told)
    if y.codons is None:
        return BasesCodec.fitted([pair.x for pair in pairs], how), y
    if not y.codons.frames:
        raise SettingsError(f"coding is {how.coding!r}, and the labels are {', '.join(y.labels.tokens)}. Name some.")
    if not how.word_bases:
        return BasesCodec.fitted([pair.x for pair in pairs], how), y
    states = [y.encode([pair.y]).rows for pair in pairs]
    return BasesCodec.fitted_with_codons([pair.x for pair in pairs], states, y.codons, y.space.partners, how), y


def _start(model: Model[Any, Any], pairs: Pairs, settings: Composed) -> list[str]:
    """Let the output count which label follows which in the training pairs."""
    output = model.network.output
    if isinstance(output, PathsOutput):
        output.count(cast(Ragged, model.y.encode([pair.y])).rows for pair in pairs)
    return []


def _go_on(model: Model[Any, Any], earlier: Model[Any, Any], pairs: Pairs, settings: Composed) -> list[str]:
    return _start(model, pairs, settings)


def _metric(y: Codec[Any]) -> BaseMetric:
    return BaseMetric(labels_in(y), cast(StepLabelsCodec, y).settings.background)


def _counts(pairs: Pairs) -> Mapping[str, Mapping[str, int]]:
    counts: Counter[str] = Counter()
    for pair in pairs:
        counts.update(label_counts(pair.y))
    return {"labels": dict(sorted(counts.items()))}


def _figures(pairs: Pairs) -> Mapping[str, int]:
    seen: set[str] = set()
    turned = num_stretches = 0
    for pair in pairs:
        turned += (other := other_strand(pair.x)) in seen and other != pair.x
        seen.add(pair.x)
        num_stretches += len(pair.y.runs()) if isinstance(pair.y, StepLabels) else 0
    return {"num_stretches": num_stretches, "num_reverse_complements": turned}


def _unseen(y: Codec[Any], pairs: Pairs) -> list[str]:
    return sorted(set[str]().union(*(distinct_labels(pair.y) for pair in pairs)) - {*labels_in(y)})


def _in_words(pair: Pair[str, Sequence[str]]) -> str:
    y = pair.y if isinstance(pair.y, StepLabels) else StepLabels.of(pair.y)
    runs = y.runs()
    told = ", ".join(f"{label} {a + 1}-{b}" for a, b, label in runs[:6])
    return f"{pair.x[:30]}{'…' if len(pair.x) > 30 else ''} → {told}{', …' if len(runs) > 6 else ''}"


def _read_x(line: str, tokenizer: str) -> str | None:
    """Return the bases of a line; a header of FASTA, as a blank line, holds none."""
    text = line.strip()
    return None if not text or text.startswith((">", ";")) else normal_bases(text)


def _json(line: str | None, x: str | None, answer: Answer[Any] | None) -> dict[str, Any]:
    if x is None or answer is None:
        return {"num_bases": 0, "stretches": []}
    found = [{"start": a, "end": b, "label": label, "confidence": p} for a, b, label, p in stretches(answer)]
    return {"num_bases": len(x), "stretches": found}


def _fields(x: str, answer: Answer[Any]) -> list[tuple[str, ...]]:
    return [(field(label), str(a), str(b), f"{p:.6g}") for a, b, label, p in stretches(answer)]


def _intervals(y: Codec[Any], answer: Answer[Any]) -> list[tuple[int, int, str, float, str]]:
    """Return the stretches that are not background; the strand of labels that are others on the other one."""
    codec = cast(StepLabelsCodec, y)
    bound = codec.stranded
    return [
        (a, b, label[:-1] if label in bound else label, p, label[-1] if label in bound else ".")
        for a, b, label, p in stretches(answer)
        if label != codec.settings.background
    ]


def _segments(line: str | None, x: str, y: Any) -> list[Segment]:
    return [Segment(x[a:b], label) for a, b, label in StepLabels.of(y).runs()]


def _stream(x: str | None, answers: Sequence[Answer[Any]], end: bool) -> list[dict[str, Any]]:
    steps: Iterable[tuple[str, Answer[Any]]] = zip(x or "", answers, strict=False)
    return [{"base": b, "label": a.y[0], "confidence": round(a.confidence[0], 6)} for b, a in steps]


BASES: Task[Any, Any] = Task(
    name="bases",
    title="labels of bases",
    architecture="many_to_many",
    x=Unit("sequence", step="base"),
    y=Unit("labels", step="label"),
    example="GCCTACGTGAAGCAGTTCAAACAGGTAAGTATTCCGCATTAGGTTCAAATGCTAACCATT",
    defaults=Composed(
        {
            "read": BaseLabelsSettings(),
            "x": BasesSettings(),
            "parts": PartSettings(),
            "network": ManyToManySettings(hidden_size=64, input_dropout=0.0, dropout=0.1),
            "input": BasesInputSettings(base_size=64),
            "output": PathsOutputSettings(),
            "calibration": PathSettings(),
            "pieces": PieceSettings(),
            "fit": FitSettings(epochs=12, batch_steps=4096, batch_fraction=0.0084, patience=None, learning_rate=5e-3),
        }
    ),
    purpose=lambda y: f"Gives every base of DNA one of {', '.join(labels_in(y))}.",
    read=_read,
    of_python=_of_python,
    codecs=_codecs,
    metric=_metric,
    metrics=(BaseMetric(("1", "2"), "1"),),
    calibrate=choose_path_scale,
    chosen={"path_scale": ("path scale", ", by which the network counts beside the transitions of the best path")},
    start=_start,
    go_on=_go_on,
    show=Show(
        read_x=_read_x,
        json=_json,
        fields=_fields,
        segments=_segments,
        stream=_stream,
        records=True,
        intervals=_intervals,
    ),
    takes=frozenset({("bases", "a label per step")}),
    length=lambda pair: len(pair.x),
    checks=Checks(
        counts=_counts,
        figures=_figures,
        tables={"labels": "label"},
        alike=("reverse complement", other_strand),
        example=_in_words,
    ),
    unseen=_unseen,
    bundled=Bundled(
        EXAMPLES / "bases.fasta",
        EXAMPLES / "bases_dev.fasta",
        EXAMPLES / "bases_test.fasta",
        about_test="The genes of all parts are made up by one grammar; none was ever in a living thing.",
    ),
)
"""The task; its bundled genes are made up."""
