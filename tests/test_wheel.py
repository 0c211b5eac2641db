"""What ships works: the wheel, away from its source."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what installing the wheel would put into site-packages."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    site = folder / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


def run(site: Path, folder: Path, *words: str, text: str = "") -> str:
    """Run the command line of the installed package in a folder, and return what it prints."""
    program = (
        "import sys, unrolled; from unrolled.cli import main; "
        "assert unrolled.__file__.startswith(sys.argv.pop(1)); main()"
    )
    command = [sys.executable, "-c", program, str(site), *words]
    # Coverage is of the source tree, not of a second copy.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    environment["PYTHONPATH"] = str(site)
    done = subprocess.run(command, cwd=folder, env=environment, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_the_package_its_corpus_and_its_types_and_nothing_else(installed: Path) -> None:
    names = {path.relative_to(installed).as_posix() for path in installed.rglob("*") if path.is_file()}
    source = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "unrolled").rglob("*")
        if path.is_file() and path.suffix in {".py", ".conll", ".typed"}
    }
    assert {name for name in names if name.startswith("unrolled/")} == source
    assert {"unrolled/py.typed", "unrolled/examples/ner.conll"} <= names
    (metadata,) = installed.glob("*.dist-info/METADATA")
    requirements = [line for line in metadata.read_text().splitlines() if line.startswith("Requires-Dist:")]
    core = [line for line in requirements if "extra ==" not in line]
    assert len(core) < 10
    assert "Requires-Dist: torch>=2.9" in core  # without an upper pin


def test_the_installed_package_trains_and_predicts_outside_its_source(installed: Path, tmp_path: Path) -> None:
    small = ("--set", "epochs=1", "--set", "hidden_size=8", "--out", "run")
    assert "Strict IOB2" in run(installed, tmp_path, "train", "ner", *small)
    answer = run(installed, tmp_path, "predict", "run", text="Harry Potter invented a new spell .\n")
    tokens, labels = answer.rstrip("\n").split("\t")
    assert tokens == "Harry Potter invented a new spell ."
    assert len(labels.split()) == 7
