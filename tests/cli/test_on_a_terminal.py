"""The command line as its own process, on a terminal."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

pty = pytest.importorskip("pty", reason="needs a POSIX terminal")

# Ctrl-C reaches only a process that leads a session and has taken the terminal for its own. It does so itself: Python
# code between fork and exec (pty.fork, preexec_fn) is deprecated where the parent has threads, which torch may give it.
PROGRAM = """
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from unrolled.cli import main
main()
"""


def on_a_terminal(
    arguments: list[str], environment: dict[str, str], until: bytes = b"", send: bytes = b""
) -> tuple[int, str]:
    """Run on a terminal of its own; once `until` was shown, type `send`."""
    terminal, its_end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        stdin=its_end,
        stdout=its_end,
        stderr=its_end,
        env={**os.environ, "TERM": "xterm", **environment},
        start_new_session=True,
    )
    os.close(its_end)
    shown = b""
    try:
        while data := os.read(terminal, 65536):
            shown += data
            if send and until in shown:
                os.write(terminal, send)
                send = b""
    except OSError:  # how Linux tells that the other end is gone
        pass
    finally:
        os.close(terminal)
    return process.wait(), shown.decode()


def test_a_terminal_gets_coloured_spans_line_by_line(run: Path) -> None:
    code, shown = on_a_terminal(["predict", str(run)], {"NO_COLOR": ""}, b"Ctrl-D", b"Ada Lovelace spoke\n\x04")
    assert code == 0
    assert re.search("\x1b\\[[0-9;]*m Ada Lovelace .*PER", shown)


def test_ctrl_c_keeps_the_run_and_says_how_to_go_on(
    corpus: Path, unrolled: Callable[..., Result], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    arguments = ["train", "ner", "--train", str(corpus), "--out", str(out), "--set", "epochs=100000"]
    code, shown = on_a_terminal([*arguments, "--set", "hidden_size=8"], {}, b"best f1", b"\x03")
    assert code == 130
    assert f"unrolled train ner --resume --out {out}" in " ".join(shown.split())
    assert "Traceback" not in shown
    assert unrolled("predict", out, input="He sat .\n").stdout.startswith("He sat .\t")
