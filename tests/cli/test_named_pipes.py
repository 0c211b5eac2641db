"""A pipe is never opened twice, nor waited for: one plain error, whatever it is given for."""

import os
from pathlib import Path

import pytest

from unrolled import Classifier, DataError, Tagger
from unrolled.data.pipes import refuse_pipe
from unrolled.data.vectors import read_words

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the platform has no named pipes")

COMMANDS = [
    ("train", "PIPE"),
    ("train", "ner", "PIPE"),
    ("train", "ner", "--train", "PIPE"),
    ("train", "sentiment", "--train", "PIPE"),
    ("train", "ner", "--train", "CORPUS", "--dev", "PIPE"),
    ("train", "ner", "--train", "CORPUS", "--set", "vectors=PIPE", "--set", "epochs=1"),
    ("check", "ner", "PIPE"),
    ("check", "ner", "CORPUS", "PIPE"),
    ("check", "sentiment", "PIPE"),
    ("evaluate", "RUN", "--data", "PIPE"),
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("suffix", ["", ".jsonl"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_pipe_without_a_writer_is_refused_at_once(
    command: tuple[str, ...], suffix: str, run: Path, corpus: Path, tmp_path: Path, unrolled, monkeypatch
) -> None:
    pipe = tmp_path / f"pipe{suffix}"
    os.mkfifo(pipe)
    monkeypatch.chdir(tmp_path)
    named = {"PIPE": str(pipe), "CORPUS": str(corpus), "RUN": str(run), "vectors=PIPE": f"vectors={pipe}"}
    result = unrolled(*(named.get(word, word) for word in command))
    assert result.exit_code == 3, result.output
    (line,) = [line for line in result.stderr.splitlines() if "error" in line]
    assert line.startswith(f"error: {pipe} is a pipe, which gives its content only once")
    assert "COMMAND > FILE" in line
    assert not (tmp_path / "runs").exists()


@pytest.mark.timeout(60)
def test_estimators_and_vectors_refuse_one_too(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for call in (
        lambda: Tagger().fit(pipe),
        lambda: Tagger().fit([["a"]] * 3, [["O"]] * 3, dev=pipe),
        lambda: Classifier().fit(str(pipe)),
        lambda: read_words(pipe, 5),
    ):
        with pytest.raises(DataError, match="is a pipe, which gives"):
            call()


def test_devices_are_none_of_our_files_and_what_is_missing_is_the_readers_to_name(tmp_path: Path) -> None:
    for device in ("/dev/zero", "/dev/null"):
        with pytest.raises(DataError, match=f"^{device} is a device"):
            refuse_pipe(device)
    file = tmp_path / "file"
    file.touch()
    (tmp_path / "link").symlink_to(file)
    for path in (file, tmp_path, tmp_path / "link", tmp_path / "nothing", "\0"):
        refuse_pipe(path)
