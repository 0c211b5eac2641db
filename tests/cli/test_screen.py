import io

import pytest
from rich.console import Console

from unrolled.cli.screen import clean, is_plain, print_pairs, print_table, print_text


@pytest.fixture
def piped() -> Console:
    return Console(file=io.StringIO(), width=20)


@pytest.fixture
def terminal() -> Console:
    return Console(file=io.StringIO(), width=60, force_terminal=True, color_system="truecolor")


def text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_piped_table_is_plain_and_aligned(piped: Console) -> None:
    print_table(piped, ("type", "F1>"), [("PER", "0.5"), ("LOCATION", "0.25")])
    assert text(piped) == "type        F1\nPER        0.5\nLOCATION  0.25\n"


def test_piped_lines_are_not_wrapped(piped: Console) -> None:
    print_text(piped, "word " * 20, style="bold")
    print_pairs(piped, {"rule": "x" * 50, "metric": "f1"})
    assert text(piped) == "word " * 20 + "\nrule    " + "x" * 50 + "\nmetric  f1\n"


def test_a_terminal_gets_rich_tables(terminal: Console) -> None:
    print_table(terminal, ("type", "F1>"), [("PER", "0.5")])
    assert "─" in text(terminal)
    assert "\x1b[" in text(terminal)


def test_markup_and_control_characters_are_shown_as_they_are(terminal: Console) -> None:
    print_table(terminal, ("type",), [("[red]PER\x1b[2J[/red]",)])
    print_pairs(terminal, {"labels": "B-\x07"})
    assert "[red]PER\\x1b[2J[/red]" in text(terminal)
    assert "B-\\x07" in text(terminal)
    assert clean("a\tb\x9bc") == "a\\tb\\x9bc"


def test_a_dumb_terminal_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert is_plain(Console(file=io.StringIO(), force_terminal=True))
