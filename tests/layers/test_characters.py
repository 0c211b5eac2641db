import pytest
import torch

from unrolled.data.ragged import Ragged
from unrolled.errors import DataError, SettingsError
from unrolled.layers import CharacterEncoder


@pytest.mark.parametrize("kind", ["recurrent", "convolutional"])
def test_a_word_has_one_vector_whatever_stands_beside_it(kind: str):
    encoder = CharacterEncoder(9, 8, kind=kind)
    cat, a, tomcat = torch.tensor([3, 1, 8]), torch.tensor([1]), torch.tensor([8, 5, 4, 3, 1, 8])
    vectors = encoder(Ragged.from_list([tomcat, cat, a, cat]))
    assert vectors.shape == (4, 8)
    torch.testing.assert_close(vectors[1], vectors[3])
    torch.testing.assert_close(vectors[1:3], encoder(Ragged.from_list([cat, a])))
    assert not torch.allclose(vectors[0], vectors[1])


def test_the_order_of_letters_matters_to_both_kinds():
    for kind in ("recurrent", "convolutional"):
        dog, god = CharacterEncoder(9, 8, kind=kind)(
            Ragged.from_list([torch.tensor([4, 5, 7]), torch.tensor([7, 5, 4])])
        )
        assert not torch.allclose(dog, god)


def test_mistakes_are_named():
    with pytest.raises(SettingsError, match="kind is 'cnn'"):
        CharacterEncoder(9, 8, kind="cnn")
    with pytest.raises(SettingsError, match="size is 7"):
        CharacterEncoder(9, 7)
    with pytest.raises(SettingsError, match="embedding_size is 0"):
        CharacterEncoder(9, 8, embedding_size=0)
    for wrong in (torch.tensor([9]), torch.tensor([-1]), torch.tensor([1.0])):
        with pytest.raises(DataError, match="each 0 to 8"):
            CharacterEncoder(9, 8)(Ragged.from_list([wrong]))
