from collections.abc import Iterator

import numpy as np
import pytest
from unrolled.tasks.settings import ReadingSettings
from unrolled.tasks.tagging import build_model

from unrolled.errors import SettingsError
from unrolled.model import Model
from unrolled.runs.predict import Prediction, predict
from unrolled.runs.train import TrainingResult
from unrolled.tasks import NER

LINES = ["Ada Lovelace spoke in London.", "", "  ", "Teddy Roosevelt can't.", "He met Zoe in Paris , London"]


@pytest.fixture(name="model")
def fixture_model(result: TrainingResult) -> Model:
    return result.model


def softmax_model() -> Model:
    pairs = NER.read(NER.dev, True, ReadingSettings()).pairs[:20]
    settings = NER.defaults.replaced({"output": "softmax", "hidden_size": 4, "word_size": 4, "affix_size": 2})
    return build_model(NER, pairs, settings)


def test_labels_confidence_and_spans_agree_with_the_model(model: Model) -> None:
    found = list(predict(model, LINES))
    assert [bool(prediction.tokens) for prediction in found] == [True, False, False, True, True]
    for prediction in (found[0], found[3], found[4]):
        assert model.predict([prediction.tokens]) == [list(prediction.labels)]
        marginals = model.marginals([prediction.tokens])[0]
        chosen = [marginals[t, model.y_codec.labels.index(label)] for t, label in enumerate(prediction.labels)]
        np.testing.assert_allclose(prediction.confidence, chosen, atol=2e-6)
        for span in prediction.spans:
            assert span.text == " ".join(prediction.tokens[span.start : span.end])
            assert prediction.labels[span.start] == f"B-{span.type}"
            assert span.confidence == min(prediction.confidence[span.start : span.end])
    assert [(span.type, span.text) for span in found[0].spans] == [("PER", "Ada Lovelace"), ("LOC", "London")]


def test_a_softmax_gives_its_own_probabilities() -> None:
    other = softmax_model()
    (prediction,) = predict(other, ["Ada spoke ."])
    marginals = other.marginals([prediction.tokens])[0]
    np.testing.assert_allclose(prediction.confidence, marginals.max(axis=1), atol=2e-6)
    with pytest.raises(SettingsError, match="output=crf"):
        list(predict(other, ["Ada spoke ."], n_best=2))


@pytest.mark.parametrize("chunk_tokens", [1, 3, 4096])
def test_the_chunks_do_not_matter(model: Model, chunk_tokens: int) -> None:
    whole = [one for line in LINES for one in predict(model, [line])]
    chunked = list(predict(model, LINES, chunk_tokens=chunk_tokens))
    for one, other in zip(whole, chunked, strict=True):
        assert (one.tokens, one.labels) == (other.tokens, other.labels)
        np.testing.assert_allclose(one.confidence, other.confidence, atol=2e-6)


def test_each_line_is_answered_before_the_next_is_read(model: Model) -> None:
    read: list[str] = []

    def lines() -> Iterator[str]:
        for line in LINES:
            read.append(line)
            yield line

    answers = predict(model, lines(), chunk_tokens=1)
    for number in range(1, len(LINES) + 1):
        assert isinstance(next(answers), Prediction)
        assert len(read) == number


def test_text_that_is_tokenised_already_is_split_at_white_space_alone(model: Model) -> None:
    line = "Teddy can't\tstop-\u00a0here."
    (raw,) = predict(model, [line])
    (split,) = predict(model, [line], whitespace=True)
    assert split.tokens == ("Teddy", "can't", "stop-\u00a0here.")
    assert raw.tokens[:3] == ("Teddy", "ca", "n't")


def test_n_best_gives_probabilities_best_first(model: Model) -> None:
    found = list(predict(model, ["Ada spoke .", "", "Teddy ."], n_best=3))
    assert [len(prediction.n_best) for prediction in found] == [3, 0, 3]
    for prediction in (found[0], found[2]):
        probabilities = [best.probability for best in prediction.n_best]
        assert probabilities == sorted(probabilities, reverse=True)
        assert 0 < sum(probabilities) <= 1 + 1e-5
        assert prediction.n_best[0].labels == prediction.labels
    assert "n_best" in found[0].to_dict()
    assert "n_best" not in found[1].to_dict()


def test_nothing_in_nothing_out(model: Model) -> None:
    assert list(predict(model, [])) == []
