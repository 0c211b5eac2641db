from pathlib import Path

import numpy as np
import pytest
import torch

from unrolled.architectures import ManyToManySettings
from unrolled.data.pair import Pair
from unrolled.errors import DataError, ModelFileError, SettingsError
from unrolled.model import Model, TaggedPair

SENTENCES = [("Teddy", "Roosevelt", "met", "Rose"), ("Teddy",), ("Teddy", "bears", "met")]
LABELS = [("B-PER", "I-PER", "O", "B-PER"), ("B-PER",), ("O", "O", "O")]
PAIRS: list[TaggedPair] = [Pair(x, y) for x, y in zip(SENTENCES, LABELS, strict=True)]
SMALL = ManyToManySettings(hidden_size=5, word_size=4, affix_size=2, character_size=4)
STREAMING = ManyToManySettings(hidden_size=5, word_size=4, affix_size=2, bidirectional=False, output="softmax")


def built(settings: ManyToManySettings = SMALL, seed: int = 1) -> Model:
    return Model.build("ner", PAIRS, settings, seed=seed)


def saved(model: Model, path: Path) -> Path:
    model.save(path, metrics={"f1": 0.5}, card="# A card\n")
    return path


@pytest.mark.parametrize("settings", [SMALL, STREAMING], ids=["crf", "softmax"])
def test_a_saved_model_answers_as_it_did(settings: ManyToManySettings, tmp_path: Path) -> None:
    model = built(settings)
    again = Model.load(saved(model, tmp_path / "model"))
    assert again.task == "ner"
    assert again.settings == settings
    assert again.x_codec == model.x_codec
    assert again.y_codec == model.y_codec
    assert again.predict(SENTENCES) == model.predict(SENTENCES)
    for a, b in zip(again.marginals(SENTENCES), model.marginals(SENTENCES), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_seed_makes_the_weights() -> None:
    first, same, other = (built(seed=seed).network.state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[name], same[name]) for name in first)
    assert not torch.equal(first["embedding.words"], other["embedding.words"])


