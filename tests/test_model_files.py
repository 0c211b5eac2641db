"""Reading: what is sound comes back, everything else is refused before a tensor is read."""

import errno
import importlib.util
import io
import os
import resource
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from safetensors import SafetensorError
from safetensors import torch as safetensors_torch

from unrolled.errors import ModelFileError
from unrolled.model_files import ModelFiles, read_model_files, write_model_files
from unrolled.model_files.tensor_file import decode

HOSTILE = Path(__file__).parent / "hostile"
SOUND = HOSTILE / "model" / "sound"
EXPECTED = {"Waa": (torch.float32, (2, 2)), "by": (torch.float32, (2,))}
AGAIN = "Copy the model directory again from where it was made, or train again."

T = TypeVar("T")

# Case -> the file that is named and a part of what is said about it.
REFUSALS = {
    "config_array": ("config.json", "holds a list of 0 entries where a JSON object should be"),
    "config_bom": ("config.json", "is not JSON: Unexpected UTF-8 BOM"),
    "config_deep": ("config.json", "is nested deeper than 32 levels"),
    "config_deeper_than_allowed": ("config.json", "is nested deeper than 32 levels"),
    "config_duplicate_key": ("config.json", "names 'task' twice in one object"),
    "config_duplicate_key_by_escape": ("config.json", "names 'task' twice in one object"),
    "config_edited": ("config.json", "was edited or damaged"),
    "config_empty": ("config.json", "is not JSON: Expecting value in line 1, column 1"),
    "config_huge_float": ("config.json", "holds a number too large for a float"),
    "config_huge_integer": ("config.json", "holds an integer of thousands of digits"),
    "config_infinity": ("config.json", "holds -Infinity, which is not a JSON number"),
    "config_nan": ("config.json", "holds NaN, which is not a JSON number"),
    "config_not_utf8": ("config.json", "byte 67 (0xe9) is not UTF-8"),
    "config_of_another_tool": ("config.json", "has the format None, not 'unrolled-model'. Give a directory that"),
    "config_other_format": ("config.json", "has the format 'other-model', not 'unrolled-model'"),
    "config_surrogate": ("config.json", r"holds half a surrogate pair in '\ud800'"),
    "config_terminal_escape": ("config.json", r"has the format '\x1b[2J\x1b]0;owned\x07'"),
    "config_truncated": ("config.json", "is not JSON: Unterminated string starting at in line"),
    "config_utf16": ("config.json", "byte 0 (0xff) is not UTF-8"),
    "files_absolute": ("config.json", "lists the file '/etc/passwd.txt', which is none of a model directory's names"),
    "files_backslash": ("config.json", r"lists the file '..\\vocabulary.txt'"),
    "files_bool_size": ("config.json", "gives characters.txt True bytes; 0 to 268435456 are allowed"),
    "files_config_lists_itself": ("config.json", "lists the file 'config.json'"),
    "files_digest_not_hex": ("config.json", "gives characters.txt a sha256 that is not 64 hexadecimal digits"),
    "files_empty_name": ("config.json", "lists the file ''"),
    "files_extra_field": ("config.json", "does not give exactly bytes and sha256 for characters.txt"),
    "files_huge_size": ("config.json", "gives vocabulary.txt 1000000000000000000000000000000 bytes"),
    "files_missing_file": ("affixes.txt", "is missing"),
    "files_negative_size": ("config.json", "gives characters.txt -1 bytes"),
    "files_newline_name": ("config.json", r"lists the file 'a.txt\n'"),
    "files_no_metrics": ("config.json", "does not list metrics.json"),
    "files_no_tensors": ("config.json", "does not list model.safetensors"),
    "files_not_object": ("config.json", "has no table of files"),
    "files_nul_name": ("config.json", r"lists the file 'a\x00.txt'"),
    "files_parent": ("config.json", "lists the file '../vocabulary.txt'"),
    "files_pickle_listed": ("config.json", "lists the file 'pytorch_model.bin'"),
    "files_upper_case": ("config.json", "lists the file 'VOCABULARY.TXT'"),
    "header_bool_shape": ("model.safetensors", "tensor 'by' has a shape that is not at most 8 sizes of 0 or more"),
    "header_deep": ("model.safetensors (header)", "is nested deeper than 32 levels"),
    "header_duplicate_name": ("model.safetensors (header)", "names 'Waa' twice in one object"),
    "header_extra_field": ("model.safetensors", "'by' is not described by exactly dtype, shape and data_offsets"),
    "header_float_offset": ("model.safetensors", "'by' has data_offsets that are not a begin and an end"),
    "header_gap": ("model.safetensors", "'by' leaves a gap before it: it starts at byte 20, not at 16"),
    "header_length_beyond_file": ("model.safetensors", "says that its header has 1000000 bytes, of 152 in the file"),
    "header_length_huge": ("model.safetensors", "says that its header has 18446744073709551615 bytes"),
    "header_length_zero": ("model.safetensors (header)", "is not JSON"),
    "header_many_dimensions": ("model.safetensors", "'by' has a shape that is not at most 8 sizes"),
    "header_metadata_not_strings": ("model.safetensors", "has a __metadata__ that is not strings by name"),
    "header_negative_shape": ("model.safetensors", "'by' has a shape that is not at most 8 sizes of 0 or more"),
    "header_not_json": ("model.safetensors (header)", "is not JSON: Expecting property name"),
    "header_not_object": ("model.safetensors (header)", "holds a list of 2 entries where a JSON object should be"),
    "header_offset_beyond_file": ("model.safetensors", "is truncated: it has 24 bytes of tensors where its header"),
    "header_offsets_reversed": ("model.safetensors", "'by' has data_offsets that are not a begin and an end"),
    "header_overflowing_shape": ("model.safetensors", "'by' needs a number of more than 38 digits bytes by its shape"),
    "header_overlap": ("model.safetensors", "'by' overlaps another: it starts at byte 8, not at 16"),
    "header_shape_beyond_64_bits": ("model.safetensors", "'by' has a shape that is not at most 8 sizes"),
    "header_string_shape": ("model.safetensors", "'by' has a shape that is not at most 8 sizes"),
    "header_surplus_bytes": (
        "model.safetensors",
        "is padded: it has 30 bytes of tensors where its header describes 24",
    ),
    "header_unknown_dtype": ("model.safetensors", "'by' has the dtype 'O'. One of BOOL, U8,"),
    "header_unlisted_dtype_type": ("model.safetensors", "'by' has the dtype a list of 1 entries"),
    "header_wrong_dtype": ("model.safetensors", "'by' needs 16 bytes by its shape, its offsets give 8"),
    "metrics_array": ("metrics.json", "holds a list of 0 entries where a JSON object should be"),
    "metrics_nan": ("metrics.json", "holds NaN, which is not a JSON number"),
    "metrics_swapped": ("metrics.json", "does not have the SHA-256 that config.json states: it was altered or swapped"),
    "newer_version": ("config.json", "has the format version 3; this unrolled reads up to 2. Update unrolled."),
    "tensors_altered": ("model.safetensors", "does not have the SHA-256 that config.json states"),
    "tensors_empty": ("model.safetensors", "has 0 bytes, too few for a safetensors file"),
    "tensors_numpy": ("model.safetensors", "it is truncated or not a safetensors file"),
    "tensors_padded": ("model.safetensors", "is padded: it has 32 bytes of tensors where its header describes 24"),
    "tensors_pickle": ("model.safetensors", "is a pickle file, not safetensors. Pickle files can run code"),
    "tensors_pickle_sealed": ("model.safetensors", "is a pickle file, not safetensors. Pickle files can run code"),
    "tensors_swapped": ("model.safetensors", "does not have the SHA-256 that config.json states"),
    "tensors_truncated": (
        "model.safetensors",
        "is truncated: it has 20 bytes of tensors where its header describes 24",
    ),
    "tensors_truncated_in_header": ("model.safetensors", "says that its header has 120 bytes, of 40 in the file"),
    "tensors_zip_sealed": ("model.safetensors", "is a zip archive (as torch.save writes, with a pickle inside)"),
    "value_infinity": ("model.safetensors", "tensor 'by' holds NaN or an infinity"),
    "value_nan": ("model.safetensors", "tensor 'Waa' holds NaN or an infinity"),
    "version_bool": ("config.json", "has the format version True, which does not exist"),
    "version_missing": ("config.json", "has the format version None, which does not exist"),
    "version_zero": ("config.json", "has the format version 0, which does not exist"),
    "vocabulary_not_utf8": ("vocabulary.txt:3", "byte 0xff is not UTF-8"),
    "vocabulary_swapped": ("vocabulary.txt", "has 4 bytes where config.json says 25: it is truncated"),
    "vocabulary_truncated": ("vocabulary.txt", "has 24 bytes where config.json says 25: it is truncated"),
    "waa_of_another_shape": ("model.safetensors", "'Waa' is float32 (4,), the configured network has float32 (2, 2)"),
    "waa_renamed": ("model.safetensors", "lacks the tensor 'Waa'"),
}


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    """tests/hostile/make_model_files.py."""
    spec = importlib.util.spec_from_file_location("make_model_files", HOSTILE / "make_model_files.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the sound model directory."""
    return Path(shutil.copytree(SOUND, tmp_path / "model"))


def refused(directory: Path) -> str:
    """The message with which reading everything in the directory is refused."""
    with pytest.raises(ModelFileError) as raised:
        read_model_files(directory).tensors(EXPECTED)
    return str(raised.value)


def same(left: ModelFiles, right: ModelFiles) -> bool:
    ours, theirs = left.tensors(EXPECTED), right.tensors(EXPECTED)
    return (
        (left.config, left.texts, left.metrics) == (right.config, right.texts, right.metrics)
        and left.tensor_shapes == right.tensor_shapes
        and all(torch.equal(ours[name], theirs[name]) for name in EXPECTED)
    )


def test_a_sound_model_comes_back():
    files = read_model_files(SOUND)
    assert files.directory == SOUND
    assert files.config == {"task": "ner", "labels": ["O", "B-PER"], "settings": {"cell": "gru", "dropout": 0.5}}
    assert files.texts == {"vocabulary.txt": "<unk>\nHarry\nПоттер\n", "characters.txt": "a\nb\n"}
    assert files.metrics == {"f1": 0.5, "by_type": {"PER": {"f1": 0.5}}}
    assert files.tensor_shapes == {"Waa": ("float32", (2, 2)), "by": ("float32", (2,))}
    tensors = files.tensors(EXPECTED)
    assert list(tensors) == ["Waa", "by"]
    assert torch.equal(tensors["Waa"], torch.tensor([[0.5, -1.0], [2.0, 0.25]]))
    assert torch.equal(tensors["by"], torch.tensor([1.5, -3.0]))


@pytest.mark.parametrize("case", sorted(REFUSALS))
def test_hostile_files_are_refused(case: str, model: Path, capfd: pytest.CaptureFixture[str]):
    shutil.copytree(HOSTILE / "model" / case, model, dirs_exist_ok=True)
    file, found = REFUSALS[case]
    message = refused(model)
    assert message.startswith(f"{model / file.split()[0].split(':')[0]}")
    assert f"/{file}: " in message
    assert found in message
    assert len(message) < len(str(model)) + 400
    assert message.isprintable()
    captured = capfd.readouterr()
    assert captured.out + captured.err == ""  # a pickle that is executed prints


def test_every_hostile_file_has_its_refusal_and_its_maker(maker: ModuleType, tmp_path: Path):
    maker.main(tmp_path)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    kept = {path.relative_to(SOUND.parent): path.read_bytes() for path in SOUND.parent.rglob("*") if path.is_file()}
    assert made == kept
    assert {path.parts[0] for path in kept} == {"sound", *REFUSALS}


def test_only_what_is_never_read_until_tensors_waits_for_tensors(maker: ModuleType, model: Path):
    """All but a clash with the configured network and a value that is no number is found before `tensors`."""
    late = []
    for case in REFUSALS:
        shutil.rmtree(model)
        shutil.copytree(SOUND, model)
        shutil.copytree(HOSTILE / "model" / case, model, dirs_exist_ok=True)
        try:
            read_model_files(model)
        except ModelFileError:
            continue
        late.append(case)
    assert late == ["value_infinity", "value_nan", "waa_of_another_shape", "waa_renamed"]


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "metrics.json", "vocabulary.txt"])
def test_a_missing_file_is_named(name: str, model: Path):
    (model / name).unlink()
    message = refused(model)
    if name == "config.json":
        assert message.startswith(f"{model}: is no model directory: it has no config.json. Give a model directory, or")
    else:
        assert message == f"{model / name}: is missing. {AGAIN}"


