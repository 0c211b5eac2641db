"""What a cell is: one step forward, one step back, and the names and shapes of its parameters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from unrolled.errors import DataError

__all__ = ["Array", "Cell", "Gradients", "Saved", "State", "Step", "StepBack", "Weights"]

Array: TypeAlias = NDArray[np.float64]

Weights: TypeAlias = dict[str, Array]
"""Parameters by name: `Wax` (G·H, D), `Waa` (G·H, H), `ba` (G·H); the GRU adds `ban` (H), an output `Wya` and `by`."""

Gradients: TypeAlias = dict[str, Array]
"""Gradients by name: `d` + the name of the thing, in the thing's shape."""

State: TypeAlias = tuple[Array, ...]
"""What one step hands to the next, each (H): (a,), or (a, c) for the LSTM. a⟨t⟩ always comes first."""

Saved: TypeAlias = tuple[Array, ...]
"""What one step forward keeps for its step back."""

Step: TypeAlias = Callable[[Weights, Array, State], tuple[State, Saved]]
StepBack: TypeAlias = Callable[[Weights, Saved, State], tuple[Array, State, Gradients]]


@dataclass(frozen=True, slots=True)
class Cell:
    """A recurrent cell as data: `unroll` and everything above it work for any `Cell`.

    `step(weights, x, state) -> (state, saved)` takes x⟨t⟩ (D) and the state of step t-1.
    `step_back(weights, saved, dstate) -> (dx, dstate_prev, gradients)` takes ∂L/∂state⟨t⟩; `gradients` has one entry
    for each of the cell's parameters.

    >>> from unrolled.textbook.lstm import LSTM
    >>> LSTM.shapes(D=5, H=2)
    {'Wax': (8, 5), 'Waa': (8, 2), 'ba': (8,)}
    """

    name: str
    gates: tuple[str, ...]
    """The G blocks of H rows in `Wax`, `Waa` and `ba`, in order."""
    state: tuple[str, ...]
    step: Step
    step_back: StepBack
    vectors: tuple[str, ...] = ()
    """Names of further parameters of shape (H)."""

    def shapes(self, D: int, H: int) -> dict[str, tuple[int, ...]]:
        """The shape of each parameter for inputs of width D and H units."""
        G = len(self.gates)
        return {"Wax": (G * H, D), "Waa": (G * H, H), "ba": (G * H,)} | dict.fromkeys(self.vectors, (H,))

    def draw(self, D: int, H: int, rng: np.random.Generator) -> Weights:
        """Random weights for a start, uniform in ±1/√H as in torch."""
        bound = 1 / np.sqrt(H)
        return {name: rng.uniform(-bound, bound, shape) for name, shape in self.shapes(D, H).items()}

    def zero_state(self, H: int) -> State:
        """a⟨0⟩ = 0, and so for every other part of the state."""
        return tuple(np.zeros(H) for _ in self.state)

    def check(self, weights: Weights, x: Array, state: State) -> None:
        """Raise DataError unless x is (T_x, D) and the weights and the state have the shapes that belong to it."""
        if x.ndim != 2:
            raise DataError(f"{self.name}: x must be one sequence (T_x, D); found shape {x.shape}")
        missing = [name for name in self.shapes(1, 1) if name not in weights]
        if missing:
            raise DataError(f"{self.name}: the weights lack {', '.join(missing)}; found {', '.join(weights)}")
        H = weights["Waa"].shape[-1]
        for name, shape in self.shapes(x.shape[1], H).items():
            if weights[name].shape != shape:
                raise DataError(
                    f"{self.name}: {name} must be {shape} for x {x.shape} and H = {H}; found {weights[name].shape}"
                )
        if [part.shape for part in state] != [(H,)] * len(self.state):
            wanted = ", ".join(f"{part} ({H},)" for part in self.state)
            raise DataError(
                f"{self.name}: the state must be a tuple of {wanted}; found {[part.shape for part in state]}"
            )
