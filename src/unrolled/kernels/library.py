"""The native engine as a library: found or not, switched off or on."""

import os
import warnings
from functools import cache
from importlib import import_module
from types import ModuleType

import torch
from torch import Tensor

from unrolled.errors import DataError, SettingsError

__all__ = ["check_kind", "instruction_path", "load"]


@cache
def load() -> ModuleType | None:
    """The extension module `unrolled._native`, or None where torch's kernels are to run instead.

    It is None where the package was installed without a C++ compiler, of which a warning tells once, and where the
    environment variable UNROLLED_ENGINE is "torch". UNROLLED_PATH forces one of the engine's instruction paths.

    Raises:
        SettingsError: for other values of these two variables.
    """
    wanted = os.environ.get("UNROLLED_ENGINE") or "native"
    if wanted not in ("native", "torch"):
        raise SettingsError(f'UNROLLED_ENGINE is {wanted!r}. Give "native" or "torch", or leave it unset.')
    if wanted == "torch":
        return None
    try:
        # After torch, on whose pool of threads it runs.
        native = import_module("unrolled._native")
    except ImportError as error:
        warnings.warn(
            f"The native engine is not here ({error}): recurrences run on the kernels of torch {torch.__version__}, "
            "which are slower. To have it, install unrolled again where GCC or clang is; to be silent, set "
            "UNROLLED_ENGINE=torch.",
            RuntimeWarning,
            stacklevel=2,
        )
        return None
    path = os.environ.get("UNROLLED_PATH") or native.path()
    if path not in native.paths():
        raise SettingsError(
            f"UNROLLED_PATH is {path!r}. This build and this processor can run {', '.join(native.paths())}."
        )
    return native


def instruction_path() -> str | None:
    """The instruction path on which the native engine runs now, as "avx512"; None where it is not here."""
    native = load()
    return None if native is None else native.path()


def check_kind(*tensors: Tensor) -> None:
    """Raise DataError unless all are float32 on the CPU: a graph may have changed its type, or its device, since."""
    for tensor in tensors:
        if tensor.dtype != torch.float32 or not tensor.is_cpu:
            raise DataError(
                f"The native engine is given {tensor.dtype} on {tensor.device}. A graph that holds it runs in "
                "torch.float32 on the CPU; for others trace it anew, from a layer of that type."
            )
