"""What all pictures share: a figure without a window, its colours, names that can be drawn, and saving."""

# matplotlib leaves its **kwargs without a type.
# pyright: reportUnknownMemberType=false

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from unrolled.disk import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["BLUE", "DPI", "GREY", "LIGHT", "ORANGE", "new_figure", "rgb", "save_figure", "short", "words"]

BLUE, ORANGE, GREY, LIGHT = "#1f5f99", "#c05a12", "#555555", "#dddddd"
DPI = 150

_WORDS = {"f1": "F1", "mcc": "MCC", "mae": "MAE", "rmse": "RMSE", "r2": "R²"}


def new_figure(width: float, height: float) -> "Figure":
    """Return an empty figure of so many inches."""
    # Not at the top: a training that draws nothing need not wait for matplotlib, nor hold its memory.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save_figure(figure: "Figure", path: str | Path) -> None:
    """Write the PNG atomically.

    Raises:
        OSError: the folder cannot be written.
    """
    content = io.BytesIO()
    with warnings.catch_warnings():
        # A type in a script that the font lacks shows boxes; the table beside the picture has its name.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        figure.savefig(content, format="png", dpi=DPI)
    write_atomically(Path(path), content.getvalue())


def words(name: str) -> str:
    """Return a figure's name as a reader writes it.

    >>> words("macro_f1"), words("token_accuracy")
    ('macro F1', 'token accuracy')
    """
    return " ".join(_WORDS.get(word, word) for word in name.split("_"))


def short(name: str, most: int = 18) -> str:
    """Return a name cut to at most so many characters, safe to draw.

    >>> short("corporations-and-other-groups")
    'corporations-and-…'
    """
    name = name or "(no type)"
    return (name if len(name) <= most else name[: most - 1] + "…").replace("$", r"\$")  # "$" would begin a formula


def rgb(colour: str) -> NDArray[np.float64]:
    """Return red, green and blue of "#rrggbb", from 0 to 1."""
    return np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
