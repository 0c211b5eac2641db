"""Labels of many steps are a sequence of texts like any other."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unrolled.data.codecs import StepLabelsCodec, StepLabelsSettings
from unrolled.data.spaces import Classes, Paths
from unrolled.data.step_labels import StepLabels, distinct_labels, label_counts, step_codes

TEXTS = st.lists(st.sampled_from(["exon", "intron", "none"]), min_size=1, max_size=30)


@given(TEXTS, st.integers(0, 30), st.integers(0, 30))
def test_as_a_tuple_of_texts(texts: list[str], a: int, b: int) -> None:
    labels = StepLabels.of(texts)
    assert labels == tuple(texts)
    assert list(labels[a:b]) == texts[a:b]
    assert labels[-1] == texts[-1]
    assert len(labels) == len(texts)
    assert distinct_labels(labels) == set(texts) == distinct_labels(tuple(texts))
    assert label_counts(labels) == label_counts(texts)
    assert "".join(label * (end - start) for start, end, label in labels.runs()) == "".join(texts)
    assert all(x[2] != y[2] for x, y in zip(labels.runs(), labels.runs()[1:], strict=False))
    assert step_codes(labels, ("none", "exon")).tolist() == step_codes(texts, ("none", "exon")).tolist()
    other = StepLabels(("none", "intron", "exon"), step_codes(texts, ("none", "intron", "exon")).astype(np.uint16))
    assert other == labels
    assert hash(other) == hash(labels)
    assert (labels == labels[:-1]) is False


@given(st.lists(TEXTS, min_size=2, max_size=4))
def test_a_codec_encodes_them_as_it_does_tuples(ys: list[list[str]]) -> None:
    codec = StepLabelsCodec.fitted([("none", "exon", "intron")])
    tuples, packed = list(map(tuple, ys)), list(map(StepLabels.of, ys))
    assert codec.encode(packed).rows.tolist() == codec.encode(tuples).rows.tolist()
    assert codec.counts(packed).tolist() == codec.counts(tuples).tolist()
    assert [codec.accepted(y) for y in packed] == tuples
    assert (
        StepLabelsCodec.fitted([*packed, ("none", "exon")]).labels
        == StepLabelsCodec.fitted([*tuples, ("none", "exon")]).labels
    )


def test_labels_that_end_in_plus_and_minus_are_partners() -> None:
    codec = StepLabelsCodec.fitted([("exon+", "exon-", "none", "x+")])
    assert codec.labels.tokens == ("exon+", "exon-", "none", "x+")
    assert codec.space == Classes(4, partners=(1, 0, 2, 3))
    how = StepLabelsSettings(background="none", stretches=True)
    paths = StepLabelsCodec.fitted([("exon+", "exon-", "none")], how)
    assert paths.space == Paths(3, (1, 0, 2))
    assert StepLabelsCodec.load(paths.save()) == paths
    assert StepLabelsCodec.fitted([("a", "b")]).space == Classes(2)


def test_the_label_of_the_other_strand_is_there_though_training_lacks_it() -> None:
    codec = StepLabelsCodec.fitted([("exon+", "none", "a+b")], StepLabelsSettings(stretches=True))
    assert codec.labels.tokens == ("a+b", "exon+", "exon-", "none")
    assert codec.space.partners == (0, 2, 1, 3)
    assert StepLabelsCodec.fitted([("exon+", "none")]).labels.tokens == ("exon+", "none")
