"""Series in files of numpy: `.npy` with one array, `.npz` with x, y and the lengths."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from unrolled.data.readers.grid import as_text
from unrolled.data.readers.series.drafts import SeriesDrafts
from unrolled.data.readers.source import Problems

__all__ = ["add_arrays", "read_array"]

NAMES = {
    "x": ("x", "X", "x_train", "X_train", "data", "series"),
    "y": ("y", "Y", "y_train", "labels", "label", "target", "targets"),
    "lengths": ("lengths", "length", "T", "num_steps"),
    "times": ("times", "time", "t"),
}


def read_array(path: Path, problems: Problems) -> NDArray[np.float64] | None:
    """Return the steps (T, D) of a `.npy` file; a series of numbers (T,) has one a step. None with a problem."""
    with_problem: Any = _opened(path, problems)
    if with_problem is None:
        return None
    if isinstance(with_problem, Mapping):
        return _wrong(problems, "several arrays", "Give one array (T, D)")
    array: NDArray[Any] = with_problem
    if array.dtype.kind not in "iufb":
        return _wrong(problems, f"an array of {array.dtype}, not of numbers", "Save an array of numbers")
    if array.ndim not in (1, 2):
        return _wrong(problems, f"an array of shape {array.shape}", "Save one series as an array (T, D)")
    return (array if array.ndim == 2 else array[:, None]).astype(np.float64)


def add_arrays(drafts: SeriesDrafts, path: Path) -> None:
    """Add the series of an `.npz` file: x (N, T, D) or (N, T), or (M, D) with the lengths of N series; and y.

    y is (N,), or has an answer for each step as x has. `times`, shaped as x without D, are those of the steps.
    """
    problems = drafts.problems
    opened: Any = _opened(path, problems)
    if opened is None:
        return
    arrays = cast("Mapping[str, NDArray[Any]]", opened)
    if isinstance(opened, np.ndarray):
        way_out = "Save x and y in one file: numpy.savez(FILE, x=x, y=y); or give a folder of a folder for each label"
        _wrong(problems, "one array, without labels", way_out)
        return
    found = {role: next((name for name in names if name in arrays), None) for role, names in NAMES.items()}
    for role in ("x", "y"):
        if found[role] is None and (drafts.labelled or role == "x"):
            names = ", ".join(map(str, arrays)) or "nothing"
            way_out = "Name the arrays: numpy.savez(FILE, x=x, y=y), and lengths=lengths where they differ"
            _wrong(problems, f"no array {role}; the file holds {names}", way_out)
            return
    group = drafts.settings.group
    if group is not None and group not in arrays:
        _wrong(problems, f"no array {group!r} of groups; the file holds {', '.join(arrays)}", "Give one name a series")
        return
    found["groups"] = None if group is None else str(group)
    loaded = {role: _array(arrays, name, problems) for role, name in found.items() if name is not None}
    if any(array is None for array in loaded.values()):
        return
    _add(drafts, {role: array for role, array in loaded.items() if array is not None}, problems)
    drafts.taken = {
        "series": f"{found['x']} {loaded['x'].shape}",  # pyright: ignore[reportOptionalMemberAccess]
        **({"labels": f"{found['y']} {loaded['y'].shape}"} if "y" in loaded else {}),  # pyright: ignore[reportOptionalMemberAccess]
        **({"lengths": str(found["lengths"])} if found["lengths"] else {}),
        **({"time": str(found["times"])} if found["times"] else {}),
        **({"groups": str(found["groups"])} if found["groups"] else {}),
    }


def _add(drafts: SeriesDrafts, arrays: Mapping[str, NDArray[Any]], problems: Problems) -> None:
    x, y = arrays["x"], arrays.get("y", np.zeros(0))
    if x.dtype.kind not in "iufb" or x.ndim not in (2, 3):
        way_out = "Give (N, T, D), or (M, D) with lengths"
        _wrong(problems, f"x of shape {x.shape} and type {x.dtype}", way_out)
        return
    lengths = arrays.get("lengths")
    whole = lengths is not None and _are_of_rows(lengths, x)
    if lengths is not None and not _fit(lengths, x, problems, whole=whole):
        return
    if not whole and x.ndim == 2:
        x = x[:, :, None]
    N = len(x) if lengths is None else len(lengths)
    times = arrays.get("times")
    if times is not None and times.shape != x.shape[: 1 if whole else 2]:
        _wrong(problems, f"times of shape {times.shape} beside x of shape {x.shape}", "Give a time for each step")
        return
    if "y" not in arrays:
        y = np.zeros(N)
    steps = y.ndim > 1 or (whole and len(y) == len(x) != N)
    if len(y) != (len(x) if steps and whole else N):
        _wrong(problems, f"{len(y):,} answers in y for {N:,} series in x", "Give one for each")
        return
    groups = _groups(arrays, N, problems)
    ends = np.cumsum(lengths) if lengths is not None else None
    for n in range(N):
        if whole and ends is not None and lengths is not None:
            place: Any = slice(int(ends[n] - lengths[n]), int(ends[n]))
        else:
            place = (n, slice(None if lengths is None else int(lengths[n])))
        rows = x[place].astype(np.float64)
        if times is not None:
            rows = np.hstack([times[place].astype(np.float64)[:, None], rows])
            if (np.diff(rows[:, 0]) < 0).any():
                problems.add(None, f"times of series {n} run backwards", "Sort its steps", "times that run backwards")
                continue
        answers = y[place] if steps else y[n]
        if steps and answers.ndim > 1 and answers.shape[1:] != (1,):
            _wrong(problems, f"y of shape {y.shape}", "Give one answer for each series, or for each step")
            return
        cells: Any = [cell.item() for cell in answers.ravel()] if steps else answers.item()
        drafts.add(0, rows, cells, timed=times is not None, name=str(n), group=groups[n])


def _groups(arrays: Mapping[str, NDArray[Any]], N: int, problems: Problems) -> list[str]:
    """Return whom or what each of N series is from, "" where it is not known."""
    groups = arrays.get("groups")
    if groups is not None and groups.shape == (N,):
        return [as_text(group) for group in cast(Any, groups).tolist()]
    if groups is not None:
        _wrong(problems, f"groups of shape {groups.shape} for {N:,} series in x", "Give one for each")
    return [""] * N


def _are_of_rows(lengths: NDArray[Any], x: NDArray[Any]) -> bool:
    """Return whether x holds all steps, one series behind the other."""
    return x.ndim == 2 and lengths.ndim == 1 and lengths.dtype.kind in "iu" and len(x) == int(lengths.sum())


def _fit(lengths: NDArray[Any], x: NDArray[Any], problems: Problems, *, whole: bool) -> bool:
    """Return whether the lengths are those of x; if not, it is noted."""
    if not whole and (x.ndim != 3 or lengths.shape != (len(x),) or lengths.max(initial=0) > x.shape[1]):
        found = f"lengths of shape {lengths.shape}, in sum {lengths.sum()}, beside x of shape {x.shape}"
        _wrong(problems, found, "Give one length for each series; of all steps in one array they add up to its rows")
        return False
    if lengths.dtype.kind not in "iu" or lengths.min(initial=0) < 0:
        _wrong(problems, f"lengths of type {lengths.dtype} from {lengths.min()}", "Give whole numbers from 1")
        return False
    return True


def _opened(path: Path, problems: Problems) -> Any:
    try:
        content = path.read_bytes()
        if not content.startswith((b"PK", b"\x93NUMPY")):
            return _wrong(problems, "this is no file of numpy", "Save it by numpy.save or numpy.savez")
        # Nothing that is pickled is loaded: that could run any code.
        return np.load(io.BytesIO(content), allow_pickle=False)
    except FileNotFoundError:
        return _wrong(problems, "there is no such file", "Check the path")
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, MemoryError, SyntaxError, UnicodeError) as error:
        return _refused(problems, error)


def _array(arrays: Mapping[str, NDArray[Any]], name: str, problems: Problems) -> NDArray[Any] | None:
    try:
        return arrays[name]
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, zipfile.LargeZipFile, MemoryError, SyntaxError) as error:
        return _refused(problems, error)


def _refused(problems: Problems, error: Exception) -> None:
    said = str(error).split("\n")[0][:100].rstrip(". ")
    if "allow_pickle" in said or "Object arrays" in said or "pickled" in said:
        found = "it holds Python objects, which are not read: they could run any code"
        return _wrong(
            problems, found, "Save arrays of numbers; series of several lengths one behind the other, with lengths"
        )
    return _wrong(problems, f"this is no whole file of numpy ({said})", "Copy or export it again")


def _wrong(problems: Problems, found: str, way_out: str) -> None:
    problems.add(None, found, way_out, "arrays")
