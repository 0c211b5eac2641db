import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from unrolled.errors import DataError, ModelFileError, RunError, SettingsError
from unrolled.metrics.entities import RULES
from unrolled.runs.evaluate import evaluate
from unrolled.runs.inspect import describe
from unrolled.runs.train import TrainingResult, train
from unrolled.settings import Composed
from unrolled.tasks import NER


def test_without_data_the_dev_part_of_the_run_is_measured(result: TrainingResult) -> None:
    for directory in (result.directory, result.directory / "best"):
        evaluation = evaluate(directory)
        assert [part.name for part in evaluation.parts] == ["dev"]
        assert evaluation.parts[0].report == result.record.dev


def test_a_dev_part_that_was_set_aside_is_found_again(corpus: Path, settings: Composed, tmp_path: Path) -> None:
    short = settings.replaced({"epochs": 1, "dev_fraction": 0.3})
    done = train(NER, train=corpus / "train.conll", out=tmp_path / "run", settings=short)
    assert evaluate(tmp_path / "run").parts[0].report == done.record.dev
    assert done.record.dev.counts["sentences"] == 2


def test_a_named_file_is_measured_and_types_the_model_lacks_are_told(result: TrainingResult, tmp_path: Path) -> None:
    data = tmp_path / "other.conll"
    data.write_text("Ada B-PER\nspoke O\nin O\n1999 B-DATE\n")
    evaluation = evaluate(result.directory, data)
    assert evaluation.parts[0].unseen == ("DATE",)
    assert evaluation.parts[0].report.by["DATE"]["recall"] == 0
    assert evaluation.to_dict()["rule"] == RULES["strict"]


def test_a_model_alone_needs_a_file(result: TrainingResult, tmp_path: Path) -> None:
    shutil.copytree(result.directory / "best", tmp_path / "model")
    with pytest.raises(SettingsError, match="--data FILE"):
        evaluate(tmp_path / "model")


def test_a_dev_file_that_has_changed_is_refused(corpus: Path, settings: Composed, tmp_path: Path) -> None:
    dev = tmp_path / "dev.conll"
    shutil.copy(corpus / "dev.conll", dev)
    short = settings.replaced({"epochs": 1})
    train(NER, train=corpus / "train.conll", dev=dev, out=tmp_path / "run", settings=short)
    dev.write_text(dev.read_text().replace("Zoe", "Mia"))
    with pytest.raises(DataError, match="has changed since the training"):
        evaluate(tmp_path / "run")


def test_no_model_no_figures(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError):
        evaluate(tmp_path)


def test_a_model_in_another_runs_folder_was_measured_on_that_runs_dev_data(
    result: TrainingResult, corpus: Path, settings: Composed, tmp_path: Path
) -> None:
    shutil.copytree(result.directory, tmp_path / "run")
    other = corpus / "dev.conll"
    train(NER, train=other, out=tmp_path / "other", settings=changed(settings, epochs=1))
    shutil.copytree(tmp_path / "other" / "best", tmp_path / "run" / "guest")
    with pytest.raises(RunError, match=r"not from the run in .*trained with another train file.*--data"):
        evaluate(tmp_path / "run" / "guest")
    assert evaluate(tmp_path / "run" / "best").parts[0].report == result.record.dev
    assert evaluate(tmp_path / "run" / "guest", other).parts[0].report.counts["sentences"] == 9


def test_a_model_that_saw_the_dev_part_of_another_seed_in_training_is_refused(
    corpus: Path, settings: Composed, tmp_path: Path
) -> None:
    for seed in (0, 1):
        short = changed(settings, epochs=1, seed=seed, dev_fraction=0.3)
        train(NER, train=corpus / "train.conll", out=tmp_path / f"run{seed}", settings=short)
    shutil.rmtree(tmp_path / "run0" / "best")
    shutil.copytree(tmp_path / "run1" / "best", tmp_path / "run0" / "best")
    with pytest.raises(RunError, match="trained with another seed"):
        evaluate(tmp_path / "run0")


def test_a_model_that_does_not_say_what_it_was_trained_on_is_of_no_run(result: TrainingResult, tmp_path: Path) -> None:
    shutil.copytree(result.directory, tmp_path / "run")
    result.model.save(tmp_path / "run" / "unknown", metrics={}, card="")
    with pytest.raises(RunError, match="not from the run"):
        evaluate(tmp_path / "run" / "unknown")


def test_a_damaged_run_is_not_said_to_be_no_run(result: TrainingResult, tmp_path: Path) -> None:
    shutil.copytree(result.directory, tmp_path / "run")
    (tmp_path / "run" / "config.json").write_text('{"task": "ner", ')
    for directory in (tmp_path / "run", tmp_path / "run" / "best"):
        with pytest.raises(RunError, match=r"config.json cannot be read: .*--data"):
            evaluate(directory)


def test_a_run_is_found_through_links_and_from_inside(
    result: TrainingResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(result.directory, tmp_path / "run")
    shutil.move(tmp_path / "run" / "best", tmp_path / "elsewhere")
    (tmp_path / "run" / "best").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "link").symlink_to(result.directory / "best")
    monkeypatch.chdir(result.directory / "best")
    for directory in (tmp_path / "run", tmp_path / "link", Path()):
        assert evaluate(directory).parts[0].report == result.record.dev


def test_settings_of_reading_are_for_a_file(result: TrainingResult) -> None:
    with pytest.raises(SettingsError, match="--data FILE"):
        evaluate(result.directory, reading={"label_column": 1})


def test_odd_settings_in_the_records_are_the_models_fault(result: TrainingResult, corpus: Path, tmp_path: Path) -> None:
    for settings in ({"scheme": 3}, {"label_column": [1]}):
        result.model.save(tmp_path / "model", metrics={"settings": settings}, card="")
        with pytest.raises(ModelFileError, match=r"the settings in metrics\.json cannot be"):
            evaluate(tmp_path / "model", corpus / "dev.conll")
    result.model.save(tmp_path / "model", metrics={"settings": [3]}, card="")
    assert evaluate(tmp_path / "model", corpus / "dev.conll").parts[0].report == result.record.dev


@pytest.mark.parametrize("use", [evaluate, describe])
def test_a_model_of_a_task_that_is_not_here_is_no_misspelling(use, result: TrainingResult, tmp_path: Path) -> None:
    replace(result.model, task="chunking").save(tmp_path / "model", metrics={}, card="")
    with pytest.raises(ModelFileError, match="made for the task 'chunking', which this version of unrolled lacks"):
        use(tmp_path / "model")


def changed(settings: Composed, **changes: object) -> Composed:
    return settings.replaced(changes)


def test_figures_of_the_training_file_are_told_to_say_nothing(result: TrainingResult, corpus: Path) -> None:
    (part,) = evaluate(result.directory, corpus / "train.conll").parts
    assert any("is the file that the model was trained on" in line for line in part.told)
    (part,) = evaluate(result.directory, corpus / "dev.conll").parts
    assert not any("trained on" in line for line in part.told)


def test_a_run_that_has_left_no_model_yet_says_so(result: TrainingResult, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text((result.directory / "config.json").read_text())
    with pytest.raises(ModelFileError, match=r"of a run that has left no model yet. Let it go on"):
        evaluate(tmp_path, tmp_path / "x.conll")
