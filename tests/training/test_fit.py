import itertools
import math
import signal
import threading
from pathlib import Path

import pytest
import torch
from tiny import TinyTagger, same_bits, tagged, weights
from torch import nn

from unrolled.architectures import Loss
from unrolled.errors import DataError, RunError, SettingsError
from unrolled.training import (
    CheckpointWritten,
    EpochDone,
    Event,
    FitSettings,
    Improved,
    RunStarted,
    StepDone,
    Stopped,
    Warned,
    fit,
)

TRAIN, DEV = tagged(40, 1), tagged(15, 2)
SHORT = FitSettings(
    epochs=3, batch_steps=40, learning_rate=0.05, schedule="constant", patience=None, averaging="none", num_threads=1
)


def changed(settings: FitSettings, **values: object) -> FitSettings:
    return FitSettings.from_dict({**settings.to_dict(), **values})


def trained(settings: FitSettings, **kwargs) -> dict[str, torch.Tensor]:
    model = TinyTagger()
    fit(model, TRAIN, DEV, settings, **kwargs)
    return weights(model)


def test_it_learns_a_training_set_by_heart():
    model = TinyTagger(dropout=0.0)
    pairs = [pair for pair in TRAIN if all(w % 4 == label for w, label in zip(pair.x, pair.y, strict=True))]
    assert len(pairs) > 3
    history = fit(model, pairs, pairs, changed(SHORT, epochs=40, learning_rate=0.1))
    assert history.best["f1"] == 1.0
    assert history.rows[-1]["train_loss"] < 0.1 * history.rows[0]["train_loss"]


def test_the_same_seed_gives_the_same_bits_and_another_one_others():
    first = trained(changed(SHORT, num_threads=2))
    torch.rand(7)  # the global generator plays no part
    assert same_bits(first, trained(changed(SHORT, num_threads=2)))
    assert not same_bits(first, trained(changed(SHORT, num_threads=2, seed=1)))


def test_events_come_in_order_and_the_rows_are_the_history(tmp_path: Path):
    events: list[Event] = []
    history = fit(TinyTagger(), TRAIN, DEV, SHORT, on_event=events.append, checkpoint=tmp_path / "c")
    names = [type(event).__name__ for event in events]
    assert names[:3] == ["RunStarted", "CheckpointWritten", "StepDone"]
    assert names[-3:] == ["EpochDone", "CheckpointWritten", "Stopped"]
    assert names.count("EpochDone") == 3
    assert names.index("Measuring") < names.index("Improved") < names.index("EpochDone")
    assert [dict(e.row) for e in events if isinstance(e, EpochDone)] == [dict(row) for row in history.rows]
    steps = [e for e in events if isinstance(e, StepDone)]
    assert [e.step for e in steps] == list(range(1, len(steps) + 1))
    first = [e for e in steps if e.epoch == 1]
    assert sum(e.num_steps for e in first) == sum(len(pair.x) for pair in TRAIN)
    mean = sum(e.loss * e.num_steps for e in first) / sum(e.num_steps for e in first)
    assert history.rows[0]["train_loss"] == pytest.approx(mean)
    assert set(history.rows[0]) >= {"epoch", "step", "learning_rate", "f1", "dev_loss", "seconds", "steps_per_second"}


def test_a_step_descends_the_mean_loss_per_label():
    pairs = TRAIN[:4]
    model, twin = TinyTagger(dropout=0.0), TinyTagger(dropout=0.0)
    settings = FitSettings(
        epochs=1, batch_steps=1000, optimizer="sgd", learning_rate=0.5, schedule="constant", clip_norm=None
    )
    fit(model, pairs, [], settings)
    summed = twin.loss(pairs, torch.Generator()).total
    (summed / sum(len(pair.x) for pair in pairs)).backward()
    for got, parameter in zip(model.network.parameters(), twin.network.parameters(), strict=True):
        torch.testing.assert_close(got, parameter - 0.5 * parameter.grad)


def test_clip_norm_bounds_the_step():
    settings = FitSettings(
        epochs=1, batch_steps=1000, optimizer="sgd", learning_rate=1.0, schedule="constant", clip_norm=1e-3
    )
    before, after = weights(TinyTagger()), trained(settings)
    moved = math.sqrt(sum(((after[name] - before[name]) ** 2).sum().item() for name in before))
    assert moved == pytest.approx(1e-3, rel=1e-2)


