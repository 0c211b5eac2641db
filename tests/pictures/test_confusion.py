from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from unrolled.data.answer import Answer
from unrolled.metrics import ClassMetric, Confusion, entity_confusion
from unrolled.pictures import confusion_picture

GOLD = [["B-PER", "I-PER", "O", "B-LOC", "O"]]


def shares(path: Path) -> tuple[float, float]:
    """The shares of the picture that are clearly orange and clearly blue."""
    picture = imread(path)[..., :3]
    warmth = picture[..., 0] - picture[..., 2]
    return (warmth > 0.2).mean(), (warmth < -0.2).mean()


def test_entities(tmp_path: Path) -> None:
    confusion_picture(entity_confusion(GOLD, GOLD), tmp_path / "right.png")
    confusion_picture(entity_confusion(GOLD, [["B-PER", "O", "O", "B-PER", "B-$x$"]]), tmp_path / "wrong.png")
    confusion_picture(entity_confusion([["O"]], [["O"]]), tmp_path / "none.png")
    confusion_picture(entity_confusion([["B-人物", "B"]], [["B-人物", "O"]]), tmp_path / "names.png")
    assert shares(tmp_path / "right.png")[0] < 0.01
    assert shares(tmp_path / "wrong.png")[0] > 0.01


def test_classes_have_no_further_rows_and_keep_their_order(tmp_path: Path) -> None:
    stars = ("1", "2", "3", "4", "5")
    right = ClassMetric(stars, ordered=True).confusion(stars, [Answer(label) for label in stars])
    turned = ClassMetric(stars, ordered=True).confusion(stars, [Answer(label) for label in reversed(stars)])
    confusion_picture(right, tmp_path / "right.png")
    confusion_picture(turned, tmp_path / "turned.png")
    orange, blue = shares(tmp_path / "right.png")
    assert orange < 0.01
    assert blue > 0.1
    orange, blue = shares(tmp_path / "turned.png")
    assert orange > blue > 0.02  # the middle star is right
    coloured = np.argwhere(np.ptp(imread(tmp_path / "right.png")[..., :3], axis=2) > 0.3)
    assert np.corrcoef(coloured.T)[0, 1] > 0.8  # a diagonal from the upper left


@pytest.mark.parametrize("num_classes", [1, 70])
def test_many_classes_stay_within_a_page(num_classes, tmp_path: Path) -> None:
    names = tuple(f"class {number}" for number in range(num_classes))
    confusion_picture(ClassMetric(names).confusion(names, [Answer(name) for name in names]), tmp_path / "many.png")
    assert max(imread(tmp_path / "many.png").shape) <= 26 * 150
    assert shares(tmp_path / "many.png")[1] > 0.4 / num_classes


def test_rows_and_columns_may_differ_in_number(tmp_path: Path) -> None:
    wide = Confusion(("a",), ("a", "missed"), ((3, 1),), 1, "rule", "3 of 4", "gold", "found")
    confusion_picture(wide, tmp_path / "wide.png")
    assert imread(tmp_path / "wide.png").size
