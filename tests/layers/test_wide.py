"""The linear model of phrases: its ratios against counts made elsewhere, its scores against the formula in loops."""

import itertools
import math
import random

import pytest
import torch
from sklearn.feature_extraction.text import CountVectorizer
from torch import Tensor

from unrolled.data.phrases import Bag, Phrases
from unrolled.layers import Wide
from unrolled.layers.wide import RATE, SCALE

SIZES, K = (4, 3), 3
HELD = (([0, 2], [], [1, 2, 3], [0]), ([1], [0, 1, 2], [], [2]))
"""Of each kind, which phrases each of four texts holds."""
CLASSES = torch.tensor([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]])


def bag(texts: tuple[list[int], ...] | list[list[int]]) -> Bag:
    indices = torch.tensor([index for text in texts for index in text], dtype=torch.int64)
    return Bag(indices, torch.tensor([0, *itertools.accumulate(map(len, texts))]))


def made() -> Wide:
    wide = Wide(SIZES, K).double()
    wide.start([bag(texts) for texts in HELD], CLASSES)
    return wide


def by_hand(wide: Wide, held: tuple[list[int], ...]) -> Tensor:
    """s = scale · Σ_p r[p] (1 + rate · g[p]) / √(Σ_p mean_k r[p, k]²), added over the kinds, of one text."""
    scores, first = torch.zeros(K, dtype=torch.float64), 0
    for phrases, size in zip(held, SIZES, strict=True):
        length = math.sqrt(sum(float((wide.ratios[first + p] ** 2).mean()) for p in phrases))
        for p in phrases:
            r, g = wide.ratios[first + p], wide.gates[first + p]
            scores = scores + SCALE * r * (1 + RATE * g) / length
        first += size
    return scores


def test_the_ratios_are_the_logarithms_of_two_shares() -> None:
    wide = made()
    for kind, first, size in ((0, 0, SIZES[0]), (1, SIZES[0], SIZES[1])):
        for k in range(K):
            inside, outside = [1.0] * size, [1.0] * size  # each phrase once more than it was counted
            for phrases, truth in zip(HELD[kind], CLASSES, strict=True):
                for p in phrases:
                    (inside if truth[k] else outside)[p] += 1
            for p in range(size):
                wanted = math.log(inside[p] / sum(inside)) - math.log(outside[p] / sum(outside))
                assert float(wide.ratios[first + p, k]) == pytest.approx(wanted, abs=1e-12)
    assert not wide.gates.any()


def test_the_ratios_are_those_of_the_counts_of_scikit_learn() -> None:
    chance = random.Random(0)
    texts = [tuple(chance.choices("abcd", k=chance.randint(1, 6))) for _ in range(30)]
    labels = [chance.randrange(2) for _ in texts]
    phrases = Phrases.fitted(texts, words=2, characters=0, min_count=2)
    wide = Wide(phrases.sizes, 2)
    wide.start(phrases.bags(texts), torch.nn.functional.one_hot(torch.tensor(labels), 2))
    counter = CountVectorizer(binary=True, ngram_range=(1, 2), min_df=2, token_pattern=r"\w", lowercase=False)
    counts = counter.fit_transform([" ".join(text) for text in texts]).toarray()
    names = counter.get_feature_names_out()
    assert len(names) == phrases.sizes[0] > 10
    one = torch.tensor(labels) == 1
    inside, outside = (torch.from_numpy(counts)[which].sum(0) + 1.0 for which in (one, ~one))
    wanted = (inside / inside.sum()).log() - (outside / outside.sum()).log()
    for name, ratio in zip(names, wanted, strict=True):
        words = name.split()
        held = phrases.bags([words, *([word] for word in words)])[0]
        parts = [set(part.tolist()) for part in held.indices.tensor_split(held.offsets[1:-1])]
        whole = parts[0] - set().union(*parts[1:]) if len(words) > 1 else parts[0]
        (index,) = whole
        torch.testing.assert_close(wide.ratios[index], torch.stack([-ratio, ratio]).float())


def test_scores_are_the_sums_over_the_phrases_at_unit_length() -> None:
    wide = made()
    wide.gates.data = torch.randn(wide.gates.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    scores = wide(wide.sums([bag(texts) for texts in HELD]))
    for held, row in zip(zip(*HELD, strict=True), scores, strict=True):
        torch.testing.assert_close(row, by_hand(wide, held), rtol=1e-12, atol=1e-12)
    # A phrase alone is as long as a text of many.
    only = made()
    (alone,) = only(only.sums([bag([[2]]), bag([[]])]))
    assert float(alone.detach().square().mean().sqrt()) == pytest.approx(SCALE)


def test_a_text_without_phrases_has_scores_of_zero_and_a_finite_gradient() -> None:
    wide = made()
    scores = wide(wide.sums([bag([[], [1]]), bag([[], []])]))
    assert scores[0].tolist() == [0.0] * K
    scores.sum().backward()
    assert wide.gates.grad is not None
    assert torch.isfinite(wide.gates.grad).all()
    assert wide.gates.grad[1].all()
    assert not wide.gates.grad[[0, 2, 3, 4, 5, 6]].any()


def test_every_gradient_equals_finite_differences() -> None:
    wide = made()
    gates = torch.randn(wide.gates.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)

    def scores(gates: Tensor) -> Tensor:
        found = torch.func.functional_call(wide, {"gates": gates}, (sums(gates),))
        return found.sin()

    def sums(gates: Tensor) -> Tensor:
        kept = wide.gates
        del wide.gates
        wide.gates = gates  # type: ignore[assignment]
        found = wide.sums([bag(texts) for texts in HELD])
        del wide.gates
        wide.gates = kept
        return found

    assert torch.autograd.gradcheck(scores, [gates.requires_grad_()])


def test_a_text_of_several_classes_counts_for_each() -> None:
    wide = Wide((2,), 2)
    wide.start([bag([[0], [1]])], torch.tensor([[1, 1], [0, 0]]))
    torch.testing.assert_close(wide.ratios, torch.tensor([[1.0, 1.0], [-1.0, -1.0]]) * math.log(2.0))


def test_what_was_counted_is_saved_and_not_learnt() -> None:
    wide = made()
    assert set(wide.state_dict()) == {"ratios", "gates"}
    assert [name for name, _ in wide.named_parameters()] == ["gates"]
    again = Wide(SIZES, K).double()
    again.load_state_dict(wide.state_dict())
    phrases = [bag(texts) for texts in HELD]
    assert torch.equal(again(again.sums(phrases)), wide(wide.sums(phrases)))
