import inspect
import warnings
from pathlib import Path

import numpy as np
import pytest
from estimator_stub import STUB, stub
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score

from unrolled import Classifier, DataError, Model, SettingsError, Tagger
from unrolled.tasks import NER
from unrolled.training import Warned

X = [
    ["Teddy", "Roosevelt", "was", "a", "great", "president"],
    ["Teddy", "bears", "are", "on", "sale"],
    ["Rose", "Okafor", "was", "late"],
    ["Rose", "petals", "are", "cheap"],
] * 5
Y = [
    ["B-PER", "I-PER", "O", "O", "O", "O"],
    ["O", "O", "O", "O", "O"],
    ["B-PER", "I-PER", "O", "O"],
    ["O", "O", "O", "O"],
] * 5


def tagger(**changes: object) -> Tagger:
    return Tagger(epochs=12, hidden_size=8, word_size=8, affix_size=4, learning_rate=0.02).set_params(**changes)


def test_every_setting_is_a_keyword_with_the_same_default() -> None:
    defaults, earlier_names = NER.defaults.to_dict(), {"batch_tokens": None}
    assert Tagger().settings() == defaults
    assert Tagger().get_params() == {**defaults, **earlier_names}
    assert list(inspect.signature(Tagger.__init__).parameters)[1:] == [*defaults, *earlier_names]


def test_it_learns_and_measures() -> None:
    fitted = tagger().fit(X, Y, dev=(X, Y))
    assert fitted.score(X, Y) == 1.0
    assert fitted.predict(X[:2]) == Y[:2]
    report = fitted.evaluate(X, Y)
    assert report.per_type["PER"].num_correct == 10
    assert fitted.classes_ == ["B-PER", "I-PER", "O"]
    assert fitted.report_ is not None
    assert fitted.report_.overall.f1 == max(row["f1"] for row in fitted.history_) == 1.0
    for rows, words in zip(fitted.predict_marginals(X[:4]), X, strict=False):
        assert rows.shape == (len(words), 3)
        np.testing.assert_allclose(rows.sum(1), 1, rtol=1e-5)


def test_a_unidirectional_tagger_gives_teddy_one_label_and_a_bidirectional_one_tells_him_from_the_bears() -> None:
    roosevelt, bears = X[0], X[1]
    for bidirectional in (False, True):
        fitted = tagger(bidirectional=bidirectional, output="softmax").fit(X, Y, dev=(X, Y))
        first, second = (labels[0] for labels in fitted.predict([roosevelt, bears]))
        assert (first != second) == bidirectional


def test_the_same_seed_gives_the_same_weights_bit_for_bit() -> None:
    first, same, other = (tagger(seed=seed, epochs=2).fit(X, Y).predict_marginals(X) for seed in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(first, same, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_scikit_learns_tools_run_on_it() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        search = GridSearchCV(tagger(), {"hidden_size": [4, 8]}, cv=2).fit(X, Y)
        assert search.best_score_ > 0.5
        assert search.best_params_["hidden_size"] in (4, 8)
        assert cross_val_score(tagger(), X, Y, cv=2).shape == (2,)


def test_clone_and_parameters() -> None:
    fitted = tagger(cell="gru").fit(X, Y)
    copy = clone(fitted)
    assert copy.get_params() == fitted.get_params()
    assert not hasattr(copy, "model_")
    with pytest.raises(ValueError, match="Invalid parameter 'hiden_size'"):
        copy.set_params(hiden_size=3)


def test_paths_and_objects_give_the_same(tmp_path: Path) -> None:
    path = tmp_path / "train.conll"
    path.write_text(
        "\n".join("".join(f"{w} {t}\n" for w, t in zip(x, y, strict=True)) for x, y in zip(X, Y, strict=True))
    )
    by_path, by_object = tagger(epochs=2).fit(path), tagger(epochs=2).fit(X, Y)
    assert all(
        np.array_equal(a, b) for a, b in zip(by_path.predict_marginals(X), by_object.predict_marginals(X), strict=True)
    )
    assert by_path.score(path) == by_path.score(X, Y)
    with pytest.raises(DataError, match="Leave out y"):
        tagger().fit(path, Y)


def test_other_schemes_are_converted() -> None:
    bare = [["PER" if label != "O" else "O" for label in labels] for labels in Y]
    assert tagger().fit(X, bare, dev=(X, bare)).predict(X[:2]) == Y[:2]


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (X, None, "20 sentences and no y"),
        (X, Y[:3], "20 sentences and 3 label sequences"),
        ([["a", "b"], ["c"]], [["O", "O"], ["O", "O"]], "Sentence 2 has 1 words and 2 labels"),
        (["a b", "c d"], [["O", "O", "O"], ["O", "O", "O"]], "Sentence 1 is the text 'a b'"),
        ([*X, ["a", "b"]], [*Y, ["O", "I-PER"]], "Sentence 21, word 2"),
        ([["a"]], [["O"]], "1 training sentences, too few"),
        ([], [], "0 training sentences"),
    ],
)
def test_data_that_cannot_be_used_is_named(X: list[list[str]], y: list[list[str]] | None, message: str) -> None:
    with pytest.raises(DataError, match=message):
        tagger().fit(X, y)


