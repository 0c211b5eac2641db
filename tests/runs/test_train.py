import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from unrolled.errors import DataError, RunError, SettingsError
from unrolled.metrics.entities import RULES, EntityMetric, EntityReport, Score
from unrolled.model import Model
from unrolled.runs.card import model_card
from unrolled.runs.evaluate import evaluate
from unrolled.runs.folder import RunDirectory
from unrolled.runs.measure import measure
from unrolled.runs.train import TrainingResult, train
from unrolled.settings import Composed
from unrolled.tasks import NER
from unrolled.training import EpochDone, Event, FitSettings, RunStarted, StepDone, Warned

FILES = {"config.json", "metrics.csv", "train.log", "curves.png", "confusion.png", "best", "last", "unrolled.lock"}


def weights(model: Model[Any, Any]) -> dict[str, torch.Tensor]:
    return dict(model.network.module.state_dict())


def changed(settings: Composed, **values: object) -> Composed:
    return settings.replaced(values)


class StopAt:
    """Ctrl-C, as a listener."""

    def __init__(self, step: int) -> None:
        self.step = step

    def __call__(self, event: Event) -> None:
        if isinstance(event, StepDone) and event.step == self.step:
            raise KeyboardInterrupt


def test_a_run_leaves_its_files(result: TrainingResult) -> None:
    assert {path.name for path in result.directory.iterdir()} == FILES


def test_the_saved_model_is_the_trained_one(result: TrainingResult) -> None:
    saved = weights(Model.load(result.directory))
    for name, tensor in weights(result.model).items():
        assert torch.equal(tensor, saved[name]), name


def test_the_record_holds_what_a_new_measurement_finds(result: TrainingResult) -> None:
    metrics = json.loads((result.directory / "best" / "metrics.json").read_text())
    assert metrics["dev"] == json.loads(
        json.dumps(measure(result.model, EntityMetric(), result.plan.data.dev.pairs).to_dict())
    )
    assert metrics["dev"]["overall"]["f1"] > 0.5
    assert metrics["test"] is None
    assert metrics["finished"] is True
    assert metrics["best_epoch"] == result.history.best_epoch
    assert metrics["data"]["train"]["num_sentences"] == 8
    assert 0 < metrics["dev_unknown"]["rate"] < 0.5


def test_the_card_states_data_rule_seed_and_versions(result: TrainingResult, corpus: Path) -> None:
    card = (result.directory / "best" / "README.md").read_text()
    for fact in ("train.conll", "dev.conll", RULES["strict"][:20], "| seed | 0 |", "torch", "`hidden_size`"):
        assert fact in card, fact
    assert str(corpus) not in card


def test_the_configuration_is_enough_to_train_the_same_again(result: TrainingResult, tmp_path: Path) -> None:
    config = json.loads((result.directory / "config.json").read_text())
    settings = NER.defaults.replaced({name: config[name] for name in NER.defaults.names()})
    again = train(NER, train=Path(config["train"]), dev=Path(config["dev"]), out=tmp_path / "b", settings=settings)
    for name, tensor in weights(again.model).items():
        assert torch.equal(tensor, weights(result.model)[name]), name


def test_a_stopped_run_has_a_usable_model_and_resumes_to_the_same_weights(
    corpus: Path, settings: Composed, result: TrainingResult, tmp_path: Path
) -> None:
    files = {"train": corpus / "train.conll", "dev": corpus / "dev.conll"}
    out = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        train(NER, **files, out=out, settings=changed(settings, checkpoint_seconds=0.0), on_event=StopAt(9))
    Model.load(out)
    metrics = json.loads((out / "best" / "metrics.json").read_text())
    assert metrics["finished"] is False
    assert "had not finished" in (out / "best" / "README.md").read_text()
    resumed = train(NER, out=out, resume=True)
    assert len(resumed.history.rows) == settings.group(FitSettings).epochs
    for name, tensor in weights(resumed.model).items():
        assert torch.equal(tensor, weights(result.model)[name]), name


