"""Every ```python block of README.md and docs/ runs, top to bottom, in one namespace a page and an empty directory.

A ```text block that directly follows a ```python block is what that block prints.
"""

import contextlib
import io
import re
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]

FENCE = re.compile(
    r"^(?P<ticks>`{3,})(?P<language>[^\n`]*)\n(?P<body>.*?)^(?P=ticks)[ \t]*$\n?", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Block:
    code: str
    line: int
    """Line of the page on which the code starts, from 1."""
    shown: str | None
    """What the page says it prints."""


def blocks(page: str) -> list[Block]:
    """The ```python blocks of a page."""
    fences = list(FENCE.finditer(page))
    found: list[Block] = []
    for fence, following in zip_longest(fences, fences[1:]):
        if fence["language"].strip() != "python":
            continue
        shown = None
        if following and following["language"].strip() == "text" and not page[fence.end() : following.start()].strip():
            shown = following["body"]
        found.append(Block(fence["body"], page.count("\n", 0, fence.start("body")) + 1, shown))
    return found


def run(page: str, name: str) -> None:
    """Run all blocks of a page; an error's traceback has the page's name and line."""
    namespace: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(page):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile("\n" * (block.line - 1) + block.code, name, "exec"), namespace)
        if block.shown is not None:
            assert trimmed(printed.getvalue()) == trimmed(block.shown), f"{name}:{block.line} prints something else"


def trimmed(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().splitlines()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    run(page.read_text(encoding="utf-8"), str(page))


def test_blocks_are_found_with_their_lines_and_what_they_show():
    page = (
        "a\n```python\nx = 1\n```\n\n```text\n1\n```\n```python\ny = 2\n```\nwords\n```text\n2\n```\n```sh\nls\n```\n"
    )
    assert blocks(page) == [Block("x = 1\n", 3, "1\n"), Block("y = 2\n", 10, None)]


def test_a_page_without_blocks_has_none():
    assert blocks("") == blocks("```sh\nls\n```\n") == []


def test_names_last_from_block_to_block():
    run("```python\nx = 1\n```\n```python\nprint(x + 1)\n```\n```text\n2\n```\n", "page")


def test_output_that_differs_from_what_is_shown_fails():
    with pytest.raises(AssertionError, match="page:2 prints something else"):
        run("```python\nprint(3)\n```\n\n```text\n2\n```\n", "page")


def test_an_error_is_reported_at_its_line_of_the_page():
    with pytest.raises(ZeroDivisionError) as raised:
        run("words\n\n```python\nx = 0\n1 / x\n```\n", "page")
    assert raised.traceback[-1].lineno == 4  # pytest counts from 0
