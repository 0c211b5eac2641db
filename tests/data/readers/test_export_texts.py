"""The entities that come out of an export are those that were annotated, whatever the text holds."""

import tempfile
from pathlib import Path

import pytest
from data.readers.exports import WRITERS, Annotated, entities
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.data.readers import TaggedSettings, read_labelled

WORDS = (
    "Ann",
    "Lee's",
    "O'Brien",
    "don't",
    "New-York",
    "3.50",
    "U.S.",
    "ünïcode",
    "e\u0301te\u0301",
    "n\u0303",
    "東京",
)
SIGNS = ("😀", "👩🏽\u200d🚒", "🇧🇪", "𝒜b", "👍🏽", ".", ",", "!", "?", "(", ")", "“", "”", "-", "…", "#tag")
BLANKS = (" ", " ", " ", "  ", "\n", "\r\n", "\n\n", "\t", "\u00a0", "\u3000")
PARTS = st.sampled_from(WORDS + SIGNS + BLANKS)


@st.composite
def annotated(draw: st.DrawFn) -> Annotated:
    """A text and spans, none of which overlaps another, that begin and end anywhere but at white space."""
    text = "a" + "".join(draw(st.lists(PARTS, max_size=25)))
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8, unique=True)))
    marks = [
        (s, e, draw(st.sampled_from(["PER", "LOC"])))
        for s, e in zip(places[::2], places[1::2], strict=False)
        if not text[s].isspace() and not text[e - 1].isspace()
    ]
    return text, marks


@pytest.mark.parametrize("tool", sorted(WRITERS))
@settings(max_examples=25, deadline=None, database=None, derandomize=True)
@given(texts=st.lists(annotated(), min_size=1, max_size=3))
def test_what_was_annotated_comes_out(tool: str, texts: list[Annotated]) -> None:
    if tool.startswith("Label Studio, ") and not any(marks for _, marks in texts):
        texts = [*texts, ("Ann", [(0, 3, "PER")])]  # a file without a span shows nothing of what wrote it
    with tempfile.TemporaryDirectory() as folder:
        path = WRITERS[tool](Path(folder), texts)
        accepted = "offsets, odd_words, one_word_sentences, no_entities"
        reading = read_labelled(path, TaggedSettings(accept=accepted)).checked()
    expected = [("".join(text[s:e].split()), kind) for text, marks in texts for s, e, kind in marks]
    assert entities(reading) == expected
    whole = "".join("".join(pair.x) for pair in reading.pairs)
    assert whole == "".join("".join(text.split()) for text, _ in texts)
