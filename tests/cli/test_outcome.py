import io
import os
import sys
from collections.abc import Callable

import pytest
import typer

from unrolled import errors
from unrolled.cli.outcome import Interrupted, outcome


def fail(error: BaseException) -> int:
    with pytest.raises(typer.Exit) as caught, outcome():
        raise error
    return caught.value.exit_code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.SettingsError("a"), 2),
        (errors.DataError("a"), 3),
        (errors.ModelFileError("a"), 4),
        (errors.RunError("a"), 5),
        (OSError(28, "No space left on device", "out"), 5),
        (KeyError("a"), 70),
        (KeyboardInterrupt(), 130),
        (Interrupted("Go on."), 130),
        (typer.Exit(1), 1),
    ],
    ids=repr,
)
def test_each_error_has_its_code_and_no_traceback(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UNROLLED_DEBUG", raising=False)
    assert fail(error) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    assert captured.err or code == 1


def test_a_fault_of_ours_asks_for_a_report_and_debug_shows_where(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNROLLED_DEBUG", "1")
    fail(ZeroDivisionError("division by zero"))
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "ZeroDivisionError: division by zero" in err
    assert "report" in err


def test_a_closed_pipe_is_silent(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    with io.TextIOWrapper(os.fdopen(write, "wb")) as stream:
        monkeypatch.setattr(sys, "stdout", stream)

        def body() -> None:
            print("to nobody")

        assert _ended(body) == 141
    assert capfd.readouterr().err == ""


def _ended(body: Callable[[], None]) -> int:
    with pytest.raises(typer.Exit) as caught, outcome():
        body()
    return caught.value.exit_code
