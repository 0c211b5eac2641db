from pathlib import Path

import pytest

from unrolled.metrics.entities import RULES
from unrolled.runs.build import build_model
from unrolled.runs.inspect import Description, describe
from unrolled.runs.train import TrainingResult
from unrolled.tasks import NER

SETTINGS = [
    {},
    {"cell": "gru", "num_layers": 2, "character_size": 6, "character_encoder": "recurrent", "initial_state": "learned"},
    {"cell": "lstm", "character_size": 6, "output": "softmax", "bidirectional": False, "num_layers": 3},
    {"cell": "rnn", "word_size": 0, "initial_state": "learned"},
    {"cell": "lstm", "affix_size": 0, "initial_state": "learned"},
]
SMALL = {"hidden_size": 8, "word_size": 7, "affix_size": 3}


def numbers(description: Description, symbols: tuple[str, ...]) -> tuple[int, ...]:
    """What the symbols of a shape come to, by the legend."""
    values: dict[str, int] = {symbol.symbol: symbol.value for symbol in description.symbols}
    sizes: list[int] = []
    for size in symbols:
        product = 1.0
        for factor in size.split("·"):
            name, _, divisor = factor.partition("/")
            product *= (int(name) if name.isdigit() else values[name]) / int(divisor or 1)
        assert product == int(product)
        sizes.append(int(product))
    return tuple(sizes)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_symbols_and_numbers_of_every_shape_agree(settings: dict[str, object], corpus: Path, tmp_path: Path) -> None:
    pairs = NER.read(corpus / "train.conll", NER.defaults).pairs
    model, _ = build_model(NER, pairs, NER.defaults.replaced({**SMALL, **settings}))
    model.save(tmp_path / "model", metrics={}, card="")
    description = describe(tmp_path / "model")
    names = [name for name, _ in model.network.module.named_parameters()]
    assert [parameter.name for parameter in description.parameters] == names
    for parameter in description.parameters:
        assert numbers(description, parameter.symbols) == parameter.shape, parameter.name
    assert description.num_parameters == sum(weights.numel() for weights in model.network.module.parameters())


def test_what_was_recorded_is_shown(result: TrainingResult) -> None:
    description = describe(result.directory)
    assert description.figures["f1"] == result.record.dev.figures["f1"]
    assert description.seed == 0
    assert description.settings == result.record.settings.to_dict() | {"tokenizer": "words"}
    assert description.labels == ("B-LOC", "B-PER", "I-PER", "O")
    assert description.rule == RULES["strict"]
    # Of the words of the dev part only Zoe stands in no training sentence.
    assert description.unknown_rate == pytest.approx(1 / result.record.dev.counts["tokens"])


def test_a_model_with_odd_records_is_described_all_the_same(result: TrainingResult, tmp_path: Path) -> None:
    for metrics in ({}, {"dev": 3, "settings": [], "dev_unknown": {"rate": "high"}}, {"settings": {"seed": "zero"}}):
        result.model.save(tmp_path / "model", metrics=metrics, card="")
        description = describe(tmp_path / "model")
        assert description.seed is None
        assert description.figures == {}
        assert description.unknown_rate is None
