"""Keras in the recurrent benchmark: its SimpleRNN, GRU and LSTM layers on a padded batch, jitted, on its JAX backend.

Of its backends JAX is the fastest over all, TensorFlow at larger batches of some layers: `keras_backends.py`.
"""

from collections.abc import Callable

import jax
import keras
import numpy as np
from jax import numpy as jnp
from peers.jax_scan import jax_stepping
from recurrent_problem import Answers, Builder, Problem, Run, name_gradients, reorder_gates, split_outputs

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


def batch_first(padded: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(padded.swapaxes(0, 1))


def mask_of(problem: Problem) -> np.ndarray | None:
    """Only where an answer depends on it: backwards, a sequence would begin in its padding."""
    return batch_first(problem.mask()) if problem.is_ragged and problem.point.directions == 2 else None


def stateless(layer: keras.Layer) -> tuple[list[jax.Array], Callable]:
    """The layer's weights, and the layer as a function of them and of what it is called with."""
    weights = [variable.value for variable in layer.trainable_variables]
    others = [variable.value for variable in layer.non_trainable_variables]
    return weights, lambda w, *inputs, **options: layer.stateless_call(w, others, *inputs, **options)[0]


def outputs(problem: Problem, y_NTE: jax.Array) -> Answers:
    return split_outputs(problem.rows(np.asarray(y_NTE).swapaxes(0, 1)), problem.point.directions)


def training(problem: Problem) -> Run:
    weights, forward = stateless(layer_of(problem))
    x_NTD, dy_NTE = (jnp.asarray(batch_first(problem.padded(rows))) for rows in (problem.x_MD, problem.dy_ME))
    mask_NT = mask_of(problem)

    @jax.jit
    def gradients(weights: list[jax.Array], x_NTD: jax.Array, dy_NTE: jax.Array) -> tuple:
        y, back = jax.vjp(lambda w, x: forward(w, x, mask=mask_NT), weights, x_NTD)
        return y, *back(dy_NTE)

    def call() -> tuple:
        return jax.block_until_ready(gradients(weights, x_NTD, dy_NTE))

    def answers() -> Answers:
        y, of_weights, dx = call()
        parts = [np.asarray(gradient) for gradient in of_weights]
        named = [from_keras(problem.point.cell, parts[i : i + 3], problem.point.H) for i in range(0, len(parts), 3)]
        return outputs(problem, y) | name_gradients(problem.rows(np.asarray(dx).swapaxes(0, 1)), named)

    return Run(call, answers)


def inference(problem: Problem) -> Run:
    weights, forward = stateless(layer_of(problem))
    x_NTD, mask_NT = jnp.asarray(batch_first(problem.padded(problem.x_MD))), mask_of(problem)
    compiled = jax.jit(lambda weights, x_NTD: forward(weights, x_NTD, mask=mask_NT))

    def call() -> jax.Array:
        return jax.block_until_ready(compiled(weights, x_NTD))

    return Run(call, lambda: outputs(problem, call()))


def step(problem: Problem) -> Run:
    """The layer's cell under jit, each call waited for."""
    cell, H = problem.point.cell, problem.point.H
    layer = CELLS[cell](H)
    layer.build((1, H))
    layer.set_weights(to_keras(cell, problem.weights[0]))
    weights, forward = stateless(layer)
    x_1D = jnp.asarray(problem.x_MD)
    one = jax.jit(lambda weights, x_1D, state: forward(weights, x_1D, state)[1])
    parts = (problem.a_H, problem.c_H) if cell == "lstm" else (problem.a_H,)
    return jax_stepping(lambda state: jax.block_until_ready(one(weights, x_1D, list(state))), parts)


BUILDERS: dict[str, dict[str, Builder]] = {
    "training": {"keras": training},
    "inference": {"keras": inference},
    "step": {"keras": step},
}
