"""Training: one function, one stream of events."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from unrolled.data.pair import Pair
from unrolled.errors import RunError
from unrolled.training.determinism import same_bits
from unrolled.training.events import Listener
from unrolled.training.interrupt import Interrupt
from unrolled.training.piece_settings import PieceSettings
from unrolled.training.run import RESUME, Run
from unrolled.training.settings import FitSettings
from unrolled.training.trainable import History, Trainable

__all__ = ["fit"]


def fit(
    model: Trainable,
    train: Sequence[Pair[Any, Any]],
    valid: Sequence[Pair[Any, Any]],
    settings: FitSettings,
    *,
    pieces: PieceSettings | None = None,
    on_event: Listener | None = None,
    checkpoint: Path | None = None,
    resume: bool = False,
) -> History:
    """Train a model's network in place and leave it with the weights of its best epoch.

    The result is a function of the model's first weights, the data and the settings, bit for bit on the same machine
    with the same number of threads: the batches of an epoch depend on (seed, epoch) alone, the noise of a step on
    (seed, step) alone. So does the result of a run that was stopped at any moment and resumed from its checkpoint.

    Args:
        model: what to train.
        train: the training pairs; read by index, never all at once.
        valid: the dev pairs that choose the best epoch; where there are none, the last epoch is the best.
        settings: see FitSettings.
        pieces: how long examples are learnt in pieces, by a model that can; None for whole examples.
        on_event: is told of every event in order; the last one is always Stopped.
        checkpoint: the file to keep the run in, at its start, after every epoch and every `checkpoint_seconds`.
        resume: go on from the checkpoint; where that does not exist yet, start.

    Raises:
        DataError: there is nothing to train on, or a pair of length 0.
        SettingsError: `metric` is none of the figures that the model measures.
        RunError: the loss is not finite, the checkpoint cannot be written (the earlier one is intact), exists although
            `resume` is False, or is of another network, other settings or other data.
        KeyboardInterrupt: Ctrl-C; the step was finished and the checkpoint written.
    """
    if checkpoint is not None and checkpoint.exists() and not resume:
        raise RunError(f"{checkpoint} holds an earlier run. {RESUME} Otherwise remove it or name another file.")
    interrupt = Interrupt()
    with same_bits(model.network, settings.num_threads), interrupt.deferred():
        run = Run(model, train, valid, settings, pieces, tell=on_event or _ignore, path=checkpoint, interrupt=interrupt)
        with run.told():
            run.start(resume)
            return run.finish(run.train_epochs())


def _ignore(event: object) -> None:
    pass
