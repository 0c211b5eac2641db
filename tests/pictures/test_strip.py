from pathlib import Path

import numpy as np
import pytest

from unrolled.errors import DataError
from unrolled.pictures import strip_picture

FRAMES = np.random.default_rng(0).integers(0, 255, (30, 12, 16, 1), np.uint8)


@pytest.mark.parametrize("T", [1, 5, 30])
def test_a_strip_of_any_length_is_drawn(T: int, tmp_path: Path) -> None:
    times = np.arange(T) / 25 if T == 5 else None
    strip_picture(FRAMES[:T], np.linspace(0, 1, T), "a $ label", tmp_path / "a.png", times=times)
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    strip_picture(FRAMES[:T].repeat(3, 3), np.linspace(0, 1, T), "a", tmp_path / "b.png", title="colour")


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="and 2 probabilities"):
        strip_picture(FRAMES, np.ones(2), "a", tmp_path / "a.png")
    with pytest.raises(DataError, match="one for each"):
        strip_picture(FRAMES[:0], np.ones(0), "a", tmp_path / "a.png")
