"""Keras in the recurrent benchmark, whatever its backend: its layers with the problem's weights, and their answers."""

import keras
import numpy as np
from recurrent_problem import Answers, Problem, name_gradients, reorder_gates, split_outputs

ORDERS = {"rnn": (0,), "gru": (1, 0, 2), "lstm": (0, 1, 2, 3)}  # Keras' z, r, h out of torch's r, z, n; and back
LAYERS = {"rnn": keras.layers.SimpleRNN, "gru": keras.layers.GRU, "lstm": keras.layers.LSTM}
CELLS = {"rnn": keras.layers.SimpleRNNCell, "gru": keras.layers.GRUCell, "lstm": keras.layers.LSTMCell}


def to_keras(cell: str, weights: dict[str, np.ndarray]) -> list[np.ndarray]:
    """kernel (D, G·H), recurrent kernel (H, G·H) and bias, the GRU's (2, G·H)."""
    order = ORDERS[cell]
    bias = reorder_gates(weights["ba"], order)
    if "ban" in weights:
        second = np.zeros_like(bias)
        second[-len(weights["ban"]) :] = weights["ban"]
        bias = np.stack([bias, second])
    return [reorder_gates(weights["Wax"], order).T, reorder_gates(weights["Waa"], order).T, bias]


def from_keras(cell: str, gradients: list[np.ndarray], H: int) -> dict[str, np.ndarray]:
    order = ORDERS[cell]
    kernel, recurrent, bias = gradients
    named = {"Wax": reorder_gates(kernel.T, order), "Waa": reorder_gates(recurrent.T, order)}
    if cell == "gru":
        return named | {"ba": reorder_gates(bias[0], order), "ban": bias[1, -H:]}
    return named | {"ba": reorder_gates(bias, order)}


def layer_of(problem: Problem) -> keras.Layer:
    point = problem.point
    layer = LAYERS[point.cell](point.H, return_sequences=True)
    if point.directions == 2:
        layer = keras.layers.Bidirectional(layer)
    layer.build((point.N, point.T, point.H))
    layer.set_weights([part for weights in problem.weights for part in to_keras(point.cell, weights)])
    return layer


def cell_of(problem: Problem) -> keras.Layer:
    """The layer's single step."""
    point = problem.point
    cell = CELLS[point.cell](point.H)
    cell.build((1, point.H))
    cell.set_weights(to_keras(point.cell, problem.weights[0]))
    return cell


def batch_first(padded: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(padded.swapaxes(0, 1))


def mask_of(problem: Problem) -> np.ndarray | None:
    """Only where an answer depends on it: backwards, a sequence would begin in its padding."""
    return batch_first(problem.mask()) if problem.is_ragged and problem.point.directions == 2 else None


def outputs(problem: Problem, y_NTE: np.ndarray) -> Answers:
    return split_outputs(problem.rows(y_NTE.swapaxes(0, 1)), problem.point.directions)


def gradients(problem: Problem, of_weights: list[np.ndarray], dx_NTD: np.ndarray) -> Answers:
    """`of_weights`: three arrays a direction, in the order of the layer's weights."""
    parts = [of_weights[i : i + 3] for i in range(0, len(of_weights), 3)]
    named = [from_keras(problem.point.cell, part, problem.point.H) for part in parts]
    return name_gradients(problem.rows(dx_NTD.swapaxes(0, 1)), named)
