"""One writer a format of labelled sentences: draws how a file may be written, and writes it.

A new format is one function `(draw, corpus) -> Written` and one row in WRITERS: all laws run on it.
"""

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

from fuzz.corpora import Corpus, Sentence, entities
from fuzz.schemes import SCHEMES, in_scheme
from fuzz.written import Written, count_blocks, count_changes, count_lines, count_rows, lines_of
from hypothesis import strategies as st

from unrolled.data.readers import TaggedSettings, read_labelled

__all__ = ["WRITERS", "Writer"]

Writer = Callable[[Any, Corpus], Written]

BOM = "\ufeff"
ENDS = ("\n", "\n", "\r\n", "\r")
DOCUMENTS = (
    *("-DOCSTART-", "-DOCSTART-{0}O", "-DOCSTART-{0}-X-{0}-X-{0}O", "# newdoc id = a1", "#begin document (a);"),
    *("#end document", "###MEDLINE:95369245", "# id 4431"),
)
COMMENTS = ("# text = {1}", "# sent_id = dev-3", "# a comment of the writer", "#")
"""A comment that ends with a label, after as many words as a line has columns, is a token of #: no one could tell."""


def _wide(corpus: Corpus, joiner: str) -> Corpus:
    """Join the words New and Delhi, as formats that allow a space in a word have it."""
    return [_joined(sentence, joiner) for sentence in corpus]


def _joined(sentence: Sentence, joiner: str) -> Sentence:
    tokens, labels = sentence
    if "New" not in tokens:
        return sentence
    i = tokens.index("New")
    return (*tokens[:i], f"New{joiner}Delhi", *tokens[i + 2 :]), (*labels[: i + 1], *labels[i + 2 :])


def conll(draw: Any, corpus: Corpus) -> Written:
    """CoNLL columns: by tabs or spaces, with columns before and after, marks and comments, any ends of lines."""
    tabs = draw(st.booleans())
    separator = "\t" if tabs else draw(st.sampled_from((" ", "  ", "   ")))
    if tabs and draw(st.booleans()):
        corpus = _wide(corpus, draw(st.sampled_from((" ", "\u00a0"))))
    scheme = draw(st.sampled_from(SCHEMES))
    before = draw(st.sampled_from(((), (), ("index",), ("index from 0",), ("document",), ("document", "index"))))
    after = draw(st.sampled_from(((), (), ("pos",), ("pos", "underscore"))))
    last = draw(st.sampled_from(((), (), ("pos",))))
    mark = draw(st.sampled_from((None, *DOCUMENTS)))
    comment = draw(st.sampled_from((None, None, *COMMENTS)))
    blank = draw(st.sampled_from(("", "", " ", "\t")))
    num_blank = draw(st.sampled_from((1, 1, 2)))
    lines: list[str] = []
    for number, sentence in enumerate(corpus):
        if mark and number in (0, 2):
            lines += [mark.format(separator)] + [blank] * draw(st.integers(0, 1))
        if comment:
            lines.append(comment.format("", " ".join(sentence[0])))
        labels = in_scheme(sentence, scheme)
        for i, (word, label) in enumerate(zip(sentence[0], labels, strict=True)):
            cells = [*_beside(before, i, word, number), word, *_beside(after, i, word, number), label]
            lines.append(separator.join([*cells, *_beside(last, i, word, number)]))
        lines += [blank] * num_blank
    return Written(
        draw(st.sampled_from(("a.conll", "a.txt", "a.iob2"))),
        _bytes(draw, lines),
        _meant(corpus, scheme),
        read_labelled,
        count_blocks,
        taken={
            "tokens": f"column {len(before)}",
            "labels": f"column {len(before) + 1 + len(after)}",
            "sentences": "blank lines",
            "scheme": scheme.replace("BILOU", "BIOES"),
        },
        separator=separator,
    )


def _beside(names: Sequence[str], i: int, word: str, number: int) -> list[str]:
    pos = "PUNCT" if not word.isalpha() else "PROPN" if word[:1].isupper() else "NOUN"
    values = {
        "index": str(i + 1),
        "index from 0": str(i),
        "document": f"doc/{number // 3}",
        "pos": pos,
        "underscore": "_",
    }
    return [values[name] for name in names]


