"""Sentiment: a label or stars for a whole text (many to one); accuracy, macro F1, MCC; for stars kappa and MAE."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, cast

import torch

from unrolled.architectures import ManyToOne, ManyToOneSettings
from unrolled.data.answer import Answer
from unrolled.data.codecs import Codec, Fault, LabelCodec, LabelSettings, TextCodec, TextSettings
from unrolled.data.given import each, is_gap, label_of, own, texts_of
from unrolled.data.moving_pictures import SUFFIXES
from unrolled.data.pair import Pair
from unrolled.data.pipes import refuse_pipe
from unrolled.data.readers import Reading, TextsSettings, read_texts
from unrolled.data.tokenizer import detect_tokenizer, tokenizer_of
from unrolled.errors import DataError
from unrolled.layers import ClassesOutputSettings, OrdinalOutputSettings, WordsInputSettings
from unrolled.metrics import ClassMetric
from unrolled.model import Model
from unrolled.settings import Composed
from unrolled.tasks.parts import PartSettings
from unrolled.tasks.pictures import draw_classes
from unrolled.tasks.task import Bundled, Checks, Segment, Show, Task, Unit
from unrolled.tasks.temperature import CalibrationSettings, choose_temperature
from unrolled.tasks.text import field, read_words_of, tokenizer_in
from unrolled.tasks.word_vectors import new_from_vectors, start_from_vectors
from unrolled.training import FitSettings

__all__ = ["SENTIMENT"]

Words: TypeAlias = Sequence[str]
Pairs: TypeAlias = Sequence[Pair[Words, str]]

WANTED_X = "a list of texts; of a frame the column that holds them, X['text']"
WANTED_Y = "a list with a label for each text; of a frame the column that holds them, y['label']"

EXAMPLES = Path(__file__).parent.parent / "examples"


def _read(path: Path, settings: Composed) -> Reading[Words, str]:
    refuse_pipe(path)
    how, tokenizer = settings.group(TextsSettings), settings.group(TextSettings).tokenizer
    return cast(Reading[Words, str], read_texts(path, how, tokenizer=tokenizer))


def _of_python(X: Any, y: Any, settings: Composed) -> list[Pair[Words, str]]:
    texts, ys = list(each(X, "X", WANTED_X)), None if y is None else list(each(y, "y", WANTED_Y))
    if ys is None or len(texts) != len(ys):
        found = "no y" if ys is None else f"{len(ys)} labels"
        raise DataError(f"There are {len(texts)} texts and {found}. Give one label for each text.")
    names, tokenizer = settings.group(TextsSettings).names_of_labels(), settings.group(TextSettings).tokenizer
    if tokenizer == "detect":
        tokenizer = detect_tokenizer([text for text in texts if isinstance(text, str)])
    pairs: list[Pair[Words, str]] = []
    for number, (words, given) in enumerate(zip(_words_of_python(texts, tokenizer), ys, strict=True), 1):
        label = label_of(given, names)
        if isinstance(label, Fault):
            raise DataError(f"Text {number} has the label {label.found.rstrip(',')}. {label.way_out}.")
        pairs.append(Pair(words, label))
    return pairs


def _xs_of_python(X: Any, x: Codec[Words]) -> Iterator[tuple[str, ...]]:
    return _words_of_python(X, tokenizer_in(x))


def _words_of_python(X: Any, tokenizer: str) -> Iterator[tuple[str, ...]]:
    tokenize = tokenizer_of(tokenizer)
    for number, given in enumerate(each(X, "X", WANTED_X), 1):
        text = own(given)
        if isinstance(text, str):
            words = tuple(tokenize(text))
            if not words:
                raise DataError(f"Text {number} is {text[:40]!r}, without words. Give a text, or its words.")
            yield words
            continue
        found = texts_of(text)
        if isinstance(found, Fault):
            verb = "is" if is_gap(text) or not isinstance(text, Iterable) else "has"
            raise DataError(f"Text {number} {verb} {found.found}. {found.way_out}.")
        if len(found) == 1 and len(found[0].split()) > 1:
            raise DataError(
                f"Text {number} is a sequence that holds one text, {found[0][:40]!r}, where its words are expected. "
                "Give the text alone; of an array of shape (N, 1) X.ravel()."
            )
        yield found


def _codecs(pairs: Pairs, settings: Composed) -> tuple[TextCodec, LabelCodec]:
    text = TextCodec.fitted([pair.x for pair in pairs], settings.group(TextSettings))
    return text, LabelCodec.fitted([pair.y for pair in pairs], settings.group(LabelSettings))


def _start(model: Model[Words, str], pairs: Pairs, settings: Composed) -> list[str]:
    _start_phrases(model, pairs)
    return start_from_vectors(model, pairs, settings)


def _go_on(model: Model[Words, str], earlier: Model[Words, str], pairs: Pairs, settings: Composed) -> list[str]:
    known, labels = cast(TextCodec, model.x).origins(cast(TextCodec, earlier.x))["phrases"] >= 0, _labels(earlier.y)
    old = torch.tensor([label in labels for label in _labels(model.y)])
    _start_phrases(model, pairs, ~(known[:, None] & old))
    return new_from_vectors(model, earlier, pairs, settings)


def _start_phrases(model: Model[Words, str], pairs: Pairs, new: torch.Tensor | None = None) -> None:
    network = cast(ManyToOne, model.network)
    if network.wide is not None:
        phrases = cast(TextCodec, model.x).encode([pair.x for pair in pairs]).phrases
        classes = cast(Any, model.y.encode([pair.y for pair in pairs])).rows
        network.wide.start(phrases, torch.nn.functional.one_hot(classes, len(_labels(model.y))), new)


def _doubts(pairs: Pairs) -> str | None:
    some = pairs[:1000]
    if sum(Path("".join(pair.x)).suffix.lower() in SUFFIXES for pair in some) * 2 > len(some):
        return "its texts are names of clips"
    return "its texts are single words" if sum(len(pair.x) == 1 for pair in some) * 2 > len(some) else None


def _labels(y: Codec[str]) -> tuple[str, ...]:
    return cast(LabelCodec, y).labels.tokens


def _metric(y: Codec[str]) -> ClassMetric:
    return ClassMetric(_labels(y), ordered=cast(LabelCodec, y).space.ordered)


def _counts(pairs: Pairs) -> Mapping[str, Mapping[str, int]]:
    return {"labels": dict(sorted(Counter(pair.y for pair in pairs).items()))}


def _unseen(y: Codec[str], pairs: Pairs) -> list[str]:
    return sorted({pair.y for pair in pairs} - set(_labels(y)))


def _probabilities(answer: Answer[str]) -> list[tuple[str, float]]:
    return [(y, round(min(1.0, math.exp(p)), 6)) for y, p in answer.others]


def _json(line: str | None, words: Words | None, answer: Answer[str] | None) -> dict[str, Any]:
    if words is None or answer is None:
        return {"tokens": [], "label": None, "confidence": None}
    found: dict[str, Any] = {"tokens": list(words), "label": answer.y, "confidence": round(answer.confidence[0], 6)}
    if answer.others:
        found["n_best"] = [{"label": y, "probability": p} for y, p in _probabilities(answer)]
    return found


def _fields(words: Words, answer: Answer[str]) -> list[tuple[str, ...]]:
    text = " ".join(words)
    if not answer.others:
        return [(field(answer.y), f"{answer.confidence[0]:.6g}", text)]
    return [(field(y), f"{p:.6g}", text) for y, p in _probabilities(answer)]


def _segments(line: str | None, words: Words, label: str) -> list[Segment]:
    return [Segment(label, label), Segment(f"  {' '.join(words) if line is None else line}")]


def _stream(words: Words | None, answers: Sequence[Answer[str]], end: bool) -> list[dict[str, Any]]:
    if end:
        return [{"label": answer.y, "confidence": round(answer.confidence[0], 6), "final": True} for answer in answers]
    steps = zip(words or (), answers, strict=False)
    return [{"token": word, "label": answer.y, "confidence": round(answer.confidence[0], 6)} for word, answer in steps]


SENTIMENT: Task[Any, Any] = Task(
    name="sentiment",
    title="sentiment analysis",
    architecture="many_to_one",
    x=Unit("text", step="token"),
    y=Unit("label", step="label"),
    example="A warm, funny film, and not a minute too long.",
    defaults=Composed(
        {
            "read": TextsSettings(),
            "x": TextSettings(min_count=2),
            "y": LabelSettings(),
            "parts": PartSettings(),
            "calibration": CalibrationSettings(),
            "network": ManyToOneSettings(
                hidden_size=64, pooling="attention_max", attention_size=64, input_dropout=0.5, dropout=0.5
            ),
            "input": WordsInputSettings(word_size=64, affix_size=16, word_dropout=1.0),
            "output": ClassesOutputSettings(),
            "stars": OrdinalOutputSettings(output="softmax", decide="median"),
            "fit": FitSettings(epochs=5, batch_steps=1350, batch_fraction=0.01, patience=None),
        }
    ),
    purpose=lambda y: f"Gives a text one of {', '.join(_labels(y))}.",
    read=_read,
    of_python=_of_python,
    xs_of_python=_xs_of_python,
    codecs=_codecs,
    metric=_metric,
    metrics=(ClassMetric(("1", "2")), ClassMetric(("1", "2"), ordered=True)),
    show=Show(
        read_x=read_words_of,
        json=_json,
        fields=_fields,
        segments=_segments,
        kinds=_labels,
        stream=_stream,
        of_words=True,
    ),
    start=_start,
    go_on=_go_on,
    doubts=_doubts,
    takes=frozenset({("words", "a label"), ("text", "a label")}),
    calibrate=choose_temperature,
    chosen={"temperature": ("temperature", ", by which scores are divided; calibrate=true chooses it on the dev part")},
    pictures=draw_classes,
    checks=Checks(counts=_counts, tables={"labels": "label"}),
    unseen=_unseen,
    bundled=Bundled(
        EXAMPLES / "sentiment.csv",
        EXAMPLES / "sentiment_dev.csv",
        EXAMPLES / "sentiment_test.csv",
        languages=("English",),
        about_test="The test part is about kinds of things that no training review is about.",
    ),
)
"""The task; its bundled corpus has reviews of one to five stars."""
