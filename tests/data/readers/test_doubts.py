"""What can be read, and looks wrong: an error until it is settled, or a note."""

from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

import pytest
from reading import checked

from unrolled.data.readers import TaggedReading, read_labelled
from unrolled.data.readers.sentences.doubts import LONG, MANY_RARE, MANY_TYPES
from unrolled.errors import DataError, SettingsError

Names = Callable[[int], str]


def write(folder: Path, content: str, name: str = "a.conll") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def corpus(types: list[str], sentences: int = 1) -> str:
    """A sentence of three words for each type, so many times."""
    return "\n".join(f"Mara B-{kind}\nVoss I-{kind}\nran O\n" for _ in range(sentences) for kind in types)


def named(number: int) -> list[str]:
    return [f"T{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(number)]


GRAVE = {
    "one_word_sentences": ("Mara B-PER\n\nran O\n\nBo B-PER\n", "each of the 3 sentences has one word", "blank line"),
    "long_sentence": ("Mara B-PER\nran O\n" * (LONG // 2), f"a sentence of {LONG:,} tokens", "blank line"),
    "counted_tokens": ("1 B-PER\n2 O\n3 O\n\n1 B-PER\n2 O\n", "the words count 1, 2, 3", "--set token_column=1"),
    "many_types": (corpus(named(MANY_TYPES + 1), 2), f"{MANY_TYPES + 1} types", "--set label_column=N"),
    "odd_types": (corpus(["PER", "name=X"], 2), "such as 'name=X'", "--set label_column=N"),
    "rare_types": (corpus(named(MANY_RARE)) + "\n" + corpus(["PER"], 5), "5 of 6 types occur once", "label_column"),
    "similar_types": (corpus(["PER", "PER", "per"]), "types 'PER' (2) and 'per' (1) differ in case alone", "alike"),
    "numbered_labels": ("Mara 1\nVoss 2\nran 0\nO O\n", "the types are the numbers 1, 2", "--set label_names=O,B-PER"),
    "odd_words": ("Mara,N,B-PER O\nran,V,O O\nin B-X\n", "2 words with a whole row of fields", "Name the file .csv"),
    "no_entities": ("Mara O\nran O\n", "every label is O", "--set label_column=N"),
}


@pytest.mark.parametrize("name", sorted(GRAVE))
def test_a_grave_doubt_is_an_error_until_it_is_settled(tmp_path: Path, name: str) -> None:
    content, found, way_out = GRAVE[name]
    path = write(tmp_path, content)
    with pytest.raises(DataError) as error:
        read_labelled(path).checked(training=True)
    assert found in str(error.value)
    assert way_out in str(error.value)
    assert f"--set accept={name}" in str(error.value)
    assert len(checked(path, accept=name).checked(training=True).pairs) > 0


def test_a_part_without_entities_is_grave_only_where_it_is_trained_on(tmp_path: Path) -> None:
    reading = read_labelled(write(tmp_path, GRAVE["no_entities"][0]))
    assert reading.checked() is reading
    assert any("every label is O" in remark for remark in reading.remarks())


def test_every_doubt_of_the_settings_can_be_met(tmp_path: Path) -> None:
    own = {"offsets"}  # of marked texts, which have tests of their own
    assert set(GRAVE) | own == set(type(read_settings()).doubts)
    with pytest.raises(SettingsError, match=r"'manytypes', which is no doubt .* Did you mean 'many_types'"):
        checked(write(tmp_path, "Mara B-PER\n"), accept="manytypes")


def read_settings():
    from unrolled.data.readers import TaggedSettings

    return TaggedSettings()


@pytest.mark.parametrize(
    ("one", "two", "how"),
    [
        ("LOC", "LOC\u200b", "types 'LOC' (2) and 'LOC<U+200B>' (1) differ in an invisible character (U+200B) alone"),
        ("LOC", "loc", "differ in case alone"),
        ("creative-work", "creative-\u00a0work", "(U+00A0)"),
        ("Café", "Cafe\u0301", "differ in how a character is written"),
    ],
)
def test_types_that_look_alike_are_shown_by_what_differs(tmp_path: Path, one: str, two: str, how: str) -> None:
    with pytest.raises(DataError) as error:
        checked(write(tmp_path, corpus([one, one, two])), accept="odd_types")
    assert how in str(error.value)


@pytest.mark.parametrize(
    ("word", "what"),
    [("\ufeffMara", "'<U+FEFF>Mara'"), ("Ma\tra", "a tab")],
)
def test_words_with_what_no_word_has(tmp_path: Path, word: str, what: str) -> None:
    import json

    content = json.dumps({"tokens": ["In", word], "labels": ["O", "B-PER"]}) + "\n"
    with pytest.raises(DataError, match="odd_words") as error:
        checked(write(tmp_path, content, "a.jsonl"))
    assert what in str(error.value)


def light(reading: TaggedReading) -> list[str]:
    return [doubt.found for doubt in reading.doubts if doubt.grave == "never"]


def test_light_doubts_are_notes(tmp_path: Path) -> None:
    reading = checked(write(tmp_path, corpus(["PER", "LOC"], 30) + "\n" + corpus(["EVT"])))
    assert light(reading) == ["1 type with one entity: 'EVT'"]
    reading = checked(write(tmp_path, corpus(["PER"]) + "so\u200bft B-X\nran O\n"))
    assert light(reading) == ["1 word with an invisible character, such as 'so<U+200B>ft'"]
    reading = checked(write(tmp_path, corpus(["PER"], 70) + "Dubbz\ufeff B-X\nran O\n"))  # as WNUT 2017 has one
    assert light(reading)[0] == "1 word with a byte-order mark (U+FEFF), such as 'Dubbz<U+FEFF>'"
    reading = checked(write(tmp_path, "Mara B-PER\nran O\n" * (LONG // 2) + "\n" + corpus(["PER"], LONG)))
    assert light(reading) == [f"a sentence of {LONG:,} tokens"]


@pytest.mark.parametrize(
    "content",
    [
        "Mara B-PER\n\nran O\n",  # two sentences of a word
        "1 B-CARDINAL\nof O\n3 B-CARDINAL\n",  # numbers that do not count
        "1 B-CARDINAL\n\n1 B-CARDINAL\nof O\n",
        corpus(["PER", "LOC", "ORG", "MISC"]),  # small, so that each type occurs once
        corpus(["person/artist", "person-other", "product.car", "B2B", "art"], 2),
        corpus(named(66), 3),
        "👩\u200d🚀 O\nMara B-PER\n10,000 O\n1;2 O\n:-; O\n",
    ],
)
def test_sound_files_raise_no_doubt(tmp_path: Path, content: str) -> None:
    reading = read_labelled(write(tmp_path, content))
    assert reading.faults(training=True) == []
    assert reading.doubts == ()


# Rare, with one meaning: read so, told, and an error where it is asked to be.


def large(strays: int, of: int) -> str:
    sound = list(islice(cycle(["Mara B-PER\nVoss I-PER\nran O\n", "it O\nran O\n"]), 2 * (of - strays)))
    return "\n".join(["in O\nRome I-LOC\n"] * strays + sound)


def test_a_few_stray_labels_in_a_large_file_are_read_as_conlleval_does(tmp_path: Path) -> None:
    path = write(tmp_path, large(2, 1000))
    reading = checked(path)
    assert reading.pairs[0].y == ("O", "B-LOC")
    (note,) = reading.notes
    assert note.startswith(f"{path}:2: 2 labels I- that continue nothing (rare): read as the beginning of an entity")
    with pytest.raises(DataError, match=r":2: I-LOC follows O.* 2 of this kind: lines 2, 5\."):
        checked(path, strict=True)


def test_many_stray_labels_stay_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"10 of this kind: lines 2, 5, 8 and 7 more\."):
        checked(write(tmp_path, large(10, 1000)))


def test_an_entity_that_was_cut_between_two_sentences(tmp_path: Path) -> None:
    path = write(tmp_path, "the O\ncities O\n. B-LOC\n\nSan I-LOC\nMarco I-LOC\nis O\n")
    reading = checked(path)
    assert [pair.y for pair in reading.pairs] == [("O", "O", "B-LOC"), ("B-LOC", "I-LOC", "O")]
    assert "an entity goes on from one sentence to the next" in reading.notes[0]
    with pytest.raises(DataError, match=":5: I-LOC follows the start"):
        checked(path, strict=True)
    with pytest.raises(DataError, match=":3: I-LOC follows the start"):  # another type: nothing goes on
        checked(write(tmp_path, ". B-PER\n\nSan I-LOC\nMarco I-LOC\n\nBo B-PER\n"))


@pytest.mark.parametrize(("wrong", "name"), [("0", "the digit 0"), ("o", "a small o")])
def test_what_is_meant_for_the_letter_o_is_read_and_told_once(tmp_path: Path, wrong: str, name: str) -> None:
    path = write(tmp_path, f"Uber B-ORG\nopened {wrong}\nin {wrong}\nLima B-LOC\n\nNora B-PER\nleft {wrong}\n")
    reading = checked(path)
    assert [pair.y for pair in reading.pairs] == [("B-ORG", "O", "O", "B-LOC"), ("B-PER", "O")]
    assert reading.notes == (
        f"{path}:2: {name} stands 3 times where O, the capital letter, is meant; it is read as O.",
    )
    with pytest.raises(DataError, match=rf":2: {name} stands 3 times"):
        checked(path, strict=True)
