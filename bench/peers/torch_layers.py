"""torch.nn.RNN, GRU and LSTM in the recurrent benchmark: packed, padded, and one step at a time.

Time comes first, which torch does not have to transpose, and the sequences are sorted by length beforehand, so that
packing has nothing to sort; a user packs a padded batch in every step, which counts.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from recurrent_grid import NUM_GATES
from recurrent_problem import Answers, Builder, Problem, Run, name_gradients, split_outputs, stepping
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

SUFFIXES = ("l0", "l0_reverse")
AT_THE_ENDS = "padded, backwards, a sequence begins in its padding: only what the forward direction gives is right"


def module_of(problem: Problem) -> nn.RNNBase:
    point = problem.point
    kind = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[point.cell]
    module = kind(point.H, point.H, bidirectional=point.directions == 2)
    for weights, suffix in zip(problem.weights, SUFFIXES, strict=False):
        copy_weights(module, weights, f"_{suffix}")
    return module


@torch.no_grad()
def copy_weights(module: nn.Module, weights: dict[str, np.ndarray], suffix: str) -> None:
    """Into a layer or a cell, whose parameters have no suffix; torch's second bias is zero but for `ban`."""
    for name, weight in (("weight_ih", "Wax"), ("weight_hh", "Waa"), ("bias_ih", "ba")):
        module.get_parameter(name + suffix).copy_(torch.from_numpy(weights[weight]))
    second = module.get_parameter(f"bias_hh{suffix}").zero_()
    if "ban" in weights:
        second[-len(weights["ban"]) :] = torch.from_numpy(weights["ban"])


def weights_of(module: nn.RNNBase, problem: Problem) -> list[Tensor]:
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    return [module.get_parameter(f"{name}_{s}") for s in SUFFIXES[: problem.point.directions] for name in names]


def name_weight_gradients(gradients: list[Tensor], problem: Problem) -> list[dict[str, np.ndarray]]:
    """Of each direction, from the gradients of `weights_of`."""
    named: list[dict[str, np.ndarray]] = []
    for first in range(0, len(gradients), 4):
        Wax, Waa, ba, second = (gradient.numpy() for gradient in gradients[first : first + 4])
        ban = {"ban": second[-problem.point.H :]} if problem.point.cell == "gru" else {}
        named.append({"Wax": Wax, "Waa": Waa, "ba": ba} | ban)
    return named


def packed_training(problem: Problem) -> Run:
    module, lengths = module_of(problem), torch.from_numpy(problem.sorted_lengths)
    x_TND = torch.from_numpy(problem.padded(problem.x_MD)).requires_grad_()
    dy = pack_padded_sequence(torch.from_numpy(problem.padded(problem.dy_ME)), lengths).data
    wanted = [x_TND, *weights_of(module, problem)]

    def call() -> tuple:
        y, _ = module(pack_padded_sequence(x_TND, lengths))
        return y, torch.autograd.grad(y.data, wanted, dy)

    def answers() -> Answers:
        y, (dx, *rest) = call()
        y_ME = problem.rows(pad_packed_sequence(y)[0].detach().numpy())
        gradients = name_gradients(problem.rows(dx.numpy()), name_weight_gradients(rest, problem))
        return split_outputs(y_ME, problem.point.directions) | gradients

    return Run(call, answers)


def packed_inference(problem: Problem) -> Run:
    module, lengths = module_of(problem).eval(), torch.from_numpy(problem.sorted_lengths)
    x_TND = torch.from_numpy(problem.padded(problem.x_MD))

    def call() -> nn.utils.rnn.PackedSequence:
        with torch.inference_mode():
            return module(pack_padded_sequence(x_TND, lengths))[0]

    def answers() -> Answers:
        return split_outputs(problem.rows(pad_packed_sequence(call())[0].numpy()), problem.point.directions)

    return Run(call, answers)


def padded_training(problem: Problem) -> Run:
    module = module_of(problem)
    x_TND = torch.from_numpy(problem.padded(problem.x_MD)).requires_grad_()
    dy_TNE = torch.from_numpy(problem.padded(problem.dy_ME))
    wanted = [x_TND, *weights_of(module, problem)]

    def call() -> tuple:
        y, _ = module(x_TND)
        return y, torch.autograd.grad(y, wanted, dy_TNE)

    def answers() -> Answers:
        y, (dx, *rest) = call()
        found = split_outputs(problem.rows(y.detach().numpy()), problem.point.directions)
        found |= name_gradients(problem.rows(dx.numpy()), name_weight_gradients(rest, problem))
        return without_ends(found, problem)

    return Run(call, answers, unanswered(problem))


def padded_inference(problem: Problem) -> Run:
    module, x_TND = module_of(problem).eval(), torch.from_numpy(problem.padded(problem.x_MD))

    def call() -> Tensor:
        with torch.inference_mode():
            return module(x_TND)[0]

    def answers() -> Answers:
        return without_ends(split_outputs(problem.rows(call().numpy()), problem.point.directions), problem)

    return Run(call, answers, unanswered(problem))


def unanswered(problem: Problem) -> str:
    return AT_THE_ENDS if problem.is_ragged and problem.point.directions == 2 else ""


def without_ends(answers: Answers, problem: Problem) -> Answers:
    """Only what padding leaves right."""
    if not unanswered(problem):
        return answers
    return {name: answer for name, answer in answers.items() if name.endswith("_forwards")}


def layer_step(problem: Problem) -> Run:
    """The whole layer on a sequence of one step, which is how a layer that was trained is streamed."""
    module, x_11D = module_of(problem).eval(), torch.from_numpy(problem.x_MD).view(1, 1, -1)
    return torch_stepping(problem, lambda state: module(x_11D, state)[1], (1, 1, -1))


def cell_step(problem: Problem) -> Run:
    """nn.RNNCell, GRUCell or LSTMCell with the same weights."""
    H = problem.point.H
    cell = {"rnn": nn.RNNCell, "gru": nn.GRUCell, "lstm": nn.LSTMCell}[problem.point.cell](H, H).eval()
    copy_weights(cell, problem.weights[0], "")
    x_1D = torch.from_numpy(problem.x_MD)
    return torch_stepping(problem, lambda state: cell(x_1D, state), (1, -1))


def torch_stepping(problem: Problem, advance: Callable[[Any], Any], shape: tuple[int, ...]) -> Run:
    a, c = (torch.from_numpy(part).view(shape) for part in (problem.a_H, problem.c_H))
    is_lstm = NUM_GATES[problem.point.cell] == NUM_GATES["lstm"]

    def without_gradients(state: Any) -> Any:
        with torch.inference_mode():
            return advance(state)

    return stepping(
        without_gradients,
        (a, c) if is_lstm else a,
        lambda state: [part.numpy() for part in (state if is_lstm else (state,))],
    )


BUILDERS: dict[str, dict[str, Builder]] = {
    "training": {"torch packed": packed_training, "torch padded": padded_training},
    "inference": {"torch packed": packed_inference, "torch padded": padded_inference},
    "step": {"torch layer": layer_step, "torch cell": cell_step},
}
