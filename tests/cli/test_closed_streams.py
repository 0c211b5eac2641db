"""Streams that are closed before the command begins: an error of the command, or its exit code alone."""

import subprocess
import sys
from pathlib import Path

import pytest

UNROLLED = f"{sys.executable} -c 'from unrolled.cli import main; main()'"
LINE = "echo 'Ada spoke .' |"


def sh(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("verb", ["predict", "explain", "stream"])
def test_without_standard_input_there_is_nothing_to_answer(verb: str, run: Path) -> None:
    result = sh(f"{UNROLLED} {verb} {run} <&-")
    assert result.returncode == 5
    assert result.stderr.startswith("error: Standard input is closed")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", ["predict {run}", "train ner", "--help"])
def test_without_standard_output_no_command_begins(arguments: str, run: Path, tmp_path: Path) -> None:
    result = sh(f"cd {tmp_path}; {LINE} {UNROLLED} {arguments.format(run=run)} >&-")
    assert result.returncode == 5
    assert result.stderr == "error: standard output is closed. Send it somewhere, such as > /dev/null.\n"
    assert list(tmp_path.iterdir()) == []


def test_without_standard_error_the_exit_code_tells(run: Path, tmp_path: Path) -> None:
    result = sh(f"{LINE} {UNROLLED} predict {run} 2>&-")
    assert (result.returncode, result.stdout) == (0, "Ada spoke .\tB-PER O O\n")
    assert sh(f"{UNROLLED} predict {tmp_path}/nothing 2>&-").returncode == 4
    assert sh(f"{UNROLLED} predict --no-such-option 2>&-").returncode == 2
    assert sh(f"{UNROLLED} predict {run} <&- >&- 2>&-").returncode == 5


def test_no_file_takes_the_place_of_a_closed_stream(run: Path, corpus: Path, tmp_path: Path) -> None:
    # what libraries write to standard error went to the file that had its number: a log, a model
    code = (
        "import os, sys; from unrolled.cli.streams import secure_streams; secure_streams(); "
        "file = open(sys.argv[1], 'w'); os.write(2, b'stray'); file.close()"
    )
    sh(f'{sys.executable} -c "{code}" {tmp_path}/file 2>&-')
    assert (tmp_path / "file").read_text() == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the platform has no /dev/full")
@pytest.mark.parametrize("arguments", ["predict {run}"])
def test_a_full_disk_under_the_output_is_one_error(arguments: str, run: Path) -> None:
    result = sh(f"{LINE} {UNROLLED} {arguments.format(run=run)} > /dev/full")
    assert result.returncode == 5
    assert result.stderr == "error: No space left on device\n"
