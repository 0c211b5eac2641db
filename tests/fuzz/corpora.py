"""What fuzzed files say: labelled sentences and labelled texts, as strategies of hypothesis."""

from typing import Any, TypeAlias

from hypothesis import strategies as st

__all__ = ["TYPES", "Corpus", "Example", "Sentence", "Texts", "corpora", "entities", "texts", "tiny_corpora"]

Sentence: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]
"""Words, and their labels in IOB2."""
Corpus: TypeAlias = list[Sentence]
Example: TypeAlias = tuple[str, str]
"""A text and its label."""
Texts: TypeAlias = list[Example]

TYPES = ("PER", "LOC", "work-of-art", "人名")

PLAIN = ("Harry", "sat", "in", "the", "garden", "of", "Teddy", "near", "Berlin", "and", "sang", "to", "Ann", "alone")
UNICODE = (
    "Zürich",
    "naïve",
    "e\u0301te\u0301",
    "東京",
    "Ελλάδα",
    "שלום",
    "नमस्ते",
    "é",
    "🙂",
    "👩\u200d👩\u200d👧",
    "🇫🇷",
    "“",
    "”",
)
MARKS = (
    ".",
    ",",
    ";",
    ":",
    "!",
    "?",
    "-",
    "--",
    "...",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "|",
    "=",
    "/",
    "\\",
    "'",
    '"',
    "*",
)
HARD = (
    *(
        "#metoo",
        "#",
        "##",
        "@ann",
        "http://a.b/c?d=e&f=g,h",
        "$5",
        "50%",
        "don't",
        "l'",
        "''",
        "``",
        '""',
        "\\n",
        "\\d",
    ),
    *("1", "2", "0", "1-2", "2.1", "1,000", "3.14", "1e5", "O", "B", "I", "B-PER", "o", "NaN", "null", "None", "nan"),
    *("true", "_", "-X-", "word", "label", "tag", "token", "['a']", '["a"]', "[1]", '{"a":1}', "__label__x", "=1+1"),
)

words = st.one_of(
    st.sampled_from(PLAIN),
    st.sampled_from(PLAIN),
    st.sampled_from(UNICODE),
    st.sampled_from(MARKS),
    st.sampled_from(HARD),
    st.text("abÉz0_🙂ß'\"", min_size=1, max_size=4),
)

BASE: Corpus = [
    (
        ("Harry", "Potter", "met", "Ann", "Lee", "in", "New", "Delhi", "yesterday", "."),
        ("B-PER", "I-PER", "O", "B-PER", "I-PER", "O", "B-LOC", "I-LOC", "O", "O"),
    ),
    (
        ("Nobody", "reads", "War", "and", "Peace", "twice", "."),
        ("O", "O", "B-work-of-art", "I-work-of-art", "I-work-of-art", "O", "O"),
    ),
    (("They", "walked", "home"), ("O", "O", "O")),
    (
        ("From", "Oslo", "came", "two", "others", ",", "Kim", "too"),
        ("O", "B-LOC", "O", "O", "O", "O", "B-人名", "O"),
    ),
]
"""Sentences that every corpus has, so that the figures of its columns can tell words from labels."""


@st.composite
def sentences(draw: Any) -> Sentence:
    """Draw a sentence: runs of words, some of which are entities, and may touch."""
    run = st.tuples(st.sampled_from((None, None, *TYPES)), st.lists(words, min_size=1, max_size=3))
    tokens: list[str] = []
    labels: list[str] = []
    for kind, found in draw(st.lists(run, min_size=1, max_size=4)):
        tokens += found
        labels += ["O"] * len(found) if kind is None else [f"B-{kind}"] + [f"I-{kind}"] * (len(found) - 1)
    return tuple(tokens), tuple(labels)


@st.composite
def corpora(draw: Any) -> Corpus:
    """Draw a corpus whose figures tell what is what: BASE, with one to four hostile sentences among it."""
    drawn = draw(st.lists(sentences(), min_size=1, max_size=4))
    place = draw(st.integers(0, len(BASE)))
    return BASE[:place] + drawn + BASE[place:]


def tiny_corpora() -> st.SearchStrategy[Corpus]:
    """Draw one to three sentences of anything, whose figures may mislead."""
    return st.lists(sentences(), min_size=1, max_size=3)


LABELS = (("good", "bad"), ("1", "2", "3"), ("positive", "neutral", "très bon"), ("sport", "世界"))
BASE_TEXTS = (
    "A warm and funny film that I would watch again.",
    "It never comes together, and the ending is a mess",
    "Two hours of my life, gone for good",
    "The acting holds up well even where the plot does not",
    "Rather long , but worth the while in the end",
    "Nothing in it is new to those who read the book",
)


@st.composite
def texts(draw: Any) -> Texts:
    """Draw labelled texts, each label at least twice, no text twice."""
    labels = draw(st.sampled_from(LABELS))
    # A text of one word may be how programs spell that there is none.
    text = st.lists(words, min_size=2, max_size=6).map(" ".join)
    drawn = draw(st.lists(text, min_size=1, max_size=4, unique_by=lambda text: "".join(text.split()).casefold()))
    found = [(text, labels[i % len(labels)]) for i, text in enumerate(BASE_TEXTS)]
    found += [(text, labels[draw(st.integers(0, len(labels) - 1))]) for text in drawn]
    return found


def entities(sentence: Sentence) -> list[tuple[int, int, str]]:
    """Return start, end and type of the entities, by the plain rule of IOB2."""
    found: list[tuple[int, int, str]] = []
    for i, label in enumerate(sentence[1]):
        if label.startswith("B-"):
            found.append((i, i + 1, label[2:]))
        elif label != "O":
            start, _, kind = found[-1]
            found[-1] = (start, i + 1, kind)
    return found
