import pytest
import torch
from contract.chains import Chain, chains
from contract.enumeration import path_score, paths
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.data.ragged import Ragged
from unrolled.decoding import n_best, viterbi

# Scores are sums of a few numbers of up to 1e4 in float64.
TOLERANCE = {"rtol": 1e-12, "atol": 1e-9}


@settings(max_examples=60, deadline=None)
@given(chains())
def test_the_best_path_is_that_of_enumeration_and_has_the_score_it_says(chain: Chain):
    emissions, *tables = chain
    labels, scores = viterbi(emissions, *tables)
    assert labels.rows.dtype == torch.int64
    for rows, path, score in zip(emissions.to_list(), labels.to_list(), scores, strict=True):
        every, all_scores = paths(rows, *tables)
        assert tuple(path.tolist()) == every[0]
        torch.testing.assert_close(score, all_scores[0], **TOLERANCE)
        torch.testing.assert_close(score, path_score(every[0], rows, *tables), **TOLERANCE)


@settings(max_examples=60, deadline=None)
@given(chains(whole=True))
def test_of_equal_paths_the_one_with_the_lowest_last_labels_wins(chain: Chain):
    emissions, *tables = chain
    labels, _ = viterbi(emissions, *tables)
    for rows, path in zip(emissions.to_list(), labels.to_list(), strict=True):
        assert tuple(path.tolist()) == paths(rows, *tables)[0][0]


@settings(max_examples=60, deadline=None)
@given(chains(), st.integers(1, 7))
def test_n_best_are_the_first_n_of_enumeration(chain: Chain, n: int):
    emissions, *tables = chain
    for rows, found in zip(emissions.to_list(), n_best(emissions, *tables, n), strict=True):
        every, scores = paths(rows, *tables)
        assert [tuple(path) for path, _ in found] == every[:n]
        torch.testing.assert_close(
            torch.tensor([score for _, score in found]).double(), scores[:n], rtol=1e-6, atol=1e-6
        )


@settings(max_examples=60, deadline=None)
@given(chains(whole=True), st.integers(1, 100))
def test_n_best_are_sorted_distinct_and_as_many_as_there_are(chain: Chain, n: int):
    emissions, *tables = chain
    for rows, found in zip(emissions.to_list(), n_best(emissions, *tables, n), strict=True):
        every, scores = paths(rows, *tables)
        assert len(found) == len({tuple(path) for path, _ in found}) == min(n, len(every))
        assert [score for _, score in found] == scores[:n].tolist()
        # Equal scores come in the order that the module states.
        assert [tuple(path) for path, _ in found] == every[:n]


def test_the_single_best_of_n_is_viterbis():
    emissions = Ragged.from_list([torch.randn(T, 4, generator=torch.Generator().manual_seed(T)) for T in (5, 1, 9)])
    tables = (torch.randn(4, 4, generator=torch.Generator().manual_seed(0)), torch.zeros(4), torch.zeros(4))
    labels, scores = viterbi(emissions, *tables)
    for path, score, best in zip(labels.to_list(), scores, n_best(emissions, *tables, 1), strict=True):
        assert best[0][0] == path.tolist()
        assert best[0][1] == pytest.approx(score.item(), rel=1e-6)


def test_without_an_allowed_path_the_score_says_so():
    nowhere = torch.full((2, 2), -torch.inf)
    emissions = Ragged.from_list([torch.zeros(2, 2), torch.zeros(1, 2)])
    _, scores = viterbi(emissions, nowhere, torch.zeros(2), torch.zeros(2))
    assert scores.tolist() == [-torch.inf, 0.0]
    assert n_best(emissions, nowhere, torch.zeros(2), torch.zeros(2), 3) == [[], [([0], 0.0), ([1], 0.0)]]


def test_a_long_sequence_of_large_scores_keeps_its_small_differences():
    T = 10_000
    rows = torch.full((T, 2), 1e4)
    rows[:, 1] += torch.where(torch.arange(T) % 2 == 0, 0.5, -0.5)
    labels, _ = viterbi(Ragged.from_list([rows]), torch.zeros(2, 2), torch.zeros(2), torch.zeros(2))
    assert labels.rows.tolist() == [1, 0] * (T // 2)
