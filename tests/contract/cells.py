"""The contract table of cells: one row a cell. A later cell adds a row and is held to every law."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from unrolled.textbook import Array, Gradients, Weights

__all__ = ["ROWS", "Row", "gradients_of", "torch_twin"]


@dataclass(frozen=True)
class Row:
    """A textbook cell and the independent reference that it must equal."""

    cell: str
    module: type[torch.nn.RNNBase]
    options: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.cell


ROWS = (
    Row("rnn", torch.nn.RNN, {"nonlinearity": "tanh"}),
    Row("rnn_relu", torch.nn.RNN, {"nonlinearity": "relu"}),
    Row("gru", torch.nn.GRU),
    Row("lstm", torch.nn.LSTM),
)


def torch_twin(row: Row, weights: Sequence[Sequence[Weights]]) -> torch.nn.RNNBase:
    """The torch.nn module with the same weights, float64; `ba` is divided between torch's two biases unevenly."""
    first = weights[0][0]
    D, H = first["Wax"].shape[1], first["Waa"].shape[1]
    twin = row.module(D, H, num_layers=len(weights), bidirectional=len(weights[0]) == 2, **row.options).double()
    with torch.no_grad():
        for l, directions in enumerate(weights):
            for d, w in enumerate(directions):
                ba_x, ba_a = 0.75 * w["ba"], 0.25 * w["ba"]
                if "ban" in w:
                    ba_x = np.concatenate([ba_x[: 2 * H], w["ba"][2 * H :]])
                    ba_a = np.concatenate([ba_a[: 2 * H], w["ban"]])
                for name, value in (
                    ("weight_ih", w["Wax"]),
                    ("weight_hh", w["Waa"]),
                    ("bias_ih", ba_x),
                    ("bias_hh", ba_a),
                ):
                    getattr(twin, _name(name, l, d)).copy_(torch.from_numpy(value))
    return twin


def gradients_of(twin: torch.nn.RNNBase, l: int, d: int) -> Gradients:
    """The gradients of layer l, direction d of a torch.nn module under the textbook's names."""
    gradients = {
        "dWax": _grad(twin, "weight_ih", l, d),
        "dWaa": _grad(twin, "weight_hh", l, d),
        "dba": _grad(twin, "bias_ih", l, d),
    }
    if isinstance(twin, torch.nn.GRU):
        gradients["dban"] = _grad(twin, "bias_hh", l, d)[2 * twin.hidden_size :]
    return gradients


def _grad(twin: torch.nn.RNNBase, name: str, l: int, d: int) -> Array:
    return getattr(twin, _name(name, l, d)).grad.numpy()


def _name(name: str, l: int, d: int) -> str:
    return f"{name}_l{l}" + ("_reverse" if d == 1 else "")
