import itertools
import math

import numpy as np
import pytest
import torch

from unrolled.errors import DataError
from unrolled.textbook import collapse, ctc, ctc_back, softmax, steps_needed, with_blanks

LABELS: tuple[list[int], ...] = ([], [1], [2], [1, 2], [1, 1], [2, 1, 2], [1, 2, 2, 1], [2, 2, 2])


def drawn(T_x: int, K: int, seed: int = 31) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(T_x, K)) * 2


def paths_that_say(y: list[int], T_x: int, K: int, blank: int) -> list[tuple[int, ...]]:
    paths = itertools.product(range(K), repeat=T_x)
    return [path for path in paths if collapse(np.array(path), blank) == y]


@pytest.mark.parametrize("blank", [0, 2])
@pytest.mark.parametrize("T_x", [1, 2, 5])
@pytest.mark.parametrize("y", LABELS)
def test_loss_and_alignment_are_sums_over_every_path(y: list[int], T_x: int, blank: int):
    y = [(label + blank) % 3 for label in y]  # none of them the blank
    z = drawn(T_x, 3)
    y_hat = softmax(z)
    labels, says = np.array(y, dtype=np.int64), with_blanks(np.array(y, dtype=np.int64), blank)
    found = ctc(z, labels, blank)
    paths = paths_that_say(y, T_x, 3, blank)
    if not paths:
        assert found.loss == math.inf
        assert not found.gamma.any()
        assert not ctc_back(z, labels, blank).any()
        assert T_x < steps_needed(labels)
        return
    assert T_x >= steps_needed(labels)
    chances = [math.prod(y_hat[t, label] for t, label in enumerate(path)) for path in paths]
    np.testing.assert_allclose(found.loss, -math.log(sum(chances)), rtol=1e-12)
    expected = np.zeros_like(y_hat)
    for path, chance in zip(paths, chances, strict=True):
        for t, label in enumerate(path):
            expected[t, label] += chance / sum(chances)
    by_label = np.stack([found.gamma[:, says == k].sum(axis=1) for k in range(3)], axis=1)
    np.testing.assert_allclose(by_label, expected, atol=1e-12)
    np.testing.assert_allclose(ctc_back(z, labels, blank), y_hat - expected, atol=1e-12)


def test_all_that_can_be_said_in_three_steps_has_the_probability_1():
    z = drawn(3, 3)
    said = {tuple(collapse(np.array(path))) for path in itertools.product(range(3), repeat=3)}
    total = sum(math.exp(-ctc(z, np.array(y, dtype=np.int64)).loss) for y in said)
    np.testing.assert_allclose(total, 1, rtol=1e-12)


@pytest.mark.parametrize("y", [[], [1], [3, 3, 1], [1, 2, 3, 1, 2]])
def test_gradient_equals_finite_differences_and_nothing_changes(y: list[int]):
    z, labels = drawn(7, 4), np.array(y, dtype=np.int64)
    kept_z, kept_y = z.copy(), labels.copy()
    dz = ctc_back(z, labels)
    assert np.array_equal(z, kept_z)
    assert np.array_equal(labels, kept_y)
    assert np.array_equal(dz, ctc_back(z, labels))
    for place in np.ndindex(z.shape):
        moved = [z.copy(), z.copy()]
        moved[0][place] += 1e-5
        moved[1][place] -= 1e-5
        above, below = (ctc(one, labels).loss for one in moved)
        np.testing.assert_allclose(dz[place], (above - below) / 2e-5, atol=1e-8)


@pytest.mark.parametrize("y", [[1], [3, 3, 1], [1, 2, 3, 1, 2, 4, 4]])
def test_values_and_gradients_are_those_of_torch(y: list[int]):
    z, labels = drawn(40, 5), np.array(y, dtype=np.int64)
    scores = torch.tensor(z, requires_grad=True)
    loss = torch.nn.functional.ctc_loss(
        scores.log_softmax(1)[:, None], torch.tensor([y]), torch.tensor([40]), torch.tensor([len(y)]), reduction="sum"
    )
    torch.autograd.backward(loss)
    np.testing.assert_allclose(ctc(z, labels).loss, loss.item(), rtol=1e-12)
    assert scores.grad is not None
    np.testing.assert_allclose(ctc_back(z, labels), scores.grad.numpy(), atol=1e-12)


def test_every_step_acts_on_the_loss():
    z, labels = drawn(6, 3), np.array([1, 2])
    for t in range(6):
        moved = z.copy()
        moved[t, 1] += 1
        assert ctc(moved, labels).loss != ctc(z, labels).loss


def test_a_long_sequence_neither_overflows_nor_vanishes():
    z, labels = drawn(400, 4) * 100, np.tile([1, 2, 3], 30)
    found = ctc(z, labels)
    assert math.isfinite(found.loss)
    np.testing.assert_allclose(found.gamma.sum(axis=1), 1, rtol=1e-9)


@pytest.mark.parametrize(
    ("z", "y", "blank", "found"),
    [
        (np.zeros(3), [1], 0, r"z must be \(T_x, K\)"),
        (np.zeros((0, 3)), [1], 0, "T_x >= 1"),
        (np.zeros((3, 3)), [1, 3], 0, "label 2 is 3"),
        (np.zeros((3, 3)), [-1], 0, "label 1 is -1"),
        (np.zeros((3, 3)), [1, 0], 0, "not the blank 0"),
        (np.zeros((3, 3)), [1], 3, "the blank is 3"),
    ],
)
def test_what_does_not_fit_is_refused(z: np.ndarray, y: list[int], blank: int, found: str):
    with pytest.raises(DataError, match=found):
        ctc(z, np.array(y), blank)
