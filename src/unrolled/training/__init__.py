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
from unrolled.training.progress import show_progress
from unrolled.training.record import RunRecord
from unrolled.training.run_directory import RunDirectory
from unrolled.training.settings import FitSettings
from unrolled.training.trainable import History, Trainable

__all__ = [
    "Checkpoint",
    "CheckpointWritten",
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
    "StepDone",
    "Stopped",
    "Trainable",
    "Warned",
    "broadcast",
    "fit",
    "read_checkpoint",
    "show_progress",
    "write_checkpoint",
]
