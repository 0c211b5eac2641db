"""What is measured, and by which rule: entities, classes, sets of labels, numbers."""

from unrolled.metrics.bases import BaseMetric
from unrolled.metrics.calibration import Reliability
from unrolled.metrics.classes import ClassMetric
from unrolled.metrics.confusion import Confusion
from unrolled.metrics.entities import (
    RULES,
    EntityMetric,
    EntityReport,
    Rule,
    Score,
    entity_confusion,
    entity_scores,
)
from unrolled.metrics.label_sets import SetMetric
from unrolled.metrics.metric import Figure, Goal, Metric, Needs, Report
from unrolled.metrics.numbers import NumberMetric
from unrolled.metrics.report import PlainReport
from unrolled.metrics.steps import StepMetric
from unrolled.metrics.translation import TranslationMetric

__all__ = [
    "RULES",
    "BaseMetric",
    "ClassMetric",
    "Confusion",
    "EntityMetric",
    "EntityReport",
    "Figure",
    "Goal",
    "Metric",
    "Needs",
    "NumberMetric",
    "PlainReport",
    "Reliability",
    "Report",
    "Rule",
    "Score",
    "SetMetric",
    "StepMetric",
    "TranslationMetric",
    "entity_confusion",
    "entity_scores",
]
