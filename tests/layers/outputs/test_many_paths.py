"""More labellings than there are, or than memory holds: all of them, or one plain error."""

import math
import sys
from itertools import product

import pytest
import torch

from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Classes, Tags
from unrolled.decoding import Decoding, viterbi
from unrolled.errors import SettingsError
from unrolled.layers import ClassesOutput, ClassesOutputSettings, TagsOutput, TagsOutputSettings

ABSURD = [10**9, 10**30]


def tags(K: int) -> TagsOutput:
    allowed = Tags(K, ((False,) * K,) * K, (False,) * K, 0)
    output = TagsOutput(allowed, 4, TagsOutputSettings())
    generator = torch.Generator().manual_seed(3)
    assert output.crf is not None
    for weights in output.crf.parameters():
        weights.data = torch.randn(weights.shape, generator=generator)
    return output


def emissions(lengths: list[int], K: int) -> Ragged:
    generator = torch.Generator().manual_seed(4)
    return Ragged.from_list([torch.randn(T, K, generator=generator) for T in lengths])


@pytest.mark.parametrize("n", ABSURD)
def test_all_labellings_are_given_where_there_are_fewer(n: int) -> None:
    K, lengths = 3, [5, 1, 2]
    output, scores = tags(K), emissions(lengths, K)
    found = output.n_best(scores, n)
    for rows, hypotheses, T in zip(scores.to_list(), found, lengths, strict=True):
        every = set(product(range(K), repeat=T))
        assert {tuple(hypothesis.rows.tolist()) for hypothesis in hypotheses} == every
        assert len(hypotheses) == len(every)
        log_ps = [hypothesis.log_p or 0.0 for hypothesis in hypotheses]
        assert log_ps == sorted(log_ps, reverse=True)
        assert sum(map(math.exp, log_ps)) == pytest.approx(1, abs=1e-5)
        one = Ragged.from_list([rows, rows])
        for hypothesis in hypotheses[:3]:
            labels = Ragged.from_list([hypothesis.rows] * 2)
            assert hypothesis.log_p == pytest.approx(output.log_likelihood(one, labels)[0].item(), abs=1e-5)


@pytest.mark.parametrize("n", ABSURD)
def test_more_than_memory_should_hold_are_refused_before_they_are_looked_for(n: int) -> None:
    with pytest.raises(SettingsError, match=r"n_best is 1000.*: so many labellings of 40 steps") as error:
        tags(3).n_best(emissions([40], 3), n)
    possible = int(str(error.value).split()[-1].rstrip("."))
    assert 1000 < possible < 10**6


def test_sequences_of_a_batch_that_have_too_many_together_are_searched_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    output, scores = tags(3), emissions([4, 3, 5], 3)
    wanted = output.n_best(scores, 20)
    monkeypatch.setattr("unrolled.layers.outputs.tags.MOST", 20 * 15)
    found = output.n_best(scores, 20)
    for one, other in zip(found, wanted, strict=True):
        assert [hypothesis.rows.tolist() for hypothesis in one] == [hypothesis.rows.tolist() for hypothesis in other]
        assert [h.log_p for h in one] == pytest.approx([h.log_p for h in other], abs=1e-6)


@pytest.mark.parametrize("n", ABSURD)
def test_a_class_for_all_of_x_has_no_more_answers_than_classes(n: int) -> None:
    output = ClassesOutput(Classes(4), 3, ClassesOutputSettings())
    (found,) = output.found(emissions([1], 4), Decoding(n_best=n))
    assert sorted(int(hypothesis.rows[0]) for hypothesis in found[1:]) == [0, 1, 2, 3]


def test_many_paths_are_sorted_and_few_put_in_their_places_with_the_same_result(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # the engine's way takes n² steps: minutes for tens of thousands of paths
    crf, scores = tags(3).crf, emissions([7, 4, 1], 3)
    assert crf is not None
    for n in (1, 40, 300):
        found = []
        for many in (0, 10**6):
            monkeypatch.setattr(sys.modules[viterbi.__module__], "MANY", many)
            found.append(crf.n_best(scores, n))
        assert found[0] == found[1]
        assert [path for path, _ in found[0][0][:1]] == [viterbi(scores, *crf.scores())[0].to_list()[0].tolist()]
