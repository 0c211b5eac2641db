import pytest
import torch

from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Classes, Sets, Vectors
from unrolled.errors import DataError, SettingsError
from unrolled.layers.inputs import (
    IndicesInput,
    IndicesInputSettings,
    VectorsInput,
    VectorsInputSettings,
    input_layer,
    input_settings,
)


def test_which_layer_reads_a_space():
    assert input_settings(Classes(4)) is IndicesInputSettings
    assert input_settings(Vectors(4)) is VectorsInputSettings
    assert isinstance(input_layer(Classes(4), IndicesInputSettings()), IndicesInput)
    assert isinstance(input_layer(Vectors(4), VectorsInputSettings()), VectorsInput)
    with pytest.raises(SettingsError, match="No input layer reads Sets"):
        input_settings(Sets(3))
    with pytest.raises(SettingsError, match=r"Classes\(.*\) with VectorsInputSettings"):
        input_layer(Classes(4), VectorsInputSettings())


def test_sizes_shapes_and_symbols_are_those_of_the_parameters():
    for layer, sizes in (
        (IndicesInput(Classes(7), IndicesInputSettings(embedding_size=3)), {"V": 7, "E": 3}),
        (VectorsInput(Vectors(5), VectorsInputSettings(input_size=3)), {"S": 5, "E": 3}),
        (VectorsInput(Vectors(5), VectorsInputSettings()), {"S": 5}),
    ):
        assert {letter: size for letter, (_, size) in layer.symbols().items()} == sizes
        found = {name: tuple(value.shape) for name, value in layer.named_parameters()}
        assert found == {name: tuple(sizes[letter] for letter in shape) for name, shape in layer.shapes().items()}
        assert layer.size == sizes.get("E", sizes.get("S"))


def test_vectors_that_are_not_projected_are_the_same_memory():
    x = Ragged.from_list([torch.randn(3, 5)])
    assert VectorsInput(Vectors(5), VectorsInputSettings())(x).rows is x.rows


@pytest.mark.parametrize("rows", [torch.zeros(3, 4), torch.zeros(3), torch.zeros(3, 5, 1)])
def test_vectors_of_another_width_are_refused(rows: torch.Tensor):
    with pytest.raises(DataError, match=r"Give \(M, 5\)"):
        VectorsInput(Vectors(5), VectorsInputSettings())(Ragged.from_list([rows]))


def test_the_table_begins_with_variance_one_over_its_width_and_by_its_generator():
    def drawn(seed: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(seed)
        return IndicesInput(Classes(500), IndicesInputSettings(embedding_size=50), generator=generator).embedding

    assert drawn(1).var().item() == pytest.approx(1 / 50, rel=0.05)
    assert torch.equal(drawn(1), drawn(1))
    assert not torch.equal(drawn(1), drawn(2))
