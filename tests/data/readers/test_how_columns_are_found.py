"""What was taken for what: by a header, by what the columns hold, and as it is told."""

from pathlib import Path

import pytest
from reading import checked

from unrolled.data.readers import TaggedReading, TaggedSettings, read_labelled
from unrolled.errors import DataError, SettingsError
from unrolled.runs.account import account
from unrolled.tasks import NER

MARA = [(("Mara", "Voss", "ran"), ("B-PER", "I-PER", "O")), (("Bo", "ran"), ("B-PER", "O"))]


def write(folder: Path, content: str | bytes, name: str = "a.conll") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def sentences(reading: TaggedReading) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    return [(pair.x, pair.y) for pair in reading.pairs]


@pytest.mark.parametrize(
    ("name", "content", "tokens", "labels"),
    [
        # The column before the words counts, in every sentence.
        ("a.conll", "1 Mara N B-PER\n2 Voss N I-PER\n3 ran V O\n\n1 Bo N B-PER\n2 ran V O\n",
         "1 (column 0 counts)", "3"),
        # What stands last are no labels.
        ("a.conll", "Mara B-PER d1\nVoss I-PER d1\nran O d1\n\nBo B-PER d2\nran O d2\n", "0", "1"),
        # The labels stand first.
        ("a.bio", "B-PER\tMara\nI-PER\tVoss\nO\tran\n\nB-PER\tBo\nO\tran\n", "1", "0"),
        # Nested labels: the outer ones, with more of the same types, stand before the inner ones.
        (
            "germeval.tsv",
            "#\thttp://x.org/1\t[2010]\t\n1\tMara\tB-PER\tO\n2\tVoss\tI-PER\tO\n3\tran\tO\tO\n\n"
            "#\thttp://x.org/2\t[2010]\t\n1\tBo\tB-PER\tB-PER\n2\tran\tO\tO\n",
            "1 (column 0 counts)",
            "2",
        ),
        # Chunks are no outer labels of entities: other types.
        ("a.conll", "Mara I-NP B-PER\nVoss I-NP I-PER\nran I-VP O\n\nBo I-NP B-PER\nran I-VP O\n", "0", "2"),
        # A document's name in each row.
        ("a.conll", "d7 Mara B-PER\nd7 Voss I-PER\nd7 ran O\n\nd7 Bo B-PER\nd7 ran O\n",
         "1 (column 0 does not change in a sentence)", "2"),
        # A header whatever its names.
        ("a.csv", "w,y\nMara,B-PER\nVoss,I-PER\nran,O\n\nBo,B-PER\nran,O\n", '0 "w"', '1 "y"'),
        # No header: its first row is no name.
        ("a.csv", "Mara,B-PER\nVoss,I-PER\nran,O\n\nBo,B-PER\nran,O\n", "0", "1"),
        ("a.csv", "Mara\tB-PER\tO\nVoss\tI-PER\tO\nran\tO\tO\n\nBo\tB-PER\tO\nran\tO\tO\n", "0", "1"),
        ("a.csv", "words,tags\nMara,B-PER\nVoss,I-PER\nran,O\n,\nBo,B-PER\nran,O\n", '0 "words"', '1 "tags"'),
        # A sentence a row: the words are in `Sentence`, not in `Sentence #`.
        (
            "ner.csv",
            "Sentence #,Sentence,POS,Tag\n"
            "Sentence: 1,Mara Voss ran,\"['N', 'N', 'V']\",\"['B-PER', 'I-PER', 'O']\"\n"
            "Sentence: 2,Bo ran,\"['N', 'V']\",\"['B-PER', 'O']\"\n",
            '1 "Sentence"',
            '3 "Tag"',
        ),
        # The labels are the value of a key in the last column of CoNLL-U.
        (
            "a.conllu",
            "# sent_id = 1\n1\tMara\t_\tname=B-PER\n2\tVoss\t_\tSpaceAfter=No|name=I-PER\n3\tran\t_\tname=O\n\n"
            "1\tBo\t_\tname=B-PER\n2\tran\t_\tname=O\n",
            "1 (column 0 counts)",
            "3, name=",
        ),
    ],
)  # fmt: skip
def test_the_likelier_columns_are_taken_and_told(
    tmp_path: Path, name: str, content: str, tokens: str, labels: str
) -> None:
    reading = read_labelled(write(tmp_path, content, name))
    assert sentences(reading) == MARA
    assert reading.faults(training=True) == []
    assert reading.taken["tokens"] == f"column {tokens}"
    assert reading.taken["labels"] == f"column {labels}, IOB2"


