from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from unrolled import model_files
from unrolled.data.pair import Pair
from unrolled.data.readers import TaggedPair
from unrolled.decoding import Decoding
from unrolled.errors import DataError, ModelFileError, SettingsError
from unrolled.model import Model
from unrolled.runs.build import build_model
from unrolled.tasks import NER

SENTENCES = [("Teddy", "Roosevelt", "met", "Rose"), ("Teddy",), ("Teddy", "bears", "met")]
LABELS = [("B-PER", "I-PER", "O", "B-PER"), ("B-PER",), ("O", "O", "O")]
PAIRS: list[TaggedPair] = [Pair(x, y) for x, y in zip(SENTENCES, LABELS, strict=True)]
SMALL = {"hidden_size": 5, "word_size": 4, "affix_size": 2, "character_size": 4}
STREAMING = {"hidden_size": 5, "word_size": 4, "affix_size": 2, "bidirectional": False, "output": "softmax"}
SURE = Decoding(confidence=True)

Tagger = Model[Any, Any]


def built(settings: dict[str, Any] = SMALL, seed: int = 1, **changes: Any) -> Tagger:
    return build_model(NER, PAIRS, NER.defaults.replaced({**settings, "seed": seed, **changes}))[0]


def saved(model: Tagger, path: Path) -> Path:
    model.save(path, metrics={"f1": 0.5}, card="# A card\n")
    return path


@pytest.mark.parametrize("settings", [SMALL, STREAMING], ids=["crf", "softmax"])
def test_a_saved_model_answers_as_it_did(settings: dict[str, Any], tmp_path: Path) -> None:
    model = built(settings)
    again = Model.load(saved(model, tmp_path / "model"))
    assert again.task == "ner"
    assert again.network.settings == model.network.settings
    assert again.network.settings.network.to_dict()["hidden_size"] == settings["hidden_size"]
    assert (again.x, again.y) == (model.x, model.y)
    assert again.predict(SENTENCES) == model.predict(SENTENCES)
    for a, b in zip(again.probabilities(SENTENCES), model.probabilities(SENTENCES), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_seed_makes_the_weights() -> None:
    first, same, other = (built(seed=seed).network.module.state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[name], same[name]) for name in first)
    assert not torch.equal(first["input.words"], other["input.words"])


