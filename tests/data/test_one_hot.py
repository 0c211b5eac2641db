"""A word's index is its one-hot vector: no product with a V-wide vector is ever needed."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import embedding, one_hot

from unrolled.data import Vocabulary

VOCABULARY = Vocabulary(["Harry", "Potter", "and", "Hermione", "Granger", "invented", "a", "new", "spell", "."])
V, H = len(VOCABULARY), 7


def weights(dtype: torch.dtype) -> torch.Tensor:
    return torch.randn(H, V, generator=torch.Generator().manual_seed(2), dtype=dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("word", [*VOCABULARY.tokens, "a word outside it"])
def test_wax_times_one_hot_is_a_column_of_wax_in_value_and_gradient(word: str, dtype: torch.dtype) -> None:
    i = VOCABULARY.index(word)
    upstream = torch.randn(H, generator=torch.Generator().manual_seed(3), dtype=dtype)
    by_product = weights(dtype).requires_grad_()
    by_column = weights(dtype).requires_grad_()
    product = by_product @ one_hot(torch.tensor(i), V).to(dtype)
    column = by_column[:, i]
    assert torch.equal(product, column)
    product.backward(upstream)
    column.backward(upstream)
    assert by_product.grad is not None
    assert by_column.grad is not None
    assert torch.equal(by_product.grad, by_column.grad)
    assert torch.equal(by_column.grad[:, i], upstream)
    assert by_column.grad.count_nonzero() == H


@settings(deadline=None, max_examples=40)
@given(words=st.lists(st.sampled_from([*VOCABULARY.tokens, "wand"]), min_size=1, max_size=12))
def test_a_sentence_of_indices_is_its_matrix_of_one_hot_rows_in_value_and_gradient(words: list[str]) -> None:
    indices = torch.tensor(VOCABULARY.indices(words))
    # Whole numbers: a word that occurs again adds to its column's gradient, exactly, in whatever order.
    upstream = torch.randint(-8, 9, (len(words), H), generator=torch.Generator().manual_seed(4)).double()
    by_product = weights(torch.float64).requires_grad_()
    by_index = weights(torch.float64).requires_grad_()
    product = one_hot(indices, V).double() @ by_product.T
    rows = embedding(indices, by_index.T)
    assert torch.equal(product, rows)
    (d_product,) = torch.autograd.grad(product, by_product, upstream)
    (d_index,) = torch.autograd.grad(rows, by_index, upstream)
    assert torch.equal(d_product, d_index)