def test_the_card_is_not_needed(model: Path):
    (model / "README.md").unlink()
    assert same(read_model_files(model), read_model_files(SOUND))


def test_a_missing_directory_and_a_file_in_its_place_are_refused(tmp_path: Path):
    assert refused(tmp_path / "gone").startswith(f"{tmp_path / 'gone'}: does not exist. Give a model directory")
    (tmp_path / "file").touch()
    assert refused(tmp_path / "file").startswith(f"{tmp_path / 'file'}: is not a directory. Give the directory")
    assert "it has no config.json" in refused(tmp_path)
    assert "cannot be looked at" in refused(tmp_path / ("x" * 300))


def test_a_run_directory_stands_for_its_best(model: Path, tmp_path: Path):
    run = tmp_path / "run"
    run.mkdir()
    (run / "config.json").write_text("{}")  # a run's resolved settings, not a model's
    assert "has the format None" in refused(run)
    model.rename(run / "best")
    assert read_model_files(run).directory == run / "best"
    assert same(read_model_files(run), read_model_files(SOUND))


def test_a_model_directory_may_be_reached_through_a_link(model: Path):
    link = model.with_name("latest")
    link.symlink_to(model)
    assert same(read_model_files(link), read_model_files(SOUND))


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "metrics.json", "vocabulary.txt"])
def test_a_link_a_pipe_or_a_folder_for_a_file_is_refused(name: str, model: Path):
    original = (model / name).rename(model.with_name("elsewhere"))
    (model / name).symlink_to(original)
    assert f"/{name}: is a symbolic link. Copy the directory with its files" in refused(model)
    (model / name).unlink()
    os.mkfifo(model / name)
    assert f"/{name}: is not a regular file" in refused(model)
    (model / name).unlink()
    (model / name).mkdir()
    assert f"/{name}: is not a regular file" in refused(model)


