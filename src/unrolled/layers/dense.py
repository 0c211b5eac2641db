"""Dense layers, one on another: what a feed-forward network is made of."""

import math
from typing import Literal, TypeAlias, get_args

import torch
from torch import Tensor, nn

from unrolled.errors import DataError, SettingsError
from unrolled.layers.dropout import dropout
from unrolled.layers.initialise import generator_or_default, xavier_uniform

__all__ = ["ACTIVATIONS", "Activation", "Dense"]

Activation: TypeAlias = Literal["tanh", "relu"]

ACTIVATIONS: tuple[Activation, ...] = get_args(Activation)


class Dense(nn.Module):
    """a = g(Wx x + bx) in each layer, row by row: what one step is, no other step knows.

    >>> Dense(3, 4, num_layers=2)(torch.ones(5, 3)).shape
    torch.Size([5, 4])

    Args:
        input_size: D, width of the rows.
        hidden_size: H, units of each layer.
        num_layers: 0 leaves the rows as they are.
        activation: g, "tanh" or "relu".
        dropout: of what each layer gives.
        generator: where `Wx` comes from: Xavier-uniform for tanh, √2 times that for relu, which halves the variance
            (He et al. 2015, arXiv:1502.01852v1); `bx` begins at zero.

    Raises:
        SettingsError: no such activation.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        num_layers: int = 1,
        activation: Activation = "relu",
        dropout: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if activation not in ACTIVATIONS:
            raise SettingsError(f"activation is {activation!r}. Choose one of {', '.join(ACTIVATIONS)}.")
        self.activation: Activation = activation
        self.dropout = dropout
        self.input_size = input_size
        self.output_size = hidden_size if num_layers else input_size
        generator = generator_or_default(generator)
        gain = math.sqrt(2) if activation == "relu" else 1.0
        self.Wx, self.bx = nn.ParameterList(), nn.ParameterList()
        for width in [input_size, *[hidden_size] * (num_layers - 1)][:num_layers]:
            self.Wx.append(nn.Parameter(xavier_uniform(1, hidden_size, width, generator).data * gain))
            self.bx.append(nn.Parameter(torch.zeros(hidden_size)))

    def forward(self, rows: Tensor, noise: torch.Generator | None = None) -> Tensor:
        """Return a of the last layer, (M, H), of rows (M, D); `noise` draws the dropout, None drops nothing.

        Raises:
            DataError: no tensor, such as a ragged batch.
        """
        if not isinstance(rows, Tensor):  # pyright: ignore[reportUnnecessaryIsInstance]  (a batch is often given)
            raise DataError(
                f"Dense works row by row, and was given a {type(rows).__name__}. Give the rows (M, {self.input_size}) "
                "of a ragged batch, `batch.rows`; Ragged.from_packed(packed) makes one of torch's PackedSequence, "
                "Ragged.from_padded(padded, lengths) of a padded tensor."
            )
        g = torch.tanh if self.activation == "tanh" else torch.relu
        for Wx, bx in zip(self.Wx, self.bx, strict=True):
            rows = dropout(g(nn.functional.linear(rows, Wx, bx)), self.dropout, noise)
        return rows

    def shapes(self) -> dict[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols."""
        found: dict[str, tuple[str, ...]] = {}
        for layer in range(len(self.Wx)):
            found |= {f"Wx.{layer}": ("H", "H" if layer else "D"), f"bx.{layer}": ("H",)}
        return found
