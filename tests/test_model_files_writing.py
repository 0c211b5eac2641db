"""Writing: what is written comes back, whole or not at all, and nothing of anyone else's is lost."""

import errno
import json
import os
import resource
import subprocess
import sys
import textwrap
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import torch
from safetensors import torch as safetensors_torch

from unrolled.errors import ModelFileError, RunError
from unrolled.model_files import check_replaceable, read_model_files, write_model_files
from unrolled.model_files.swap import leftovers
from unrolled.model_files.tensor_file import DTYPES

WEIGHTS = {"Waa": torch.tensor([[0.5, -1.0], [2.0, 0.25]]), "by": torch.tensor([1, -3])}
EXPECTED = {"Waa": (torch.float32, (2, 2)), "by": (torch.int64, (2,))}
NAMES = ["README.md", "config.json", "metrics.json", "model.safetensors", "vocabulary.txt"]


def write(directory: Path, **changes: Any) -> None:
    given = {
        "config": {"task": "ner"},
        "tensors": WEIGHTS,
        "texts": {"vocabulary.txt": "<unk>\n"},
        "metrics": {"f1": 0.5},
        "card": "# Card\n",
    }
    write_model_files(directory, **{**given, **changes})


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_what_is_written_comes_back(tmp_path: Path):
    config = {
        "settings": {"dropout": 0.1, "layers": 2, "crf": True, "vectors": None},
        "labels": ["B-Ñ", "\u2028", "\x1b", ""],
        "tuple": (1, 2.5),
        "big": 2**80,
    }
    text = "<unk>\r\nПоттер\n\u2028\x00\x85 no final newline"
    write(tmp_path / "a" / "model", config=config, texts={"vocabulary.txt": text, "affixes.txt": ""}, card="# é\n")
    files = read_model_files(tmp_path / "a" / "model")
    assert files.config == {**config, "tuple": [1, 2.5]}
    assert files.texts == {"vocabulary.txt": text, "affixes.txt": ""}
    assert files.metrics == {"f1": 0.5}
    assert files.tensor_shapes == {"Waa": ("float32", (2, 2)), "by": ("int64", (2,))}
    tensors = files.tensors(EXPECTED)
    assert all(torch.equal(tensors[name], WEIGHTS[name]) for name in WEIGHTS)
    assert (tmp_path / "a" / "model" / "README.md").read_text(encoding="utf-8") == "# é\n"
    assert names(tmp_path / "a") == ["model"]


def test_the_written_config_states_format_and_files(tmp_path: Path):
    write(tmp_path / "model")
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    assert list(config) == ["format", "format_version", "task", "files", "sha256"]
    assert (config["format"], config["format_version"]) == ("unrolled-model", 2)
    assert set(config["files"]) == {"model.safetensors", "metrics.json", "vocabulary.txt"}
    assert config["files"]["vocabulary.txt"]["bytes"] == 6


@pytest.mark.parametrize(
    "dtype",
    list(DTYPES.values()),
)
def test_every_dtype_and_kind_of_shape_comes_back(dtype: torch.dtype, tmp_path: Path):
    base = torch.arange(24).reshape(2, 3, 4)
    odd = torch.zeros(3, dtype=torch.uint8)  # puts the next tensor at an odd byte
    tensors = {
        "scalar": base[1, 1, 1],
        "empty": base[:0],
        "a view": base[:, 1],
        "transposed": base.transpose(0, 2),
        "expanded": base[0, 0, 0].expand(2, 2),
        "Ωσ \x1b": base,
    }
    tensors = {name: tensor.to(dtype) for name, tensor in tensors.items()} | {"odd": odd}
    tensors["parameter"] = torch.nn.Parameter(tensors["scalar"], requires_grad=dtype.is_floating_point)
    write(tmp_path / "model", tensors=tensors)
    expected = {name: (tensor.dtype, tuple(tensor.shape)) for name, tensor in tensors.items()}
    back = read_model_files(tmp_path / "model").tensors(expected)
    assert list(back) == list(tensors)
    for name, tensor in tensors.items():
        assert torch.equal(back[name], tensor.detach())
    # And the library, which knows nothing of our checks, reads the same.
    library = safetensors_torch.load_file(tmp_path / "model" / "model.safetensors")
    assert all(torch.equal(library[name], back[name]) for name in tensors)


