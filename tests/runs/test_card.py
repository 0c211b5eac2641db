import ast
import hashlib
import re
import shlex
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from unrolled.model_card import CardData, CardFacts, model_card

from unrolled.errors import DataError

FACTS = CardFacts(
    task="ner",
    title="Named entity recognition",
    purpose="Gives every word of a sentence an IOB2 label.",
    shape="many to many, T_x = T_y",
    data=[
        CardData(use="train", name="train.conll", num_pairs=1234, sha256="a" * 64),
        CardData(use="dev", name="dev.conll", num_pairs=100),
    ],
    metric="f1",
    rule="Strict IOB2: exact span and type.",
    seed=7,
    figures={"f1": 0.81234567, "num_gold": 1200},
    figures_by_type={"PER": {"f1": 0.9, "num_gold": 700}, "LOC": {"f1": 0.5, "precision": 0.25}},
    settings={"epochs": 5, "cell": "gru", "dropout": 0.5, "seed": True},
    defaults={"epochs": 30, "cell": "lstm", "dropout": 0.5, "seed": 1},
    versions={"python": "3.11.9", "torch": "2.13.0", "numpy": "2.4.6", "unrolled": "0.1.0"},
    num_parameters=1_234_567,
    best_epoch=4,
    training_seconds=61.2,
    trained_on=date(2026, 2, 3),
    languages=("English",),
    limits=("Sees no word beyond the sentence.",),
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
        ["shape, T_x → T_y", "many to many, T_x = T_y"],
        ["parameters", "1,234,567"],
        ["train", "`train.conll`", "1,234", f"`{'a' * 64}`"],
        ["dev", "`dev.conll`", "100", "not recorded"],
        ["f1", "0.8123"],
        ["num_gold", "1,200"],
        ["type", "f1", "num_gold", "precision"],
        ["PER", "0.9000", "700", ""],
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
    assert "- Sees no word beyond the sentence." in limits
    assert "The dev data chose the weights" in limits


def test_only_settings_that_differ_are_listed():
    table = rows(section(model_card(FACTS), "Training"))
    assert table[table.index(["setting", "value", "default"]) + 2 :] == [
        ["`epochs`", "`5`", "`30`"],
        ["`cell`", "`'gru'`", "`'lstm'`"],
        ["`seed`", "`True`", "`1`"],
    ]
    card = model_card(replace(FACTS, settings=FACTS.defaults))
    assert "All settings have their default values." in card
    assert ["`own`", "`None`", "none"] in rows(model_card(replace(FACTS, settings={"own": None})))


def test_what_is_not_known_is_said_to_be_not_recorded():
    bare = CardFacts(task="ner", title="T", purpose="P.", shape="S", data=[], metric="f1", rule="R.", seed=0)
    card = model_card(bare)
    for row in (["parameters", "not recorded"], ["date", "not recorded"], ["time", "not recorded"]):
        assert row in rows(card)
    assert "No figures were recorded." in card
    assert "Trained on data that is not recorded" in card
    assert "Languages of the data: not recorded." in card
    assert ["f1", "0.5000"] in rows(model_card(replace(bare, figures={"f1": 0.5})))
    assert "chose the weights" not in card


def test_zero_seconds_are_a_time():
    assert ["time", "0 s"] in rows(model_card(replace(FACTS, training_seconds=0.0)))
    assert ["time", "2 h 0 min 1 s"] in rows(model_card(replace(FACTS, training_seconds=7201)))


def test_a_strangers_words_break_neither_table_nor_page():
    nasty = "a|b`c\n# d <script> [x](y) *z* \\"
    card = model_card(
        replace(
            FACTS,
            title=nasty,
            unit=nasty,
            data=[CardData(use=nasty, name=nasty, num_pairs=1)],
            figures={nasty: 1.0},
            figures_by_type={nasty: {nasty: 1.0}},
            settings={nasty: nasty},
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


@pytest.mark.parametrize("words", [("It", "'s", '"here"', "$HOME", "`id`", "```"), ("-n", "\\", "é"), ("a\nb", "x y")])
def test_the_example_is_shown_as_it_is_whatever_it_holds(words: tuple[str, ...]):
    use = section(model_card(replace(FACTS, example=words)), "Use")
    (shell,) = re.findall(r"(?m)^(printf .*) \| unrolled predict DIR$", use)
    assert shlex.split(shell) == ["printf", r"%s\n", " ".join(" ".join(words).split())]
    (literal,) = re.findall(r"(?m)^print\(model.predict\((.*)\)\)$", use)
    assert ast.literal_eval(literal) == [list(words)]


def test_data_facts_come_from_the_file(tmp_path: Path):
    path = tmp_path / "train.conll"
    path.write_bytes(b"Harry B-PER\n")
    part = CardData.from_file("train", path, 1)
    assert part == CardData(
        use="train", name="train.conll", num_pairs=1, sha256=hashlib.sha256(b"Harry B-PER\n").hexdigest()
    )
    with pytest.raises(DataError, match=r"gone\.conll: cannot be read again"):
        CardData.from_file("train", tmp_path / "gone.conll", 1)


def test_the_same_facts_give_the_same_card():
    assert model_card(FACTS) == model_card(replace(FACTS))
