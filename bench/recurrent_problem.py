"""What every contestant of the recurrent benchmark computes, from the same arrays, and how it gives its answers."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from recurrent_grid import NUM_GATES, Point

Array = np.ndarray
Answers = dict[str, Array]
STEPS = 3  # that the answers of the single step cover
NAMES = ("forwards", "backwards")


@dataclass(frozen=True, slots=True)
class Run:
    """A contestant ready at one point.

    `call` is what is timed: when it returns, the results are there. `answers` computes the same and gives it in the
    names and the layout of `answer_names`; `unanswered` says why some of them cannot be right, where that is so.
    """

    call: Callable[[], object]
    answers: Callable[[], Answers]
    unanswered: str = ""


Builder = Callable[["Problem"], Run]


class Problem:
    """The arrays of a point, float32, drawn from a seed of its own: equal in every process.

    x_MD and dy_ME (E = directions·H) hold the sequences one after the other; `weights` has Wax (G·H, D), Waa (G·H, H),
    ba (G·H) and, for the GRU, ban (H) of each direction, in torch's order of the gates; a_H and c_H are the state
    before a single step.
    """

    def __init__(self, point: Point) -> None:
        self.point = point
        self.lengths = np.array(point.lengths_N, dtype=np.int64)
        rng = np.random.default_rng([point.H, point.N, point.directions, NUM_GATES[point.cell]])
        G, H = NUM_GATES[point.cell], point.H
        shapes = {"Wax": (G * H, H), "Waa": (G * H, H), "ba": (G * H,)} | ({"ban": (H,)} if point.cell == "gru" else {})
        bound = H**-0.5
        self.weights = [
            {name: ((rng.random(shape, np.float32) * 2 - 1) * bound) for name, shape in shapes.items()}
            for _ in range(point.directions)
        ]
        self.x_MD = rng.standard_normal((point.M, H), np.float32)
        self.dy_ME = rng.standard_normal((point.M, point.directions * H), np.float32)
        self.a_H = rng.standard_normal(H, np.float32) * np.float32(0.5)
        self.c_H = rng.standard_normal(H, np.float32)

    @cached_property
    def order(self) -> Array:
        """(N,) the sequences, longest first."""
        return np.argsort(-self.lengths, kind="stable")

    @cached_property
    def sorted_lengths(self) -> Array:
        return self.lengths[self.order]

    @cached_property
    def _places(self) -> tuple[Array, Array]:
        """For each row of M its step and its sequence's place in `order`."""
        steps = np.concatenate([np.arange(length) for length in self.lengths])
        place = np.empty_like(self.order)
        place[self.order] = np.arange(len(self.order))
        return steps, np.repeat(place, self.lengths)

    @property
    def is_ragged(self) -> bool:
        return bool((self.lengths != self.lengths[0]).any())

    @property
    def states(self) -> tuple[Array, ...]:
        """What a single step begins from: a, and the LSTM's c, each (1, H)."""
        return tuple(part[None] for part in (self.a_H, self.c_H)[: 2 if self.point.cell == "lstm" else 1])

    def padded(self, rows: Array) -> Array:
        """(T, N, ...), zero where there is no row; the longest sequence first."""
        padded = np.zeros((self.point.T, self.point.N, *rows.shape[1:]), rows.dtype)
        padded[self._places] = rows
        return padded

    def rows(self, padded: Array) -> Array:
        """(M, ...) of what `padded` made, in the caller's order."""
        return padded[self._places]

    def mask(self) -> Array:
        """(T, N) bool: where `padded` has a row."""
        return self.padded(np.ones(self.point.M, bool))


def stepping(advance: Callable[[Any], Any], begin: Any, arrays: Callable[[Any], list[Array]]) -> Run:
    """Every call goes on from the state that the last one left; the answers are a (and c) STEPS after `begin`."""
    state = begin

    def call() -> Any:
        nonlocal state
        state = advance(state)
        return state

    def answers() -> Answers:
        nonlocal state
        state = begin
        for _ in range(STEPS):
            call()
        return {name: array.ravel() for name, array in zip("ac", arrays(state), strict=False)}

    return Run(call, answers)


def answer_names(point: Point) -> list[str]:
    """What is compared: outputs and, in training, the gradients of the input and of every weight."""
    if point.task == "step":
        return ["a", "c"] if point.cell == "lstm" else ["a"]
    names = NAMES[: point.directions]
    answers = [f"y_{name}" for name in names]
    if point.task == "training":
        kinds = ["Wax", "Waa", "ba"] + (["ban"] if point.cell == "gru" else [])
        answers += ["dx"] + [f"d{kind}_{name}" for name in names for kind in kinds]
    return answers


def split_outputs(y_ME: Array, directions: int) -> Answers:
    """(M, directions·H) as one answer a direction."""
    return {f"y_{name}": y for name, y in zip(NAMES, np.split(y_ME, directions, axis=1), strict=False)}


def name_gradients(dx_MD: Array, gradients: list[dict[str, Array]]) -> Answers:
    """The gradients of x and of the weights of each direction as answers."""
    answers = {"dx": dx_MD}
    for name, of_direction in zip(NAMES, gradients, strict=False):
        answers |= {f"d{kind}_{name}": gradient for kind, gradient in of_direction.items()}
    return answers


def reorder_gates(array: Array, order: tuple[int, ...]) -> Array:
    """Blocks of gates along the first axis, block i of the result being block order[i] of `array`."""
    blocks = np.split(array, len(order), axis=0)
    return np.ascontiguousarray(np.concatenate([blocks[i] for i in order]))