def test_an_oversized_config_is_refused_unread(model: Path):
    os.truncate(model / "config.json", 2**40)  # sparse: no such disk is needed
    assert f"/config.json: has {2**40} bytes; {4 * 2**20} are allowed" in refused(model)


@pytest.mark.parametrize("name", ["model.safetensors", "metrics.json", "vocabulary.txt"])
def test_a_file_that_was_grown_enormously_is_refused_unread(name: str, model: Path):
    os.truncate(model / name, 2**40)
    assert f"/{name}: " in refused(model)


def test_an_enormous_tensor_that_the_files_agree_on_is_refused_unread(maker: ModuleType, model: Path):
    header = {"Waa": {"dtype": "F32", "shape": [2**25], "data_offsets": [0, 2**27]}}
    start = maker.tensor_file(header, b"")
    (model / "model.safetensors").write_bytes(start)
    os.truncate(model / "model.safetensors", len(start) + 2**27)
    limits = resource.getrlimit(resource.RLIMIT_AS)
    used = (
        int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() if sys.platform == "linux" else 0
    )
    if not used:
        pytest.skip("needs /proc")
    table = maker.json.loads(maker.sound()["config.json"])["files"]
    table["model.safetensors"] = {"bytes": len(start) + 2**27, "sha256": "0" * 64}
    (model / "config.json").write_bytes(maker.sealed(maker.sound(), files=table)["config.json"])
    resource.setrlimit(resource.RLIMIT_AS, (used + 2**25, limits[1]))  # a quarter of the file
    try:
        assert "does not have the SHA-256" in refused(model)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


