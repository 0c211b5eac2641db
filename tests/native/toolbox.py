"""Programs that build and run the native self-test: skipped where a developer lacks them, never in CI."""

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

__all__ = ["NATIVE", "ROOT", "done", "need"]

ROOT = Path(__file__).parents[2]
NATIVE = ROOT / "native"


def need(name: str, way_out: str) -> str:
    """The path of a program; this environment's own comes first."""
    found = shutil.which(name, path=os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")]))
    if found:
        return found
    missing = f"{name} is not installed: {way_out}"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


def done(*command: str | Path, timeout: float = 280.0) -> str:
    """What a command that must succeed prints."""
    found = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=timeout
    )
    assert found.returncode == 0, f"{' '.join(map(str, command))}\nends with {found.returncode}:\n{found.stdout}"
    return found.stdout