def test_the_same_model_gives_the_same_bytes(tmp_path: Path):
    write(tmp_path / "one")
    write(tmp_path / "two")
    for name in NAMES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_model_is_replaced_as_a_whole(tmp_path: Path):
    write(tmp_path / "model", texts={"vocabulary.txt": "a\n", "affixes.txt": "b\n"}, config={"task": "old"})
    write(tmp_path / "model", config={"task": "new"})
    assert names(tmp_path / "model") == NAMES
    assert read_model_files(tmp_path / "model").config == {"task": "new"}
    assert names(tmp_path) == ["model"]


def test_an_empty_directory_is_used_and_a_link_is_followed(tmp_path: Path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert names(tmp_path / "real") == NAMES


@pytest.mark.parametrize("stray", [".DS_Store", "Thumbs.db", "desktop.ini"])
def test_what_a_file_manager_left_is_no_obstacle(stray: str, tmp_path: Path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / stray).touch()
    for task in ("first", "second"):
        write(tmp_path / "model", config={"task": task})
        assert names(tmp_path / "model") == NAMES
        (tmp_path / "model" / stray).touch()
        assert read_model_files(tmp_path / "model").config["task"] == task
    (tmp_path / "model" / stray).unlink()
    (tmp_path / "model" / stray).mkdir()
    with pytest.raises(RunError, match="which would be lost"):
        write(tmp_path / "model")


@pytest.mark.parametrize("extra", ["notes.txt", "pytorch_model.bin", "folder"])
def test_a_model_beside_which_something_lies_is_not_replaced(extra: str, tmp_path: Path):
    write(tmp_path / "model", config={"task": "old"})
    (tmp_path / "model" / extra).mkdir() if extra == "folder" else (tmp_path / "model" / extra).touch()
    with pytest.raises(
        RunError, match=f"beside a model it holds '{extra}', which would be lost. Give another directory"
    ):
        check_replaceable(tmp_path / "model")
    with pytest.raises(RunError, match="which would be lost"):
        write(tmp_path / "model")
    assert names(tmp_path / "model") == sorted([*NAMES, extra])
    assert read_model_files(tmp_path / "model").config == {"task": "old"}


@pytest.mark.parametrize("present", [["README.md"], ["config.json"], ["README.md", "a", "b", "vocabulary.txt"]])
def test_a_directory_that_is_no_model_is_not_replaced(present: list[str], tmp_path: Path):
    for name in present:
        (tmp_path / name).write_text("{}")
    with pytest.raises(RunError, match=r"it holds .* and is no sound model") as raised:
        write(tmp_path)
    assert ("…" in str(raised.value)) == (len(present) > 3)
    assert names(tmp_path) == sorted(present)


def test_a_file_in_the_place_is_not_replaced(tmp_path: Path):
    (tmp_path / "model").write_text("mine")
    with pytest.raises(RunError, match="it is a file"):
        write(tmp_path / "model")
    with pytest.raises(RunError, match="could not be written: File exists"):
        write(tmp_path / "model" / "below")
    assert (tmp_path / "model").read_text() == "mine"


def test_a_path_that_cannot_be_is_refused(tmp_path: Path):
    (tmp_path / "loop").symlink_to("loop")
    for directory in (tmp_path / "loop", tmp_path / ("x" * 300), tmp_path / "a\0b"):
        with pytest.raises(RunError, match="the model"):
            write(directory)
    assert names(tmp_path) == ["loop"]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"tensors": {"by": torch.tensor([1.0, float("nan")])}}, "the weights 'by' hold NaN or an infinity"),
        ({"tensors": {"by": torch.tensor(float("-inf"))}}, "the weights 'by' hold NaN or an infinity"),
        ({"metrics": {"f1": float("nan")}}, "metrics.json cannot hold these values"),
        ({"config": {"dropout": float("inf")}}, "config.json cannot hold these values"),
        ({"config": {"label": "\ud800"}}, "config.json cannot hold these values"),
        ({"config": {1: "a", "1": "b"}}, "config.json cannot hold these values: config.json: names '1' twice"),
        ({"metrics": {"x": "y" * 2**22}}, "metrics.json cannot hold these values: 41"),
        ({"texts": {"vocabulary.txt": "a\udcff\n"}}, r"vocabulary.txt would hold '\udcff'"),
    ],
)
def test_what_could_not_be_read_back_is_not_written(changes: dict[str, Any], found: str, tmp_path: Path):
    write(tmp_path / "model", config={"task": "old"})
    with pytest.raises(RunError) as raised:
        write(tmp_path / "model", **changes)
    assert str(raised.value).startswith(f"{tmp_path / 'model'}: the model was not written: {found}")
    assert read_model_files(tmp_path / "model").config == {"task": "old"}
    assert names(tmp_path) == ["model"]


