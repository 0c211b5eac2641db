"""JAX in the recurrent benchmark: lax.scan under jit on a padded batch; the input product is taken out of the loop."""

from collections.abc import Callable
from functools import partial

import jax
import numpy as np
from jax import numpy as jnp
from recurrent_problem import Answers, Builder, Problem, Run, name_gradients, split_outputs, stepping

Weights = list[dict[str, jax.Array]]
State = tuple[jax.Array, ...]


def advance(cell: str, w: dict[str, jax.Array], z: jax.Array, state: State) -> State:
    """One step from the input's product z (N, G·H) and the state, its parts (N, H)."""
    a = state[0]
    if cell == "rnn":
        return (jnp.tanh(z + a @ w["Waa"]),)
    if cell == "gru":
        z_r, z_u, z_n = jnp.split(z, 3, axis=-1)
        p_r, p_u, p_n = jnp.split(a @ w["Waa"], 3, axis=-1)
        r, u = jax.nn.sigmoid(z_r + p_r), jax.nn.sigmoid(z_u + p_u)
        n = jnp.tanh(z_n + r * (p_n + w["ban"]))
        return ((1 - u) * n + u * a,)
    i, f, g, o = jnp.split(z + a @ w["Waa"], 4, axis=-1)
    c = jax.nn.sigmoid(f) * state[1] + jax.nn.sigmoid(i) * jnp.tanh(g)
    return jax.nn.sigmoid(o) * jnp.tanh(c), c


def layer(cell: str, weights: Weights, x_TND: jax.Array, mask_TN1: jax.Array | None, unroll: int) -> jax.Array:
    """Outputs (T, N, directions·H). Backwards, the mask keeps the state at zero until a sequence begins."""
    y: list[jax.Array] = []
    for direction, w in enumerate(weights):
        zero = jnp.zeros((x_TND.shape[1], w["Waa"].shape[0]), x_TND.dtype)
        begin = (zero, zero) if cell == "lstm" else (zero,)
        mask = mask_TN1 if direction else None

        def body(state: State, inputs: tuple, w: dict = w) -> tuple[State, jax.Array]:
            z, m = inputs
            state = advance(cell, w, z, state)
            state = state if m is None else tuple(part * m for part in state)
            return state, state[0]

        inputs = (x_TND @ w["Wax"] + w["ba"], mask)
        y.append(jax.lax.scan(body, begin, inputs, reverse=bool(direction), unroll=unroll)[1])
    return jnp.concatenate(y, axis=-1) if len(y) > 1 else y[0]


def prepare(problem: Problem) -> tuple[Weights, jax.Array, jax.Array | None, jax.Array]:
    """The weights lie (D, G·H), as JAX's users keep them: nothing is transposed in a call."""
    weights = [{k: jnp.asarray(w.T if w.ndim == 2 else w) for k, w in of.items()} for of in problem.weights]
    mask = jnp.asarray(problem.mask()[:, :, None], jnp.float32) if problem.is_ragged else None
    return weights, jnp.asarray(problem.padded(problem.x_MD)), mask, jnp.asarray(problem.padded(problem.dy_ME))


def training(problem: Problem, unroll: int) -> Run:
    weights, x_TND, mask, dy_TNE = prepare(problem)

    @jax.jit
    def gradients(weights: Weights, x_TND: jax.Array, dy_TNE: jax.Array) -> tuple:
        y, back = jax.vjp(lambda w, x: layer(problem.point.cell, w, x, mask, unroll), weights, x_TND)
        return y, *back(dy_TNE)

    def call() -> tuple:
        return jax.block_until_ready(gradients(weights, x_TND, dy_TNE))

    def answers() -> Answers:
        y, of_weights, dx = call()
        named = [{k: np.asarray(g).T if g.ndim == 2 else np.asarray(g) for k, g in of.items()} for of in of_weights]
        found = split_outputs(problem.rows(np.asarray(y)), problem.point.directions)
        return found | name_gradients(problem.rows(np.asarray(dx)), named)

    return Run(call, answers)


def inference(problem: Problem, unroll: int) -> Run:
    weights, x_TND, mask, _ = prepare(problem)
    outputs = jax.jit(lambda weights, x_TND: layer(problem.point.cell, weights, x_TND, mask, unroll))

    def call() -> jax.Array:
        return jax.block_until_ready(outputs(weights, x_TND))

    return Run(call, lambda: split_outputs(problem.rows(np.asarray(call())), problem.point.directions))


def step(problem: Problem) -> Run:
    """One jitted call a step, each waited for: its output is what the next input is chosen by."""
    weights, x_1D = prepare(problem)[0][0], jnp.asarray(problem.x_MD)
    cell = problem.point.cell

    @jax.jit
    def one(weights: dict[str, jax.Array], x_1D: jax.Array, state: State) -> State:
        return advance(cell, weights, x_1D @ weights["Wax"] + weights["ba"], state)

    return jax_stepping(problem, lambda state: jax.block_until_ready(one(weights, x_1D, state)))


def jax_stepping(problem: Problem, advance: Callable[[State], State]) -> Run:
    return stepping(advance, tuple(map(jnp.asarray, problem.states)), lambda state: [*map(np.asarray, state)])


# `unroll` is the number of steps a turn of the loop. More than 1 wins on one sequence and a cell of many gates; 2 and 8
# were not faster than the better of the two, and nothing but 1 pays where there are several sequences.
BUILDERS: dict[str, dict[str, Builder]] = {
    "training": {"jax": partial(training, unroll=1), "jax, unroll 4": partial(training, unroll=4)},
    "inference": {"jax": partial(inference, unroll=1), "jax, unroll 4": partial(inference, unroll=4)},
    "step": {"jax": step},
}