@pytest.mark.parametrize("averaging", ["none", "ema"])
@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
def test_interrupted_after_any_step_it_resumes_to_the_same_bits(tmp_path: Path, optimizer: str, averaging: str):
    settings = changed(
        SHORT, optimizer=optimizer, averaging=averaging, ema_decay=0.9, schedule="linear", warmup=0.3,
        **({"momentum": 0.9} if optimizer == "sgd" else {}),
    )  # fmt: skip
    expected = trained(settings)
    total = fit(TinyTagger(), TRAIN, DEV, settings).rows[-1]["step"]
    for stop in range(1, int(total) + 1, 5):
        path = tmp_path / f"{stop}.safetensors"

        def press(event: Event, stop: int = stop) -> None:
            if isinstance(event, StepDone) and event.step == stop:
                signal.raise_signal(signal.SIGINT)

        with pytest.raises(KeyboardInterrupt, match=f"step {stop}"):
            trained(settings, on_event=press, checkpoint=path)
        events: list[Event] = []
        assert same_bits(expected, trained(settings, checkpoint=path, resume=True, on_event=events.append)), stop
        started = next(e for e in events if isinstance(e, RunStarted))
        assert (started.resumed, started.step) == (True, stop)


def test_ctrl_c_does_not_wait_for_a_measurement_and_the_averaged_weights_do_not_stay_in_the_network(tmp_path: Path):
    settings = changed(SHORT, averaging="ema", ema_decay=0.9)
    expected = trained(settings)

    def press() -> None:
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("measuring went on")

    with pytest.raises(KeyboardInterrupt, match="Resume"):
        fit(TinyTagger(on_measure=press), TRAIN, DEV, settings, checkpoint=tmp_path / "c")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    events: list[Event] = []
    assert same_bits(expected, trained(settings, checkpoint=tmp_path / "c", resume=True, on_event=events.append))
    names = [type(event).__name__ for event in events]
    assert names[:2] == ["RunStarted", "Measuring"]  # no step of the epoch was lost


def test_a_second_ctrl_c_leaves_at_once(tmp_path: Path):
    def press_twice(event: Event) -> None:
        if isinstance(event, StepDone) and event.step == 2:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            raise AssertionError("the second one was deferred too")

    events: list[Event] = []

    def listen(event: Event) -> None:
        events.append(event)
        press_twice(event)

    with pytest.raises(KeyboardInterrupt):
        trained(SHORT, on_event=listen, checkpoint=tmp_path / "c")
    stopped = events[-1]
    assert isinstance(stopped, Stopped)
    assert stopped.reason == "interrupted"
    assert same_bits(trained(SHORT), trained(SHORT, checkpoint=tmp_path / "c", resume=True))


def test_it_runs_outside_the_main_thread():
    result: list[dict[str, torch.Tensor]] = []
    thread = threading.Thread(target=lambda: result.append(trained(SHORT)))
    thread.start()
    thread.join()
    assert same_bits(result[0], trained(SHORT))


def test_a_loss_that_is_no_number_stops_the_run_and_names_the_example(tmp_path: Path):
    class Poisoned(TinyTagger):
        def loss(self, pairs, noise):
            total, steps, _ = super().loss(pairs, noise)
            return Loss(total * math.nan if any(pair is TRAIN[6] for pair in pairs) else total, steps)

    events: list[Event] = []
    with pytest.raises(RunError) as caught:
        fit(Poisoned(), TRAIN, DEV, SHORT, on_event=events.append, checkpoint=tmp_path / "c")
    done = [e for e in events if isinstance(e, StepDone)]
    message = str(caught.value)
    assert f"step {len(done) + 1} (epoch 1" in message
    assert "the loss is nan" in message
    assert "such a loss has example 7." in message
    assert "of the training part" in message
    assert f"{done[-1].loss:.6g} a label at step {len(done)}" in message
    assert "learning_rate" in message
    assert "clip_norm" in message
    stopped = events[-1]
    assert isinstance(stopped, Stopped)
    assert (stopped.reason, stopped.detail) == ("failed", message)
    assert (tmp_path / "c").exists()


