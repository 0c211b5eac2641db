"""Bases with a label each: neighbours on both sides, the other strand, and pieces that are parts of the whole."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.data.bases import mean_bases, other_strand
from unrolled.data.codecs import BasesCodec, BasesSettings
from unrolled.data.pieces import Piece
from unrolled.errors import DataError, SettingsError

BASES = st.text("ACGTNRacgu", min_size=1, max_size=40)


def codec(**how: object) -> BasesCodec:
    return BasesCodec(BasesSettings.from_dict({"reverse_complement": "none", **how}))


@given(BASES, st.integers(1, 6), st.integers(0, 6))
@settings(deadline=None)
def test_a_row_holds_a_base_and_its_neighbours(bases: str, span: int, ahead: int) -> None:
    rows = codec(span=span, ahead=ahead).encode([bases]).spans.rows
    means = mean_bases(bases.upper().replace("U", "T"))
    for t, row in enumerate(rows.view(len(bases), span + ahead, 4)):
        for i, four in enumerate(row):
            place = t - (span - 1) + i
            wanted = means[place].tolist() if 0 <= place < len(bases) else [0.0] * 4
            assert four.tolist() == pytest.approx(wanted)


@given(BASES, st.data(), st.integers(1, 5), st.integers(0, 5), st.integers(0, 9), st.booleans())
@settings(deadline=None)
def test_a_piece_has_the_rows_of_the_whole(
    bases: str, data: st.DataObject, span: int, ahead: int, rim: int, turned: bool
) -> None:
    start = data.draw(st.integers(0, len(bases) - 1))
    end = data.draw(st.integers(start + 1, len(bases)))
    made = codec(span=span, ahead=ahead)
    found = made.encode_pieces([bases], [Piece(0, start, end, turned)], rim)
    a, b = max(0, start - rim), min(len(bases), end + rim)
    normal = bases.upper().replace("U", "T")
    whole = made.encode([other_strand(normal) if turned else normal]).spans.rows
    T = len(bases)
    assert torch.equal(found.spans.rows, whole[T - b : T - a] if turned else whole[a:b])
    assert (found.turned is not None) == turned


def test_average_has_two_views_and_augment_turns_by_chance() -> None:
    both = codec(reverse_complement="average").encode(["AAC", "GT"])
    assert both.views == 2
    assert both.turned is not None
    assert both.turned.tolist() == [False, True, False, True]
    assert both.spans.lengths.tolist() == [3, 3, 2, 2]
    turned = 0
    for seed in range(40):
        one = codec(reverse_complement="augment").encode(["AAC"], torch.Generator().manual_seed(seed))
        assert one.views == 1
        turned += one.turned is not None
    assert 8 < turned < 32
    assert codec(reverse_complement="augment").encode(["AAC"]).turned is None


def test_noise_makes_bases_unknown() -> None:
    made = codec(base_dropout=0.5, span=1, ahead=0)
    rows = made.encode(["A" * 2000], torch.Generator().manual_seed(1)).spans.rows
    lost = (rows == 0.25).all(1).double().mean()
    assert 0.45 < lost < 0.55
    assert torch.equal(made.encode(["A" * 9]).spans.rows, torch.tensor([[1.0, 0, 0, 0]]).expand(9, 4))


def test_what_cannot_be_is_told() -> None:
    for wrong, words in (("", "no bases"), ("ACXG", "'X' at place 3"), (7, "which is no text")):
        with pytest.raises(DataError, match=words):
            codec().encode(["ACG", wrong])  # pyright: ignore[reportArgumentType]
    with pytest.raises(SettingsError, match="bidirectional=false"):
        codec().chunks()
    with pytest.raises(SettingsError, match="reverse_complement=augment"):
        codec(ahead=0, reverse_complement="average").chunks()


def test_saved_is_loaded_and_decoded_is_encoded() -> None:
    made = codec(span=4, ahead=3)
    assert BasesCodec.load(made.save()) == made
    assert made.decode(made.encode(["ACGTNR", "G"]).spans.to_list()) == ["ACGTNR", "G"]
    assert made.accepted("AC") == "AC"
    assert made.length("ACGT") == 4
