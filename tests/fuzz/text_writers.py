"""One writer a format of labelled texts; a new format is one function and one row in TEXT_WRITERS."""

import csv
import importlib
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

from fuzz.corpora import Texts
from fuzz.written import Written, count_lines, count_rows
from hypothesis import strategies as st

from unrolled.data.readers import TextsSettings, read_texts
from unrolled.data.tokenizer import tokenize

__all__ = ["TEXT_WRITERS", "TextWriter"]

TextWriter = Callable[[Any, Texts], Written]

BOM = "\ufeff"
NAMES = (("text", "label"), ("review", "sentiment"), ("Sentence", "Label"), ("tweet_text", "class"))


def _meant(texts: Texts) -> list[tuple[tuple[str, ...], Any]]:
    return [(tuple(tokenize(text)), label) for text, label in texts]


def csv_texts(draw: Any, texts: Texts) -> Written:
    """CSV or TSV: text and label in either order, columns beside them, a header or none."""
    delimiter, name = draw(st.sampled_from(((",", "a.csv"), (";", "a.csv"), ("\t", "a.tsv"), ("\t", "a.txt"))))
    header, first = draw(st.booleans()), draw(st.booleans())
    number = header and draw(st.booleans())
    names = draw(st.sampled_from(NAMES))
    found: list[Sequence[str]] = [names, *texts] if header else [*texts]
    rows = [[*([str(i)] if number else []), *(row[::-1] if first else row)] for i, row in enumerate(found)]
    if number:
        rows[0][0] = "id"
    end = draw(st.sampled_from(("\n", "\r\n", "\r")))
    if delimiter == "\t":
        data = "".join("\t".join(row) + end for row in rows)
    else:
        file = io.StringIO(newline="")
        quoting = draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
        csv.writer(file, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
        data = file.getvalue()
    data = (BOM if draw(st.booleans()) else "") + data
    count = count_rows(delimiter, header=header)
    return Written(name, data.encode(), _meant(texts), read_texts, count, TextsSettings(), separator=delimiter)


def json_texts(draw: Any, texts: Texts) -> Written:
    """JSON Lines: labels as texts or numbers, texts as they are or as words."""
    names, escaped, words = draw(st.sampled_from(NAMES)), draw(st.booleans()), draw(st.booleans())
    labels = sorted({label for _, label in texts})
    numbers = draw(st.booleans()) and not labels[0].isdecimal()
    lines: list[str] = []
    for text, label in texts:
        value = labels.index(label) if numbers else int(label) if label.isdecimal() else label
        record = {names[0]: tokenize(text) if words else text, names[1]: value}
        lines.append(json.dumps(record, ensure_ascii=escaped))
    settings = TextsSettings(label_names=",".join(labels)) if numbers else TextsSettings()
    end = draw(st.sampled_from(("\n", "\r\n")))
    data = (BOM if draw(st.booleans()) else "") + end.join(lines)
    return Written("a.jsonl", data.encode(), _meant(texts), read_texts, count_lines, settings, separator=",")


def fasttext(draw: Any, texts: Texts) -> Written:
    """Lines of fastText, whose labels have no spaces; a text that begins with a label of its own is left out."""
    found = [(text, label.replace(" ", "-")) for text, label in texts if not text.startswith("__label__")]
    end = draw(st.sampled_from(("\n", "\r\n", "\r")))
    data = end.join(f"__label__{label} {text}" for text, label in found)
    return Written("a.txt", data.encode(), _meant(found), read_texts, count_lines, TextsSettings(), separator=" ")


def parquet(draw: Any, texts: Texts) -> Written:
    """Parquet, whose rows stand for lines."""
    names, strings = draw(st.sampled_from(NAMES)), draw(st.booleans())
    arrow: Any = importlib.import_module("pyarrow")
    writer: Any = importlib.import_module("pyarrow.parquet")
    columns = {
        names[0]: [text for text, _ in texts],
        names[1]: [int(label) if label.isdecimal() and not strings else label for _, label in texts],
    }
    file = io.BytesIO()
    writer.write_table(arrow.table(columns), file)
    return Written("a.parquet", file.getvalue(), _meant(texts), read_texts, lambda _: len(texts), TextsSettings())


TEXT_WRITERS: dict[str, TextWriter] = {
    "csv": csv_texts,
    "json_lines": json_texts,
    "fasttext": fasttext,
    "parquet": parquet,
}
