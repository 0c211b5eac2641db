"""Where a run is: the epoch, the batch, the running sums and the rows of finished epochs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, cast

from unrolled.errors import RunError
from unrolled.training.schedule import Goal, best_epoch
from unrolled.training.settings import FitSettings

__all__ = ["RunState"]


@dataclass(slots=True)
class RunState:
    """The place in a run, with everything that its next steps and its history depend on besides tensors.

    Attributes:
        epoch: the epoch under way, from 1.
        batch: how many of its batches are done.
        step: how many steps are done since the start of the run.
        loss_sum: the summed loss of the epoch so far.
        num_tokens: its tokens so far.
        seconds: its training time so far.
        last_loss: the last step's loss per token.
        learning_rate: of the last step.
        rows: one a finished epoch.
    """

    epoch: int = 1
    batch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    num_tokens: int = 0
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
            "train_loss": self.loss_sum / self.num_tokens,
            "learning_rate": self.learning_rate,
            **figures,
            "seconds": self.seconds + seconds,
            "tokens_per_second": self.num_tokens / max(self.seconds, 1e-9),
        }
        self.rows.append(row)
        self.epoch += 1
        self.batch = self.num_tokens = 0
        self.loss_sum = self.seconds = 0.0
        return row

    def best_epoch(self, settings: FitSettings, goal: Goal = "higher") -> int:
        """The epoch (from 1) with the best dev metric; 0 before any, the last without a dev set."""
        return best_epoch(self.rows, settings.metric, goal)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