def test_other_weight_files_are_never_opened(maker: ModuleType, model: Path, capfd: pytest.CaptureFixture[str]):
    for name in ("pytorch_model.bin", "model.pt", "vocabulary.pkl"):
        (model / name).write_bytes(maker.PICKLE)
    opened: list[str] = []
    watching = True

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "open":
            opened.append(Path(os.fsdecode(arguments[0])).name if isinstance(arguments[0], str | bytes) else "")

    sys.addaudithook(watch)
    assert same(read_model_files(model), read_model_files(SOUND))
    watching = False
    assert "config.json" in opened
    assert not {"pytorch_model.bin", "model.pt", "vocabulary.pkl", "README.md"} & set(opened)
    (model / "model.safetensors").unlink()
    assert "model.safetensors: is missing. Other weight files beside it are never opened" in refused(model)
    assert capfd.readouterr().out == ""


def expect(**changes: tuple[torch.dtype, tuple[int, ...]]) -> dict[str, tuple[torch.dtype, tuple[int, ...]]]:
    return {**EXPECTED, **changes}


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (expect(ba=(torch.float32, (2,))), "lacks the tensor 'ba'"),
        (
            expect(**dict.fromkeys("pqrst", (torch.float32, (2,)))),
            "lacks the tensors 'p', 'q', 'r' and 2 more",
        ),
        ({"by": EXPECTED["by"]}, "has the tensor 'Waa', which the configured network lacks"),
        (expect(by=(torch.float32, (3,))), "tensor 'by' is float32 (2,), the configured network has float32 (3,)"),
        (expect(by=(torch.float32, (2, 1))), "tensor 'by' is float32 (2,), the configured network has float32 (2, 1)"),
        (expect(by=(torch.int32, (2,))), "tensor 'by' is float32 (2,), the configured network has int32 (2,)"),
    ],
)
def test_tensors_that_do_not_fit_are_refused_before_any_is_read(expected: dict, found: str, model: Path):
    files = read_model_files(model)
    (model / "model.safetensors").unlink()  # so whatever is refused now was not read
    with pytest.raises(ModelFileError) as raised:
        files.tensors(expected)
    assert f"model.safetensors: {found}" in str(raised.value) or f"model.safetensors: tensor {found}" in str(
        raised.value
    )