def test_the_account_is_two_lines_with_the_first_example(tmp_path: Path) -> None:
    path = write(tmp_path, "id,word,tag\n1,Mara,B-PER\n1,Voss,I-PER\n1,ran,O\n2,Bo,B-PER\n2,ran,O\n", "a.csv")
    assert account(NER, read_labelled(path)) == (
        f'{path}: tokens: column 1 "word" · labels: column 2 "tag", IOB2 · '
        'sentences: column 0 "id" changes · 2 sentences, 5 tokens, 1 type',
        "first, line 2: Mara/B-PER Voss/I-PER ran/O",
    )
    assert account(NER, read_labelled(write(tmp_path, ""))) == ()


@pytest.mark.parametrize(
    ("content", "note", "way", "entity"),
    [
        ("Mara B-PER B-X\nran O O\n\nBo B-PER O\nran O O\n", "column 1 (B-PER, O) looks like labels, too",
         {"label_column": 1}, "B-PER"),
        ("Mara B-PER d1\nran O d1\n\nBo B-PER d2\nran O d2\n", "labels are in column 1, not in the last one (d1, d2)",
         {"label_column": 2, "scheme": "bare", "accept": "no_outside"}, "B-d1"),
    ],
)  # fmt: skip
def test_the_other_reading_is_named_with_its_setting(
    tmp_path: Path, content: str, note: str, way: dict, entity: str
) -> None:
    path = write(tmp_path, content)
    (told,) = read_labelled(path).remarks()
    assert note in told
    assert f"--set label_column={way['label_column']}" in told
    assert checked(path, **way).pairs[0].y[0] == entity


def test_a_header_that_is_none_and_the_reverse_can_be_said(tmp_path: Path) -> None:
    path = write(tmp_path, "Mara,B-PER\nran,O\n", "a.csv")
    assert "no header: its first row (Mara, B-PER) is read as data (--set header=true" in read_labelled(path).notes[0]
    assert checked(path, header=True, accept="no_entities").pairs[0].x == ("ran",)
    path = write(tmp_path, "w,y\n" + "Mara,B-PER\nran,O\n" * 5, "b.csv")
    assert ":1: the first row (w, y) names the columns" in read_labelled(path).notes[0]
    with pytest.raises(DataError, match=r"b\.csv:1: the label 'y'"):
        checked(path, header=False)


@pytest.mark.parametrize(
    ("rows", "marks"),
    [
        ("#doc1\n{}\n#doc2\n{}", [1, 6]),
        ("# file:\tF_1\n# url:\thttp://x\n{}\n{}", [1]),
        ("###MEDLINE:95369245\n\n{}\n###MEDLINE:95369246\n\n{}", [1]),
        ("#begin document (a/b); part 000\n{}\n#end document\n#begin document (c)\n{}", [1]),
        ("# newdoc\n# id 1\n{}\n# newdoc\n{}", [1]),
        ("# text = Mara Voss ran\n{}\n# text = Bo ran\n{}", [1]),
    ],
)
def test_marks_and_comments_in_all_spellings_are_no_words(tmp_path: Path, rows: str, marks: list[int]) -> None:
    path = write(tmp_path, rows.format("Mara B-PER\nVoss I-PER\nran O\n", "Bo B-PER\nran O\n"))
    reading = read_labelled(path)
    assert sentences(reading) == MARA
    assert reading.problems == []
    assert reading.notes[0].startswith(f"{path}:{marks[0]}: ")
    assert "taken for no token" in reading.notes[0]
    with pytest.raises(DataError, match="is no token"):
        checked(path, strict=True)


def test_hashes_that_are_words_stay_words(tmp_path: Path) -> None:
    reading = checked(write(tmp_path, "#ff O\n# O\nMara B-PER\n#tag O\n"))
    assert reading.pairs[0].x == ("#ff", "#", "Mara", "#tag")
    assert reading.notes == ()


def test_ranges_of_conll_u_are_no_words(tmp_path: Path) -> None:
    path = write(tmp_path, "1\tVamos\tO\n2-3\tno\t_\n2\tem\tO\n3\to\tO\n4\tRio\tB-LOC\n4.1\tx\t_\n", "a.conllu")
    reading = read_labelled(path)
    assert sentences(reading) == [(("Vamos", "em", "o", "Rio"), ("O", "O", "O", "B-LOC"))]
    assert reading.problems == []
    assert "2 lines with the number of several tokens" in reading.notes[0]


