"""JSON as a stranger may send it: bounded, and read with no leniency."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, cast

from unrolled.model_files.refusal import refusal, shown

__all__ = ["JSON", "MAX_DEPTH", "MAX_JSON_BYTES", "canonical_sha256", "json_bytes", "parse_object"]

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"

MAX_JSON_BYTES = 4 * 2**20
MAX_DEPTH = 32


class _UnacceptableError(ValueError):
    """Valid for Python's json, not for us."""


def parse_object(data: bytes, path: Path | str) -> dict[str, JSON]:
    """Return the JSON object that `data` holds; whatever JSON leaves to the reader's taste is refused.

    Refused: bytes that are not UTF-8, a duplicate key, NaN and infinities (`1e999` too), half a surrogate pair, nesting
    deeper than 32, an integer of thousands of digits, anything but an object at the top.

    Raises:
        ModelFileError: with `path`, what was found, and the way out.
    """
    try:
        # `utf-8`, not the guessing that json.loads does on bytes: UTF-16 and a byte order mark are refused.
        value: Any = json.loads(data.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant)
        _walk(value)
    except UnicodeDecodeError as error:
        found = f"byte {error.start} (0x{data[error.start]:02x}) is not UTF-8"
        raise refusal(path, found) from None
    except RecursionError:
        raise refusal(path, f"is nested deeper than {MAX_DEPTH} levels") from None
    except json.JSONDecodeError as error:
        found = f"is not JSON: {error.msg} in line {error.lineno}, column {error.colno}"
        raise refusal(path, found) from None
    except _UnacceptableError as error:
        raise refusal(path, str(error)) from None
    except ValueError:  # Python's own limit on the digits of an int
        raise refusal(path, "holds an integer of thousands of digits") from None
    if not isinstance(value, dict):
        raise refusal(path, f"holds {shown(value)} where a JSON object should be")
    return cast(dict[str, JSON], value)


def json_bytes(value: Mapping[str, JSON]) -> bytes:
    """Return `value` as indented UTF-8 JSON with a final newline.

    Raises:
        ValueError: it holds NaN, an infinity or half a surrogate pair.
    """
    return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=_plain) + "\n").encode()


def canonical_sha256(value: Mapping[str, JSON]) -> str:
    """Return the SHA-256 of the value's canonical form: keys sorted, no white space, ASCII.

    >>> canonical_sha256({"b": 1, "a": 2}) == canonical_sha256({"a": 2, "b": 1})
    True
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _UnacceptableError(f"names {shown(key)} twice in one object")
        found[key] = value
    return found


def _no_constant(word: str) -> float:
    raise _UnacceptableError(f"holds {word}, which is not a JSON number")


def _walk(top: Any) -> None:
    """Check what the parser lets through, without recursion."""
    waiting: list[tuple[Any, int]] = [(top, 1)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, (dict, list)):
            if depth > MAX_DEPTH:
                raise _UnacceptableError(f"is nested deeper than {MAX_DEPTH} levels")
            if isinstance(value, dict):
                entries = cast(dict[str, Any], value)
                waiting += ((entry, depth + 1) for entry in entries)
                waiting += ((entry, depth + 1) for entry in entries.values())
            else:
                waiting += ((entry, depth + 1) for entry in cast(list[Any], value))
        elif isinstance(value, str):
            try:
                value.encode()
            except UnicodeEncodeError:
                raise _UnacceptableError(f"holds half a surrogate pair in {shown(value)}") from None
        elif isinstance(value, float) and not math.isfinite(value):
            raise _UnacceptableError("holds a number too large for a float")


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(cast(Mapping[str, object], value))
    if isinstance(value, Sequence):
        return list(cast(Sequence[object], value))
    raise TypeError(f"{type(value).__name__} is not JSON")