def conllu(draw: Any, corpus: Corpus) -> Written:
    """CoNLL-U with a key of MISC, and ranges."""
    corpus = _wide(corpus, " ")
    told = draw(st.booleans())
    ranges, plain = draw(st.booleans()), not told or draw(st.booleans())
    key = draw(st.sampled_from(("name", "NER", "Entity")))
    lines: list[str] = []
    for number, sentence in enumerate(corpus):
        lines += [f"# sent_id = {number}", f"# text = {' '.join(sentence[0])}"]
        for i, (word, label) in enumerate(zip(*sentence, strict=True)):
            if ranges and i % 4 == 1:
                lines.append("\t".join([f"{i + 1}-{i + 2}", "du", *"________"]))
            space = "SpaceAfter=No" if i % 3 == 0 else ""
            misc = "|".join(filter(None, (space, f"{key}={label}" if plain or label != "O" else ""))) or "_"
            head = str(i) if i else "0"
            lines.append("\t".join([str(i + 1), word, word.lower(), "X", "_", "_", head, "dep", "_", misc]))
            if ranges and i % 5 == 4:
                lines.append("\t".join([f"{i + 1}.1", "is", *"________"]))
        lines.append("")
    settings = TaggedSettings(label_column=f"MISC:{key}") if told else TaggedSettings()
    taken = {"tokens": "column 1", "labels": f"column 9, {key}=", "sentences": "blank lines", "scheme": "IOB2"}
    return Written("a.conllu", _bytes(draw, lines), corpus, read_labelled, _count_conllu, settings, taken)


def _count_conllu(data: bytes) -> int | None:
    """Count blocks with a line of a token, as its number shows."""
    lines = lines_of(data)
    if lines is None:
        return None
    parts = ("" if line.lower().startswith(("# newdoc", "-docstart-")) else line.strip() for line in lines)
    blocks = [block.split("\n") for block in "\n".join(parts).split("\n\n")]
    return sum(any(line and not line.startswith("#") for line in block) for block in blocks)


def csv_tokens(draw: Any, corpus: Corpus) -> Written:
    """CSV or TSV with one token a row: a column of sentences or blank rows, a header or none."""
    delimiter, name = draw(st.sampled_from(((",", "a.csv"), (";", "a.csv"), ("\t", "a.csv"), ("\t", "a.tsv"))))
    scheme = draw(st.sampled_from(SCHEMES))
    header = draw(st.booleans()) or name == "a.tsv"
    sentence = draw(st.sampled_from((None, "each row", "first row")))
    if name == "a.tsv":
        sentence = None
    if sentence == "first row":
        header = True
    identity = draw(st.sampled_from(("{0}", "Sentence: {0}", "s{0}")))
    pos = draw(st.booleans())
    names = draw(st.sampled_from((("word", "tag"), ("Word", "Tag"), ("token", "ner_tags"), ("form", "label"))))
    rows: list[list[str]] = []
    if header:
        rows.append([*(["Sentence #"] if sentence else []), names[0], *(["POS"] if pos else []), names[1]])
    for number, found in enumerate(corpus):
        for i, (word, label) in enumerate(zip(found[0], in_scheme(found, scheme), strict=True)):
            first = identity.format(number + 1) if sentence == "each row" or i == 0 else ""
            rows.append([*([first] if sentence else []), word, *_beside(("pos",) * pos, i, word, number), label])
        if not sentence:
            rows.append([])
    places = (int(sentence is not None), int(sentence is not None) + 1 + pos)
    return Written(
        name,
        _table(draw, rows, delimiter),
        _meant(corpus, scheme),
        read_labelled,
        count_changes(delimiter, 0 if sentence else None, header=header),
        taken={
            "tokens": f"column {places[0]}",
            "labels": f"column {places[1]}",
            "sentences": "column 0" if sentence else "blank lines",
            "scheme": scheme.replace("BILOU", "BIOES"),
        },
        separator=delimiter,
        named=sentence is not None,
    )


