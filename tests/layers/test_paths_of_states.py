"""Paths of states that are more than labels, some of which look alike: against sums and searches written out."""

from itertools import pairwise, product
from typing import Any, cast

import pytest
import torch
from torch import Tensor

from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Paths
from unrolled.layers import PathsOutput, PathsOutputSettings

D = 4
LABELS, CLASSES = (0, 0, 1, 1, 2), (0, 1, 2, 2, 3)
S, C, K = 5, 4, 3
SPACE = Paths(S, (1, 0, 3, 2, 4), LABELS, CLASSES)


def layer() -> PathsOutput:
    made = PathsOutput(SPACE, D, PathsOutputSettings(), generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.normal_(generator=torch.Generator().manual_seed(4))
    made.count([torch.tensor([4, 0, 1, 0, 2, 2, 1, 0, 1, 4, 4]), torch.tensor([0, 3, 3, 0, 1, 4])])
    return made.double()


def rows_of(lengths: list[int]) -> Ragged:
    generator = torch.Generator().manual_seed(sum(lengths))
    rows = torch.randn(sum(lengths), D, generator=generator, dtype=torch.float64)
    return Ragged(rows, torch.tensor(lengths))


def place(y: list[int], t: int) -> int:
    first = t == 0 or LABELS[y[t - 1]] != LABELS[y[t]]
    last = t == len(y) - 1 or LABELS[y[t + 1]] != LABELS[y[t]]
    return {(False, False): 0, (True, False): 1, (False, True): 2, (True, True): 3}[first, last]


def test_loss_and_probabilities_are_of_classes_and_of_labels() -> None:
    made, a = layer(), rows_of([6, 1, 2])
    y = a.with_rows(torch.tensor([4, 0, 1, 0, 2, 2, 3, 0, 2]))
    scores = made.scores(a)
    assert scores.rows.shape == (9, C * 4)
    p = torch.softmax(scores.rows, 1).view(9, C, 4)
    of_labels = torch.stack([p[:, 0] + p[:, 1], p[:, 2], p[:, 3]], 1).sum(2)
    torch.testing.assert_close(made.probabilities(scores).rows, of_labels)
    start = 0
    for n, own in enumerate(y.to_list()):
        states = cast("list[int]", cast(Any, own).tolist())
        total = torch.zeros((), dtype=torch.float64)
        for t, state in enumerate(states):
            row = p[start + t, CLASSES[state]]
            total = total - (row.sum() if t in (0, len(states) - 1) else row[place(states, t)]).log()
        torch.testing.assert_close(made.loss(scores, y)[n], total)
        wanted = torch.stack([of_labels[start + t, LABELS[state]] for t, state in enumerate(states)]).log().sum()
        torch.testing.assert_close(made.log_likelihood(scores, y)[n], wanted)
        start += len(states)

    def loss(rows: Tensor) -> Tensor:
        return made.loss(scores.with_rows(rows), y)

    assert torch.autograd.gradcheck(loss, scores.rows.detach().requires_grad_())


@torch.no_grad()
def best_by_search(made: PathsOutput, rows: Tensor) -> list[int]:
    """The labels of the best of all paths of states."""
    p = torch.softmax(rows, 1).view(len(rows), C, 4)
    of_classes = p.sum(2, keepdim=True)
    emissions = (of_classes**made.path_scale * (p / of_classes) / made.log_prior.exp()).log()
    best, found = -torch.inf, []
    for states in product(range(S), repeat=len(rows)):
        y = list(states)
        for ends in product((True, False), repeat=2):  # whether the stretch at either end is a whole one
            places = [place(y, t) for t in range(len(y))]
            if not ends[0]:
                places[0] = {1: 0, 3: 2}[places[0]]
            if not ends[1]:
                places[-1] = {2: 0, 3: 1}[places[-1]]
            score = float(made.log_ends[0, y[0]] + made.log_ends[1, y[-1]])
            score += sum(float(emissions[t, CLASSES[s], e]) for t, (s, e) in enumerate(zip(y, places, strict=True)))
            both = pairwise(zip(y, places, strict=True))
            score += sum(float(made.transitions[a, e, b, f]) for (a, e), (b, f) in both)
            if score > best + 1e-9:
                best, found = score, [LABELS[state] for state in y]
    return found


@pytest.mark.parametrize("scale", [0.2, 1.0])
def test_the_best_path_is_the_best_of_all(scale: float) -> None:
    made, a = layer(), rows_of([4, 3, 1])
    made.path_scale.fill_(scale)
    scores = made.scores(a)
    found = scores.with_rows(made.decode(scores)).to_list()
    for rows, labels in zip(scores.to_list(), found, strict=True):
        assert cast(Any, labels).tolist() == best_by_search(made, rows)


def test_a_frame_that_was_never_seen_is_hardly_taken() -> None:
    made = layer()
    seen, unseen = made.transitions[0, 1, 1, 2], made.transitions[0, 1, 0, 2]
    assert float(seen) > float(unseen) + 5
    torch.testing.assert_close(made.log_prior.exp().sum(1), torch.ones(C, dtype=torch.float64))


def test_partners_are_those_of_classes() -> None:
    wanted = [1, 0, 2, 3]
    assert layer().partners == tuple(4 * kind + e for kind in wanted for e in (0, 2, 1, 3))
    assert layer().shapes()["Wya"] == ("C", "P", "B·H")
    assert layer().symbols()["C"][1] == C
