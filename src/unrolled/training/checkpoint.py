"""The checkpoint file: tensors in safetensors, everything else as JSON in its header. Nothing in it can run code."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from unrolled.disk import write_atomically
from unrolled.errors import RunError

__all__ = ["Checkpoint", "read_checkpoint", "write_checkpoint"]

_HEADER_KEY = "unrolled checkpoint"
_VERSION = 2
_GROUPS = ("weights", "optimizer", "average", "best", "carried")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Everything that a run needs to go on as if it had not stopped.

    Attributes:
        weights: the network's state_dict.
        optimizer: the optimiser's moments, "<parameter>/<moment>".
        average: the moving average of the weights; empty without averaging.
        best: the best state_dict so far; empty before the first epoch's end.
        state: the place in the run and its history (`RunState.to_json`).
        fingerprint: what the run was of: network, settings and data (`fingerprint`).
        carried: the state of each stream of pieces, in the middle of an epoch; empty where nothing is carried.
    """

    weights: Mapping[str, Tensor]
    optimizer: Mapping[str, Tensor]
    average: Mapping[str, Tensor]
    best: Mapping[str, Tensor]
    state: Mapping[str, Any] = field(default_factory=dict[str, Any])
    fingerprint: Mapping[str, Any] = field(default_factory=dict[str, Any])
    carried: Mapping[str, Tensor] = field(default_factory=dict[str, Tensor])


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint atomically.

    Raises:
        OSError: it cannot be written; an earlier checkpoint of that name is intact.
    """
    # Cloned, because safetensors refuses tensors that share memory, as tied weights do.
    tensors = {
        f"{group}/{name}": tensor.detach().to("cpu", copy=True).contiguous()
        for group in _GROUPS
        for name, tensor in cast("Mapping[str, Tensor]", getattr(checkpoint, group)).items()
    }
    header = {
        "version": _VERSION,
        "checksum": _checksum(tensors),
        "state": checkpoint.state,  # json writes a float's shortest exact form: it is read back bit for bit
        "fingerprint": checkpoint.fingerprint,
    }
    write_atomically(path, save(tensors, {_HEADER_KEY: json.dumps(header)}))


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint and check that it is whole.

    Raises:
        RunError: it is not a checkpoint of this version, or it was truncated or altered.
    """
    try:
        with cast("Any", safe_open(path, framework="pt")) as file:  # which has no types
            metadata = cast("dict[str, str]", file.metadata() or {})
            # Cloned, because the file's own memory is less aligned than torch's and goes with the file.
            tensors = {name: cast("Tensor", file.get_tensor(name)).clone() for name in cast("list[str]", file.keys())}
        header = json.loads(metadata[_HEADER_KEY])
        version, checksum = header["version"], header["checksum"]
        state, fingerprint = dict(header["state"]), dict(header["fingerprint"])
        groups: dict[str, dict[str, Tensor]] = {group: {} for group in _GROUPS}
        for name, tensor in tensors.items():
            group, _, rest = name.partition("/")
            groups[group][rest] = tensor
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise RunError(
            f"{path} is not a whole checkpoint of a training run ({error}). Put back a copy of it, or start a new run."
        ) from error
    if version != _VERSION:
        raise RunError(
            f"{path} is a checkpoint of format {version}, and this version reads format {_VERSION}. "
            "Resume with the version that wrote it, or start a new run."
        )
    if checksum != _checksum(tensors):
        raise RunError(f"{path} was damaged: its checksum is wrong. Put back a copy of it, or start a new run.")
    return Checkpoint(**groups, state=state, fingerprint=fingerprint)


def _checksum(tensors: Mapping[str, Tensor]) -> int:
    total = 0
    for name in sorted(tensors):
        total = zlib.crc32(name.encode(), total)
        total = zlib.crc32(cast("Any", tensors[name].reshape(-1).view(torch.uint8).numpy()), total)
    return total
