from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.data.tags import (
    SCHEMES,
    Span,
    detect_scheme,
    faults,
    is_valid_iob2,
    spans,
    strict_spans,
    tags_from_spans,
    to_iob2,
)
from unrolled.errors import DataError, SettingsError

TYPES = ["PER", "LOC", "creative-work"]


@st.composite
def span_lists(draw, touching: bool = True):
    """Non-overlapping spans and the length of their sentence."""
    found, position = [], 0
    for _ in range(draw(st.integers(0, 5))):
        start = position + draw(st.integers(0 if touching else 1, 3))
        position = start + draw(st.integers(1, 4))
        found.append(Span(draw(st.sampled_from(TYPES)), start, position))
    return found, position + draw(st.integers(0, 2))


def spelled(found: list[Span], length: int, scheme: str) -> list[str]:
    """An independent writer of each scheme."""
    tags = ["O"] * length
    ends: dict[int, str] = {}
    for span in found:
        size = span.end - span.start
        if scheme == "bare":
            new = [span.type] * size
        elif scheme == "IOB1":
            first = "B" if ends.get(span.start) == span.type else "I"
            new = [f"{first}-{span.type}", *[f"I-{span.type}"] * (size - 1)]
        elif scheme == "IOB2":
            new = [f"B-{span.type}", *[f"I-{span.type}"] * (size - 1)]
        else:
            b, i, e, s = scheme
            new = [f"{s}-{span.type}"] if size == 1 else [f"{b}-x", *[f"{i}-x"] * (size - 2), f"{e}-x"]
            new = [tag.replace("-x", f"-{span.type}") for tag in new]
        tags[span.start : span.end] = new
        ends[span.end] = span.type
    return tags


@settings(deadline=None)
@given(span_lists())
def test_spans_and_tags_are_inverse(case) -> None:
    found, length = case
    tags = tags_from_spans(found, length)
    assert tags == spelled(found, length, "IOB2")
    assert spans(tags) == strict_spans(tags) == found
    assert is_valid_iob2(tags)


@pytest.mark.parametrize("spelling", ["IOB1", "IOB2", "BIES", "BILU", "BMES"])
@settings(deadline=None)
@given(case=span_lists())
def test_every_spelling_converts_to_the_same_iob2(spelling: str, case) -> None:
    found, length = case
    scheme = "BIOES" if len(spelling) == 4 and spelling[0] == "B" else spelling
    tags = spelled(found, length, spelling)
    assert faults(tags, scheme) == []
    assert to_iob2(tags, scheme) == tags_from_spans(found, length)


@settings(deadline=None)
@given(span_lists())
def test_bare_labels_join_neighbours_of_one_type(case) -> None:
    found, length = case
    tags = spelled(found, length, "bare")
    runs, position = [], 0
    for label, group in groupby(tags):
        size = len(list(group))
        if label != "O":
            runs.append(Span(label, position, position + size))
        position += size
    assert spans(to_iob2(tags, "bare")) == runs


@pytest.mark.parametrize(
    ("tags", "scheme"),
    [
        (["O", "O"], "IOB2"),
        ([], "IOB2"),
        (["B-PER", "I-PER", "O"], "IOB2"),
        (["I-PER", "I-PER", "O"], "IOB1"),
        (["I-PER", "B-PER", "O"], "IOB1"),
        (["B-PER", "E-PER", "O"], "BIOES"),
        (["B-PER", "L-PER", "O", "U-LOC"], "BIOES"),
        (["S-PER", "O"], "BIOES"),
        (["PER", "PER", "O"], "bare"),
        (["1", "1", "0", "1"], "bare"),
        (["creative-work", "O"], "bare"),
        (["B", "I", "O"], "IOB2"),
        (["B_PER", "I_PER"], "IOB2"),
    ],
)
def test_detection(tags: list[str], scheme: str) -> None:
    assert detect_scheme([tags]) == scheme


