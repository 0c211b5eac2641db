import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.metrics import Figure
from unrolled.training import FitSettings
from unrolled.training.schedule import (
    best_epoch,
    epochs_waited,
    is_better,
    learning_rate,
    plateau_drops,
    run_fraction,
)

F1 = Figure("f1", floor=0.0)
FRACTIONS = st.floats(0.001, 0.999)


def close(value: float):
    return pytest.approx(value, rel=1e-9, abs=1e-12)


@given(FRACTIONS, st.floats(0.0, 0.9))
def test_the_schedules_equal_their_formulae(fraction: float, warmup: float):
    def rate(schedule: str) -> float:
        values = {"learning_rate": 0.2, "schedule": schedule, "warmup": warmup}
        return learning_rate(FitSettings.from_dict(values), fraction)

    if fraction < warmup:
        assert [rate("constant"), rate("linear"), rate("cosine")] == [close(0.2 * fraction / warmup)] * 3
    else:
        assert rate("constant") == 0.2
        assert rate("linear") == close(0.2 * (1 - fraction) / (1 - warmup))
        assert rate("cosine") == close(0.1 * (1 + math.cos(math.pi * (fraction - warmup) / (1 - warmup))))


@given(st.integers(1, 5), st.integers(1, 7))
def test_every_step_has_its_own_fraction_and_a_learning_rate_above_zero(num_epochs: int, num_batches: int):
    fractions = [
        run_fraction(epoch, batch, num_batches, num_epochs)
        for epoch in range(1, num_epochs + 1)
        for batch in range(1, num_batches + 1)
    ]
    total = num_epochs * num_batches
    assert fractions == [close((i + 0.5) / total) for i in range(total)]
    for schedule in ("linear", "cosine"):
        settings = FitSettings.from_dict({"schedule": schedule, "warmup": 0.2})
        assert all(0 < learning_rate(settings, fraction) <= settings.learning_rate for fraction in fractions)


def test_a_plateau_multiplies_the_rate_after_every_wait():
    settings = FitSettings(schedule="plateau", plateau_patience=2, plateau_factor=0.1, learning_rate=1.0)
    values = [0.1, 0.2, 0.2, 0.1, 0.1, 0.0, 0.3, 0.3, 0.3, 0.3]
    rows = [{"f1": value} for value in values]
    assert [plateau_drops(rows[:n], F1, settings.plateau_patience) for n in range(11)] == [
        0,
        0,
        0,
        0,
        1,
        1,
        2,
        2,
        2,
        3,
        3,
    ]
    assert learning_rate(settings, 0.5, drops=2) == close(0.01)
    assert plateau_drops([{"train_loss": 1.0}] * 9, F1, settings.plateau_patience) == 0


@given(
    st.lists(st.sampled_from([0.0, 0.5, 1.0, math.nan]), min_size=1, max_size=6), st.sampled_from(["higher", "lower"])
)
def test_the_best_epoch_is_the_last_of_the_best_numbers(values: list[float], goal: str):
    best = best_epoch([{"f1": value} for value in values], Figure("f1", goal))
    numbers = [value for value in values if not math.isnan(value)]
    if numbers:
        best_value = (max if goal == "higher" else min)(numbers)
        assert best == max(i for i, value in enumerate(values, 1) if value == best_value)
    else:
        assert best == 1


@pytest.mark.parametrize(
    ("goal", "values", "expected"),
    [
        ("higher", [0.4, 0.4, 0.4, 0.4], [0, 1, 2, 3]),  # of equals the first: ties are waiting
        ("higher", [0.1, 0.4, 0.4, 0.2, 0.5], [0, 0, 1, 2, 0]),
        ("higher", [0.0, 0.0, 0.0, 0.0], [0, 0, 0, 0]),  # it may still be learning
        ("higher", [0.0, 0.0, 0.1, 0.1, 0.0], [0, 0, 0, 1, 2]),
        ("higher", [-1.0, -1.0, -2.0], [0, 1, 2]),
        ("higher", [math.nan, math.nan, 0.2, math.nan], [0, 1, 0, 1]),
        ("lower", [0.0, 0.0, 0.1], [0, 1, 2]),
        ("lower", [2.0, 1.0, 1.0, 0.5], [0, 0, 1, 0]),
    ],
)
def test_waiting_counts_from_the_first_of_the_best_and_not_before_a_figure_has_left_0(
    goal: str, values: list[float], expected: list[int]
):
    figure = Figure("f1", goal, floor=0.0 if goal == "higher" else None)
    rows = [{"f1": value} for value in values]
    assert [epochs_waited(rows[: n + 1], figure) for n in range(len(rows))] == expected
    assert plateau_drops(rows, figure, plateau_patience=2) == sum(waited > 0 and waited % 2 == 0 for waited in expected)


def test_without_figures_nothing_is_waited_for_and_the_last_epoch_is_the_best():
    assert best_epoch([], F1) == 0
    assert best_epoch([{"train_loss": 1.0}] * 3, F1) == 3
    assert epochs_waited([{"train_loss": 1.0}] * 3, F1) == 0
    assert not is_better(math.nan, math.nan, "higher")