def test_prediction_does_not_depend_on_company(monkeypatch: pytest.MonkeyPatch) -> None:
    model = built()
    together = model.marginals(SENTENCES)
    monkeypatch.setattr("unrolled.model.PREDICT_TOKENS", 3)
    apart = model.marginals(SENTENCES[::-1])[::-1]
    for a, b in zip(together, apart, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_no_sentences_have_no_labels() -> None:
    model = built()
    assert model.predict([]) == model.marginals([]) == model.n_best([], 2) == []


def test_n_best_starts_with_the_prediction_and_names_labels() -> None:
    model = built()
    best = model.n_best(SENTENCES, 3)
    assert [sentence[0][0] for sentence in best] == model.predict(SENTENCES)
    assert all(len(sentence) <= 3 for sentence in best)


@pytest.mark.parametrize("outside_bias", [0.0, 0.4])
def test_a_stream_gives_what_the_whole_gives(outside_bias: float) -> None:
    model = built(STREAMING)
    plain = model.predict(SENTENCES)
    model.network.outside_bias.fill_(outside_bias)
    assert (model.predict(SENTENCES) != plain) == bool(outside_bias)  # a bias that decides something
    stream = model.stream()
    for sentence, (labels, confidence) in zip(SENTENCES, model.predict_with_confidence(SENTENCES), strict=True):
        stream.reset()
        steps = [stream.push(word) for word in sentence]
        assert [label for label, _ in steps] == labels
        np.testing.assert_allclose([p for _, p in steps], confidence, rtol=1e-5)


def test_a_stream_goes_on_from_its_state_in_another_stream() -> None:
    model = built(STREAMING)
    stream, other = model.stream(), model.stream()
    for word in SENTENCES[0]:
        stream.push(word)
    other.state = stream.state
    assert [other.push(word) for word in SENTENCES[1]] == [stream.push(word) for word in SENTENCES[1]]
    assert other.push("teddy") != model.stream().push("teddy")  # the past counts


def test_confidence_is_the_marginal_of_the_predicted_label() -> None:
    model = built()
    model.network.outside_bias.fill_(1.0)
    answers = model.predict_with_confidence(SENTENCES)
    assert [labels for labels, _ in answers] == model.predict(SENTENCES)
    for (labels, confidence), marginals in zip(answers, model.marginals(SENTENCES), strict=True):
        chosen = [model.y_codec.labels.index(label) for label in labels]
        np.testing.assert_allclose(confidence, marginals[range(len(labels)), chosen], rtol=1e-6)


def test_the_number_of_a_sentence_that_cannot_be_is_the_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unrolled.model.PREDICT_TOKENS", 3)
    with pytest.raises(DataError, match="Sentence 4 of 4 has no words"):
        built().predict([*SENTENCES, ()])


def test_what_waits_for_the_end_cannot_stream() -> None:
    with pytest.raises(SettingsError, match="bidirectional=false and output=softmax"):
        built().stream()


def test_word_vectors_start_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text("teddy 1 2 3 4\nabsent 5 6 7 8\n")
    model = Model.build("ner", PAIRS, SMALL, vectors=path, seed=1)
    plain = built()
    table, other = model.network.embedding.words, plain.network.embedding.words
    assert table is not None
    assert other is not None
    row = model.x_codec.words.index("teddy")
    assert table[row].tolist() == [1, 2, 3, 4]
    rest = torch.arange(len(table)) != row
    assert torch.equal(table[rest], other[rest])
    assert model.vectors_found == 1 / (len(table) - 1)
    path.write_text("absent 5 6 7 8\n")
    with pytest.raises(DataError, match="no vector for any"):
        Model.build("ner", PAIRS, SMALL, vectors=path)
    path.write_text("teddy 1 2 3\n")
    with pytest.raises(SettingsError, match="length 3, word_size 4"):
        Model.build("ner", PAIRS, SMALL, vectors=path)
    with pytest.raises(SettingsError, match="word_size is 0"):
        Model.build("ner", PAIRS, ManyToManySettings(word_size=0), vectors=path)


def test_words_that_only_the_file_of_vectors_knows_keep_theirs(tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text("Rose 9 9 9 9\nzebra 1 2 3 4\n1998 5 6 7 8\nlion 0 0 0 1\n")
    model = Model.build("ner", PAIRS, SMALL, vectors=path, vectors_words=3)
    table, words = model.network.embedding.words, model.x_codec.words
    assert table is not None
    assert table[words.index("zebra")].tolist() == [1, 2, 3, 4]
    assert table[words.index("0000")].tolist() == [5, 6, 7, 8]  # the normal form of 1998
    assert table[words.index("rose")].tolist() == [9, 9, 9, 9]  # by its spelling in the training data
    assert "lion" not in words


def test_there_must_be_something_to_learn_from() -> None:
    with pytest.raises(DataError, match="no training pairs"):
        Model.build("ner", [], SMALL)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"architecture": "many_to_few"}, "many_to_few"),
        ({"labels": ["O", 3]}, "'labels' is not a list of texts"),
        ({"labels": ["O", "O"]}, "token 1"),
        ({"labels": ["O", "FOO"]}, "not those of IOB2"),
        ({"labels": ["O", "B-PER", "I-PER", "B-LOC"]}, "output.Wya"),
        ({"settings": []}, "'settings' is not an object"),
        ({"settings": {"hidden_size": 10**12}}, "at most 100000"),
        ({"settings": {"num_layers": 10**9}}, "at most 100"),
        ({"settings": SMALL.to_dict() | {"hidden_size": 100_000}}, "Wax"),
        ({"settings": {"hiden_size": 5}}, "Did you mean 'hidden_size'"),
        ({"task": 3}, "'task' is not a text"),
    ],
)
def test_a_strangers_settings_are_checked(
    change: dict[str, object], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from unrolled import model_files

    path = saved(built(), tmp_path / "model")
    read = model_files.read_model_files

    def altered(directory: Path) -> model_files.ModelFiles:
        files = read(directory)
        files.config.update(change)
        return files

    monkeypatch.setattr("unrolled.model.read_model_files", altered)
    with pytest.raises(ModelFileError, match=message):
        Model.load(path)
