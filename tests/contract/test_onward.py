"""The laws of going on from a trained model, for every output and codec: what held before the first step of training.

1. Without new labels the model answers every x as before: of known words, of new ones, which were `<unk>`.
2. With new labels the ratio of any two old answers is what it was: a new label takes its share from all alike.
3. Weights follow their labels and symbols: each wrong way to copy them breaks 1 or 2.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
from contract.onward_rows import ROWS, OnwardRow, Pairs

from unrolled.architectures.taking_over import take_over
from unrolled.data.pair import Pair
from unrolled.model import Model
from unrolled.runs import onward as runs
from unrolled.runs.build import build_model

WITH_LABELS = [row for row in ROWS if row.more]
CLOSE = 2e-5
"""float32, and matrices of other shapes are summed in another order."""


def trained(row: OnwardRow) -> Model[Any, Any]:
    """A model whose every weight and buffer is another, as if it had been trained."""
    model, _ = build_model(row.task, row.old, row.task.defaults.replaced(row.settings))
    generator = torch.Generator().manual_seed(5)
    for name, tensor in model.network.module.state_dict().items():
        drawn = torch.rand(tensor.shape, generator=generator)
        tensor.copy_(0.5 + drawn if name.endswith("temperature") else 1.6 * drawn - 0.8)
    return model


def gone_on(row: OnwardRow, model: Model[Any, Any], pairs: Pairs) -> Model[Any, Any]:
    settings = row.task.defaults.replaced(row.settings)
    found = runs.onward(row.task, runs.Start(model, settings), pairs, settings)
    return runs.go_on(row.task, found, pairs, settings)[0]


def gains(row: OnwardRow, model: Model[Any, Any], grown: Model[Any, Any], xs: list[Any]) -> torch.Tensor:
    """log P(y | x) of the grown model less that of the earlier one, for each x and possible y, (N, A)."""
    found: list[torch.Tensor] = []
    for x in xs:
        pairs = [Pair(x, y) for y in row.answers(model.x.length(x))]
        after, before = grown.log_likelihood(pairs), model.log_likelihood(pairs)
        found.append(torch.as_tensor(after - before))
    width = min(map(len, found))
    return torch.stack([each[:width] for each in found])


def old_x(row: OnwardRow) -> list[Any]:
    return [pair.x for pair in row.old]


def every_x(row: OnwardRow) -> list[Any]:
    """Also new ones; phrases of a new text are learnt at once."""
    return old_x(row) if "phrases" in row.name else [pair.x for pair in (*row.old, *row.same)]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_without_new_labels_the_first_answers_are_those_of_the_earlier_model(row: OnwardRow) -> None:
    model = trained(row)
    before = {name: tensor.clone() for name, tensor in model.network.module.state_dict().items()}
    grown = gone_on(row, model, row.same)
    xs = every_x(row) if row.task.name != "symbols" else old_x(row)  # which has no <unk>
    torch.testing.assert_close(
        gains(row, model, grown, xs), torch.zeros_like(gains(row, model, model, xs)), atol=CLOSE, rtol=0
    )
    if row.task.name != "numbers":
        assert grown.predict(xs) == model.predict(xs)
    for name, tensor in model.network.module.state_dict().items():
        assert torch.equal(tensor, before[name]), f"{name} of the earlier model was changed"


@pytest.mark.parametrize("row", [row for row in WITH_LABELS if row.keeps], ids=str)
def test_new_labels_leave_the_ratios_of_old_answers_as_they_were(row: OnwardRow) -> None:
    model = trained(row)
    grown = gone_on(row, model, row.more)
    found = gains(row, model, grown, old_x(row))
    assert bool((found < -1e-3).all()), "new labels have no probability"
    torch.testing.assert_close(found - found[:, :1], torch.zeros_like(found), atol=CLOSE, rtol=0)


@pytest.mark.parametrize("row", WITH_LABELS, ids=str)
def test_new_labels_and_symbols_are_there_and_old_ones_too(row: OnwardRow) -> None:
    model = trained(row)
    grown = gone_on(row, model, row.more)
    assert bool(torch.isfinite(torch.as_tensor(grown.log_likelihood(row.more))).all())
    assert set(model.y.labels.tokens) < set(grown.y.labels.tokens)
    assert len(grown.predict([pair.x for pair in (*row.old, *row.more)])) == len(row.old) + len(row.more)


def test_a_new_class_of_cumulative_logits_takes_its_part_from_the_next_higher_one_or_the_highest() -> None:
    row = next(row for row in ROWS if row.name == "grades, cumulative")
    model = trained(row)
    grown = gone_on(row, model, row.more)
    model.network.output.temperature.fill_(1.0)
    grown.network.output.temperature.fill_(1.0)
    assert grown.y.labels.tokens == ("1", "2", "3", "4", "5", "6", "7")
    for old, new in zip(model.probabilities(old_x(row)), grown.probabilities(old_x(row)), strict=True):
        assert bool((new > 0.01).all())
        merged = torch.tensor([[new[0, :2].sum(), new[0, 2:4].sum(), new[0, 4:].sum()]])
        torch.testing.assert_close(merged, torch.as_tensor(old), atol=CLOSE, rtol=0)


def test_beside_new_labels_the_phrases_of_each_kind_keep_their_proportions() -> None:
    row = next(row for row in ROWS if row.name == "labels, phrases")
    model = trained(row)
    grown = gone_on(row, model, row.more)
    places = [grown.y.labels.index(label) for label in model.y.labels.tokens]
    for x in old_x(row):
        old, new = (one.network.wide.sums(one.x.encode([x]).phrases) for one in (model, grown))
        torch.testing.assert_close(new[..., places], old[..., :-1], atol=CLOSE, rtol=0)
    added = grown.x.origins(model.x)["phrases"] < 0
    assert bool(added.any())
    assert bool((grown.network.wide.ratios[added] != 0).any(1).all()), "a new phrase says nothing"


# What goes wrong, in the ways in which it does.

Origins = Mapping[str, torch.Tensor]


def appended(origins: Origins) -> Origins:
    """As if new labels stood behind the old ones."""
    known = int((origins["K"] >= 0).sum())
    numbers = torch.arange(len(origins["K"]))
    return {**origins, "K": torch.where(numbers < known, numbers, -1)}


def turned(letter: str) -> Callable[[Origins], Origins]:
    """As if the symbols of a kind stood one place further."""
    return lambda origins: {**origins, letter: origins[letter].roll(1)} if letter in origins else origins


def drawn(letter: str) -> Callable[[Origins], Origins]:
    """As if nothing had stood for the new symbols of a kind."""

    def changed(origins: Origins) -> Origins:
        if letter not in origins:
            return origins
        new = (origins[letter] == 0) & (torch.arange(len(origins[letter])) > 0)
        return {**origins, letter: torch.where(new, -1, origins[letter])}

    return changed


MUTANTS = {
    "labels where they were": (appended, "tags, CRF", True),
    "labels of a softmax where they were": (appended, "tags, softmax", True),
    "labels of texts where they were": (appended, "labels", True),
    "stars where they were": (appended, "stars, softmax", True),
    "things of a set where they were": (appended, "sets", True),
    "labels of symbols where they were": (appended, "symbols", True),
    "words one row further": (turned("V"), "tags, CRF", False),
    "symbols one row further": (turned("V"), "symbols", False),
    "affixes one row further": (turned("Va"), "tags, CRF", False),
    "characters one row further": (turned("Vc"), "tags, CRF", False),
    "phrases one row further": (turned("P"), "labels, phrases", False),
    "new words drawn": (drawn("V"), "tags, CRF", False),
    "new affixes drawn": (drawn("Va"), "tags, CRF", False),
    "new characters drawn": (drawn("Vc"), "tags, CRF", False),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_way_to_copy_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    change, of, labels = MUTANTS[name]
    row = next(row for row in ROWS if row.name == of)
    monkeypatch.setattr(runs, "take_over", lambda new, old, origins: take_over(new, old, change(origins)))
    law = (
        test_new_labels_leave_the_ratios_of_old_answers_as_they_were
        if labels
        else test_without_new_labels_the_first_answers_are_those_of_the_earlier_model
    )
    with pytest.raises(AssertionError):
        law(row)


@pytest.mark.parametrize("axes", [("K", "other"), ("other", "K")], ids=" × ".join)
def test_transitions_that_follow_on_one_side_alone_are_caught(
    axes: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(new: Any, old: Any, origins: Origins) -> None:
        shapes = {**new.shapes(), "output.crf.transitions": axes}
        monkeypatch.setattr(new, "shapes", lambda: shapes)
        take_over(new, old, origins)

    monkeypatch.setattr(runs, "take_over", half)
    with pytest.raises(AssertionError):
        test_new_labels_leave_the_ratios_of_old_answers_as_they_were(ROWS[0])