def test_weights_that_change_after_the_check_are_refused(model: Path):
    files = read_model_files(model)
    data = (model / "model.safetensors").read_bytes()
    (model / "model.safetensors").write_bytes(data[:-1] + b"\x41")
    with pytest.raises(ModelFileError, match="altered or swapped"):
        files.tensors(EXPECTED)
    (model / "model.safetensors").write_bytes(data + b"\0")
    with pytest.raises(ModelFileError, match="padded or another file"):
        files.tensors(EXPECTED)


def test_a_bool_that_is_neither_is_refused(tmp_path: Path):
    directory = tmp_path / "model"
    tensors = {"mask": torch.tensor([True, False])}
    write_model_files(directory, config={}, tensors=tensors, texts={}, metrics={}, card="")
    files = read_model_files(directory)
    assert torch.equal(files.tensors({"mask": (torch.bool, (2,))})["mask"], tensors["mask"])
    data = (directory / "model.safetensors").read_bytes()
    with pytest.raises(ModelFileError, match="neither true nor false"):
        decode(data[:-2] + b"\x02\x00", directory)


def unless_refused(read: Callable[[], T]) -> T | None:
    """What `read` returns; None where it refuses, in words that may be printed."""
    try:
        return read()
    except ModelFileError as error:
        message = str(error)
    assert message.isprintable()
    return None


@st.composite
def changes(draw: st.DrawFn) -> list[tuple[str, int, int, bytes]]:
    """Some changes: file, place (from 0 to 10^6 of its length), bytes that go, bytes that come."""
    change = st.tuples(
        st.sampled_from(["config.json", "model.safetensors", "metrics.json", "vocabulary.txt", "README.md"]),
        st.integers(0, 10**6),
        st.sampled_from([0, 1, 1, 1, 2, 8, 10**9]),
        st.one_of(st.binary(max_size=3), st.sampled_from([b" ", b"0", b"1", b'"', b"\n", b"[", b"-", b"e", b"\0"])),
    )
    return draw(st.lists(change, min_size=1, max_size=3))


def changed(files: dict[str, bytes], what: list[tuple[str, int, int, bytes]]) -> dict[str, bytes]:
    files = dict(files)
    for name, place, gone, come in what:
        at = len(files[name]) * place // 10**6
        files[name] = files[name][:at] + come + files[name][at + gone :]
    return files


def put(directory: Path, files: dict[str, bytes]) -> None:
    directory.mkdir(exist_ok=True)
    for name, data in files.items():
        (directory / name).write_bytes(data)


FUZZ = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(what=changes())
def test_fuzz_random_damage_is_refused_or_harmless(what: list[tuple[str, int, int, bytes]], tmp_path: Path):
    original = {path.name: path.read_bytes() for path in SOUND.iterdir()}
    put(tmp_path / "fuzzed", changed(original, what))
    if files := unless_refused(lambda: read_model_files(tmp_path / "fuzzed")):
        assert same(files, read_model_files(SOUND))


@FUZZ
@given(what=changes())
def test_fuzz_damage_under_renewed_digests_is_refused_or_fits(
    what: list[tuple[str, int, int, bytes]], tmp_path: Path, maker: ModuleType
):
    """Digests keep no attacker out, so the checks behind them stand alone here."""
    damaged = changed(maker.sound(), [change for change in what if change[0] != "config.json"])
    put(tmp_path / "fuzzed", maker.sealed(damaged))
    files = unless_refused(lambda: read_model_files(tmp_path / "fuzzed"))
    if files is None:
        return
    assert set(files.texts) == {"vocabulary.txt", "characters.txt"}
    # A layout that we accept is one that the library accepts, and means the same by.
    for name, tensor in safetensors_torch.load(damaged["model.safetensors"]).items():
        assert files.tensor_shapes[name] == (str(tensor.dtype).removeprefix("torch."), tuple(tensor.shape))
    if tensors := unless_refused(lambda: files.tensors(EXPECTED)):
        assert {name: (tensor.dtype, tuple(tensor.shape)) for name, tensor in tensors.items()} == EXPECTED
        assert all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values())