def test_a_finished_run_resumes_to_itself_and_on_to_more_epochs(
    corpus: Path, settings: Composed, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    short = changed(settings, epochs=1)
    train(NER, train=corpus / "train.conll", out=out, settings=short)
    assert len(train(NER, out=out, resume=True).history.rows) == 1
    epochs: list[int] = []

    def note(event: Event) -> None:
        if isinstance(event, EpochDone):
            epochs.append(event.epoch)

    train(NER, out=out, resume=True, settings=changed(short, epochs=2), on_event=note)
    assert epochs == [2]
    assert json.loads((out / "config.json").read_text())["epochs"] == 2


def test_a_resumed_run_refuses_other_settings_files_and_data(corpus: Path, settings: Composed, tmp_path: Path) -> None:
    data = tmp_path / "train.conll"
    data.write_bytes((corpus / "train.conll").read_bytes())
    out = tmp_path / "run"
    train(NER, train=data, out=out, settings=changed(settings, epochs=1))
    with pytest.raises(SettingsError, match="hidden_size is 9, the run has 8"):
        train(NER, out=out, resume=True, settings=changed(settings, epochs=1, hidden_size=9))
    with pytest.raises(SettingsError, match=r"dev is .*dev\.conll, but the run"):
        train(NER, dev=corpus / "dev.conll", out=out, resume=True)
    with pytest.raises(SettingsError, match="exclude each other"):
        train(NER, out=out, resume=True, overwrite=True)
    train(NER, out=out, resume=True, settings=changed(settings, epochs=2))
    with pytest.raises(RunError, match="epochs was 2 and is 1"):
        train(NER, out=out, resume=True, settings=changed(settings, epochs=1))
    assert json.loads((out / "config.json").read_text())["epochs"] == 2
    data.write_text(data.read_text().replace("Paris", "Rome"))
    with pytest.raises(DataError, match="SHA-256 differs"):
        train(NER, out=out, resume=True)


def test_an_earlier_run_is_kept_unless_overwritten(corpus: Path, settings: Composed, tmp_path: Path) -> None:
    out = tmp_path / "run"
    short = changed(settings, epochs=1)
    train(NER, train=corpus / "train.conll", out=out, settings=short)
    before = (out / "best" / "model.safetensors").read_bytes()
    with pytest.raises(RunError, match="--overwrite"):
        train(NER, train=corpus / "missing.conll", out=out, settings=short)
    with pytest.raises(DataError):
        train(NER, train=corpus / "missing.conll", out=out, settings=short, overwrite=True)
    assert (out / "best" / "model.safetensors").read_bytes() == before
    train(NER, train=corpus / "train.conll", out=out, settings=changed(short, seed=5), overwrite=True)
    assert (out / "best" / "model.safetensors").read_bytes() != before


def test_a_mistake_leaves_no_run_behind(tmp_path: Path, settings: Composed) -> None:
    bad = tmp_path / "bad.conll"
    bad.write_text("a O\nb\n")
    with pytest.raises(DataError, match=r"bad.conll:2"):
        train(NER, train=bad, out=tmp_path / "run", settings=settings)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("values", [{"metric": "F1"}, {"metric": "token_accuracy"}, {"metric": "f2"}])
def test_a_metric_that_cannot_choose_is_refused_before_anything_is_written(
    corpus: Path, settings: Composed, tmp_path: Path, values: dict[str, object]
) -> None:
    with pytest.raises(SettingsError, match=next(iter(values))):
        train(NER, train=corpus / "train.conll", out=tmp_path / "run", settings=changed(settings, **values))
    assert not (tmp_path / "run").exists()


def test_the_metric_that_chose_is_the_one_recorded(corpus: Path, settings: Composed, tmp_path: Path) -> None:
    by_recall = changed(settings, metric="recall", epochs=2)
    done = train(NER, train=corpus / "train.conll", out=tmp_path / "run", settings=by_recall)
    assert json.loads((tmp_path / "run" / "best" / "metrics.json").read_text())["metric"] == "recall"
    assert "Metric: `recall`" in (tmp_path / "run" / "best" / "README.md").read_text()
    assert done.history.best["recall"] == max(row["recall"] for row in done.history.rows)
    assert isinstance(done.record.dev, EntityReport)
    tested = replace(done.record, test=replace(done.record.dev, overall=Score(0.1, 0.25, 0.5, 1, 1, 1)))
    assert "recall is 0.2500 under the same rule" in model_card(tested)


def test_a_run_resumes_without_the_file_of_vectors_that_it_began_with(
    corpus: Path, settings: Composed, tmp_path: Path
) -> None:
    vectors = tmp_path / "vectors.txt"
    vectors.write_text("spoke 1 0 0 0 0 0 0 0\nRome 0 0 0 1 0 0 0 0\nin 0 1 0 0 0 0 0 2\n")
    given = {"train": corpus / "train.conll", "dev": corpus / "dev.conll"}
    short = changed(settings, epochs=2, vectors=str(vectors), checkpoint_seconds=0.0)
    whole = train(NER, **given, out=tmp_path / "whole", settings=short)
    with pytest.raises(KeyboardInterrupt):
        train(NER, **given, out=tmp_path / "run", settings=short, on_event=StopAt(3))
    vectors.unlink()
    resumed = train(NER, out=tmp_path / "run", resume=True)
    assert resumed.model.x.words.tokens == whole.model.x.words.tokens
    for name, tensor in weights(resumed.model).items():
        assert torch.equal(tensor, weights(whole.model)[name]), name


def test_a_resumed_run_keeps_the_versions_that_began_it_and_names_those_that_changed(
    corpus: Path, settings: Composed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "run"
    train(NER, train=corpus / "train.conll", out=out, settings=changed(settings, epochs=1))
    began = json.loads((out / "config.json").read_text())["versions"]
    events: list[Event] = []
    train(NER, out=out, resume=True, on_event=events.append)
    assert not any(isinstance(event, Warned) for event in events)
    monkeypatch.setattr("unrolled.runs.train.versions", lambda: {**began, "torch": "99.0", "numpy": "98.1"})
    train(NER, out=out, resume=True, on_event=events.append)
    told = [event.message for event in events if isinstance(event, Warned)]
    assert len(told) == 1
    assert f"torch {began['torch']} (now 99.0), numpy {began['numpy']} (now 98.1)" in told[0] or (
        f"numpy {began['numpy']} (now 98.1), torch {began['torch']} (now 99.0)" in told[0]
    )
    assert isinstance(events[0], RunStarted)
    assert told[0] in (out / "train.log").read_text()
    assert json.loads((out / "config.json").read_text())["versions"] == began


def test_a_run_that_was_killed_before_it_began_can_be_started_again(
    corpus: Path, settings: Composed, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    short = changed(settings, epochs=1)
    train(NER, train=corpus / "train.conll", out=out, settings=short)
    RunDirectory(out, overwrite=True).close()
    with pytest.raises(RunError, match="train without --resume"):
        train(NER, out=out, resume=True)
    assert train(NER, train=corpus / "train.conll", out=out, settings=short).record.finished


def test_what_a_file_manager_leaves_in_best_does_not_stop_a_run(
    corpus: Path, settings: Composed, tmp_path: Path
) -> None:
    best = tmp_path / "run" / "best"

    def look_at_it(event: Event) -> None:
        if isinstance(event, EpochDone):
            (best / ".DS_Store").touch()

    def lay_down_notes(event: Event) -> None:
        if isinstance(event, EpochDone):
            (best / "notes.txt").touch()

    short = changed(settings, epochs=2, metric="recall")
    given = {"train": corpus / "train.conll", "dev": corpus / "dev.conll", "out": tmp_path / "run", "settings": short}
    assert train(NER, **given, on_event=look_at_it).record.finished
    with pytest.raises(RunError, match=r"notes\.txt', which would be lost.*--resume"):
        train(NER, **given, overwrite=True, on_event=lay_down_notes)
    (best / "notes.txt").unlink()
    assert train(NER, out=tmp_path / "run", resume=True).record.finished


def test_a_run_resumes_from_another_folder(
    corpus: Path, settings: Composed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(corpus)
    train(NER, train=Path("train.conll"), out=tmp_path / "run", settings=changed(settings, epochs=1))
    monkeypatch.chdir(tmp_path)
    assert train(NER, out=Path("run"), resume=True).record.num_epochs == 1


def test_a_lost_best_model_comes_back(corpus: Path, settings: Composed, tmp_path: Path) -> None:
    out = tmp_path / "run"
    done = train(NER, train=corpus / "train.conll", out=out, settings=changed(settings, epochs=1))
    for path in (out / "best").iterdir():
        path.unlink()
    (out / "best").rmdir()
    train(NER, out=out, resume=True)
    assert evaluate(out).parts[0].report == done.record.dev
