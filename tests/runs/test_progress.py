import io

import pytest
from rich.console import Console
from training.tiny import TinyTagger, tagged

from unrolled.metrics import Figure
from unrolled.runs.progress import duration, epoch_line, show_progress
from unrolled.training import EpochDone, FitSettings, RunStarted, Stopped, Warned, fit

SETTINGS = FitSettings(epochs=3, batch_steps=40, learning_rate=0.05)


def shown(terminal: bool, width: int = 120) -> str:
    text = io.StringIO()
    console = Console(file=text, force_terminal=terminal, width=width, color_system=None)
    fit(TinyTagger(), tagged(40, 1), tagged(15, 2), SETTINGS, on_event=show_progress(console))
    return text.getvalue()


def test_piped_it_is_a_line_an_epoch():
    lines = shown(terminal=False, width=20).splitlines()  # a pipe has no width to keep to
    assert lines[0].startswith("The run starts: 40 training and 15 dev examples, 196 parameters, ")
    assert [line.split("  ")[0] for line in lines[1:4]] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]
    assert all("loss 0." in line or "loss 1." in line or "loss 2." in line for line in lines[1:4])
    assert all("f1 0." in line and "tokens/s" in line and line.endswith(" left") for line in lines[1:4])
    assert "f1 0" in lines[1]
    assert "*" in lines[1]
    assert lines[4].startswith("All 3 epochs are done. Best epoch: ")
    assert "\x1b" not in "".join(lines)


def test_on_a_terminal_there_is_a_bar_with_loss_metric_speed_and_time_left():
    text = shown(terminal=True)
    for part in ("epoch 3/3", "━", "measuring 15 dev examples", "best f1 0.", "tokens/s", "left", "All 3 epochs"):
        assert part in text, part
    assert text.rstrip().endswith(".")
    assert "\x1b[?25h" in text  # the cursor is shown again


def test_a_run_that_fails_before_it_starts_leaves_no_bar():
    text = io.StringIO()
    listener = show_progress(Console(file=text, force_terminal=True, color_system=None))
    listener(Stopped("failed", "Nothing [to] train.", 0, 0, 0))
    assert text.getvalue() == "Nothing [to] train.\n"


def test_a_warning_is_a_line():
    text = io.StringIO()
    show_progress(Console(file=text))(Warned("beta1 has no effect."))
    assert text.getvalue() == "Warning: beta1 has no effect.\n"


def test_an_epoch_without_dev_figures_has_a_line_too():
    run = RunStarted(
        settings=SETTINGS, figure=Figure("f1"), unit="frame", num_train=1, num_valid=0, num_parameters=1, num_threads=1,
        resumed=False, epoch=1, step=0, rows=(),
    )  # fmt: skip
    row = {"train_loss": 0.5, "seconds": 75.0, "steps_per_second": 12345.6}
    assert epoch_line(EpochDone(2, True, row), run) == "epoch 2/3  loss 0.5000  12,346 frames/s  1:15 min"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (59.94, "59.9 s"), (59.96, "1:00 min"), (3599.6, "1:00 h"), (90061, "25:01 h")],
)
def test_durations(seconds: float, text: str):
    assert duration(seconds) == text
