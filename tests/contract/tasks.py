"""The table of tasks: a row is a task with tiny settings and tiny data, as a file in one of its formats.

test_tasks.py holds every row to the laws of tasks, as test_layer_laws.py does the layers.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contract.clip_files import CLIPS

from unrolled.tasks import BASES, DNA, NER, SENTIMENT, TRANSLATION, VECTORS, VIDEO, Task

__all__ = ["ROWS", "SeededFault", "TaskRow"]


@dataclass(frozen=True)
class SeededFault:
    """A file with something wrong in it, the line (None: the whole file), and words of what `check` says."""

    content: str
    line: int | None
    words: str


@dataclass(frozen=True)
class TaskRow:
    """A task as it is tried.

    Attributes:
        name: of the row.
        task: what is tried.
        settings: that train in a second.
        file: the name of the data's file, whose suffix says the format.
        content: of that file.
        streams: whether a model of these settings answers while x arrives.
        waits: else the setting that the refusal names.
        read: settings of how the file is read, for `check`.
        found: what `infer` says of its pairs.
        faults: seeded ones.
    """

    name: str
    task: Task[Any, Any]
    settings: Mapping[str, object]
    file: str
    content: str
    streams: bool
    found: str
    faults: tuple[SeededFault, ...]
    waits: str = ""
    read: Mapping[str, object] = field(default_factory=dict[str, object])

    def __str__(self) -> str:
        return self.name


FIT: dict[str, object] = {
    "epochs": 4,
    "learning_rate": 0.05,
    "batch_steps": 24,
    "num_threads": 1,
    "checkpoint_seconds": 0.0,
    "patience": None,
}
NER_SIZES: dict[str, object] = {"hidden_size": 4, "word_size": 4, "affix_size": 2, "dropout": 0.2}
TEXT_SIZES: dict[str, object] = {
    "hidden_size": 4,
    "word_size": 4,
    "affix_size": 2,
    "min_count": 1,
    "batch_fraction": 1.0,
}
WAITS = "bidirectional=false"

SENTENCES = (
    "Teddy/B-PER Roosevelt/I-PER spoke/O ./O",
    "She/O met/O Teddy/B-PER Roosevelt/I-PER in/O Paris/B-LOC ./O",
    "The/O bears/O sat/O in/O Paris/B-LOC ./O",
    "He/O sat/O ./O",
    "Ada/B-PER Lovelace/I-PER spoke/O in/O London/B-LOC ./O",
    "London/B-LOC is/O large/O ./O",
    "They/O met/O Ada/B-PER ./O",
    "The/O bears/O spoke/O ./O",
    "Paris/B-LOC !/O",
    "Ada/B-PER sat/O in/O London/B-LOC with/O Teddy/B-PER ./O",
)
CONLL = "\n\n".join(sentence.replace("/", "\t").replace(" ", "\n") for sentence in SENTENCES) + "\n"
CONLL_LINES = CONLL.splitlines()

GOOD = ("warm", "funny", "quiet", "honest")
BAD = ("dull", "noisy", "broken", "cold")
REVIEWS = (
    ("Not bad at all: warm and quiet.", "good"),
    ("Not warm, not quiet, not good.", "bad"),
    *(
        (f"{beginning} {word} {thing}{end}", label)
        for label, words in (("good", GOOD), ("bad", BAD))
        for word, beginning, thing, end in zip(
            words,
            ("A", "Not a", "So", "What a"),
            ("kettle", "film, all in all", "and yet kind", "train"),
            ".!?.",
            strict=True,
        )
    ),
)
CSV = "text,label\n" + "".join(f'"{text}",{label}\n' for text, label in REVIEWS)
STARS = "review,stars\n" + "".join(
    f'"{"very " * (stars % 3)}{word} {thing}",{stars}\n'
    for stars, word in ((1, "broken"), (2, "dull"), (3, "plain"), (4, "warm"), (5, "splendid"))
    for thing in ("kettle", "film", "old train")
)
JSON_LINES = "".join(json.dumps({"text": text.split(), "label": label == "good"}) + "\n" for text, label in REVIEWS)


def with_line(content: str, number: int, line: str) -> str:
    """The content with another line in the place of one, by its number from 1."""
    lines = content.splitlines()
    lines[number - 1] = line
    return "\n".join(lines) + "\n"


SERIES_SIZES: dict[str, object] = {"hidden_size": 4, "attention_size": 3, "batch_fraction": 1.0}
WALKS = tuple(tuple((-1) ** n * (t + (n * t) % 3) / 4 for t in range(3 + n % 4)) for n in range(12))


def long_form(header: str, walks: Sequence[Sequence[float]], row: Callable[[int, int, float], str]) -> str:
    """A CSV of series, a row a step."""
    rows = [row(n, t, value) for n, walk in enumerate(walks) for t, value in enumerate(walk)]
    return "\n".join([header, *rows]) + "\n"


SERIES = long_form(
    "series,time,a,b,label",
    WALKS,
    lambda n, t, value: f"{n},{t + t * (n % 2)},{value if t != 1 else ''},{n % 3},{'down' if n % 2 else 'up'}",
)
AMOUNTS = long_form("series,a,target", WALKS, lambda n, t, value: f"{n},{value},{WALKS[n][-1] / 3}")
STATES = long_form("series,a,label", WALKS, lambda n, t, value: f"{n},{value},{'far' if abs(value) > 0.6 else 'near'}")
LEVELS = long_form("series,a,target", WALKS, lambda n, t, value: f"{n},{value},{value / 3 + n % 2}")

VIDEO_SIZES: dict[str, object] = {
    "frames_per_second": 0.0,
    "size": 8,
    "num_convolutions": 1,
    "num_filters": 2,
    "frame_size": 4,
    "hidden_size": 4,
    "attention_size": 3,
    "batch_fraction": 1.0,
    "batch_steps": 12,
}
CLIP_ROWS = "video,label,take\n" + "".join(f"{path},{label},{n}\n" for n, (path, label) in enumerate(CLIPS))
CLIP_FAULTS = (
    SeededFault(with_line(CLIP_ROWS, 3, "gone.avi,up,1"), 3, "gone.avi: there is no such file"),
    SeededFault(with_line(CLIP_ROWS, 4, f"{CLIPS[2][0]},,2"), 4, "a clip without a label"),
    SeededFault(with_line(CLIP_ROWS, 5, f"{__file__},up,3"), 5, "it is no clip that can be read"),
)

NER_FAULTS = (
    SeededFault(with_line(CONLL, 2, "Roosevelt"), 2, "column"),
    SeededFault(with_line(CONLL, 1, "Teddy\tI-PER"), 1, "I-PER"),
    SeededFault("", None, "no sentence"),
)
CSV_FAULTS = (
    SeededFault(with_line(CSV, 3, '"",good'), 3, "an empty text"),
    SeededFault(with_line(CSV, 5, '"So quiet",'), 5, "a text without a label"),
    SeededFault(with_line(CSV, 6, '"So, quiet",good,bad'), 6, "3 fields"),
    SeededFault("", None, "no labelled text"),
)
JSON_FAULTS = (
    SeededFault(with_line(JSON_LINES, 2, '{"text": "so quiet"'), 2, "not JSON"),
    SeededFault(with_line(JSON_LINES, 4, '{"text": ["so", "quiet"]}'), 4, "a text without a label"),
)
DNA_SIZES: dict[str, object] = {
    "hidden_size": 4,
    "base_size": 4,
    "place_size": 2,
    "attention_size": 3,
    "batch_fraction": 1.0,
}
BEFORE, AFTER = ("ACAGR", "TTAGA", "CCANA", "GTATA", "ACCCG"), ("TACG", "CCGA", "GGTA", "TTTT", "ATNC")
FASTA = "".join(
    f">{label}_{i} label={label}\n{before}\n{site}{after.lower()}\n"
    for label, site in (("site", "GT"), ("none", "CA"))
    for i, (before, after) in enumerate(zip(BEFORE, AFTER, strict=True))
)
SEQUENCES = "sequence,label\n" + "".join(
    f"{before}{site}{after[: i % 4 + 1]},{label}\n"
    for label, site in (("site", "GTGT"), ("none", "CA"))
    for i, (before, after) in enumerate(zip(BEFORE, AFTER, strict=True))
)
FASTA_FAULTS = (
    SeededFault(with_line(FASTA, 3, "GT12"), 3, "column 3 is '1'"),
    SeededFault(with_line(FASTA, 4, ">site_1"), 4, "a sequence without a label"),
    SeededFault("ACGTACGT\n", 1, "neither '>'"),
    SeededFault("", None, "no labelled sequence"),
)
BASES_SIZES: dict[str, object] = {"hidden_size": 4, "base_size": 4, "batch_fraction": 1.0, "piece_steps": 6}
PER_BASE = "sequence,labels\n" + "".join(
    f"{before}{site}{after},{'.' * len(before)}{'s' * len(site)}{'.' * len(after)}\n"
    for before, site, after in zip(BEFORE * 2, ("GT", "GTG", "GGTG") * 4, AFTER * 2, strict=False)
)
PER_BASE_FAULTS = (
    SeededFault(with_line(PER_BASE, 3, "ACGTT,..ss"), 3, "4 labels for 5 bases"),
    SeededFault(with_line(PER_BASE, 4, "ACG7T,..ss."), 4, "column 4 is '7'"),
    SeededFault(with_line(PER_BASE, 5, "ACGTT,"), 5, "a sequence without a label"),
    SeededFault("", None, "no labelled sequence"),
)
SERIES_FAULTS = (
    SeededFault(with_line(SERIES, 4, "0,2,warm,0,up"), 4, "'warm', which is no number"),
    SeededFault(with_line(SERIES, 4, "0,0.5,0.25,0,up"), 4, "0.5 of the series '0' after 1"),
    SeededFault(with_line(SERIES, 2, "0,0,inf,0,up"), 2, "inf in a step"),
    SeededFault(with_line(SERIES, 3, "0,1,1"), 3, "3 fields"),
    SeededFault("series,time,a,label\n", None, "no labelled series"),
)
STEP_FAULTS = (SeededFault(with_line(STATES, 3, "0,1,"), 3, "a step without a label"),)
NUMBER_FAULTS = (SeededFault(with_line(AMOUNTS, 3, "0,x,1"), 3, "no number"),)
NUMERALS = (("one", "un"), ("two", "deux"), ("three", "trois"), ("four", "quatre"))
PARALLEL = "source\ttarget\n" + "".join(
    f"{a} and {b}, {end}.\t{c} et {d}, {fin}.\n"
    for (a, c), (b, d), (end, fin) in zip(
        NUMERALS * 4,
        [NUMERALS[(i + i // 4) % 4] for i in range(16)],
        (("they say", "dit-on"), ("no more", "pas plus")) * 8,
        strict=True,
    )
)
PARALLEL_FAULTS = (
    SeededFault(with_line(PARALLEL, 3, "one\tun\tuno"), 3, "3 fields"),
    SeededFault(PARALLEL.replace("\t", ";"), None, "cannot be told"),
    SeededFault(PARALLEL + "so it is\tso it is\n" * 9, 18, "same text"),
    SeededFault("source\ttarget\n", None, "no pair of texts"),
)
TRANSLATION_SIZES: dict[str, object] = {
    "hidden_size": 4,
    "embedding_size": 3,
    "decoder_embedding_size": 4,
    "batch_fraction": 1.0,
    "beam_size": 1,
}
TRANSLATED = "Y: a sequence, T_y 4–5 · many-to-many, T_x ≠ T_y"
TAGGED, LABELLED = "Y: a label per word · many-to-many, T_x = T_y", "Y: a label · many-to-one, T_y = 1"

ROWS = (
    TaskRow(
        name="ner, CRF",
        task=NER,
        settings={**FIT, **NER_SIZES, "output": "crf"},
        file="train.conll",
        content=CONLL,
        streams=False,
        waits="output=softmax",
        found=TAGGED,
        faults=NER_FAULTS,
    ),
    TaskRow(
        name="ner, softmax, one way",
        task=NER,
        settings={**FIT, **NER_SIZES, "output": "softmax", "bidirectional": False, "cell": "lstm"},
        file="train.conll",
        content=CONLL,
        streams=True,
        found=TAGGED,
        faults=NER_FAULTS,
    ),
    TaskRow(
        name="ner, CRF, two members",
        task=NER,
        settings={**FIT, **NER_SIZES, "output": "crf", "members": 2},
        file="train.conll",
        content=CONLL,
        streams=False,
        waits="output=softmax",
        found=TAGGED,
        faults=NER_FAULTS,
    ),
    TaskRow(
        name="sentiment, labels",
        task=SENTIMENT,
        settings={**FIT, **TEXT_SIZES, "attention_size": 3, "calibrate": True},
        file="train.csv",
        content=CSV,
        streams=False,
        waits=WAITS,
        found=LABELLED,
        faults=CSV_FAULTS,
    ),
    TaskRow(
        name="sentiment, stars",
        task=SENTIMENT,
        settings={**FIT, **TEXT_SIZES, "pooling": "mean"},
        file="train.csv",
        content=STARS,
        streams=False,
        waits=WAITS,
        found=LABELLED,
        faults=(SeededFault(with_line(STARS, 2, '"broken kettle",'), 2, "a text without a label"),),
    ),
    TaskRow(
        name="sentiment, JSON Lines",
        task=SENTIMENT,
        settings={**FIT, **TEXT_SIZES, "pooling": "max", "phrase_words": 0, "phrase_characters": 0},
        file="train.jsonl",
        content=JSON_LINES,
        streams=False,
        waits=WAITS,
        read={"label_names": "bad,good"},
        found=LABELLED,
        faults=JSON_FAULTS,
    ),
    TaskRow(
        name="sentiment, phrases, one way",
        task=SENTIMENT,
        settings={**FIT, **TEXT_SIZES, "bidirectional": False, "attention_size": 3, "phrase_min_count": 1},
        file="train.csv",
        content=CSV,
        streams=True,
        found=LABELLED,
        faults=CSV_FAULTS,
    ),
    TaskRow(
        name="sentiment, three members, one way",
        task=SENTIMENT,
        settings={**FIT, **TEXT_SIZES, "bidirectional": False, "attention_size": 3, "calibrate": True, "members": 3},
        file="train.csv",
        content=CSV,
        streams=True,
        found=LABELLED,
        faults=CSV_FAULTS,
    ),
    TaskRow(
        name="dna, windows",
        task=DNA,
        settings={**FIT, **DNA_SIZES, "calibrate": True},
        file="train.fasta",
        content=FASTA,
        streams=False,
        waits=WAITS,
        found=LABELLED,
        faults=FASTA_FAULTS,
    ),
    TaskRow(
        name="dna, both strands",
        task=DNA,
        settings={**FIT, **DNA_SIZES, "pooling": "attention", "reverse_complement": "average"},
        file="train.fasta",
        content=FASTA,
        streams=False,
        waits=WAITS,
        found=LABELLED,
        faults=FASTA_FAULTS,
    ),
    TaskRow(
        name="dna, windows, one way",
        task=DNA,
        settings={**FIT, **DNA_SIZES, "bidirectional": False},
        file="train.fasta",
        content=FASTA,
        streams=True,
        found=LABELLED,
        faults=FASTA_FAULTS,
    ),
    TaskRow(
        name="dna, unequal lengths, one way",
        task=DNA,
        settings={**FIT, **DNA_SIZES, "bidirectional": False, "loose_bases": 3, "reverse_complement": "augment"},
        file="train.csv",
        content=SEQUENCES,
        streams=True,
        found=LABELLED,
        faults=(
            SeededFault(with_line(SEQUENCES, 3, "ACGU*,site"), 3, "column 5 is '*'"),
            SeededFault(with_line(SEQUENCES, 4, "ACGT,"), 4, "a sequence without a label"),
        ),
    ),
    TaskRow(
        name="bases, both ways, pieces and paths",
        task=BASES,
        settings={**FIT, **BASES_SIZES, "rim_steps": 2, "span": 3, "ahead": 2, "answer_steps": 7, "answer_rim": 3},
        file="train.csv",
        content=PER_BASE,
        streams=False,
        waits=WAITS,
        found="Y: a label per base · many-to-many, T_x = T_y",
        faults=PER_BASE_FAULTS,
    ),
    TaskRow(
        name="bases, codons",
        task=BASES,
        settings={
            **FIT,
            **BASES_SIZES,
            "coding": "s",
            "background": ".",
            "word_bases": 2,
            "rim_steps": 2,
            "span": 3,
            "ahead": 2,
            "answer_steps": 7,
            "answer_rim": 3,
        },
        file="train.csv",
        content=PER_BASE,
        streams=False,
        waits=WAITS,
        found="Y: a label per base · many-to-many, T_x = T_y",
        faults=PER_BASE_FAULTS,
    ),
    TaskRow(
        name="bases, one way, carried",
        task=BASES,
        settings={
            **FIT,
            **BASES_SIZES,
            "cell": "lstm",
            "bidirectional": False,
            "output": "softmax",
            "reverse_complement": "augment",
            "dropout": 0.2,
            "input_dropout": 0.2,
            "answer_steps": 7,
        },
        file="train.csv",
        content=PER_BASE,
        streams=True,
        found="Y: a label per base · many-to-many, T_x = T_y",
        faults=PER_BASE_FAULTS,
    ),
    TaskRow(
        name="vectors, labels, one way",
        task=VECTORS,
        settings={
            **FIT,
            **SERIES_SIZES,
            "bidirectional": False,
            "jitter": 0.1,
            "scaling": 0.1,
            "warp": 0.2,
            "crop": 0.2,
        },
        file="train.csv",
        content=SERIES,
        streams=True,
        found=LABELLED,
        faults=SERIES_FAULTS,
    ),
    TaskRow(
        name="vectors, numbers",
        task=VECTORS,
        settings={**FIT, **SERIES_SIZES, "differences": False, "warp": 0.1},
        file="train.csv",
        content=AMOUNTS,
        streams=False,
        waits=WAITS,
        found="Y: a number · many-to-one, T_y = 1",
        faults=NUMBER_FAULTS,
    ),
    TaskRow(
        name="vectors, labels of steps, one way",
        task=VECTORS,
        settings={**FIT, **SERIES_SIZES, "bidirectional": False, "warp": 0.1},
        file="train.csv",
        content=STATES,
        streams=True,
        found="Y: a label per step · many-to-many, T_x = T_y",
        faults=STEP_FAULTS,
    ),
    TaskRow(
        name="vectors, two members, labels of steps, one way",
        task=VECTORS,
        settings={**FIT, **SERIES_SIZES, "bidirectional": False, "jitter": 0.1, "members": 2},
        file="train.csv",
        content=STATES,
        streams=True,
        found="Y: a label per step · many-to-many, T_x = T_y",
        faults=STEP_FAULTS,
    ),
    TaskRow(
        name="vectors, two members, numbers",
        task=VECTORS,
        settings={**FIT, **SERIES_SIZES, "differences": False, "members": 2},
        file="train.csv",
        content=AMOUNTS,
        streams=False,
        waits=WAITS,
        found="Y: a number · many-to-one, T_y = 1",
        faults=NUMBER_FAULTS,
    ),
    TaskRow(
        name="vectors, numbers of steps, one way",
        task=VECTORS,
        settings={**FIT, **SERIES_SIZES, "bidirectional": False, "jitter": 0.1},
        file="train.csv",
        content=LEVELS,
        streams=True,
        found="Y: numbers per step · many-to-many, T_x = T_y",
        faults=NUMBER_FAULTS,
    ),
    TaskRow(
        name="video, one way",
        task=VIDEO,
        settings={
            **FIT,
            **VIDEO_SIZES,
            "bidirectional": False,
            "shift": 0.1,
            "mirror": True,
            "brightness": 0.1,
            "tempo": 0.2,
        },
        file="train.csv",
        content=CLIP_ROWS,
        streams=True,
        found="X: video, T_x 3–6 · Y: a label · many-to-one, T_y = 1",
        faults=CLIP_FAULTS,
    ),
    TaskRow(
        name="video, a number of frames",
        task=VIDEO,
        settings={**FIT, **VIDEO_SIZES, "bidirectional": False, "num_frames": 4, "changes": False, "colour": True},
        file="train.csv",
        content=CLIP_ROWS,
        streams=False,
        waits="num_frames=0",
        found="X: video",
        faults=CLIP_FAULTS,
    ),
    TaskRow(
        name="translation, words",
        task=TRANSLATION,
        settings={**FIT, **TRANSLATION_SIZES, "units": "words", "scheduled_sampling": 0.2},
        file="train.tsv",
        content=PARALLEL,
        streams=False,
        waits="encoder-decoder",
        found=TRANSLATED,
        faults=PARALLEL_FAULTS,
    ),
    TaskRow(
        name="translation, subwords",
        task=TRANSLATION,
        settings={**FIT, **TRANSLATION_SIZES, "vocabulary": "shared", "batch_steps": 64, "cell": "lstm"},
        file="train.tsv",
        content=PARALLEL,
        streams=False,
        waits="encoder-decoder",
        found=TRANSLATED,
        faults=PARALLEL_FAULTS,
    ),
)