def csv_sentences(draw: Any, corpus: Corpus) -> Written:
    """CSV or TSV with one sentence a row: lists of JSON or Python, or words between spaces."""
    delimiter, name = draw(st.sampled_from(((",", "a.csv"), (";", "a.csv"), ("\t", "a.tsv"))))
    how = draw(st.sampled_from(("json", "python", "words")))
    if delimiter == "\t" and how == "python":
        how = "words"
    if how == "words" and any(tokens[0][0] == "[" and tokens[-1][-1] == "]" for tokens, _ in corpus):
        how = "json"  # words in brackets between spaces are a list as well
    header = draw(st.booleans()) or name == "a.tsv"
    number = draw(st.booleans())
    spell: Callable[[Sequence[str]], str] = {"json": _json, "python": lambda x: repr(list(x)), "words": " ".join}[how]
    names = draw(st.sampled_from((("tokens", "labels"), ("sentence", "tags"), ("words", "ner_tags"))))
    rows = [[*(["id"] if number else []), *names]] if header else []
    for i, (tokens, labels) in enumerate(corpus):
        rows.append([*([str(i)] if number else []), spell(tokens), spell(labels)])
    taken = {"tokens": f"column {int(number)}", "labels": f"column {int(number) + 1}", "sentences": "a row each"}
    return Written(
        name,
        _table(draw, rows, delimiter),
        corpus,
        read_labelled,
        count_rows(delimiter, header=header),
        taken={**taken, "scheme": "IOB2"},
        separator=delimiter,
    )


def json_lines(draw: Any, corpus: Corpus) -> Written:
    """JSON Lines: lists of labels, of numbers with names, spans as lists or objects, texts split at spaces."""
    labels = draw(st.sampled_from(("labels", "ner_tags", "numbers", "spans", "objects")))
    scheme = draw(st.sampled_from(SCHEMES)) if labels in {"labels", "ner_tags"} else "IOB2"
    tokens = draw(st.sampled_from(("tokens", "words", "text")))
    if tokens == "text" and labels in {"spans", "objects"}:
        tokens = "tokens"  # beside a text, spans count characters
    escaped = draw(st.booleans())
    names = sorted({label for _, labels in corpus for label in labels} | {"O"})
    lines: list[str] = []
    for sentence in corpus:
        record: dict[str, object] = {tokens: " ".join(sentence[0]) if tokens == "text" else list(sentence[0])}
        if labels == "numbers":
            record["ner_tags"] = [names.index(label) for label in sentence[1]]
        elif labels == "spans":
            record["spans"] = [list(span) for span in entities(sentence)]
        elif labels == "objects":
            record["entities"] = [{"start": s, "end": e, "type": kind} for s, e, kind in entities(sentence)]
        else:
            record[labels] = in_scheme(sentence, scheme)
        lines.append(json.dumps(record, ensure_ascii=escaped))
    settings = TaggedSettings(label_names=",".join(names)) if labels == "numbers" else TaggedSettings()
    key = {"numbers": "ner_tags", "objects": "entities"}.get(labels, labels)
    taken = {"tokens": f'key "{tokens}"', "labels": f'key "{key}"', "sentences": "an object each"}
    return Written(
        draw(st.sampled_from(("a.jsonl", "a.ndjson", "a.json"))),
        _bytes(draw, lines),
        _meant(corpus, scheme),
        read_labelled,
        count_lines,
        settings,
        {**taken, "scheme": scheme.replace("BILOU", "BIOES")},
        separator=",",
    )


WRITERS: dict[str, Writer] = {
    "conll": conll,
    "conllu": conllu,
    "csv_tokens": csv_tokens,
    "csv_sentences": csv_sentences,
    "json_lines": json_lines,
}


def _meant(corpus: Corpus, scheme: str) -> Corpus:
    """Return what labels in a scheme can say: bare types join neighbours of a type."""
    if scheme != "bare":
        return corpus
    found: Corpus = []
    for tokens, labels in corpus:
        types = [label[2:] for label in labels]
        before = ["", *types[:-1]]
        found.append(
            (tokens, tuple((t and ("I-" if t == b else "B-") + t) or "O" for t, b in zip(types, before, strict=True)))
        )
    return found


def _json(items: Sequence[str]) -> str:
    return json.dumps(list(items), ensure_ascii=False)


def _bytes(draw: Any, lines: list[str]) -> bytes:
    end = draw(st.sampled_from(ENDS))
    final = end if draw(st.booleans()) else ""
    return ((BOM if draw(st.booleans()) else "") + end.join(lines) + final).encode()


def _table(draw: Any, rows: list[list[str]], delimiter: str) -> bytes:
    if delimiter == "\t":
        return _bytes(draw, ["\t".join(row) for row in rows])
    file = io.StringIO(newline="")
    quoting = draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC)))
    end = draw(st.sampled_from(ENDS))
    csv.writer(file, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
    return ((BOM if draw(st.booleans()) else "") + file.getvalue()).encode()
