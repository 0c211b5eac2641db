"""What is known of clips, and their frames, whatever the container, rate, clock and turn."""

import sys
import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from clips import HEIGHT, WIDTH, moving, place_of, turned_mp4, write

from unrolled.data.clip import Clip, Frames
from unrolled.data.fault import Fault
from unrolled.data.moving_pictures import decoded, frames_in, open_clip, resized
from unrolled.errors import DataError

FORMATS = {
    "a.avi": ("mjpeg", "yuvj420p"),
    "a.mp4": ("mpeg4", "yuv420p"),
    "a.mov": ("libx264", "yuv420p"),
    "a.webm": ("libvpx-vp9", "yuv420p"),
    "a.mkv": ("ffv1", "yuv420p"),
    "a.gif": ("gif", "rgb8"),
}
PLACES = tuple(range(0, 48, 4))


def known(path: Path) -> Clip:
    found = open_clip(path)
    assert isinstance(found, Clip), found
    return found


def fault(path: Path) -> str:
    found = open_clip(path)
    assert isinstance(found, Fault), found
    assert found.way_out
    return found.found


@pytest.mark.parametrize("name", FORMATS)
def test_any_container_gives_its_frames_in_order(name: str, tmp_path: Path) -> None:
    codec, pixels = FORMATS[name]
    clip = known(write(tmp_path / name, moving(PLACES), codec=codec, pixels=pixels))
    assert (len(clip), clip.width, clip.height, clip.turned, clip.broken) == (12, WIDTH, HEIGHT, 0, "")
    assert clip.seconds == pytest.approx(12 / 25, abs=0.011)  # a GIF counts hundredths
    frames = decoded(clip, np.arange(12), 32, 24, grey=True)
    assert frames.shape == (12, 24, 32, 1)
    assert [abs(place_of(frame) - place - 4) <= 2 for frame, place in zip(frames, PLACES, strict=True)] == [True] * 12


