import ast
import re
import shlex
from dataclasses import replace
from datetime import date

import pytest

from unrolled.metrics.report import PlainReport
from unrolled.runs.card import model_card
from unrolled.runs.record import PartRecord, Record
from unrolled.tasks import NER, Unit

REPORT = PlainReport(
    figures={"f1": 0.81234567, "token_accuracy": 0.9},
    rule_text="Strict IOB2: exact span and type.",
    counts={"sentences": 100},
    by={"PER": {"f1": 0.9, "gold": 1700}, "LOC": {"f1": 0.5, "precision": 0.25}},
)
FACTS = Record(
    task=NER,
    purpose="Gives every word of a sentence an IOB2 label.",
    parts=[
        PartRecord(name="train", file="train.conll", num_pairs=1234, sha256="a" * 64),
        PartRecord(name="dev", file="dev.conll", num_pairs=100),
        PartRecord(name="test", file="test.conll", num_pairs=2345),
    ],
    metric="f1",
    dev=REPORT,
    test=replace(REPORT, figures={"f1": 0.5}),
    bundled=True,
    finished=False,
    settings=NER.defaults.replaced({"epochs": 5, "cell": "lstm", "dropout": 0.5, "seed": 7}),
    versions={"python": "3.11.9", "torch": "2.13.0", "numpy": "2.4.6", "unrolled": "0.1.0"},
    num_parameters=1_234_567,
    best_epoch=4,
    seconds=61.2,
    trained_on=date(2026, 2, 3),
)


def rows(card: str) -> list[list[str]]:
    """The cells of all table rows."""
    lines = [line for line in card.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def section(card: str, title: str) -> str:
    return card.split(f"## {title}\n")[1].split("\n## ", maxsplit=1)[0]


def test_every_fact_is_stated():
    card = model_card(FACTS)
    assert card.startswith("# Named entity recognition\n\nGives every word of a sentence an IOB2 label.\n")
    for row in (
        ["task", "`ner`"],
        ["shape, T_x → T_y", "many-to-many, T_x = T_y"],
        ["parameters", "1,234,567"],
        ["train", "`train.conll`", "1,234", f"`{'a' * 64}`"],
        ["dev", "`dev.conll`", "100", "not recorded"],
        ["f1", "0.8123"],
        ["token accuracy", "0.9000"],
        ["type", "f1", "gold", "precision"],
        ["PER", "0.9000", "1,700", ""],
        ["LOC", "0.5000", "", "0.2500"],
        ["seed", "7"],
        ["date", "2026-02-03"],
        ["time", "1 min 1 s"],
        ["best epoch", "4"],
        ["python", "3.11.9"],
        ["torch", "2.13.0"],
        ["numpy", "2.4.6"],
        ["unrolled", "0.1.0"],
    ):
        assert row in rows(card)
    assert "Metric: `f1`. Strict IOB2: exact span and type." in section(card, "Figures on the dev data")
    limits = section(card, "Limits")
    assert "Trained on 1,234 sentences" in limits
    assert "Languages of the data: English." in limits
    assert "- The run had not finished when these weights were saved." in limits
    assert "- On the 2,345 test sentences, f1 is 0.5000 under the same rule. No entity of the test part" in limits
    assert "The dev data chose the weights" in limits


def test_only_settings_that_differ_are_listed():
    table = rows(section(model_card(FACTS), "Training"))
    assert table[table.index(["setting", "value", "default"]) + 2 :] == [
        ["`cell`", "`'lstm'`", "`'gru'`"],
        ["`epochs`", "`5`", "`20`"],
        ["`seed`", "`7`", "`0`"],
    ]
    card = model_card(replace(FACTS, settings=NER.defaults))
    assert "All settings have their default values." in card
    assert ["seed", "0"] in rows(card)
    unset = NER.defaults.replaced({"clip_norm": None})
    assert ["`clip_norm`", "`None`", "`1.0`"] in rows(model_card(replace(FACTS, settings=unset)))


def test_what_is_not_known_is_said_to_be_not_recorded():
    bare = Record(task=NER, purpose="P.", parts=[], metric="f1", dev=None, settings=NER.defaults)
    card = model_card(bare)
    for row in (["parameters", "not recorded"], ["date", "not recorded"], ["time", "not recorded"]):
        assert row in rows(card)
    assert "No figures were recorded." in card
    assert "Trained on data that is not recorded" in card
    assert "Languages of the data: not recorded." in card
    assert "chose the weights" not in card
    measured = model_card(replace(bare, dev=PlainReport({"f1": 0.5}, "R.", {})))
    assert ["f1", "0.5000"] in rows(measured)
    assert "chose the weights" in measured


def test_zero_seconds_are_a_time():
    assert ["time", "0 s"] in rows(model_card(replace(FACTS, seconds=0.0)))
    assert ["time", "2 h 0 min 1 s"] in rows(model_card(replace(FACTS, seconds=7201)))


def test_a_strangers_words_break_neither_table_nor_page():
    nasty = "a|b`c\n# d <script> [x](y) *z* \\"
    card = model_card(
        replace(
            FACTS,
            task=replace(NER, title=nasty, x=Unit(nasty, nasty), y=Unit(nasty, nasty)),
            purpose=nasty,
            parts=[PartRecord(name=nasty, file=nasty, num_pairs=1)],
            metric=nasty,
            dev=PlainReport({nasty: 1.0}, nasty, {nasty: 1}, {nasty: {nasty: 1.0}}),
            test=PlainReport({nasty: 1.0}, nasty, {nasty: 1}),
            settings=NER.defaults.replaced({"label_names": nasty, "vectors": nasty}),
            versions={nasty: nasty},
        )
    )
    assert {len(row) for row in rows(section(card, "Data"))} == {4}
    assert {len(row) for row in rows(section(card, "Figures on the dev data"))} == {2}
    assert not re.search(r"(?m)^# d", card)
    inline_code = r"(?<![\\`])(`+)(?!`).*?(?<!`)\1(?!`)"
    assert not re.search(r"(?<!\\)<script", re.sub(inline_code, "", card))
    assert [line for line in card.splitlines() if line.startswith("## ")] == [
        "## Use",
        "## Data",
        "## Figures on the dev data",
        "## Training",
        "## Limits",
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('It\'s "here" $HOME `id` ```', ("It", "'s", '"', "here", '"', "$", "HOME", "`", "id", "`", "`", "`", "`")),
        ("-n \\ é", ("-", "n", "\\", "é")),
        ("a\nb  x y", ("a", "b", "x", "y")),
    ],
)
def test_the_example_is_shown_as_it_is_whatever_it_holds(line: str, words: tuple[str, ...]):
    use = section(model_card(replace(FACTS, task=replace(NER, example=line))), "Use")
    (shell,) = re.findall(r"(?m)^(printf .*) \| unrolled predict DIR$", use)
    assert shlex.split(shell) == ["printf", r"%s\n", " ".join(line.split())]
    (literal,) = re.findall(r"(?m)^print\(model.predict\((.*)\)\)$", use)
    assert ast.literal_eval(literal) == [words]


def test_the_same_facts_give_the_same_card():
    assert model_card(FACTS) == model_card(replace(FACTS))
