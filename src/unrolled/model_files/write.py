"""Writing a model directory: complete beside its place first, then swapped in."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import torch

from unrolled.errors import ModelFileError, RunError
from unrolled.model_files import names
from unrolled.model_files.read import read_config
from unrolled.model_files.refusal import COPY_AGAIN
from unrolled.model_files.strict_json import JSON, MAX_JSON_BYTES, canonical_sha256, json_bytes, parse_object
from unrolled.model_files.swap import replace_directory
from unrolled.model_files.tensor_file import encode

__all__ = ["check_replaceable", "write_model_files"]


def write_model_files(
    directory: Path,
    *,
    config: Mapping[str, JSON],
    tensors: Mapping[str, torch.Tensor],
    texts: Mapping[str, str],
    metrics: Mapping[str, JSON],
    card: str,
) -> None:
    """Write a model directory, whole or not at all; a model that is there is replaced once the new one is complete.

    Args:
        directory: where; missing parents are made. It may be empty or hold a model, nothing else.
        config: the fields of config.json, without those of the format (`format`, `format_version`, `files`, `sha256`).
        tensors: name -> weights.
        texts: file name (lower case, `.txt`) -> whole text.
        metrics: the content of metrics.json.
        card: the content of README.md.

    Raises:
        RunError: the directory holds something else, the disk is full, a weight is NaN or infinite, ...; what was there
            before is unchanged.
    """
    try:
        directory = Path(directory).resolve()
    except (OSError, RuntimeError, ValueError) as error:  # a name too long, a loop of links, a NUL
        raise _unwritten(directory, f"the path cannot be followed: {error}", "Give another directory.") from None
    assert not {"format", "format_version", "files", "sha256"} & config.keys()
    assert not {names.TENSORS, names.METRICS} & texts.keys()
    assert all(names.limit(name) for name in texts), list(texts)
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise _unwritten(directory, f"the weights {name!r} hold NaN or an infinity", "Lower the learning rate.")
    contents = {names.TENSORS: encode(tensors), names.METRICS: _checked_json(directory, names.METRICS, metrics)}
    for name, text in texts.items():
        try:
            contents[name] = text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise _unwritten(directory, f"{name} would hold {text[error.start]!a}", "Clean the data.") from None
    files = {name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in contents.items()}
    for name, data in contents.items():
        if len(data) > (names.limit(name) or 0):
            found = f"{name} would have {len(data)} bytes, {names.limit(name)} are allowed"
            raise _unwritten(directory, found, "Make the model or its texts smaller.")
    whole = {"format": names.FORMAT, "format_version": names.VERSION, **config, "files": files}
    # The digest is that of the fields as a reader will see them.
    seen = parse_object(_checked_json(directory, names.CONFIG, whole), names.CONFIG)
    contents[names.CONFIG] = _checked_json(directory, names.CONFIG, {**seen, "sha256": canonical_sha256(seen)})
    contents[names.CARD] = card.encode("utf-8", errors="replace")
    check_replaceable(directory)
    replace_directory(directory, contents)


def check_replaceable(directory: Path) -> None:
    """Raise RunError unless a model may be written there: nothing is there, or an empty directory, or only a model.

    What file managers leave (`.DS_Store` and the like) counts as nothing, and goes with the old model.

    `write_model_files` calls it; call it before a long training run to hear of the obstacle early.
    """
    way_out = "Give another directory, or move what is there away."
    try:
        if not directory.exists():
            return
        if not directory.is_dir():
            raise _unwritten(directory, "it is a file", way_out)
        present = sorted(entry.name for entry in directory.iterdir() if entry.name not in names.STRAY or entry.is_dir())
    except OSError as error:
        raise _unwritten(directory, f"it cannot be read: {error.strerror}", "Check its permissions.") from error
    if not present:
        return
    try:
        known = {names.CONFIG, names.CARD, *read_config(directory)[1]}
    except ModelFileError as error:
        found = f"it holds {', '.join(present[:3])}{' …' if len(present) > 3 else ''} and is no sound model ({error})"
        raise _unwritten(directory, found, way_out) from None
    if unknown := [name for name in present if name not in known or not (directory / name).is_file()]:
        found = f"beside a model it holds {', '.join(map(repr, unknown[:3]))}{' …' if len(unknown) > 3 else ''}"
        raise _unwritten(directory, f"{found}, which would be lost", way_out)


def _checked_json(directory: Path, name: str, value: Mapping[str, JSON]) -> bytes:
    """Return JSON that our own reader accepts."""
    try:
        data = json_bytes(value)
        if len(data) > MAX_JSON_BYTES:
            raise ValueError(f"{len(data)} bytes, {MAX_JSON_BYTES} are allowed")
        parse_object(data, name)
    except ValueError as error:  # ModelFileError is one
        found = f"{name} cannot hold these values: {str(error).removesuffix(COPY_AGAIN).rstrip(' .')}"
        raise _unwritten(directory, found, "Correct the values.") from None
    return data


def _unwritten(directory: Path, found: str, way_out: str) -> RunError:
    return RunError(f"{directory}: the model was not written: {found}. {way_out}")