INTEGERS = st.sampled_from([0, 1, 2, 4, 8, 16, 20, 24, 32, -1, -8, 2**31, 2**32, 2**61, 2**62, 2**63, 2**64, 10**30])
RECORDS = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "F64", "F16", "BOOL", "I64", "U8", "F8_E4M3", "F4", "C64", "", None]),
        "shape": st.lists(INTEGERS, max_size=3),
        "data_offsets": st.lists(INTEGERS, min_size=2, max_size=2),
    }
)


@example(header={"by": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]}}, size=4)
@example(header={"by": {"dtype": "F32", "shape": [0, 2**62], "data_offsets": [0, 0]}}, size=0)
@example(
    header={
        "by": {"dtype": "I64", "shape": [1], "data_offsets": [1, 9]},
        "Waa": {"dtype": "BOOL", "shape": [1, 1], "data_offsets": [0, 1]},
    },
    size=9,
)
@FUZZ
@given(
    header=st.dictionaries(st.sampled_from(["Waa", "by", "__metadata__", ""]), RECORDS, max_size=3),
    size=st.integers(0, 40),
)
def test_fuzz_headers_that_we_accept_the_library_accepts(header: dict, size: int, tmp_path: Path, maker: ModuleType):
    data = maker.tensor_file(header, bytes(size))
    put(tmp_path / "fuzzed", maker.with_file("model.safetensors", data))
    files = unless_refused(lambda: read_model_files(tmp_path / "fuzzed"))
    if files is None:
        return
    try:
        tensors = safetensors_torch.load(data)
    except SafetensorError as error:  # pragma: no cover
        raise AssertionError(f"accepted {header}") from error
    assert set(tensors) == set(files.tensor_shapes)


@pytest.mark.parametrize(("name", "calls"), [("fdopen", 6), ("open", 6)])
def test_a_disk_that_fails_is_told_from_a_damaged_file(
    name: str, calls: int, model: Path, monkeypatch: pytest.MonkeyPatch
):
    """Opening, or the first or second read from it, fails for each file in turn."""

    class Failing(io.RawIOBase):
        def __init__(self, data: bytes, good_reads: int) -> None:
            self.data, self.left = io.BytesIO(data), good_reads

        def read(self, size: int = -1) -> bytes:
            self.left -= 1
            return self.data.read(size) if self.left >= 0 else self.fail()

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            return len(self.fail())

        def seek(self, *_: int) -> int:
            return 0

        def fail(self) -> bytes:
            raise OSError(errno.EIO, "Input/output error")

    def failing(turn: int, good_reads: int) -> Callable[..., object]:
        real = getattr(os, name)

        def wrapped(*arguments: object) -> object:
            nonlocal turn
            turn -= 1
            if turn >= 0:
                return real(*arguments)
            if name == "open":
                raise OSError(errno.EACCES, "Permission denied")
            with real(*arguments) as handle:
                return Failing(handle.read(), good_reads)

        return wrapped

    for turn in range(calls):
        for good_reads in (0, 2) if turn == 1 else (0,):
            with monkeypatch.context() as patch:
                patch.setattr(os, name, failing(turn, good_reads))
                words = "Permission denied" if name == "open" else "Input/output error"
                assert f"cannot be read: {words}. Check the file, its permissions and the disk." in refused(model)


@pytest.mark.parametrize("name", ["config.json", "metrics.json", "vocabulary.txt", "model.safetensors"])
def test_a_file_that_grows_while_it_is_read_is_refused(name: str, model: Path, monkeypatch: pytest.MonkeyPatch):
    real = os.fstat

    def fstat(descriptor: int) -> os.stat_result:
        status = real(descriptor)
        if os.path.samestat(status, (model / name).stat()):
            with (model / name).open("ab") as file:
                file.write(b" ")
        return status

    monkeypatch.setattr(os, "fstat", fstat)
    message = refused(model)
    assert f"/{name}: " in message
    assert "changed while it was read" in message or "altered" in message


def test_what_only_the_library_finds_wrong_is_refused_too():
    with pytest.raises(ModelFileError, match="weights: cannot be read: 'Error while deserializing"):
        decode(b"\0" * 20, Path("weights"))
