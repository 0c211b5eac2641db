"""Translator: texts in, texts out; the search is kept, unknown words are copied, alignments have names."""

from pathlib import Path

import numpy as np
import pytest

from unrolled import DataError, Model, Translator
from unrolled.data.answer import Answer
from unrolled.decoding import GREEDY, BeamSettings, Decoding
from unrolled.errors import ModelFileError
from unrolled.pictures import alignment_picture
from unrolled.tasks import TRANSLATION

FEW = {
    "units": "words",
    "hidden_size": 16,
    "embedding_size": 16,
    "decoder_embedding_size": 16,
    "dropout": 0.0,
    "input_dropout": 0.0,
    "learning_rate": 0.01,
    "batch_steps": 24,
    "batch_fraction": 1.0,
    "ema_decay": 0.9,
    "num_threads": 1,
}
WORDS = {"one": "un", "two": "deux", "three": "trois", "four": "quatre"}
X = [f"{a} {b}" for a in WORDS for b in WORDS] * 2
Y = [" ".join(map(WORDS.__getitem__, text.split())) for text in X]


@pytest.fixture(scope="module")
def fitted() -> Translator:
    return Translator(**FEW, epochs=60, beam_size=3).fit(X, Y, dev=(X, Y))


def test_it_learns_and_its_search_is_kept(fitted: Translator, tmp_path: Path) -> None:
    assert fitted.predict(X) == Y
    assert fitted.score(X, Y) == pytest.approx(100)
    fitted.save(tmp_path / "model")
    loaded = Model.load(tmp_path / "model")
    assert loaded.search == fitted.model_.search == BeamSettings(beam_size=3)
    assert loaded.predict(X) == Y


def test_the_n_best_are_different_and_in_order(fitted: Translator) -> None:
    (answer,) = fitted.model_.answers(["two one"], Decoding(n_best=4))
    assert answer.y == answer.others[0][0] == "deux un"
    assert len({y for y, _ in answer.others}) == len(answer.others) == 4
    scores = [log_p for _, log_p in answer.others]
    assert answer.log_p == scores[0] > max(scores[1:])


def test_alignments_have_the_names_of_their_steps(fitted: Translator, tmp_path: Path) -> None:
    (answer,) = fitted.model_.answers(["two one"], Decoding(alignment=True))
    assert answer.steps == (("two", "one", "</s>"), ("deux", "un", "</s>"))
    assert answer.alignment is not None
    np.testing.assert_allclose(answer.alignment.sum(1), 1, atol=1e-6)
    alignment_picture(answer.alignment, *answer.steps, tmp_path / "a.png", title="$two$ שלום")
    assert (tmp_path / "a.png").stat().st_size > 1000
    with pytest.raises(DataError, match=r"\(T_y, T_x\)"):
        alignment_picture(answer.alignment, ("two",), ("deux",), tmp_path / "b.png")


def test_an_unknown_word_is_copied() -> None:
    names = ["Ada", "Bob", "Eve", "Max", "Pia", "Tom"] * 3
    seen = [f"hello {name}" for name in names]
    settings = {**FEW, "min_count": 4, "epochs": 60}
    greeted = [f"bonjour {name}" for name in names]
    model = Translator(**settings).fit(seen, greeted, dev=(seen, greeted))
    # Of two words the one that the network looks at, which nobody taught it; never what stands for an unknown one.
    assert model.predict(["hello Zelda"])[0] in {"bonjour Zelda", "bonjour hello"}


def test_the_epochs_are_measured_greedily_and_the_end_with_the_beam(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[BeamSettings | None] = []
    found = Model.answers

    def answers(self: Model, xs: list[str], decoding: Decoding = GREEDY) -> list[Answer[str]]:  # pyright: ignore[reportArgumentType]
        asked.append(decoding.search)
        return list(found(self, xs, decoding))

    monkeypatch.setattr(Model, "answers", answers)
    Translator(**FEW, epochs=2).fit(X, Y, dev=(X, Y))
    assert asked == [GREEDY, GREEDY, None]


def test_what_is_no_text_is_told() -> None:
    with pytest.raises(DataError, match="Example 2 has the translation ' '"):
        Translator(**FEW).fit(["a", "b"], ["a", " "])


def test_a_search_that_cannot_be_is_not_loaded(fitted: Translator, tmp_path: Path) -> None:
    model = Model(
        fitted.model_.task, fitted.model_.x, fitted.model_.y, fitted.model_.network, BeamSettings(beam_size=2)
    )
    object.__setattr__(model.search, "beam_size", 0)
    model.save(tmp_path / "model", metrics={}, card="")
    with pytest.raises(ModelFileError, match="beam_size"):
        Model.load(tmp_path / "model")


def test_the_bundled_corpora_are_read_without_a_problem() -> None:
    assert TRANSLATION.bundled is not None
    parts = []
    for path in (TRANSLATION.bundled.train, TRANSLATION.bundled.dev, TRANSLATION.bundled.test):
        reading = TRANSLATION.read(path, TRANSLATION.defaults)
        assert not reading.faults(training=True)
        parts.append({pair.x for pair in reading.pairs})
    assert list(map(len, parts)) == [4000, 400, 400]
    assert not parts[0] & (parts[1] | parts[2])
    sentences = TRANSLATION.read(TRANSLATION.bundled.train.with_name("english_french.tsv"), TRANSLATION.defaults)
    assert not sentences.faults(training=True)
    assert len({pair.x for pair in sentences.pairs}) == 1500
