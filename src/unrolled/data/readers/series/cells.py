"""Cells of tables as numbers and times."""

import math
from datetime import UTC, datetime

from unrolled.data.readers.grid import as_text

__all__ = ["GAPS", "Number", "number_of", "time_of"]

GAPS = frozenset({"", "?", "na", "n/a", "nan", "null", "none"})
"""How tables spell a missing number."""

Number = float | None
"""NaN where it is missing; None where the cell holds no number."""


def number_of(cell: object) -> Number:
    """Return the number in a cell.

    >>> number_of(" 1.5"), number_of(True), number_of("?"), number_of("warm"), number_of("1_0")
    (1.5, 1.0, nan, None, None)
    """
    if isinstance(cell, int | float):
        return float(cell)
    text = as_text(cell)
    if text.lower() in GAPS:
        return math.nan
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def time_of(cell: object) -> Number:
    """Return a time as a number: as it stands, or of a date the seconds since 1970.

    >>> time_of("2.5"), time_of("1970-01-01 00:01:00"), time_of("1970-01-01T02:00:00+01:00"), time_of("noon")
    (2.5, 60.0, 3600.0, None)
    """
    found = number_of(cell)
    if found is not None:
        return found
    if isinstance(cell, datetime):
        moment = cell
    else:
        try:
            moment = datetime.fromisoformat(as_text(cell))
        except ValueError:
            return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
