"""The picture of a region is a PNG; what cannot be drawn is refused."""

from pathlib import Path

import numpy as np
import pytest

from unrolled.errors import DataError
from unrolled.pictures import track_picture


def test_tracks_of_any_length_are_drawn(tmp_path: Path) -> None:
    for T in (1, 50, 9001):
        labels = tuple("exon" if t % 7 < 3 else "none" for t in range(T))
        p = np.full((T, 2), 0.5, np.float32)
        path = tmp_path / f"{T}.png"
        track_picture(
            [("truth", labels), ("answer $x$", labels)], p, ("exon", "none"), path, first=10, background="none"
        )
        assert path.read_bytes().startswith(b"\x89PNG")


def test_more_labels_or_less_than_bars_are_another_picture(tmp_path: Path) -> None:
    p = np.full((9, 2), 0.5, np.float32)
    for name, labels in (("a", "eeeennnnn"), ("b", "nnnnneeee")):
        track_picture([("answer", tuple(labels))], p, ("e", "n"), tmp_path / name, background="n")
    assert (tmp_path / "a").read_bytes() != (tmp_path / "b").read_bytes()


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    p = np.full((3, 2), 0.5, np.float32)
    for tracks, rows, labels in (
        ([("answer", ("a", "b"))], p, ("a", "b")),
        ([("answer", ("a", "b", "a"))], p[:, :1], ("a", "b")),
        ([], p[:0], ("a", "b")),
    ):
        with pytest.raises(DataError, match="Give each track"):
            track_picture(tracks, rows, labels, tmp_path / "x.png")
    many = [str(i) for i in range(10)], np.full((3, 10), 0.1, np.float32)
    with pytest.raises(DataError, match=r"10 labels\. Give 8 at most"):
        track_picture([], many[1], many[0], tmp_path / "x.png")
