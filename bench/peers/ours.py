"""`unrolled` in the recurrent benchmark: the public layer on the caller's ragged rows."""

import time
from collections.abc import Callable

import torch
from recurrent_problem import STEPS, Answers, Builder, Problem, Run, name_gradients, split_outputs
from torch import Tensor

from unrolled.data.ragged import Ragged
from unrolled.kernels import State
from unrolled.layers import Frozen, Recurrent, Stepper

NAME = "unrolled"
BFLOAT16 = f"{NAME}, bfloat16"
WORDS_OF_TABLE, WORD = 1000, 141
REST = "outside of these (engine, Python)"


def layer_of(problem: Problem) -> Recurrent:
    point = problem.point
    layer = Recurrent(point.cell, point.H, point.H, bidirectional=point.directions == 2)
    for direction, weights in zip(layer.directions(0), problem.weights, strict=True):
        direction.load_state_dict({name: torch.from_numpy(weight) for name, weight in weights.items()})
    return layer


def training(problem: Problem) -> Run:
    """A batch is made anew in every step, as a loader would: its lengths are new to the layer."""
    layer, lengths = layer_of(problem), torch.from_numpy(problem.lengths)
    x_MD = torch.from_numpy(problem.x_MD).requires_grad_()
    dy_ME = torch.from_numpy(problem.dy_ME)
    named = [dict(direction.named_parameters()) for direction in layer.directions(0)]
    wanted = [x_MD, *(parameter for of_direction in named for parameter in of_direction.values())]

    def call() -> tuple[Tensor, tuple[Tensor, ...]]:
        y = layer(Ragged(x_MD, lengths))[0].rows
        return y, torch.autograd.grad(y, wanted, dy_ME)

    def answers() -> Answers:
        y, gradients = call()
        dx, *rest = (gradient.numpy() for gradient in gradients)
        of_weights = iter(rest)
        return split_outputs(y.detach().numpy(), problem.point.directions) | name_gradients(
            dx, [{name: next(of_weights) for name in of_direction} for of_direction in named]
        )

    return Run(call, answers)


def inference(problem: Problem) -> Run:
    """Of the weights as they are, as a session of ONNX Runtime has them."""
    return inference_of(problem, Frozen(layer_of(problem)))


def inference_bfloat16(problem: Problem) -> Run:
    """Waa rounded to bfloat16, sums in float32."""
    return inference_of(problem, Frozen(layer_of(problem), weights="bfloat16"))


def inference_of(problem: Problem, frozen: Frozen) -> Run:
    lengths, x_MD = torch.from_numpy(problem.lengths), torch.from_numpy(problem.x_MD)

    def call() -> Tensor:
        return frozen(Ragged(x_MD, lengths))[0].rows

    return Run(call, lambda: split_outputs(call().numpy(), problem.point.directions))


def step(problem: Problem) -> Run:
    return stepping_on(problem, layer_of(problem).stepper(), torch.from_numpy(problem.x_MD))


def step_words(problem: Problem) -> Run:
    """x is the row of a word among others: its product with Wax was made with the stepper."""
    E = torch.randn(WORDS_OF_TABLE, problem.point.H)
    E[WORD] = torch.from_numpy(problem.x_MD)[0]
    return stepping_on(problem, layer_of(problem).stepper(vocabulary=E), WORD)


def step_bfloat16(problem: Problem) -> Run:
    """Wax and Waa rounded to bfloat16, sums in float32."""
    return stepping_on(problem, layer_of(problem).stepper(weights="bfloat16"), torch.from_numpy(problem.x_MD))


def stepping_on(problem: Problem, stepper: Stepper, x: Tensor | int) -> Run:
    """The state stays with the stepper; every call goes on from the one that the last one left."""
    first = [torch.from_numpy(part).view(1, 1, 1, -1) for part in (problem.a_H, problem.c_H)]
    begin = State(first[0], first[1] if problem.point.cell == "lstm" else None)
    stepper.state = begin

    def answers() -> Answers:
        stepper.state = begin
        for _ in range(STEPS):
            stepper.step(x)
        parts = {"a": stepper.state.a, "c": stepper.state.c}
        return {name: part.flatten().numpy() for name, part in parts.items() if part is not None}

    return Run(lambda: stepper.step(x), answers)


def profile(call: Callable[[], object], repeats: int = 3) -> list[tuple[str, float]]:
    """Seconds a call by torch operation, itself alone; without a gradient the engine is none, and lies in the rest."""
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as found:
        begin = time.perf_counter()
        for _ in range(repeats):
            call()
        spent = (time.perf_counter() - begin) / repeats
    times = {event.key: event.self_cpu_time_total / 1e6 / repeats for event in found.key_averages()}
    if "_Recur" not in times:
        times[REST] = spent - sum(times.values())
    return sorted(times.items(), key=lambda pair: -pair[1])[:6]


BUILDERS: dict[str, dict[str, Builder]] = {
    "training": {NAME: training},
    "inference": {NAME: inference, BFLOAT16: inference_bfloat16},
    "step": {NAME: step, f"{NAME}, words": step_words, BFLOAT16: step_bfloat16},
}
