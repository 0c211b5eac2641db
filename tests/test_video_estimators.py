"""VideoClassifier: paths, arrays and features in, labels out."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clips import moving, write
from sklearn.metrics import accuracy_score

from unrolled import DataError, Model, VideoClassifier
from unrolled.errors import SettingsError
from unrolled.runs.unfold import unfold
from unrolled.tasks import VECTORS, VIDEO
from unrolled.tasks.infer import infer, infer_file

PLACES = [[n + 7 * t for t in range(4 + n % 3)] for n in range(8)]
ARRAYS = [moving(places[:: 1 if n % 2 else -1])[::, ::3, ::4] for n, places in enumerate(PLACES)]
LABELS = ["right" if n % 2 else "left" for n in range(8)]
TINY: dict[str, Any] = {
    "size": 16,
    "frames_per_second": 0.0,
    "num_convolutions": 2,
    "num_filters": 4,
    "frame_size": 16,
    "hidden_size": 8,
    "attention_size": 4,
    "epochs": 8,
    "learning_rate": 0.02,
    "num_threads": 1,
}


def test_every_setting_is_a_keyword_with_the_same_default() -> None:
    assert VideoClassifier().settings() == VIDEO.defaults.to_dict()


def test_arrays_in_any_usual_form_give_the_same() -> None:
    fitted = VideoClassifier(**TINY).fit(ARRAYS, LABELS, dev=(ARRAYS, LABELS))
    found = fitted.predict(ARRAYS)
    assert fitted.score(ARRAYS, LABELS) == accuracy_score(LABELS, found) > 0.8
    assert fitted.classes_ == ["left", "right"]
    p = fitted.predict_proba(ARRAYS)
    assert p.shape == (8, 2)
    np.testing.assert_allclose(p.sum(1), 1, rtol=1e-5)
    grey = [frames[..., 0] for frames in ARRAYS]
    np.testing.assert_allclose(fitted.predict_proba(grey), p, atol=0.02)
    np.testing.assert_allclose(fitted.predict_proba([frames / 255 for frames in grey]), fitted.predict_proba(grey))


def test_paths_and_a_saved_model(tmp_path: Path) -> None:
    X = [write(tmp_path / f"{n}.avi", frames.repeat(3, 1).repeat(4, 2)) for n, frames in enumerate(ARRAYS)]
    fitted = VideoClassifier(**(TINY | {"epochs": 14}), bidirectional=False).fit(X, LABELS, dev=(X, LABELS))
    assert fitted.score(list(map(str, X)), LABELS) > 0.8
    fitted.save(tmp_path / "model")
    model = Model.load(tmp_path / "model")
    assert model.predict(X) == fitted.predict(X)
    unfolding = unfold(model, X[1])
    (answer,) = model.answers([X[1]])
    assert unfolding.label == answer.y
    np.testing.assert_allclose(unfolding.probabilities[-1], fitted.predict_proba(X[1:2])[0], atol=1e-5)
    assert unfolding.frames.shape[0] == len(unfolding.of_label) == len(ARRAYS[1])
    assert unfold(model, ARRAYS[1], "left").times is None
    with pytest.raises(DataError, match="up"):
        unfold(model, X[1], "up")


def test_features_of_frames_go_through_the_same_network_without_pictures() -> None:
    chance = np.random.default_rng(0)
    X = [chance.normal(way, 0.5, (4 + n % 3, 3)) for n, way in enumerate((1.0, -1.0) * 8)]
    y = ["up", "down"] * 8
    fitted = VideoClassifier(hidden_size=6, epochs=8, num_threads=1, learning_rate=0.03).fit(X, y, dev=(X, y))
    assert fitted.score(X, y) == 1
    with pytest.raises(SettingsError, match="What unfolds is a clip"):
        unfold(fitted.model_, X[0])


@pytest.mark.parametrize(
    ("X", "y", "words"),
    [
        ([*ARRAYS[:1], np.zeros(3)], ["a", "b"], r"Example 2 has an array of shape \(3,\)"),
        ([*ARRAYS[:1], "gone.avi"], ["a", "b"], r"Example 2 has the clip gone\.avi: there is no such file"),
        (ARRAYS[:2], ["a", None], "Example 2 has None"),
        (ARRAYS[:2], ["a"], "2 examples and 1 y"),
    ],
)
def test_what_is_wrong_is_named_with_its_number(X: list[Any], y: list[Any], words: str) -> None:
    with pytest.raises(DataError, match=words):
        VideoClassifier(**TINY).fit(X, y, dev=(ARRAYS, LABELS))


def test_a_model_that_must_see_the_end_does_not_unfold() -> None:
    fitted = VideoClassifier(**(TINY | {"epochs": 1}), bidirectional=True).fit(ARRAYS, LABELS, dev=(ARRAYS, LABELS))
    with pytest.raises(SettingsError, match="bidirectional=false"):
        unfold(fitted.model_, ARRAYS[0])


def test_clips_are_found_to_be_of_this_task_and_features_of_vectors(tmp_path: Path) -> None:
    for n, (frames, label) in enumerate(zip(ARRAYS, LABELS, strict=True)):
        write(tmp_path / "clips" / label / f"{n}.avi", frames.repeat(3, 1).repeat(4, 2))
        (tmp_path / "features" / label).mkdir(parents=True, exist_ok=True)
        np.save(tmp_path / "features" / label / f"{n}.npy", frames.mean((1, 2)))
    task, reading, found = infer_file(tmp_path / "clips")
    assert task is VIDEO
    assert infer(reading.pairs).look == found.look
    assert infer_file(tmp_path / "features")[0] is VECTORS
