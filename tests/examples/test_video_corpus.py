"""The bundled clips are what their page says: made by a program, and told apart by the order of their frames alone."""

import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unrolled import VideoClassifier
from unrolled.data.made_up_clips import HEIGHT, KINDS, RATES, WIDTH, made_up_clip, write_clips
from unrolled.tasks import VIDEO
from unrolled.tasks.video import PARTS

TINY: dict[str, Any] = {
    "size": 16,
    "num_filters": 4,
    "frame_size": 24,
    "hidden_size": 16,
    "num_threads": 1,
    "dropout": 0.0,
    "input_dropout": 0.0,
    "frame_dropout": 0.0,
    "label_smoothing": 0.0,
    "brightness": 0.0,
    "tempo": 0.0,
    "shift": 0.0,
    "learning_rate": 0.01,
}


def arrays(number: int, seed: int, kinds: tuple[str, ...] = KINDS) -> tuple[list[Any], list[str]]:
    """Frames without colour, taken as they come, and kinds."""
    chances = [random.Random(f"{seed} {n}") for n in range(number)]
    clips = [made_up_clip(kinds[n % len(kinds)], chance) for n, chance in enumerate(chances)]
    return [clip.frames[::2, ::4, ::4, 1] for clip in clips], [clip.kind for clip in clips]


@pytest.mark.parametrize("seed", range(3))
def test_clips_of_all_kinds_have_the_same_frames_in_another_order(seed: int) -> None:
    clips = [made_up_clip(kind, random.Random(seed)) for kind in KINDS]
    heaps = [sorted(frame.tobytes() for frame in clip.frames) for clip in clips]
    assert all(heap == heaps[0] for heap in heaps)
    orders = {clip.frames.tobytes() for clip in clips}
    assert len(orders) == len(KINDS)
    for falling, rising in zip(clips[::2], clips[1::2], strict=True):
        assert np.array_equal(falling.frames, rising.frames[::-1])


def test_what_a_kind_is_called_is_what_is_seen() -> None:
    def seen(kind: str) -> tuple[float, float, float]:
        """How much of the picture is figure, where its middle is, how far right the mouth's side; late less early."""
        changes = np.zeros(3)
        for seed in range(6):
            clip = made_up_clip(kind, random.Random(f"seen {seed}"))
            grey = clip.frames[..., 1].astype(float)
            figure = np.abs(grey - grey[:, :1, :1]) / np.abs(grey - grey[:, :1, :1]).max()
            x = (np.arange(WIDTH) + 0.5)[None, None]
            area, half = figure.sum((1, 2)), len(grey) // 2
            middle = (figure * x).sum((1, 2)) / area
            wide = np.array([np.flatnonzero(f.max(0) > 0.5)[[0, -1]].mean() for f in figure])
            for i, values in enumerate((area, wide, middle - wide)):
                changes[i] += values[half:].mean() - values[:half].mean()
        return changes[0], changes[1], changes[2]

    assert seen("grows")[0] > 0 > seen("shrinks")[0]
    assert seen("right")[1] > 0 > seen("left")[1]
    assert seen("closes")[0] > 0 > seen("opens")[0]  # a wide mouth takes from the figure
    assert seen("clockwise")[2] < 0 < seen("counter-clockwise")[2]  # a mouth to the right leaves more on the left


def test_the_files_are_written_the_same_every_time(tmp_path: Path) -> None:
    for name in ("first", "second"):
        write_clips(tmp_path / name, 8, seed=5)
    files = sorted((tmp_path / "first").rglob("*.avi"))
    assert len(files) == 8
    for path in files:
        assert path.read_bytes() == (tmp_path / "second" / path.relative_to(tmp_path / "first")).read_bytes()


def test_the_parts_are_there_and_share_no_clip() -> None:
    assert VIDEO.bundled is not None
    seen: set[Any] = set()
    for name, (number, _) in PARTS.items():
        reading = VIDEO.read(getattr(VIDEO.bundled, name), VIDEO.defaults).checked(training=True)
        assert len(reading.pairs) == number
        assert {sum(pair.y == kind for pair in reading.pairs) for kind in KINDS} == {number // len(KINDS)}
        assert {round(pair.x.rate) for pair in reading.pairs} == set(RATES)
        assert {(pair.x.width, pair.x.height) for pair in reading.pairs} == {(WIDTH, HEIGHT)}
        own = {pair.x for pair in reading.pairs}
        assert not own & seen
        seen |= own


def test_a_bag_of_frames_stays_at_chance_and_the_recurrence_does_not() -> None:
    """The bag is a mean of what the same convolutions find in each frame, with frames as they are."""
    X, y = arrays(160, seed=1)
    test, truths = arrays(240, seed=2)
    heap = {**TINY, "num_layers": 0, "pooling": "mean", "changes": False, "steady": False}
    with pytest.warns(UserWarning, match="hidden_size has no effect"):
        bag = VideoClassifier(**heap, epochs=3).fit(X, y, dev=(X[:16], y[:16]))
    error = math.sqrt(1 / 8 * 7 / 8 / len(test))
    assert abs(bag.score(test, truths) - 1 / 8) < 3 * error

    X, y = arrays(64, seed=3, kinds=("left", "right"))
    test, truths = arrays(60, seed=4, kinds=("left", "right"))
    recurrence = VideoClassifier(**TINY, epochs=5).fit(X, y, dev=(X[:16], y[:16]))
    assert recurrence.score(test, truths) > 0.9
