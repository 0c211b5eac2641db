"""Plain text, one sentence a line: the sentences to be tagged, without labels."""

from pathlib import Path

from unrolled.data.pair import Pair
from unrolled.data.readers.reading import Reading, verdict
from unrolled.data.readers.sentences.tagged import TaggedPair, TaggedReading
from unrolled.data.readers.source import Problems, numbered_lines, split_at_spaces
from unrolled.data.tokenizer import tokenize

__all__ = ["read_plain_text"]


def read_plain_text(path: str | Path, *, split_punctuation: bool = False) -> TaggedReading:
    """Read one sentence from each line that is not blank; y is empty.

    Lines are split at spaces; with `split_punctuation` by `tokenize`, for text that nobody has tokenised yet.
    """
    problems = Problems(path)
    pairs: list[TaggedPair] = []
    lines: list[int] = []
    for number, line in numbered_lines(path, problems):
        tokens = [] if line is None else (tokenize(line) if split_punctuation else split_at_spaces(line))
        if tokens:
            pairs.append(Pair(tuple(tokens), ()))
            lines.append(number)
    return verdict(Reading(problems.path, pairs, lines), problems)
