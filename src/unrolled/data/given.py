"""Values as Python programs hold them: what is in NumPy's, pandas', Arrow's and torch's, and what is none of ours.

Nothing but NumPy is imported: other libraries' values are known by what they can do.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from numbers import Integral, Real
from typing import Any, cast

import numpy as np

from unrolled.data.fault import Fault
from unrolled.errors import DataError

__all__ = ["described", "each", "is_gap", "label_of", "labels_of", "own", "steps_of", "texts_of"]

_GAPS = ("NAType", "NaTType")
"""The types of pandas' missing values, beside NaN and None."""

_GAP = (
    "Fill the gap, or leave it out; pandas reads words such as null and NA as gaps, unless read_csv is given "
    "keep_default_na=False"
)
_DECODE = "Decode it, value.decode(), and an array of bytes with numpy.char.decode"


def own(value: Any) -> Any:
    """Return what is in a scalar of NumPy, Arrow or torch; anything else as it is.

    >>> own(np.str_("a")), own(np.int64(8)), own("a")
    ('a', 8, 'a')
    """
    if value is np.ma.masked:
        return None
    if hasattr(value, "as_py"):
        return value.as_py()
    return value.item() if getattr(value, "ndim", None) == 0 and hasattr(value, "item") else value


def is_gap(value: Any) -> bool:
    """Return whether a value stands for one that is missing: None, NaN, pandas' NA and NaT.

    >>> is_gap(None), is_gap(float("nan")), is_gap("nan"), is_gap(0)
    (True, True, False, False)
    """
    if value is None or type(value).__name__ in _GAPS:
        return True
    return isinstance(value, float | Decimal | np.floating | np.datetime64) and bool(value != value)  # noqa: PLR0124  (of all values a gap alone differs from itself)


def described(value: Any) -> str:  # noqa: PLR0911  (one kind a line)
    """Return what a value is, in a few words.

    >>> described(1998), described(b"a"), described(float("nan")), described(np.zeros((2, 3)))
    ('1998, a number,', "b'a', which is bytes,", 'nan, a gap,', 'an array of shape (2, 3)')
    """
    value = own(value)
    if is_gap(value):
        return f"{_shown(value)}, a gap,"
    if isinstance(value, str):
        return f"the text {_shown(value)}"
    if isinstance(value, bytes | bytearray):
        return f"{_shown(value)}, which is bytes,"
    if isinstance(value, bool):
        return f"{value}, a truth value,"
    if isinstance(value, Real | Decimal):
        return f"{_shown(value)}, a number,"
    if (columns := _columns(value)) is not None:
        return f"a {type(value).__name__} with the columns {columns}"
    if isinstance(value, Mapping):
        keys = ", ".join(map(_shown, list(cast("Mapping[Any, Any]", value))[:5]))
        return f"a {type(cast(object, value)).__name__} with the keys {keys or 'none'}"
    if hasattr(value, "shape") and hasattr(value, "ndim"):
        return f"an array of shape {tuple(value.shape)}"
    return f"{_shown(value)}, of the type {type(value).__name__},"


def each(values: Any, name: str, wanted: str) -> Iterator[Any]:
    """Return the items of what was given for X or y: a list, an array, a series, a generator or any other iterable.

    Args:
        values: they are read once and in order, as far as they are asked for.
        name: "X" or "y".
        wanted: what an error says should be given.

    Raises:
        DataError: a text, a frame, a dict, a set or a single value.
    """
    items = None if _no_row(values) else _iterator(values)
    if items is None:
        raise DataError(f"{name} is {described(values).rstrip(',')}. Give {wanted}.")
    return items


def steps_of(value: Any, wanted: str) -> tuple[Any, ...] | Fault:
    """Return the steps of one x or y, or what it is instead; `wanted` is what should be given."""
    items = None if _no_row(value) else _iterator(value)
    if items is None:
        way_out = f"Give {wanted}"
        if isinstance(value, str):
            return Fault(f"the text {value[:40]!r}", f"{way_out}, as from split()")
        return Fault(f"{described(value).rstrip(',')}", _GAP if is_gap(own(value)) else way_out)
    return tuple(items)


def texts_of(value: Any, step: str = "word") -> tuple[str, ...] | Fault:
    """Return the words of one x, or what is wrong with one of them.

    >>> texts_of(np.array(["so", "good"])), texts_of(["so", 8])
    (('so', 'good'), Fault(found='8, a number, for word 2', way_out="Give a text, '8'"))
    """
    # Without a look at what else it could be: nearly all come so, and come again every epoch.
    steps = (
        tuple(cast("Sequence[Any]", value))
        if type(value) in (tuple, list)
        else steps_of(value, f"a sequence of {step}s")
    )
    if isinstance(steps, Fault):
        return steps
    if not set(map(type, steps)) <= {str}:
        for number, raw in enumerate(steps, 1):
            if (fault := _no_text(own(raw))) is not None:
                return Fault(f"{fault.found} for {step} {number}", fault.way_out)
        steps = tuple(str.__str__(own(raw)) for raw in steps)
    if not steps or not all(steps):
        at = f", {step} {steps.index('') + 1}" if steps else ""
        return Fault(
            f"no {step}s or an empty {step}{at}", f"Give sequences of {step}s with at least one character each"
        )
    return steps


