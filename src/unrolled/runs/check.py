"""Checking labelled files before training: what `unrolled check` does."""

from collections.abc import Sequence
from pathlib import Path

from unrolled.data.check import CheckReport, check_labelled
from unrolled.model import Model
from unrolled.tasks.settings import ReadingSettings

__all__ = ["check_files"]


def check_files(
    paths: Sequence[Path], model: Path | None = None, settings: ReadingSettings | None = None
) -> CheckReport:
    """List all problems and the figures of labelled files; with a model's directory also what it does not know.

    Raises:
        ModelFileError: the model cannot be trusted.
        SettingsError: settings that a file cannot be read by.
    """
    settings = settings or ReadingSettings()
    return check_labelled(
        paths,
        unknown_rate=None if model is None else Model.load(model).x_codec.unknown_rate,
        scheme=settings.known_scheme(),
        token_column=settings.token_column,
        label_column=settings.label_column,
        sentence_column=settings.sentence_column,
        label_names=settings.names_of_labels(),
    )
