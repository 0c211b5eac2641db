"""The letters of DNA: bases, the codes for several bases, and the other strand.

The codes are those of IUPAC (Cornish-Bowden 1985, Nucleic Acids Res. 13(9), 3021): R is A or G, N any base, and so on.
"""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unrolled.data.fault import Fault

__all__ = [
    "BASES",
    "CODES",
    "fault_of_bases",
    "indices_of",
    "mean_bases",
    "normal_bases",
    "odd_place",
    "other_strand",
    "seem_bases",
]

BASES = "ACGT"

CODES: dict[str, str] = {
    **{base: base for base in BASES},
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
    "N": "ACGT",
}
"""Each code and the bases that it may stand for."""

_ODD = re.compile(f"[^{''.join(CODES)}]")
_OTHER = str.maketrans("ACGTRYSWKMBDHVN", "TGCAYRSWMKVHDBN")
_LEAST, _SHARE = 8, 0.8

_MEANS = np.zeros((256, 4), np.float32)
_INDICES = np.full(256, -1, np.int64)
for _code, _bases in CODES.items():
    for _base in _bases:
        _MEANS[ord(_code), BASES.index(_base)] = 1 / len(_bases)
for _index, _base in enumerate(BASES):
    _INDICES[ord(_base)] = _index


def normal_bases(text: str) -> str:
    """Return a sequence in capitals, U of RNA as T.

    >>> normal_bases("acgUn")
    'ACGTN'
    """
    return text.upper().replace("U", "T")


def odd_place(bases: str) -> int | None:
    """Return where the first letter stands that is no code of bases, from 0; None where there is none.

    >>> odd_place("ACGTN"), odd_place("AC7T")
    (None, 2)
    """
    found = _ODD.search(bases)
    return None if found is None else found.start()


def other_strand(bases: str) -> str:
    """Return the reverse complement: what the other strand says, read in its own direction.

    >>> other_strand("AACGR")
    'YCGTT'
    """
    return bases.translate(_OTHER)[::-1]


def mean_bases(bases: str) -> NDArray[np.float32]:
    """Return (T, 4), a row for each code: the mean of the one-hot rows of A, C, G and T that it may stand for.

    >>> mean_bases("CN").tolist()
    [[0.0, 1.0, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]]
    """
    return _MEANS[np.frombuffer(bases.encode("ascii"), np.uint8)]


def indices_of(bases: str) -> NDArray[np.int64]:
    """Return (T,): 0 to 3 for A, C, G and T, -1 for a code of several bases."""
    return _INDICES[np.frombuffer(bases.encode("ascii"), np.uint8)]


def seem_bases(text: str) -> bool:
    """Return whether a text is hardly anything but a sequence of bases: eight letters or more, four in five ACGTUN.

    >>> seem_bases("acgtacgtnr"), seem_bases("backwards"), seem_bases("CAT")
    (True, False, False)
    """
    if len(text) < _LEAST or not text.isascii():
        return False
    bases = normal_bases(text)
    return odd_place(bases) is None and sum(map(bases.count, "ACGTN")) >= _SHARE * len(bases)


def fault_of_bases(raw: Any) -> Fault | None:
    """Return why a value is no sequence of bases: no text, empty, or a letter that is none.

    >>> fault_of_bases("ACGU"), fault_of_bases("AC-").found
    (None, "'-' at place 3, which is no base")
    """
    if not isinstance(raw, str):
        return Fault(f"{str(raw)[:40]!r}, which is no text of bases", "Give a text such as ACGTN")
    if not raw:
        return Fault("no bases", "Give at least one base, or leave it out")
    bases = normal_bases(raw)
    if (place := odd_place(bases)) is not None:
        return Fault(f"{bases[place]!r} at place {place + 1}, which is no base", "Write A, C, G, T, or N")
    return None
