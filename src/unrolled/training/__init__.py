"""Training: `fit`, its settings and events, and the checkpoint."""

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
from unrolled.training.figure import chosen_figure
from unrolled.training.fit import fit
from unrolled.training.piece_settings import PieceSettings
from unrolled.training.settings import FitSettings
from unrolled.training.trainable import History, Trainable, TrainableInPieces

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
    "PieceSettings",
    "RunStarted",
    "StepDone",
    "Stopped",
    "Trainable",
    "TrainableInPieces",
    "Warned",
    "broadcast",
    "chosen_figure",
    "fit",
    "read_checkpoint",
    "write_checkpoint",
]
