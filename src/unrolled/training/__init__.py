"""Training: `fit`, its settings and events, and the files of a run."""

from unrolled.training.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from unrolled.training.events import (
    CheckpointWritten,
    EpochDone,
    Event,
    Improved,
    Listener,
    Measuring,
    RunStarted,
    StepDone,
    Stopped,
    Warned,
    broadcast,
)
from unrolled.training.fit import fit
from unrolled.training.metrics import Confusion, EntityReport, Score, confusion, entity_scores
from unrolled.training.pictures import confusion_picture, learning_curves
from unrolled.training.progress import show_progress
from unrolled.training.record import RunRecord
from unrolled.training.run_directory import RunDirectory
from unrolled.training.settings import FitSettings
from unrolled.training.trainable import History, Trainable

__all__ = [
    "Checkpoint",
    "CheckpointWritten",
    "Confusion",
    "EntityReport",
    "EpochDone",
    "Event",
    "FitSettings",
    "History",
    "Improved",
    "Listener",
    "Measuring",
    "RunDirectory",
    "RunRecord",
    "RunStarted",
    "Score",
    "StepDone",
    "Stopped",
    "Trainable",
    "Warned",
    "broadcast",
    "confusion",
    "confusion_picture",
    "entity_scores",
    "fit",
    "learning_curves",
    "read_checkpoint",
    "show_progress",
    "write_checkpoint",
]
