"""The recurrent layer: RNN, GRU or LSTM, in one direction or both, one layer or several."""

import warnings
from collections.abc import Iterable
from typing import Literal, cast

import torch
from torch import Tensor, nn

from unrolled.data.ragged import Ragged, check_ragged
from unrolled.errors import DataError, SettingsError
from unrolled.kernels import CELLS, Cell, State, recur
from unrolled.layers.direction import Direction, cell_of, torch_module
from unrolled.layers.dropout import check_probability, dropout, variational
from unrolled.layers.initialise import generator_or_default
from unrolled.layers.stepper import Stepper

__all__ = ["Recurrent"]


class Recurrent(nn.Module):
    """A stack of recurrent layers over a ragged batch; nothing in it depends on `train()` or `eval()`.

    >>> layer = Recurrent("lstm", 3, 4, num_layers=2, bidirectional=True)
    >>> a, state = layer(Ragged.from_list([torch.ones(5, 3), torch.ones(1, 3)]))
    >>> a.rows.shape, state.a.shape
    (torch.Size([6, 8]), torch.Size([2, 2, 2, 4]))

    Arguments:
        cell: "rnn" (tanh), "rnn_relu", "gru" (reset after the product: Cho et al. 2014, arXiv:1406.1078v1, as in torch
            and cuDNN) or "lstm" (Gers et al. 2000, without peepholes).
        dropout: on what each layer but the last gives.
        variational_dropout: on what each layer reads, the same numbers at every step of a sequence.
        initial_state: a⟨0⟩ (and c⟨0⟩) where `forward` is given none: "zero", or "learned" parameters `a0` (and `c0`) of
            shape (num_layers, num_directions, H).
        generator: where the weights are drawn from; None is a new generator of seed 0.

    Raises:
        SettingsError: for a cell, size, probability or initial state that cannot be.
    """

    def __init__(
        self,
        cell: Cell,
        input_size: int,
        hidden_size: int,
        *,
        num_layers: int = 1,
        bidirectional: bool = False,
        dropout: float = 0.0,
        variational_dropout: float = 0.0,
        initial_state: Literal["zero", "learned"] = "zero",
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if cell not in CELLS:
            raise SettingsError(f"cell is {cell!r}. Give one of {', '.join(CELLS)}.")
        if initial_state not in ("zero", "learned"):
            raise SettingsError(f'initial_state is {initial_state!r}. Give "zero" or "learned".')
        sizes = {"input_size": input_size, "hidden_size": hidden_size, "num_layers": num_layers}
        for name, size in sizes.items():
            if size < 1:
                raise SettingsError(f"{name} is {size}. Give a whole number of at least 1.")
        check_probability("dropout", dropout)
        check_probability("variational_dropout", variational_dropout)
        if dropout > 0 and num_layers == 1:
            warnings.warn(
                "dropout acts between layers, so that with num_layers=1 it does nothing. See variational_dropout.",
                stacklevel=2,
            )
        self.cell: Cell = cell
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bidirectional = bidirectional
        self.num_directions = 2 if bidirectional else 1
        self.dropout = dropout
        self.variational_dropout = variational_dropout
        self.initial_state = initial_state
        generator = generator_or_default(generator)
        widths = [input_size] + [self.output_size] * (num_layers - 1)
        names = ("forwards", "backwards")[: self.num_directions]
        self.layers = nn.ModuleList(
            nn.ModuleDict({name: Direction(cell, width, hidden_size, generator) for name in names}) for width in widths
        )
        self.a0: nn.Parameter | None = None
        self.c0: nn.Parameter | None = None
        if initial_state == "learned":
            self.a0 = nn.Parameter(torch.zeros(num_layers, self.num_directions, hidden_size))
            self.c0 = nn.Parameter(torch.zeros_like(self.a0)) if cell == "lstm" else None

    @property
    def output_size(self) -> int:
        """Width of the rows that `forward` gives: num_directions·H."""
        return self.num_directions * self.hidden_size

    def directions(self, layer: int) -> list[Direction]:
        """The weights of a layer: forwards and, if bidirectional, backwards."""
        return cast(list[Direction], list(cast(nn.ModuleDict, self.layers[layer]).values()))

    def first_state(self, num_sequences: int) -> State:
        """a⟨0⟩ (and c⟨0⟩) of that many sequences where none is given, each (N, num_layers, num_directions, H)."""
        shape = (num_sequences, self.num_layers, self.num_directions, self.hidden_size)
        zero = self.directions(0)[0].ba.new_zeros(shape)
        a = zero if self.a0 is None else self.a0.expand(shape)
        if self.cell != "lstm":
            return State(a)
        return State(a, zero if self.c0 is None else self.c0.expand(shape))

    def start(self, x: Ragged, state: State | None) -> State | None:
        """The state that `forward` starts from, None where it is zero; raises DataError as `forward` does."""
        if x.rows.ndim != 2 or x.rows.shape[1] != self.input_size:
            raise DataError(f"Recurrent: x has rows {tuple(x.rows.shape)}. Give (M, {self.input_size}).")
        if state is not None:
            return self._checked(state, x.num_sequences)
        return None if self.a0 is None else self.first_state(x.num_sequences)

    def forward(
        self, x: Ragged, state: State | None = None, noise: torch.Generator | None = None
    ) -> tuple[Ragged, State]:
        """Activations of the last layer, rows (M, num_directions·H), forwards before backwards, and the last state.

        `x` has rows (M, input_size). States are (N, num_layers, num_directions, H), as each direction leaves them after
        its own last step; given back as `state`, a unidirectional stack goes on where it stopped, and a sequence in
        chunks gives what it gives whole. `noise` draws the dropout masks; None drops nothing. Raises DataError where
        the shape of x or of the state is not the layer's.
        """
        check_ragged("Recurrent", x)
        state = self.start(x, state)
        last: list[State] = []
        for layer, directions in enumerate(cast(Iterable[nn.ModuleDict], self.layers)):
            x = variational(x, self.variational_dropout, noise)
            weights = [cast(Direction, direction).weights() for direction in directions.values()]
            x, layer_state = recur(self.cell, x, weights, None if state is None else state.layer(layer))
            last.append(layer_state)
            if layer < self.num_layers - 1:
                x = x.with_rows(dropout(x.rows, self.dropout, noise))
        return x, State.stack(last)

    def stepper(
        self,
        num_sequences: int = 1,
        *,
        vocabulary: Tensor | None = None,
        weights: Literal["float32", "bfloat16"] = "float32",
        table_limit: int = 1 << 30,
    ) -> Stepper:
        """These weights, as they are now, one step of that many sequences at a time, from the first state on.

        >>> layer = Recurrent("gru", 3, 4, num_layers=2)
        >>> stepper, x = layer.stepper(), torch.ones(5, 3)
        >>> by_steps = torch.cat([stepper.step(x_t.view(1, 3)).clone() for x_t in x])
        >>> whole, last = layer(Ragged.from_list([x]))
        >>> torch.allclose(by_steps, whole.rows, atol=1e-6), torch.allclose(stepper.state.a, last.a, atol=1e-6)
        (True, True)

        Arguments:
            vocabulary: the embedding's rows (V, D); then `step` takes indices of words.
            weights: "bfloat16" halves the bytes that a step reads and rounds Wax and Waa; see `Stepper`.
            table_limit: bytes that the products of the vocabulary's rows with Wax may take.

        Nothing is dropped, as in `forward` without noise. Raises SettingsError for a bidirectional layer.
        """
        if self.bidirectional:
            raise SettingsError(
                "stepper: the layer is bidirectional, and its way back begins at the sequence's end. "
                "Make it with bidirectional=False, or call it on whole sequences."
            )
        if num_sequences < 1:
            raise SettingsError(f"stepper: num_sequences is {num_sequences}. Give a whole number of at least 1.")
        return Stepper(
            self.cell,
            [self.directions(number)[0].weights() for number in range(self.num_layers)],
            self.first_state(num_sequences),
            vocabulary=vocabulary,
            weights=weights,
            table_limit=table_limit,
        )

    def _checked(self, state: State, num_sequences: int) -> State:
        shape = (num_sequences, self.num_layers, self.num_directions, self.hidden_size)
        for name, part, needed in (("a", state.a, True), ("c", state.c, self.cell == "lstm")):
            found = None if part is None else tuple(part.shape)
            if found != (shape if needed else None):
                raise DataError(
                    f"Recurrent: the state's {name} is {found}. A {self.cell} needs {shape if needed else 'none'}: "
                    "(N, num_layers, num_directions, H)."
                )
        return state

    @classmethod
    def from_torch(cls, module: nn.RNNBase) -> "Recurrent":
        """A layer with the weights (copied), dropout and type of an nn.RNN, nn.GRU or nn.LSTM of any depth.

        torch's two biases are added into `ba`, except the GRU's last block of `bias_hh`, which is `ban`; missing ones
        are zero. Raises SettingsError for an LSTM with `proj_size`, which has no counterpart here.
        """
        if module.proj_size:
            raise SettingsError(f"from_torch: proj_size is {module.proj_size}. Only modules without one convert.")
        layer = cls(
            cell_of(module),
            module.input_size,
            module.hidden_size,
            num_layers=module.num_layers,
            bidirectional=module.bidirectional,
            dropout=module.dropout,
        ).to(module.get_parameter("weight_ih_l0"))
        for direction, suffix in layer._torch_names():
            direction.read_torch(module, suffix)
        return layer

    def to_torch(self) -> nn.RNNBase:
        """The nn.RNN, nn.GRU or nn.LSTM (batch first) with these weights, copied; `bias_hh` is zero but for `ban`.

        Variational dropout has no counterpart in torch and is left out. Raises SettingsError for a learned first
        state, which torch's modules cannot hold.
        """
        if self.a0 is not None:
            raise SettingsError(
                "to_torch: the initial state is learned, which torch's modules cannot hold. Load the weights into a "
                'Recurrent with initial_state="zero" (load_state_dict(..., strict=False)), convert that, and give '
                "first_state(N) of this one to the torch module."
            )
        module = torch_module(
            self.cell,
            self.input_size,
            self.hidden_size,
            num_layers=self.num_layers,
            bidirectional=self.bidirectional,
            dropout=self.dropout,
        ).to(self.directions(0)[0].ba)
        for direction, suffix in self._torch_names():
            direction.write_torch(module, suffix)
        return module

    def _torch_names(self) -> list[tuple[Direction, str]]:
        """Each direction with the end of its parameters' names in torch."""
        return [
            (direction, f"l{layer}{suffix}")
            for layer in range(self.num_layers)
            for direction, suffix in zip(self.directions(layer), ("", "_reverse"), strict=False)
        ]
