"""docs/settings.md lists what there is, with the defaults and the exit codes of the code."""

import re
from dataclasses import fields
from pathlib import Path

from unrolled.tasks.settings import DataSettings, ReadingSettings, TaggingSettings
from unrolled.tasks.tagging import OUTSIDE_BIASES
from unrolled.tasks.training_plan import FREE_WHEN_RESUMED

from unrolled.architectures import ManyToManySettings
from unrolled.cli.app import EXIT_CODES
from unrolled.cli.check import PROBLEMS_FOUND
from unrolled.cli.outcome import FAULT, GONE, INTERRUPTED
from unrolled.cli.screen import value_text
from unrolled.errors import UnrolledError
from unrolled.settings import LARGEST
from unrolled.training.settings import FitSettings

PAGE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
GROUPS = {"Data": DataSettings, "Network": ManyToManySettings, "Training": FitSettings}


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """The cells of a section's table, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_setting_stands_in_its_group_with_its_default() -> None:
    shown = {name.strip("`"): default.strip("`") for title in GROUPS for name, default, *_ in rows(title)}
    assert shown == {name: value_text(value) for name, value in TaggingSettings().to_dict().items()}
    for title, group in GROUPS.items():
        assert [row[0].strip("`") for row in rows(title)] == group.names()
        assert all(meaning for *_, meaning in rows(title))


def test_what_is_allowed_is_what_is_said() -> None:
    for title, group in GROUPS.items():
        for declared, (_, _, allowed, _) in zip(fields(group), rows(title), strict=True):
            kind = declared.metadata["kind"]
            assert ("`null`" in allowed) == kind.optional, declared.name
            if values := getattr(kind, "values", None):
                assert tuple(re.findall(r"`(\w+)`", allowed)) == values, declared.name
            for bound in ("least", "above", "below", "most"):
                limit = getattr(kind, bound, None)
                if limit is not None and limit < LARGEST:
                    assert re.search(rf"\b{limit:.12g}\b", allowed), (declared.name, bound)


def test_exit_codes_are_those_of_the_code() -> None:
    shown = {int(code): meaning.replace("`unrolled`", "unrolled") for code, meaning in rows("Exit codes")}
    errors = {error.exit_code for error in UnrolledError.__subclasses__()}
    assert set(shown) == {0, PROBLEMS_FOUND, *errors, FAULT, INTERRUPTED, GONE}
    assert shown == {int(code): meaning for code, meaning in re.findall(r"^ +(\d+) +(.+)$", EXIT_CODES, re.MULTILINE)}


def test_numbers_in_the_prose() -> None:
    *first, last = (f"{bias:g}" for bias in OUTSIDE_BIASES)
    assert f"a bias of {', '.join(first)} and {last}," in section("calibrate")
    free = re.search(r"differ from the run's, but for ([^.]*)\.", section("Which value counts"))
    assert free is not None
    assert set(re.findall(r"`(\w+)`", free[1])) == FREE_WHEN_RESUMED
    assert list(GROUPS["Data"].names()[:5]) == ReadingSettings.names()
