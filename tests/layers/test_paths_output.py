"""Labels in stretches: loss, probabilities and the best path, against sums and searches written out."""

from itertools import pairwise, product
from typing import Any, cast

import pytest
import torch
from torch import Tensor

from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Paths
from unrolled.decoding import Decoding
from unrolled.errors import DataError, SettingsError
from unrolled.layers import PathsOutput, PathsOutputSettings

K, D = 3, 4


def layer(**how: object) -> PathsOutput:
    made = PathsOutput(Paths(K), D, PathsOutputSettings.from_dict(how), generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.normal_(generator=torch.Generator().manual_seed(4))
    return made.double()


def draw(lengths: list[int]) -> tuple[Ragged, Ragged]:
    generator = torch.Generator().manual_seed(sum(lengths))
    rows = torch.randn(sum(lengths), D, generator=generator, dtype=torch.float64)
    y = torch.randint(0, K, (sum(lengths),), generator=generator)
    return Ragged(rows, torch.tensor(lengths)), Ragged(y, torch.tensor(lengths))


def place(y: list[int], t: int) -> int:
    first, last = t == 0 or y[t - 1] != y[t], t == len(y) - 1 or y[t + 1] != y[t]
    return {(False, False): 0, (True, False): 1, (False, True): 2, (True, True): 3}[first, last]


def test_the_loss_is_that_of_labels_at_their_places_and_at_the_ends_of_labels_alone() -> None:
    made = layer()
    a, y = draw([7, 1, 2, 5])
    scores = made.scores(a)
    found = made.loss(scores, y)
    for n, (own, labels) in enumerate(zip(a.to_list(), y.to_list(), strict=True)):
        said = cast("list[int]", cast(Any, labels).tolist())
        total = torch.zeros((), dtype=torch.float64)
        for t, row in enumerate(own):
            z = torch.stack([made.Wya[k, e] @ row + made.by[k, e] for k in range(K) for e in range(4)]).view(K, 4)
            p = z.exp() / z.exp().sum()
            edge = t in (0, len(said) - 1)
            total = total - (p[said[t]].sum() if edge else p[said[t], place(said, t)]).log()
        torch.testing.assert_close(found[n], total)
        of_labels = made.log_probabilities(scores).to_list()[n].gather(1, labels[:, None]).sum()
        torch.testing.assert_close(made.log_likelihood(scores, y)[n], of_labels)

    def loss(rows: Tensor) -> Tensor:
        return made.loss(scores.with_rows(rows), y)

    assert torch.autograd.gradcheck(loss, scores.rows.detach().requires_grad_())


@torch.no_grad()
def best_by_search(made: PathsOutput, rows: Tensor) -> list[int]:
    """The states of every path, one by one."""
    p = torch.softmax(rows, 1).view(len(rows), K, 4)
    of_labels = p.sum(2, keepdim=True)
    emissions = (of_labels**made.path_scale * (p / of_labels) / made.log_prior.exp()).log().flatten(1)
    best, found = -torch.inf, []
    for labels in product(range(K), repeat=len(rows)):
        y = list(labels)
        for ends in product((True, False), repeat=2):  # whether the stretch at either end is a whole one
            states = [4 * k + place(y, t) for t, k in enumerate(y)]
            if not ends[0]:
                states[0] = 4 * y[0] + {1: 0, 3: 2}[place(y, 0)]
            if not ends[1]:
                states[-1] = 4 * y[-1] + {2: 0, 3: 1}[states[-1] % 4]
            score = sum(float(emissions[t, state]) for t, state in enumerate(states))
            score += float(made.log_ends[0, y[0]] + made.log_ends[1, y[-1]])
            pairs = pairwise(states)
            score += sum(float(made.transitions[a // 4, a % 4, b // 4, b % 4]) for a, b in pairs)
            if score > best + 1e-12:
                best, found = score, y
    return found


@pytest.mark.parametrize("scale", [0.2, 1.0])
def test_the_best_path_is_the_best_of_all(scale: float) -> None:
    made = layer()
    made.count([torch.tensor([0, 0, 0, 1, 1, 2, 2, 2, 0, 0]), torch.tensor([2, 1, 1])])
    made.path_scale.fill_(scale)
    a, _ = draw([5, 4, 2, 1])
    scores = made.scores(a)
    found = scores.with_rows(made.decode(scores)).to_list()
    for rows, labels in zip(scores.to_list(), found, strict=True):
        assert cast(Any, labels).tolist() == best_by_search(made, rows)


def test_what_is_counted_is_how_often_which_state_follows_which() -> None:
    made = layer()
    made.count([torch.tensor([0] * 50 + [1] * 50)])
    p = made.transitions.exp()
    assert p[0, 0, 0, 0] > 0.9
    assert p[0, 2, 1, 1] > p[0, 2, 2, 1]
    assert float(p[0, 2].sum()) == pytest.approx(1.0)
    torch.testing.assert_close(made.log_prior.exp().sum(1), torch.ones(K, dtype=torch.float64))
    assert bool(torch.isfinite(made.transitions).all())
    torch.testing.assert_close(made.log_ends.exp(), torch.tensor([[2, 1, 1], [1, 2, 1]]).double() / 4)


def test_each_for_itself_takes_the_most_probable_label_and_is_causal() -> None:
    made, a = layer(output="softmax"), draw([6])[0]
    scores = made.scores(a)
    assert made.causal
    assert not layer().causal
    assert torch.equal(made.decode(scores), made.probabilities(scores).rows.argmax(1))
    torch.testing.assert_close(made.probabilities(scores).rows.sum(1), torch.ones(6, dtype=torch.float64))
    ((best,),) = made.found(scores, Decoding(confidence=True))
    np_sure = made.probabilities(scores).rows.max(1).values
    assert best.confidence == pytest.approx(cast(Any, np_sure).tolist())
    with pytest.raises(SettingsError, match="each chosen for itself"):
        made.found(scores, Decoding(n_best=2))
    with pytest.raises(DataError, match="y has 7 steps"):
        made.loss(scores, draw([7])[1])


def test_partners_exchange_labels_and_first_and_last() -> None:
    made = PathsOutput(Paths(2, (1, 0)), D, PathsOutputSettings())
    assert made.partners == (4, 6, 5, 7, 0, 2, 1, 3)
    assert layer().partners == (0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11)
