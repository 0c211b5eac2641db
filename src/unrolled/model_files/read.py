"""Reading a model directory: everything is validated before a tensor is read, and nothing can be executed."""

import errno
import hashlib
import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path

import torch

from unrolled.errors import ModelFileError
from unrolled.model_files import names
from unrolled.model_files.links import Links, tree_of
from unrolled.model_files.refusal import COPY_AGAIN, refusal, shown
from unrolled.model_files.strict_json import JSON, MAX_JSON_BYTES, canonical_sha256, parse_object
from unrolled.model_files.swap import leftovers
from unrolled.model_files.tensor_file import Layout, check_layout, decode, read_layout

__all__ = ["ModelFiles", "read_config", "read_model_files"]

_CODECS = ("x/", "y/")
_WRITING = f"If a training run is writing it just now, try again. {COPY_AGAIN}"


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What config.json says about a file beside it."""

    num_bytes: int
    sha256: str


@dataclass(frozen=True)
class ModelFiles:
    """A model directory that has passed every check; `tensors` reads its weights.

    Attributes:
        directory: where the files are (`DIR/best` when a run directory was given).
        config: the writer's fields of config.json, without those of the format.
        texts: file name -> its whole text.
        metrics: what metrics.json holds.
        tensor_shapes: name -> (dtype such as "float32", shape), from the header of model.safetensors.
        version: of the format that they are in.
        renamed: from the name of a tensor to that which it has in the file.
    """

    directory: Path
    config: dict[str, JSON]
    texts: dict[str, str]
    metrics: dict[str, JSON]
    tensor_shapes: dict[str, tuple[str, tuple[int, ...]]]
    _layout: Layout = field(repr=False)
    _record: FileRecord = field(repr=False)
    _links: Links = field(repr=False)
    version: int = names.VERSION
    renamed: Callable[[str], str] = field(default=str, repr=False)

    def tensors(self, expected: Mapping[str, tuple[torch.dtype, tuple[int, ...]]]) -> dict[str, torch.Tensor]:
        """Return the weights, on the CPU, in the order of `expected` (name -> dtype and shape).

        Tensors of the codecs (`tensors_of`) are not among them.

        Raises:
            ModelFileError: a tensor is missing, surplus, or of another dtype or shape (before any is read); the file
                has changed since it was checked; a value is NaN or infinite.
        """
        weights = {name: kind for name, kind in self._layout.items() if not name.startswith(_CODECS)}
        wanted = {self.renamed(name): kind for name, kind in expected.items()}
        check_layout(weights, wanted, self.directory / names.TENSORS)
        tensors = self._decoded()
        return {name: tensors[self.renamed(name)] for name in expected}

    def tensors_of(self, side: str) -> dict[str, torch.Tensor]:
        """Return the tensors of the codec of "x" or "y", by the names that it gave them.

        Raises:
            ModelFileError: the file has changed since it was checked; a value is NaN or infinite.
        """
        own = [name for name in self._layout if name.startswith(f"{side}/")]
        tensors = self._decoded() if own else {}
        return {name.removeprefix(f"{side}/"): tensors[name] for name in own}

    def _decoded(self) -> dict[str, torch.Tensor]:
        # The digest is taken again, of the very bytes that are decoded.
        path = self.directory / names.TENSORS
        return decode(_read(path, self._record, self._links), path)


def read_model_files(directory: Path, *, follow_links: bool = False) -> ModelFiles:
    """Return the checked content of a model directory, or of the `best/` of a run directory.

    The order of the checks is that of docs/model-file.md. Files that config.json does not list are never opened.

    Args:
        directory: a model directory or a run directory.
        follow_links: also follow symbolic links that lead out of the directory, and of the cache that it lies in.

    Raises:
        ModelFileError: with the file, what was found, and the way out.
    """
    try:
        directory = _locate(Path(directory))
        links = Links(None if follow_links else tree_of(directory))
    except (OSError, RuntimeError, ValueError) as error:  # a name too long, a loop of links, a NUL
        if isinstance(error, ModelFileError):
            raise
        raise refusal(shown(str(directory)), f"cannot be looked at: {error}", "Check the path.") from None
    config, records, version = read_config(directory, links)
    path = directory / names.TENSORS
    record = records.pop(names.TENSORS)
    handle, size = _open(path, links)
    with handle:
        try:
            layout = read_layout(handle, size, path)
        except OSError as error:
            raise _unreadable(path, error) from None
        _check_size(path, size, record)
        if _digest(handle, path) != record.sha256:
            raise _altered(path)
    where = directory / names.METRICS
    metrics = parse_object(_read(where, records.pop(names.METRICS), links), where)
    texts = {name: _text(directory / name, record, links) for name, record in records.items()}
    shapes = {name: (str(dtype).removeprefix("torch."), shape) for name, (dtype, shape) in layout.items()}
    return ModelFiles(directory, config, texts, metrics, shapes, layout, record, links, version)


def read_config(directory: Path, links: Links | None = None) -> tuple[dict[str, JSON], dict[str, FileRecord], int]:
    """Return the writer's fields of config.json, the table of files and the format's version, all checked.

    `links` are those that are followed; None for none.
    """
    path = directory / names.CONFIG
    handle, size = _open(path, links)
    with handle:
        if size > MAX_JSON_BYTES:
            raise refusal(path, f"has {size} bytes; {MAX_JSON_BYTES} are allowed")
        config = parse_object(_exactly(handle, size, path), path)
    if "format" not in config and {"task", "sha256", "versions"} <= config.keys():
        found = "is of a run that has left no model yet"
        raise refusal(path, found, "Let it go on: unrolled train --resume.")
    if config.get("format") != names.FORMAT:
        found = f"has the format {shown(config.get('format'))}, not {names.FORMAT!r}"
        raise refusal(path, found, "Give a directory that unrolled has written.")
    version = config.get("format_version")
    if type(version) is not int or version < 1:
        raise refusal(path, f"has the format version {shown(version)}, which does not exist")
    if version > names.VERSION:
        found = f"has the format version {shown(version)}; this unrolled reads up to {names.VERSION}"
        raise refusal(path, found, "Update unrolled.")
    if config.pop("sha256", None) != canonical_sha256(config):
        found = "was edited or damaged: its content does not have the SHA-256 that it states"
        raise refusal(path, found)
    records = _table(config.pop("files", None), path)
    del config["format"], config["format_version"]
    return config, records, version


def _table(table: JSON, path: Path) -> dict[str, FileRecord]:
    if not isinstance(table, dict):
        raise refusal(path, "has no table of files")
    records: dict[str, FileRecord] = {}
    for name, value in table.items():
        limit = names.limit(name)
        if limit is None:
            found = f"lists the file {shown(name)}, which is none of a model directory's names"
            raise refusal(path, found)
        if not isinstance(value, dict) or value.keys() != {"bytes", "sha256"}:
            raise refusal(path, f"does not give exactly bytes and sha256 for {name}")
        num_bytes, sha256 = value["bytes"], value["sha256"]
        if type(num_bytes) is not int or not 0 <= num_bytes <= limit:
            raise refusal(path, f"gives {name} {shown(num_bytes)} bytes; 0 to {limit} are allowed")
        if not isinstance(sha256, str) or not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise refusal(path, f"gives {name} a sha256 that is not 64 hexadecimal digits")
        records[name] = FileRecord(num_bytes, sha256)
    for name in (names.TENSORS, names.METRICS):
        if name not in records:
            raise refusal(path, f"does not list {name}")
    return records


def _locate(given: Path) -> Path:
    """Return the model directory that is meant: the one given, its `best/`, or what an interrupted save left of it."""
    directory = _standing(given)
    if directory is None:
        if given.exists():
            raise refusal(given, "is not a directory", "Give the directory that holds model.safetensors.")
        raise refusal(given, "does not exist", "Give a model directory, or a run directory that has `best/`.")
    if not os.path.lexists(directory / names.TENSORS) and (best := _standing(directory / "best")):
        return best
    if not os.path.lexists(directory / names.CONFIG):
        way_out = "Give a model directory, or a run directory that has `best/`."
        raise refusal(directory, f"is no model directory: it has no {names.CONFIG}", way_out)
    return directory


def _standing(directory: Path) -> Path | None:
    if directory.is_dir():
        return directory
    # A save that was killed between its two renames: the new directory was complete by then.
    new, old = leftovers(directory)
    return (new if new.is_dir() else old) if old.is_dir() and not directory.exists() else None


def _open(path: Path, links: Links | None) -> tuple[BufferedReader, int]:
    """Open a regular file, following allowed links alone and waiting for no pipe; return it and its size."""
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):  # not on every system
        flags |= getattr(os, name, 0)
    try:
        descriptor = _open_linked(path, links, flags) if path.is_symlink() else os.open(path, flags)
    except OSError as error:
        if error.errno == errno.ENOENT:
            raise refusal(path, "is missing", _instead(path)) from None
        raise _unreadable(path, error) from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise refusal(path, "is not a regular file")
    return os.fdopen(descriptor, "rb"), status.st_size


def _open_linked(path: Path, links: Links | None, flags: int) -> int:
    """Open what a link leads to, where that is allowed."""
    try:
        place = Path(os.path.realpath(path, strict=True))
    except (OSError, RuntimeError, ValueError) as error:  # nothing is there, a loop of links
        raise refusal(path, f"is a symbolic link that cannot be followed: {shown(str(error))}") from None
    if links is None or not links.allow(place):
        way_out = "Copy the directory with its files, for example with `cp -rL`"
        if links is not None:
            way_out += (
                f"; or, if you trust what lies outside of {links.tree}, follow it: --follow-links, follow_links=True"
            )
        raise refusal(path, "is a symbolic link", f"{way_out}.")
    return links.open(place, flags)


def _instead(path: Path) -> str:
    if path.name == names.TENSORS and list(path.parent.glob("*.bin")) + list(path.parent.glob("*.pt")):
        return (
            "Other weight files beside it are never opened, as pickle can run code; ask for the model as safetensors."
        )
    return COPY_AGAIN


def _read(path: Path, record: FileRecord, links: Links) -> bytes:
    handle, size = _open(path, links)
    with handle:
        _check_size(path, size, record)
        data = _exactly(handle, size, path)
    if hashlib.sha256(data).hexdigest() != record.sha256:
        raise _altered(path)
    return data


def _exactly(handle: BufferedReader, size: int, path: Path) -> bytes:
    try:
        data = handle.read(size + 1)
    except OSError as error:
        raise _unreadable(path, error) from None
    if len(data) != size:
        raise refusal(path, "changed while it was read", _WRITING)
    return data


def _digest(handle: BufferedReader, path: Path) -> str:
    """Return the SHA-256 of the whole file, of which only a piece is in memory at a time."""
    try:
        handle.seek(0)
        return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from None


def _check_size(path: Path, size: int, record: FileRecord) -> None:
    if size != record.num_bytes:
        problem = "truncated" if size < record.num_bytes else "padded or another file"
        raise refusal(path, f"has {size} bytes where config.json says {record.num_bytes}: it is {problem}", _WRITING)


def _unreadable(path: Path, error: OSError) -> ModelFileError:
    return refusal(path, f"cannot be read: {error.strerror}", "Check the file, its permissions and the disk.")


def _altered(path: Path) -> ModelFileError:
    return refusal(path, "does not have the SHA-256 that config.json states: it was altered or swapped", _WRITING)


def _text(path: Path, record: FileRecord, links: Links) -> str:
    data = _read(path, record, links)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refusal(f"{path}:{line}", f"byte 0x{data[error.start]:02x} is not UTF-8") from None
