"""Records of FASTA, or sequences one a line."""

from collections.abc import Iterator

from unrolled.runs.asked.asked import Asked, Trouble

__all__ = ["FastaReader"]


class FastaReader:
    """Records of FASTA, on any number of lines each, where the first line begins with ">"; else one sequence a line."""

    def __init__(self) -> None:
        self._records: bool | None = None
        self._start, self._name = 0, ""
        self._parts: list[str] = []
        self._trouble: Trouble | None = None

    def feed(self, number: int, line: str | Trouble, /) -> Iterator[Asked]:
        """Yield the record that ends before this line, or the sequence on it."""
        if self._records is None and (isinstance(line, Trouble) or line.strip()):
            self._records = isinstance(line, str) and line.lstrip().startswith(">")
        if not self._records:
            yield Asked(number, trouble=line) if isinstance(line, Trouble) else Asked(number, text=line)
        elif isinstance(line, Trouble):
            self._trouble = line
        elif line.startswith(">"):
            yield from self.finish()
            words = line[1:].split(maxsplit=1)
            self._start, self._name = number, words[0] if words else f"line_{number}"
        elif line.strip() and not line.startswith(";"):
            self._parts.append(line.strip())

    def finish(self) -> Iterator[Asked]:
        """Yield the last record."""
        if self._start:
            text, trouble = "".join(self._parts), self._trouble
            if not text and trouble is None:
                trouble = Trouble(self._start, "a header without a sequence", "Write its bases below it")
            yield Asked(self._start, text=None if trouble else text, trouble=trouble, name=self._name)
        self._start, self._parts, self._trouble = 0, [], None
