"""Cross-validation, from a labelled file to a run directory: what `unrolled train --folds K` does."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from statistics import mean, median, stdev
from typing import Any, cast

from unrolled.data.answer import Answer
from unrolled.decoding import Decoding
from unrolled.disk import write_atomically
from unrolled.errors import RunError
from unrolled.metrics import Metric, Report
from unrolled.model import Model
from unrolled.runs.build import build_model
from unrolled.runs.card import model_card
from unrolled.runs.config import RunConfig
from unrolled.runs.folder import RunDirectory
from unrolled.runs.folds_plan import FoldsPlan, plan_folds
from unrolled.runs.keeper import Keeper
from unrolled.runs.measure import Trainee, train_model
from unrolled.runs.out_of_fold import OutOfFold, aligned, read_answers, write_answers
from unrolled.runs.parts import set_aside_places
from unrolled.runs.record import FoldsRecord, PartRecord, Record, versions
from unrolled.settings import Composed
from unrolled.tasks import Task
from unrolled.tasks.parts import PartSettings
from unrolled.tasks.show import labels_of
from unrolled.training import FitSettings, Listener, broadcast, chosen_figure

__all__ = ["CrossValidation", "Fold", "cross_validate", "run_folds"]


@dataclass(frozen=True)
class Fold:
    """What came of one fold.

    Attributes:
        number: from 1.
        num_train, num_dev, num_held_out: examples.
        best_epoch: of `num_epochs`, chosen on the fold's own dev part.
        seconds: of the training.
        figures: of the answers to what was held out.
        chosen: what was chosen on the dev part beside the weights, such as the temperature.
    """

    number: int
    num_train: int
    num_dev: int
    num_held_out: int
    best_epoch: int
    num_epochs: int
    seconds: float
    figures: Mapping[str, float]
    chosen: Mapping[str, float] = field(default_factory=dict[str, float])


FoldListener = Callable[[Fold], None]


@dataclass(frozen=True)
class CrossValidation:
    """A finished cross-validation.

    Attributes:
        plan: what it was of; the last model is in `best/` of its directory.
        folds: what came of each.
        answers: to every example, in the order of the data, by the model of its fold.
        report: of all these answers together.
        model: the last one, trained on all examples for the median of the folds' best epochs.
        record: what is recorded of it.
    """

    plan: FoldsPlan
    folds: tuple[Fold, ...]
    answers: tuple[OutOfFold, ...]
    report: Report
    model: Model[Any, Any]
    record: Record

    @property
    def directory(self) -> Path:
        """The run directory."""
        return self.plan.directory


def cross_validate(
    task: Task[Any, Any],
    *,
    folds: int | None = None,
    train: Path | None = None,
    out: Path | None = None,
    settings: Composed | None = None,
    resume: bool = False,
    overwrite: bool = False,
    on_event: Listener | None = None,
    on_fold: FoldListener | None = None,
) -> CrossValidation:
    """Cross-validate and leave a run directory: `plan_folds`, then `run_folds`, where all is explained."""
    plan = plan_folds(task, folds=folds, train=train, out=out, settings=settings, resume=resume, overwrite=overwrite)
    return run_folds(plan, on_event, on_fold)


def run_folds(
    plan: FoldsPlan, on_event: Listener | None = None, on_fold: FoldListener | None = None
) -> CrossValidation:
    """Train a model for each fold without it, answer the fold by it, and train a last model on everything.

    A fold's model is made as `run_training` would make one of the other folds alone: of them a dev part is set aside,
    with whole groups, on which the epoch and what is calibrated are chosen; vocabulary, standardisation, class weights
    and all else are fitted on what remains. Nothing of the fold is seen before it is answered.

    The last model is trained on all examples, with nothing set aside: for as many epochs as the median of the folds'
    best ones (its schedule spread over them), with the medians of what the folds have calibrated.

    A run that was stopped goes on where it was: finished folds are read again, and the one under way from its
    checkpoint.

    Args:
        plan: what it is of.
        on_event: is told of every event of every training.
        on_fold: is told of each fold as it is finished, or read again.

    Raises:
        DataError: too few examples in a fold's training part.
        RunError: the directory cannot be written, or a loss is not finite.
        SettingsError: settings that do not fit together.
        KeyboardInterrupt: Ctrl-C; finished folds are kept, and the one under way up to its last step.
    """
    task, pairs = plan.task, plan.whole.pairs
    _, y = task.codecs(pairs, plan.settings)  # for the order of all labels alone: it is part of no model
    measuring = Measuring(task.metric(y), labels_of(y))
    chosen_figure(measuring.metric.figures, plan.settings.group(FitSettings).metric)  # refuse a mistake before writing
    began = plan.versions or versions()
    path = None if plan.bundled else plan.whole.path
    config = RunConfig(
        task=task.name,
        train=None if path is None else Path(path).resolve(),
        dev=None,
        sha256={"train": plan.whole.sha256},
        settings=plan.settings,
        versions=began,
        folds=plan.num_folds,
    )
    with RunDirectory(plan.directory, overwrite=plan.overwrite, resume=plan.resume) as directory:
        try:
            if not plan.resume:
                directory.write_config(config.to_dict())
            directory.folds.mkdir(exist_ok=True)
            found: list[Fold] = []
            answers: list[OutOfFold] = []
            for number in range(1, plan.num_folds + 1):
                fold, own = _kept(plan, directory, number, measuring) or _trained(
                    plan, directory, number, measuring, on_event
                )
                found.append(fold)
                answers += own
                if on_fold is not None:
                    on_fold(fold)
            answers.sort(key=lambda answer: answer.number)
            report = measuring.report(answers)
            write_answers(directory.path / "answers.jsonl", answers, measuring.labels)
            folds = _record(plan, found, report)
            _write_json(directory.path / "folds.json", _summary(plan, found, folds, report, measuring))
            task.pictures(measuring.metric, [pair.y for pair in pairs], [one.answer for one in answers], directory.path)
            model, record = _last(plan, directory, found, folds, on_event)
        except OSError as error:
            raise RunError(
                f"{error.filename or plan.directory} could not be written: {error.strerror}. Free some space there and "
                "resume the run (resume=True, or --resume): finished folds are kept."
            ) from error
    return CrossValidation(plan, tuple(found), tuple(answers), report, model, record)


@dataclass(frozen=True)
class Measuring:
    """What answers are measured by, the same for all folds.

    Attributes:
        metric: of all labels.
        labels: in the order of probabilities; none where y is no label.
    """

    metric: Metric[Any]
    labels: tuple[str, ...]

    def report(self, answers: Sequence[OutOfFold]) -> Report:
        """Return the figures of answers."""
        return self.metric.measure([one.truth for one in answers], [one.answer for one in answers])

    def answer(self, model: Model[Any, Any], xs: Sequence[Any]) -> list[Answer[Any]]:
        """Return a model's answers, as the metric wants them."""
        wanted = Decoding(confidence=True, probabilities=self.metric.needs == "probabilities")
        return [aligned(answer, labels_of(model.y), self.labels) for answer in model.answers(xs, wanted)]


