"""Tokens and their indices: a word's index stands for its one-hot vector."""

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from unrolled.data.problem import Problem
from unrolled.errors import DataError, SettingsError

__all__ = ["UnknownReport", "Vocabulary"]

# What stands for a line's end or for an editor's byte-order mark must not be lost or gained on disk.
ESCAPES = {"\\": r"\\", "\n": r"\n", "\r": r"\r", "\ufeff": r"\ufeff"}
UNESCAPES = {escape: character for character, escape in ESCAPES.items()}
ESCAPE_TABLE = str.maketrans(ESCAPES)
ESCAPE_PATTERN = re.compile(r"\\(?:ufeff|.|$)", re.DOTALL)

NUM_NEAREST_CANDIDATES = 10_000
NUM_MOST_COMMON = 10


@dataclass(frozen=True, slots=True)
class UnknownReport:
    """How much of a text a vocabulary does not know; `most_common` unknown tokens and counts, ties by code point."""

    num_tokens: int
    num_unknown: int
    rate: float
    most_common: tuple[tuple[str, int], ...]


@dataclass(frozen=True, init=False, repr=False)
class Vocabulary:
    """A frozen list of distinct tokens, found by index and by token; a token is compared code point by code point.

    >>> vocabulary = Vocabulary(["a", "nine", "words"])
    >>> vocabulary.tokens, vocabulary.indices(["nine", "wands"]), vocabulary.token(1)
    (('<unk>', 'a', 'nine', 'words'), [2, 0], 'a')

    Arguments:
        tokens: distinct and not empty. `unk` is put in front of them unless it stands there already.
        unk: the token at index 0 that stands for every other; None where an unknown token is an error, as for labels.

    Raises:
        DataError: an empty token, one that occurs twice, or one that UTF-8 cannot write.
    """

    tokens: tuple[str, ...]
    unk: str | None
    _indices: dict[str, int] = field(compare=False)

    def __init__(self, tokens: Iterable[str], unk: str | None = "<unk>") -> None:
        listed = tuple(tokens)
        if unk is not None and listed[:1] != (unk,):
            listed = (unk, *listed)
        fault = _first_fault(listed)
        if fault:
            raise DataError(f"Vocabulary: token {fault[0]} {fault[1]}. Give distinct strings that are not empty.")
        object.__setattr__(self, "tokens", listed)
        object.__setattr__(self, "unk", unk)
        object.__setattr__(self, "_indices", dict(zip(listed, range(len(listed)), strict=True)))

    @classmethod
    def from_counts(
        cls,
        counts: Mapping[str, int],
        *,
        min_count: int = 1,
        max_size: int | None = None,
        order: Literal["frequency", "alphabetical"] = "frequency",
        unk: str | None = "<unk>",
    ) -> "Vocabulary":
        """Keep the tokens that occur `min_count` times or more, of them the most frequent.

        >>> Vocabulary.from_counts({"b": 2, "a": 2, "c": 5, "d": 1}, max_size=3).tokens
        ('<unk>', 'c', 'a')

        Arguments:
            max_size: of the whole vocabulary, `unk` included. Equally frequent tokens are taken in code-point order.
            order: of the kept tokens; "alphabetical" is code-point order.

        Raises:
            SettingsError: a value that cannot be.
        """
        if min_count < 1:
            raise SettingsError(f"min_count is {min_count}. Give at least 1.")
        if max_size is not None and max_size < 1:
            raise SettingsError(f"max_size is {max_size}. Give at least 1, or None for no limit.")
        if order not in ("frequency", "alphabetical"):
            raise SettingsError(f'order is "{order}". Give "frequency" or "alphabetical".')
        kept = sorted(token for token, count in counts.items() if count >= min_count and token != unk)
        # sorted() is stable: equally frequent tokens keep code-point order.
        kept.sort(key=lambda token: -counts[token])
        if max_size is not None:
            kept = kept[: max_size - (unk is not None)]
        return cls(sorted(kept) if order == "alphabetical" else kept, unk)

    def grown(self, tokens: Iterable[str]) -> "Vocabulary":
        """Return the vocabulary with further tokens at its end, each once: what it has keeps its index.

        >>> Vocabulary(["a", "b"]).grown(["c", "a"]).tokens
        ('<unk>', 'a', 'b', 'c')
        """
        return Vocabulary(dict.fromkeys((*self.tokens, *tokens)), self.unk)

    def origins(self, earlier: "Vocabulary") -> list[int]:
        """Return for each token its index in an earlier vocabulary; for one that it lacks 0, `unk`'s, or else -1.

        >>> Vocabulary(["b", "c"], unk=None).origins(Vocabulary(["c", "d"], unk=None))
        [-1, 0]
        """
        lacking = -1 if earlier.unk is None else 0
        return [earlier._indices.get(token, lacking) for token in self.tokens]

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._indices

    def __repr__(self) -> str:
        shown = ", ".join(map(repr, self.tokens[:5])) + (", ..." if len(self) > 5 else "")
        return f"Vocabulary({len(self)} tokens: {shown})"

    def index(self, token: str) -> int:
        """Return the token's index: of an unknown one 0, or, without `unk`, a DataError that names the nearest."""
        found = self._indices.get(token)
        if found is None:
            if self.unk is None:
                raise DataError(self._unknown(token))
            return 0
        return found

    def indices(self, tokens: Iterable[str]) -> list[int]:
        """Return the index of each token, as `index` does."""
        known = self._indices
        if self.unk is None:
            return [known[token] if token in known else self.index(token) for token in tokens]
        get = known.get
        return [get(token, 0) for token in tokens]

    def token(self, index: int) -> str:
        """Return the token at an index from 0 to len - 1."""
        if not 0 <= index < len(self):
            raise DataError(f"Index {index} is outside this vocabulary. Give one from 0 to {len(self) - 1}.")
        return self.tokens[index]

    def unknown_rate(self, tokens: Iterable[str]) -> UnknownReport:
        """Count the tokens that are outside the vocabulary, or are `unk` itself.

        >>> Vocabulary(["a"]).unknown_rate(["a", "spell", "a", "spell"])
        UnknownReport(num_tokens=4, num_unknown=2, rate=0.5, most_common=(('spell', 2),))
        """
        counts = Counter(tokens)
        unknown = {token: count for token, count in counts.items() if token not in self._indices or token == self.unk}
        num_tokens, num_unknown = counts.total(), sum(unknown.values())
        most_common = sorted(unknown.items(), key=lambda item: (-item[1], item[0]))[:NUM_MOST_COMMON]
        return UnknownReport(num_tokens, num_unknown, num_unknown / max(num_tokens, 1), tuple(most_common))

    def dumps(self) -> str:
        r"""Return the text of a vocabulary file: one token a line, line i + 1 for index i, with LF line ends.

        Within a token a backslash is written `\\`, LF `\n`, CR `\r` and U+FEFF `\ufeff`; nothing else is altered.
        """
        return "".join(f"{token.translate(ESCAPE_TABLE)}\n" for token in self.tokens)

    @classmethod
    def loads(cls, text: str, unk: str | None = "<unk>", *, name: str | Path = "vocabulary") -> "Vocabulary":
        """Read what `dumps` wrote. A byte-order mark and CRLF line ends, as an editor leaves them, are dropped.

        Raises:
            DataError: with `name` and line: an empty or repeated token, an unknown escape, or a first line that is not
                `unk`.
        """
        tokens = _lines(text.removeprefix("\ufeff"), name)
        for index, line in enumerate(tokens):
            if "\\" in line:
                bad = [escape for escape in ESCAPE_PATTERN.findall(line) if escape not in UNESCAPES]
                if bad:
                    raise _problem(name, index + 1, f"unknown escape {bad[0]}", r"Write \\ for a backslash.")
                tokens[index] = ESCAPE_PATTERN.sub(lambda match: UNESCAPES[match[0]], line)
        if unk is not None and tokens[:1] != [unk]:
            found = repr(tokens[0]) if tokens else "nothing"
            raise _problem(name, 1, f"{found} where {unk!r} was expected", "Load with the unk that it was saved with.")
        try:
            return cls(tokens, unk)
        except DataError as error:
            index, found = _first_fault(tuple(tokens)) or (0, "cannot be")
            raise _problem(name, index + 1, f"this token {found}", "Write each token once, one a line.") from error

    def save(self, path: str | Path) -> None:
        """Write `dumps()` to a file, in UTF-8."""
        Path(path).write_bytes(self.dumps().encode())

    @classmethod
    def load(cls, path: str | Path, unk: str | None = "<unk>") -> "Vocabulary":
        """Read a vocabulary file.

        Raises:
            DataError: with file and line: bad UTF-8, or what `loads` refuses.
        """
        return cls.loads(_text(path), unk, name=path)

    def _unknown(self, token: str) -> str:
        candidates = self.tokens
        if len(candidates) > NUM_NEAREST_CANDIDATES:
            # Comparing with a million tokens takes minutes.
            candidates = [other for other in candidates if other[:1] == token[:1]][:NUM_NEAREST_CANDIDATES]
        nearest = difflib.get_close_matches(token[:100], candidates, n=1, cutoff=0.0)
        hint = f"; the nearest is {nearest[0]!r}" if nearest else ""
        return (
            f"{token!r} is not one of the {len(self)} tokens of this vocabulary{hint}. Correct it, or add it and train."
        )