def test_a_gradient_that_is_no_number_leaves_the_weights_alone():
    class Steep(TinyTagger):
        def loss(self, pairs, noise):
            total, steps, _ = super().loss(pairs, noise)
            return Loss(total + (self.network[1].bias.sum() * 0).abs().sqrt(), steps)  # slope inf · 0

    model = Steep()
    with pytest.raises(RunError, match=r"gradient's norm is (nan|inf)"):
        fit(model, TRAIN, DEV, SHORT)
    assert same_bits(weights(model), weights(TinyTagger()))


class Scripted(TinyTagger):
    """Measures what it is told to."""

    def __init__(self, values: list[float]) -> None:
        super().__init__()
        self.values = iter(values)
        self.measured: list[dict[str, torch.Tensor]] = []

    def measure(self, pairs):
        self.measured.append(weights(self))
        return {"f1": next(self.values)}


@pytest.mark.parametrize("averaging", ["none", "ema"])
def test_early_stopping_keeps_the_best_weights(averaging: str):
    model = Scripted([0.1, math.nan, 0.5, 0.5, 0.4, 0.3, 0.2, 0.9])
    events: list[Event] = []
    settings = changed(SHORT, epochs=8, patience=3, averaging=averaging)
    history = fit(model, TRAIN, DEV, settings, on_event=events.append)
    assert (history.stopped, history.best_epoch, len(history.rows)) == ("patience", 4, 6)
    assert [e.epoch for e in events if isinstance(e, Improved)] == [1, 3, 4]
    assert same_bits(weights(model), model.measured[3])


def test_early_stopping_waits_through_ties_but_not_for_a_metric_that_has_not_left_0():
    stalled = Scripted([0.0, 0.0, 0.0, 0.2, 0.2, 0.2, 0.2])
    history = fit(stalled, TRAIN, DEV, changed(SHORT, epochs=7, patience=2))
    assert (history.stopped, history.best_epoch, len(history.rows)) == ("patience", 6, 6)
    unmoved = Scripted([0.0] * 7)
    history = fit(unmoved, TRAIN, DEV, changed(SHORT, epochs=7, patience=2))
    assert (history.stopped, history.best_epoch, len(history.rows)) == ("finished", 7, 7)


def test_a_listener_finds_the_measured_weights_in_the_network_when_it_hears_of_an_improvement():
    model = Scripted([0.1, 0.2, 0.3])
    seen: list[dict[str, torch.Tensor]] = []

    def look(event: Event) -> None:
        if isinstance(event, Improved):
            seen.append(weights(model))

    fit(model, TRAIN, DEV, changed(SHORT, averaging="ema"), on_event=look)
    assert all(itertools.starmap(same_bits, zip(seen, model.measured, strict=True)))


def test_without_dev_pairs_the_last_epoch_counts():
    model = TinyTagger()
    events: list[Event] = []
    history = fit(model, TRAIN, [], changed(SHORT, patience=1), on_event=events.append)
    assert history.best_epoch == 3
    assert any(isinstance(e, Warned) and "patience" in e.message for e in events)
    assert [e.metric for e in events if isinstance(e, Improved)] == [None] * 3


def test_weight_averaging_measures_and_keeps_the_average():
    model = TinyTagger()
    trail: list[dict[str, torch.Tensor]] = []
    settings = changed(SHORT, epochs=1, averaging="ema", ema_decay=0.7)
    fit(
        model, TRAIN, [], settings,
        on_event=lambda event: trail.append(weights(model)) if isinstance(event, StepDone) else None,
    )  # fmt: skip
    shares = [0.7 ** (len(trail) - 1 - i) for i in range(len(trail))]
    for name, got in weights(model).items():
        plain = sum(share * step[name].double() for share, step in zip(shares, trail, strict=True)) / sum(shares)
        torch.testing.assert_close(got.double(), plain, rtol=1e-5, atol=1e-6)


def test_weight_averaging_does_not_touch_the_descent():
    def trail(settings: FitSettings) -> list[dict[str, torch.Tensor]]:
        model, steps = TinyTagger(), []
        fit(
            model,
            TRAIN,
            DEV,
            settings,
            on_event=lambda e: steps.append(weights(model)) if isinstance(e, StepDone) else 0,
        )
        return steps

    pairs = zip(trail(SHORT), trail(changed(SHORT, averaging="ema", ema_decay=0.9)), strict=True)
    assert all(itertools.starmap(same_bits, pairs))


