"""Where a run is: the epoch, the batch, the running sums and the rows of finished epochs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, cast

from unrolled.errors import RunError
from unrolled.metrics.metric import Figure
from unrolled.training.schedule import best_epoch

__all__ = ["RunState"]


@dataclass(slots=True)
class RunState:
    """The place in a run, with everything that its next steps and its history depend on besides tensors.

    Attributes:
        epoch: the epoch under way, from 1.
        batch: how many of its batches are done.
        step: how many steps are done since the start of the run.
        loss_sum: the summed loss of the epoch so far.
        loss_steps: Σ T_y of the epoch so far, by which its loss is divided.
        num_steps: the steps that the epoch has read so far.
        seconds: its training time so far.
        last_loss: the last step's loss per y⟨t⟩.
        learning_rate: of the last step.
        rows: one a finished epoch.
    """

    epoch: int = 1
    batch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    loss_steps: int = 0
    num_steps: int = 0
    seconds: float = 0.0
    last_loss: float = 0.0
    learning_rate: float = 0.0
    rows: list[dict[str, float]] = field(default_factory=list[dict[str, float]])

    def to_json(self) -> dict[str, Any]:
        """As JSON; `from_json` is its inverse."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "RunState":
        """From a checkpoint's header.

        Raises:
            RunError: a value that no run writes.
        """
        numbers = {f.name for f in fields(cls)} - {"rows"}
        rows = cast("list[dict[str, Any]]", values.get("rows"))
        whole = (
            set(values) == numbers | {"rows"}
            and all(_is_number(values[name]) for name in numbers)
            and isinstance(cast("object", rows), list)
            and all(isinstance(cast("object", row), dict) and all(map(_is_number, row.values())) for row in rows)
        )
        if not whole:
            raise RunError("The checkpoint's state is not one that a run writes. Start a new run.")
        return cls(**values)

    def finish_epoch(self, figures: Mapping[str, float], seconds: float) -> dict[str, float]:
        """Close the epoch with its dev figures and the seconds that measuring took, and return its row."""
        row: dict[str, float] = {
            "epoch": self.epoch,
            "step": self.step,
            "train_loss": self.loss_sum / self.loss_steps,
            "learning_rate": self.learning_rate,
            **figures,
            "seconds": self.seconds + seconds,
            "steps_per_second": self.num_steps / max(self.seconds, 1e-9),
        }
        self.rows.append(row)
        self.epoch += 1
        self.batch = self.loss_steps = self.num_steps = 0
        self.loss_sum = self.seconds = 0.0
        return row

    def best_epoch(self, figure: Figure) -> int:
        """The epoch (from 1) with the best dev figure; 0 before any, the last without a dev set."""
        return best_epoch(self.rows, figure)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
