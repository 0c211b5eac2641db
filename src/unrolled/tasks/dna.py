"""DNA: a label for a window of bases, such as a splice site (many to one); accuracy, macro F1, MCC, AUROC, AUPRC."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, cast

import torch

from unrolled.architectures import ManyToOne, ManyToOneSettings
from unrolled.data.answer import Answer
from unrolled.data.bases import normal_bases, other_strand
from unrolled.data.codecs import Codec, DnaCodec, DnaSettings, LabelCodec, LabelSettings
from unrolled.data.pair import Pair
from unrolled.data.readers import Reading, SequencesSettings, read_dna
from unrolled.data.readers.grid import as_text
from unrolled.errors import DataError
from unrolled.layers import BasesInputSettings, ClassesOutputSettings
from unrolled.metrics import ClassMetric
from unrolled.model import Model
from unrolled.settings import Composed
from unrolled.tasks.parts import PartSettings
from unrolled.tasks.pictures import draw_classes
from unrolled.tasks.task import Bundled, Checks, Segment, Show, Task, Unit, pairs_of_python
from unrolled.tasks.temperature import CalibrationSettings, choose_temperature
from unrolled.tasks.text import field
from unrolled.training import FitSettings

__all__ = ["DNA"]

Pairs: TypeAlias = Sequence[Pair[str, str]]

EXAMPLES = Path(__file__).parent.parent / "examples"


def _read(path: Path, settings: Composed) -> Reading[str, str]:
    return read_dna(path, settings.group(SequencesSettings))


def _of_python(X: Sequence[str], y: Sequence[object] | None, settings: Composed) -> list[Pair[str, str]]:
    pairs: list[Pair[str, str]] = []
    for number, pair in enumerate(pairs_of_python(X, y, settings), 1):
        label: object = pair.y
        if label is None or label != label or not str(label):  # noqa: PLR0124  (NaN is how tables spell nothing)
            raise DataError(f"Sequence {number} has the label {label!r}. Give every sequence one, or leave it out.")
        # pandas holds whole numbers beside missing ones as floats.
        pairs.append(Pair(pair.x, as_text(label)))
    return pairs


def _codecs(pairs: Pairs, settings: Composed) -> tuple[DnaCodec, LabelCodec]:
    dna = DnaCodec.fitted([pair.x for pair in pairs], settings.group(DnaSettings))
    return dna, LabelCodec.fitted([pair.y for pair in pairs], settings.group(LabelSettings))


def _start(model: Model[str, str], pairs: Pairs, settings: Composed) -> list[str]:
    _start_runs(model, pairs)
    return []


def _go_on(model: Model[str, str], earlier: Model[str, str], pairs: Pairs, settings: Composed) -> list[str]:
    labels = _labels(earlier.y)
    new = torch.tensor([label not in labels for label in _labels(model.y)])
    if bool(new.any()):
        _start_runs(model, pairs, new.expand(cast(DnaCodec, model.x).phrases.size, -1))
    return []


def _start_runs(model: Model[str, str], pairs: Pairs, new: torch.Tensor | None = None) -> None:
    """Give the wide part the log-count ratios of the training pairs, of both strands where the label is of both."""
    network, classes = cast(ManyToOne, model.network), cast(Any, model.y.encode([pair.y for pair in pairs])).rows
    if network.wide is None:
        return
    xs = [pair.x for pair in pairs]
    if cast(DnaSettings, model.x.settings).reverse_complement != "none":
        xs, classes = [*xs, *map(other_strand, map(normal_bases, xs))], classes.repeat(2)
    one_hot = torch.nn.functional.one_hot(classes, len(_labels(model.y)))
    network.wide.start((cast(DnaCodec, model.x).phrases.bag([normal_bases(x) for x in xs]),), one_hot, new)


def _labels(y: Codec[str]) -> tuple[str, ...]:
    return cast(LabelCodec, y).labels.tokens


def _counts(pairs: Pairs) -> Mapping[str, Mapping[str, int]]:
    return {"labels": dict(sorted(Counter(pair.y for pair in pairs).items()))}


def _figures(pairs: Pairs) -> Mapping[str, int]:
    seen: set[str] = set()
    turned = 0
    for pair in pairs:
        turned += (other := other_strand(pair.x)) in seen and other != pair.x
        seen.add(pair.x)
    return {"num_reverse_complements": turned}


def _doubts(pairs: Pairs) -> str | None:
    """Return what looks like a label for every base."""
    if pairs and all(len(pair.y) == len(pair.x) for pair in pairs):
        return "Each label is as long as its sequence: labels of bases are those of the task bases"
    return None


def _unseen(y: Codec[str], pairs: Pairs) -> list[str]:
    return sorted({pair.y for pair in pairs} - set(_labels(y)))


def _read_x(line: str, tokenizer: str) -> str | None:
    """Return the bases of a line; a header of FASTA, as a blank line, holds none."""
    text = line.strip()
    return None if not text or text.startswith((">", ";")) else normal_bases(text)


def _probabilities(answer: Answer[str]) -> list[tuple[str, float]]:
    return [(y, round(min(1.0, math.exp(p)), 6)) for y, p in answer.others]


def _json(line: str | None, x: str | None, answer: Answer[str] | None) -> dict[str, Any]:
    if x is None or answer is None:
        return {"sequence": None, "label": None, "confidence": None}
    found: dict[str, Any] = {"sequence": x, "label": answer.y, "confidence": round(answer.confidence[0], 6)}
    if answer.others:
        found["n_best"] = [{"label": y, "probability": p} for y, p in _probabilities(answer)]
    return found


def _fields(x: str, answer: Answer[str]) -> list[tuple[str, ...]]:
    if not answer.others:
        return [(field(answer.y), f"{answer.confidence[0]:.6g}", x)]
    return [(field(y), f"{p:.6g}", x) for y, p in _probabilities(answer)]


def _segments(line: str | None, x: str, label: str) -> list[Segment]:
    return [Segment(label, label), Segment(f"  {x if line is None else line.strip()}")]


def _stream(x: str | None, answers: Sequence[Answer[str]], end: bool) -> list[dict[str, Any]]:
    if end:
        return [{"label": answer.y, "confidence": round(answer.confidence[0], 6), "final": True} for answer in answers]
    steps = zip(x or "", answers, strict=False)
    return [{"base": base, "label": answer.y, "confidence": round(answer.confidence[0], 6)} for base, answer in steps]


DNA: Task[Any, Any] = Task(
    name="dna",
    title="labels of DNA",
    architecture="many_to_one",
    x=Unit("sequence", step="base"),
    y=Unit("label", step="label"),
    example="GCCTACGTGAAGCAGTTCAAACAGGTAAGTATTCCGCATTAGGTTCAAATGCTAACCATT",
    defaults=Composed(
        {
            "read": SequencesSettings(),
            "x": DnaSettings(),
            "y": LabelSettings(order="none"),
            "parts": PartSettings(),
            "calibration": CalibrationSettings(),
            "network": ManyToOneSettings(
                hidden_size=32, pooling="attention_max", attention_size=48, input_dropout=0.2, dropout=0.5
            ),
            "input": BasesInputSettings(),
            "output": ClassesOutputSettings(label_smoothing=0.1),
            "fit": FitSettings(epochs=15, batch_steps=4096, batch_fraction=0.0134, patience=None),
        }
    ),
    purpose=lambda y: f"Gives a sequence of DNA one of {', '.join(_labels(y))}.",
    read=_read,
    of_python=_of_python,
    codecs=_codecs,
    metric=lambda y: ClassMetric(_labels(y), ranked=True),
    metrics=(ClassMetric(("1", "2"), ranked=True),),
    show=Show(
        read_x=_read_x, json=_json, fields=_fields, segments=_segments, kinds=_labels, stream=_stream, records=True
    ),
    start=_start,
    go_on=_go_on,
    doubts=_doubts,
    takes=frozenset({("bases", "a label")}),
    calibrate=choose_temperature,
    chosen={"temperature": ("temperature", ", by which scores are divided; calibrate=true chooses it on the dev part")},
    pictures=draw_classes,
    checks=Checks(
        counts=_counts, figures=_figures, tables={"labels": "label"}, alike=("reverse complement", other_strand)
    ),
    unseen=_unseen,
    bundled=Bundled(
        EXAMPLES / "dna.fasta",
        EXAMPLES / "dna_dev.fasta",
        EXAMPLES / "dna_test.fasta",
        about_test="The bases of all parts are made up by one grammar; none was ever in a living thing.",
    ),
)
"""The task; its bundled windows round splice sites are made up."""
