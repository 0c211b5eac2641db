"""What the laws are tried on: random weights and ragged sequences, finite differences, and comparison."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from types import ModuleType
from typing import Any

import numpy as np
from contract.cells import Row

from unrolled.textbook import Array, Cell, State, Weights

__all__ = ["FINITE_DIFFERENCES", "ROUNDING", "Case", "Untouched", "arrays", "draw", "numeric_gradient", "same"]

LENGTHS = (3, 1, 4)

# Central differences with step 1e-5 err by about 1e-10 (the third derivative) plus 1e-11 (rounding).
FINITE_DIFFERENCES = 1e-7

# Both sides are float64; they differ in the order of sums of a few terms.
ROUNDING = 1e-10


@dataclass
class Case:
    """Weights, sequences and initial states; `P` and `Q` weigh activations and last states into one number."""

    cell: Cell
    weights: list[list[Weights]]
    xs: list[Array]
    states: list[list[list[State]]]
    P: list[Array]
    Q: list[list[list[State]]]
    ys: list[Array]
    """One-hot labels."""


def draw(book: ModuleType, row: Row, *, num_layers: int = 1, num_directions: int = 1, H: int = 3) -> Case:
    """A case with D = 2; the first layer's weights hold an output with K = 3 as well."""
    rng = np.random.default_rng(20)
    cell = book.CELLS[row.cell]
    D, K = 2, 3
    weights = [
        [
            {name: rng.normal(0.2, 0.7, shape) for name, shape in cell.shapes(width, H).items()}
            for _ in range(num_directions)
        ]
        for width in [D] + [num_directions * H] * (num_layers - 1)
    ]

    def states() -> list[list[list[State]]]:
        return [
            [[tuple(rng.normal(size=H) for _ in cell.state) for _ in range(num_directions)] for _ in range(num_layers)]
            for _ in LENGTHS
        ]

    weights[0][0] |= {"Wya": rng.normal(size=(K, H)), "by": rng.normal(size=K)}
    return Case(
        cell,
        weights,
        xs=[rng.normal(size=(T_x, D)) for T_x in LENGTHS],
        states=states(),
        P=[rng.normal(size=(T_x, num_directions * H)) for T_x in LENGTHS],
        Q=states(),
        ys=[np.eye(K)[rng.integers(K, size=T_y)] for T_y in LENGTHS],
    )


def numeric_gradient(value: Callable[[], float], array: Array, step: float = 1e-5) -> Array:
    """Central differences of `value()` by each entry of `array`, which is changed in place and put back."""
    numeric = np.zeros_like(array)
    for at in np.ndindex(array.shape):
        kept = array[at]
        array[at] = kept + step
        above = value()
        array[at] = kept - step
        below = value()
        array[at] = kept
        numeric[at] = (above - below) / (2 * step)
    return numeric


def same(actual: Array, wanted: Array, what: str, tolerance: float) -> None:
    """Assert equal shapes, and values within `tolerance`, absolute and relative."""
    assert actual.shape == wanted.shape, f"{what}: shape {actual.shape}, wanted {wanted.shape}"
    np.testing.assert_allclose(actual, wanted, rtol=tolerance, atol=tolerance, err_msg=what)


def arrays(tree: Any) -> Iterator[Array]:
    """Every array in nested containers and dataclasses."""
    if isinstance(tree, np.ndarray):
        yield tree
    elif isinstance(tree, dict):
        for value in tree.values():
            yield from arrays(value)
    elif isinstance(tree, tuple | list):
        for value in tree:
            yield from arrays(value)
    elif is_dataclass(tree):
        for part in fields(tree):
            yield from arrays(getattr(tree, part.name))


class Untouched:
    """Asserts on leaving that no array in `trees` has changed."""

    def __init__(self, *trees: Any) -> None:
        self.arrays = list(arrays(trees))

    def __enter__(self) -> None:
        self.copies = [array.copy() for array in self.arrays]

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        for array, copy in zip(self.arrays, self.copies, strict=True):
            assert np.array_equal(array, copy), "an argument has changed"
