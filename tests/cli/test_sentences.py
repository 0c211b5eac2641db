import io

import pytest
from rich.console import Console

from unrolled.cli.sentences import Painter
from unrolled.tasks import NER

LINE, TOKENS = "Ada  met Zoe, Mia.", ["Ada", "met", "Zoe", ",", "Mia", "."]
LABELS = ["B-PER", "O", "B-PER", "I-PER", "I-PER", "O"]


@pytest.mark.parametrize(("no_color", "expected"), [(True, "[Ada PER]  met [Zoe, Mia PER]."), (False, None)])
def test_entities_are_marked_in_the_line_as_it_was_written(no_color: bool, expected: str | None) -> None:
    console = Console(file=io.StringIO(), force_terminal=True, color_system="standard", no_color=no_color)
    painted = Painter(console, ["LOC", "PER"]).paint(NER.show.segments(LINE, TOKENS, LABELS))
    assert painted.plain == (expected or " Ada PER   met  Zoe, Mia PER .")
    assert bool(painted.spans) is not no_color


def test_each_type_has_a_colour_of_its_own() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, color_system="standard")
    painted = Painter(console, ["LOC", "PER"]).paint(
        NER.show.segments("Ada Paris", ["Ada", "Paris"], ["B-PER", "B-LOC"])
    )
    assert len({str(span.style).rpartition(" ")[2] for span in painted.spans}) == 2


def test_repeated_words_are_found_in_order() -> None:
    console = Console(file=io.StringIO())
    painted = Painter(console, ["PER"]).paint(NER.show.segments("a a a", ["a", "a", "a"], ["O", "B-PER", "O"]))
    assert painted.plain == "a [a PER] a"
