import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from unrolled.errors import DataError
from unrolled.metrics import Reliability
from unrolled.pictures import reliability_diagram


def orange(path: Path) -> float:
    picture = imread(path)[..., :3]
    return (picture[..., 0] - picture[..., 2] > 0.1).mean()


def test_the_gap_is_seen(tmp_path: Path) -> None:
    confidence = np.full(1000, 0.75)
    for name, share in (("good", 0.75), ("too sure", 0.25), ("not sure enough", 1.0)):
        reliability_diagram(Reliability.of(confidence, np.arange(1000) < 1000 * share), tmp_path / f"{name}.png")
    good, over, under = (orange(tmp_path / f"{name}.png") for name in ("good", "too sure", "not sure enough"))
    assert good < under < over
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".png"] * 3


@pytest.mark.parametrize("confidence", [0.0, 1.0])
def test_one_answer(confidence, tmp_path: Path) -> None:
    before = "matplotlib.pyplot" in sys.modules
    reliability_diagram(Reliability.of(np.array([confidence]), np.array([True])), tmp_path / "one.png")
    assert imread(tmp_path / "one.png").size
    assert ("matplotlib.pyplot" in sys.modules) == before


def test_nothing_to_draw_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing to draw"):
        reliability_diagram(Reliability.of(np.array([]), np.array([], dtype=bool)), tmp_path / "none.png")
    assert list(tmp_path.iterdir()) == []
