"""torch.compile in the recurrent benchmark: the whole of a plain loop over time, in one direction, unrolled.

A point compiles for ten seconds to minutes. A compiled step, or eight of them, called in a plain loop compiles sooner,
but pays for its checks at every call and was many times slower.
"""

import torch
from peers.torch_layers import torch_stepping
from recurrent_problem import Answers, Builder, Problem, Run, name_gradients
from torch import Tensor, nn

State = tuple[Tensor, ...]
Direction = dict[str, Tensor]


def advance_rnn(w: Direction, z: Tensor, a: Tensor) -> State:
    return (torch.tanh(z + nn.functional.linear(a, w["Waa"])),)


def advance_gru(w: Direction, z: Tensor, a: Tensor) -> State:
    z_r, z_u, z_n = z.chunk(3, -1)
    p_r, p_u, p_n = nn.functional.linear(a, w["Waa"]).chunk(3, -1)
    r, u = torch.sigmoid(z_r + p_r), torch.sigmoid(z_u + p_u)
    return ((1 - u) * torch.tanh(z_n + r * (p_n + w["ban"])) + u * a,)


def advance_lstm(w: Direction, z: Tensor, a: Tensor, c: Tensor) -> State:
    i, f, g, o = (z + nn.functional.linear(a, w["Waa"])).chunk(4, -1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


ADVANCE = {"rnn": advance_rnn, "gru": advance_gru, "lstm": advance_lstm}


def loop(cell: str, w: Direction, x_TND: Tensor) -> Tensor:
    """Outputs (T, N, H) from zero."""
    zero = x_TND.new_zeros(x_TND.shape[1], w["Waa"].shape[1])
    state: State = (zero, zero) if cell == "lstm" else (zero,)
    y: list[Tensor] = []
    for z in nn.functional.linear(x_TND, w["Wax"], w["ba"]).unbind():
        state = ADVANCE[cell](w, z, *state)
        y.append(state[0])
    return torch.stack(y)


def prepare(problem: Problem, trained: bool) -> tuple[Direction, Tensor]:
    torch.compiler.reset()
    (weights,) = problem.weights
    w = {name: torch.from_numpy(weight).requires_grad_(trained) for name, weight in weights.items()}
    return w, torch.from_numpy(problem.padded(problem.x_MD)).requires_grad_(trained)


def training(problem: Problem) -> Run:
    w, x_TND = prepare(problem, trained=True)
    dy_TNE = torch.from_numpy(problem.padded(problem.dy_ME))
    compiled = torch.compile(loop, dynamic=False, fullgraph=True)

    def call() -> tuple:
        y = compiled(problem.point.cell, w, x_TND)
        return y, torch.autograd.grad(y, [x_TND, *w.values()], dy_TNE)

    def answers() -> Answers:
        y, (dx, *of_weights) = call()
        named = {name: gradient.numpy() for name, gradient in zip(w, of_weights, strict=True)}
        return {"y_forwards": problem.rows(y.detach().numpy())} | name_gradients(problem.rows(dx.numpy()), [named])

    return Run(call, answers)


def inference(problem: Problem) -> Run:
    w, x_TND = prepare(problem, trained=False)
    compiled = torch.compile(loop, dynamic=False, fullgraph=True)

    def call() -> Tensor:
        with torch.no_grad():
            return compiled(problem.point.cell, w, x_TND)

    return Run(call, lambda: {"y_forwards": problem.rows(call().numpy())})


def step(problem: Problem) -> Run:
    """The whole step in one compiled function: both products, the gates, the state."""
    w, x_TND = prepare(problem, trained=False)
    advance, x_1D = ADVANCE[problem.point.cell], x_TND[0]

    @torch.compile(dynamic=False, fullgraph=True)
    def one(x_1D: Tensor, *state: Tensor) -> State:
        return advance(w, nn.functional.linear(x_1D, w["Wax"], w["ba"]), *state)

    def forward(state: State | Tensor) -> State | Tensor:
        after = one(x_1D, *(state if isinstance(state, tuple) else (state,)))
        return after if len(after) > 1 else after[0]

    return torch_stepping(problem, forward, (1, -1))


BUILDERS: dict[str, dict[str, Builder]] = {
    "training": {"torch.compile": training},
    "inference": {"torch.compile": inference},
    "step": {"torch.compile": step},
}
