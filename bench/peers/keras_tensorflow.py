"""Keras on its TensorFlow backend in the recurrent benchmark: its layers on a padded batch in a `tf.function`.

Plain and compiled by XLA: either is the faster one somewhere. Its functions return when their results are there.
"""

from collections.abc import Callable
from functools import partial

import tensorflow as tf
from peers.keras_common import batch_first, cell_of, gradients, layer_of, mask_of, outputs
from recurrent_problem import Answers, Builder, Problem, Run, stepping

tf.get_logger().setLevel("ERROR")  # that every point traces its function anew is no news


def training(problem: Problem, jit: bool) -> Run:
    layer, mask_NT = layer_of(problem), mask_of(problem)
    x_NTD, dy_NTE = (tf.constant(batch_first(problem.padded(rows))) for rows in (problem.x_MD, problem.dy_ME))

    @tf.function(jit_compile=jit)
    def train(x_NTD: tf.Tensor, dy_NTE: tf.Tensor) -> tuple:
        with tf.GradientTape() as tape:
            tape.watch(x_NTD)
            y = layer(x_NTD, mask=mask_NT)
        weights = [variable.value for variable in layer.trainable_variables]
        return y, *tape.gradient(y, (weights, x_NTD), output_gradients=dy_NTE)

    def answers() -> Answers:
        y, of_weights, dx = train(x_NTD, dy_NTE)
        return outputs(problem, y.numpy()) | gradients(problem, [part.numpy() for part in of_weights], dx.numpy())

    return Run(partial(train, x_NTD, dy_NTE), answers)


def inference(problem: Problem, jit: bool) -> Run:
    layer, mask_NT = layer_of(problem), mask_of(problem)
    x_NTD = tf.constant(batch_first(problem.padded(problem.x_MD)))
    call = partial(tf.function(lambda x_NTD: layer(x_NTD, mask=mask_NT), jit_compile=jit), x_NTD)
    return Run(call, lambda: outputs(problem, call().numpy()))


def step(problem: Problem, jit: bool) -> Run:
    """The layer's cell, one call a step."""
    cell, x_1D = cell_of(problem), tf.constant(problem.x_MD)
    one = tf.function(lambda x_1D, state: cell(x_1D, state)[1], jit_compile=jit)
    begin = [*map(tf.constant, problem.states)]
    return stepping(lambda state: one(x_1D, state), begin, lambda state: [part.numpy() for part in state])


PLAIN, XLA = "keras, tensorflow", "keras, tensorflow XLA"


def builders(build: Callable[[Problem, bool], Run]) -> dict[str, Builder]:
    return {PLAIN: partial(build, jit=False), XLA: partial(build, jit=True)}


BUILDERS = {"training": builders(training), "inference": builders(inference), "step": builders(step)}
