"""What ships works: the wheel, away from its source."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def build(folder: Path, *options: str, **environment: str) -> Path:
    """The wheel of this source, built into a folder."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), *options, str(ROOT)]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    return wheel


def unpack(wheel: Path) -> Path:
    """A folder that holds what installing the wheel would put into site-packages."""
    site = wheel.parent / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack(build(tmp_path_factory.mktemp("wheel")))


@pytest.fixture(scope="module")
def wheel_without_compiler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("no compiler")
    return build(folder, f"-Cbuild-dir={folder / 'build'}", CC="/bin/false", CXX="/bin/false")


def execute(site: Path, folder: Path, *words: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command line of the installed package in a folder."""
    program = (
        "import sys, unrolled; from unrolled.cli import main; "
        "assert unrolled.__file__.startswith(sys.argv.pop(1)); main()"
    )
    # -S: without the finder of an editable installation, which would lead back to the source.
    command = [sys.executable, "-S", "-c", program, str(site), *words]
    # Coverage is of the source tree, not of a second copy.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    environment["PYTHONPATH"] = os.pathsep.join(
        [str(site), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    )
    done = subprocess.run(command, cwd=folder, env=environment, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done


def run(site: Path, folder: Path, *words: str, text: str = "") -> str:
    """As `execute`; what it prints."""
    return execute(site, folder, *words, text=text).stdout


def test_the_wheel_holds_the_package_its_corpus_and_its_types_and_nothing_else(installed: Path) -> None:
    names = {path.relative_to(installed).as_posix() for path in installed.rglob("*") if path.is_file()}
    source = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "unrolled").rglob("*")
        if path.is_file() and (path.suffix in {".py", ".pyi", ".typed"} or "examples" in path.parts)
    }
    (extension,) = (name for name in names if name.startswith("unrolled/_native.") and not name.endswith(".pyi"))
    assert {name for name in names if name.startswith("unrolled/")} == source | {extension}
    assert {"unrolled/py.typed", "unrolled/examples/ner.conll"} <= names
    (metadata,) = installed.glob("*.dist-info/METADATA")
    requirements = [line for line in metadata.read_text().splitlines() if line.startswith("Requires-Dist:")]
    core = [line for line in requirements if "extra ==" not in line]
    assert len(core) < 10
    assert "Requires-Dist: torch>=2.9" in core  # without an upper pin


def test_the_installed_package_trains_and_predicts_outside_its_source(installed: Path, tmp_path: Path) -> None:
    small = ("--set", "epochs=1", "--set", "hidden_size=8", "--out", "run")
    done = execute(installed, tmp_path, "train", "ner", *small)
    assert "Strict IOB2" in done.stdout
    assert "native engine is not here" not in done.stderr
    answer = run(installed, tmp_path, "predict", "run", text="Harry Potter invented a new spell .\n")
    tokens, labels = answer.rstrip("\n").split("\t")
    assert tokens == "Harry Potter invented a new spell ."
    assert len(labels.split()) == 7


def test_without_a_compiler_the_package_runs_on_torch_and_says_so_once(
    wheel_without_compiler: Path, tmp_path: Path
) -> None:
    assert wheel_without_compiler.name.endswith("-py3-none-any.whl")
    small = ("--set", "epochs=1", "--set", "hidden_size=8", "--out", "run")
    done = execute(unpack(wheel_without_compiler), tmp_path, "train", "ner", *small)
    assert "Strict IOB2" in done.stdout
    assert done.stderr.count("The native engine is not here") == 1
