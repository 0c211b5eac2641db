"""The native engine as a library: found or not, switched off or on."""

import os
import warnings
from functools import cache
from types import ModuleType

import torch  # noqa: F401  # before the engine, which runs on torch's pool of threads

from unrolled.errors import SettingsError

__all__ = ["load"]


@cache
def load() -> ModuleType | None:
    """The extension module `unrolled._native`, or None where torch's kernels are to run instead.

    It is None where the package was installed without a C++ compiler, of which a warning tells once, and where the
    environment variable UNROLLED_ENGINE is "torch". UNROLLED_PATH forces one of the engine's instruction paths.

    Raises:
        SettingsError: for other values of these two variables.
    """
    wanted = os.environ.get("UNROLLED_ENGINE", "native")
    if wanted not in ("native", "torch"):
        raise SettingsError(f'UNROLLED_ENGINE is {wanted!r}. Give "native" or "torch", or leave it unset.')
    if wanted == "torch":
        return None
    try:
        from unrolled import _native  # noqa: PLC0415  # it may not be there
    except ImportError as error:
        warnings.warn(
            f"The native engine is not here ({error}): recurrences run on torch's kernels, which are slower. To have "
            "it, install unrolled again where GCC or clang is; to be silent, set UNROLLED_ENGINE=torch.",
            RuntimeWarning,
            stacklevel=2,
        )
        return None
    path = os.environ.get("UNROLLED_PATH", _native.path())
    if path not in _native.paths():
        raise SettingsError(
            f"UNROLLED_PATH is {path!r}. This build and this processor can run {', '.join(_native.paths())}."
        )
    return _native
