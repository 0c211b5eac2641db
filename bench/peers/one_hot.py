"""Bases as numbers."""

from collections.abc import Sequence

import numpy as np

MEANS = {
    "A": "A",
    "C": "C",
    "G": "G",
    "T": "T",
    "N": "ACGT",
    "R": "AG",
    "Y": "CT",
    "S": "CG",
    "W": "AT",
    "K": "GT",
    "M": "AC",
    "B": "CGT",
    "D": "AGT",
    "H": "ACT",
    "V": "ACG",
}


def one_hot(windows: Sequence[str]) -> np.ndarray:
    """(N, T, 4): a code of several bases is the mean of theirs."""
    rows = {code: [bases.count(base) / len(bases) for base in "ACGT"] for code, bases in MEANS.items()}
    return np.array([[rows[base] for base in window] for window in windows], np.float32)
