"""What is kept on the disk is read back whole or not at all, and lies where the environment says."""

from pathlib import Path

import numpy as np
import pytest

from unrolled.data import cache
from unrolled.data.cache import VARIABLE, cache_folder, keep, kept, key_of

KEY = key_of("a", 1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_an_array_comes_back_and_no_other_file_is_left(folder: Path) -> None:
    array = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert kept("video", KEY) is None
    keep("video", KEY, array)
    found = kept("video", KEY)
    assert found is not None
    assert found.dtype == np.uint8
    assert np.array_equal(found, array)
    assert [path.name for path in folder.rglob("*") if path.is_file()] == [KEY]


@pytest.mark.parametrize("part", [0, 10, 40, -1])
def test_half_a_file_is_none(folder: Path, part: int) -> None:
    keep("video", KEY, np.arange(100))
    (path,) = (path for path in folder.rglob("*") if path.is_file())
    path.write_bytes(path.read_bytes()[:part])
    assert kept("video", KEY) is None
    keep("video", KEY, np.arange(100))
    assert kept("video", KEY) is not None


def test_a_file_with_a_byte_changed_is_none(folder: Path) -> None:
    keep("video", KEY, np.arange(100))
    (path,) = (path for path in folder.rglob("*") if path.is_file())
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert kept("video", KEY) is None


@pytest.mark.parametrize("off", ["off", "", "OFF", "no"])
def test_it_can_be_switched_off(folder: Path, off: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, off)
    assert cache_folder() is None
    keep("video", KEY, np.arange(3))
    assert kept("video", KEY) is None
    assert not folder.exists()


def test_a_disk_that_cannot_be_written_is_no_error(folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    keep("video", KEY, np.arange(3))
    assert kept("video", KEY) is None


@pytest.mark.parametrize(
    ("platform", "variables", "place"),
    [
        ("linux", {}, ".cache/unrolled"),
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/unrolled"),
        ("darwin", {}, "Library/Caches/unrolled"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/unrolled"),
    ],
)
def test_without_a_word_it_lies_where_the_system_has_such(
    platform: str, variables: dict[str, str], place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (VARIABLE, "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(cache.sys, "platform", platform)
    monkeypatch.setattr(cache.Path, "home", lambda: tmp_path)
    assert cache_folder() == tmp_path / place
