import json
from pathlib import Path

from unrolled.kernels import instruction_path
from unrolled.metrics.entities import RULES


def test_the_model_is_shown_in_the_notation(run: Path, unrolled) -> None:
    text = unrolled("inspect", run).stdout
    assert "T_x → T_y" in text
    assert RULES["strict"] in text
    lines = [line.split() for line in text.splitlines()]
    assert ["recurrent.layers.0.forwards.Waa", "G·H", "×", "H", "32", "×", "8", "256"] in lines
    assert ["output.crf.transitions", "K", "×", "K", "4", "×", "4", "16"] in lines
    assert ["epochs", "15"] in lines
    assert ["bidirectional", "true"] in lines
    assert "0.00% are <unk>" in text
    assert f"native ({instruction_path()})" in text


def test_json_holds_the_same(run: Path, unrolled) -> None:
    model = json.loads(unrolled("inspect", run, "--json").stdout)
    assert model["num_parameters"] == sum(parameter["count"] for parameter in model["parameters"])
    assert model["labels"] == ["B-LOC", "B-PER", "I-PER", "O"]
    assert model["settings"]["hidden_size"] == 8
    assert model["engine"] == f"native ({instruction_path()})"
