"""The settings of a training run: flat, frozen, and checked before anything runs."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from unrolled.settings import Retired, Settings, setting

__all__ = ["FitSettings"]


@dataclass(frozen=True, kw_only=True)
class FitSettings(Settings):
    """How a model is trained; the same names serve Python, `--set` and `config.json`.

    >>> FitSettings(epochs=5, schedule="cosine", warmup=0.1).epochs
    5

    Attributes:
        epochs: times that every training example is seen.
        batch_steps: the most steps (words, frames, ...) in a batch, all of its sequences together.
        batch_fraction: the largest share of the training part's steps that one batch may hold: a small part then has
            smaller batches, and more of them.
        optimizer: what turns gradients into steps: "adam" (Kingma & Ba 2015, arXiv 1412.6980v9), "adamw" (Loshchilov &
            Hutter 2019, arXiv 1711.05101v3) or "sgd".
        learning_rate: the highest learning rate of the schedule.
        weight_decay: added to the gradient as an L2 term ("adam", "sgd") or decoupled from it ("adamw").
        momentum: of "sgd": how much of the last step is taken again.
        beta1: of "adam" and "adamw": how much the mean of the gradients keeps.
        beta2: of "adam" and "adamw": how much the mean of their squares keeps.
        epsilon: of "adam" and "adamw": added to the divisor.
        schedule: how the learning rate falls: "constant"; "linear" or "cosine", both falling to 0 at the end of the
            run; "plateau", which multiplies by `plateau_factor` after every `plateau_patience` epochs without a better
            dev metric.
        warmup: the fraction of the run in which the learning rate rises from 0.
        plateau_factor: of "plateau": what the learning rate is multiplied by.
        plateau_patience: of "plateau": epochs without a better dev metric before that.
        clip_norm: the largest norm of all gradients together; None does not clip.
        patience: epochs without a better dev metric after which the run stops; None runs to the end. Here and in
            `plateau_patience` the count starts at the first epoch of the best figure, and not before a figure of which
            more is better has left 0. The weights that are kept are those of the last epoch of the best figure.
        metric: the figure of the dev set that chooses the best weights; None takes the first of the task's metric.
        averaging: what is measured and kept: the weights ("none"), or an exponential moving average of them ("ema";
            averages of weights are those of Polyak & Juditsky 1992).
        ema_decay: how much of the average each step keeps.
        seed: of the first weights, the part that is set aside, the batches' order and all noise.
        num_threads: of torch; None leaves torch's own choice.
        checkpoint_seconds: the longest time between two checkpoints; one is written after every epoch anyway.

    Raises:
        SettingsError: a value of the wrong type or outside its range.
    """

    title: ClassVar[str] = "training setting"
    retired: ClassVar[tuple[Retired, ...]] = (
        Retired("metric_goal", ("higher", "lower"), "Whether more or less is better belongs to the metric."),
    )

    epochs: int = setting(20, least=1)
    batch_steps: int = setting(1024, least=1, alias="batch_tokens")
    batch_fraction: float = setting(1.0, above=0, most=1)
    optimizer: Literal["adam", "adamw", "sgd"] = setting("adam")
    learning_rate: float = setting(3e-3, above=0)
    weight_decay: float = setting(0.0)
    momentum: float = setting(0.0, below=1, when=("optimizer", "sgd"))
    beta1: float = setting(0.9, below=1, when=("optimizer", ("adam", "adamw")))
    beta2: float = setting(0.99, below=1, when=("optimizer", ("adam", "adamw")))
    epsilon: float = setting(1e-8, above=0, when=("optimizer", ("adam", "adamw")))
    schedule: Literal["constant", "linear", "cosine", "plateau"] = setting("linear")
    warmup: float = setting(0.0, below=1)
    plateau_factor: float = setting(0.5, above=0, below=1, when=("schedule", "plateau"))
    plateau_patience: int = setting(3, least=1, when=("schedule", "plateau"))
    clip_norm: float | None = setting(1.0, above=0)
    patience: int | None = setting(6, least=1)
    metric: str | None = setting(None)
    averaging: Literal["none", "ema"] = setting("ema")
    ema_decay: float = setting(0.99, below=1, when=("averaging", "ema"))
    seed: int = setting(0)
    num_threads: int | None = setting(None, least=1)
    checkpoint_seconds: float = setting(300.0)