def test_settings_are_checked_by_fit_and_predictions_need_one() -> None:
    with pytest.raises(SettingsError, match="hidden_size is 0"):
        tagger(hidden_size=0).fit(X, Y)
    with pytest.raises(NotFittedError, match="Call fit first"):
        tagger().predict(X)


def test_a_saved_tagger_is_a_model_directory(tmp_path: Path) -> None:
    fitted = tagger().fit(X, Y, dev=(X, Y))
    fitted.save(tmp_path / "model")
    model = Model.load(tmp_path / "model")
    assert model.predict(X) == fitted.predict(X)
    card = (tmp_path / "model" / "README.md").read_text()
    assert "20" in card
    assert "hidden_size" in card
    with pytest.raises(NotFittedError):
        tagger().save(tmp_path / "other")


def test_a_fitted_tagger_goes_on_with_new_sentences_and_labels(tmp_path: Path) -> None:
    first = tagger().fit(X, Y, dev=(X, Y))
    assert first.start_ is None
    before = first.predict(X)
    new = [["Rose", "painted", "Guernica"], ["Guernica", "was", "late"]] * 3
    labels = [["B-PER", "O", "B-ART"], ["B-ART", "O", "O"]] * 3
    second = clone(first).set_params(epochs=40).fit(new, labels, dev=(new, labels), start=first.model_)
    assert second.predict(new) == labels
    assert second.classes_ == ["B-ART", "B-PER", "I-PER", "O"]
    assert (second.start_.added, second.start_.absent) == (("B-ART",), ("I-PER",))
    assert (second.start_.num_words_known, second.start_.num_words_added) == (15, 2)
    assert (first.predict(X), first.classes_) == (before, ["B-PER", "I-PER", "O"])
    first.save(tmp_path / "first")
    third = clone(second).fit(new, labels, dev=(new, labels), start=tmp_path / "first")
    assert np.array_equal(third.predict_marginals(new)[0], second.predict_marginals(new)[0])
    third.save(tmp_path / "third")
    assert "Goes on from first: 3 labels known, 1 added: B-ART" in (tmp_path / "third" / "README.md").read_text()
    with pytest.raises(SettingsError, match=r"The model in .*first can only .*: hidden_size is 9, the model has 8"):
        tagger(hidden_size=9).fit(new, labels, start=str(tmp_path / "first"))
    with pytest.raises(SettingsError, match="The model in memory can only"):
        tagger(cell="lstm").fit(new, labels, start=first.model_)
    with pytest.raises(SettingsError, match="a model of the task ner, and the task is sentiment"):
        Classifier().fit(["a b", "c d"], ["good", "bad"], start=first.model_)


def test_settings_without_effect_are_warned_of() -> None:
    with pytest.warns(UserWarning, match="character_encoder has no effect: character_size is 0"):
        tagger(character_encoder="recurrent", epochs=1).fit(X, Y)
    events: list[object] = []
    tagger(word_dropout=0.5, word_size=0, epochs=1).fit(X, Y, on_event=events.append)
    assert [event.message for event in events if isinstance(event, Warned)] == [
        "word_dropout has no effect: word_size is 0."
    ]


def test_the_stub_says_what_the_classes_are() -> None:
    assert STUB.read_text(encoding="utf-8") == stub(), "python tests/estimator_stub.py writes it anew."
    for cls in (Tagger, Classifier):
        own = {name for name in vars(cls) if not name.startswith("_")} - {"task", *cls().get_params()}
        named = own - {"set_fit_request"}  # scikit-learn's own
        assert all(f"def {name}(" in stub() for name in named), named
