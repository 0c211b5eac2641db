"""The weights of one direction of one recurrent layer, and their counterparts in torch."""

from typing import Any

import torch
from torch import nn

from unrolled.kernels import NUM_GATES, Cell, Weights
from unrolled.layers.initialise import orthogonal, xavier_uniform

__all__ = ["Direction", "cell_of", "torch_module"]

_NAMES = set(Weights._fields)


class Direction(nn.Module):
    """Parameters named as in the textbook: `Wax` (G·H, D), `Waa` (G·H, H), `ba` (G·H) and, for the GRU, `ban` (H).

    They begin as: `Wax` Xavier-uniform and `Waa` orthogonal, each gate for itself; biases zero, but 1 for the LSTM's
    forget gate, which then begins by remembering (Jozefowicz et al. 2015).
    """

    ban: nn.Parameter | None

    def __init__(self, cell: Cell, input_size: int, hidden_size: int, generator: torch.Generator) -> None:
        super().__init__()
        G = NUM_GATES[cell]
        self.Wax = xavier_uniform(G, hidden_size, input_size, generator)
        self.Waa = orthogonal(G, hidden_size, generator)
        self.ba = nn.Parameter(torch.zeros(G * hidden_size))
        self.register_parameter("ban", nn.Parameter(torch.zeros(hidden_size)) if cell == "gru" else None)
        if cell == "lstm":
            self.ba.data[hidden_size : 2 * hidden_size] = 1.0

    def weights(self) -> Weights:
        """The parameters as the kernels take them."""
        held: Any = self._parameters
        if held.keys() == _NAMES:  # four look-ups by way of nn.Module take as long as some steps of a small layer
            return Weights(**held)
        hooks, with_kwargs = (vars(self)[f"_forward_pre_hooks{which}"] for which in ("", "_with_kwargs"))
        for number, hook in hooks.items():  # torch.nn.utils.prune multiplies by its masks in such
            if number not in with_kwargs:
                hook(self, ())
        return Weights(self.Wax, self.Waa, self.ba, self.ban)  # parametrized, or pruned

    @torch.no_grad()
    def read_torch(self, module: nn.RNNBase, suffix: str) -> None:
        """Copy the parameters whose names end in `suffix`, as `l0` or `l1_reverse`; torch's two biases act as one."""
        self.Wax.copy_(module.get_parameter(f"weight_ih_{suffix}"))
        self.Waa.copy_(module.get_parameter(f"weight_hh_{suffix}"))
        self.ba.zero_()
        if not module.bias:
            return
        b_hh = module.get_parameter(f"bias_hh_{suffix}").clone()
        if self.ban is not None:
            b_n = b_hh[-len(self.ban) :]
            self.ban.copy_(b_n)
            b_n.zero_()
        self.ba.copy_(module.get_parameter(f"bias_ih_{suffix}") + b_hh)

    @torch.no_grad()
    def write_torch(self, module: nn.RNNBase, suffix: str) -> None:
        """Copy the parameters into those whose names end in `suffix`; `bias_hh` becomes zero but for `ban`."""
        module.get_parameter(f"weight_ih_{suffix}").copy_(self.Wax)
        module.get_parameter(f"weight_hh_{suffix}").copy_(self.Waa)
        module.get_parameter(f"bias_ih_{suffix}").copy_(self.ba)
        b_hh = module.get_parameter(f"bias_hh_{suffix}").zero_()
        if self.ban is not None:
            b_hh[-len(self.ban) :] = self.ban


def cell_of(module: nn.RNNBase) -> Cell:
    """The name here of a torch module's cell."""
    cells: dict[str, Cell] = {"RNN_TANH": "rnn", "RNN_RELU": "rnn_relu", "GRU": "gru", "LSTM": "lstm"}
    return cells[module.mode]


def torch_module(
    cell: Cell, input_size: int, hidden_size: int, *, num_layers: int, bidirectional: bool, dropout: float
) -> nn.RNNBase:
    """A torch module, batch first, for this cell; its weights are to be written over."""
    kind = {"gru": nn.GRU, "lstm": nn.LSTM}.get(cell, nn.RNN)
    # meta: torch would draw weights from its global generator.
    with torch.device("meta"):
        module = kind(
            input_size,
            hidden_size,
            num_layers,
            batch_first=True,
            bidirectional=bidirectional,
            dropout=dropout if num_layers > 1 else 0.0,
        )
    if isinstance(module, nn.RNN) and cell == "rnn_relu":
        module.nonlinearity, module.mode = "relu", "RNN_RELU"
    return module.to_empty(device="cpu")