def test_frames_are_taken_by_time_at_any_rate_of_the_file(tmp_path: Path) -> None:
    slow = known(write(tmp_path / "slow.avi", moving(range(0, 40, 4)), rate=10))  # 4 pixels in a tenth of a second
    fast = known(write(tmp_path / "fast.avi", moving(range(40)), rate=40))
    for clip in (slow, fast):
        places = clip.places(5, 0)
        assert len(places) == 5
        frames = decoded(clip, places, WIDTH, HEIGHT, grey=True)
        assert np.abs(np.diff([place_of(frame) for frame in frames]) - 8).max() <= 1
    assert slow.places(20, 0).tolist() == [n // 2 for n in range(20)]  # each frame is shown for two steps
    assert slow.places(0, 0).tolist() == list(range(10))
    assert fast.places(0, 4).tolist() == [5, 15, 25, 35]


def test_a_variable_rate_is_read_by_the_clock(tmp_path: Path) -> None:
    times = (0, 0.1, 0.2, 0.3, 1.3, 1.4)
    clip = known(write(tmp_path / "a.mkv", moving(range(0, 24, 4)), codec="ffv1", pixels="yuv420p", times=times))
    assert clip.times == pytest.approx(times, abs=0.002)
    assert clip.places(10, 0).tolist() == [0, 1, 2, *[3] * 10, 4, 5]


def test_what_a_telephone_held_upright_turns_is_shown_upright(tmp_path: Path) -> None:
    frames = moving(PLACES)
    clip = known(turned_mp4(tmp_path / "a.mp4", frames))
    assert (clip.width, clip.height, clip.turned) == (HEIGHT, WIDTH, 270)
    shown = decoded(clip, np.arange(12), HEIGHT, WIDTH, grey=True)
    wanted = np.rot90(frames[..., :1], -1, (1, 2))  # clockwise
    assert shown.shape == wanted.shape
    assert np.abs(shown.astype(int) - wanted).mean() < 6
    assert np.abs(shown.astype(int) - wanted[:, ::-1]).mean() > 6


def test_pixels_that_are_not_square_count_as_they_are_shown(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mkv", moving(PLACES), codec="mpeg4", pixels="yuv420p", aspect=Fraction(4, 3))
    clip = known(path)
    assert (clip.width, clip.height) == (round(WIDTH * 4 / 3), HEIGHT)


def test_sound_beside_pictures_does_not_matter(tmp_path: Path) -> None:
    clip = known(write(tmp_path / "a.mp4", moving(PLACES), codec="mpeg4", pixels="yuv420p", sound=True))
    assert len(clip) == 12
    assert clip.broken == ""  # the sound lasts longer, the pictures are whole


def test_sound_alone_is_no_clip(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16000))
    assert fault(tmp_path / "a.wav") == "it holds sound, but no pictures"


@pytest.mark.parametrize("name", ["a.avi", "a.webm", "a.mkv"])
def test_a_clip_that_breaks_off_says_when_and_is_read_as_far_as_it_goes(name: str, tmp_path: Path) -> None:
    codec, pixels = FORMATS[name]
    noise = np.random.default_rng(0).integers(0, 255, (30, HEIGHT, WIDTH, 3), np.uint8)
    path = write(tmp_path / name, noise, codec=codec, pixels=pixels)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    clip = known(path)
    assert 0 < len(clip) < 30
    assert f"it breaks off after {clip.seconds:.2f} of 1.20 seconds, {len(clip)} frames" in clip.broken
    assert len(decoded(clip, clip.places(0, 0), 8, 8, grey=True)) == len(clip)


def test_a_playlist_opens_no_other_file(tmp_path: Path) -> None:
    other = write(tmp_path / "other.avi", moving(PLACES))
    (tmp_path / "a.avi").write_text(f"ffconcat version 1.0\nfile '{other}'\n")
    (tmp_path / "b.avi").write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{other}\n#EXT-X-ENDLIST\n")
    for name in ("a.avi", "b.avi"):
        assert fault(tmp_path / name).startswith("it is no clip that can be read")


def test_slices_are_the_same_file_with_fewer_frames(tmp_path: Path) -> None:
    clip = known(write(tmp_path / "a.avi", moving(PLACES)))
    part = clip[3:9][1:4]
    assert (len(part), part.first, part.end, part.seconds) == (3, 4, 7, pytest.approx(0.12))
    assert part.places(0, 0).tolist() == [4, 5, 6]
    assert part == clip[4:7] != clip
    with pytest.raises(ValueError, match="no run of frames"):
        clip[5:5]


def test_a_file_that_is_gone_or_another_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.avi", moving(PLACES))
    clip = known(path)
    write(path, moving(PLACES[:4]))
    with pytest.raises(DataError, match=r"a\.avi has 1 of 2 frames that it had"):
        decoded(clip, np.array([1, 11]), 8, 8, grey=True)
    path.write_text("no clip")
    with pytest.raises(DataError, match="no longer what it was"):
        decoded(clip, np.array([1]), 8, 8, grey=True)
    path.unlink()
    with pytest.raises(DataError, match=r"cannot be read any more \(No such file"):
        decoded(clip, np.array([1]), 8, 8, grey=True)


def test_a_picture_in_memory_is_a_frame(tmp_path: Path) -> None:
    path = write(tmp_path / "a.png", moving([20]), codec="png", pixels="rgb24")
    found = frames_in(path.read_bytes())
    assert isinstance(found, Frames)
    assert np.array_equal(found.pixels, moving([20]))
    assert isinstance(frames_in(b"nothing"), Fault)


def test_frames_in_memory_are_resized_as_those_of_files_are(tmp_path: Path) -> None:
    frames = moving(PLACES)
    clip = known(write(tmp_path / "a.mkv", frames, codec="ffv1", pixels="bgr0"))
    wanted = decoded(clip, np.arange(12), 20, 15, grey=True)
    assert np.abs(resized(Frames(frames), 20, 15, grey=True).astype(int) - wanted).max() <= 2
    assert resized(Frames(frames[..., :1]), WIDTH, HEIGHT, grey=True) is not None


def test_without_pyav_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.avi", moving(PLACES))
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(DataError, match=r"takes PyAV: pip install 'unrolled\[video\]'"):
        open_clip(path)


def test_clips_are_written_the_same_whenever(tmp_path: Path) -> None:
    first, second = (write(tmp_path / name, moving(PLACES)) for name in ("a.avi", "b.avi"))
    assert first.read_bytes() == second.read_bytes()
    assert av.library_versions
