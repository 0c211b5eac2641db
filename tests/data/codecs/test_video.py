"""Clips as pictures of one size: whole and in chunks, with noise and without, from the cache and from the file."""

from pathlib import Path

import numpy as np
import pytest
import torch
from clips import HEIGHT, WIDTH, moving, place_of, write

from unrolled.data import moving_pictures
from unrolled.data.clip import Clip, Frames, frames_of
from unrolled.data.codecs import Fault, VideoCodec, VideoSettings, load_codec
from unrolled.data.codecs import video as video_module
from unrolled.data.codecs.video_noise import VideoNoise
from unrolled.data.ragged import Ragged
from unrolled.data.recent import Recent
from unrolled.data.spaces import Images
from unrolled.errors import DataError, SettingsError


@pytest.fixture
def clip(tmp_path: Path) -> Clip:
    found = moving_pictures.open_clip(write(tmp_path / "a.avi", moving(range(0, 48, 4))))
    assert isinstance(found, Clip)
    return found


def codec_of(clip: Clip, **settings: object) -> VideoCodec:
    return VideoCodec.fitted([clip], VideoSettings.from_dict({"size": 32, "steady": False, **settings}))


def seeded(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_the_longer_side_is_set_and_the_other_follows_from_most_clips() -> None:
    shapes = [(40, 20), (30, 60), (30, 60), (30, 62)]
    frames = [Frames(np.zeros((1, *shape, 1), np.uint8)) for shape in shapes]
    assert VideoCodec.fitted(frames, VideoSettings(size=40, colour=True)).space == Images(3, 20, 40, span=2)
    assert VideoCodec.fitted(frames[:1], VideoSettings(size=8, changes=False)).space == Images(1, 8, 4)


def test_a_row_is_the_frame_and_the_one_before(clip: Clip) -> None:
    rows = codec_of(clip, frames_per_second=0).encode([clip]).rows
    assert rows.dtype == torch.uint8
    assert rows.shape == (12, 2, 24, 32)
    places = [place_of(frame[..., None]) for frame in rows[:, 0].numpy()]
    assert places == [4 * n + 4 for n in range(12)]
    assert torch.equal(rows[1:, 1], rows[:-1, 0])
    assert torch.equal(rows[0, 1], rows[0, 0])


def test_length_is_known_without_decoding_and_is_that_of_the_rows(clip: Clip) -> None:
    for settings in ({}, {"frames_per_second": 7.0}, {"frames_per_second": 0.0}, {"num_frames": 5}, {"num_frames": 40}):
        codec = codec_of(clip, **settings)
        assert codec.encode([clip]).lengths.tolist() == [codec.length(clip)]
    assert codec_of(clip, frames_per_second=0.1).length(clip) == 1


def test_any_chunks_give_the_steps_of_the_whole(clip: Clip) -> None:
    codec = codec_of(clip, frames_per_second=0, steady=True)
    wanted = codec.encode([clip]).rows
    chunks = codec.chunks()
    for cuts in ((1, 2, 7), (11,), ()):
        found: list[torch.Tensor] = []
        for start, end in zip((0, *cuts), (*cuts, 12), strict=True):
            state = chunks.state
            chunks = codec.chunks()
            chunks.state = state
            found.append(chunks.feed(clip[start:end]).rows)
        assert torch.equal(torch.cat(found), wanted)
        chunks.reset()
    with pytest.raises(DataError, match="that a stream of this model gave"):
        chunks.state = {"frame": torch.zeros(1, 2, 2)}


def test_light_and_contrast_of_a_clip_do_not_matter_and_what_changes_in_it_does() -> None:
    pixels = np.random.default_rng(0).integers(0, 100, (5, 24, 32, 1), np.uint8)
    codec = VideoCodec(32, 24, VideoSettings(changes=False))
    wanted = codec.encode([Frames(pixels)]).rows
    assert abs(float(wanted[0].float().mean()) - 128) < 1
    assert abs(float(wanted[0].float().std()) - 40) < 1
    for other in (pixels + 100, pixels * 2):
        torch.testing.assert_close(codec.encode([Frames(other)]).rows.int(), wanted.int(), atol=1, rtol=0)
    darker = pixels.copy()
    darker[3:] //= 2
    found = codec.encode([Frames(darker)]).rows.float()
    assert float(found[3:].mean()) < 110
    assert torch.equal(found[:3], wanted[:3].float())
    black = np.zeros((2, 24, 32, 1), np.uint8)
    black[1, 0, 0] = 1
    assert codec.encode([Frames(black)]).rows.unique().tolist() == [128, 138]


def test_a_number_of_frames_waits_for_the_end(clip: Clip) -> None:
    with pytest.raises(SettingsError, match="num_frames=0"):
        codec_of(clip, num_frames=5).chunks()


def test_frames_come_from_the_cache_until_content_or_settings_change(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNROLLED_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(video_module, "_RECENT", Recent(2**20))
    wanted = codec_of(clip).encode([clip]).rows
    content = Path(clip.path).read_bytes()
    Path(clip.path).unlink()
    for memory in (2**20, 0):  # from memory, then from the disk
        monkeypatch.setattr(video_module, "_RECENT", Recent(memory))
        assert torch.equal(codec_of(clip).encode([clip]).rows, wanted)
    with pytest.raises(DataError, match="Put it back"):
        codec_of(clip, size=16).encode([clip])
    Path(clip.path).write_bytes(content)
    other = moving_pictures.open_clip(write(tmp_path / "b.avi", moving([0] * 12)))
    assert isinstance(other, Clip)
    assert not torch.equal(codec_of(clip).encode([other]).rows, wanted)


def test_the_cache_can_be_off(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = codec_of(clip).encode([clip]).rows
    monkeypatch.setenv("UNROLLED_CACHE", "off")
    monkeypatch.setattr(video_module, "_RECENT", Recent(0))
    assert torch.equal(codec_of(clip).encode([clip]).rows, wanted)


def test_paths_and_arrays_are_accepted(clip: Clip) -> None:
    codec = codec_of(clip)
    assert codec.accepted(clip.path) == codec.accepted(Path(clip.path)) == clip
    found = codec.accepted(np.zeros((3, 4, 5)))
    assert isinstance(found, Frames)
    assert codec.encode([found]).rows.shape == (3, 2, 24, 32)
    for value, words in (
        ("gone.avi", "the clip gone.avi: there is no such file"),
        (np.zeros((4, 5)), "an array of shape (4, 5)"),
        (np.zeros((0, 4, 5)), "which is empty"),
        (np.full((1, 4, 5), 2.0), "fractions from 2 to 2"),
        (np.full((1, 4, 5), -1), "numbers from -1 to -1"),
        (np.full((1, 4, 5), np.nan), "fractions from nan"),
        (["a"], "type <U1"),
        ([[1], [1, 2]], "different sizes"),
        (None, "which is no clip"),
    ):
        fault = codec.accepted(value)
        assert isinstance(fault, Fault), value
        assert words in fault.found
        assert fault.way_out
    with pytest.raises(DataError, match="Example 2 has 'a', which is no clip"):
        codec.encode([clip, "a"])  # pyright: ignore[reportArgumentType]


def test_a_clip_of_too_many_steps_is_named(clip: Clip) -> None:
    fault = codec_of(clip).check(Clip("a", "b", np.arange(3.0), 1e6, 4, 4))
    assert fault is not None
    assert fault.found == "12,500,000 steps in one clip"


def test_what_is_saved_is_loaded(clip: Clip) -> None:
    codec = codec_of(clip, mirror=True, colour=True)
    assert load_codec("video", codec.save()) == codec
    for side in (0, 5000, True, None):
        saved = codec.save()
        with pytest.raises(DataError, match="frame_width"):
            load_codec("video", type(saved)({**saved.settings, "frame_width": side}))


def test_frames_are_decoded_from_rows(clip: Clip) -> None:
    codec = codec_of(clip, colour=True)
    (found,) = codec.decode(codec.encode([clip]).to_list())
    assert found.pixels.shape == (codec.length(clip), 24, 32, 3)


# noise


def frames() -> torch.Tensor:
    return torch.as_tensor(moving([10, 20, 30])[..., :1].transpose(0, 3, 1, 2).copy())


def test_without_settings_noise_changes_nothing(clip: Clip) -> None:
    codec = codec_of(clip)
    assert torch.equal(codec.encode([clip], seeded()).rows, codec.encode([clip]).rows)


def test_noise_is_a_function_of_its_generator(clip: Clip) -> None:
    codec = codec_of(clip, shift=0.1, zoom=0.1, mirror=True, brightness=0.2, tempo=0.2)
    first, second, other = (codec.encode([clip], seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(first.rows, second.rows)
    assert first.lengths.tolist() != other.lengths.tolist() or not torch.equal(first.rows, other.rows)
    assert isinstance(first, Ragged)


def test_a_mirrored_clip_moves_the_other_way() -> None:
    found = {
        tuple(place_of(f.numpy().transpose(1, 2, 0)) for f in VideoNoise(mirror=True)(frames(), seeded(s)))
        for s in range(8)
    }
    assert found == {(14, 24, 34), (WIDTH - 14, WIDTH - 24, WIDTH - 34)}


def test_a_shift_moves_all_frames_alike_and_no_further_than_it_says() -> None:
    moved: list[int] = []
    for seed in range(20):
        places = [place_of(f.numpy().transpose(1, 2, 0)) for f in VideoNoise(shift=0.1)(frames(), seeded(seed))]
        assert np.abs(np.diff(places) - 10).max() <= 1
        moved.append(places[0] - 14)
    assert min(moved) < -2 < 2 < max(moved)
    assert max(map(abs, moved)) <= round(0.1 * WIDTH) + 1


def test_a_zoom_changes_sizes_around_the_middle() -> None:
    block = torch.zeros(1, 1, 24, 32, dtype=torch.uint8)
    block[..., 10:14, 14:18] = 255
    found = [VideoNoise(zoom=0.2)(block, seeded(seed)).float() for seed in range(20)]
    areas = [float(one.mean() / block.float().mean()) for one in found]
    assert min(areas) < 0.8
    assert max(areas) > 1.2
    assert all(abs(place_of(one[0].numpy().transpose(1, 2, 0)) - WIDTH / 2) <= 1 for one in found)


def test_brightness_keeps_whole_numbers_in_their_range() -> None:
    grey = frames() // 2 + 60
    means = [float(VideoNoise(brightness=0.2)(grey, seeded(seed)).float().mean()) for seed in range(20)]
    assert VideoNoise(brightness=0.2)(grey, seeded()).dtype == torch.uint8
    assert max(means) - min(means) > 10


def test_another_tempo_has_other_lengths_and_the_same_order() -> None:
    long = torch.arange(40).view(40, 1, 1, 1).to(torch.uint8)
    lengths = set[int]()
    for seed in range(20):
        found = VideoNoise(tempo=0.2)(long, seeded(seed)).flatten().tolist()
        lengths.add(len(found))
        assert found == sorted(found)
        assert found[0] <= 1
        assert found[-1] >= 38
    assert min(lengths) < 36
    assert max(lengths) > 44


def test_fractions_and_whole_numbers_are_the_same_frames() -> None:
    whole = np.arange(60).reshape(3, 4, 5)
    assert frames_of(whole) == frames_of(whole / 255) == frames_of(whole[..., None].astype(np.uint8))
    assert HEIGHT
