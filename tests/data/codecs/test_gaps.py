"""What is read of vectors with gaps, times and differences, against a plain loop over steps."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
import torch

from unrolled.data.codecs import Saved, StepLabelsCodec, StepNumbersCodec, VectorsCodec, VectorsSettings, load_codec
from unrolled.data.codecs.features import Features
from unrolled.data.codecs.warping import resampled, warped_places
from unrolled.data.series import Series
from unrolled.errors import DataError

NAN = math.nan
EVERYTHING = VectorsSettings(gaps="mask", differences=True)


def some(seed: int, *, timed: bool, gaps: float = 0.3, num: int = 6) -> list[Series]:
    chance = np.random.default_rng(seed)
    found: list[Series] = []
    for n in range(num):
        rows = chance.normal(size=(n + 1, 3)) * (1, 5, 0.1) + (0, 100, 3)
        rows[chance.random(rows.shape) < gaps] = NAN
        times = chance.choice([0.0, 0.5, 1.0, 4.0], size=(n + 1, 1)).cumsum(0) + 7
        found.append(Series(np.hstack([times, rows]) if timed else rows, timed=timed))
    return found


def plainly(rows: Sequence[Sequence[float]], *, timed: bool) -> list[list[float]]:
    """The features as the page says, a step and a number at a time."""
    result: list[list[float]] = []
    D = len(rows[0]) - timed
    for t, row in enumerate(rows):
        values = row[timed:]
        filled, differences, mask, since = ([0.0] * D for _ in range(4))
        for d in range(D):
            seen = [s for s in range(t + 1) if not math.isnan(rows[s][timed + d])]
            filled[d] = rows[seen[-1]][timed + d] if seen else NAN
            mask[d] = float(not math.isnan(values[d]))
            if t:
                change = values[d] - rows[t - 1][timed + d]
                differences[d] = 0.0 if math.isnan(change) else change
                # Che et al. (2018), equation 3
                step = row[0] - rows[t - 1][0] if timed else 1.0
                before = 0.0 if result[-1][2 * D + d] else result[-1][3 * D + d]
                since[d] = step + before
        own = [row[0] - rows[t - 1][0] if t else 0.0] if timed else []
        result.append([*filled, *differences, *mask, *since, *own])
    return result


@pytest.mark.parametrize("timed", [False, True])
def test_features_are_those_of_the_definition(timed: bool) -> None:
    for series in some(1, timed=timed):
        found, _ = Features(timed, mask=True, differences=True).of(series.rows)
        np.testing.assert_allclose(found, plainly(series.rows.tolist(), timed=timed), atol=1e-12)


@pytest.mark.parametrize("timed", [False, True])
@pytest.mark.parametrize("settings", [EVERYTHING, VectorsSettings(gaps="mask"), VectorsSettings(differences=True)])
def test_any_chunks_give_what_the_whole_gives(settings: VectorsSettings, timed: bool) -> None:
    sequences = some(2, timed=timed, gaps=0.3 if settings.gaps == "mask" else 0.0)
    codec, chance = VectorsCodec.fitted(sequences, settings), np.random.default_rng(0)
    chunks, other = codec.chunks(), codec.chunks()
    for series in sequences:
        whole = codec.encode([series]).rows
        places = [0, *np.flatnonzero(chance.random(len(series) - 1) < 0.5) + 1, len(series)]
        rows: list[torch.Tensor] = []
        for start, end in pairwise(places):
            other.state = chunks.state  # what is carried can be sent
            chunks, other = other, chunks
            rows.append(chunks.feed(series[start:end]).rows)
        torch.testing.assert_close(torch.cat(rows), whole)
        chunks.reset()
        assert not chunks.state


def test_numbers_come_in_deviations_of_those_that_were_seen_and_the_mask_as_it_is() -> None:
    sequences = some(3, timed=False, num=30)
    codec = VectorsCodec.fitted(sequences, EVERYTHING)
    seen = np.concatenate([series.rows for series in sequences])
    np.testing.assert_allclose(codec.standard.mean[:3], np.nanmean(seen, 0), atol=1e-9)
    np.testing.assert_allclose(codec.standard.deviation[:3], np.nanstd(seen, 0), atol=1e-9)
    rows = codec.encode(sequences).rows
    assert set(rows[:, 6:9].unique().tolist()) == {0.0, 1.0}
    first = codec.encode([Series([[NAN, 100.0, 3.0]])]).rows[0]
    assert first[0] == 0  # what was not seen yet is the mean
    decoded = codec.decode([codec.encode([sequences[5]]).rows])[0]
    np.testing.assert_allclose(decoded, sequences[5].rows, rtol=1e-4, atol=1e-4)


def test_what_is_found_out_when_it_is_fitted() -> None:
    detect = VectorsSettings(gaps="detect")
    assert VectorsCodec.fitted(some(4, timed=False, gaps=0.0), detect).settings.gaps == "refuse"
    assert VectorsCodec.fitted(some(4, timed=False), detect).settings.gaps == "mask"
    irregular = VectorsCodec.fitted(some(4, timed=True), detect)
    assert (irregular.settings.timed, irregular.space.size, irregular.size) == (True, 10, 4)
    regular = [Series(np.hstack([np.arange(4)[:, None] * 0.1, np.ones((4, 1)) * n]), timed=True) for n in range(3)]
    codec = VectorsCodec.fitted(regular, detect)
    assert (codec.settings.timed, codec.space.size) == (False, 1)
    # The rows of a stream come without times then; with them they mean the same.
    torch.testing.assert_close(codec.encode([regular[2]]).rows, codec.encode([np.ones((4, 1)) * 2]).rows)


def test_how_long_ago_is_counted_in_steps_where_those_are_regular() -> None:
    rows = np.array([[0.0, 1.0], [0.25, NAN], [0.5, NAN], [0.75, 2.0]])
    timed = VectorsCodec.fitted([Series(rows, timed=True)], VectorsSettings(gaps="mask"))
    plain = VectorsCodec.fitted([rows[:, 1:]], VectorsSettings(gaps="mask"))
    torch.testing.assert_close(timed.encode([Series(rows, timed=True)]).rows, plain.encode([rows[:, 1:]]).rows)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (Series([[1.0, NAN, 1.0, 1.0], [0.5, 1, 1, 1]], timed=True), "the time 0.5 in row 2 after 1"),
        (Series([[NAN, 1.0, 1.0, 1.0]], timed=True), "no time in row 1"),
        (Series([[1.0, 1.0, 1.0]]), "no time at each step"),
        (Series([[1.0, 1.0, math.inf, 1.0]], timed=True), "no finite number"),
        (Series([[1.0, 1.0]], timed=True), "4 columns are expected"),
    ],
)
def test_what_is_wrong_is_said(raw: Series, found: str) -> None:
    codec = VectorsCodec.fitted(some(5, timed=True), EVERYTHING)
    fault = codec.check(raw)
    assert fault is not None
    assert found in f"{fault.found}. {fault.way_out}"


def test_a_stream_refuses_a_time_before_the_last() -> None:
    chunks = VectorsCodec.fitted(some(5, timed=True), EVERYTHING).chunks()
    chunks.feed(Series([[3.0, 1, 1, 1]], timed=True))
    with pytest.raises(DataError, match="the time 2 after 3"):
        chunks.feed(Series([[2.0, 1, 1, 1]], timed=True))


def test_it_is_saved_and_loaded_whole() -> None:
    sequences = some(6, timed=True)
    for codec in (
        VectorsCodec.fitted(sequences, EVERYTHING),
        StepLabelsCodec.fitted([("b", "a"), ("10", "9")]),
        StepNumbersCodec.fitted([[[1.0], [3.0]], [[2.0]]]),
    ):
        assert load_codec(codec.kind, codec.save()) == codec
    saved = VectorsCodec.fitted(sequences, EVERYTHING).save()
    short = {name: tensor[:-1] for name, tensor in saved.tensors.items()}
    with pytest.raises(DataError, match="means are not those"):
        VectorsCodec.load(Saved(saved.settings, tensors=short))


def test_noise_makes_other_series_and_only_in_training() -> None:
    sequences = some(7, timed=True, num=8)
    settings = VectorsSettings(gaps="mask", differences=True, jitter=0.1, scaling=0.2, warp=0.3, crop=0.3)
    codec = VectorsCodec.fitted(sequences, settings)
    plain, again = codec.encode(sequences), codec.encode(sequences)
    assert torch.equal(plain.rows, again.rows)
    one = codec.encode(sequences, torch.Generator().manual_seed(1))
    same = codec.encode(sequences, torch.Generator().manual_seed(1))
    other = codec.encode(sequences, torch.Generator().manual_seed(2))
    assert torch.equal(one.rows, same.rows)
    assert not torch.equal(one.lengths, other.lengths) or not torch.equal(one.rows, other.rows)
    assert torch.isfinite(one.rows).all()


def test_the_deviation_of_the_noise_is_as_set() -> None:
    series = [np.random.default_rng(0).normal(size=(4000, 2))]
    plain = VectorsCodec.fitted(series)
    for name, value in (("jitter", 0.3), ("scaling", 0.5)):
        codec = VectorsCodec.fitted(series, VectorsSettings.from_dict({name: value}))
        many = [codec.encode(series, torch.Generator().manual_seed(seed)).rows for seed in range(60)]
        rows = plain.encode(series).rows
        if name == "jitter":
            assert torch.stack([found - rows for found in many]).std() == pytest.approx(value, rel=0.05)
        else:
            factors = torch.stack([(found / rows).median(0).values for found in many])
            assert factors.std() == pytest.approx(value, rel=0.2)


def test_places_rise_from_the_first_to_the_last() -> None:
    for seed in range(20):
        noise = torch.Generator().manual_seed(seed)
        places = warped_places(30, 0.3, 0.0, noise)
        assert (np.diff(places) > 0).all()
        assert (places[0], places[-1]) == (0, pytest.approx(29))
        cropped = warped_places(30, 0.0, 0.5, noise)
        assert cropped[0] >= 0
        assert 14 <= cropped[-1] - cropped[0] <= 29
    line = np.arange(30.0)[:, None]
    np.testing.assert_allclose(resampled(line, places).ravel(), places)
    assert warped_places(1, 1.0, 0.9, noise).tolist() == [0.0]


def test_going_on_keeps_features_and_brings_no_noise_that_there_was_not() -> None:
    codec = VectorsCodec.fitted(some(8, timed=True), VectorsSettings(gaps="mask", jitter=0.1))
    grown = codec.grown(some(9, timed=True), VectorsSettings(gaps="detect", differences=True, jitter=0.3, warp=0.2))
    assert grown.settings == VectorsSettings(gaps="mask", timed=True, jitter=0.3)
    assert grown.standard == codec.standard
