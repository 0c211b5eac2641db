"""Animation sheets become clips: what is cut, what is shown when, and which action is left out."""

import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

sprite_data = pytest.importorskip("sprite_data", reason="needs PyAV")

DEFINITION = """
image=images/enemies/imp.png

[stance]
frames=3
duration=600ms
type=back_forth
frame=0,0,0,0,2,2,1,2
frame=1,0,2,0,2,2,1,2
frame=2,0,4,0,2,2,1,2
[run]
frames=2
duration=1s
type=looped
frame=0,0,0,0,2,2,1,2
frame=1,0,4,0,2,4,1,2
[cast]
frames=2
duration=10ms
type=play_once
frame=1,0,4,0,2,4,1,2
frame=0,0,0,0,2,2,1,2
[swing]
frames=2
duration=10ms
type=play_once
frame=1,0,2,0,2,2,1,2
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mod/animations/enemies").mkdir(parents=True)
    (tmp_path / "mod/images/enemies").mkdir(parents=True)
    (tmp_path / "mod/animations/enemies/imp.txt").write_text(DEFINITION)
    sheet = np.zeros((4, 6, 4), np.uint8)
    sheet[..., 3] = 255
    sheet[:, 2:4, 0], sheet[:, 4:, 1] = 255, 255  # black, red, green frames
    Image.fromarray(sheet).save(tmp_path / "mod/images/enemies/imp.png")
    return tmp_path


def test_frames_are_shown_as_long_as_the_game_shows_them(folder: Path) -> None:
    sheet = sprite_data.read_sheet(folder, "enemies/imp")
    shown = {name: sprite_data.shown(action, 0) for name, action in sheet.actions.items()}
    assert shown["stance"] == [0] * 3 + [1] * 3 + [2] * 3 + [1] * 3  # there and back, 0.2 s each
    assert shown["run"] == ([0] * 8 + [1] * 8) * sprite_data.ROUNDS
    assert shown["cast"] == [0, 1]


def test_an_action_with_the_frames_of_an_earlier_one_is_left_out(folder: Path) -> None:
    sheet = sprite_data.read_sheet(folder, "enemies/imp")
    found = {action: frames for action, _, frames in sprite_data.clips({0: [sheet]})}
    assert list(found) == ["stance", "run", "swing"]  # of cast, run has both frames
    assert {frame.shape for frames in found.values() for frame in frames} == {(4, 2, 4)}  # one box for all actions
    colours = [frame[0, 0, :3].tolist() for frame in found["stance"][::3]]
    assert colours == [[0, 0, 0], [255, 0, 0], [0, 255, 0], [255, 0, 0]]
    assert found["stance"][0][2:, :, 3].max() == 0  # below its two rows nothing is drawn
    assert found["swing"][0][..., 3].max() == 0  # a frame that the sheet lacks


def test_a_picture_keeps_its_shape_on_grey_ground() -> None:
    picture = sprite_data.fitted(np.full((2, 4, 4), 255, np.uint8))
    assert picture.shape == (sprite_data.SIDE, sprite_data.SIDE, 3)
    white = (picture == 255).all(2)
    assert (white.any(1).sum(), white.any(0).sum()) == (sprite_data.SIDE // 2, sprite_data.SIDE)
    assert (picture[0] == sprite_data.GROUND).all()


def test_no_figure_is_on_both_sides_and_each_has_a_side() -> None:
    figures = [figure for part in sprite_data.PARTS.values() for figure in part]
    assert sorted(figures) == sorted([*sprite_data.SHEETS, *sprite_data.HEADS])
    assert {frozenset(order) for order in sprite_data.ORDER} == {frozenset(sprite_data.LAYERS)}


def test_a_clip_is_written_the_same_twice(tmp_path: Path) -> None:
    rng = random.Random(0)
    size = (sprite_data.SIDE, sprite_data.SIDE, 3)
    frames = [np.full(size, rng.randrange(256), np.uint8) for _ in range(5)]
    for name in ("a.avi", "b.avi"):
        sprite_data.write_clip(frames, tmp_path / name)
    assert (tmp_path / "a.avi").read_bytes() == (tmp_path / "b.avi").read_bytes()
    with sprite_data.av.open(str(tmp_path / "a.avi")) as file:
        read = [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]
    assert [int(frame.mean()) for frame in read] == pytest.approx([int(frame.mean()) for frame in frames], abs=2)
