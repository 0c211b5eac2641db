"""Mutations are the answers to the changed sequences; their picture shows where they lower the log-odds."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from unrolled.data.pair import Pair
from unrolled.errors import DataError, SettingsError
from unrolled.pictures import mutation_picture
from unrolled.runs.build import build_model
from unrolled.runs.explain import explain
from unrolled.runs.mutate import mutate
from unrolled.tasks import DNA, SENTIMENT

PAIRS = [Pair("ACGTAC", "site"), Pair("TTGTAC", "none"), Pair("ACCTAC", "other")]
SIZES = {"hidden_size": 4, "base_size": 5, "place_size": 3, "attention_size": 3}


def built(**settings: object):
    return build_model(DNA, PAIRS, DNA.defaults.replaced({**SIZES, **settings}))[0]


@pytest.mark.parametrize("strands", ["none", "average"])
def test_each_change_is_the_difference_of_two_answers(strands: str) -> None:
    model = built(reverse_complement=strands)

    def log_odds(bases: str) -> float:
        p = model.probabilities([bases])[0][0, list(model.y.labels.tokens).index("none")]
        return float(np.log(p / (1 - p)))

    found = mutate(model, "acgtnu", "none")
    assert found.bases == "ACGTNT"
    assert found.log_odds == pytest.approx(log_odds("ACGTNT"), abs=1e-4)
    assert found.changes.shape == (6, 4)
    for t, i, other in ((0, 2, "GCGTNT"), (4, 0, "ACGTAT"), (5, 1, "ACGTNC")):
        assert found.changes[t, i] == pytest.approx(log_odds(other) - log_odds("ACGTNT"), abs=1e-4)
    assert [found.changes[t, "ACGT".index(base)] for t, base in enumerate("ACGT")] == [0.0] * 4
    assert mutate(model, "ACGTAC").label == model.predict(["ACGTAC"])[0]
    assert found.to_dict()["changes"]["A"][0] == 0.0


def test_what_cannot_be_mutated_is_named() -> None:
    with pytest.raises(DataError, match="'X' at place 2"):
        mutate(built(), "AXGTAC")
    with pytest.raises(DataError, match="'sight'"):
        mutate(built(), "ACGTAC", "sight")
    texts = [Pair(("so", "good"), "good"), Pair(("so", "bad"), "bad")]
    with pytest.raises(SettingsError, match="a model of DNA"):
        mutate(build_model(SENTIMENT, texts, SENTIMENT.defaults)[0], "ACGTAC")


def test_explain_is_complete_on_one_strand_and_refused_on_two() -> None:
    found = explain(built(), "ACGTAC", "site")
    assert len(found.steps) == 6
    assert found.base + sum(found.steps) == pytest.approx(found.lead, abs=2e-3)
    with pytest.raises(SettingsError, match="reverse_complement"):
        explain(built(reverse_complement="average"), "ACGTAC", "site")


def test_the_picture_has_a_colour_for_each_way(tmp_path: Path) -> None:
    changes = np.zeros((6, 4))
    for name, value in (("nothing", 0.0), ("lower", -1.0), ("higher", 1.0)):
        changes[2] = value
        mutation_picture("ACGTNT", changes, tmp_path / f"{name}.png")
    warmth = {}
    for path in tmp_path.iterdir():
        picture = imread(path)[..., :3]
        warmth[path.stem] = float((picture[..., 0] - picture[..., 2]).mean())
    assert warmth["lower"] > warmth["nothing"] + 0.01
    assert warmth["higher"] < warmth["nothing"] - 0.01
    with pytest.raises(DataError, match="Give 1 to 400 bases"):
        mutation_picture("", np.zeros((0, 4)), tmp_path / "none.png")
