"""docs/settings.md lists what there is, with the defaults and the exit codes of the code."""

import re

from docs.settings_page import DEFAULTS, with_tables
from docs.settings_page import PAGE as PATH

from unrolled.cli.app import EXIT_CODES
from unrolled.cli.check import PROBLEMS_FOUND
from unrolled.cli.outcome import FAULT, GONE, INTERRUPTED
from unrolled.errors import UnrolledError
from unrolled.metrics import ClassMetric, EntityMetric
from unrolled.runs.plan import FREE_WHEN_RESUMED
from unrolled.settings import value_text
from unrolled.tasks import NER, SENTIMENT
from unrolled.tasks.ner import OUTSIDE_BIASES

PAGE = PATH.read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """The cells of a section's table, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_tables_are_those_of_the_code() -> None:
    assert with_tables(PAGE, DEFAULTS) == PAGE, "python tests/docs/settings_page.py writes them anew."


def test_every_setting_stands_there_once_with_its_default_and_a_meaning() -> None:
    found = [row for title in ("Data", "Network", "Training") for row in rows(title)]
    every = [line for line in section("sentiment").splitlines() if line.startswith("| `")]
    assert [line.split("`")[1] for line in every] == SENTIMENT.defaults.names()
    shown = {name.strip("`"): default.strip("`") for name, default, *_ in found}
    assert shown == {name: value_text(value) for name, value in NER.defaults.to_dict().items()}
    assert len(found) == len(shown)
    assert all(allowed and meaning for _, _, allowed, meaning in found)


def test_the_figures_that_may_choose_the_weights_are_named() -> None:
    stated = re.search(r"For `ner` it may be ([^.]*) of entities\.", section("metric"))
    assert stated is not None
    assert re.findall(r"`(\w+)`", stated[1]) == [figure.name for figure in EntityMetric().figures]
    of_labels, of_stars = re.findall(r"For `sentiment` it may be ([^.]*), and of stars ([^.]*)\.", section("metric"))[0]
    for named, ordered in ((of_labels, False), (of_stars, True)):
        figures = ClassMetric(("1", "2", "3"), ordered).figures
        assert re.findall(r"`(\w+)`", named) == [figure.name for figure in figures]


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
    assert "for the first thirteen settings of the next table" in " ".join(section("Which value counts").split())
    assert [row[0].strip("`") for row in rows("Data")[:13]] == NER.defaults["read"].names()
