"""Named entity recognition: a label in IOB2 for every word, measured by entity F1."""

from collections.abc import Sequence
from pathlib import Path

from unrolled.data.readers import Reading, read_labelled
from unrolled.tasks.settings import ReadingSettings
from unrolled.tasks.task import Task
from unrolled.training.metrics import RULES, EntityReport, entity_scores

__all__ = ["NER"]

RULE = "strict"
EXAMPLES = Path(__file__).parent.parent / "examples"


def _read(path: Path, strict: bool, settings: ReadingSettings) -> Reading:
    return read_labelled(
        path,
        strict=strict,
        scheme=settings.known_scheme(),
        token_column=settings.token_column,
        label_column=settings.label_column,
        sentence_column=settings.sentence_column,
        label_names=settings.names_of_labels(),
    )


def _measure(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> EntityReport:
    return entity_scores(gold, predicted, rule=RULE)


NER = Task(
    name="ner",
    title="named entity recognition",
    shape="many-to-many, T_x = T_y",
    metric="f1",
    rule=RULES[RULE],
    read=_read,
    measure=_measure,
    train=EXAMPLES / "ner.conll",
    dev=EXAMPLES / "ner_dev.conll",
    test=EXAMPLES / "ner_test.conll",
)
"""The task; no entity of the test part of its bundled corpus occurs in the train or dev part."""
