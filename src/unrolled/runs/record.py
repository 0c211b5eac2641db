"""What is kept beside a model's weights: metrics.json for machines, the model card for people."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from unrolled.data.codecs.codec import Knowing
from unrolled.metrics import Report
from unrolled.model import Model
from unrolled.runs.card import CardFacts, CardPart, model_card
from unrolled.runs.parts import Data, Part
from unrolled.settings import Composed
from unrolled.tasks import Task
from unrolled.training import FitSettings

__all__ = ["Record", "versions"]


@dataclass(frozen=True)
class Record:
    """The facts of a trained model.

    Attributes:
        task, model, data, settings: of the run.
        dev: the figures that chose the weights.
        test: of the bundled corpus' test part; None for a user's files, and while the run goes on.
        best_epoch: the epoch of the weights.
        num_epochs: that were trained so far.
        seconds: that they took.
        finished: whether the run came to its end.
    """

    task: Task[Any, Any]
    model: Model[Any, Any]
    data: Data
    settings: Composed
    dev: Report
    test: Report | None
    best_epoch: int
    num_epochs: int
    seconds: float
    finished: bool

    @property
    def metric(self) -> str:
        """The figure that chose the weights."""
        return self.settings.group(FitSettings).metric or self.task.metric(self.model.y).figures[0].name

    def metrics(self) -> dict[str, Any]:
        """Return the content of metrics.json."""
        return {
            "task": self.task.name,
            "metric": self.metric,
            "rule": self.dev.rule_text,
            "dev": self.dev.to_dict(),
            "test": None if self.test is None else self.test.to_dict(),
            "data": {part.name: self._part(part) for part in self.data.parts},
            "bundled": self.data.bundled,
            "dev_set_aside": self.data.set_aside,
            **self._unknown(),
            "settings": self.settings.to_dict(),
            "best_epoch": self.best_epoch,
            "num_epochs": self.num_epochs,
            "seconds": self.seconds,
            "finished": self.finished,
            "versions": versions(),
        }

    def card(self) -> str:
        """Return the model card."""
        task, bundled = self.task, self.task.bundled if self.data.bundled else None
        limits = ["The run had not finished when these weights were saved."] * (not self.finished)
        if self.test is not None:
            test = self.data.test
            measured = "On the test part" if test is None else f"On the {len(test.pairs):,} test {task.x.name}s"
            figure = f"{measured}, {self.metric} is {self.test.figures[self.metric]:.4f} under the same rule."
            limits.append(figure if bundled is None else f"{figure} {bundled.about_test}".strip())
        return model_card(
            CardFacts(
                task=task,
                purpose=task.purpose(self.model.y),
                data=[
                    CardPart(
                        use=part.name if part.name != "dev" or self.data.set_aside is None else "dev (set aside)",
                        name=part.path.name,
                        num_pairs=len(part.pairs),
                        sha256=part.sha256,
                    )
                    for part in self.data.parts
                ],
                metric=self.metric,
                report=self.dev,
                settings=self.settings,
                versions=versions(),
                num_parameters=sum(weights.numel() for weights in self.model.network.module.parameters()),
                best_epoch=self.best_epoch,
                training_seconds=self.seconds,
                trained_on=date.today(),
                languages=() if bundled is None else bundled.languages,
                limits=limits,
            )
        )

    def _part(self, part: Part) -> Mapping[str, object]:
        return {
            "file": part.path.name,
            "sha256": part.sha256,
            f"num_{self.task.x.name}s": len(part.pairs),
            f"num_{self.task.x.step}s": part.num_steps,
        }

    def _unknown(self) -> dict[str, object]:
        """Return how much of the dev part the vocabulary of x does not know, where it has one."""
        if not isinstance(self.model.x, Knowing):
            return {}
        unknown = self.model.x.unknown(pair.x for pair in self.data.dev.pairs)
        counts = {"num_tokens": unknown.num_tokens, "num_unknown": unknown.num_unknown, "rate": unknown.rate}
        return {"dev_unknown": counts}


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that the weights depend on."""
    found = {"python": platform.python_version()}
    for package in ("unrolled", "torch", "numpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # run from a source tree that was never installed
            continue
    return found