def test_epochs_can_be_raised_where_the_schedule_allows_it(tmp_path: Path):
    path = tmp_path / "c"
    trained(SHORT, checkpoint=path)
    longer = changed(SHORT, epochs=5, checkpoint_seconds=0.0)
    assert same_bits(trained(longer), trained(longer, checkpoint=path, resume=True))
    with pytest.raises(RunError, match="epochs was 5 and is 4"):
        trained(changed(SHORT, epochs=4), checkpoint=path, resume=True)
    trained(changed(SHORT, schedule="cosine"), checkpoint=tmp_path / "d")
    with pytest.raises(RunError, match="schedule is spread"):
        trained(changed(SHORT, schedule="cosine", epochs=5), checkpoint=tmp_path / "d", resume=True)


def test_a_finished_run_resumes_to_its_best_weights_without_a_step(tmp_path: Path):
    expected = trained(SHORT, checkpoint=tmp_path / "c")
    events: list[Event] = []
    assert same_bits(expected, trained(SHORT, checkpoint=tmp_path / "c", resume=True, on_event=events.append))
    assert [type(e).__name__ for e in events] == ["RunStarted", "Stopped"]


@pytest.mark.parametrize(
    ("values", "named"), [({"learning_rate": 0.1}, "learning_rate was 0.05 and is 0.1"), ({"seed": 3}, "seed was 0")]
)
def test_a_checkpoint_of_other_settings_is_refused_by_name(tmp_path: Path, values: dict[str, object], named: str):
    trained(SHORT, checkpoint=tmp_path / "c")
    with pytest.raises(RunError, match=named):
        trained(changed(SHORT, **values), checkpoint=tmp_path / "c", resume=True)


def test_a_checkpoint_of_other_data_or_another_network_is_refused_by_name(tmp_path: Path):
    path = tmp_path / "c"
    trained(SHORT, checkpoint=path)
    with pytest.raises(RunError, match="training set had 40 examples and now has 39"):
        fit(TinyTagger(), TRAIN[1:], DEV, SHORT, checkpoint=path, resume=True)
    with pytest.raises(RunError, match="dev set's examples have other lengths"):
        fit(TinyTagger(), TRAIN, DEV[::-1], SHORT, checkpoint=path, resume=True)
    model = TinyTagger()
    model.network = nn.Sequential(nn.Embedding(20, 9), nn.Linear(9, 4))
    with pytest.raises(RunError, match=r"0\.weight was float32 \[20, 8\] and is float32 \[20, 9\]"):
        fit(model, TRAIN, DEV, SHORT, checkpoint=path, resume=True)


def test_an_earlier_checkpoint_is_not_overwritten_unasked(tmp_path: Path):
    trained(SHORT, checkpoint=tmp_path / "c")
    with pytest.raises(RunError, match="holds an earlier run"):
        trained(SHORT, checkpoint=tmp_path / "c")


def test_checkpoints_come_by_the_clock_too(tmp_path: Path):
    events: list[Event] = []
    trained(changed(SHORT, checkpoint_seconds=0.0), checkpoint=tmp_path / "c", on_event=events.append)
    written = [e.step for e in events if isinstance(e, CheckpointWritten)]
    assert set(written) == set(range(written[-1] + 1))


def test_a_mistaken_metric_and_empty_data_are_told():
    with pytest.raises(
        SettingsError, match=r"metric is 'accuracy'\. The figures that can choose the weights here: f1, dev_loss"
    ):
        fit(TinyTagger(), TRAIN, DEV, changed(SHORT, metric="accuracy"))
    with pytest.raises(DataError, match="no training example"):
        fit(TinyTagger(), [], DEV, SHORT)
    with pytest.raises(DataError, match="Example 41 of the training set has length 0"):
        fit(TinyTagger(), [*TRAIN, type(TRAIN[0])((), ())], DEV, SHORT)


def test_a_setting_without_effect_is_told():
    events: list[Event] = []
    fit(TinyTagger(), TRAIN, DEV, changed(SHORT, epochs=1, momentum=0.5), on_event=events.append)
    assert any(isinstance(e, Warned) and e.message.startswith("momentum") for e in events)


def test_torch_is_left_as_it_was():
    threads = torch.get_num_threads()
    fit(TinyTagger(), TRAIN, DEV, changed(SHORT, num_threads=threads + 1))
    assert torch.get_num_threads() == threads
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.utils.deterministic.fill_uninitialized_memory
