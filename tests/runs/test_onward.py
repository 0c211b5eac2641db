"""Going on from a trained model, from the plan to the run directory."""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from contract.tasks import STARS

from unrolled.data.pair import Pair
from unrolled.errors import DataError, ModelFileError, RunError, SettingsError
from unrolled.model import Model
from unrolled.runs.build import build_model
from unrolled.runs.config import RunConfig
from unrolled.runs.evaluate import evaluate
from unrolled.runs.inspect import describe
from unrolled.runs.onward import FREE_GOING_ON, Start, go_on, onward, read_start
from unrolled.runs.plan import plan_training
from unrolled.runs.record import StartRecord
from unrolled.runs.train import TrainingResult, train
from unrolled.settings import Composed
from unrolled.tasks import NER, SENTIMENT, TASKS
from unrolled.training import Event, StepDone

NEW = """Zelda B-PER
paints O
Guernica B-ART

Zelda B-PER
sold O
Guernica B-ART
again I-ART
in O
Paris B-LOC

Guernica B-ART
hangs O
in O
Paris B-LOC
"""


def weights(model: Model[Any, Any]) -> dict[str, torch.Tensor]:
    return dict(model.network.module.state_dict())


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("new") / "new.conll"
    path.write_text(NEW)
    return path


@pytest.fixture(scope="module")
def second(result: TrainingResult, new: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainingResult:
    """A run that went on from that of conftest.py."""
    out = tmp_path_factory.mktemp("second") / "run"
    return train(NER, train=new, dev=new, out=out, start=result.directory)


def test_a_run_goes_on_with_the_settings_of_the_model_and_learns_what_is_new(
    result: TrainingResult, second: TrainingResult, new: Path
) -> None:
    # What the first run found out is now a setting.
    assert second.plan.settings == result.plan.settings.replaced({"tokenizer": "words"})
    labels = second.model.y.labels.tokens
    assert set(labels) == {*result.model.y.labels.tokens, "B-ART", "I-ART"}
    assert list(labels) == sorted(labels)
    words, earlier = second.model.x.words.tokens, result.model.x.words.tokens
    assert words[: len(earlier)] == earlier
    assert set(words) == {*earlier, "zelda", "paints", "guernica", "sold", "again", "hangs"}
    assert second.record.dev is not None
    assert second.record.dev.figures["f1"] > 0.5
    part = evaluate(second.directory).parts[0]
    assert part.report.figures == second.record.dev.figures


def test_everything_says_what_the_run_went_on_from(result: TrainingResult, second: TrainingResult) -> None:
    sha256 = hashlib.sha256((result.directory / "best" / "model.safetensors").read_bytes()).hexdigest()
    wanted = StartRecord(
        model="run",
        sha256=sha256,
        known=result.model.y.labels.tokens,
        added=("B-ART", "I-ART"),
        absent=("I-PER",),
        num_words_known=len(result.model.x.words) - 1,
        num_words_added=6,
    )
    assert second.record.start == wanted
    config = RunConfig.read(second.directory)
    assert (config.origin, config.start) == (result.directory, wanted)
    assert json.loads((second.directory / "best" / "metrics.json").read_text())["start"] == wanted.to_dict()
    assert describe(second.directory).start == wanted
    assert describe(second.directory).to_dict()["start"] == wanted.to_dict()
    card = (second.directory / "best" / "README.md").read_text()
    words = f"{wanted.num_words_known} words known, 6 added;"
    assert f"Goes on from run: 4 labels known, 2 added: B-ART, I-ART; {words}" in card
    assert "can still be answered: I-PER." in card
    assert sha256 in card
    assert str(result.directory.parent) not in card
    assert "Goes on" not in (result.directory / "best" / "README.md").read_text()
    assert "start" not in describe(result.directory).to_dict()


def test_the_same_seed_gives_the_same_bits_from_a_run_and_from_its_model_directory(
    result: TrainingResult, second: TrainingResult, new: Path, tmp_path: Path
) -> None:
    again = train(NER, train=new, dev=new, out=tmp_path / "run", start=result.directory / "best")
    assert again.record.start == replace(second.record.start, model="best")
    for name, tensor in weights(second.model).items():
        assert torch.equal(tensor, weights(again.model)[name]), name
    other = read_start(NER, result.directory).settings.replaced({"seed": 1})
    third = train(NER, train=new, dev=new, out=tmp_path / "other", start=result.directory, settings=other)
    assert not torch.equal(weights(third.model)["output.Wya"], weights(again.model)["output.Wya"])


def test_a_stopped_run_resumes_to_the_same_bits_when_the_earlier_model_is_gone(
    result: TrainingResult, second: TrainingResult, new: Path, tmp_path: Path
) -> None:
    earlier, out = tmp_path / "run", tmp_path / "second"
    shutil.copytree(result.directory, earlier)
    settings = read_start(NER, earlier).settings.replaced({"checkpoint_seconds": 0.0})

    def stop(event: Event) -> None:
        if isinstance(event, StepDone) and event.step == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(NER, train=new, dev=new, out=out, start=earlier, settings=settings, on_event=stop)
    with pytest.raises(SettingsError, match=r"from is .*elsewhere, but the run in .* goes on with its own: .*run\."):
        plan_training(NER, out=out, start=tmp_path / "elsewhere", resume=True)
    shutil.rmtree(earlier)
    resumed = train(NER, out=out, start=earlier, resume=True)
    assert resumed.record.start == second.record.start
    assert RunConfig.read(out).origin == earlier
    for name, tensor in weights(second.model).items():
        assert torch.equal(tensor, weights(resumed.model)[name]), name
    shutil.rmtree(out / "last" / "first-model")
    with pytest.raises(RunError, match="first-model is missing"):
        train(NER, out=out, resume=True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden_size": 9}, "hidden_size is 9, the model has 8. Give the model's, or train anew"),
        ({"cell": "gru", "dropout": 0.3}, "cell is 'gru', the model has 'lstm'. Give"),
        ({"output": "softmax", "affix_size": 5}, "affix_size is 5, the model has 4; output is 'softmax', the model ha"),
    ],
    ids=str,
)
def test_settings_of_another_network_are_refused_with_both_values(
    changes: dict[str, object], message: str, result: TrainingResult, tmp_path: Path
) -> None:
    settings = result.plan.settings.replaced(changes)
    with pytest.raises(SettingsError, match=message):
        plan_training(
            NER, train=tmp_path / "never read", out=tmp_path / "run", start=result.directory, settings=settings
        )


