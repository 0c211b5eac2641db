"""Taggers and classifiers on what Python programs hold: the right answer, or one error that says where and what."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV

from unrolled import Classifier, DataError, Model, SettingsError, Tagger

SENTENCES = [["Mara", "Voss", "was", "late"], ["Mara", "trees", "are", "old"], ["Bo", "Lind", "won", "."]] * 4
LABELS = [["B-PER", "I-PER", "O", "O"], ["O"] * 4, ["B-PER", "I-PER", "O", "O"]] * 4
NAMES = ("O", "B-PER", "I-PER")
TEXTS = ["a warm, funny film", "dull and far too long", "funny and warm", "too dull"] * 4
OPINIONS = ["good", "bad"] * 8
NAN = float("nan")


def tagger(**changes: Any) -> Any:
    small = {"epochs": 2, "hidden_size": 8, "word_size": 8, "affix_size": 4, "patience": None, "num_threads": 1}
    return Tagger(**{**small, **changes})


def classifier(**changes: Any) -> Any:
    return Classifier(**{"epochs": 2, "hidden_size": 8, "word_size": 8, "num_threads": 1, **changes})


@pytest.fixture(scope="module")
def fitted() -> Any:
    return tagger().fit(SENTENCES, LABELS)


@pytest.fixture(scope="module")
def marginals(fitted: Any) -> list[Any]:
    return fitted.predict_marginals(SENTENCES)


def same(first: Any, second: Any) -> bool:
    return len(first) == len(second) and all(
        np.array_equal(one, other) for one, other in zip(first, second, strict=True)
    )


def rows_of_objects(sequences: list[list[str]]) -> Any:
    """What a column of lists is, out of Parquet."""
    found = np.empty(len(sequences), object)
    found[:] = [np.array(words, object) for words in sequences]
    return found


@pytest.mark.parametrize(
    "made", [iter, lambda rows: (tuple(row) for row in rows), lambda rows: map(iter, rows), np.array, rows_of_objects]
)
def test_a_tagger_takes_sentences_and_labels_in_any_row(made: Any, fitted: Any, marginals: list[Any]) -> None:
    other = tagger().fit(made(SENTENCES), made(LABELS))
    assert same(other.predict_marginals(SENTENCES), marginals)
    assert other.classes_ == fitted.classes_
    assert fitted.predict(made(SENTENCES)) == fitted.predict(SENTENCES)
    assert same(fitted.predict_marginals(made(SENTENCES)), marginals)
    assert fitted.score(made(SENTENCES), made(LABELS)) == fitted.score(SENTENCES, LABELS)
    assert fitted.evaluate(made(SENTENCES), made(LABELS)) == fitted.evaluate(SENTENCES, LABELS)
    by_dev = tagger().fit(SENTENCES, LABELS, dev=(made(SENTENCES), made(LABELS)))
    assert by_dev.report_ == tagger().fit(SENTENCES, LABELS, dev=(SENTENCES, LABELS)).report_


def test_a_model_answers_generators_one_by_one(fitted: Any) -> None:
    model: Model[Any, Any] = fitted.model_
    lines = ["Mara Voss was late", "Bo Lind won ."]
    wanted = [fitted.predict([line.split()])[0] for line in lines]
    for given in ((line.split() for line in lines), map(str.split, lines), iter([line.split() for line in lines])):
        assert model.predict(given) == wanted
    assert fitted.predict(map(str.split, lines)) == wanted
    assert [answer.y for answer in model.answers(map(np.array, map(str.split, lines)))] == wanted
    assert [len(rows) for rows in model.probabilities(map(str.split, lines))] == [4, 4]
    assert fitted.predict(iter(())) == model.predict(iter(())) == []


def test_label_numbers_are_looked_up_in_their_names(fitted: Any, marginals: list[Any]) -> None:
    numbers = [[NAMES.index(label) for label in labels] for labels in LABELS]
    for given in (numbers, [np.array(row) for row in numbers], np.array(numbers), [map(float, row) for row in numbers]):
        named = tagger(label_names=",".join(NAMES)).fit(SENTENCES, given)
        assert same(named.predict_marginals(SENTENCES), marginals)
    assert named.score(SENTENCES, numbers) == fitted.score(SENTENCES, LABELS)
    with pytest.raises(DataError, match=r"Sentence 1 has 1, a number, for the label of word 1.*label_names"):
        tagger().fit(SENTENCES, numbers)
    with pytest.raises(DataError, match=r"Sentence 1 has 1, a number, where label_names has 1 \(O\), for the label"):
        tagger(label_names="O").fit(SENTENCES, numbers)
    stars = [1, 0] * 8
    by_number = classifier(label_names="bad,good").fit(TEXTS, np.array(stars))
    assert by_number.classes_ == ["bad", "good"]
    assert same(by_number.predict_proba(TEXTS), classifier().fit(TEXTS, OPINIONS).predict_proba(TEXTS))
    with pytest.raises(DataError, match=r"Text 1 has the label 1, a number, where label_names has 1 \(bad\)"):
        classifier(label_names="bad").fit(TEXTS, stars)


@pytest.mark.parametrize("wrong", [None, NAN, np.float64("nan"), b"V", 1998, np.int64(3), 0.5, ["V"], ""])
def test_one_error_names_sentence_and_word(wrong: Any, fitted: Any) -> None:
    bad = [*SENTENCES[:2], ["Mara", wrong, "was", "late"], *SENTENCES[3:]]
    for call in (
        lambda: tagger().fit(bad, LABELS),
        lambda: tagger().fit(SENTENCES, LABELS, dev=(bad, LABELS)),
        lambda: fitted.predict(bad),
        lambda: fitted.predict(iter(bad)),
        lambda: fitted.predict_marginals(bad),
        lambda: fitted.score(bad, LABELS),
        lambda: fitted.evaluate(bad, LABELS),
    ):
        with pytest.raises(DataError, match=r"^Sentence 3 has .*word 2"):
            call()
    for call in (lambda: fitted.model_.predict(bad), lambda: list(fitted.model_.answers(iter(bad)))):
        with pytest.raises(DataError, match=r"^Example 3 has .*word 2"):
            call()
    labels = [*LABELS[:2], ["B-PER", wrong, "O", "O"], *LABELS[3:]]
    for call in (lambda: tagger().fit(SENTENCES, labels), lambda: fitted.score(SENTENCES, labels)):
        with pytest.raises(DataError, match=r"^Sentence 3 has .* for the label of word 2"):
            call()


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (SENTENCES[:2], ["O", "O"], "Sentence 1 has the text 'O' for its labels.*as from split"),
        (SENTENCES[:2], [["O"] * 4, None], "Sentence 2 has None, a gap for its labels"),
        ([["Mara"], None], [["O"], ["O"]], "Sentence 2 has None, a gap. Fill the gap"),
        ([["Mara"], {"tokens": ["Bo"]}], [["O"], ["O"]], "Sentence 2 has a dict with the keys 'tokens'"),
        ([["Mara"], {"Bo"}], [["O"], ["O"]], "Sentence 2 has {'Bo'}"),
        ({"tokens": SENTENCES}, LABELS, "X is a dict with the keys 'tokens'. Give a list of sentences"),
        (SENTENCES, "O", "y is the text 'O'. Give a list with the list of labels"),
        (5, LABELS, "X is 5, a number. Give a list of sentences"),
        (iter(SENTENCES), iter(LABELS[:-1]), "12 sentences and 11 label sequences"),
    ],
)
def test_what_is_no_list_of_sentences_is_named(X: Any, y: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        tagger().fit(X, y)


def test_dev_is_a_pair_or_a_path() -> None:
    for wrong in (SENTENCES, 5, (SENTENCES,), {"X": 1}):
        with pytest.raises(DataError, match=r"dev=\(X, y\)"):
            tagger().fit(SENTENCES, LABELS, dev=wrong)


def test_a_classifier_takes_texts_and_labels_in_any_row() -> None:
    whole = classifier().fit(TEXTS, OPINIONS)
    wanted = whole.predict_proba(TEXTS)
    words = [text.replace(",", " ,").split() for text in TEXTS]
    for made in (iter, np.array, lambda rows: np.array(rows, object), lambda rows: (np.str_(row) for row in rows)):
        assert same(classifier().fit(made(TEXTS), made(OPINIONS)).predict_proba(TEXTS), wanted)
        assert same(whole.predict_proba(made(TEXTS)), wanted)
        assert whole.predict(made(TEXTS)) == whole.predict(TEXTS)
        assert whole.score(made(TEXTS), made(OPINIONS)) == whole.score(TEXTS, OPINIONS)
    assert same(whole.predict_proba(map(np.array, words)), wanted)
    numbers = classifier().fit(TEXTS, np.array([1, 0] * 8))
    assert numbers.classes_ == ["0", "1"]
    assert numbers.score(TEXTS, np.array([1.0, 0.0] * 8, np.float32)) == numbers.score(TEXTS, [1, 0] * 8)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        ([*TEXTS[:15], None], OPINIONS, "Text 16 is None, a gap. Fill"),
        ([*TEXTS[:15], NAN], OPINIONS, "Text 16 is nan, a gap. Fill"),
        ([*TEXTS[:15], b"good"], OPINIONS, "Text 16 has b'good', which is bytes"),
        ([*TEXTS[:15], 5], OPINIONS, "Text 16 is 5, a number"),
        ([*TEXTS[:15], ["so", 5]], OPINIONS, "Text 16 has 5, a number, for word 2"),
        (np.array(TEXTS)[:, None], OPINIONS, "Text 1 is a sequence that holds one text.*X.ravel()"),
        (TEXTS, np.array(OPINIONS)[:, None], r"Text 1 has the label an array of shape \(1,\)"),
        (TEXTS, [*OPINIONS[:15], None], "Text 16 has the label None, a gap. Fill"),
        (TEXTS, [*OPINIONS[:15], b"bad"], "Text 16 has the label b'bad', which is bytes"),
        (TEXTS, [*OPINIONS[:15], ["bad"]], "Text 16 has the label .*of the type list"),
        ("good", OPINIONS, "There is no such|no such file|Leave out y"),
        ({"text": TEXTS}, OPINIONS, "X is a dict with the keys 'text'. Give a list of texts"),
    ],
)
def test_what_is_no_text_or_label_is_named(X: Any, y: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        classifier().fit(X, y)


def test_pandas_frames_and_series_are_read_by_their_values(fitted: Any, marginals: list[Any]) -> None:
    pandas = pytest.importorskip("pandas")
    rows = pandas.DataFrame({"words": SENTENCES, "labels": LABELS}).sample(frac=1, random_state=0).sort_index()
    rows.index = range(100, 112)
    other = tagger().fit(rows["words"], rows["labels"])
    assert same(other.predict_marginals(SENTENCES), marginals)
    assert fitted.predict(rows["words"]) == fitted.predict(SENTENCES)
    assert fitted.score(rows["words"], rows["labels"]) == fitted.score(SENTENCES, LABELS)
    tokens = pandas.DataFrame(
        [
            (number, word, label)
            for number, (words, labels) in enumerate(zip(SENTENCES, LABELS, strict=True))
            for word, label in zip(words, labels, strict=True)
        ],
        columns=["sentence", "word", "label"],
    )
    for frame in (rows, tokens):
        for call in (lambda f=frame: tagger().fit(f, LABELS), lambda f=frame: fitted.predict(f)):
            with pytest.raises(DataError, match=r"X is a DataFrame with the columns '.*groupby\('sentence'"):
                call()
    # what the message says
    grouped = list(tokens.groupby("sentence", sort=False)["word"].agg(list))
    assert grouped == SENTENCES
    for gap in (pandas.NA, pandas.NaT, None):
        with pytest.raises(DataError, match=r"Sentence 1 has .*, a gap, for word 2"):
            fitted.predict([["Mara", gap]])
    by_string = pandas.Series(["Mara", pandas.NA], dtype="string")
    with pytest.raises(DataError, match=r"Sentence 1 has .*, a gap, for word 2"):
        fitted.predict([by_string])
    assert fitted.predict([pandas.Series(["Mara", "Voss"], index=[7, 9])]) == fitted.predict([["Mara", "Voss"]])
    whole = classifier().fit(TEXTS, OPINIONS)
    table = pandas.DataFrame({"text": TEXTS, "label": OPINIONS}, index=range(50, 66))
    assert same(classifier().fit(table["text"], table["label"]).predict_proba(TEXTS), whole.predict_proba(TEXTS))
    table["label"] = table["label"].astype("category")
    assert whole.score(table["text"], table["label"]) == whole.score(TEXTS, OPINIONS)
    for frame in (table, table[["text"]]):
        with pytest.raises(DataError, match=r"X is a DataFrame with the columns 'text'.*X\['text'\]"):
            whole.predict(frame)
    with pytest.raises(DataError, match="y is a DataFrame with the columns 'label'"):
        classifier().fit(TEXTS, table[["label"]])
    whole_numbers = pandas.Series([1, 0] * 7 + [1, None])
    with pytest.raises(DataError, match="Text 16 has the label nan, a gap"):
        classifier().fit(TEXTS, whole_numbers)


def test_arrow_arrays_are_read_by_their_values(fitted: Any) -> None:
    arrow = pytest.importorskip("pyarrow")
    table = arrow.table({"words": SENTENCES, "labels": LABELS})
    assert fitted.predict(table["words"]) == fitted.predict(list(table["words"])) == fitted.predict(SENTENCES)
    assert fitted.score(table["words"], table["labels"]) == fitted.score(SENTENCES, LABELS)
    with pytest.raises(DataError, match="X is a Table with the columns 'words', 'labels'"):
        fitted.predict(table)
    with pytest.raises(DataError, match="Sentence 1 has None, a gap, for word 2"):
        fitted.predict(arrow.array([["Mara", None]]))


def test_settings_of_numpy_are_those_of_python(tmp_path: Path, marginals: list[Any]) -> None:
    given = {"hidden_size": np.int64(8), "dropout": np.float32(0.25), "bidirectional": np.True_, "cell": np.str_("gru")}
    plain = {"hidden_size": 8, "dropout": 0.25, "bidirectional": True, "cell": "gru"}
    by_numpy, by_python = tagger(**given).fit(SENTENCES, LABELS), tagger(**plain).fit(SENTENCES, LABELS)
    assert same(by_numpy.predict_marginals(SENTENCES), by_python.predict_marginals(SENTENCES))
    by_numpy.save(tmp_path / "model")
    metrics = json.loads((tmp_path / "model" / "metrics.json").read_text())
    assert {name: metrics["settings"][name] for name in plain} == plain
    assert Model.load(tmp_path / "model").predict(SENTENCES) == by_python.predict(SENTENCES)
    search = GridSearchCV(tagger(), {"hidden_size": np.arange(4, 9, 4), "dropout": np.linspace(0, 0.5, 2)}, cv=2)
    assert search.fit(SENTENCES, LABELS).best_params_["hidden_size"] in (4, 8)
    for wrong in (np.float64(8.5), np.True_, np.array([8]), np.float64("nan")):
        with pytest.raises(SettingsError, match="hidden_size is"):
            tagger(hidden_size=wrong).fit(SENTENCES, LABELS)


@pytest.mark.parametrize(
    ("labels", "name", "message"),
    [
        ([["O"] * 4] * 12, "no_entities", r"^every label is O: there is no entity\. Check that y holds the labels; "),
        ([["O"] * 4, ["B-a=b", *["O"] * 3]] * 6, "odd_types", r"^Sentence 2: y: 1 type with .*'a=b'\. Check how"),
        ([["B-PER", "B-per", "O", "O"]] * 12, "similar_types", r"^Sentence 1: types .* differ in case alone\. Write"),
        ([["O", "B-1", "O", "O"]] * 12, "numbered_labels", r"^Sentence 1: y: the types are .*label_names='O,B-PER"),
    ],
)
def test_labels_that_look_wrong_are_not_trained_on(labels: list[list[str]], name: str, message: str) -> None:
    with pytest.raises(DataError, match=f"{message}.*if it is right, give accept='{name}'"):
        tagger().fit(SENTENCES, labels, dev=(SENTENCES, LABELS))
    Tagger.task.check_python(Tagger.task.of_python(SENTENCES, labels, Tagger.task.defaults), accepting(name))


def accepting(name: str) -> Any:
    return Tagger.task.defaults.replaced({"accept": name})


def test_only_the_training_part_must_have_an_entity(tmp_path: Path) -> None:
    outside = [["O"] * 4] * 12
    model = tagger(epochs=1, calibrate=False).fit(SENTENCES, LABELS, dev=(SENTENCES, outside))
    model.evaluate(SENTENCES, outside)
    file = tmp_path / "outside.conll"
    file.write_text("Mara O\nVoss O\n\ntrees O\nare O\n\nold O\ntrees O\n")
    with pytest.raises(DataError, match=r"every label is O.*accept=no_entities"):
        tagger().fit(file)
