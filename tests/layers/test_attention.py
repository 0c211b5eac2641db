import pytest
import torch

from unrolled.data.ragged import Ragged
from unrolled.errors import DataError, SettingsError
from unrolled.layers.attention import Attention
from unrolled.textbook import SCORES, Score, attention_shapes

MEMORY = Ragged(torch.randn(9, 4, generator=torch.Generator().manual_seed(0)), torch.tensor([3, 1, 5]))


def queries(lengths: list[int], width: int = 4) -> Ragged:
    return Ragged(torch.randn(sum(lengths), width, generator=torch.Generator().manual_seed(1)), torch.tensor(lengths))


@pytest.mark.parametrize("score", SCORES)
def test_a_memory_that_is_indexed_is_that_of_those_sequences(score: Score):
    layer = Attention(score, 4, 4)
    s = queries([2, 2, 1, 3])
    numbers = [2, 0, 2, 1]
    found, alpha = layer(s, layer.memory(MEMORY).index(torch.tensor(numbers)))
    again = Ragged.from_list([MEMORY.to_list()[n] for n in numbers])
    wanted, weights = layer(s, layer.memory(again))
    torch.testing.assert_close(found.rows, wanted.rows)
    for one, other in zip(alpha, weights, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("score", SCORES)
def test_parameters_have_the_shapes_of_the_textbook(score: Score):
    layer = Attention(score, 4, 4, size=6)
    assert {name: tuple(value.shape) for name, value in layer.named_parameters()} == attention_shapes(score, 4, 4, 6)
    assert layer.shapes().keys() == attention_shapes(score, 4, 4, 6).keys()


def test_a_score_or_a_width_that_cannot_be_is_refused():
    with pytest.raises(SettingsError, match="Choose one of dot, general, additive"):
        Attention("cosine", 4, 4)
    with pytest.raises(SettingsError, match=r"4 and 8 numbers: choose attention=general"):
        Attention("dot", 4, 8)


def test_batches_that_do_not_fit_are_refused():
    layer = Attention("general", 3, 4)
    memory = layer.memory(MEMORY)
    with pytest.raises(DataError, match=r"Give \(M, 3\) in 3"):
        layer(queries([1, 1, 1], 4), memory)
    with pytest.raises(DataError, match=r"in 2 sequences"):
        layer(queries([1, 1], 3), memory)
    with pytest.raises(DataError, match=r"a has rows \(2, 3\)"):
        layer.memory(queries([2], 3))
