from pathlib import Path

import pytest

from unrolled.errors import DataError, SettingsError
from unrolled.runs.parts import read_data
from unrolled.tasks import NER, SENTIMENT

DEFAULTS = NER.defaults


def test_without_files_the_bundled_corpus_is_read() -> None:
    data = read_data(NER, None, None, DEFAULTS)
    assert data.bundled
    assert [part.name for part in data.parts] == ["train", "dev", "test"]
    assert len(data.train.pairs) >= 1000
    assert data.notes(NER) == []


def test_a_dev_part_is_set_aside_by_seed_and_said_so(corpus: Path) -> None:
    path = corpus / "train.conll"
    settings = [NER.defaults.replaced({"seed": seed, "dev_fraction": 0.25}) for seed in (0, 0, 1)]
    first, again, other = (read_data(NER, path, None, each) for each in settings)
    assert (len(first.train.pairs), len(first.dev.pairs), first.test) == (6, 2, None)
    assert first.dev.pairs == again.dev.pairs
    assert first.dev.pairs != other.dev.pairs
    assert not set(first.train.pairs) & set(first.dev.pairs)
    assert first.notes(NER) == [
        f"No dev file was given: 25% of {path}, drawn by seed 0, is set aside as the dev part: 2 sentences."
    ]


def test_a_dev_file_needs_a_training_file(corpus: Path) -> None:
    with pytest.raises(SettingsError, match="no training file"):
        read_data(NER, None, corpus / "dev.conll", DEFAULTS)


def test_one_sentence_is_too_few_to_set_some_aside(tmp_path: Path) -> None:
    (tmp_path / "one.conll").write_text("Ada B-PER\nspoke O\n")
    with pytest.raises(DataError, match=r"one\.conll has one sentence"):
        read_data(NER, tmp_path / "one.conll", None, DEFAULTS)


def test_another_scheme_and_a_dev_file_that_is_the_training_file_are_noted(tmp_path: Path) -> None:
    path = tmp_path / "bare.conll"
    path.write_text("Ada PER\nspoke O\n\nHe O\nmet O\nAda PER\nLovelace PER\n")
    data = read_data(NER, path, path, DEFAULTS)
    assert data.train.pairs[1].y == ("O", "O", "B-PER", "I-PER")
    notes = " ".join(data.notes(NER))
    assert "bare types; they were converted to IOB2" in notes
    assert "is the training file" in notes


def test_labels_of_texts_that_only_the_dev_part_has_are_noted(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("text,label\nso good,pos\nso bad,neg\n")
    (tmp_path / "dev.csv").write_text("text,label\nso late,odd\nso hot,pos\n")
    data = read_data(SENTIMENT, tmp_path / "train.csv", tmp_path / "dev.csv", SENTIMENT.defaults)
    assert data.notes(SENTIMENT) == ["The dev part has odd, which the training part lacks: no model of it can find it."]
    same = read_data(SENTIMENT, tmp_path / "dev.csv", tmp_path / "dev.csv", SENTIMENT.defaults)
    assert not any("lacks" in note for note in same.notes(SENTIMENT))


def test_one_label_is_an_error_in_training_and_a_note_of_the_dev_part(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("text,label\nso good,pos\nso warm,pos\n")
    (tmp_path / "two.csv").write_text("text,label\nso good,pos\nso bad,neg\n")
    with pytest.raises(DataError, match="every text has the label 'pos'"):
        read_data(SENTIMENT, tmp_path / "one.csv", tmp_path / "two.csv", SENTIMENT.defaults)
    data = read_data(SENTIMENT, tmp_path / "two.csv", tmp_path / "one.csv", SENTIMENT.defaults)
    assert "every text has the label 'pos'" in data.notes(SENTIMENT)[0]


SPEAKERS = "speaker,text,label\n" + "".join(
    f"{'abcde'[i % 5]},so {'good' if i % 2 else 'bad'} {i},{'pos' if i % 2 else 'neg'}\n" for i in range(30)
)


def test_a_dev_part_drawn_by_group_has_no_group_of_the_training_part(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(SPEAKERS)
    settings = SENTIMENT.defaults.replaced({"group": "speaker", "dev_fraction": 0.4})
    data = read_data(SENTIMENT, tmp_path / "a.csv", None, settings)
    assert len(data.dev.pairs) == 12
    assert not {*data.train.groups} & {*data.dev.groups}
    assert data.dev.facts["groups"] == "5"
    assert data.dev.places[0].startswith(f"{tmp_path / 'a.csv'}:")
    assert data.notes(SENTIMENT)[0] == (
        f"No dev file was given: 40% of {tmp_path / 'a.csv'}, drawn by speaker and seed 0, is set aside as the dev "
        "part: 12 texts of 2 of 5 groups."
    )


def test_the_same_subject_in_the_training_file_and_in_the_dev_file_is_noted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(SPEAKERS)
    (tmp_path / "b.csv").write_text("speaker,text,label\nzoe,quite good,pos\nb,quite bad,neg\nb,so so,pos\n")
    settings = SENTIMENT.defaults.replaced({"group": "speaker"})
    (note,) = read_data(SENTIMENT, tmp_path / "a.csv", tmp_path / "b.csv", settings).notes(SENTIMENT)
    assert note.startswith("Speaker 'b' on both sides: they are in the training part, too, and 2 of 3 texts")
    assert f"{tmp_path / 'b.csv'}:3" in note
