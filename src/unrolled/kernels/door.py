"""The one door to the recurrence: which engine runs is decided here and nowhere else."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from unrolled.data.ragged import Ragged, check_numbers, check_ragged
from unrolled.kernels import forked, operator, torch_packed
from unrolled.kernels.cells import Cell, State, Weights, check_fit
from unrolled.kernels.library import load

__all__ = ["engine", "recur", "zero_state"]


def engine(cell: Cell | Literal["chain"], dtype: torch.dtype, device: torch.device | str = "cpu") -> str:
    """Name of the engine that runs a cell for tensors of this type on this device: "native", "torch" or "cudnn".

    "chain" stands for the sums over label paths and for the best of them. The native engine takes float32 on the CPU;
    `unrolled.kernels.library.load` says where it may be missing.

    >>> engine("lstm", torch.float64)
    'torch'
    """
    kind = device.type if isinstance(device, torch.device) else torch.device(device).type
    if kind == "cpu" and dtype == torch.float32 and load() is not None:
        return "native"
    by_cudnn = kind == "cuda" and cell != "chain" and torch.backends.cudnn.is_available()
    return "cudnn" if by_cudnn else "torch"


# Graphs take it as it is. This is what torch.compiler.assume_constant_result does, after importing all of the compiler.
engine._dynamo_marked_constant = True  # pyright: ignore[reportFunctionMemberAccess]


def recur(cell: Cell, x: Ragged, weights: Sequence[Weights], state: State | None = None) -> tuple[Ragged, State]:
    """One recurrent layer over a whole ragged batch.

    `weights` holds one direction (forwards) or two (forwards, backwards), which run in the same call. `x` has rows
    (M, D); the result has rows (M, num_directions·H), at each step the forward activations before the backward ones,
    and the state, (N, 1, num_directions, H), of each sequence after its own last step in each direction: t = T_x
    forwards, t = 1 backwards. `state` is a⟨0⟩ (and c⟨0⟩), zero where None; a backward direction starts from it at t =
    T_x. x and the state are taken in the type of the weights. The GRU resets after the product (Cho et al. 2014,
    arXiv:1406.1078v1, as torch and cuDNN have it). Raises DataError where shapes do not fit.

    Graphs (torch.compile, torch.export) hold the native engine unbroken. torch's kernels read the lengths as numbers,
    for which a compiled graph breaks: with fullgraph, and in torch.export, they fail.
    """
    check_ragged("recur", x)
    assert len(weights) in (1, 2)
    assert (weights[0].ban is None) == (weights[-1].ban is None) == (cell != "gru")
    # Autocast may have left x, or a computed weight, in half precision: a recurrence adds up too many roundings for it.
    Waa = weights[0].Waa
    tensors = [tensor for direction in weights for tensor in direction if tensor is not None]
    if {tensor.dtype for tensor in tensors} != {Waa.dtype}:
        weights = [direction.to(Waa.dtype) for direction in weights]
    if x.rows.dtype != Waa.dtype:
        x = x.with_rows(x.rows.to(Waa.dtype))
    states: list[Tensor] = []
    if state is not None:
        state = state.to(Waa.dtype)
        assert (state.c is not None) == (cell == "lstm")
        states = state.tensors()
    check_fit(cell, x.rows, tensors, states, x.num_sequences)
    # Wherever tensors stand on several devices torch has the word, and the error.
    together = {x.rows.is_cpu, *[tensor.is_cpu for tensor in tensors + states]} == {True}
    graph = torch.compiler.is_compiling()
    if together and engine(cell, Waa.dtype, Waa.device) == "native":
        if state is None and graph:  # the operator in graphs has one form
            state = zero_state(cell, x, weights)
        return operator.recur(cell, x, weights, state)
    forked.tell()
    if graph:
        check_numbers(x.rows, x.lengths)
    return torch_packed.recur(cell, x, weights, zero_state(cell, x, weights) if state is None else state)


def zero_state(cell: Cell, x: Ragged, weights: Sequence[Weights]) -> State:
    """The state before the first step when none is given."""
    a: Tensor = x.rows.new_zeros(x.num_sequences, 1, len(weights), weights[0].Waa.shape[1])
    return State(a, a if cell == "lstm" else None)
