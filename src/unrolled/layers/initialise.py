"""How weights begin; the generator is an argument."""

import math

import torch
from torch import nn

__all__ = ["generator_or_default", "orthogonal", "table", "xavier_uniform"]


def generator_or_default(generator: torch.Generator | None) -> torch.Generator:
    """The generator, or a new one of seed 0: torch's global one is never read."""
    return torch.Generator().manual_seed(0) if generator is None else generator


def xavier_uniform(num_gates: int, size_out: int, size_in: int, generator: torch.Generator) -> nn.Parameter:
    """A block (num_gates·size_out, size_in), uniform in ±√(6 / (size_in + size_out)) (Glorot and Bengio 2010)."""
    bound = math.sqrt(6 / (size_in + size_out))
    drawn = torch.rand(num_gates * size_out, size_in, generator=generator)
    return nn.Parameter((2 * drawn - 1) * bound)


def orthogonal(num_gates: int, size: int, generator: torch.Generator) -> nn.Parameter:
    """A block (num_gates·size, size): one orthogonal matrix a gate (Saxe et al. 2014, arXiv:1312.6120v3)."""
    gates = [nn.init.orthogonal_(torch.empty(size, size), generator=generator) for _ in range(num_gates)]
    return nn.Parameter(torch.cat(gates))


def table(num_rows: int, size: int, generator: torch.Generator) -> nn.Parameter:
    """A row a symbol, (num_rows, size), uniform with variance 1/size (He et al. 2015, arXiv:1502.01852v1)."""
    bound = math.sqrt(3.0 / size)
    return nn.Parameter((2 * torch.rand(num_rows, size, generator=generator) - 1) * bound)
