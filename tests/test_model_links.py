"""Model directories whose files are links, as Hugging Face's cache has them."""

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from unrolled.errors import ModelFileError, RunError
from unrolled.model_files import ModelFiles, check_replaceable, read_model_files
from unrolled.model_files.links import Links, tree_of

SOUND = Path(__file__).parent / "hostile" / "model" / "sound"


def cached(root: Path) -> Path:
    """Lay the sound model as the cache does: snapshots/REV/NAME -> ../../blobs/HASH."""
    repository = root / "models--someone--tagger"
    snapshot = repository / "snapshots" / "4f1d2c"
    snapshot.mkdir(parents=True)
    (repository / "blobs").mkdir()
    for file in SOUND.iterdir():
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        shutil.copy(file, repository / "blobs" / digest)
        (snapshot / file.name).symlink_to(Path("..", "..", "blobs", digest))
    return snapshot


@pytest.fixture(name="snapshot")
def fixture_snapshot(tmp_path: Path) -> Path:
    return cached(tmp_path / "hub")


def content(files: ModelFiles) -> object:
    names = {
        name: (dtype, shape) for name, (dtype, shape) in files._layout.items() if not name.startswith(("x/", "y/"))
    }
    tensors = {name: tensor.tolist() for name, tensor in files.tensors(names).items()}
    return files.config, files.texts, files.metrics, files.tensor_shapes, tensors


def refused(directory: Path) -> str:
    with pytest.raises(ModelFileError) as error:
        read_model_files(directory)
    return str(error.value)


def moved_out(path: Path, to: Path) -> None:
    """Put a file elsewhere and a link in its place."""
    to.parent.mkdir(exist_ok=True, parents=True)
    shutil.move(path.resolve(), to)
    path.unlink(missing_ok=True)
    path.symlink_to(to)


def test_links_into_the_blobs_of_the_cache_are_read(snapshot: Path) -> None:
    assert content(read_model_files(snapshot)) == content(read_model_files(SOUND))
    assert tree_of(snapshot) == snapshot.parent.parent


def test_the_cache_may_be_reached_through_a_link_and_moved(snapshot: Path, tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to(snapshot)
    assert content(read_model_files(tmp_path / "latest")) == content(read_model_files(SOUND))
    (tmp_path / "hub").rename(tmp_path / "elsewhere")
    moved = tmp_path / "elsewhere" / snapshot.relative_to(tmp_path / "hub")
    assert content(read_model_files(moved)) == content(read_model_files(SOUND))


def test_a_model_in_a_folder_of_the_snapshot_and_a_runs_best_are_read(snapshot: Path, tmp_path: Path) -> None:
    inner = snapshot / "run" / "best"
    inner.mkdir(parents=True)
    for link in [path for path in snapshot.iterdir() if path.is_symlink()]:
        (inner / link.name).symlink_to(Path("..", "..", link.readlink()))
        link.unlink()
    assert content(read_model_files(snapshot / "run")) == content(read_model_files(SOUND))


def test_links_within_the_directory_itself_are_read(tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(SOUND, model)
    (model / "versions").mkdir()
    for name in ("model.safetensors", "config.json", "vocabulary.txt"):
        (model / name).rename(model / "versions" / f"{name}.1")
        (model / name).symlink_to(Path("versions", f"{name}.1"))
    assert content(read_model_files(model)) == content(read_model_files(SOUND))
    assert tree_of(model) == model
    # a model to be written over has no links: their files would not be found again
    with pytest.raises(RunError, match="is a symbolic link"):
        check_replaceable(model)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "metrics.json", "vocabulary.txt"])
@pytest.mark.parametrize("made", [cached, lambda root: Path(shutil.copytree(SOUND, root / "model"))])
def test_links_that_lead_out_are_refused_unless_asked_for(
    name: str, made: Callable[[Path], Path], tmp_path: Path
) -> None:
    model = made(tmp_path)
    moved_out(model / name, tmp_path / "secret" / "file")
    found = refused(model)
    assert f"/{name}: is a symbolic link. Copy the directory with its files, for example with `cp -rL`" in found
    assert "--follow-links" in found
    assert str(tree_of(model)) in found
    assert content(read_model_files(model, follow_links=True)) == content(read_model_files(SOUND))


def test_a_link_to_a_link_counts_by_where_it_ends(snapshot: Path, tmp_path: Path) -> None:
    blob = (snapshot / "model.safetensors").resolve()
    moved_out(blob, tmp_path / "secret")  # the first link stays inside, the second leads out
    assert "model.safetensors: is a symbolic link." in refused(snapshot)
    (tmp_path / "secret").rename(blob)
    (tmp_path / "detour").symlink_to(blob)
    (snapshot / "model.safetensors").unlink()
    (snapshot / "model.safetensors").symlink_to(tmp_path / "detour")  # out and in again
    assert content(read_model_files(snapshot)) == content(read_model_files(SOUND))


def test_blobs_that_are_a_link_themselves_lead_out(snapshot: Path, tmp_path: Path) -> None:
    blobs = snapshot.parent.parent / "blobs"
    blobs.rename(tmp_path / "blobs")
    blobs.symlink_to(tmp_path / "blobs")
    assert "is a symbolic link." in refused(snapshot)


def test_folders_of_those_names_elsewhere_are_no_cache(tmp_path: Path) -> None:
    # beside the model, not above it: a home folder with such names gives no way to its other files
    (tmp_path / "snapshots").mkdir()
    (tmp_path / "blobs").mkdir()
    model = tmp_path / "model"
    shutil.copytree(SOUND, model)
    moved_out(model / "model.safetensors", tmp_path / "blobs" / "file")
    assert "is a symbolic link." in refused(model)
    assert tree_of(model) == model


@pytest.mark.parametrize("target", ["nothing", "model.safetensors", ".", "/dev/zero", "pipe"])
@pytest.mark.parametrize("follow_links", [False, True])
def test_links_to_what_is_no_file_are_refused(target: str, follow_links: bool, snapshot: Path) -> None:
    os.mkfifo(snapshot / "pipe")
    (snapshot / "model.safetensors").unlink()
    (snapshot / "model.safetensors").symlink_to(target)
    with pytest.raises(ModelFileError, match=r"model\.safetensors: is (a symbolic link|not a regular file)"):
        read_model_files(snapshot, follow_links=follow_links)


@pytest.mark.parametrize("swapped", ["blobs", "file"])
def test_a_link_that_is_put_there_after_the_look_is_not_followed(
    swapped: str, snapshot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside"
    blobs = snapshot.parent.parent / "blobs"
    shutil.copytree(blobs, outside)
    look = Links.allow

    def allow(links: Links, place: Path) -> bool:
        allowed = look(links, place)
        if swapped == "blobs":
            shutil.rmtree(blobs)
            blobs.symlink_to(outside)
        else:
            place.unlink()
            place.symlink_to(outside / place.name)
        return allowed

    monkeypatch.setattr(Links, "allow", allow)
    assert "/config.json: cannot be read" in refused(snapshot)


def test_the_weights_are_read_by_the_same_rule_when_they_are_asked_for(snapshot: Path, tmp_path: Path) -> None:
    files = read_model_files(snapshot)
    moved_out(snapshot / "model.safetensors", tmp_path / "secret" / "file")
    with pytest.raises(ModelFileError, match=r"model\.safetensors: is a symbolic link\."):
        content(files)
