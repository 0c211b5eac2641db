import math
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.data.codecs import NumberCodec, Saved, VectorsCodec, load_codec
from unrolled.data.spaces import Vectors
from unrolled.errors import DataError, SettingsError
from unrolled.model_files import tensor_file


def arrays(seed: int = 0) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    return [random.normal((5, -300, 1e-6), (2, 50, 1e-8), (T, 3)) for T in (4, 1, 7, 2)]


def test_columns_have_mean_0_and_deviation_1() -> None:
    codec = VectorsCodec.fitted(arrays())
    rows = np.concatenate(arrays())
    encoded = codec.encode(arrays())
    assert encoded.rows.dtype == torch.float32
    assert encoded.lengths.tolist() == [4, 1, 7, 2]
    np.testing.assert_allclose(codec.standard.mean, rows.mean(0), rtol=1e-12)
    np.testing.assert_allclose(codec.standard.deviation, rows.std(0), rtol=1e-9)
    np.testing.assert_allclose(encoded.rows.numpy(), (rows - rows.mean(0)) / rows.std(0), rtol=1e-5, atol=1e-6)
    for array, again in zip(arrays(), codec.decode(encoded.to_list()), strict=True):
        np.testing.assert_allclose(again, array, rtol=1e-6)
    assert (codec.space, codec.length(arrays()[2]), codec.length(np.zeros(3))) == (Vectors(3), 7, 1)


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5), min_size=1, max_size=5))
@settings(max_examples=50)
def test_any_division_into_sequences_has_the_same_figures(parts: list[list[float]]) -> None:
    together = np.array([x for part in parts for x in part])
    codec = VectorsCodec.fitted(np.array(part)[:, None] for part in parts)
    scale = np.abs(together).max() + 1
    assert codec.standard.mean[0] == pytest.approx(together.mean(), abs=1e-12 * scale)
    if together.std() > 1e-5 * scale:  # below, a difference of large numbers has few digits
        assert codec.standard.deviation[0] == pytest.approx(together.std(), rel=1e-6)


def test_a_constant_column_stays_finite() -> None:
    codec = VectorsCodec.fitted([np.full((n, 2), (0.1, 7)) for n in (3, 5, 9)])
    assert codec.standard.deviation == (1, 1)
    assert codec.encode([np.array([0.1, 9])]).rows.tolist() == [[pytest.approx(0, abs=1e-9), 2]]


def test_training_arrays_are_read_once_and_in_order() -> None:
    def once() -> Iterator[np.ndarray]:
        yield from arrays()

    assert VectorsCodec.fitted(once()) == VectorsCodec.fitted(arrays())


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (np.zeros((2, 4)), r"shape \(2, 4\), where 3 columns"),
        (np.zeros(4), r"shape \(4,\), where 3 columns"),
        (np.zeros((2, 3, 1)), r"shape \(2, 3, 1\)"),
        (np.float64(3), r"shape \(\)"),
        (np.zeros((0, 3)), "empty"),
        (np.array([[0, 1, 2], [0, math.nan, 2]]), "the value nan in row 2, column 2"),
        (np.array([0, 1, -math.inf]), "the value -inf in row 1, column 3"),
        (np.array([1e300, 0, 0]), r"1e\+300 in row 1, column 1, which is too far"),
        (np.array([["1", "2", "3"]]), "numbers are expected"),
        (np.array([[True, False, True]]), "numbers are expected"),
        ([[1, 2, 3], [1, 2]], "make no array"),
        ("abc", "'abc' where numbers are expected"),
        (None, "None, a gap, where numbers"),
    ],
)
def test_what_is_no_array_of_the_width(raw, found: str) -> None:
    codec = VectorsCodec.fitted(arrays())
    with pytest.raises(DataError, match=f"Example 2 has .*{found}"):
        codec.encode([arrays()[0], raw])
    fault = codec.check(raw)
    assert fault is not None
    assert fault.way_out
    with pytest.raises(DataError, match="Example 5 has"):
        VectorsCodec.fitted([*arrays(), raw])


def test_a_series_without_its_second_dimension_is_told_how_to_get_it() -> None:
    fault = VectorsCodec.fitted([np.zeros((4, 1))]).check(np.zeros(10))
    assert fault is not None
    assert "(10, 1)" in fault.way_out


