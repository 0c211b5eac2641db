"""Video: a label for a clip, such as what is done in it (many to one); top-1, top-5 and macro F1."""

import base64
import binascii
import math
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np

from unrolled.architectures import ManyToOneSettings
from unrolled.data.answer import Answer
from unrolled.data.cache import cache_folder
from unrolled.data.clip import Clip, Frames, frames_of
from unrolled.data.codecs import Codec, LabelCodec, LabelSettings, VectorsCodec, VectorsSettings, VideoCodec
from unrolled.data.codecs.video import VideoSettings
from unrolled.data.fault import Fault
from unrolled.data.given import label_of
from unrolled.data.made_up_clips import write_clips
from unrolled.data.moving_pictures import SUFFIXES, frames_in, open_clip
from unrolled.data.pair import Pair
from unrolled.data.readers import ClipsSettings, Reading, read_clips
from unrolled.data.readers.clips.clips import features_of
from unrolled.data.series import Series
from unrolled.errors import DataError
from unrolled.layers import ClassesOutputSettings, ImagesInputSettings, VectorsInputSettings
from unrolled.metrics import ClassMetric
from unrolled.settings import Composed
from unrolled.tasks.parts import PartSettings
from unrolled.tasks.pictures import draw_classes
from unrolled.tasks.task import Bundled, Checks, Segment, Show, Task, Unit, pairs_of_python
from unrolled.tasks.temperature import CalibrationSettings, choose_temperature
from unrolled.tasks.text import field
from unrolled.training import FitSettings

__all__ = ["VIDEO"]

X: TypeAlias = Clip | Frames | Series
Pairs: TypeAlias = Sequence[Pair[Any, str]]

MADE_UP = (cache_folder() or Path(tempfile.gettempdir()) / "unrolled") / "made-up-clips-3"
"""Where the bundled clips lie, which are made where they are first asked for."""
PARTS = {"train": (520, 1), "dev": (96, 2), "test": (240, 3)}
"""How many clips there are of each part, and by which seed."""
DATA_URL = "data:"
TOP = 5


def _read(path: Path, settings: Composed) -> Reading[Any, str]:
    if path.parent == MADE_UP and path.name in PARTS and not path.is_dir():
        _make(path, *PARTS[path.name])
    return read_clips(path, settings.group(ClipsSettings))


