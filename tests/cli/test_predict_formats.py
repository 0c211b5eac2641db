"""`predict` on CoNLL, JSON Lines and text, in and out; bad lines; files."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from unrolled import Classifier
from unrolled.cli.app import app
from unrolled.model import Model
from unrolled.model_files import read_model_files, write_model_files

Unrolled = Callable[..., Result]

CONLL = "-DOCSTART- -X- O\n\nAda NNP B-PER\nspoke VBD O\n\n# a comment\nHe PRP O\nsat VBD O\n"
CONLL_OUT = "Ada NNP B-PER B-PER\nspoke VBD O O\n\nHe PRP O O\nsat VBD O O\n\n"


def rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_columns_come_out_with_the_predicted_label_last(run: Path, unrolled: Unrolled) -> None:
    for arguments in ((), ("--input", "conll")):
        result = unrolled("predict", run, *arguments, input=CONLL)
        assert (result.exit_code, result.stdout) == (0, CONLL_OUT)
        assert "Words: column 0 of 3, such as 'Ada'" in result.stderr
        assert ("The input is CoNLL columns" in result.stderr) == (not arguments)
    assert unrolled("predict", run, "--input", "conll", input="Ada\nspoke\n\nHe\n").stdout == (
        "Ada B-PER\nspoke O\n\nHe O\n\n"
    )
    moved = unrolled("predict", run, "--set", "label_column=1", input="Ada\tB-PER\tB-PER\nspoke\tO\tO").stdout
    assert moved == "Ada B-PER B-PER B-PER\nspoke O O O\n\n"


def test_what_it_writes_is_what_evaluate_reads(run: Path, corpus: Path, unrolled: Unrolled, tmp_path: Path) -> None:
    out = tmp_path / "out.conll"
    assert unrolled("predict", run, corpus, "--output", out).exit_code == 0
    reports = [
        json.loads(unrolled("evaluate", run, "--data", data, "--json", *more).stdout)["parts"][0]
        for data, more in ((corpus, ()), (out, ("--set", "label_column=1")), (out, ()))
    ]
    assert reports[0]["overall"] == reports[1]["overall"]
    assert reports[2]["overall"]["f1"] == 1.0  # against its own answers


def test_json_lines_come_out_as_json(run: Path, unrolled: Unrolled) -> None:
    text = '{"tokens": ["Ada", "sat"]}\n{"text": "👍🏽 in\\u00a0 Paris ."}\n'
    words, raw = rows(unrolled("predict", run, input=text))
    assert words["labels"] == ["B-PER", "O"]
    assert "offsets" not in words
    assert raw["tokens"] == ["👍🏽", "in", "Paris", "."]
    assert raw["offsets"] == [[0, 2], [3, 5], [7, 12], [13, 14]]
    assert [(one["text"], one["start_char"], one["end_char"]) for one in raw["spans"]] == [("Paris", 7, 12)]
    result = unrolled("predict", run, "--output-format", "text", input='{"tokens": ["Ada", "sat"]}')
    assert result.stdout == "Ada sat\tB-PER O\n"
    result = unrolled("predict", run, "--set", "token_column=w", "--input", "jsonl", input='{"w": "Ada sat"}')
    assert rows(result)[0]["tokens"] == ["Ada", "sat"]


def test_text_is_the_default_and_can_come_out_as_columns(run: Path, unrolled: Unrolled) -> None:
    result = unrolled("predict", run, input="{Ada} sat\n")
    assert result.stdout.startswith("{ Ada } sat\t")
    assert "taken as text" in result.stderr
    result = unrolled("predict", run, "--output-format", "conll", input="Ada sat\n\nIn Paris")
    assert result.stdout == "Ada B-PER\nsat O\n\nIn O\nParis B-LOC\n\n"
    assert unrolled("predict", run, "--input", "text", input="Ada B-PER\nspoke O\n").stdout.count("\n") == 2


BAD = (b"He sat .\n", b"ca\xe9\n", b"\xff\n", b"He sat .\n")


def test_a_bad_line_has_its_error_in_its_place(run: Path, unrolled: Unrolled) -> None:
    result = unrolled("predict", run, input=b"".join(BAD))
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines == [
        "He sat .\tO O O",
        "# error: line 2: byte 0xe9 is not UTF-8",
        "# error: line 3: byte 0xff is not UTF-8",
        "He sat .\tO O O",
    ]
    assert result.stderr.count("is not UTF-8") == 1
    assert "2 of 4 sentences could not be answered" in result.stderr
    found = rows(unrolled("predict", run, "--json", input=b"".join(BAD)))
    assert found[1] == {"error": "byte 0xe9 is not UTF-8", "line": 2}
    assert found[0] == found[3]


def test_each_kind_is_said_once(run: Path, unrolled: Unrolled) -> None:
    lines = ['{"tokens": ["Ada"]}', "{broken", "{broken", '{"tokens": ["\\ud800"]}', '{"a": 1}', '{"text": "Ada"}']
    result = unrolled("predict", run, input="\n".join(lines))
    assert result.exit_code == 1
    assert ["error" in row for row in rows(result)] == [False, True, True, True, True, False]
    assert result.stderr.count("no JSON") == 1
    assert result.stderr.count("error: standard input, line") == 3
    result = unrolled("predict", run, "--strict", input="\n".join(lines))
    assert result.exit_code == 3
    assert len(rows(result)) == 1
    result = unrolled("predict", run, "--input", "conll", input="Ada O\nsat\n\nHe O\n")
    assert result.stdout == "# error: line 2: 1 column where the other lines have 2: sat\n\nHe O O\n\n"
    assert result.exit_code == 1


def test_a_file_is_written_whole_or_not_there(run: Path, unrolled: Unrolled, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert unrolled("predict", run, "--output", out, "--strict", input=b"".join(BAD)).exit_code == 3
    assert list(tmp_path.iterdir()) == []
    result = unrolled("predict", run, "--output", out, input=b"".join(BAD))
    assert (result.exit_code, result.stdout) == (1, "")
    assert out.read_bytes() == unrolled("predict", run, input=b"".join(BAD)).stdout_bytes
    assert list(tmp_path.iterdir()) == [out]
    result = unrolled("predict", run, "--output", tmp_path / "no" / "out", input="")
    assert result.exit_code == 5
    assert "there is no folder" in result.stderr
    assert unrolled("predict", run, "--output", tmp_path, input="").exit_code == 5


def test_the_input_is_never_overwritten(run: Path, unrolled: Unrolled, tmp_path: Path) -> None:
    text, link = tmp_path / "a.txt", tmp_path / "link.txt"
    text.write_text("He sat .\n")
    link.symlink_to(text)
    for out in (text, link):
        result = unrolled("predict", run, text, "--output", out)
        assert result.exit_code == 2
        assert "is the input" in result.stderr
    command = [
        sys.executable,
        "-c",
        "from unrolled.cli import main; main()",
        "predict",
        str(run),
        "--output",
        str(text),
    ]
    with text.open() as source:
        assert subprocess.run(command, stdin=source, capture_output=True, check=False).returncode == 2
    assert text.read_text() == "He sat .\n"
    other = tmp_path / "other.txt"
    other.write_text("before")
    link.unlink()
    link.symlink_to(other)
    assert unrolled("predict", run, text, "--output", link).exit_code == 0
    assert link.is_symlink()
    assert other.read_text() == "He sat .\tO O O\n"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_device_is_written_to_not_replaced(run: Path, unrolled: Unrolled, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
        assert unrolled("predict", run, "--output", pipe, input="He sat .\n").exit_code == 0
        assert reader.stdout is not None
        assert reader.stdout.read() == b"He sat .\tO O O\n"
    assert pipe.is_fifo()


def test_files_are_answered_in_order(run: Path, unrolled: Unrolled, tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.jsonl"
    first.write_text("He sat .")
    second.write_text('{"tokens": ["Ada"]}\n{')
    result = unrolled("predict", run, first, second, "-", "--json", input="Paris\n")
    found = rows(result)
    assert [row.get("tokens") for row in found] == [["He", "sat", "."], ["Ada"], None, ["Paris"]]
    assert (found[2]["line"], found[2]["file"]) == (2, str(second))
    assert unrolled("predict", run, first, tmp_path / "none").exit_code == 3
    assert unrolled("predict", run, tmp_path).exit_code == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--input", "csv"), "text, conll, jsonl"),
        (("--output-format", "xml"), "text, json, conll"),
        (("--json", "--output-format", "conll"), "exclude each other"),
        (("--n-best", 2, "--output-format", "conll"), "--n-best has no place"),
        (("--set", "scheme=IOB1"), "scheme has no effect"),
        (("--set", "token_column=1"), "token_column has no effect on text"),
        (("--input", "conll", "--whitespace"), "--whitespace has no effect"),
        (("--set", "tokenizer=words", "--whitespace"), "Give one"),
        (("--set", "tokenizer=jieba"), "tokenizer"),
    ],
)
def test_what_has_no_effect_is_refused(run: Path, unrolled: Unrolled, arguments: Sequence[object], says: str) -> None:
    result = unrolled("predict", run, *arguments, input="He sat .\n")
    assert result.exit_code == 2, result.output
    assert says in result.stderr


LIVE = [
    ((), [(b"Ada spoke\n", [b"Ada spoke\tB-PER O\n"]), (b"\n", [b"\n"]), (b"He\n", [b"He\tO\n"])]),
    (
        (),
        [
            (b"Ada B-PER\nspoke O\n\n", [b"Ada B-PER B-PER\n", b"spoke O O\n", b"\n"]),
            (b"He O\n\n", [b"He O O\n", b"\n"]),
        ],
    ),
    (("--output-format", "text"), [(b'{"text": "Ada spoke"}\n', [b"Ada spoke\tB-PER O\n"])] * 2),
]


@pytest.mark.parametrize(("arguments", "said"), LIVE)
def test_a_live_pipe_is_answered_before_more_is_waited_for(
    run: Path, arguments: Sequence[str], said: Sequence[tuple[bytes, Sequence[bytes]]]
) -> None:
    command = [sys.executable, "-c", "from unrolled.cli import main; main()", "predict", str(run), *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for written, answers in said:
            process.stdin.write(written)
            process.stdin.flush()
            assert [process.stdout.readline() for _ in answers] == list(answers)
        process.stdin.close()
        assert process.stdout.read() == b""
    assert process.returncode == 0


ZH = "\n\n".join(
    "\n".join(f"{character}\t{label}" for character, label in zip(text, labels.split(), strict=True))
    for text, labels in (("叶老桂在北京", "B-PER I-PER I-PER O B-LOC I-LOC"), ("他来了", "O O O")) * 6
)


@pytest.fixture(scope="module")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    folder = tmp_path_factory.mktemp("zh")
    (folder / "train.conll").write_text(ZH)
    small = ("hidden_size=8", "word_size=8", "affix_size=4", "epochs=40", "patience=null", "learning_rate=0.03")
    options = [word for setting in (*small, "dropout=0", "num_threads=1") for word in ("--set", setting)]
    data = str(folder / "train.conll")
    result = CliRunner().invoke(app, ["train", "ner", data, "--dev", data, "--out", str(folder / "run"), *options])
    assert result.exit_code == 0, result.output
    return folder / "run", result


def test_text_without_spaces_is_split_as_the_training_was(chinese: tuple[Path, Result], unrolled: Unrolled) -> None:
    run, trained = chinese
    assert "raw text will be split by characters" in trained.stderr
    (row,) = rows(unrolled("predict", run, "--json", input="叶老桂在北京"))
    assert [(one["type"], one["text"], one["start_char"]) for one in row["spans"]] == [
        ("PER", "叶老桂", 0),
        ("LOC", "北京", 4),
    ]
    assert ["tokenizer", "characters"] in [line.split() for line in unrolled("inspect", run).stdout.splitlines()]
    for option in (("--set", "tokenizer=words"), ("--whitespace",)):
        (row,) = rows(unrolled("predict", run, "--json", *option, input="叶老桂在北京"))
        assert row["tokens"] == ["叶老桂在北京"]


def test_a_directory_without_a_tokenizer_splits_words(run: Path, unrolled: Unrolled, tmp_path: Path) -> None:
    files = read_model_files(run)
    config = json.loads(json.dumps(files.config))
    assert config["x"]["settings"].pop("tokenizer") == "words"
    texts = dict(files.texts)
    model = Model.load(run)
    weights = {name: value.contiguous() for name, value in model.network.module.state_dict().items()}
    config = {name: config[name] for name in ("task", "architecture", "x", "y")}
    write_model_files(tmp_path / "old", config=config, tensors=weights, texts=texts, metrics=files.metrics, card="-")
    assert unrolled("predict", tmp_path / "old", input="Ada can't").stdout.startswith("Ada ca n't\t")
    assert ["tokenizer", "words"] in [
        line.split() for line in unrolled("inspect", tmp_path / "old").stdout.splitlines()
    ]


REVIEWS = [("这部电影非常好看，我喜欢", "good"), ("太长了，很无聊，不好看", "bad"), ("GDP 2023 很好", "good")] * 8


TINY: dict[str, Any] = {
    "hidden_size": 6,
    "word_size": 6,
    "affix_size": 2,
    "min_count": 1,
    "epochs": 2,
    "num_threads": 1,
}


def test_texts_without_spaces_are_split_by_characters_and_it_is_said(unrolled: Unrolled, tmp_path: Path) -> None:
    data = tmp_path / "train.csv"
    data.write_text("text,label\n" + "".join(f'"{text}",{label}\n' for text, label in REVIEWS))
    dev = tmp_path / "dev.csv"  # by itself it would be split into words
    dev.write_text('text,label\n"an English text of 好看",good\n"bad, 无聊",bad\n')
    tiny = (
        "hidden_size=6",
        "word_size=6",
        "affix_size=2",
        "attention_size=4",
        "min_count=1",
        "num_threads=1",
        "epochs=2",
    )
    options = [word for setting in tiny for word in ("--set", setting)]
    result = unrolled("train", "sentiment", data, "--dev", dev, "--out", tmp_path / "run", *options)
    assert result.exit_code == 0, result.output
    assert "are of scripts without spaces between words" in result.stderr
    (row,) = rows(unrolled("predict", tmp_path / "run", "--json", input="GDP好看 2023!"))
    assert row["tokens"] == ["GDP", "好", "看", "2023", "!"]
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["tokenizer"] == "detect"
    kept = json.loads((tmp_path / "run" / "best" / "config.json").read_text())
    assert kept["x"]["settings"]["tokenizer"] == "characters"


def test_a_classifier_splits_as_it_was_trained() -> None:
    X, y = zip(*REVIEWS, strict=True)
    classifier: Any = Classifier(**TINY).fit(list(X), list(y), dev=(["好看 film"], ["good"]))
    assert classifier.model_.x.settings.tokenizer == "characters"
    assert classifier.predict_proba(["不好看"]).tolist() == classifier.predict_proba([["不", "好", "看"]]).tolist()
    words: Any = Classifier(**TINY, tokenizer="words").fit(list(X), list(y), dev=(["好看 film"], ["good"]))
    assert words.predict_proba(["不好看"]).tolist() == words.predict_proba([["不好看"]]).tolist()


def test_one_label_for_a_text_is_no_column(unrolled: Unrolled, tmp_path: Path) -> None:
    X, y = zip(*REVIEWS, strict=True)
    Classifier(**TINY).fit(list(X), list(y), dev=(list(X), list(y))).save(tmp_path / "m")
    result = unrolled("predict", tmp_path / "m", "--output-format", "conll", input="好\n")
    assert result.exit_code == 2
    assert "one label for a text" in result.stderr
    found = rows(
        unrolled("predict", tmp_path / "m", "--set", "text_column=review", input='{"review": "好看"}\n{"text": "a"}')
    )
    assert found[0]["tokens"] == ["好", "看"]
    assert "no 'review'" in str(found[1]["error"])
    assert unrolled("predict", tmp_path / "m", "--input", "conll", input="好\n看\n\n").stdout.endswith("\t好 看\n")


def test_tables_and_utf_16_are_refused_with_a_way_out(run: Path, unrolled: Unrolled, tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("id,text\n1,Ann sat\n")
    refused = unrolled("predict", run, table)
    assert (refused.exit_code, refused.stdout) == (3, "")
    assert "--input text" in refused.stderr
    assert len(unrolled("predict", run, table, "--input", "text").stdout.splitlines()) == 2
    wide = unrolled("predict", run, input="Ann sat\nHe sat\n".encode("utf-16"))
    assert (wide.exit_code, wide.stdout) == (3, "")
    assert "standard input: this is UTF-16 text." in wide.stderr
    listed = unrolled("predict", run, input='[{"text": "Ann sat"}]')
    assert (listed.exit_code, listed.stdout) == (3, "")
    assert "jq -c '.[]'" in listed.stderr


def test_a_script_without_spaces_that_is_split_at_spaces_is_said_once(run: Path, unrolled: Unrolled) -> None:
    def told(text: str, *more: str) -> int:
        result = unrolled("predict", run, *more, input=text)
        assert result.exit_code == 0, result.output
        return " ".join(result.stderr.split()).count("--set tokenizer=characters")

    assert told("我喜欢这部电影\n他在东京\n") == told('{"text": "我喜欢这部电影"}\n') == 1
    assert told("Ann sat in 东京 .\n") == told("我 喜欢 这 部 电影\n") == told('{"tokens": ["我喜欢", "电影"]}\n') == 0
    for name in ("characters", "words"):
        assert told("我喜欢这部电影\n", "--set", f"tokenizer={name}") == 0
