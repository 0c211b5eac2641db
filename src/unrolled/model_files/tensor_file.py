"""`model.safetensors`: its header checked by us, its tensors read and written by the safetensors library."""

from collections.abc import Mapping
from io import BufferedReader
from pathlib import Path
from typing import TypeAlias, cast

import torch
from safetensors import SafetensorError
from safetensors import torch as safetensors_torch

from unrolled.model_files.refusal import COPY_AGAIN, refusal, shown
from unrolled.model_files.strict_json import JSON, parse_object

__all__ = ["DTYPES", "MAX_HEADER_BYTES", "Layout", "check_layout", "decode", "encode", "read_layout"]

Layout: TypeAlias = dict[str, tuple[torch.dtype, tuple[int, ...]]]

MAX_HEADER_BYTES = 4 * 2**20
MAX_DIMENSIONS = 8

DTYPES = {
    "BOOL": torch.bool,
    "U8": torch.uint8,
    "I8": torch.int8,
    "I16": torch.int16,
    "I32": torch.int32,
    "I64": torch.int64,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F32": torch.float32,
    "F64": torch.float64,
}

_NEVER_PICKLE = "Pickle files can run code and are never opened here; ask for the model as safetensors."


def read_layout(handle: BufferedReader, size: int, path: Path) -> Layout:
    """Return name -> (dtype, shape) from the header of a file of `size` bytes; no tensor is read.

    The tensors must tile the bytes after the header: in some order each starts where the last one ended, the first at
    0, the last ending with the file, each as long as its dtype and shape say.

    Raises:
        ModelFileError: the file is not that.
    """
    start = handle.read(8)
    length = int.from_bytes(start, "little")
    if len(start) < 8 or length > min(MAX_HEADER_BYTES, size - 8):
        # A pickle's first bytes can also be a sound header length, so the disguise is looked for only here.
        if start.startswith((b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")):
            raise refusal(path, "is a pickle file, not safetensors", _NEVER_PICKLE)
        if start.startswith(b"PK\x03\x04"):
            raise refusal(
                path, "is a zip archive (as torch.save writes, with a pickle inside), not safetensors", _NEVER_PICKLE
            )
        if len(start) < 8:
            raise refusal(path, f"has {size} bytes, too few for a safetensors file")
        found = f"says that its header has {length} bytes, of {size} in the file and at most {MAX_HEADER_BYTES}"
        raise refusal(path, f"{found}: it is truncated or not a safetensors file")
    header = parse_object(handle.read(length), f"{path} (header)")
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise refusal(path, "has a __metadata__ that is not strings by name")
    layout: Layout = {}
    places: list[tuple[int, int, str]] = []
    for name, record in header.items():
        dtype, shape, begin, end = _record(name, record, path)
        layout[name] = dtype, shape
        places.append((begin, end, name))
    reached = 0
    for begin, end, name in sorted(places):
        if begin != reached:
            problem = "overlaps another" if begin < reached else "leaves a gap before it"
            raise refusal(path, f"tensor {shown(name)} {problem}: it starts at byte {begin}, not at {reached}")
        reached = end
    if reached != size - 8 - length:
        problem = "truncated" if size - 8 - length < reached else "padded"
        found = f"is {problem}: it has {size - 8 - length} bytes of tensors where its header describes {reached}"
        raise refusal(path, found)
    return layout


def _record(name: str, record: JSON, path: Path) -> tuple[torch.dtype, tuple[int, ...], int, int]:
    if not isinstance(record, dict) or record.keys() != {"dtype", "shape", "data_offsets"}:
        raise refusal(path, f"tensor {shown(name)} is not described by exactly dtype, shape and data_offsets")
    dtype = DTYPES.get(record["dtype"]) if isinstance(record["dtype"], str) else None
    if dtype is None:
        found = f"tensor {shown(name)} has the dtype {shown(record['dtype'])}"
        raise refusal(path, found, f"One of {', '.join(DTYPES)} is needed; train again.")
    shape = _sizes(record["shape"])
    if shape is None or len(shape) > MAX_DIMENSIONS:
        raise refusal(path, f"tensor {shown(name)} has a shape that is not at most {MAX_DIMENSIONS} sizes of 0 or more")
    offsets = _sizes(record["data_offsets"])
    if offsets is None or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise refusal(path, f"tensor {shown(name)} has data_offsets that are not a begin and an end")
    needed = dtype.itemsize
    for extent in shape:
        needed *= extent  # a Python int: it cannot overflow
    if needed != offsets[1] - offsets[0]:
        found = (
            f"tensor {shown(name)} needs {shown(needed)} bytes by its shape, its offsets give {offsets[1] - offsets[0]}"
        )
        raise refusal(path, found)
    return dtype, shape, *offsets


def _sizes(value: JSON) -> tuple[int, ...] | None:
    """Return the list as a tuple, if it holds nothing but integers from 0 to 2^63 - 1."""
    if not isinstance(value, list):
        return None
    # type() and not isinstance: true is no size.
    if not all(type(entry) is int and 0 <= entry < 1 << 63 for entry in value):
        return None
    return tuple(cast(list[int], value))


def check_layout(found: Layout, expected: Mapping[str, tuple[torch.dtype, tuple[int, ...]]], path: Path) -> None:
    """Raise ModelFileError unless the header has the expected tensors, no others, with their dtypes and shapes."""
    way_out = f"The weights and config.json do not belong together. {COPY_AGAIN}"
    if missing := [name for name in expected if name not in found]:
        raise refusal(path, f"lacks {_some(missing)}", way_out)
    if surplus := [name for name in found if name not in expected]:
        raise refusal(path, f"has {_some(surplus)}, which the configured network lacks", way_out)
    for name, (dtype, shape) in expected.items():
        if found[name] != (dtype, tuple(shape)):
            was, asked = _described(*found[name]), _described(dtype, shape)
            raise refusal(path, f"tensor {shown(name)} is {was}, the configured network has {asked}", way_out)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{'the tensor' if len(names) == 1 else 'the tensors'} {', '.join(map(shown, names[:3]))}{more}"


def _described(dtype: torch.dtype, shape: tuple[int, ...]) -> str:
    return f"{str(dtype).removeprefix('torch.')} {tuple(shape)}"


def decode(data: bytes, path: Path) -> dict[str, torch.Tensor]:
    """Return the tensors of a file whose layout was checked; a value that is no number is refused."""
    try:
        tensors = safetensors_torch.load(data)
    except (SafetensorError, ValueError, RuntimeError) as error:
        raise refusal(path, f"cannot be read: {shown(str(error))}") from None
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise refusal(path, f"tensor {shown(name)} holds NaN or an infinity", "Train again; its training diverged.")
        if tensor.dtype is torch.bool and bool((tensor.view(torch.uint8) > 1).any()):
            raise refusal(path, f"tensor {shown(name)} holds a byte that is neither true nor false")
    return tensors


def encode(tensors: Mapping[str, torch.Tensor]) -> bytes:
    """Return the tensors as one safetensors file; a copy of each is made, so views of one storage may be given."""
    assert all(tensor.dtype in DTYPES.values() and tensor.dim() <= MAX_DIMENSIONS for tensor in tensors.values())
    assert "__metadata__" not in tensors
    copies = {
        name: tensor.detach().to("cpu", copy=True).clone(memory_format=torch.contiguous_format)
        for name, tensor in tensors.items()
    }
    return safetensors_torch.save(copies)
