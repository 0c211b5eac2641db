"""The settings of a training run: flat, frozen, and checked before anything runs."""

from dataclasses import dataclass, fields
from typing import ClassVar, Literal

from unrolled.settings import Settings, choice, number, text, whole

__all__ = ["FitSettings"]


@dataclass(frozen=True, kw_only=True)
class FitSettings(Settings):
    """How a model is trained; the same names serve Python, `--set` and `config.json`.

    >>> FitSettings(epochs=5, schedule="cosine", warmup=0.1).epochs
    5

    Attributes:
        epochs: times that every training example is seen.
        batch_tokens: the most steps (tokens) in a batch, all of its sequences together.
        optimizer: "adam" (Kingma & Ba 2015, arXiv 1412.6980v9), "adamw" (Loshchilov & Hutter 2019,
            arXiv 1711.05101v3) or "sgd".
        learning_rate: the highest learning rate of the schedule.
        weight_decay: added to the gradient as an L2 term ("adam", "sgd") or decoupled from it ("adamw").
        momentum: of "sgd".
        beta1, beta2, epsilon: of "adam" and "adamw".
        schedule: "constant"; "linear" or "cosine", both falling to 0 at the end of the run; "plateau", which multiplies
            by `plateau_factor` after every `plateau_patience` epochs without a better dev metric.
        warmup: the fraction of the run in which the learning rate rises from 0.
        clip_norm: the largest norm of all gradients together; None does not clip.
        patience: epochs without a better dev metric after which the run stops; None runs to the end. Here and in
            `plateau_patience` the count starts at the first epoch of the best figure, and not before a figure of which
            more is better has left 0. The weights that are kept are those of the last epoch of the best figure.
        metric: the figure of the dev set that chooses the best weights.
        metric_goal: whether a "higher" or a "lower" metric is better.
        averaging: "ema" measures and keeps an exponential moving average of the weights instead of the weights.
        ema_decay: how much of the average each step keeps.
        seed: of the batches' order and of all noise.
        num_threads: of torch; None leaves torch's own choice.
        checkpoint_seconds: the longest time between two checkpoints; one is written after every epoch anyway.

    Raises:
        SettingsError: a value of the wrong type or outside its range.
    """

    title: ClassVar[str] = "training setting"

    epochs: int = whole(20, least=1)
    batch_tokens: int = whole(1024, least=1)
    optimizer: Literal["adam", "adamw", "sgd"] = choice("adam", "adam", "adamw", "sgd")
    learning_rate: float = number(3e-3, above=0)
    weight_decay: float = number(0.0, least=0)
    momentum: float = number(0.0, least=0, below=1)
    beta1: float = number(0.9, least=0, below=1)
    beta2: float = number(0.99, least=0, below=1)
    epsilon: float = number(1e-8, above=0)
    schedule: Literal["constant", "linear", "cosine", "plateau"] = choice(
        "linear", "constant", "linear", "cosine", "plateau"
    )
    warmup: float = number(0.0, least=0, below=1)
    plateau_factor: float = number(0.5, above=0, below=1)
    plateau_patience: int = whole(3, least=1)
    clip_norm: float | None = number(1.0, above=0, optional=True)
    patience: int | None = whole(6, least=1, optional=True)
    metric: str = text("f1")
    metric_goal: Literal["higher", "lower"] = choice("higher", "higher", "lower")
    averaging: Literal["none", "ema"] = choice("ema", "none", "ema")
    ema_decay: float = number(0.99, least=0, below=1)
    seed: int = whole(0)
    num_threads: int | None = whole(None, least=1, optional=True)
    checkpoint_seconds: float = number(300.0, least=0)

    def without_effect(self) -> list[str]:
        """Settings that differ from their defaults although the others leave them no effect, one sentence each."""
        idle: list[tuple[str, str]] = []
        if self.optimizer != "sgd":
            idle.append(("momentum", 'is of optimizer="sgd"'))
        if self.optimizer == "sgd":
            idle += [(name, 'is of optimizer="adam" and "adamw"') for name in ("beta1", "beta2", "epsilon")]
        if self.schedule != "plateau":
            idle += [(name, 'is of schedule="plateau"') for name in ("plateau_factor", "plateau_patience")]
        if self.averaging == "none":
            idle.append(("ema_decay", 'is of averaging="ema"'))
        defaults = {field.name: field.default for field in fields(self)}
        return [f"{name} {why} and has no effect here." for name, why in idle if getattr(self, name) != defaults[name]]