def test_a_vocabulary_too_large_to_be_read_back_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("unrolled.model_files.names.MAX_TEXT_BYTES", 5)
    with pytest.raises(RunError, match=r"vocabulary\.txt would have 6 bytes, 5 are allowed"):
        write(tmp_path / "model")


@pytest.mark.parametrize("name", ["../a.txt", "A.txt", "config.json", "README.md", "model.safetensors", "metrics.json"])
def test_a_vocabulary_has_a_plain_name_of_its_own(name: str, tmp_path: Path):
    with pytest.raises(AssertionError):
        write(tmp_path / "model", texts={name: ""})
    assert names(tmp_path) == []


def test_a_file_too_large_for_the_disk_leaves_the_old_model(tmp_path: Path):
    """The system itself refuses to write past 64 KiB: as on a full disk, some files are written and one is cut."""
    write(tmp_path / "model", config={"task": "old"})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**16, limits[1]))
    try:
        with pytest.raises(RunError, match=r"File too large\. What was there before is unchanged\. Free space"):
            write(tmp_path / "model", texts={"vocabulary.txt": "word\n" * 2**15})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert read_model_files(tmp_path / "model").config == {"task": "old"}
    assert names(tmp_path) == ["model"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS])
@pytest.mark.parametrize("there", [True, False])
def test_an_error_at_any_system_call_leaves_what_was_there(
    there: bool, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Each fsync, rename and mkdir fails in turn, once."""
    failed = 0
    for turn in range(100):
        directory = tmp_path / str(turn) / "model"
        directory.parent.mkdir()
        if there:
            write(directory, config={"task": "old"})
        left = turn

        def failing(call: Any) -> Any:
            def wrapped(*arguments: Any, **keywords: Any) -> Any:
                nonlocal left
                left -= 1
                if left == -1:
                    raise OSError(number, os.strerror(number))
                return call(*arguments, **keywords)

            return wrapped

        message = ""
        with monkeypatch.context() as patch:
            for name in ("fsync", "rename", "mkdir"):
                patch.setattr(os, name, failing(getattr(os, name)))
            try:
                write(directory, config={"task": "new"})
            except RunError as error:
                message = str(error)
        if message:
            failed += 1
            assert message.startswith(f"{directory}: the model (")
            assert os.strerror(number) in message
            assert names(directory.parent) == (["model"] if there else [])
        else:  # the parent's mkdir may fail: the parent is there
            assert names(directory.parent) == ["model"]
        if message and there:
            assert read_model_files(directory).config == {"task": "old"}
        if not message:
            assert read_model_files(directory).config == {"task": "new"}
        if left >= 0:
            break
    assert left >= 0
    assert failed == (10 if there else 9)  # 5 files, 2 directories, a mkdir, one or two renames


def test_ctrl_c_while_writing_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write(tmp_path / "model", config={"task": "old"})

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "model", config={"task": "new"})
    assert read_model_files(tmp_path / "model").config == {"task": "old"}
    assert names(tmp_path) == ["model"]


def test_a_save_killed_between_its_renames_is_read_and_then_cleared(tmp_path: Path):
    run = tmp_path / "run"
    for directory, given in ((tmp_path / "model", tmp_path / "model"), (run / "best", run)):
        new, old = leftovers(directory)
        write(directory, config={"task": "old"})
        directory.rename(old)
        write(new, config={"task": "new"})
        assert read_model_files(given).config == {"task": "new"}
        assert read_model_files(given).directory == new
        write(directory, config={"task": "newest"})
        assert read_model_files(given).config == {"task": "newest"}
        assert names(directory.parent) == [directory.name]
        (directory.parent / directory.name).rename(old)  # no new one: someone has moved it away
        assert read_model_files(given).config == {"task": "newest"}
        write(directory)
        assert names(directory.parent) == [directory.name]
        write(new)  # and a new one alone was never known to be complete
        (directory / "config.json").unlink()
        with pytest.raises(ModelFileError):
            read_model_files(given)
        for name in NAMES:
            (directory / name).unlink(missing_ok=True)
        write(directory)
        assert names(directory.parent) == [directory.name]


def test_a_leftover_that_is_none_of_ours_is_not_deleted(tmp_path: Path):
    new, _ = leftovers(tmp_path / "model")
    (new / "folder").mkdir(parents=True)
    (new / "folder" / "thesis.tex").touch()
    with pytest.raises(RunError, match="could not be written"):
        write(tmp_path / "model")
    assert (new / "folder" / "thesis.tex").exists()


CRASHES = """
    import json, os, sys, warnings
    from pathlib import Path
    import torch
    from unrolled.errors import ModelFileError
    from unrolled.model_files import read_model_files, write_model_files

    # From Python 3.12 on. A library's idle threads are not there after the fork, nor missed: files are written in one.
    warnings.filterwarnings("ignore", r"This process .* is multi-threaded, use of fork\\(\\)", DeprecationWarning)
    place = Path(sys.argv[1]).resolve()

    def write(directory, task):
        write_model_files(
            directory, config={"task": task}, tensors={"by": torch.tensor([float(len(task))])},
            texts={"vocabulary.txt": task * 1000}, metrics={"task": task}, card=task,
        )

    def read(directory):
        try:
            files = read_model_files(directory)
        except ModelFileError:
            return "refused"
        task = files.config["task"]
        assert files.texts == {"vocabulary.txt": task * 1000} and files.metrics == {"task": task}
        assert files.tensors({"by": (torch.float32, (1,))})["by"].item() == len(task)
        return task

    def dying(turn):
        '''Die, with no clean-up and no flush, just before the turn-th change that the process asks the system for.'''
        def hook(event, arguments):
            nonlocal turn
            if event in ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir") and str(place) in str(arguments[0]):
                turn -= 1
                if turn < 0:
                    os._exit(9)
        sys.addaudithook(hook)

    seen = {"over an old one": [], "in a new place": []}
    for start, results in seen.items():
        for turn in range(100):
            directory = place / start / str(turn) / "model"
            if start == "over an old one":
                write(directory, "old")
            child = os.fork()
            if child == 0:
                dying(turn)
                write(directory, "newer")
                os._exit(0)
            survived = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            found = read(directory)
            write(directory, "newest of all")
            assert read(directory) == "newest of all"
            assert [path.name for path in directory.parent.iterdir()] == ["model"], list(directory.parent.iterdir())
            if survived == 0:
                assert found == "newer"
                break
            assert survived == 9
            results.append(found)
    print(json.dumps(seen))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_killed_at_any_change_leaves_the_old_model_or_the_new(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(CRASHES), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    over, fresh = seen["over an old one"], seen["in a new place"]
    assert len(over) > 15
    assert set(over) == {"old", "newer"}
    assert over == sorted(over, reverse=True)  # old until some moment, new from then on
    assert set(fresh) == {"refused", "newer"}
    assert fresh == sorted(fresh, reverse=True)


def test_any_mapping_and_sequence_is_json_and_nothing_else(tmp_path: Path):
    write(tmp_path / "model", config={"settings": MappingProxyType({"sizes": range(2)})})
    assert read_model_files(tmp_path / "model").config == {"settings": {"sizes": [0, 1]}}
    with pytest.raises(TypeError, match="Tensor is not JSON"):
        write(tmp_path / "other", config={"settings": torch.zeros(1)})
    assert names(tmp_path) == ["model"]
