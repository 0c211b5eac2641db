from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from unrolled.errors import SettingsError
from unrolled.model import Model
from unrolled.runs.build import build_model
from unrolled.runs.predict import Prediction, predict
from unrolled.runs.train import TrainingResult
from unrolled.tasks import NER

LINES = ["Ada Lovelace spoke in London.", "", "  ", "Teddy Roosevelt can't.", "He met Zoe in Paris , London"]

Tagger = Model[Any, Any]


@pytest.fixture(name="model")
def fixture_model(result: TrainingResult) -> Tagger:
    return result.model


def softmax_model() -> Tagger:
    assert NER.bundled is not None
    pairs = NER.read(NER.bundled.dev, NER.defaults).pairs[:20]
    small = {"output": "softmax", "hidden_size": 4, "word_size": 4, "affix_size": 2}
    return build_model(NER, pairs, NER.defaults.replaced(small))[0]


def shown(prediction: Prediction) -> dict[str, Any]:
    """What is written of it."""
    return NER.show.json(prediction.line, prediction.x, prediction.answer)


def test_labels_confidence_and_spans_agree_with_the_model(model: Tagger) -> None:
    found = list(predict(model, NER, LINES))
    assert [prediction.line for prediction in found] == LINES
    assert [prediction.x is not None for prediction in found] == [True, False, False, True, True]
    assert [prediction.answer is not None for prediction in found] == [True, False, False, True, True]
    for prediction in (found[0], found[3], found[4]):
        assert prediction.answer is not None
        assert prediction.line is not None
        labels, confidence = prediction.answer.y, prediction.answer.confidence
        assert model.predict([prediction.x]) == [labels]
        marginals = model.probabilities([prediction.x])[0]
        chosen = [marginals[t, model.y.labels.index(label)] for t, label in enumerate(labels)]
        np.testing.assert_allclose(confidence, chosen, atol=2e-6)
        json = shown(prediction)
        assert (json["tokens"], json["labels"]) == (list(prediction.x), labels)
        for span in json["spans"]:
            assert span["text"] == prediction.line[span["start_char"] : span["end_char"]]
            assert span["text"].split() == list(prediction.x[span["start"] : span["end"]])
            assert labels[span["start"]] == f"B-{span['type']}"
            assert span["confidence"] == min(json["confidence"][span["start"] : span["end"]])
    assert [(span["type"], span["text"]) for span in shown(found[0])["spans"]] == [
        ("PER", "Ada Lovelace"),
        ("LOC", "London"),
    ]
    assert shown(found[1]) == {"tokens": [], "labels": [], "spans": [], "confidence": []}


def test_a_softmax_gives_its_own_probabilities() -> None:
    other = softmax_model()
    (prediction,) = predict(other, NER, ["Ada spoke ."])
    assert prediction.answer is not None
    marginals = other.probabilities([prediction.x])[0]
    np.testing.assert_allclose(prediction.answer.confidence, marginals.max(axis=1), atol=2e-6)
    with pytest.raises(SettingsError, match="output=crf"):
        list(predict(other, NER, ["Ada spoke ."], n_best=2))


@pytest.mark.parametrize("chunk_steps", [1, 3, 4096])
def test_the_chunks_do_not_matter(model: Tagger, chunk_steps: int) -> None:
    whole = [one for line in LINES for one in predict(model, NER, [line])]
    chunked = list(predict(model, NER, LINES, chunk_steps=chunk_steps))
    for one, other in zip(whole, chunked, strict=True):
        assert one.x == other.x
        if one.answer is None or other.answer is None:
            assert one.answer is other.answer
        else:
            assert one.answer.y == other.answer.y
            np.testing.assert_allclose(one.answer.confidence, other.answer.confidence, atol=2e-6)


def test_each_line_is_answered_before_the_next_is_read(model: Tagger) -> None:
    read: list[str] = []

    def lines() -> Iterator[str]:
        for line in LINES:
            read.append(line)
            yield line

    answers = predict(model, NER, lines(), chunk_steps=1)
    for number in range(1, len(LINES) + 1):
        assert isinstance(next(answers), Prediction)
        assert len(read) == number


def test_text_that_is_tokenised_already_is_split_at_white_space_alone(model: Tagger) -> None:
    line = "Teddy can't\tstop-\u00a0here."
    (raw,) = predict(model, NER, [line])
    (split,) = predict(model, NER, [line], whitespace=True)
    assert split.x == ("Teddy", "can't", "stop-\u00a0here.")
    assert raw.x[:3] == ("Teddy", "ca", "n't")


def test_n_best_gives_probabilities_best_first(model: Tagger) -> None:
    found = [shown(prediction) for prediction in predict(model, NER, ["Ada spoke .", "", "Teddy ."], n_best=3)]
    assert [len(json.get("n_best", [])) for json in found] == [3, 0, 3]
    for json in (found[0], found[2]):
        probabilities = [best["probability"] for best in json["n_best"]]
        assert probabilities == sorted(probabilities, reverse=True)
        assert 0 < sum(probabilities) <= 1 + 1e-5
        assert json["n_best"][0]["labels"] == json["labels"]
    assert "n_best" not in found[1]


def test_nothing_in_nothing_out(model: Tagger) -> None:
    assert list(predict(model, NER, [])) == []
