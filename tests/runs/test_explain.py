"""What each word adds to the lead of a label, against the scores of the network itself."""

from collections.abc import Sequence
from typing import Any

import pytest
import torch

from unrolled.architectures import NetworkSettings, OneToOne, OneToOneSettings
from unrolled.data.codecs import LabelCodec, NumberCodec, VectorsCodec
from unrolled.data.pair import Pair
from unrolled.data.ragged import Ragged
from unrolled.errors import DataError, SettingsError
from unrolled.layers import NumbersOutputSettings, VectorsInputSettings
from unrolled.model import Model
from unrolled.runs.build import build_model
from unrolled.runs.explain import explain
from unrolled.tasks import NER, SENTIMENT

TEXTS = (
    ("a", "warm", "and", "funny", "film"),
    ("dull", "and", "far", "too", "long", "!"),
    ("not", "dull", ",", "not", "long"),
    ("so", "so", "so", "plain"),
)
TINY = {"hidden_size": 5, "word_size": 4, "affix_size": 2, "attention_size": 3, "min_count": 1, "phrase_min_count": 1}
NO_PHRASES = {"phrase_words": 0, "phrase_characters": 0}


def made(*, labels: Sequence[str] = ("good", "bad"), **settings: object) -> Model[Any, Any]:
    """A network with weights as training might leave them."""
    pairs = [Pair(text, labels[number % len(labels)]) for number, text in enumerate(TEXTS * 2)]
    if settings.get("pooling", "attention_max") in {"mean", "max"}:
        settings["attention_size"] = 64
    model, _ = build_model(SENTIMENT, pairs, SENTIMENT.defaults.replaced({**TINY, **settings}))
    generator = torch.Generator().manual_seed(1)
    for parameter in model.network.module.parameters():
        parameter.data += 0.4 * torch.randn(parameter.shape, generator=generator)
    return model


def lead(model: Model[Any, Any], scores: torch.Tensor, label: str) -> float:
    index = model.y.labels.index(label)
    others = [float(score) for i, score in enumerate(scores) if i != index]
    return float(scores[index]) - sum(others) / len(others)


VARIANTS: tuple[dict[str, Any], ...] = (
    {},
    NO_PHRASES,
    {"phrase_words": 0},
    {"labels": ("bad", "fair", "good")},
    {"labels": ("1", "2", "3"), "pooling": "mean", "bidirectional": False},
    {"pooling": "max", "cell": "lstm", "num_layers": 2},
)


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_what_the_words_say_adds_up_to_the_lead(variant: dict[str, Any]) -> None:
    model = made(**variant)
    network: Any = model.network
    for text in TEXTS:
        for label in model.y.labels.tokens:
            found = explain(model, text, label)
            with torch.no_grad():
                scores = network.scores(model.x.encode([text])).rows[0]
                D = network.input.size
                nothing = network.of_vectors(Ragged(torch.zeros(len(text), D), torch.tensor([len(text)]))).rows[0]
            share = 1.0 if network.wide is None else 0.5
            assert found.lead == pytest.approx(lead(model, scores, label), abs=1e-5)
            assert found.base == pytest.approx(share * lead(model, nothing, label), abs=1e-5)
            assert len(found.steps) == len(text)
            assert abs(found.base + sum(found.steps) - found.lead) <= 1e-3
            assert found.gap == pytest.approx(found.base + sum(found.steps) - found.lead, abs=1e-6)
            assert found.label == label


def test_of_a_network_without_recurrence_each_word_says_its_own_score() -> None:
    model = made(num_layers=0, pooling="mean", labels=("bad", "fair", "good"), **NO_PHRASES)
    network: Any = model.network
    for text in TEXTS:
        with torch.no_grad():
            vectors = network.input(model.x.encode([text])).rows
            alone = vectors @ network.output.Wya.T / len(text)
        found = explain(model, text, "fair")
        wanted = [lead(model, scores, "fair") for scores in alone]
        assert found.steps == pytest.approx(wanted, abs=1e-5)


def test_phrases_share_their_score_among_their_words() -> None:
    """With the recurrent part silenced, what a word says is its share of each phrase that it stands in."""
    model = made(labels=("bad", "good"), phrase_words=2, phrase_characters=0)
    network: Any = model.network
    network.output.Wya.data.zero_()
    network.wide.gates.data.zero_()
    text = ("a", "warm", "film", "a")
    bag = model.x.encode([text]).phrases[0]
    tables = network.wide.ratios
    length = float((tables[bag.indices] ** 2).mean(1).sum().sqrt())
    of_forms = {form: model.x.phrases.bags([form])[0].indices.tolist() for form in [("a",), ("warm",), ("film",)]}
    pairs = {
        pair: [i for i in model.x.phrases.bags([pair])[0].indices.tolist() if [i] not in of_forms.values()]
        for pair in [("a", "warm")]
    }

    def score(index: int) -> float:
        return lead(model, 0.354 * tables[index] / length, "good") / 2

    once = {form: score(index) for form, (index,) in of_forms.items()}
    both = score(pairs["a", "warm"][0]) / 2
    wanted = [once["a",] / 2 + both, once["warm",] + both, once["film",], once["a",] / 2]
    assert explain(model, text, "good").steps == pytest.approx(wanted, abs=1e-6)


def test_what_speaks_for_one_of_two_labels_speaks_against_the_other() -> None:
    model = made()
    for text in TEXTS:
        good, bad = (explain(model, text, label) for label in ("good", "bad"))
        assert good.steps == pytest.approx([-value for value in bad.steps], abs=1e-5)
        assert explain(model, text).label == model.predict([text])[0]
        answer = explain(model, text)
        assert answer in (good, bad)
        assert answer.lead > 0


def test_the_order_of_words_matters() -> None:
    model = made()
    one, other = (explain(model, text, "good") for text in (TEXTS[0], TEXTS[0][::-1]))
    assert max(abs(a - b) for a, b in zip(one.steps, other.steps[::-1], strict=True)) > 1e-3


def test_its_json_holds_the_words_values() -> None:
    found = explain(made(), TEXTS[0])
    told = found.to_dict()
    assert list(told) == ["label", "steps", "lead", "base", "gap"]
    assert told["steps"] == pytest.approx(found.steps, abs=1e-6)


def test_what_cannot_be_explained_is_named() -> None:
    with pytest.raises(DataError, match="nearest"):
        explain(made(), TEXTS[0], "goood")
    with pytest.raises(DataError, match="no words"):
        explain(made(), ())
    tagger, _ = build_model(NER, [Pair(("Ada", "sat"), ("B-PER", "O"))] * 2, NER.defaults.replaced({"hidden_size": 4}))
    with pytest.raises(SettingsError, match="many-to-many"):
        explain(tagger, ("Ada", "sat"))
    x, y = VectorsCodec.fitted([(1.0, 2.0), (2.0, 3.0)]), NumberCodec.fitted([1.0, 2.0])
    whole = NetworkSettings(OneToOneSettings(), VectorsInputSettings(), NumbersOutputSettings())
    with pytest.raises(SettingsError, match="one-to-one"):
        explain(Model("numbers", x, y, OneToOne(x.space, y.space, whole)), (1.0, 2.0))
    assert isinstance(made().y, LabelCodec)
