"""Settings from `--config FILE`, `--set key=value` and `--seed`."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from unrolled.errors import SettingsError
from unrolled.runs.config import RECORDED
from unrolled.settings import unknown_name
from unrolled.tasks import Task

__all__ = ["PLACES", "parse_setting", "read_config", "reading_given", "settings_given"]

PLACES = ("task", "train", "dev", "out", "from")
"""What a configuration may hold beside the settings."""


def read_config(task: Task[Any, Any], path: Path) -> dict[str, object]:
    """Read a flat configuration of a task: TOML where the name ends in .toml, JSON otherwise.

    Raises:
        SettingsError: it cannot be read, is for another task, or holds a name that does not exist; the message names
            the nearest.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}. Check the path.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from error
    toml = path.suffix.lower() == ".toml"
    try:
        values: object = tomllib.loads(text) if toml else json.loads(text)
    except (ValueError, RecursionError) as error:  # both parsers' errors are ValueErrors
        way_out = "" if toml else " A TOML file's name must end in .toml."
        raise SettingsError(f"{path} is not {'TOML' if toml else 'JSON'}: {error}.{way_out}") from error
    if not isinstance(values, dict):
        raise SettingsError(f'{path} holds a JSON {type(values).__name__}. Write an object: {{"epochs": 5}}.')
    config = cast("dict[str, object]", values)
    if "format" in config and "files" in config:
        raise SettingsError(f"{path} is the config.json of a model. That of its run directory has all settings.")
    for name in RECORDED:
        config.pop(name, None)
    for name in PLACES:
        if not isinstance(config.get(name), str | None):
            raise SettingsError(f"{path}: {name} is {config[name]!r}. Give a text.")
    if config.get("task", task.name) != task.name:
        raise SettingsError(f"{path} is for the task {config['task']!r}, not {task.name!r}. Name one of the two.")
    try:
        config = task.defaults.renewed(config)
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from None
    names = (*PLACES, *task.defaults.names())
    for name in config:
        if name not in names:
            raise SettingsError(f"{path}: {unknown_name(name, names)}")
    return config


def parse_setting(task: Task[Any, Any], text: str) -> tuple[str, object]:
    """Return the name and value of `key=value`: the value as JSON, else as text.

    >>> from unrolled.tasks import NER
    >>> [parse_setting(NER, text) for text in ("epochs=5", "cell=gru", "clip_norm=null")]
    [('epochs', 5), ('cell', 'gru'), ('clip_norm', None)]

    Raises:
        SettingsError: no "=", or a name that does not exist.
    """
    name, equals, value = text.partition("=")
    name = name.strip()
    if name in PLACES:
        instead = "as the first argument" if name == "task" else f"with --{name}"
        raise SettingsError(f"--set {text}: {name} is not a setting. Give it {instead}.")
    try:
        name = task.defaults.resolve(name)
    except SettingsError as error:
        raise SettingsError(f"--set: {error}") from None
    if not equals:
        raise SettingsError(f"--set {text} has no value. Write {name}=VALUE.")
    try:
        return name, json.loads(value)
    except (ValueError, RecursionError):
        return name, value


def settings_given(
    task: Task[Any, Any],
    config: Mapping[str, object],
    set_: Sequence[str],
    seed: int | None,
    group: str | None = None,
) -> dict[str, object]:
    """Return the settings that were given, the later source over the earlier: configuration, `--set`, then `--seed`
    and `--group`.
    """
    given = {name: value for name, value in config.items() if name not in PLACES}
    given |= dict(parse_setting(task, text) for text in set_)
    given |= {} if group is None else dict([parse_setting(task, f"group={group}")])
    return given if seed is None else given | {"seed": seed}


def reading_given(task: Task[Any, Any], set_: Sequence[str], group: str | None = None) -> dict[str, object]:
    """Return the settings of how files are read that `--set`, and `--group`, give to a verb that does not train.

    Raises:
        SettingsError: another setting; it would have no effect.
    """
    given = dict(parse_setting(task, text) for text in set_)
    names = task.defaults.names("read")
    for name in given:
        if name not in names:
            can = f"Only how files are read can be set: {', '.join(names)}" if names else "Nothing can be set"
            raise SettingsError(f"--set: {name} has no effect here. {can}.")
    return given if group is None else given | dict([parse_setting(task, f"group={group}")])
