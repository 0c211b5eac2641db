"""The engine's self-test passes on every instruction path, under sanitizers, and on ARM under an emulator."""

import platform
import re
import subprocess
from pathlib import Path

import pytest
from filelock import FileLock
from native.toolbox import ROOT, done, need

from unrolled.kernels.library import load

LONG = 1200.0  # seconds that a program under a sanitizer or an emulator may take, where tests run beside it
DEBIAN = "on Debian, apt-get install g++ g++-aarch64-linux-gnu qemu-user"


def build(name: str, *options: str) -> Path:
    """The self-test with warnings as errors. Its folder stays, so that the next run builds what has changed."""
    folder = ROOT / "build" / "self_test" / name
    cmake, ninja = (need(program, "pip install -c constraints.txt -e '.[dev]'") for program in ("cmake", "ninja"))
    generator = ("-G", "Ninja", f"-DCMAKE_MAKE_PROGRAM={ninja}")
    develop = ("-DUNROLLED_SELF_TEST=ON", "-DUNROLLED_DEVELOP=ON")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        done(cmake, "-S", ROOT, "-B", folder, *generator, *develop, *options)
        done(cmake, "--build", folder, timeout=LONG)
    return folder / "self_test"


def passed(report: str) -> list[str]:
    """The instruction paths that a report of the self-test says hold."""
    lines = [
        re.fullmatch(r"(\w+): (\d+) checks, 0 failed, at most .* off the reference", line)
        for line in report.splitlines()
    ]
    assert all(lines), report
    assert all(int(line[2]) > 10_000 for line in lines if line), report
    return [line[1] for line in lines if line]


@pytest.mark.timeout(2 * LONG)
def test_every_path_of_this_processor():
    engine = load()
    assert engine is not None
    found = passed(done(build("release")))
    assert set(found) - {"wide"} == set(engine.paths())  # `wide` is the self-test's own
    assert ("wide" in found) == ("avx2" in found)


@pytest.mark.whole_proof
@pytest.mark.timeout(2 * LONG)
def test_addresses_and_undefined_behaviour():
    assert "baseline" in passed(done(build("address", "-DUNROLLED_SANITIZE=address,undefined"), "--few", timeout=LONG))


@pytest.mark.whole_proof
@pytest.mark.timeout(2 * LONG)
def test_threads():
    # Who meets whom does not depend on the path.
    assert passed(done(build("thread", "-DUNROLLED_SANITIZE=thread"), "--few", "baseline", timeout=LONG)) == [
        "baseline"
    ]


@pytest.mark.whole_proof
@pytest.mark.timeout(2 * LONG)
def test_neon_under_an_emulator():
    if platform.machine() in ("aarch64", "arm64"):
        pytest.skip("NEON is this processor's own path: test_every_path_of_this_processor runs it")
    compiler, emulator = need("aarch64-linux-gnu-g++", DEBIAN), need("qemu-aarch64", DEBIAN)
    cross = ("-DCMAKE_SYSTEM_NAME=Linux", "-DCMAKE_SYSTEM_PROCESSOR=aarch64", f"-DCMAKE_CXX_COMPILER={compiler}")
    program = build("aarch64", *cross)
    assert passed(done(emulator, "-L", "/usr/aarch64-linux-gnu", program, "--few", "neon", timeout=LONG)) == ["neon"]


@pytest.mark.timeout(2 * LONG)
def test_a_path_that_is_not_here_is_refused():
    program = build("release")
    found = subprocess.run([program, "abacus"], capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert "no such path" in found.stdout