def labels_of(value: Any, names: Sequence[str] | None, step: str = "word") -> tuple[str, ...] | Fault:
    """Return the labels of the steps of one y, or what is wrong with one of them; numbers are looked up in `names`.

    >>> labels_of(np.array([0, 1]), ("O", "B-PER"))
    ('O', 'B-PER')
    """
    wanted = f"a sequence with a label for each {step}"
    steps = tuple(cast("Sequence[Any]", value)) if type(value) in (tuple, list) else steps_of(value, wanted)
    if isinstance(steps, Fault):
        return Fault(f"{steps.found} for its labels", steps.way_out)
    if names is None and set(map(type, steps)) <= {str} and all(steps):
        return steps
    found: list[str] = []
    for number, raw in enumerate(steps, 1):
        label = _named(own(raw), names)
        if not isinstance(label, Fault) and (fault := _no_text(label)) is not None:
            numeric = isinstance(label, Real) and not is_gap(label)
            way_out = "Give texts, or say what the numbers mean: label_names='O,B-PER,I-PER'" if numeric else None
            label = Fault(fault.found, way_out or fault.way_out)
        if not isinstance(label, Fault) and not label:
            label = Fault("an empty text", "Give every one a label")
        if isinstance(label, Fault):
            return Fault(f"{label.found} for the label of {step} {number}", label.way_out)
        found.append(str.__str__(label))
    return tuple(found)


def label_of(value: Any, names: Sequence[str] | None = None) -> str | Fault:
    """Return the one label of an x as text, or what it is instead; numbers are looked up in `names`, if there are any.

    >>> label_of(np.int64(5)), label_of(5.0), label_of(True), label_of(1, ("bad", "good"))
    ('5', '5', 'True', 'good')
    """
    value = _named(own(value), names)
    if isinstance(value, Fault):
        return value
    if isinstance(value, Real) and not is_gap(value):
        # pandas holds whole numbers beside missing ones as floats.
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if (fault := _no_text(value)) is not None:
        return fault
    return (
        str.__str__(cast(str, value))
        if value
        else Fault("'', an empty text", "Give every one a label, or leave it out")
    )


def _named(value: Any, names: Sequence[str] | None) -> Any:
    """Return the name of a label that is a number, or a Fault where `names` lacks it; without names it stays."""
    if names is None or is_gap(value) or (isinstance(value, str) and value in names):
        return value
    whole = isinstance(value, Integral) and value is not True and value is not False
    whole = whole or (isinstance(value, float) and value.is_integer())
    if whole or (isinstance(value, str) and value.isdecimal() and len(value) < 10):
        number = int(cast(Any, value))
        if 0 <= number < len(names):
            return names[number]
    elif not isinstance(value, str | Real):
        return value
    names_shown = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
    return Fault(
        f"{described(value).rstrip(',')}, where label_names has {len(names)} ({names_shown}),",
        "Name the labels 0, 1, 2, … in order, or leave out label_names",
    )


def _no_text(value: Any) -> Fault | None:
    if isinstance(value, str):
        return None
    if is_gap(value):
        return Fault(described(value), _GAP)
    if isinstance(value, bytes | bytearray):
        return Fault(described(value), _DECODE)
    simple = isinstance(value, Real | Decimal)
    return Fault(described(value), f"Give a text, {_shown(str(value))}" if simple else "Give a text")


def _no_row(values: Any) -> bool:
    """Whether a value can be iterated over, and yet is no sequence of values in order."""
    wrong = isinstance(values, str | bytes | bytearray | Mapping | set | frozenset)
    return wrong or _columns(values) is not None


def _iterator(values: Any) -> Iterator[Any] | None:
    """Return what iterates over values; None where nothing can."""
    if hasattr(values, "as_py"):  # a list in a column of Arrow
        values = values.as_py()
    if hasattr(values, "to_pylist"):
        values = values.to_pylist()
    try:
        return iter(cast("Iterable[Any]", values))
    except TypeError:
        return None


def _columns(value: Any) -> str | None:
    """Return the columns of a frame or a table, whose items are no rows; None of anything else."""
    columns = getattr(value, "column_names", None) or getattr(value, "columns", None)
    if columns is None or isinstance(value, type) or callable(columns):
        return None
    try:
        names = [str(name) for name in columns]
    except TypeError:
        return None
    return ", ".join(map(_shown, names[:6])) + (", …" if len(names) > 6 else "")


def _shown(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 40 else text[:39] + "…"
