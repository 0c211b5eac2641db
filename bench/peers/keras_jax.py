"""Keras on its JAX backend in the recurrent benchmark: its layers on a padded batch, jitted."""

from collections.abc import Callable

import jax
import keras
import numpy as np
from jax import numpy as jnp
from peers.jax_scan import jax_stepping
from peers.keras_common import batch_first, cell_of, gradients, layer_of, mask_of, outputs
from recurrent_problem import Answers, Builder, Problem, Run


def stateless(layer: keras.Layer) -> tuple[list[jax.Array], Callable]:
    """The layer's weights, and the layer as a function of them and of what it is called with."""
    weights = [variable.value for variable in layer.trainable_variables]
    others = [variable.value for variable in layer.non_trainable_variables]
    return weights, lambda w, *inputs, **options: layer.stateless_call(w, others, *inputs, **options)[0]


def training(problem: Problem) -> Run:
    weights, forward = stateless(layer_of(problem))
    x_NTD, dy_NTE = (jnp.asarray(batch_first(problem.padded(rows))) for rows in (problem.x_MD, problem.dy_ME))
    mask_NT = mask_of(problem)

    @jax.jit
    def train(weights: list[jax.Array], x_NTD: jax.Array, dy_NTE: jax.Array) -> tuple:
        y, back = jax.vjp(lambda w, x: forward(w, x, mask=mask_NT), weights, x_NTD)
        return y, *back(dy_NTE)

    def call() -> tuple:
        return jax.block_until_ready(train(weights, x_NTD, dy_NTE))

    def answers() -> Answers:
        y, of_weights, dx = call()
        return outputs(problem, np.asarray(y)) | gradients(problem, [*map(np.asarray, of_weights)], np.asarray(dx))

    return Run(call, answers)


def inference(problem: Problem) -> Run:
    weights, forward = stateless(layer_of(problem))
    x_NTD, mask_NT = jnp.asarray(batch_first(problem.padded(problem.x_MD))), mask_of(problem)
    compiled = jax.jit(lambda weights, x_NTD: forward(weights, x_NTD, mask=mask_NT))

    def call() -> jax.Array:
        return jax.block_until_ready(compiled(weights, x_NTD))

    return Run(call, lambda: outputs(problem, np.asarray(call())))


def step(problem: Problem) -> Run:
    """The layer's cell under jit, each call waited for."""
    weights, forward = stateless(cell_of(problem))
    x_1D = jnp.asarray(problem.x_MD)
    one = jax.jit(lambda weights, x_1D, state: forward(weights, x_1D, state)[1])
    return jax_stepping(problem, lambda state: jax.block_until_ready(one(weights, x_1D, list(state))))


NAME = "keras, jax"
BUILDERS: dict[str, dict[str, Builder]] = {
    "training": {NAME: training},
    "inference": {NAME: inference},
    "step": {NAME: step},
}