def _kept(
    plan: FoldsPlan, directory: RunDirectory, number: int, measuring: Measuring
) -> tuple[Fold, list[OutOfFold]] | None:
    """Return a fold that was finished before; None where it was not."""
    path = directory.folds / f"{number}.json"
    if not path.exists():
        return None
    try:
        fold = Fold(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise RunError(
            f"{path} is not what a finished fold leaves ({error}). Remove it, and the fold is trained again."
        ) from error
    answers = read_answers(path.with_suffix(".jsonl"), [pair.y for pair in plan.whole.pairs], measuring.labels)
    if [one.number - 1 for one in answers] != plan.places(number)[1]:
        raise RunError(f"{path.with_suffix('.jsonl')} holds another fold. Remove it and {path.name}, or train anew.")
    return fold, answers


def _trained(
    plan: FoldsPlan, directory: RunDirectory, number: int, measuring: Measuring, on_event: Listener | None
) -> tuple[Fold, list[OutOfFold]]:
    """Train a model without a fold and answer it; the answers are on the disk before what says that they are there."""
    task, whole, settings = plan.task, plan.whole, plan.settings
    seen, held = plan.places(number)
    groups = [whole.groups[i] for i in seen] if whole.groups else []
    fraction, seed = settings.group(PartSettings).dev_fraction, settings.group(FitSettings).seed
    own, aside = set_aside_places([whole.pairs[i] for i in seen], fraction, seed, task.x.name, groups)
    train, dev = ([whole.pairs[seen[i]] for i in part] for part in (own, aside))
    trainee, settings = _trainee(plan, train, settings)
    checkpoint = directory.folds / f"{number}.checkpoint.safetensors"
    history = train_model(trainee, train, dev, settings, on_event=on_event, checkpoint=checkpoint, resume=True)
    truths = [whole.pairs[i].y for i in held]
    found = measuring.answer(trainee.model, [whole.pairs[i].x for i in held])
    answers = [
        OutOfFold(i + 1, whole.places[i], number, whole.groups[i] if whole.groups else "", truth, answer)
        for i, truth, answer in zip(held, truths, found, strict=True)
    ]
    fold = Fold(
        number=number,
        num_train=len(train),
        num_dev=len(dev),
        num_held_out=len(held),
        best_epoch=history.best_epoch,
        num_epochs=len(history.rows),
        seconds=sum(row["seconds"] for row in history.rows),
        figures={name: float(value) for name, value in measuring.report(answers).figures.items()},
        chosen={name: float(buffer) for name, buffer in _chosen(trainee.model).items()},
    )
    write_answers(directory.folds / f"{number}.jsonl", answers, measuring.labels)
    _write_json(directory.folds / f"{number}.json", asdict(fold))
    checkpoint.unlink(missing_ok=True)
    return fold, answers


def _last(
    plan: FoldsPlan, directory: RunDirectory, found: Sequence[Fold], folds: FoldsRecord, on_event: Listener | None
) -> tuple[Model[Any, Any], Record]:
    """Train the model that is left, on everything."""
    task, whole = plan.task, plan.whole
    epochs = math.ceil(median(fold.best_epoch for fold in found))
    settings = plan.settings.replaced({"epochs": epochs, "patience": None})
    trainee, settings = _trainee(plan, whole.pairs, settings)
    keeper = Keeper(directory, _nothing_to_save)
    history = train_model(
        trainee,
        whole.pairs,
        [],
        settings,
        on_event=broadcast(keeper, *([on_event] if on_event else [])),
        checkpoint=directory.checkpoint,
        resume=True,
    )
    for name, buffer in _chosen(trainee.model).items():
        buffer.fill_(median(fold.chosen[name] for fold in found))
    model = trainee.model
    part = PartRecord(
        name="train", file=whole.path.name, num_pairs=len(whole.pairs), num_steps=whole.num_steps, sha256=whole.sha256
    )
    record = Record(
        task=task,
        purpose=task.purpose(model.y),
        settings=settings,
        parts=[part],
        metric=chosen_figure(trainee.figures, settings.group(FitSettings).metric).name,
        dev=None,
        bundled=plan.bundled,
        num_parameters=sum(weights.numel() for weights in model.network.module.parameters()),
        best_epoch=epochs,
        num_epochs=epochs,
        seconds=sum(row["seconds"] for row in history.rows),
        trained_on=date.today(),
        versions=versions(),
        folds=folds,
    )
    model.save(directory.best, metrics=record.metrics(), card=model_card(record))
    return model, record


def _trainee(plan: FoldsPlan, pairs: Sequence[Any], settings: Composed) -> tuple[Trainee, Composed]:
    model, notes = build_model(plan.task, pairs, settings)
    return Trainee(model, plan.task, calibrate=bool(settings.to_dict().get("calibrate")), notes=notes), settings


def _chosen(model: Model[Any, Any]) -> dict[str, Any]:
    """Return the numbers that are chosen on dev pairs beside the weights."""
    buffers = cast(Any, model.network.output).named_buffers()
    return {name: buffer for name, buffer in buffers if not buffer.ndim}


def _record(plan: FoldsPlan, found: Sequence[Fold], report: Report) -> FoldsRecord:
    names = list(report.figures)
    each = {name: [fold.figures[name] for fold in found] for name in names}
    return FoldsRecord(
        number=plan.num_folds,
        group=plan.group,
        means={name: mean(values) for name, values in each.items()},
        errors={name: stdev(values) / math.sqrt(len(values)) for name, values in each.items()},
        pooled={name: float(report.figures[name]) for name in names},
    )


def _summary(
    plan: FoldsPlan, found: Sequence[Fold], folds: FoldsRecord, report: Report, measuring: Measuring
) -> dict[str, Any]:
    return {
        "task": plan.task.name,
        "metric": chosen_figure(measuring.metric.figures, plan.settings.group(FitSettings).metric).name,
        "rule": report.rule_text,
        **folds.to_dict(),
        "each": [asdict(fold) for fold in found],
        "pooled": report.to_dict(),
        "labels": list(measuring.labels),
    }


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    write_atomically(path, f"{json.dumps(value, indent=2, ensure_ascii=False)}\n".encode())


def _nothing_to_save(path: Path) -> None:
    """Leave saving to the end: of the epochs of the last model none is better than the last."""
