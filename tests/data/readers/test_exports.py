"""What is particular to each annotation tool's files."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from data.readers.exports import entities, write_json
from reading import checked

from unrolled.data.readers import TaggedSettings, read_labelled
from unrolled.errors import DataError, SettingsError


def write(folder: Path, *records: object) -> Path:
    return write_json(folder / "a.jsonl", records)


def write_list(folder: Path, *records: object) -> Path:
    path = folder / "a.json"
    path.write_text(json.dumps(list(records), indent=1), encoding="utf-8")
    return path


def notes(path: Path, **settings: Any) -> str:
    return "\n".join(checked(path, **settings).notes)


def task(*results: Mapping[str, object], **more: object) -> dict[str, object]:
    return {"data": {"text": "Ann Lee sat."}, "annotations": [{"result": list(results)}], **more}


def result(start: int, end: int, text: str, kind: str = "PER", name: str = "label") -> dict[str, object]:
    return {
        "from_name": name,
        "type": "labels",
        "value": {"start": start, "end": end, "text": text, "labels": [kind]},
    }


# doccano


def test_doccano_numbers_of_labels_are_named(tmp_path: Path) -> None:
    record = {"id": 1, "text": "Ann sat.", "annotations": [{"label": 2, "start_offset": 0, "end_offset": 3, "user": 1}]}
    path = write(tmp_path, record)
    with pytest.raises(DataError, match="label_names="):
        checked(path)
    assert entities(checked(path, label_names="-,LOC,PER")) == [("Ann", "PER")]
    with pytest.raises(DataError, match="a type is 2, and there are 2 label_names"):
        checked(path, label_names="LOC,PER")


def test_doccano_relations_are_left_out_and_counted(tmp_path: Path) -> None:
    spans = [{"id": 1, "label": "PER", "start_offset": 0, "end_offset": 3}]
    path = write(
        tmp_path, {"text": "Ann sat.", "entities": spans, "relations": [{"from_id": 1, "to_id": 1, "type": "is"}]}
    )
    assert "a.jsonl:1: 1 relation left out." in notes(path)
    assert checked(path).taken["format"] == "doccano's JSON"


def test_doccano_older_key_of_the_text_and_no_spans(tmp_path: Path) -> None:
    path = write(
        tmp_path, {"id": 1, "data": "Ann sat.", "label": [[0, 3, "PER"]]}, {"id": 2, "data": "So.", "label": []}
    )
    reading = checked(path)
    assert [(pair.x, pair.y) for pair in reading.pairs] == [
        (("Ann", "sat", "."), ("B-PER", "O", "O")),
        (("So", "."), ("O", "O")),
    ]
    assert reading.taken["labels"] == 'key "label", character offsets, IOB2'


# Label Studio


def test_label_studio_older_key_and_results_of_other_kinds(tmp_path: Path) -> None:
    choice = {"from_name": "tone", "type": "choices", "value": {"choices": ["good"]}}
    old = {"data": {"text": "Ann Lee sat."}, "completions": [{"result": [result(0, 7, "Ann Lee"), choice]}]}
    path = write_list(tmp_path, old)
    assert entities(checked(path)) == [("AnnLee", "PER")]
    assert '1 result of "tone" (choices), left out' in notes(path)


def test_label_studio_takes_one_annotation_of_several_and_leaves_out_what_has_none(tmp_path: Path) -> None:
    first, truth = {"result": [result(0, 3, "Ann")]}, {"result": [result(0, 7, "Ann Lee")], "ground_truth": True}
    skipped = {"result": [], "was_cancelled": True}
    tasks = [
        task(annotations=[first, truth]),
        task(annotations=[]),
        task(annotations=[skipped]),
        task(annotations=[first]),
    ]
    path = write_list(tmp_path, *tasks)
    assert entities(checked(path)) == [("AnnLee", "PER"), ("Ann", "PER")]
    said = notes(path)
    assert "1 task with annotations of several people" in said
    assert "1 task without annotation, left out" in said
    assert "1 task that was skipped, left out" in said


def test_label_studio_text_under_another_key_and_labels_of_one_control(tmp_path: Path) -> None:
    both = [result(0, 3, "Ann"), result(4, 7, "Lee", "X", name="other")]
    record = {"data": {"id": "a b c d e f g h", "review": "Ann Lee sat."}, "annotations": [{"result": both}]}
    path = write_list(tmp_path, record)
    assert entities(checked(path, token_column="review", label_column="label")) == [("Ann", "PER")]
    with pytest.raises(DataError, match="token_column=KEY"):
        checked(path, token_column="body")


def test_label_studio_says_what_differs(tmp_path: Path) -> None:
    tasks = [task(result(0, 3, "Ann")), task(result(4, 7, "Bob")), task(result(1, 3, "Lee"))]
    reading = read_labelled(write_list(tmp_path, *tasks))
    assert [problem.kind for problem in reading.problems] == ["spans whose text differs"] * 2
    assert "holds 'Lee', but the file says 'Bob'" in reading.problems[0].found
    assert len(reading.pairs) == 1


def test_utf16_offsets_are_detected_by_the_spans_texts(tmp_path: Path) -> None:
    record = {
        "data": {"text": "😀 Ann 👍 Lee"},
        "annotations": [{"result": [result(3, 6, "Ann"), result(10, 13, "Lee")]}],
    }
    path = write_list(tmp_path, record)
    reading = checked(path)
    assert entities(reading) == [("Ann", "PER"), ("Lee", "PER")]
    assert reading.taken["labels"] == 'results "label", offsets in UTF-16 code units, IOB2'
    assert "the offsets count UTF-16 code units" in reading.notes[0]


def test_utf16_offsets_without_texts_are_doubted(tmp_path: Path) -> None:
    path = write(tmp_path, {"text": "😀 Ann 👍 Lee", "label": [[3, 6, "PER"], [10, 13, "PER"]]})
    reading = read_labelled(path)
    assert [doubt.name for doubt in reading.doubts] == ["offsets"]
    assert "--set offsets=utf16" in str(reading.doubts[0].problem("a"))
    assert entities(checked(path, offsets="utf16")) == [("Ann", "PER"), ("Lee", "PER")]


def test_bytes_on_request(tmp_path: Path) -> None:
    path = write(tmp_path, {"text": "né Ann", "label": [[4, 7, "PER"]]})
    assert entities(checked(path, offsets="bytes")) == [("Ann", "PER")]
    with pytest.raises(DataError, match="does not fit the text"):
        checked(write(tmp_path, {"text": "né Ann", "label": [[2, 7, "PER"]]}), offsets="bytes")  # within the é


def test_line_ends_that_the_tool_knew_otherwise(tmp_path: Path) -> None:
    text = "So.\r\nAnn sat.\r\nLee too."
    record = {"data": {"text": text}, "annotations": [{"result": [result(4, 7, "Ann"), result(13, 16, "Lee")]}]}
    path = write_list(tmp_path, record)
    assert entities(checked(path)) == [("Ann", "PER"), ("Lee", "PER")]
    assert "line ends of 1" in notes(path)


# Prodigy


def test_prodigy_leaves_out_what_was_rejected_or_ignored(tmp_path: Path) -> None:
    spans = [{"start": 0, "end": 3, "token_start": 0, "token_end": 0, "label": "PER"}]
    answers = ("accept", "reject", "reject", "ignore")
    path = write(tmp_path, *({"text": "Ann sat.", "spans": spans, "answer": answer} for answer in answers))
    reading = checked(path)
    assert (reading.lines, entities(reading)) == ([1], [("Ann", "PER")])
    assert "a.jsonl:2: 2 examples that the annotator rejected, left out." in notes(path)
    assert "a.jsonl:4: 1 example that the annotator ignored, left out." in notes(path)


def test_answers_of_another_kind_are_not_those_of_prodigy(tmp_path: Path) -> None:
    path = write(tmp_path, {"text": "Ann sat.", "spans": [[0, 3, "PER"]], "answer": "Ann"})
    assert "format" not in checked(path).taken


def test_prodigy_tokens_are_taken_and_inclusive_token_ends(tmp_path: Path) -> None:
    tokens = [{"text": "Ann-Lee", "start": 0, "end": 7, "id": 0}, {"text": "sat.", "start": 8, "end": 12, "id": 1}]
    spans = [{"start": 0, "end": 7, "token_start": 0, "token_end": 0, "label": "PER"}]
    path = write(tmp_path, {"text": "Ann-Lee sat.", "tokens": tokens, "spans": spans, "answer": "accept"})
    assert checked(path).pairs[0].x == ("Ann-Lee", "sat.")
    tokens, spans = ["Ann", "Lee", "sat"], [{"token_start": 0, "token_end": 1, "label": "PER"}]
    path = write(tmp_path, {"tokens": tokens, "spans": spans, "answer": "accept"})
    assert entities(checked(path)) == [("AnnLee", "PER")]


def test_prodigy_yes_or_no_questions_are_told(tmp_path: Path) -> None:
    record = {
        "text": "Ann sat.",
        "spans": [{"start": 0, "end": 3, "label": "PER"}],
        "_view_id": "ner",
        "answer": "accept",
    }
    assert "yes-or-no question" in notes(write(tmp_path, record))


# spaCy


def test_spacy_sentences_are_those_of_the_file(tmp_path: Path) -> None:
    text = "Ann sat. Lee\nran."
    record = {
        "text": text,
        "ents": [{"start": 0, "end": 3, "label": "PER"}],
        "sents": [{"start": 0, "end": 8}, {"start": 9, "end": 17}],
        "tokens": [
            {"id": i, "start": s, "end": e} for i, (s, e) in enumerate([(0, 3), (4, 8), (9, 12), (12, 13), (13, 17)])
        ],
    }
    reading = checked(write(tmp_path, record))
    assert [pair.x for pair in reading.pairs] == [("Ann", "sat."), ("Lee", "ran.")]
    assert reading.taken["sentences"] == "as the file gives them"


def test_spacy_pairs_in_an_object_of_an_annotator(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    pairs = [["Ann sat.", {"entities": [[0, 3, "PER"]]}], None, ["So.", {"entities": []}]]
    path.write_text(json.dumps({"classes": ["PER"], "annotations": pairs}), encoding="utf-8")
    assert [pair.y for pair in checked(path).pairs] == [("B-PER", "O", "O"), ("O", "O")]
    lines = write(tmp_path, pairs[0], pairs[2])
    assert [pair.y for pair in checked(lines).pairs] == [("B-PER", "O", "O"), ("O", "O")]


def test_spacy_training_words_without_a_label_are_told(tmp_path: Path) -> None:
    tokens = [{"orth": "Ann", "ner": "U-PER"}, {"orth": " ", "ner": "O"}, {"orth": "sat", "ner": "-"}]
    path = write_list(tmp_path, {"id": 0, "paragraphs": [{"sentences": [{"tokens": tokens}]}]})
    with pytest.raises(DataError, match="word whose label is not known"):
        checked(path)
    tokens[2]["ner"] = "O"
    path = write_list(tmp_path, {"id": 0, "paragraphs": [{"sentences": [{"tokens": tokens}]}]})
    assert (checked(path).pairs[0].x, checked(path).pairs[0].y) == (("Ann", "sat"), ("B-PER", "O"))


# brat


def write_pair(folder: Path, text: str, ann: str, name: str = "a") -> Path:
    (folder / f"{name}.txt").write_bytes(text.encode())
    (folder / f"{name}.ann").write_bytes(ann.encode())
    return folder / f"{name}.ann"


def test_brat_leaves_out_and_counts_what_is_no_span(tmp_path: Path) -> None:
    ann = (
        "T1\tPER 0 3\tAnn\nT2\tPER 0 3;8 11\tAnn Lee\nT3\tMeet 4 7\tmet\nR1\tKnows Arg1:T1 Arg2:T2\n"
        "E1\tMeet:T3 Who:T1\nA1\tSure E1\n#1\tAnnotatorNotes T1\tnice\n*\tEquiv T1 T2\n"
    )
    file = write_pair(tmp_path, "Ann met Lee.", ann)
    for path in (file, file.with_suffix(".txt"), tmp_path):
        reading = checked(path)
        assert entities(reading) == [("Ann", "PER")]
        assert reading.place(0) == f"{tmp_path / 'a.txt'}:1"
    said = notes(file)
    for counted in (
        "2 relations left out",
        "1 event left out",
        "1 attribute left out",
        "1 note left out",
        "1 trigger of",
    ):
        assert counted in said
    assert "a.ann:2: 1 span in several pieces, left out, such as 'Ann Lee'." in said
    with pytest.raises(DataError, match=r"a\.ann:2: a span in 2 pieces"):
        checked(file, strict=True)


def test_brat_texts_without_annotation_are_left_out_and_those_without_text_told(tmp_path: Path) -> None:
    write_pair(tmp_path, "Ann sat.\n\nLee too.\n", "T1\tPER 10 13\tLee\n")
    (tmp_path / "b.txt").write_text("Nobody looked.", encoding="utf-8")
    reading = checked(tmp_path)
    assert [reading.place(i) for i in range(2)] == [f"{tmp_path / 'a.txt'}:{line}" for line in (1, 3)]
    assert "1 text without an .ann file, left out" in notes(tmp_path)
    (tmp_path / "c.ann").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match=r"c\.ann: there is no c\.txt beside it"):
        checked(tmp_path)


@pytest.mark.parametrize(("start", "line_end"), [(13, "\n"), (12, "\n"), (14, "\r\n"), (13, "\r\n"), (12, "\r\n")])
def test_brat_with_a_byte_order_mark_counted_or_not(tmp_path: Path, start: int, line_end: str) -> None:
    file = write_pair(tmp_path, f"\ufeffMara ran.{line_end}{line_end}😀Lee.", f"T1\tPER {start} {start + 3}\tLee\n")
    assert checked(file).pairs[1].x[1:] == ("Lee", ".")
    assert entities(checked(file)) == [("Lee", "PER")]
    assert checked(file).pairs[0].x[0] == "Mara"


def test_a_folder_without_ann_is_no_ner_file(tmp_path: Path) -> None:
    (tmp_path / "good").mkdir()
    with pytest.raises(DataError, match="this is a directory"):
        checked(tmp_path)


def test_a_line_that_is_no_mark_of_brat(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.ann:1: not a line of brat"):
        checked(write_pair(tmp_path, "Ann", "T1 PER 0 3 Ann\n"))


# Hugging Face

NAMES = ["O", "B-PER", "I-PER"]


def parquet(folder: Path, columns: Mapping[str, list[Any]], features: object = None) -> Path:
    arrow = pytest.importorskip("pyarrow")
    table = arrow.table(columns)
    if features is not None:
        info = json.dumps({"info": {"features": features}})
        table = table.replace_schema_metadata({"huggingface": info})
    pytest.importorskip("pyarrow.parquet").write_table(table, folder / "train.parquet")
    return folder / "train.parquet"


@pytest.mark.parametrize(
    "of_tags",
    [
        {"feature": {"names": NAMES, "_type": "ClassLabel"}, "_type": "Sequence"},
        {"feature": {"names": NAMES, "_type": "ClassLabel"}, "length": -1, "_type": "List"},
        [{"names": NAMES, "_type": "ClassLabel"}],
    ],
)
def test_parquet_with_names_in_the_schema(tmp_path: Path, of_tags: object) -> None:
    columns = {"id": ["0", "1"], "tokens": [["Ann", "Lee", "sat"], ["So"]], "ner_tags": [[1, 2, 0], [0]]}
    path = parquet(tmp_path, columns, {"ner_tags": of_tags})
    reading = checked(path)
    assert [pair.y for pair in reading.pairs] == [("B-PER", "I-PER", "O"), ("O",)]
    assert reading.taken["format"] == "Parquet"
    assert reading.taken["sentences"] == "a row each"
    assert checked(path, label_names="O,B-X,I-X").pairs[0].y == ("B-X", "I-X", "O")


def test_parquet_without_names_is_doubted_and_without_lists_told(tmp_path: Path) -> None:
    path = parquet(tmp_path, {"tokens": [["Ann", "Lee", "sat"]], "ner_tags": [[1, 2, 0]]})
    with pytest.raises(DataError, match="label_names="):
        checked(path)
    with pytest.raises(DataError, match="no column with lists"):
        checked(parquet(tmp_path, {"text": ["Ann"], "label": [1]}))


@pytest.mark.parametrize("beside", ["dataset_infos.json", "README.md"])
def test_names_of_numbers_that_stand_beside_the_file(tmp_path: Path, beside: str) -> None:
    (tmp_path / "data").mkdir()
    path = write(tmp_path / "data", {"tokens": ["Ann", "Lee", "sat"], "ner_tags": [1, 2, 0]})
    if beside == "README.md":
        text = (
            "---\ndataset_info:\n  features:\n  - name: tokens\n    sequence: string\n  - name: ner_tags\n"
            "    sequence:\n      class_label:\n        names:\n          '0': O\n          '1': B-PER\n"
            "          '2': I-PER\n  splits:\n  - name: train\n---\n# Names\n"
        )
    else:
        text = json.dumps({"default": {"features": {"ner_tags": {"feature": {"names": NAMES}}}}})
    with pytest.raises(DataError, match="label_names="):
        checked(path)
    (tmp_path / beside).write_text(text, encoding="utf-8")
    assert checked(path).pairs[0].y == ("B-PER", "I-PER", "O")
    assert beside in notes(path)


# tables of texts


def test_spans_in_the_cells_of_a_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        'text,label,annotator\nSo.,,x\nAnn sat.,"[{""start"": 0, ""end"": 3, ""labels"": [""PER""]}]",x\n',
        encoding="utf-8",
    )
    reading = checked(tmp_path / "a.csv")
    assert [pair.y for pair in reading.pairs] == [("O", "O"), ("B-PER", "O", "O")]
    assert reading.taken["format"] == "Label Studio's CSV"
    (tmp_path / "b.tsv").write_text('id\tdata\tlabel\n1\tSo.\t[]\n2\tAnn sat.\t[[0, 3, "PER"]]\n', encoding="utf-8")
    reading = checked(tmp_path / "b.tsv")
    assert [pair.y for pair in reading.pairs] == [("O", "O"), ("B-PER", "O", "O")]
    assert reading.taken["format"] == "doccano's CSV"


def test_tsv_under_names_that_nobody_knows(tmp_path: Path) -> None:
    rows = "id\tsurface\tgold\n1\tAnn\tB-PER\n1\tran\tO\n2\tSo\tO\n"
    (tmp_path / "a.tsv").write_text(rows, encoding="utf-8")
    assert [pair.x for pair in checked(tmp_path / "a.tsv").pairs] == [("Ann", "ran"), ("So",)]
    (tmp_path / "b.tsv").write_text("Ann\tB-PER\nran\tO\n\nSo\tO\n", encoding="utf-8")
    assert [pair.x for pair in checked(tmp_path / "b.tsv").pairs] == [("Ann", "ran"), ("So",)]


# settings


def test_settings_without_effect_are_refused(tmp_path: Path) -> None:
    conll = tmp_path / "a.conll"
    conll.write_text("Ann B-PER\n", encoding="utf-8")
    labels = write(tmp_path, {"tokens": ["Ann"], "labels": ["B-PER"]})
    for path in (conll, labels):
        for name, value in (("offsets", "utf16"), ("nested", "outermost")):
            with pytest.raises(SettingsError, match=f"{name} has no effect"):
                checked(path, **{name: value})
    for path in (
        write(tmp_path, {"text": "Ann", "label": [[0, 3, "PER"]]}),
        write_pair(tmp_path, "Ann", "T1\tPER 0 3\tAnn"),
    ):
        with pytest.raises(SettingsError, match="scheme has no effect"):
            checked(path, scheme="BIOES")


def test_a_reading_accepts_its_doubt_by_name() -> None:
    assert TaggedSettings(accept="offsets").accepted() == {"offsets"}


def test_what_spacy_holds_besides_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    entity = {"entities": [[0, 3, "PER"]]}
    path.write_text(json.dumps({"classes": ["PER"], "annotations": [["Ann sat.", entity], None]}))
    assert "1 null in the place of a text, left out" in read_labelled(path).notes[0]
    doc = {"text": "Ann sat.", "ents": [{"start": 0, "end": 3, "label": "PER"}], "spans": {"sc": []}}
    path.write_text(json.dumps(doc))
    assert "1 group of spans beside the entities, not read, such as 'sc'" in read_labelled(path).notes[0]


def test_spans_in_a_cell_may_be_spelled_as_python_does(tmp_path: Path) -> None:
    path = tmp_path / "doccano.csv"
    path.write_text("text,label\nEU rejects,\"[[0, 2, 'ORG']]\"\nAnn sat,\"[[0, 3, 'PER']]\"\nit sat,[]\n")
    assert [pair.y for pair in read_labelled(path).checked().pairs] == [("B-ORG", "O"), ("B-PER", "O"), ("O", "O")]
