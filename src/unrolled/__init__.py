"""Sequence models, unrolled: from labelled pairs (X, Y) to a trained, measured, streaming recurrent network."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unrolled.data import Pair, Ragged, Vocabulary
    from unrolled.errors import DataError, ModelFileError, RunError, SettingsError, UnrolledError
    from unrolled.estimators import (
        Classifier,
        DnaClassifier,
        DnaTagger,
        Regressor,
        SeriesClassifier,
        Tagger,
        Translator,
        VideoClassifier,
    )
    from unrolled.layers import CRF, Recurrent
    from unrolled.model import Model
    from unrolled.tasks.infer import infer

__all__ = [
    "CRF",
    "Classifier",
    "DataError",
    "DnaClassifier",
    "DnaTagger",
    "Model",
    "ModelFileError",
    "Pair",
    "Ragged",
    "Recurrent",
    "Regressor",
    "RunError",
    "SeriesClassifier",
    "SettingsError",
    "Tagger",
    "Translator",
    "UnrolledError",
    "VideoClassifier",
    "Vocabulary",
    "__version__",
    "infer",
]

__version__ = "0.1.0"

# Where each public name lives: imported when first asked for, so that `unrolled --help` does not wait for torch.
_ROOMS = {
    "data": ("Pair", "Ragged", "Vocabulary"),
    "errors": ("DataError", "ModelFileError", "RunError", "SettingsError", "UnrolledError"),
    "estimators": (
        "Classifier",
        "DnaClassifier",
        "DnaTagger",
        "Regressor",
        "SeriesClassifier",
        "Tagger",
        "Translator",
        "VideoClassifier",
    ),
    "layers": ("CRF", "Recurrent"),
    "model": ("Model",),
    "tasks.infer": ("infer",),
}


def __getattr__(name: str) -> Any:
    for room, names in _ROOMS.items():
        if name in names:
            return getattr(import_module(f"unrolled.{room}"), name)
    raise AttributeError(f"module 'unrolled' has no attribute {name!r}")
