"""Applications: each task is data and functions; training, measuring, predicting and describing are shared."""

from unrolled.tasks.bases import BASES
from unrolled.tasks.dna import DNA
from unrolled.tasks.ner import NER
from unrolled.tasks.sentiment import SENTIMENT
from unrolled.tasks.table import TASKS, find_task, task_of
from unrolled.tasks.task import Bundled, Checks, Segment, Show, Task, Unit
from unrolled.tasks.translation import TRANSLATION
from unrolled.tasks.vectors import VECTORS
from unrolled.tasks.video import VIDEO

__all__ = [
    "BASES",
    "DNA",
    "NER",
    "SENTIMENT",
    "TASKS",
    "TRANSLATION",
    "VECTORS",
    "VIDEO",
    "Bundled",
    "Checks",
    "Segment",
    "Show",
    "Task",
    "Unit",
    "find_task",
    "task_of",
]