def test_a_model_of_another_task_a_damaged_one_and_one_that_would_be_removed_are_refused(
    result: TrainingResult, new: Path, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=r"is a model of the task ner, and the task is sentiment\. Go on from"):
        plan_training(SENTIMENT, train=new, start=result.directory)
    earlier = tmp_path / "run"
    shutil.copytree(result.directory, earlier)
    for start in (earlier, earlier / "best"):
        with pytest.raises(SettingsError, match="which overwrite removes"):
            plan_training(NER, train=new, out=earlier, start=start, overwrite=True)
    (earlier / "best" / "model.safetensors").write_bytes(b"")
    with pytest.raises(ModelFileError, match=r"model\.safetensors"):
        plan_training(NER, train=new, out=tmp_path / "other", start=earlier)


def test_every_setting_that_may_change_leaves_the_weights_their_shape() -> None:
    """Those of the list exist, and every other setting of a network or a codec is refused."""
    values = {"class_weights": "balanced", "decide": "mode", "vectors": None}
    for task in TASKS.values():
        whole = task.read(task.bundled.train, task.defaults).pairs
        train_part = whole[:: max(1, len(whole) // 12)][:12]  # a folder a label comes label by label
        small = {"output": "softmax", "hidden_size": 4, "word_size": 4, "affix_size": 4}
        settings = task.defaults.replaced({n: value for n, value in small.items() if n in task.defaults.names()})
        start = Start(built(task, train_part, settings), settings)
        for declared in settings.declared():
            if declared.field not in FREE_GOING_ON:
                continue
            now = settings.to_dict()[declared.name]
            value = values.get(declared.field, {int: 3, float: 0.3}.get(type(now), now))
            others = settings.replaced({declared.name: value})
            model, _ = go_on(task, onward(task, start, train_part, others), train_part, others)
            for name, tensor in weights(start.model).items():
                if not name.startswith("wide"):
                    assert torch.equal(weights(model)[name], tensor), (declared.name, name)
    every = {declared.field for task in TASKS.values() for declared in task.defaults.declared()}
    assert FREE_GOING_ON - every == {"threshold"}, "a setting that is none"


def built(task: Any, pairs: Any, settings: Composed) -> Model[Any, Any]:
    return build_model(task, pairs, settings)[0]


def test_a_file_of_vectors_is_for_new_words_alone_and_is_not_asked_for_again(
    corpus: Path, settings: Composed, new: Path, tmp_path: Path
) -> None:
    vectors = tmp_path / "vectors.txt"
    vectors.write_text("".join(f"{word} {' '.join([str(n)] * 8)}\n" for n, word in enumerate(("in", "zelda", "spoke"))))
    with_vectors = settings.replaced({"vectors": str(vectors), "vectors_words": 1, "epochs": 1})
    first = train(NER, train=corpus / "train.conll", out=tmp_path / "first", settings=with_vectors)
    start = read_start(NER, tmp_path / "first")
    assert (start.settings.to_dict()["vectors"], start.settings.to_dict()["vectors_words"]) == (None, 100_000)
    pairs = NER.read(new, settings).pairs
    again = start.settings.replaced({"vectors": str(vectors), "vectors_words": 3})
    model, notes = go_on(NER, onward(NER, start, pairs, again), pairs, again)
    table, old = weights(model)["input.words"], weights(first.model)["input.words"]
    assert torch.equal(table[: len(old)], old)
    assert table[model.x.words.index("zelda")].tolist() == [1.0] * 8
    assert torch.equal(table[model.x.words.index("guernica")], old[0])
    assert notes == []
    vectors.unlink()
    assert train(NER, train=new, out=tmp_path / "second", start=tmp_path / "first").record.start is not None


def test_stars_take_new_stars_into_their_order_and_nothing_else(tmp_path: Path) -> None:
    data = tmp_path / "stars.csv"
    data.write_text(STARS)
    small = {"hidden_size": 4, "word_size": 4, "affix_size": 2, "attention_size": 3, "min_count": 1, "epochs": 2}
    first = SENTIMENT.defaults.replaced({**small, "num_threads": 1})
    train(SENTIMENT, train=data, dev=data, out=tmp_path / "first", settings=first)
    (tmp_path / "more.csv").write_text(STARS + '"dreadful old kettle",0\n"dreadful film",0\n')
    more = {"train": tmp_path / "more.csv", "dev": tmp_path / "more.csv", "start": tmp_path / "first"}
    second = train(SENTIMENT, **more, out=tmp_path / "second")
    assert second.model.y.labels.tokens == ("0", "1", "2", "3", "4", "5")
    assert second.model.y.space.ordered
    third = train(SENTIMENT, **{**more, "start": tmp_path / "second"}, out=tmp_path / "third")
    assert third.record.start is not None
    assert third.record.start.added == ()
    (tmp_path / "words.csv").write_text(STARS + '"dreadful old kettle",awful\n')
    with pytest.raises(
        DataError, match=r"The label 'awful' is no number, and those of the model .* are: 1, 2, 3, 4, 5"
    ):
        plan_training(SENTIMENT, train=tmp_path / "words.csv", dev=data, start=tmp_path / "first")
    with pytest.raises(SettingsError, match="order is 'none', and the model to go on from has order 'ordered'"):
        plan_training(SENTIMENT, **more, settings=first.replaced({"order": "none"}))


def test_a_codec_that_cannot_grow_and_no_pairs_are_refused(result: TrainingResult) -> None:
    class Fixed:
        kind = "fixed"
        settings = result.model.x.settings

    start = Start(replace(result.model, x=Fixed()), result.plan.settings)
    with pytest.raises(SettingsError, match="codec of the kind 'fixed' cannot go on with new data"):
        onward(NER, start, [Pair(("a",), ("O",))], result.plan.settings)
    with pytest.raises(DataError, match="no training pairs"):
        onward(NER, start, [], result.plan.settings)


@pytest.mark.parametrize(
    "change", [{"known": "O"}, {"added": [1]}, {"sha256": 3}, {"num_words_added": "6"}, {"more": 1}], ids=str
)
def test_a_damaged_record_of_the_start_is_refused(second: TrainingResult, tmp_path: Path, change: Any) -> None:
    config = json.loads((second.directory / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "start": {**config["start"], **change}}))
    with pytest.raises(RunError, match="start is not what a run records"):
        RunConfig.read(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({**config, "start": []}))
    with pytest.raises(RunError, match="start is neither an object nor null"):
        RunConfig.read(tmp_path)
