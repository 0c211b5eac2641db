import math
import sys
from pathlib import Path

import pytest
from matplotlib.image import imread

from unrolled.errors import DataError
from unrolled.pictures import learning_curves

ROWS = [{"epoch": n, "train_loss": 10 / n, "f1": 0.5 - 0.01 * (n - 6) ** 2} for n in range(1, 11)]


def same(one: Path, other: Path) -> bool:
    a, b = imread(one), imread(other)
    return a.shape == b.shape and bool((a == b).all())


def test_learning_curves_show_the_rows_and_the_best_epoch(tmp_path: Path) -> None:
    learning_curves(ROWS, tmp_path / "a.png", metric="f1")
    learning_curves(ROWS, tmp_path / "b.png", metric="f1")
    learning_curves(ROWS, tmp_path / "c.png", metric="f1", lower_is_better=True)
    learning_curves([*ROWS[:-1], ROWS[-1] | {"train_loss": 5.0}], tmp_path / "d.png", metric="f1")
    picture = imread(tmp_path / "a.png")
    assert picture.shape[0] > 600
    assert picture.shape[1] > 900
    assert (picture[..., :3] < 0.9).any()
    assert same(tmp_path / "a.png", tmp_path / "b.png")
    assert not same(tmp_path / "a.png", tmp_path / "c.png")
    assert not same(tmp_path / "a.png", tmp_path / "d.png")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.png", "c.png", "d.png"]


@pytest.mark.parametrize(
    "rows",
    [
        ROWS[:1],
        [{"train_loss": 1.0}],
        [{"f1": 0.5}, {"f1": 0.6}],
        [{"train_loss": math.nan, "f1": math.nan}],
        [{"train_loss": 1.0, "f1": 0.1}, {"train_loss": math.inf}],
        [{"epoch": n, "train_loss": 1.0, "f1": 0.5} for n in range(200)],
    ],
)
def test_learning_curves_of_odd_rows(rows, tmp_path: Path) -> None:
    learning_curves(rows, tmp_path / "curves.png", metric="f1")
    assert imread(tmp_path / "curves.png").size


@pytest.mark.parametrize(
    ("values", "bottom", "top"),
    [((0.0, 0.6, 1.0), 0, 1.01), ((-0.4, 0.9), None, 1.01), ((0.1, 12.0), 0, None)],
)
def test_axes_show_no_values_that_cannot_be(values, bottom, top, tmp_path: Path, monkeypatch) -> None:
    figures = []
    monkeypatch.setattr("unrolled.pictures.curves.save_figure", lambda figure, _: figures.append(figure))
    rows = [{"train_loss": 0.01 + 9 * (number == 0), "kappa": value} for number, value in enumerate(values)]
    learning_curves(rows, tmp_path / "a.png", metric="kappa")
    loss, metric = figures[0].axes
    assert loss.get_ylim()[0] == 0
    assert loss.get_ylim()[1] > 9
    low, high = metric.get_ylim()
    assert low == bottom if bottom is not None else low < min(values)
    assert high == top if top is not None else high > max(values)


def test_nothing_to_draw_is_an_error(tmp_path: Path) -> None:
    for rows in ([], [{"epoch": 1.0}]):
        with pytest.raises(DataError, match="no curve to draw"):
            learning_curves(rows, tmp_path / "curves.png", metric="f1")
    assert list(tmp_path.iterdir()) == []


def test_pyplot_is_not_imported(tmp_path: Path) -> None:
    before = "matplotlib.pyplot" in sys.modules
    learning_curves(ROWS, tmp_path / "curves.png", metric="f1")
    assert ("matplotlib.pyplot" in sys.modules) == before
