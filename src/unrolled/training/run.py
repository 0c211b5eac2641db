"""One run of training, from its first checkpoint to its last event."""

import contextlib
import math
import time
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor

from unrolled.data.pair import Pair
from unrolled.data.pieces import Piece
from unrolled.errors import DataError, RunError, SettingsError
from unrolled.training.averaging import MovingAverage
from unrolled.training.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from unrolled.training.course import course_of
from unrolled.training.divergence import diverged
from unrolled.training.events import (
    CheckpointWritten,
    EpochDone,
    Improved,
    Listener,
    Measuring,
    RunStarted,
    StepDone,
    Stopped,
    Warned,
)
from unrolled.training.figure import chosen_figure
from unrolled.training.fingerprint import differences, fingerprint
from unrolled.training.interrupt import Interrupt
from unrolled.training.noise import noise_of_step
from unrolled.training.optimizer import Optimizer
from unrolled.training.piece_settings import PieceSettings
from unrolled.training.schedule import epochs_waited, learning_rate, plateau_drops, run_fraction
from unrolled.training.settings import FitSettings
from unrolled.training.state import RunState
from unrolled.training.trainable import History, Trainable

__all__ = ["RESUME", "Run"]

_OWN_COLUMNS = frozenset({"epoch", "step", "train_loss", "learning_rate", "seconds", "steps_per_second"})
RESUME = "Resume with resume=True (on the command line: --resume)."