def test_kaggles_table_of_tokens_in_its_own_encoding(tmp_path: Path) -> None:
    content = "Sentence #,Word,POS,Tag\nSentence: 1,José,NNP,B-per\n,ran,VBD,O\nSentence: 2,Bo,NNP,B-per\n"
    path = write(tmp_path, content.encode("cp1252"), "ner_dataset.csv")
    with pytest.raises(DataError, match=r":2: byte .* give --set encoding=cp1252"):
        checked(path)
    assert [pair.x for pair in checked(path, encoding="cp1252").pairs] == [("José", "ran"), ("Bo",)]
    for wrong in ("latin9000", "utf-16"):
        with pytest.raises(SettingsError, match=wrong):
            checked(path, encoding=wrong)


@pytest.mark.parametrize(
    ("name", "content", "setting", "value"),
    [
        ("a.conll", "Mara B-PER\n", "label_names", "O,B-PER"),
        ("a.jsonl", '{"tokens": ["Mara"], "labels": ["B-PER"]}\n', "sentence_column", 0),
        ("a.jsonl", '{"tokens": ["Mara"], "labels": ["B-PER"]}\n', "header", True),
        ("a.csv", "tokens,labels\nMara ran,B-PER O\n", "sentence_column", "doc"),
    ],
)
def test_a_setting_without_effect_is_refused(tmp_path: Path, name: str, content: str, setting: str, value) -> None:
    path = write(tmp_path, content, name)
    checked(path)
    with pytest.raises(SettingsError, match=rf"{setting} has no effect on .*{name}"):
        checked(path, **{setting: value})


def test_numbers_of_a_conll_file_take_their_names(tmp_path: Path) -> None:
    path = write(tmp_path, "Mara 1\nVoss 2\nran 0\n")
    assert sentences(checked(path, label_names="O,B-PER,I-PER")) == MARA[:1]


def test_a_column_may_tell_the_sentences_of_a_conll_file_apart(tmp_path: Path) -> None:
    path = write(tmp_path, "1 Mara B-PER\n1 Voss I-PER\n1 ran O\n2 Bo B-PER\n2 ran O\n")
    assert sentences(checked(path, sentence_column=0, token_column=1)) == MARA


def test_a_cell_in_brackets_is_a_word_where_the_others_are_no_lists(tmp_path: Path) -> None:
    rows = "".join(f"Mara ran {word},B-PER O O\n" for word in "abcdefghijklmno")
    path = write(tmp_path, f"tokens,labels\n{rows}['a'],O\n", "a.csv")
    assert checked(path).pairs[-1].x == ("['a']",)


def test_the_name_of_a_sentence_that_comes_back_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "sent_id,word,tag\n1,Mara,B-PER\n2,Bo,B-PER\n2,sat,O\n1,ran,O\n", "a.csv")
    reading = checked(path)
    assert [pair.x for pair in reading.pairs] == [("Mara",), ("Bo", "sat"), ("ran",)]
    assert f"{path}:5: 1 time the name of a sentence comes back after another's, such as '1'" in reading.notes[0]


CONLL_2012 = """#begin document (bc/x); part 000
bc/x 0 0 Mara NNP (TOP(S(NP* - - - A (PERSON* (ARG0* -
bc/x 0 1 Voss NNP *) - - - A *) *) -
bc/x 0 2 ran VBD (VP*))) run 01 1 A * (V*) -

bc/x 0 0 Bo NNP (TOP(S(NP*) - - - A (PERSON) (ARG0*) * (4)
bc/x 0 1 ran VBD (VP*))) run 01 1 A * (V*) (ARG1*) -

#end document
"""


def test_labels_in_brackets_of_conll_2012(tmp_path: Path) -> None:
    reading = read_labelled(write(tmp_path, CONLL_2012, "x.v4_gold_conll"))
    assert [pair.y for pair in reading.pairs] == [("B-PERSON", "I-PERSON", "O"), ("B-PERSON", "O")]
    assert [pair.x for pair in reading.pairs] == [x for x, _ in MARA]
    assert reading.faults(training=True) == []
    assert "labels: column 10, in brackets" in f"labels: {reading.taken['labels']}"


def test_a_key_of_misc_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no cell of column 3 has x="):
        checked(write(tmp_path, "1\tMara\t_\tname=B-PER\n2\tran\t_\tname=O\n", "a.conllu"), label_column="MISC:x")


def test_of_two_columns_that_are_not_there_both_are_named(tmp_path: Path) -> None:
    reading = read_labelled(write(tmp_path, "Mara B-PER\n"), TaggedSettings(token_column=7, label_column=8))
    assert [problem.found[:17] for problem in reading.problems] == ["token_column is 7", "label_column is 8"]
