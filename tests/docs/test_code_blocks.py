"""Every ```python and ```sh block of README.md and docs/ runs, top to bottom, in one directory a page.

All python blocks of a page share a namespace. A ```text block that directly follows a block is what that block prints.
In ```sh blocks `pip` and `make` do nothing (CI runs those lines as they stand), and `unrolled train` is cut short; the
directory holds train.conll and dev.conll, reviews.csv and reviews_dev.csv: parts of the bundled corpora.
"""

import contextlib
import io
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import pytest

from unrolled.tasks import NER, SENTIMENT

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]

FENCE = re.compile(
    r"^(?P<ticks>`{3,})(?P<language>[^\n`]*)\n(?P<body>.*?)^(?P=ticks)[ \t]*$\n?", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Block:
    language: str
    code: str
    line: int
    """Line of the page on which the code starts, from 1."""
    shown: str | None
    """What the page says it prints."""


def blocks(page: str) -> list[Block]:
    """The ```python and ```sh blocks of a page."""
    fences = list(FENCE.finditer(page))
    found: list[Block] = []
    for fence, following in zip_longest(fences, fences[1:]):
        if fence["language"].strip() not in ("python", "sh"):
            continue
        shown = None
        if following and following["language"].strip() == "text" and not page[fence.end() : following.start()].strip():
            shown = following["body"]
        found.append(
            Block(fence["language"].strip(), fence["body"], page.count("\n", 0, fence.start("body")) + 1, shown)
        )
    return found


def run(page: str, name: str) -> None:
    """Run all blocks of a page; an error's traceback has the page's name and line."""
    namespace: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(page):
        if block.language == "sh":
            printed = run_shell(block.code, f"{name}:{block.line}")
        else:
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                exec(compile("\n" * (block.line - 1) + block.code, name, "exec"), namespace)
            printed = output.getvalue()
        if block.shown is not None:
            assert trimmed(printed) == trimmed(block.shown), f"{name}:{block.line} prints something else"


PRELUDE = """
pip() { :; }
make() { :; }
unrolled() {
    if [ "$1" = train ]; then command unrolled "$@" --set epochs=1 --set hidden_size=8; else command unrolled "$@"; fi
}
"""


def run_shell(code: str, place: str) -> str:
    """Run commands in the working directory and return what they print on standard output."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    command = ["bash", "-euo", "pipefail", "-c", PRELUDE + code]
    done = subprocess.run(command, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{place} exits with {done.returncode}: {done.stderr}"
    return done.stdout


def write_corpus(folder: Path) -> None:
    """A part of each bundled corpus, under the names that the pages use."""
    ner, sentiment = NER.bundled, SENTIMENT.bundled
    assert ner is not None
    assert sentiment is not None
    for name, path in (("train", ner.train), ("dev", ner.dev)):
        sentences = path.read_text(encoding="utf-8").split("\n\n")[:40]
        (folder / f"{name}.conll").write_text("\n\n".join(sentences) + "\n", encoding="utf-8")
    for name, path in (("reviews", sentiment.train), ("reviews_dev", sentiment.dev)):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)[:61]  # a review is a line
        (folder / f"{name}.csv").write_text("".join(lines), encoding="utf-8")


def trimmed(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().splitlines()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    write_corpus(tmp_path)
    run(page.read_text(encoding="utf-8"), str(page))


def test_blocks_are_found_with_their_lines_and_what_they_show():
    page = (
        "a\n```python\nx = 1\n```\n\n```text\n1\n```\n```python\ny = 2\n```\nwords\n```text\n2\n```\n```sh\nls\n```\n"
    )
    assert blocks(page) == [
        Block("python", "x = 1\n", 3, "1\n"),
        Block("python", "y = 2\n", 10, None),
        Block("sh", "ls\n", 17, None),
    ]


def test_a_page_without_blocks_has_none():
    assert blocks("") == blocks("```text\nls\n```\n") == []


def test_names_last_from_block_to_block():
    run("```python\nx = 1\n```\n```python\nprint(x + 1)\n```\n```text\n2\n```\n", "page")


def test_output_that_differs_from_what_is_shown_fails():
    with pytest.raises(AssertionError, match="page:2 prints something else"):
        run("```python\nprint(3)\n```\n\n```text\n2\n```\n", "page")


def test_an_error_is_reported_at_its_line_of_the_page():
    with pytest.raises(ZeroDivisionError) as raised:
        run("words\n\n```python\nx = 0\n1 / x\n```\n", "page")
    assert raised.traceback[-1].lineno == 4  # pytest counts from 0


def test_a_shell_block_prints_what_is_shown_and_its_failure_is_reported():
    run("```sh\npip install nothing\necho a | tr a b\n```\n\n```text\nb\n```\n", "page")
    with pytest.raises(AssertionError, match="page:2 exits with 3"):
        run("```sh\nexit 3\n```\n", "page")
