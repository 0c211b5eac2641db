"""The native engine. Addresses are of tensors on the CPU, 0 for none; native/bind.cpp says what each must hold."""

from collections.abc import Sequence

def path() -> str:
    """Instruction path in use."""

def paths() -> list[str]:
    """Instruction paths that this build and this processor can run, best first."""

def use_path(name: str) -> None:
    """Take this path from now on; ValueError where it is not here."""

# The recurrence; `cell` is a place in CELLS.
def packed_floats(cell: int, hidden_size: int, num_directions: int, width_x: int, bfloat16: bool) -> int: ...
def pack_weights(
    cell: int, hidden_size: int, width_x: int, bfloat16: bool, weights: Sequence[int], packed: int
) -> None: ...
def recur_forward(
    cell: int,
    hidden_size: int,
    lengths: int,
    num_sequences: int,
    num_rows: int,
    threads: int,
    keep: bool,
    width_x: int,
    weights: Sequence[int],
    packed: int,
    bfloat16: bool,
    tensors: Sequence[int],
) -> None: ...
def recur_backward(
    cell: int,
    hidden_size: int,
    lengths: int,
    num_sequences: int,
    num_rows: int,
    threads: int,
    width_x: int,
    weights: Sequence[int],
    gradients: Sequence[int],
    tensors: Sequence[int],
) -> None: ...

# Linear chains; see native/chain.hpp.
def sum_paths(chains: Sequence[int], to: Sequence[int]) -> int: ...
def sum_paths_in_float64(chains: Sequence[int], to: Sequence[int]) -> int: ...
def best_path(chains: Sequence[int], labels: int, scores: int) -> None: ...
def best_paths(chains: Sequence[int], n: int, labels: int, scores: int, counts: int) -> None: ...

class Stepper:
    """A stack of layers one step at a time; see native/stepper.hpp."""

    def __init__(
        self,
        cell: int,
        hidden_size: int,
        num_sequences: int,
        bfloat16: bool,
        layers: Sequence[tuple[int, int, int, int, int]],
        table: int,
        words: int,
        a_out: int,
    ) -> None: ...
    def step(self, x: int, threads: int) -> None: ...
    def step_words(self, words: int, threads: int) -> bool: ...
    def step_word(self, word: int, threads: int) -> bool: ...
    def worth_sharing(self) -> bool: ...
    def read_state(self, a: int, c: int) -> None: ...
    def write_state(self, a: int, c: int) -> None: ...