class Run:
    """The moving parts of one call of `fit`, whose arguments it takes."""

    def __init__(
        self,
        model: Trainable,
        train: Sequence[Pair[Any, Any]],
        valid: Sequence[Pair[Any, Any]],
        settings: FitSettings,
        pieces: PieceSettings | None = None,
        *,
        tell: Listener,
        path: Path | None,
        interrupt: Interrupt,
    ) -> None:
        self.model, self.train, self.valid, self.settings = model, train, valid, settings
        self.tell, self.path, self.interrupt = tell, path, interrupt
        self.network = model.network
        self.device = next(self.network.parameters()).device
        self.figure = chosen_figure(model.figures, settings.metric)
        self.lengths = _lengths(model, train, "training")
        share = math.ceil(sum(self.lengths) * settings.batch_fraction)
        batch_steps = min(settings.batch_steps, share)
        self.course = course_of(model, train, self.lengths, settings.seed, batch_steps, pieces)
        self.fingerprint = fingerprint(self.network, settings, self.lengths, _lengths(model, valid, "dev"), pieces)
        self.optimizer = Optimizer(self.network, settings)
        self.average = MovingAverage(self.network, settings.ema_decay) if settings.averaging == "ema" else None
        self.warnings = settings.without_effect()
        if not valid and (settings.patience is not None or settings.schedule == "plateau"):
            self.warnings.append("Without dev pairs, patience and the plateau schedule have no effect.")
        self.state = RunState()
        self.best: dict[str, Tensor] = {}
        self.saved_at = time.monotonic()
        self.saved_place = ""

    def start(self, resume: bool) -> None:
        """Restore or write the first checkpoint: what cannot be written is better known now than after an epoch."""
        resumed = resume and self.path is not None and self.path.exists()
        if resumed and self.path is not None:
            self.restore(read_checkpoint(self.path))
        self.tell(
            RunStarted(
                settings=self.settings,
                figure=self.figure,
                unit=self.model.unit,
                num_train=len(self.train),
                num_valid=len(self.valid),
                num_parameters=sum(p.numel() for p in self.network.parameters()),
                num_threads=torch.get_num_threads(),
                resumed=resumed,
                epoch=self.state.epoch,
                step=self.state.step,
                rows=tuple(dict(row) for row in self.state.rows),
            )
        )
        for sentence in self.warnings:
            self.tell(Warned(sentence))
        if not resumed:
            self.save()

    def restore(self, saved: Checkpoint) -> None:
        """Take the place of the run that wrote a checkpoint."""
        found = differences(saved.fingerprint, self.fingerprint)
        if found:
            raise RunError(f"{self.path} is the checkpoint of another run. {' '.join(found)} Undo this, or start anew.")
        self.state = RunState.from_json(saved.state)
        try:
            self.network.load_state_dict(saved.weights)
        except RuntimeError as error:
            raise RunError(f"{self.path} does not hold this network's weights. Start a new run.") from error
        self.optimizer.restore(saved.optimizer)
        if self.average is not None:
            self.average.restore(saved.average)
        self.best = {name: tensor.to(self.device) for name, tensor in saved.best.items()}
        self.course.carried = {name: tensor.to(self.device) for name, tensor in saved.carried.items()}
        self.saved_place = self.place()
        was, now = saved.fingerprint.get("threads"), self.fingerprint["threads"]
        if was != now:
            self.warnings.append(f"The checkpoint was written on {was} threads; on {now}, sums may round otherwise.")

    def train_epochs(self) -> Literal["finished", "patience"]:
        """Work until an epoch's end ends the run."""
        while True:
            if len(self.state.rows) >= self.settings.epochs:
                return "finished"
            patience = self.settings.patience
            if patience is not None and epochs_waited(self.state.rows, self.figure) >= patience:
                return "patience"
            self.train_epoch()

    def train_epoch(self) -> None:
        """Finish the epoch under way."""
        state, settings = self.state, self.settings
        batches = self.course.batches(state.epoch)
        if not state.batch:
            self.course.carried = {}
        drops = 0
        if settings.schedule == "plateau":
            drops = plateau_drops(state.rows, self.figure, settings.plateau_patience)
        for batch in batches[state.batch :]:
            fraction = run_fraction(state.epoch, state.batch + 1, len(batches), settings.epochs)
            self.step(batch, learning_rate(settings, fraction, drops), len(batches))
            if self.interrupt.presses:
                self.save()
                raise KeyboardInterrupt
            if time.monotonic() - self.saved_at >= settings.checkpoint_seconds:
                self.save()
        try:
            self.end_epoch()
        except KeyboardInterrupt:
            if self.interrupt.presses == 1:  # measuring was cut short, and nothing had changed
                self.save()
            raise
        self.save()
        if self.interrupt.presses:
            raise KeyboardInterrupt

    def step(self, batch: Sequence[Piece], rate: float, num_batches: int) -> None:
        """One step of gradient descent."""
        began = time.monotonic()
        state = self.state
        self.optimizer.zero_gradients()
        noise = noise_of_step(self.settings.seed, state.step + 1, self.device)
        loss, steps = self.course.loss(batch, noise)
        torch.autograd.backward(loss / steps)
        norm = self.optimizer.gradient_norm()
        # One transfer for both numbers: where the network is on another device, each would wait for it.
        loss_sum, norm_value = (float(value) for value in torch.stack((loss.detach(), norm)).cpu().numpy())
        if not (math.isfinite(loss_sum) and math.isfinite(norm_value)):
            found = f"the loss is {loss_sum}" if not math.isfinite(loss_sum) else f"the gradient's norm is {norm_value}"
            self.optimizer.zero_gradients()
            examples = list(dict.fromkeys(piece.example for piece in batch))
            raise diverged(self.model, self.train, examples, state, settings=self.settings, found=found)
        self.optimizer.step(rate, norm, norm_value)
        loss_sum /= self.optimizer.num_networks
        state.step += 1
        state.batch += 1
        if self.average is not None:
            self.average.update(state.step)
        state.loss_sum += loss_sum
        state.loss_steps += steps
        state.num_steps += (read := sum(piece.end - piece.start for piece in batch))
        state.last_loss, state.learning_rate = loss_sum / steps, rate
        state.seconds += time.monotonic() - began
        self.tell(StepDone(state.epoch, state.step, state.batch, num_batches, read, state.last_loss, norm_value, rate))

    def end_epoch(self) -> None:
        """Measure the dev set with the weights that count, and keep them where they are the best so far."""
        epoch = self.state.epoch
        with self.average.in_network() if self.average is not None else contextlib.nullcontext():
            began = time.monotonic()
            figures = self.measure() if self.valid else {}
            row = self.state.finish_epoch(figures, time.monotonic() - began)
            improved = self.state.best_epoch(self.figure) == epoch
            if improved:
                self.best = {name: t.detach().clone() for name, t in self.network.state_dict().items()}
                metric = self.figure.name if figures else None
                self.tell(Improved(epoch, metric, figures.get(self.figure.name)))
        self.tell(EpochDone(epoch, improved, dict(row)))

    def measure(self) -> dict[str, float]:
        """The dev figures; Ctrl-C need not wait for them, since the next run can measure again."""
        self.tell(Measuring(self.state.epoch, len(self.valid)))
        with self.interrupt.at_once(), torch.no_grad():
            figures = {name: float(value) for name, value in self.model.measure(self.valid).items()}
        assert self.figure.name in figures
        taken = _OWN_COLUMNS & set(figures)
        if taken:
            raise SettingsError(f"A dev figure cannot be called {sorted(taken)[0]!r}: that is a column of the history.")
        return figures

    def save(self) -> None:
        """Write the checkpoint, where there is a file for it."""
        if self.path is None:
            return
        checkpoint = Checkpoint(
            weights=self.network.state_dict(),
            optimizer=self.optimizer.tensors(),
            average=self.average.tensors if self.average is not None else {},
            best=self.best,
            state=self.state.to_json(),
            fingerprint=self.fingerprint,
            carried=self.course.carried if self.state.batch else {},
        )
        try:
            write_checkpoint(self.path, checkpoint)
        except OSError as error:
            intact = f"The one of {self.saved_place} is intact. {RESUME}" if self.saved_place else "None was before it."
            raise RunError(
                f"The checkpoint of {self.place()} could not be written to {self.path}: {error.strerror}. "
                f"Free some space there, or choose another folder. {intact}"
            ) from error
        self.saved_at, self.saved_place = time.monotonic(), self.place()
        self.tell(CheckpointWritten(self.path, self.state.epoch, self.state.step))

    def finish(self, reason: Literal["finished", "patience"]) -> History:
        """Leave the network with the best weights."""
        self.network.load_state_dict(self.best)
        best = self.state.best_epoch(self.figure)
        detail = f"All {self.settings.epochs} epochs are done."
        if reason == "patience":
            detail = f"No better {self.figure.name} for {self.settings.patience} epochs."
        self.stopped(reason, detail)
        return History(tuple(dict(row) for row in self.state.rows), best, reason)

    def place(self) -> str:
        """Where the run is, in words."""
        return f"epoch {self.state.epoch}, step {self.state.step}"

    def stopped(self, reason: Literal["finished", "patience", "interrupted", "failed"], detail: str) -> None:
        """Tell that the run has ended."""
        best = self.state.best_epoch(self.figure)
        self.tell(Stopped(reason, detail, len(self.state.rows), self.state.step, best))

    @contextlib.contextmanager
    def told(self) -> Generator[None]:
        """Tell how the run ended where it ends with an exception."""
        try:
            yield
        except KeyboardInterrupt:
            kept = f"The run is kept in {self.path} up to {self.saved_place}. {RESUME}" if self.path else ""
            detail = f"Interrupted at {self.place()}. {kept}".strip()
            with contextlib.suppress(Exception):
                self.stopped("interrupted", detail)
            raise KeyboardInterrupt(detail) from None
        except Exception as error:
            with contextlib.suppress(Exception):
                self.stopped("failed", str(error))
            raise


def _lengths(model: Trainable, pairs: Sequence[Pair[Any, Any]], name: str) -> list[int]:
    lengths = [model.length(pairs[i]) for i in range(len(pairs))]
    if not lengths and name == "training":
        raise DataError("There is no training example. Give at least one pair.")
    for i, length in enumerate(lengths):
        if length < 1:
            raise DataError(f"Example {i + 1} of the {name} set has length {length}. Leave out examples without steps.")
    return lengths
