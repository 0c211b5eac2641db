from dataclasses import dataclass

import pytest
from settings.composed_of import DEFAULTS, Fit, Network

from unrolled.settings import Settings, meanings, settings_table

TABLE = """\
| name | default | allowed | meaning |
|---|---|---|---|
| `y_min_count` | `1` | whole, ≥ 1 | a word seen less often is `<unk>` |
| `y_vectors` | `null` | path, or `null` | a file that the vectors start from; `null` for random ones |
| `y_vectors_words` | `100` | whole, ≥ 0 | as many words of that file, at most all of them |
| `cell` | `gru` | `gru`, `lstm` | `gru` or `lstm`, the one \\| the other |
| `hidden_size` | `8` | whole, 1 to 100 | H |
| `bidirectional` | `true` | `true`, `false` | both ways |
| `beam_size` | `4` | whole, ≥ 1 | of `output="beam"` alone |
"""


def test_a_table_of_settings() -> None:
    assert settings_table(DEFAULTS, ["y", "network"]) == TABLE
    assert settings_table(DEFAULTS).count("\n") == 2 + len(DEFAULTS.names())


@pytest.mark.parametrize(
    ("name", "allowed"), [("learning_rate", "> 0"), ("dropout", "≥ 0, < 1"), ("clip_norm", "> 0, or `null`")]
)
def test_bounds_of_numbers(name: str, allowed: str) -> None:
    assert {one.name: one.allowed for one in DEFAULTS.declared()}[name] == allowed


def test_meanings_end_with_their_section_and_are_inherited() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Deep(Network):
        """Deeper.

        Attributes:
            cell: another.
            num_layers: how deep.
        """

        num_layers: int = 1

    assert set(meanings(Network)) >= set(Network.names())
    assert "SettingsError" not in meanings(Network)
    assert meanings(Network)["beam_size"] == 'of `output="beam"` alone.'
    assert meanings(Deep)["cell"] == "another."
    assert meanings(Deep)["hidden_size"] == "H."
    assert meanings(Fit)["learning_rate"] == meanings(Fit)["dropout"] == "two numbers."
    assert meanings(Settings)["title"]
