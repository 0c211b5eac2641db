from pathlib import Path

import pytest

import unrolled
from unrolled.data.pair import Pair
from unrolled.errors import DataError
from unrolled.tasks import NER, SENTIMENT
from unrolled.tasks.infer import infer, infer_file


def test_pairs_of_a_task_are_known_as_its_own() -> None:
    tagged = [Pair(("Ada", "sat"), ("B-PER", "O")), Pair(("He",), ("O",)), Pair(("Go", "!"), ("O", "O"))]
    found = unrolled.infer(tagged)
    assert found.task is NER
    assert found.architecture == "many_to_many"
    assert str(found).splitlines() == [
        "X: words, T_x 1–2 · Y: a label per word · many-to-many, T_x = T_y · task: ner",
    ]
    for xs in (["so good", "too long"], [("so", "good"), ("too", "long")]):
        found = infer(map(Pair, xs * 2, ["pos", "neg"] * 2))
        assert found.task is SENTIMENT
        assert found.architecture == "many_to_one"


def test_pairs_of_no_task_here_say_so_and_what_is_doubtful() -> None:
    found = infer([Pair("so good", 5), Pair("so bad", 1)] * 2)
    assert found.task is SENTIMENT
    assert "give them as floats" in str(found).splitlines()[1]
    found = infer([Pair((1.0, 2.0), 0.5), Pair((2.0, 2.0), 1.5)])
    assert found.task is None
    assert found.architecture == "one_to_one"
    assert "no task here is made for such pairs" in str(found)


@pytest.mark.parametrize("task", [NER, SENTIMENT], ids=lambda task: task.name)
def test_the_bundled_files_are_of_their_tasks(task) -> None:
    assert task.bundled is not None
    found, reading, seen = infer_file(task.bundled.dev)
    assert found is task
    assert reading.pairs
    assert seen.task is task


def test_exports_are_of_ner_and_lists_and_folders_of_labels_of_sentiment(tmp_path: Path) -> None:
    (tmp_path / "brat").mkdir()
    (tmp_path / "brat" / "a.txt").write_text("Ann sat.\n")
    (tmp_path / "brat" / "a.ann").write_text("T1\tPER 0 3\tAnn\n")
    for label in ("good", "bad"):
        (tmp_path / "texts" / label).mkdir(parents=True)
        (tmp_path / "texts" / label / "1.txt").write_text(f"a {label} film")
    (tmp_path / "a.jsonl").write_text('{"text": "Ann sat.", "label": [[0, 3, "PER"]]}\n{"text": "So.", "label": []}\n')
    (tmp_path / "b.json").write_text('[{"text": "so good", "label": "pos"}, {"text": "so bad", "label": "neg"}]')
    found = {name: infer_file(tmp_path / name)[0] for name in ("brat", "texts", "a.jsonl", "b.json")}
    assert found == {"brat": NER, "texts": SENTIMENT, "a.jsonl": NER, "b.json": SENTIMENT}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", "", r"csv: there is no sentence in this file\. Check that it is the right file and not empty\.$"),
        ("one.csv", "a\nb\nc\n", "none of the files that a task here reads"),
        (
            "broken.jsonl",
            '{"text": "so good", "label": "pos"\n',
            r"broken\.jsonl:1: not JSON: .* Write one complete JSON object a line\.$",
        ),
        ("zero.csv", "text,label\0", "zero.csv:1: a zero byte at offset 10 [^.]*file: this is binary data"),
        (
            "gap.csv",
            "text,label\nso good,pos\nso bad,\nquite well,pos\nwell,neg\n",
            "gap.csv:3: a text without a label",
        ),
    ],
)
def test_a_file_of_no_task_says_why_for_each(tmp_path: Path, name: str, content: str, words: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=words) as error:
        infer_file(tmp_path / name)
    assert str(tmp_path / name) in str(error.value)
    if "none of" in words:
        assert "As ner:" in str(error.value)
        assert "As sentiment:" in str(error.value)


def test_of_a_folder_only_those_speak_who_read_folders(tmp_path: Path) -> None:
    (tmp_path / "train" / "good").mkdir(parents=True)
    with pytest.raises(DataError, match=r"^[^:]*: the folder train holds folders of its own: good\.[^:]*$"):
        infer_file(tmp_path)


def test_a_grave_doubt_is_told_as_a_fault(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,label\n" + "so very good,pos\nso bad,neg\nso bad,pos\n" * 4)
    with pytest.raises(DataError, match=r"4 texts of 12 with another label.*check sentiment .* lists all"):
        infer_file(tmp_path / "a.csv")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        infer_file(tmp_path / "none.csv")
