import shutil
from pathlib import Path

import pytest

from unrolled.errors import DataError, ModelFileError, SettingsError
from unrolled.tasks.evaluation import evaluate
from unrolled.tasks.ner import NER
from unrolled.tasks.settings import TaggingSettings
from unrolled.tasks.training_run import TrainingResult, train


def test_without_data_the_dev_part_of_the_run_is_measured(result: TrainingResult) -> None:
    for directory in (result.directory, result.directory / "best"):
        evaluation = evaluate(directory)
        assert [part.name for part in evaluation.parts] == ["dev"]
        assert evaluation.parts[0].report == result.record.dev


def test_a_dev_part_that_was_set_aside_is_found_again(corpus: Path, settings: TaggingSettings, tmp_path: Path) -> None:
    short = TaggingSettings.from_dict({**settings.to_dict(), "epochs": 1, "dev_fraction": 0.3})
    done = train(NER, train=corpus / "train.conll", out=tmp_path / "run", settings=short)
    assert evaluate(tmp_path / "run").parts[0].report == done.record.dev
    assert done.record.dev.num_sentences == 2


def test_a_named_file_is_measured_and_types_the_model_lacks_are_told(result: TrainingResult, tmp_path: Path) -> None:
    data = tmp_path / "other.conll"
    data.write_text("Ada B-PER\nspoke O\nin O\n1999 B-DATE\n")
    evaluation = evaluate(result.directory, data)
    assert evaluation.parts[0].unseen_types == ("DATE",)
    assert evaluation.parts[0].report.per_type["DATE"].recall == 0
    assert evaluation.to_dict()["rule"] == NER.rule


def test_a_model_alone_needs_a_file(result: TrainingResult, tmp_path: Path) -> None:
    shutil.copytree(result.directory / "best", tmp_path / "model")
    with pytest.raises(SettingsError, match="--data FILE"):
        evaluate(tmp_path / "model")


def test_a_dev_file_that_has_changed_is_refused(corpus: Path, settings: TaggingSettings, tmp_path: Path) -> None:
    dev = tmp_path / "dev.conll"
    shutil.copy(corpus / "dev.conll", dev)
    short = TaggingSettings.from_dict({**settings.to_dict(), "epochs": 1})
    train(NER, train=corpus / "train.conll", dev=dev, out=tmp_path / "run", settings=short)
    dev.write_text(dev.read_text().replace("Zoe", "Mia"))
    with pytest.raises(DataError, match="has changed since the training"):
        evaluate(tmp_path / "run")


def test_no_model_no_figures(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError):
        evaluate(tmp_path)
