"""What is kept beside a model's weights: metrics.json for machines, the model card for people."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from unrolled.data.vocabulary import UnknownReport
from unrolled.model import Model
from unrolled.model_card import CardData, CardFacts, model_card
from unrolled.tasks.settings import TaggingSettings
from unrolled.tasks.task import Task
from unrolled.tasks.training_data import Part, TrainingData
from unrolled.training.metrics import EntityReport

__all__ = ["ModelRecord", "unknown_words", "versions"]


@dataclass(frozen=True)
class ModelRecord:
    """The facts of a trained model.

    Attributes:
        task, model, data, settings: of the run.
        dev: the figures that chose the weights.
        test: of the bundled corpus' hidden-name part; None for a user's files, and while the run goes on.
        best_epoch: the epoch of the weights.
        num_epochs: that were trained so far.
        seconds: that they took.
        finished: whether the run came to its end.
    """

    task: Task
    model: Model
    data: TrainingData
    settings: TaggingSettings
    dev: EntityReport
    test: EntityReport | None
    best_epoch: int
    num_epochs: int
    seconds: float
    finished: bool

    def metrics(self) -> dict[str, Any]:
        """Return the content of metrics.json."""
        unknown = unknown_words(self.model, self.data.dev)
        return {
            "task": self.task.name,
            "metric": self.settings.fit.metric,
            "rule": self.task.rule,
            "dev": self.dev.to_dict(),
            "test": None if self.test is None else self.test.to_dict(),
            "data": {part.name: self._part(part) for part in self.data.parts},
            "bundled": self.data.bundled,
            "dev_set_aside": self.data.set_aside,
            "dev_unknown": {
                "num_tokens": unknown.num_tokens,
                "num_unknown": unknown.num_unknown,
                "rate": unknown.rate,
            },
            "settings": self.settings.to_dict(),
            "best_epoch": self.best_epoch,
            "num_epochs": self.num_epochs,
            "seconds": self.seconds,
            "finished": self.finished,
            "versions": versions(),
        }

    def card(self) -> str:
        """Return the model card."""
        metric = self.settings.fit.metric
        limits = ["The run had not finished when these weights were saved."] * (not self.finished)
        if self.test is not None:
            limits.append(
                f"On the {self.test.num_sentences:,} test sentences, none of whose entities occurs in the training "
                f"data, {metric} is {getattr(self.test.overall, metric):.4f} under the same rule."
            )
        return model_card(
            CardFacts(
                task=self.task.name,
                title=self.task.title[:1].upper() + self.task.title[1:],
                purpose="Gives every word of a sentence a label in IOB2: "
                + ", ".join(sorted({label[2:] for label in self.model.y_codec.labels.tokens if label != "O"}))
                + ".",
                shape=self.task.shape,
                data=[
                    CardData(
                        use=part.name if part.name != "dev" or self.data.set_aside is None else "dev (set aside)",
                        name=part.path.name,
                        num_pairs=len(part.pairs),
                        sha256=part.sha256,
                    )
                    for part in self.data.parts
                ],
                metric=metric,
                rule=self.task.rule,
                seed=self.settings.fit.seed,
                figures={
                    "f1": self.dev.overall.f1,
                    "precision": self.dev.overall.precision,
                    "recall": self.dev.overall.recall,
                    "token accuracy": self.dev.token_accuracy,
                },
                figures_by_type={
                    kind: {
                        "f1": score.f1,
                        "precision": score.precision,
                        "recall": score.recall,
                        "entities": score.num_gold,
                    }
                    for kind, score in self.dev.per_type.items()
                },
                settings=self.settings.to_dict(),
                defaults=TaggingSettings().to_dict(),
                versions=versions(),
                num_parameters=sum(weights.numel() for weights in self.model.network.parameters()),
                best_epoch=self.best_epoch,
                training_seconds=self.seconds,
                trained_on=date.today(),
                languages=("English",) if self.data.bundled else (),
                limits=limits,
            )
        )

    def _part(self, part: Part) -> Mapping[str, object]:
        return {
            "file": part.path.name,
            "sha256": part.sha256,
            "num_sentences": len(part.pairs),
            "num_tokens": part.num_tokens,
        }


def unknown_words(model: Model, part: Part) -> UnknownReport:
    """Count the words of a part that are `<unk>` to the model, in the form under which it looks them up."""
    return model.x_codec.unknown_rate(word for pair in part.pairs for word in pair.x)


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that the weights depend on."""
    found = {"python": platform.python_version()}
    for package in ("unrolled", "torch", "numpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # run from a source tree that was never installed
            continue
    return found