def _make(path: Path, number: int, seed: int) -> None:
    """Write a part of the bundled clips: it is there as a whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    own = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-"))
    try:
        write_clips(own, number, seed)
        own.chmod(0o755)
        own.rename(path)
    except OSError:
        if not path.is_dir():  # else another process was quicker
            raise
    finally:
        shutil.rmtree(own, ignore_errors=True)


def _of_python(X: Iterable[Any], y: Iterable[Any] | None, settings: Composed) -> list[Pair[Any, str]]:
    """Return pairs of paths, of arrays (T, H, W) or (T, H, W, 3), or of features (T, D), and labels."""
    pairs: list[Pair[Any, str]] = []
    for number, pair in enumerate(pairs_of_python(X, y, settings), 1):
        x, label = _x(pair.x), label_of(pair.y)
        for found in (x, label):
            if isinstance(found, Fault):
                raise found.error(number)
        pairs.append(Pair(x, cast(str, label)))
    return pairs


def _xs_of_python(X: Iterable[Any], x: Codec[Any]) -> Iterator[Any]:
    for number, raw in enumerate(X, 1):
        found = _x(raw)
        if isinstance(found, Fault):
            raise found.error(number)
        yield found


def _x(raw: Any) -> X | Fault:
    """Return a value as a clip, frames or features, or what is wrong with it."""
    if isinstance(raw, Clip | Frames | Series):
        return raw
    if isinstance(raw, str | Path):
        found = _of_file(Path(raw))
        return Fault(f"the clip {raw}: {found.found}", found.way_out) if isinstance(found, Fault) else found
    if np.ndim(raw) == 2:
        return Series(raw)
    return frames_of(raw)


def _of_file(path: Path) -> Clip | Series | Fault:
    return features_of(path) if path.suffix.lower() == ".npy" else open_clip(path)


def _codecs(pairs: Pairs, settings: Composed) -> tuple[Codec[Any], Codec[str]]:
    y = LabelCodec.fitted((pair.y for pair in pairs), settings.group(LabelSettings))
    xs = [pair.x for pair in pairs]
    if xs and all(isinstance(x, Series) for x in xs):
        return VectorsCodec.fitted(xs, settings.group(VectorsSettings)), y
    return VideoCodec.fitted(xs, settings.group(VideoSettings)), y


def _labels(y: Codec[str]) -> tuple[str, ...]:
    return cast(LabelCodec, y).labels.tokens


def _counts(pairs: Pairs) -> Mapping[str, Mapping[str, int]]:
    return {"labels": dict(sorted(Counter(pair.y for pair in pairs).items()))}


def _figures(pairs: Pairs) -> Mapping[str, int]:
    return {"num_broken": sum(bool(getattr(pair.x, "broken", "")) for pair in pairs)}


def _unseen(y: Codec[str], pairs: Pairs) -> list[str]:
    return sorted({pair.y for pair in pairs} - set(_labels(y)))


def _in_words(pair: Pair[Any, str]) -> str:
    x = pair.x
    if isinstance(x, Clip):
        return f"{len(x):,} frames of {x.width} × {x.height} in {x.seconds:.2f} seconds → {pair.y}"
    return f"{len(x):,} frames → {pair.y}"


def _doubts(pairs: Pairs) -> str | None:
    return "its files hold numbers, no pictures" if all(isinstance(pair.x, Series) for pair in pairs) else None


def _read_x(line: str, tokenizer: str) -> X | None:
    """Return what a line names: the path of a clip or a picture, or a picture itself, `data:image/jpeg;base64,…`."""
    text = line.strip()
    if not text:
        return None
    if text.startswith(DATA_URL):
        return _sound(_of_data(text), "the picture")
    found = _sound(_of_file(Path(text)), text)
    if isinstance(found, Clip) and found.broken:
        raise DataError(f"{text}: {found.broken}. Copy or export it again")
    return found


def _of_data(text: str) -> Frames | Fault:
    head, comma, body = text.partition(",")
    try:
        if not comma or not head.endswith(";base64"):
            raise ValueError("no base64")
        return frames_in(base64.b64decode(body, validate=True))
    except (binascii.Error, ValueError) as error:
        return Fault(f"no picture in base64 ({error})", "Give data:image/jpeg;base64, and the bytes")


def _sound(found: Any, name: str) -> Any:
    if isinstance(found, Fault):
        raise DataError(f"{name}: {found.found}. {found.way_out}")
    return found


def _name(line: str | None, x: Any) -> str:
    return line.strip() if line is not None and not line.startswith(DATA_URL) else str(getattr(x, "path", ""))


def _json(line: str | None, x: X | None, answer: Answer[str] | None) -> dict[str, Any]:
    if x is None or answer is None:
        return {"video": None, "label": None, "confidence": None}
    found: dict[str, Any] = {"video": _name(line, x), "label": answer.y, "confidence": round(answer.confidence[0], 6)}
    if answer.others:
        found["n_best"] = [{"label": y, "probability": p} for y, p in _probabilities(answer)]
    return found


def _probabilities(answer: Answer[str]) -> list[tuple[str, float]]:
    return [(y, round(min(1.0, math.exp(p)), 6)) for y, p in answer.others]


def _fields(x: X, answer: Answer[str]) -> list[tuple[str, ...]]:
    name = _name(None, x)
    if not answer.others:
        return [(field(answer.y), f"{answer.confidence[0]:.6g}", name)]
    return [(field(y), f"{p:.6g}", name) for y, p in _probabilities(answer)]


def _segments(line: str | None, x: X, label: str) -> list[Segment]:
    return [Segment(label, label), Segment(f"  {_name(line, x)}")]


def _stream(x: X | None, answers: Sequence[Answer[str]], end: bool) -> list[dict[str, Any]]:
    rows = [{"label": answer.y, "confidence": round(answer.confidence[0], 6)} for answer in answers]
    return [{**row, "final": True} for row in rows] if end else rows


VIDEO: Task[Any, Any] = Task(
    name="video",
    title="labels of clips",
    architecture="many_to_one",
    x=Unit("clip", step="frame"),
    y=Unit("label", step="label"),
    example="clips/1.avi",
    defaults=Composed(
        {
            "read": ClipsSettings(),
            "x": VideoSettings(shift=0.08, brightness=0.2, tempo=0.15),
            "features": VectorsSettings(differences=True, jitter=0.05, scaling=0.1, warp=0.15),
            "y": LabelSettings(order="none"),
            "parts": PartSettings(),
            "calibration": CalibrationSettings(),
            "network": ManyToOneSettings(
                hidden_size=128, pooling="attention_max", attention_size=64, input_dropout=0.1, dropout=0.3
            ),
            "input": ImagesInputSettings(frame_dropout=0.1),
            "features_input": VectorsInputSettings(),
            "output": ClassesOutputSettings(label_smoothing=0.1),
            "fit": FitSettings(
                epochs=40, batch_steps=512, batch_fraction=0.05, learning_rate=4e-3, warmup=0.1, patience=None
            ),
        }
    ),
    purpose=lambda y: f"Gives a clip one of {', '.join(_labels(y))}.",
    read=_read,
    of_python=_of_python,
    xs_of_python=_xs_of_python,
    codecs=_codecs,
    metric=lambda y: ClassMetric(_labels(y), top=TOP),
    metrics=(ClassMetric(tuple(map(str, range(TOP + 1))), top=TOP),),
    show=Show(
        read_x=_read_x,
        json=_json,
        fields=_fields,
        segments=_segments,
        kinds=_labels,
        stream=_stream,
        files=SUFFIXES | {".npy"},
        paths=True,
    ),
    doubts=_doubts,
    takes=frozenset({("video", "a label")}),
    length=lambda pair: len(pair.x),
    calibrate=choose_temperature,
    chosen={"temperature": ("temperature", ", by which scores are divided; calibrate=true chooses it on the dev part")},
    pictures=draw_classes,
    checks=Checks(counts=_counts, figures=_figures, tables={"labels": "label"}, example=_in_words),
    unseen=_unseen,
    bundled=Bundled(
        MADE_UP / "train",
        MADE_UP / "dev",
        MADE_UP / "test",
        about_test="The clips of all parts are made up by one program, their kinds told by the order of frames alone.",
    ),
)
"""The task; its bundled clips are made up."""
