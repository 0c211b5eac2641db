"""Model directories of format 1, which knew taggers alone: read for ever, never written."""

from collections.abc import Mapping
from dataclasses import replace

from unrolled.errors import DataError
from unrolled.model_files.read import ModelFiles
from unrolled.model_files.strict_json import JSON

__all__ = ["from_version_1"]

_INPUT = ("word_size", "affix_size", "character_encoder", "character_size", "word_dropout")
_OUTPUT = ("output", "class_weights", "missed_cost")
_TEXTS = ("vocabulary.txt", "affixes.txt", "characters.txt")
_PREFIXES = {"input.": "embedding.", "output.crf.": "crf.", "output.outside_bias": "outside_bias"}


def from_version_1(files: ModelFiles) -> ModelFiles:
    """Return the files as format 2 has them: labels as a codec, weights under their new names.

    Raises:
        DataError: fields that format 1 did not have.
    """
    config = files.config
    if config.get("architecture") != "many_to_many":
        raise DataError(f"The architecture is {config.get('architecture')!r}, where format 1 has many_to_many.")
    labels, settings = config.get("labels"), config.get("settings")
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise DataError("The field 'labels' is not a list of texts.")
    if not isinstance(settings, dict):
        raise DataError("The field 'settings' is not an object.")
    rest = {name: value for name, value in settings.items() if name not in (*_INPUT, *_OUTPUT)}
    upgraded: dict[str, JSON] = {
        "task": config.get("task"),
        "architecture": {
            "kind": "many_to_many",
            "settings": rest,
            "input": _only(settings, _INPUT),
            "output": _only(settings, _OUTPUT),
        },
        "x": {"kind": "words", "settings": {}, "texts": [name for name in _TEXTS if name in files.texts]},
        "y": {"kind": "tags", "settings": {}, "texts": ["y-labels.txt"]},
    }
    # A label cannot hold what a line of text cannot: the escapes are those of a vocabulary file.
    lines = "".join(f"{_escaped(str(label))}\n" for label in labels)
    return replace(files, config=upgraded, texts={**files.texts, "y-labels.txt": lines}, renamed=_old_name)


def _only(settings: Mapping[str, JSON], names: tuple[str, ...]) -> dict[str, JSON]:
    return {name: settings[name] for name in names if name in settings}


def _escaped(label: str) -> str:
    return label.replace("\\", r"\\").replace("\n", r"\n").replace("\r", r"\r").replace("\ufeff", r"\ufeff")


def _old_name(name: str) -> str:
    """Return what a weight was called.

    >>> _old_name("input.words"), _old_name("output.crf.start"), _old_name("output.Wya")
    ('embedding.words', 'crf.start', 'output.Wya')
    """
    for new, old in _PREFIXES.items():
        if name.startswith(new):
            return old + name.removeprefix(new)
    return name
