"""Bases become numbers, features and views, whole or as they arrive."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.data.bases import BASES, CODES, mean_bases, normal_bases, odd_place, other_strand, seem_bases
from unrolled.data.codecs import DnaCodec, DnaSettings, EncodedBases, load_codec
from unrolled.data.kmers import Kmers
from unrolled.errors import DataError, SettingsError
from unrolled.tasks import DNA

ANY = st.text("ACGTNRYK", min_size=1, max_size=24)
PAIRED = {"A": "T", "C": "G", "G": "C", "T": "A"}


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_the_mean_of_its_bases_and_the_other_strand_has_the_codes_of_their_partners(code: str) -> None:
    wanted = np.mean([[float(base == one) for base in BASES] for one in CODES[code]], axis=0)
    np.testing.assert_allclose(mean_bases(code)[0], wanted, rtol=1e-6)
    assert set(CODES[other_strand(code)]) == {PAIRED[base] for base in CODES[code]}


@given(ANY)
def test_the_other_strand_of_the_other_strand_is_the_first(bases: str) -> None:
    assert other_strand(other_strand(bases)) == bases
    assert len(other_strand(bases)) == len(bases)
    np.testing.assert_allclose(mean_bases(other_strand(bases)), mean_bases(bases)[::-1, ::-1])


def test_what_is_taken_for_bases() -> None:
    assert [seem_bases(text) for text in ("ACGTNACGTN", "uuacgguc", "attack", "backwards", "ACGT ACGT", "")] == [
        *(True, True),
        *(False,) * 4,
    ]
    assert odd_place(normal_bases("acgu")) is None


def spans(codec: DnaCodec, bases: str) -> torch.Tensor:
    return codec.encode([bases]).spans.rows


@given(st.lists(ANY, min_size=1, max_size=4), st.integers(1, 5))
@settings(deadline=None, max_examples=50)
def test_each_row_holds_its_base_after_those_before_it(sequences: list[str], span: int) -> None:
    encoded = DnaCodec(0, DnaSettings(span=span)).encode(sequences)
    for bases, rows in zip(sequences, encoded.spans.to_list(), strict=True):
        for t, row in enumerate(rows):
            wanted = [mean_bases(bases[p])[0] if p >= 0 else np.zeros(4) for p in range(t - span + 1, t + 1)]
            np.testing.assert_allclose(row.view(span, 4), np.stack(wanted), rtol=1e-6)
    assert encoded.places.tolist() == [t for bases in sequences for t in range(len(bases))]


@given(st.lists(st.text("ACGTN", min_size=8, max_size=8), min_size=1, max_size=4), st.integers(0, 4), st.booleans())
@settings(deadline=None, max_examples=50)
def test_features_are_the_runs_of_bases_at_their_places_or_anywhere(
    sequences: list[str], longest: int, placed: bool
) -> None:
    kmers = Kmers(longest, 8 if placed else 0)
    every = {
        (k, place if placed else 0, bases[place : place + k])
        for bases in sequences
        for k in range(2, longest + 1)
        for place in range(8 - k + 1)
        if "N" not in bases[place : place + k]
    }
    bag = kmers.bag(sequences)
    number: dict[int, object] = {}
    for bases, indices in zip(sequences, np.split(bag.indices.numpy(), bag.offsets.numpy()[1:-1]), strict=True):
        mine = {
            (k, place if placed else 0, bases[place : place + k])
            for k in range(2, longest + 1)
            for place in range(8 - k + 1)
        } & every
        assert len(indices) == len(mine)
        for index, first, last in zip(*kmers.places(bases)[0], strict=True):
            run = (last - first + 1, first if placed else 0, bases[first : last + 1])
            assert run in mine
            assert number.setdefault(int(index), run) == run
    assert all(0 <= index < kmers.size for index in number)


@pytest.mark.parametrize("places", [0, 24])
@given(data=st.data())
@settings(deadline=None, max_examples=40)
def test_any_chunks_give_what_the_whole_gives(places: int, data: st.DataObject) -> None:
    bases = data.draw(ANY)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(bases) - 1), max_size=5))) if len(bases) > 1 else []
    codec = DnaCodec(places, DnaSettings(span=3, placed_bases=3, loose_bases=3))
    whole, chunks = codec.encode([bases]), codec.chunks()
    found: list[EncodedBases] = []
    for start, end in zip([0, *cuts], [*cuts, len(bases)], strict=True):
        state = {name: part.clone() for name, part in chunks.state.items()}
        chunks = codec.chunks()
        chunks.state = state
        found.append(chunks.feed(bases[start:end]))
    assert torch.equal(torch.cat([part.spans.rows for part in found]), whole.spans.rows)
    assert torch.equal(torch.cat([part.places for part in found]), whole.places)
    arrived = torch.cat([part.phrases[0].indices for part in found])
    assert arrived.sort().values.tolist() == whole.phrases[0].indices.tolist()
    assert all(len(part.phrases[0].offsets) == part.num_rows + 1 for part in found)


def test_aligned_is_found_asked_for_or_refused() -> None:
    assert DnaCodec.fitted(["ACGT", "ACGA"]).places == 4
    assert DnaCodec.fitted(["ACGT", "ACG"]).places == 0
    assert DnaCodec.fitted(["ACGT", "ACGA"], DnaSettings(aligned="no")).places == 0
    with pytest.raises(SettingsError, match="aligned=yes, but the sequences have 3 to 4 bases"):
        DnaCodec.fitted(["ACGT", "ACG"], DnaSettings(aligned="yes"))


def test_noise_drops_bases_and_turns_sequences_round() -> None:
    lossy = DnaCodec(0, DnaSettings(span=1, base_dropout=0.5))
    rows = lossy.encode(["A" * 4000], torch.Generator().manual_seed(0)).spans.rows
    assert set(map(tuple, rows.tolist())) == {(1, 0, 0, 0), (0.25, 0.25, 0.25, 0.25)}
    assert 0.45 < float((rows[:, 0] < 1).float().mean()) < 0.55
    assert torch.equal(lossy.encode(["AC"]).spans.rows, torch.eye(4)[:2])
    for name in ("augment", "average"):
        turned = DnaCodec(0, DnaSettings(span=1, base_dropout=0.0, reverse_complement=name))
        found = turned.decode(turned.encode(["AACG"] * 400, torch.Generator().manual_seed(0)).spans.to_list())
        assert set(found) == {"AACG", "CGTT"}
        assert 150 < found.count("AACG") < 250
    none = DnaCodec(0, DnaSettings(span=1, base_dropout=0.0))
    assert set(none.decode(none.encode(["AACG"] * 40, torch.Generator()).spans.to_list())) == {"AACG"}


def test_both_strands_are_two_views() -> None:
    codec = DnaCodec(4, DnaSettings(reverse_complement="average"))
    encoded = codec.encode(["AACG", "TTTT"])
    assert (encoded.views, len(encoded)) == (2, 4)
    assert codec.decode(encoded.spans.to_list()) == ["AACG", "CGTT", "TTTT", "AAAA"]
    with pytest.raises(SettingsError, match="reverse_complement=augment"):
        codec.chunks()


def test_what_cannot_be_encoded_is_named() -> None:
    codec = DnaCodec(4)
    for raw, found in (("", "no bases"), ("AC-T", "'-' at place 3"), ("ACGTA", "5 bases, where"), (7, "no text")):
        fault = codec.check(raw)  # pyright: ignore[reportArgumentType]
        assert fault is not None
        assert found in fault.found
    with pytest.raises(DataError, match="Example 2 has 'X' at place 1"):
        codec.encode(["ACGT", "XCGT"])
    chunks = codec.chunks()
    chunks.feed("ACG")
    with pytest.raises(DataError, match="more than 4 bases"):
        chunks.feed("TT")
    with pytest.raises(DataError, match="not of bases alone"):
        chunks.feed("?")
    with pytest.raises(DataError, match="not one that a stream of this model gave"):
        chunks.state = {"tail": torch.zeros(1)}
    with pytest.raises(DataError, match=r"Example 1 has 3 bases\. Give 4"):
        codec.grown(["ACG"], DnaSettings())


def test_it_is_saved_and_loaded_with_every_field_checked() -> None:
    codec = DnaCodec(60, DnaSettings(span=5, reverse_complement="augment"))
    saved = codec.save()
    assert load_codec("dna", saved) == codec
    for places in (None, -1, True, 2.0, 2**40):
        with pytest.raises(DataError, match="places is"):
            DnaCodec.load(type(saved)({**saved.settings, "places": places}))
    with pytest.raises(SettingsError):
        DnaCodec.load(type(saved)({**saved.settings, "span": 0}))


@given(ANY)
def test_there_and_back(bases: str) -> None:
    codec = DnaCodec()
    assert codec.decode(codec.encode([bases]).spans.to_list()) == [bases]
    assert codec.length(bases) == len(bases)


def test_labels_given_in_python_are_texts_and_none_may_lack() -> None:
    settings = DNA.defaults
    assert [pair.y for pair in DNA.of_python(["ACGT", "ACGA"], [1, 2.0], settings)] == ["1", "2"]
    for label in (None, float("nan"), ""):
        with pytest.raises(DataError, match="Sequence 2 has the label"):
            DNA.of_python(["ACGT", "ACGA"], ["x", label], settings)
    with pytest.raises(DataError, match="2 examples and 1 y"):
        DNA.of_python(["ACGT", "ACGA"], ["x"], settings)