@pytest.mark.parametrize(
    "codec",
    [
        VectorsCodec.fitted(arrays()),
        NumberCodec.fitted([1.5, 4]),
        NumberCodec.fitted([(1, 2), (3, 5)]),
        NumberCodec.fitted([[1], [3]]),
    ],
)
def test_saved_is_loaded(codec, tmp_path) -> None:
    saved = codec.save()
    data = tensor_file.encode(dict(saved.tensors))
    tensors = tensor_file.decode(data, tmp_path / "model.safetensors")
    again = load_codec(codec.kind, Saved(saved.settings, saved.texts, tensors))
    assert again == codec
    assert again.space == codec.space


def tensors(mean, deviation, dtype=torch.float64) -> dict[str, torch.Tensor]:
    return {"mean": torch.tensor(mean, dtype=dtype), "deviation": torch.tensor(deviation, dtype=dtype)}


@pytest.mark.parametrize(
    ("saved", "found"),
    [
        ({}, "are none, not mean and deviation"),
        ({"mean": torch.zeros(2, dtype=torch.float64)}, "are mean, not"),
        (tensors([1.0], [1.0]) | {"scale": torch.zeros(1)}, "deviation, mean, scale"),
        (tensors([1.0], [1.0], torch.float32), "float32"),
        (tensors([1, 2], [1, 2], torch.int64), "int64"),
        (tensors([1.0, 2.0], [1.0]), r"deviation is torch.float64 \(1,\)"),
        (tensors([], []), r"\(0,\)"),
        (tensors([[1.0]], [[1.0]]), r"\(1, 1\)"),
        (tensors([math.nan], [1.0]), "mean holds"),
        (tensors([1.0], [math.inf]), "deviation holds"),
        (tensors([1.0, 1.0], [1.0, 0.0]), "not above 0"),
        (tensors([1.0], [-1.0]), "not above 0"),
        (tensors(1.0, [1.0]), "mean is"),
    ],
)
@pytest.mark.parametrize("kind", ["number", "vectors"])
def test_hostile_tensors(kind: str, saved: dict[str, torch.Tensor], found: str) -> None:
    with pytest.raises(DataError, match=found):
        load_codec(kind, Saved(tensors=saved))


def test_hostile_settings() -> None:
    for kind in ("number", "vectors"):
        with pytest.raises(SettingsError):
            load_codec(kind, Saved({"unit": "cm"}, tensors=tensors([1.0], [1.0])))


def test_a_number_is_a_sequence_of_one_step() -> None:
    codec = NumberCodec.fitted([1, 2.5, np.float32(4)])
    encoded = codec.encode([1, 2.5, 7.0])
    assert encoded.lengths.tolist() == [1, 1, 1]
    assert encoded.rows.shape == (3, 1)
    assert encoded.rows[1, 0] == 0
    assert codec.decode(encoded.to_list()) == pytest.approx([1, 2.5, 7])
    assert (codec.space, codec.length(3)) == (Vectors(1), 1)


def test_several_numbers_are_a_row() -> None:
    codec = NumberCodec.fitted([(1.0, 10.0), (3.0, 50.0)])
    encoded = codec.encode([(3.0, 10.0), np.array([1.0, 50.0])])
    assert encoded.rows.tolist() == [[1, -1], [-1, 1]]
    assert codec.decode(encoded.to_list()) == [(3, 10), (1, 50)]
    assert NumberCodec.fitted([[1.0], [3.0]]).decode([torch.zeros(1, 1)]) == [(2,)]


@pytest.mark.parametrize("raw", [math.nan, math.inf, "4", True, None, [4.0], 1e300])
def test_what_is_no_number(raw) -> None:
    codec = NumberCodec.fitted([1.0, 2.0])
    assert codec.check(raw) is not None
    with pytest.raises(DataError, match="Example 2 has"):
        codec.encode([1.0, raw])
    with pytest.raises(DataError, match="Example 3 has"):
        NumberCodec.fitted([1.0, 2.0, raw])


def test_fitting_nothing_or_too_much() -> None:
    for cls in (NumberCodec, VectorsCodec):
        with pytest.raises(DataError, match="no numbers"):
            cls.fitted([])
    with pytest.raises(DataError, match=r"Example 1 has an array of shape \(0,\)"):
        NumberCodec.fitted([[]])
    with pytest.raises(DataError, match=r"Example 2 has an array of shape \(\) where 2 numbers"):
        NumberCodec.fitted([(1, 2), 3])
