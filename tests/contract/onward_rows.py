"""Models that go on with new data: a row is a task, earlier pairs, and new ones without and with new labels.

test_onward.py holds every row to the laws of going on. New x has words, affixes, characters and phrases that the
earlier ones lack; new labels sort before, between and behind the earlier ones, so that these change their places.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from unrolled.architectures import OneToOneSettings
from unrolled.data.clip import Frames
from unrolled.data.codecs import Codec, LabelCodec, LabelSetCodec, NumberCodec, VectorsCodec, may_follow
from unrolled.data.pair import Pair
from unrolled.data.readers import Reading
from unrolled.layers import NumbersOutputSettings, OrdinalOutputSettings
from unrolled.metrics import ClassMetric
from unrolled.settings import Composed
from unrolled.tasks import BASES, DNA, NER, SENTIMENT, VECTORS, VIDEO, Show, Task, Unit

__all__ = ["ROWS", "OnwardRow"]

Pairs = Sequence[Pair[Any, Any]]


@dataclass(frozen=True)
class OnwardRow:
    """A model that goes on.

    Attributes:
        name: of the row.
        task: what the model is for.
        settings: of the model.
        old: pairs that it was built from.
        same: pairs with new x and no new y.
        more: pairs with new labels; empty where y has none.
        answers: possible y of an x of the old pairs, by its length: those that the old model can give.
        keeps: whether new labels leave the ratios of old ones as they were. Cumulative logits give a new class its
            part from a neighbour; of phrases see `Wide.take_over`.
    """

    name: str
    task: Task[Any, Any]
    settings: dict[str, object]
    old: Pairs
    same: Pairs
    more: Pairs
    answers: Callable[[int], list[Any]]
    keeps: bool = True

    def __str__(self) -> str:
        return self.name


def no_file(path: Path, settings: Composed, strict: bool) -> Reading[Any, Any]:
    raise NotImplementedError


def plain(name: str, architecture: str, x: Any, y: Any, **groups: Any) -> Task[Any, Any]:
    """A task of two codecs."""

    def codecs(pairs: Pairs, settings: Composed) -> tuple[Codec[Any], Codec[Any]]:
        return x.fitted([pair.x for pair in pairs]), y.fitted([pair.y for pair in pairs])

    return Task(
        name=name,
        title=name,
        architecture=architecture,
        x=Unit("thing", step="step"),
        y=Unit("answer", step="label"),
        example="1",
        defaults=Composed(groups),
        read=no_file,
        codecs=codecs,
        metric=lambda y: ClassMetric(y.labels.tokens),
        show=Show(read_x=lambda line, split: line),
    )


def tagged(*lines: str) -> Pairs:
    found = [[token.rsplit("/", 1) for token in line.split()] for line in lines]
    return [Pair(tuple(word for word, _ in line), tuple(label for _, label in line)) for line in found]


def labelled(*lines: str) -> Pairs:
    return [Pair(tuple(line.split()[1:]), line.split()[0]) for line in lines]


def bases(*lines: str) -> Pairs:
    return [Pair(line.split()[1], line.split()[0]) for line in lines]


def taggings(length: int) -> list[tuple[str, ...]]:
    labels = ("B-LOC", "B-PER", "I-PER", "O")
    every = product(labels, repeat=length)
    return [y for y in every if all(map(may_follow, y, ("O", *y[:-1])))][:40]


def any_of(*answers: Any) -> Callable[[int], list[Any]]:
    return lambda length: list(answers)


SIZES: dict[str, object] = {"hidden_size": 4, "word_size": 5, "affix_size": 3, "seed": 1}
TAGGED = {
    "old": tagged("abba/B-PER bede/I-PER came/O", "abba/B-PER bead/O came/O", "cede/B-LOC came/O", "bead/O"),
    "same": tagged("xylo/B-PER wryly/O", "xylo/B-PER wryly/O cede/B-LOC", "wryly/B-PER xylo/I-PER"),
    "more": tagged("xylo/B-ART wryly/I-ART", "cede/B-ZOO xylo/O", "wryly/B-MID wryly/I-MID abba/B-PER"),
    "answers": taggings,
}
DNA_SIZES: dict[str, object] = {
    "hidden_size": 4,
    "base_size": 5,
    "place_size": 3,
    "attention_size": 3,
    "base_dropout": 0.0,
    "seed": 1,
}
TEXTS: dict[str, object] = {**SIZES, "min_count": 1, "attention_size": 3, "phrase_words": 0, "phrase_characters": 0}
OLD_TEXTS = ("good abba bede", "bad cede came", "good abba came", "bad bead cede", "good abba bede bead")
NEW_TEXTS = ("good xylo wryly", "bad wryly zonk", "good xylo xylo wryly", "bad zonk")
OLD_STARS = ("2 cede came", "4 abba came", "5 abba bede", "4 bead bede")
NEW_STARS = ("2 xylo wryly", "4 xylo zonk", "5 wryly wryly")
LABELLED = {"old": labelled(*OLD_TEXTS), "same": labelled(*NEW_TEXTS), "answers": any_of("bad", "good")}
STARRED = {"old": labelled(*OLD_STARS), "same": labelled(*NEW_STARS), "answers": any_of("2", "4", "5")}
MORE_LABELS = labelled(*NEW_TEXTS, "awful zonk", "fair xylo xylo", "super wryly")
MORE_STARS = labelled(*NEW_STARS, "1 zonk", "3 xylo", "6 wryly", "7 wryly wryly")


def vectors(chance: np.random.Generator, ys: Iterable[Any]) -> Pairs:
    return [Pair(chance.normal(size=(3, 2)), y) for y in ys]


def gapped(chance: np.random.Generator, ys: Iterable[Any]) -> Pairs:
    return [Pair(np.where(chance.random((3, 2)) < 0.2, np.nan, chance.normal(size=(3, 2))), y) for y in ys]


def points(chance: np.random.Generator, ys: Iterable[Any]) -> Pairs:
    return [Pair(chance.normal(size=2), y) for y in ys]


def filmed(chance: np.random.Generator, ys: Iterable[Any]) -> Pairs:
    return [Pair(Frames(chance.integers(0, 255, (3, 6, 8, 1), np.uint8)), y) for y in ys]


CHANCE = np.random.default_rng(0)
SETS = [frozenset("b"), frozenset("d"), frozenset("bd"), frozenset()]
SYMBOLS = plain("symbols", "one_to_one", LabelCodec, LabelCodec, network=OneToOneSettings(hidden_size=4))
SERIES = plain("series", "many_to_one", VectorsCodec, LabelSetCodec)
NUMBERS = plain("numbers", "one_to_one", VectorsCodec, NumberCodec, output=NumbersOutputSettings(output="huber"))
BALANCED = OrdinalOutputSettings(class_weights="balanced")
GRADES = plain("grades", "many_to_one", VectorsCodec, LabelCodec, output=BALANCED)
FEW = {"hidden_size": 4}

ROWS = (
    OnwardRow("tags, CRF", NER, {**SIZES, "character_size": 4}, **TAGGED),
    OnwardRow("tags, softmax", NER, {**SIZES, "output": "softmax", "bidirectional": False}, **TAGGED),
    OnwardRow(
        "tags, read by characters",
        NER,
        {**SIZES, "character_size": 4, "character_encoder": "recurrent", "word_size": 0, "num_layers": 2},
        **TAGGED,
    ),
    OnwardRow("labels", SENTIMENT, TEXTS, **LABELLED, more=MORE_LABELS),
    OnwardRow(
        "labels, phrases",
        SENTIMENT,
        {**TEXTS, "phrase_words": 2, "phrase_characters": 3, "phrase_min_count": 1, "bidirectional": False},
        **LABELLED,
        more=MORE_LABELS,
        keeps=False,
    ),
    OnwardRow("stars, softmax", SENTIMENT, TEXTS, **STARRED, more=MORE_STARS),
    OnwardRow(
        "stars, phrases",
        SENTIMENT,
        {**TEXTS, "phrase_words": 2, "phrase_characters": 2, "phrase_min_count": 1},
        **STARRED,
        more=MORE_STARS,
        keeps=False,
    ),
    OnwardRow(
        "bases, without runs",
        DNA,
        {**DNA_SIZES, "placed_bases": 0},
        old=bases("site ACGTA", "none TTGTA", "site ACCTA"),
        same=bases("site GGGGG", "none NNACT"),
        more=bases("exon GGGGG", "none NNACT", "other RACGT", "zone ACGTT"),
        answers=any_of("none", "site"),
    ),
    OnwardRow(
        "bases, phrases",
        DNA,
        {**DNA_SIZES, "placed_bases": 2, "reverse_complement": "average"},
        old=bases("site ACGTA", "none TTGTA", "site ACCTA"),
        same=bases("site GGGGG", "none NNACT"),
        more=bases("exon GGGGG", "none NNACT", "other RACGT", "zone ACGTT"),
        answers=any_of("none", "site"),
        keeps=False,
    ),
    OnwardRow(
        "grades, cumulative",
        GRADES,
        FEW,
        old=vectors(CHANCE, ["2", "4", "5", "4"]),
        same=vectors(CHANCE, ["4", "2"]),
        more=vectors(CHANCE, ["1", "3", "6", "7", "4"]),
        answers=any_of("2", "4", "5"),
        keeps=False,
    ),
    OnwardRow(
        "vectors with gaps",
        VECTORS,
        {"hidden_size": 4, "attention_size": 3},
        old=gapped(CHANCE, ["b", "d", "b"]),
        same=gapped(CHANCE, ["d", "b"]),
        more=gapped(CHANCE, ["a", "c", "e", "b"]),
        answers=any_of("b", "d"),
    ),
    OnwardRow(
        "clips",
        VIDEO,
        {"hidden_size": 4, "attention_size": 3, "size": 8, "num_convolutions": 1, "num_filters": 2, "frame_size": 4},
        old=filmed(CHANCE, ["b", "d", "b"]),
        same=filmed(CHANCE, ["d", "b"]),
        more=filmed(CHANCE, ["a", "c", "e", "b"]),
        answers=any_of("b", "d"),
    ),
    OnwardRow(
        "labels of steps",
        VECTORS,
        {"hidden_size": 4, "bidirectional": False},
        old=gapped(CHANCE, [tuple("bdb"), tuple("ddb")]),
        same=gapped(CHANCE, [tuple("dbd")]),
        more=gapped(CHANCE, [tuple("abc"), tuple("ebd")]),
        answers=lambda length: list(product("bd", repeat=length)),
    ),
    OnwardRow(
        "labels of bases",
        BASES,
        {"hidden_size": 4, "base_size": 3, "output": "softmax"},
        old=[Pair("ACGTA", tuple("bbddb")), Pair("GGT", tuple("ddb"))],
        same=[Pair("TTGAN", tuple("dbbbd"))],
        more=[Pair("ACGT", tuple("abce")), Pair("GATT", tuple("ebdd"))],
        answers=lambda length: list(product("bd", repeat=length)),
    ),
    OnwardRow(
        "labels of bases that code",
        BASES,
        {"hidden_size": 4, "base_size": 3, "coding": "b", "background": "d", "word_bases": 2, "output": "softmax"},
        old=[Pair("ACGTA", tuple("bbddb")), Pair("GGT", tuple("ddb"))],
        same=[Pair("TTGAN", tuple("dbbbd"))],
        more=[],
        answers=lambda length: list(product("bd", repeat=length)),
    ),
    OnwardRow(
        "sets",
        SERIES,
        FEW,
        old=vectors(CHANCE, SETS),
        same=vectors(CHANCE, SETS[:2]),
        more=vectors(CHANCE, [frozenset("ac"), frozenset("be")]),
        answers=any_of(*SETS),
    ),
    OnwardRow(
        "numbers",
        NUMBERS,
        FEW,
        old=points(CHANCE, [1.0, 7.5, -2.0]),
        same=points(CHANCE, [100.0, 3.0]),
        more=(),
        answers=any_of(0.0, 4.0),
    ),
    OnwardRow(
        "symbols",
        SYMBOLS,
        FEW,
        old=[Pair("b", "no"), Pair("d", "so"), Pair("b", "so")],
        same=[Pair("a", "no"), Pair("c", "so")],
        more=[Pair("c", "on"), Pair("e", "an")],
        answers=any_of("no", "so"),
    ),
)
