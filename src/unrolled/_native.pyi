"""The native engine; addresses are those of float32 tensors on the CPU (native/engine.hpp says what each must hold)."""

from collections.abc import Sequence

def path() -> str:
    """Instruction path in use."""

def paths() -> list[str]:
    """Instruction paths that this build and this processor can run, best first."""

def use_path(name: str) -> None:
    """Take this path from now on; ValueError where it is not here."""

def recur_forward(
    cell: int,
    hidden_size: int,
    lengths: int,
    num_sequences: int,
    threads: int,
    keep: bool,
    directions: Sequence[tuple[int, ...]],
) -> None: ...
def recur_backward(
    cell: int,
    hidden_size: int,
    lengths: int,
    num_sequences: int,
    threads: int,
    directions: Sequence[tuple[int, ...]],
) -> None: ...