@pytest.mark.parametrize("scheme", ["IOB1", "IOB2", "BIES"])
def test_one_wrong_label_does_not_change_what_is_detected(scheme: str) -> None:
    found = [Span("PER", 0, 3), Span("PER", 3, 4), Span("LOC", 6, 8), Span("PER", 9, 10)]
    tags = spelled(found, 11, scheme)
    for wrong in ("E-PER", "B_PER", "PER", "o", "B-PER", "I-LOC"):
        assert detect_scheme([tags] * 5 + [["O", wrong, "O"]]) == {"BIES": "BIOES"}.get(scheme, scheme)


def test_the_nine_words() -> None:
    tags = to_iob2(list("110110000"), "bare")
    assert [(span.start, span.end) for span in spans(tags)] == [(0, 2), (3, 5)]


@pytest.mark.parametrize(
    ("tags", "loose", "strict"),
    [
        (["I-PER"], [("PER", 0, 1)], []),
        (["B-PER", "I-LOC"], [("PER", 0, 1), ("LOC", 1, 2)], [("PER", 0, 1)]),
        (["B-PER", "I-LOC", "I-PER"], [("PER", 0, 1), ("LOC", 1, 2), ("PER", 2, 3)], [("PER", 0, 1)]),
        (["B-PER", "O", "I-PER"], [("PER", 0, 1), ("PER", 2, 3)], [("PER", 0, 1)]),
        (["B", "I", "O", "B"], [("", 0, 2), ("", 3, 4)], [("", 0, 2), ("", 3, 4)]),
    ],
)
def test_malformed_iob2(tags: list[str], loose: list[tuple], strict: list[tuple]) -> None:
    assert [(s.type, s.start, s.end) for s in spans(tags)] == loose
    assert [(s.type, s.start, s.end) for s in strict_spans(tags)] == strict


def test_fault_positions() -> None:
    tags = ["B-PER", "E-LOC", "S-PER", "I-PER"]
    assert [fault.position for fault in faults(tags, "BIOES")] == [0, 1, 3]
    assert [fault.position for fault in faults(["O", "I-PER", "I-PER", "I-LOC"], "IOB2")] == [1, 3]
    # An I- after an illegible label is not a second fault.
    assert [fault.position for fault in faults(["B_PER", "I-PER"], "IOB2")] == [0]
    assert [fault.position for fault in faults(["B_PER", "E-PER"], "BIOES")] == [0]
    assert [fault.position for fault in faults(["B-PER", "e-PER", "O"], "BIOES")] == [1]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["O", "0", "o", "", "-", "B-", *[f"{p}-{t}" for p in "BIESLUM" for t in "XY"], *"BIX"]))
)
def test_no_sequence_escapes_the_faults(tags: list[str]) -> None:
    for scheme in SCHEMES:
        found = faults(tags, scheme)
        if found:
            with pytest.raises(DataError, match=f"Token {found[0].position + 1}:"):
                to_iob2(tags, scheme)
        else:
            assert is_valid_iob2(to_iob2(tags, scheme))


@pytest.mark.parametrize(
    ("tag", "scheme", "way_out"),
    [
        ("E-PER", "IOB2", "Write I-PER, or every label in BIOES"),
        ("S-PER", "IOB2", "Write B-PER, or every label in BIOES"),
        ("M-PER", "IOB2", "Write I-PER, or every label in BIOES"),
        ("PER.B", "IOB2", "Write B-PER:"),
        ("i-PER", "IOB1", "Write I-PER:"),
        ("B-PER", "bare", "Write PER as the other labels do"),
        ("o", "bare", "Write O"),
    ],
)
def test_the_way_out_of_a_strange_spelling(tag: str, scheme, way_out: str) -> None:
    assert faults([tag], scheme)[0].way_out.startswith(way_out)


def test_errors() -> None:
    with pytest.raises(DataError, match="does not fit 2 tokens"):
        tags_from_spans([Span("PER", 1, 3)], 2)
    with pytest.raises(DataError, match="overlaps"):
        tags_from_spans([Span("PER", 0, 2), Span("LOC", 1, 2)], 2)
    with pytest.raises(DataError, match="does not fit"):
        tags_from_spans([Span("PER", 1, 1)], 2)
    with pytest.raises(DataError, match="Token 2 has the label 'PER'"):
        spans(["O", "PER"])
    with pytest.raises(SettingsError, match="IOB3"):
        faults(["O"], "IOB3")  # type: ignore[arg-type]
