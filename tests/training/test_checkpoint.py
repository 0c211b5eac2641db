import errno
import math
import os
import stat
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from unrolled.disk import write_atomically
from unrolled.errors import RunError
from unrolled.training.checkpoint import Checkpoint, read_checkpoint, write_checkpoint

DTYPES = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.bool]


def checkpoint(value: float = 1.0, state: dict[str, object] | None = None) -> Checkpoint:
    tied = torch.full((2, 3), value)
    weights = {"a.weight": tied, "b.weight": tied, "c": tied.T, "empty": torch.zeros(0, 4), "scalar": torch.tensor(7)}
    return Checkpoint(weights, {"a.weight/step": torch.tensor(3.0)}, {}, {"best/odd": tied}, state or {}, {"of": "it"})


def equal(a: Checkpoint, b: Checkpoint) -> bool:
    def bits(tensor: Tensor) -> tuple[object, ...]:
        return tensor.dtype, tensor.shape, tensor.contiguous().reshape(-1).view(torch.uint8).tolist()

    def group(c: Checkpoint) -> list[dict[str, object]]:
        return [{k: bits(v) for k, v in g.items()} for g in (c.weights, c.optimizer, c.average, c.best)]

    return group(a) == group(b) and a.state == b.state and a.fingerprint == b.fingerprint


def test_what_is_written_is_read(tmp_path: Path):
    for dtype in DTYPES:
        written = Checkpoint({"w": torch.arange(5).to(dtype)}, {}, {}, {})
        write_checkpoint(tmp_path / "c", written)
        assert equal(read_checkpoint(tmp_path / "c"), written)
    write_checkpoint(tmp_path / "c", checkpoint())
    assert equal(read_checkpoint(tmp_path / "c"), checkpoint())
    assert [p.name for p in tmp_path.iterdir()] == ["c"]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(allow_nan=False), max_size=8))
def test_every_float_of_the_state_comes_back_exactly(tmp_path: Path, numbers: list[float]):
    write_checkpoint(tmp_path / "c", checkpoint(state={"numbers": numbers}))
    back = read_checkpoint(tmp_path / "c").state["numbers"]
    assert [x.hex() for x in back] == [x.hex() for x in numbers]


def test_nan_in_the_state_comes_back(tmp_path: Path):
    write_checkpoint(tmp_path / "c", checkpoint(state={"f1": math.nan}))
    assert math.isnan(read_checkpoint(tmp_path / "c").state["f1"])


def test_any_safetensors_reader_opens_it(tmp_path: Path):
    write_checkpoint(tmp_path / "c", checkpoint())
    with safe_open(tmp_path / "c", framework="np") as file:
        assert file.get_tensor("weights/c").shape == (3, 2)


def test_a_truncated_file_is_refused_at_every_length(tmp_path: Path):
    path = tmp_path / "c"
    write_checkpoint(path, checkpoint())
    content = path.read_bytes()
    for length in [*range(0, len(content), 37), len(content) - 1]:
        path.write_bytes(content[:length])
        with pytest.raises(RunError, match="not a whole checkpoint"):
            read_checkpoint(path)


def test_a_changed_byte_anywhere_is_refused(tmp_path: Path):
    path = tmp_path / "c"
    write_checkpoint(path, checkpoint())
    content = path.read_bytes()
    header = int.from_bytes(content[:8], "little") + 8
    for i in range(header, len(content)):
        path.write_bytes(content[:i] + bytes([content[i] ^ 4]) + content[i + 1 :])
        with pytest.raises(RunError, match="checksum"):
            read_checkpoint(path)


@pytest.mark.parametrize(
    "header",
    [
        None,
        {},
        {"unrolled checkpoint": "no JSON"},
        {"unrolled checkpoint": "[]"},
        {"unrolled checkpoint": "[" * 100_000},
        {"unrolled checkpoint": '{"version": 2, "checksum": 0, "state": 3, "fingerprint": {}}'},
        {"unrolled checkpoint": '{"version": 2, "checksum": 0, "state": {}}'},
    ],
)
def test_another_file_is_refused(tmp_path: Path, header: dict[str, str] | None):
    save_file({"weights/a": torch.zeros(2)}, tmp_path / "c", header)
    with pytest.raises(RunError, match="not a whole checkpoint"):
        read_checkpoint(tmp_path / "c")


def test_another_version_and_unknown_tensors_are_refused(tmp_path: Path):
    head = '{"version": %s, "checksum": 0, "state": {}, "fingerprint": {}}'
    save_file({"weights/a": torch.zeros(2)}, tmp_path / "c", {"unrolled checkpoint": head % 1})
    with pytest.raises(
        RunError, match=r"format 1, and this version reads format 2\. Resume with the version that wrote"
    ):
        read_checkpoint(tmp_path / "c")
    save_file({"elsewhere/a": torch.zeros(2)}, tmp_path / "c", {"unrolled checkpoint": head % 2})
    with pytest.raises(RunError, match="not a whole checkpoint"):
        read_checkpoint(tmp_path / "c")


def test_a_partial_file_of_a_killed_run_is_never_read_and_is_replaced(tmp_path: Path):
    write_checkpoint(tmp_path / "c", checkpoint())
    (tmp_path / "c.partial").write_bytes(b"half of a checkp")
    assert equal(read_checkpoint(tmp_path / "c"), checkpoint())
    write_checkpoint(tmp_path / "c", checkpoint(2.0))
    assert equal(read_checkpoint(tmp_path / "c"), checkpoint(2.0))
    assert [p.name for p in tmp_path.iterdir()] == ["c"]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_failed_write_leaves_the_old_content_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
):
    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "c").write_bytes(b"old")
    monkeypatch.setattr(os if failing == "fsync" else Path, failing, full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(tmp_path / "c", b"new content")
    monkeypatch.undo()
    assert [p.name for p in tmp_path.iterdir()] == ["c"]
    assert (tmp_path / "c").read_bytes() == b"old"


def test_the_content_is_on_the_disk_before_it_takes_the_name_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    calls: list[str] = []
    sync, replace = os.fsync, Path.replace

    def traced_sync(descriptor: int) -> None:
        calls.append("sync folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "sync file")
        sync(descriptor)

    def traced_replace(self: Path, target: Path) -> Path:
        calls.append("replace")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", traced_sync)
    monkeypatch.setattr(Path, "replace", traced_replace)
    write_atomically(tmp_path / "c", b"content")
    assert calls == ["sync file", "replace", "sync folder"]
