import torch
from torch import nn

from unrolled.training.determinism import same_bits


def test_indexed_rows_get_the_same_gradient_from_any_number_of_threads_twice():
    # on several threads torch's backward pass of weights[indices] adds in the order of their arrival
    generator = torch.Generator().manual_seed(0)
    indices = torch.randint(0, 50, (20_000,), generator=generator)
    upstream = torch.randn(20_000, 64, generator=generator)

    def gradient() -> torch.Tensor:
        weights = torch.zeros(50, 64, requires_grad=True)
        (weights[indices] * upstream).sum().backward()
        assert weights.grad is not None
        return weights.grad

    with same_bits(nn.Linear(1, 1), num_threads=2):
        first = gradient()
        assert all(torch.equal(first, gradient()) for _ in range(8))