def _text(path: str | Path) -> str:
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise Problem(str(path), None, f"cannot be read ({error.strerror})", "Check the path.").error() from error
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _problem(path, line, f"byte 0x{data[error.start]:02x} is not UTF-8", "Save the file as UTF-8.") from error


def _lines(text: str, name: str | Path) -> list[str]:
    # Only LF ends a line: str.splitlines would cut a token at U+0085 or U+2028.
    lines = text.split("\n")
    if not lines[-1]:
        del lines[-1]
    if "\r" in text:
        lines = [line.removesuffix("\r") for line in lines]
        for number, line in enumerate(lines, start=1):
            if "\r" in line:
                raise _problem(name, number, "a carriage return within a line", r"Write it as \r.")
    return lines


def _first_fault(tokens: tuple[str, ...]) -> tuple[int, str] | None:
    """Return the index of the first token that a vocabulary cannot hold, and what is wrong with it."""
    # The usual case, without a Python step for each of a million tokens.
    if set(map(type, tokens)) <= {str} and len(distinct := set(tokens)) == len(tokens) and "" not in distinct:
        return None if _is_unicode("".join(tokens)) else _first_broken(tokens)
    seen: dict[str, int] = {}
    for index, token in enumerate(tokens):
        if not isinstance(token, str):  # pyright: ignore[reportUnnecessaryIsInstance]  (labels are often read as numbers)
            return index, f"is {token!r}, not a string"
        if not token:
            return index, "is empty"
        if seen.setdefault(token, index) != index:
            return index, f"is {token!r}, as token {seen[token]} is"
    return _first_broken(tokens)


def _first_broken(tokens: tuple[str, ...]) -> tuple[int, str] | None:
    index = next((i for i, token in enumerate(tokens) if not _is_unicode(token)), None)
    return index if index is None else (index, f"is {tokens[index]!r}, half of a surrogate pair: UTF-8 cannot write it")


def _is_unicode(token: str) -> bool:
    try:
        token.encode()
    except UnicodeEncodeError:
        return False
    return True


def _problem(path: str | Path, line: int, found: str, way_out: str) -> DataError:
    return Problem(str(path), line, found, way_out).error()
