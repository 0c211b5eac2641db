"""Named entity recognition: a label in IOB2 for every word, measured by entity F1."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, TypeAlias, cast

import torch

from unrolled.architectures import ManyToMany, ManyToManySettings
from unrolled.data.answer import Answer
from unrolled.data.codecs import Codec, Fault, TagsCodec, TagsSettings, WordsCodec, WordsSettings, check_sentences
from unrolled.data.given import each, labels_of
from unrolled.data.pair import Pair
from unrolled.data.pipes import refuse_pipe
from unrolled.data.readers import TaggedReading, TaggedSettings, read_labelled
from unrolled.data.readers.sentences.doubts import type_doubts
from unrolled.data.tags import detect_scheme, faults, spans, strict_spans, to_iob2
from unrolled.errors import DataError
from unrolled.layers import TagsOutput, TagsOutputSettings, WordsInputSettings
from unrolled.metrics import EntityMetric, EntityReport, Metric
from unrolled.model import Model
from unrolled.settings import Composed, Settings, setting
from unrolled.tasks.entities import entities_of
from unrolled.tasks.parts import PartSettings
from unrolled.tasks.task import Bundled, Checks, Segment, Show, Task, Unit
from unrolled.tasks.text import field, places, read_words_of, tokenizer_note
from unrolled.tasks.word_vectors import new_from_vectors, start_from_vectors
from unrolled.training import FitSettings

__all__ = ["NER", "OUTSIDE_BIASES", "BiasSettings"]

Words: TypeAlias = Sequence[str]
Labels: TypeAlias = Sequence[str]
Pairs: TypeAlias = Sequence[Pair[Words, Labels]]

OUTSIDE_BIASES = (0.0, 0.5, 1.0, 1.5, 2.0)
"""The biases to choose from; of equals the first."""

WANTED_X = (
    "a list of sentences, each a list of words: of a frame with a sentence a row its column of words, with a word a "
    "row list(frame.groupby('sentence', sort=False)['word'].agg(list))"
)
WANTED_Y = (
    "a list with the list of labels of each sentence: of a frame with a sentence a row its column of labels, with a "
    "word a row list(frame.groupby('sentence', sort=False)['label'].agg(list))"
)

WAYS_OUT = {
    "no_entities": "Check that y holds the labels",
    "many_types": "Check that y holds the labels",
    "odd_types": "Check how y was made",
    "numbered_labels": "Give the name of each number in order: label_names='O,B-PER,I-PER'",
    "similar_types": "Write them alike",
}
"""Of the doubts of labels in Python that stop a training."""

EXAMPLES = Path(__file__).parent.parent / "examples"


@dataclass(frozen=True, kw_only=True)
class BiasSettings(Settings):
    """Whether labels are chosen for a good F1.

    Attributes:
        calibrate: whether the bias against the label O with the best dev figure is chosen and kept with the model.
            Where entities are rare, the most probable labels miss more of them than a good F1 can bear.
    """

    title: ClassVar[str] = "setting of the labels"

    calibrate: bool = setting(True)


def _read(path: Path, settings: Composed) -> TaggedReading:
    refuse_pipe(path)
    reading = read_labelled(path, settings.group(TaggedSettings), tokenizer=settings.group(WordsSettings).tokenizer)
    return replace(reading, notes=(*reading.notes, *tokenizer_note(settings, reading.pairs)))


def _of_python(X: Any, y: Any, settings: Composed) -> list[Pair[Words, Labels]]:
    sentences, ys = list(each(X, "X", WANTED_X)), None if y is None else list(each(y, "y", WANTED_Y))
    if ys is None or len(sentences) != len(ys):
        found = "no y" if ys is None else f"{len(ys)} label sequences"
        raise DataError(f"There are {len(sentences)} sentences and {found}. Give one label sequence for each sentence.")
    xs, how = check_sentences(sentences), settings.group(TaggedSettings)
    labellings: list[Labels] = []
    for number, given in enumerate(ys, 1):
        labels = labels_of(given, how.names_of_labels())
        if isinstance(labels, Fault):
            raise DataError(f"Sentence {number} has {labels.found}. {labels.way_out}.")
        labellings.append(labels)
    scheme = how.known_scheme() or detect_scheme(labellings)
    pairs: list[Pair[Words, Labels]] = []
    for number, (words, labels) in enumerate(zip(xs, labellings, strict=True), 1):
        if len(words) != len(labels):
            raise DataError(f"Sentence {number} has {len(words)} words and {len(labels)} labels. Give one a word.")
        for fault in faults(labels, scheme):
            raise DataError(f"Sentence {number}, word {fault.position + 1}: {fault.found}. {fault.way_out}.")
        pairs.append(Pair(tuple(words), tuple(to_iob2(labels, scheme))))
    return pairs


def _check_python(pairs: Pairs, settings: Composed) -> None:
    accepted = settings.group(TaggedSettings).accepted()
    for doubt in type_doubts(cast("Any", pairs), range(1, len(pairs) + 1), "y") if pairs else ():
        if doubt.name in WAYS_OUT and doubt.name not in accepted:
            place = "" if doubt.line is None else f"Sentence {doubt.line}: "
            accept = ",".join(sorted({*accepted, doubt.name}))
            raise DataError(f"{place}{doubt.found}. {WAYS_OUT[doubt.name]}; if it is right, give accept={accept!r}.")


def _xs_of_python(X: Any, x: Codec[Words]) -> list[Words]:
    return check_sentences(each(X, "X", WANTED_X))


def _codecs(pairs: Pairs, settings: Composed) -> tuple[WordsCodec, TagsCodec]:
    words = WordsCodec.fitted([pair.x for pair in pairs], settings.group(WordsSettings))
    return words, TagsCodec.fitted([pair.y for pair in pairs], settings.group(TagsSettings))


def _choose_bias(model: Model[Words, Labels], pairs: Pairs, metric: Metric[Labels]) -> EntityReport:
    """Give the model the bias against the label O with the best F1 on labelled pairs, and return that report.

    The figures are therefore those of a dev set, as those of the best epoch are. It is F1 whatever `metric` chooses the
    epoch by: precision or recall alone would always ask for one of the two extremes.
    """
    network = cast(ManyToMany, model.network)
    output = cast(TagsOutput, network.output)
    answers: list[list[Answer[Labels]]] = [[] for _ in OUTSIDE_BIASES]
    for x in model.encoded([pair.x for pair in pairs]):
        with torch.no_grad():
            scores = network.scores(x)
        for found, bias in zip(answers, OUTSIDE_BIASES, strict=True):
            found.extend(map(Answer, model.y.decode(output.decode(scores, bias).to_list())))
    truths = [pair.y for pair in pairs]
    reports = [cast(EntityReport, metric.measure(truths, found)) for found in answers]
    best = max(range(len(reports)), key=lambda i: reports[i].overall.f1)
    output.outside_bias.fill_(OUTSIDE_BIASES[best])
    return reports[best]


def _doubts(pairs: Pairs) -> str | None:
    tokens = [token for pair in pairs[:1000] for token in pair.x]
    return "its tokens hold blanks" if sum(" " in token for token in tokens) * 2 > len(tokens) else None


def _in_words(pair: Pair[Words, Labels]) -> str:
    shown = [f"{word}/{label}" for word, label in zip(pair.x[:20], pair.y, strict=False)]
    return " ".join(shown) + (" …" if len(pair.x) > len(shown) else "")


def _types(y: Codec[Labels]) -> list[str]:
    return sorted({label[2:] for label in cast(TagsCodec, y).labels.tokens if label != "O"})


def _purpose(y: Codec[Labels]) -> str:
    return f"Gives every word of a sentence a label in IOB2: {', '.join(_types(y))}."


def _counts(pairs: Pairs) -> Mapping[str, Mapping[str, int]]:
    labels: Counter[str] = Counter()
    entities: Counter[str] = Counter()
    for pair in pairs:
        labels.update(pair.y)
        entities.update(span.type for span in spans(pair.y))
    return {"labels": dict(sorted(labels.items())), "entities": dict(sorted(entities.items()))}


def _figures(pairs: Pairs) -> Mapping[str, int]:
    return {"num_without_entity": sum(not spans(pair.y) for pair in pairs)}


def _conflict(words: Words, first: Labels, second: Labels) -> tuple[dict[str, Any], str]:
    positions = [i for i, (one, other) in enumerate(zip(first, second, strict=True)) if one != other]
    return {"tokens": list(words), "positions": positions}, ", ".join(words[i] for i in positions)


def _unseen(y: Codec[Labels], pairs: Pairs) -> list[str]:
    return sorted(set(_counts(pairs)["entities"]) - set(_types(y)))


def _json(line: str | None, words: Words | None, answer: Answer[Labels] | None) -> dict[str, Any]:
    if words is None or answer is None:
        return {"tokens": [], "labels": [], "spans": [], "confidence": []}
    found: dict[str, Any] = {
        "tokens": list(words),
        "labels": list(answer.y),
        "spans": [entity.to_dict() for entity in entities_of(line, words, answer)],
        "confidence": [round(value, 6) for value in answer.confidence],  # float32 knows no more digits
    }
    if line is not None:
        found["offsets"] = [list(place) for place in places(line, words)]
    if answer.others:
        found["n_best"] = [{"labels": list(y), "probability": min(1.0, math.exp(p))} for y, p in answer.others]
    return found


def _fields(words: Words, answer: Answer[Labels]) -> list[tuple[str, ...]]:
    tokens = " ".join(words)
    if not answer.others:
        return [(tokens, " ".join(map(field, answer.y)))]
    return [(tokens, " ".join(map(field, y)), f"{min(1.0, math.exp(p)):.6g}") for y, p in answer.others]


def _segments(line: str | None, words: Words, labels: Labels) -> list[Segment]:
    line = " ".join(words) if line is None else line
    at, end, found = places(line, words), 0, list[Segment]()
    for span in strict_spans(labels):
        start = at[span.start][0]
        found.append(Segment(line[end:start]))
        end = at[span.end - 1][1]
        found.append(Segment(line[start:end], span.type))
    return [*found, Segment(line[end:].rstrip())]


def _stream(words: Words | None, answers: Sequence[Answer[Labels]], end: bool) -> list[dict[str, Any]]:
    """Return a row for each word that came in; at the end of a sentence there is nothing to add."""
    steps = zip(words or (), answers, strict=False)
    return [
        {"token": word, "label": answer.y[0], "confidence": round(answer.confidence[0], 6)} for word, answer in steps
    ]


NER: Task[Any, Any] = Task(
    name="ner",
    title="named entity recognition",
    architecture="many_to_many",
    x=Unit("sentence", step="token"),
    y=Unit("labelling", step="type"),
    example="Harry Potter met Hermione Granger .",
    defaults=Composed(
        {
            "read": TaggedSettings(),
            "x": WordsSettings(),
            "parts": PartSettings(),
            "bias": BiasSettings(),
            "network": ManyToManySettings(),
            "input": WordsInputSettings(),
            "output": TagsOutputSettings(),
            "y": TagsSettings(),
            "fit": FitSettings(metric="f1"),
        }
    ),
    purpose=_purpose,
    read=_read,
    of_python=_of_python,
    check_python=_check_python,
    xs_of_python=_xs_of_python,
    codecs=_codecs,
    metric=lambda y: EntityMetric(),
    metrics=(EntityMetric(),),
    show=Show(
        read_x=read_words_of,
        json=_json,
        fields=_fields,
        segments=_segments,
        kinds=_types,
        stream=_stream,
        of_words=True,
        each=lambda answer: answer.y,
    ),
    start=start_from_vectors,
    go_on=new_from_vectors,
    doubts=_doubts,
    takes=frozenset({("words", "a label per step")}),
    calibrate=_choose_bias,
    chosen={"outside_bias": ("bias", " is taken from the scores of O before the best labels are chosen")},
    checks=Checks(
        counts=_counts,
        figures=_figures,
        conflict=_conflict,
        facts={"scheme": "label scheme"},
        tables={"labels": "label", "entities": "entity type"},
        example=_in_words,
    ),
    unseen=_unseen,
    bundled=Bundled(
        EXAMPLES / "ner.conll",
        EXAMPLES / "ner_dev.conll",
        EXAMPLES / "ner_test.conll",
        languages=("English",),
        about_test="No entity of the test part occurs in the training part.",
    ),
)
"""The task; no entity of the test part of its bundled corpus occurs in the train or dev part."""