def test_prediction_does_not_depend_on_company(monkeypatch: pytest.MonkeyPatch) -> None:
    model = built()
    together = model.probabilities(SENTENCES)
    monkeypatch.setattr("unrolled.model.BATCH_STEPS", 3)
    apart = model.probabilities(SENTENCES[::-1])[::-1]
    for a, b in zip(together, apart, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_no_sentences_have_no_labels() -> None:
    model = built()
    assert model.predict([]) == model.probabilities([]) == list(model.answers([], Decoding(n_best=2))) == []


def test_n_best_starts_with_the_prediction_and_names_labels() -> None:
    model = built()
    answers = list(model.answers(SENTENCES, Decoding(n_best=3)))
    assert [answer.others[0][0] for answer in answers] == model.predict(SENTENCES)
    assert all(1 <= len(answer.others) <= 3 for answer in answers)
    pairs = [Pair(x, answer.others[0][0]) for x, answer in zip(SENTENCES, answers, strict=True)]
    np.testing.assert_allclose(
        [answer.others[0][1] for answer in answers], model.log_likelihood(pairs), rtol=1e-4, atol=1e-6
    )


def test_the_loss_is_minus_the_log_likelihood_of_the_labels() -> None:
    model = built()
    total, steps, _ = model.loss(PAIRS)
    assert steps == sum(map(len, LABELS))
    np.testing.assert_allclose(total.item(), -model.log_likelihood(PAIRS).sum(), rtol=1e-5)


@pytest.mark.parametrize("outside_bias", [0.0, 0.4])
def test_a_stream_gives_what_the_whole_gives(outside_bias: float) -> None:
    model = built(STREAMING)
    plain = model.predict(SENTENCES)
    model.network.output.outside_bias.fill_(outside_bias)
    assert (model.predict(SENTENCES) != plain) == bool(outside_bias)  # a bias that decides something
    stream = model.stream()
    for sentence, whole in zip(SENTENCES, model.answers(SENTENCES, SURE), strict=True):
        for size in (1, 2, len(sentence)):  # any way to cut it
            chunks = [sentence[start : start + size] for start in range(0, len(sentence), size)]
            steps = [answer for chunk in chunks for answer in stream.feed(chunk)]
            assert [answer.y[0] for answer in steps] == whole.y
            np.testing.assert_allclose([answer.confidence[0] for answer in steps], whole.confidence, rtol=1e-5)
            assert stream.finish() == []  # y has a label for every step: nothing is left to say


def test_a_stream_goes_on_from_its_state_in_another_stream() -> None:
    model = built(STREAMING)
    stream, other = model.stream(), model.stream()
    stream.feed(SENTENCES[0])
    other.state = stream.state
    assert [other.feed([word]) for word in SENTENCES[1]] == [stream.feed([word]) for word in SENTENCES[1]]
    assert other.feed(["teddy"]) != model.stream().feed(["teddy"])  # the past counts
    other.finish()
    assert other.feed(["teddy"]) == model.stream().feed(["teddy"])


def test_a_chunk_that_cannot_be_is_refused_and_leaves_the_state() -> None:
    stream, other = built(STREAMING).stream(), built(STREAMING).stream()
    for each in (stream, other):
        each.feed(["Teddy"])
    with pytest.raises(DataError, match="The chunk has no words"):
        stream.feed([])
    with pytest.raises(DataError, match="The chunk has the text 'Rose'"):
        stream.feed("Rose")
    assert stream.feed(["Rose"]) == other.feed(["Rose"])
    with pytest.raises(DataError, match="The state holds b"):
        stream.state = {"b": torch.zeros(1)}


def test_confidence_is_the_marginal_of_the_predicted_label() -> None:
    model = built()
    model.network.output.outside_bias.fill_(1.0)
    answers = list(model.answers(SENTENCES, SURE))
    assert [answer.y for answer in answers] == model.predict(SENTENCES)
    for answer, marginals in zip(answers, model.probabilities(SENTENCES), strict=True):
        chosen = [model.y.labels.index(label) for label in answer.y]
        np.testing.assert_allclose(answer.confidence, marginals[range(len(answer.y)), chosen], rtol=1e-6)


def test_the_number_of_a_sentence_that_cannot_be_is_the_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unrolled.model.BATCH_STEPS", 3)
    with pytest.raises(DataError, match="Example 4 has no words"):
        built().predict([*SENTENCES, ()])


def test_what_waits_for_the_end_cannot_stream() -> None:
    with pytest.raises(SettingsError, match="bidirectional=false and output=softmax"):
        built().stream()


def test_word_vectors_start_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text("teddy 1 2 3 4\nabsent 5 6 7 8\n")
    model = built(vectors=str(path), vectors_words=0)
    plain = built()
    table, other = model.network.input.words, plain.network.input.words
    assert table is not None
    assert other is not None
    row = model.x.words.index("teddy")
    assert table[row].tolist() == [1, 2, 3, 4]
    rest = torch.arange(len(table)) != row
    assert torch.equal(table[rest], other[rest])
    path.write_text("absent 5 6 7 8\n")
    with pytest.raises(DataError, match="no vector for any"):
        built(vectors=str(path), vectors_words=0)
    path.write_text("teddy 1 2 3\n")
    with pytest.raises(SettingsError, match="length 3, word_size 4"):
        built(vectors=str(path), vectors_words=0)
    with pytest.raises(SettingsError, match="word_size is 0"):
        built(vectors=str(path), word_size=0)


def test_words_that_only_the_file_of_vectors_knows_keep_theirs(tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text("Rose 9 9 9 9\nzebra 1 2 3 4\n1998 5 6 7 8\nlion 0 0 0 1\n")
    model = built(vectors=str(path), vectors_words=3)
    table, words = model.network.input.words, model.x.words
    assert table is not None
    assert table[words.index("zebra")].tolist() == [1, 2, 3, 4]
    assert table[words.index("0000")].tolist() == [5, 6, 7, 8]  # the normal form of 1998
    assert table[words.index("rose")].tolist() == [9, 9, 9, 9]  # by its spelling in the training data
    assert "lion" not in words


def test_there_must_be_something_to_learn_from() -> None:
    with pytest.raises(DataError, match="no training pairs"):
        build_model(NER, [], NER.defaults)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"architecture": {"kind": "many_to_few"}}, "many_to_few"),
        ({"architecture": {"kind": None}}, "architecture is None"),
        ({"architecture": "many_to_many"}, "'architecture' is not an object"),
        ({"architecture": {"settings": []}}, "'settings' of the architecture is not an object"),
        ({"architecture": {"output": None}}, "'output' of the architecture is not an object"),
        ({"architecture": {"settings": {"hidden_size": 10**12}}}, "at most 100000"),
        ({"architecture": {"settings": {"num_layers": 10**9}}}, "at most 100"),
        ({"architecture": {"settings": {"hidden_size": 100_000}}}, "Wax"),
        ({"architecture": {"settings": {"hiden_size": 5}}}, "Did you mean 'hidden_size'"),
        ({"architecture": {"input": {"word_size": -1}}}, "word_size is -1"),
        ({"x": {"kind": "pictures"}}, "no codec of the kind 'pictures'"),
        ({"x": {"texts": 3}}, "'x' lacks its settings or its texts"),
        ({"x": {"texts": ["vocabulary.txt"]}}, r"no affixes\.txt"),
        ({"x": {"settings": {"min_count": 0}}}, "min_count is 0"),
        ({"x": {"kind": "tags"}}, r"no labels\.txt"),
        ({"y": {"kind": "words"}}, r"no vocabulary\.txt"),
        ({"y": []}, "'y' is not an object"),
        ({"task": 3}, "'task' is not a text"),
    ],
)
def test_a_strangers_settings_are_checked(
    change: dict[str, Any], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(built(), tmp_path / "model")
    read = model_files.read_model_files

    def altered(directory: Path, *, follow_links: bool = False) -> model_files.ModelFiles:
        files = read(directory)
        for name, value in change.items():
            own: Any = files.config[name]
            merged = {**own, **value} if isinstance(own, dict) and isinstance(value, dict) else value
            files.config[name] = merged
        return files

    monkeypatch.setattr("unrolled.model.read_model_files", altered)
    with pytest.raises(ModelFileError, match=message):
        Model.load(path)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ("", "num_labels is 0"),
        ("O\nO\n", "O"),
        ("O\nFOO\n", "not those of IOB2"),
        ("O\nB-PER\nI-PER\nB-LOC\n", "output.Wya"),
    ],
)
def test_a_strangers_labels_are_checked(
    labels: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(built(), tmp_path / "model")
    read = model_files.read_model_files

    def altered(directory: Path, *, follow_links: bool = False) -> model_files.ModelFiles:
        files = read(directory)
        files.texts["y-labels.txt"] = labels
        return files

    monkeypatch.setattr("unrolled.model.read_model_files", altered)
    with pytest.raises(ModelFileError, match=message):
        Model.load(path)


def test_a_text_is_no_sentence_and_is_named_by_its_number() -> None:
    model = built()
    with pytest.raises(DataError, match="Example 2 has the text 'Teddy sat'"):
        model.predict([("Teddy",), "Teddy sat"])
