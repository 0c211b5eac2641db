import pytest
import torch

from unrolled.data.codecs import WordsCodec
from unrolled.data.spaces import Spelled
from unrolled.errors import SettingsError
from unrolled.layers.inputs import WordsInput, WordsInputSettings

SENTENCES = [["Teddy", "met", "Teddy"], ["bears", "met", "Rose"]]
CODEC = WordsCodec.fitted(SENTENCES * 2)


def words_input(*, word_size: int = 3, affix_size: int = 2, character_size: int = 4) -> WordsInput:
    settings = WordsInputSettings(word_size=word_size, affix_size=affix_size, character_size=character_size)
    return WordsInput(CODEC.space, settings, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(
    "sizes", [(3, 2, 4), (3, 0, 0), (0, 2, 0), (0, 0, 4), (0, 2, 4)], ids=lambda sizes: "-".join(map(str, sizes))
)
def test_parts_stand_side_by_side(sizes: tuple[int, int, int]) -> None:
    word_size, affix_size, character_size = sizes
    layer = words_input(word_size=word_size, affix_size=affix_size, character_size=character_size)
    x = CODEC.encode(SENTENCES)
    rows = layer(x).rows
    assert rows.shape == (6, layer.size) == (6, word_size + affix_size * CODEC.num_affixes + character_size)
    row = 4  # the second "met"
    distinct = int(x.distinct[row])
    if layer.words is not None:
        assert torch.equal(rows[row, :word_size], layer.words[CODEC.words.index("met")])
    if layer.affixes is not None:
        expected = torch.cat([layer.affixes[i] for i in x.affixes[distinct]])
        assert torch.equal(rows[row, word_size : word_size + len(expected)], expected)
    if layer.characters is not None:
        assert torch.equal(rows[row, -character_size:], layer.characters(x.characters)[distinct])


def test_a_word_index_is_its_one_hot_vector() -> None:
    layer = words_input(affix_size=0, character_size=0)
    assert layer.words is not None
    x = CODEC.encode([["Rose"]])
    one_hot = torch.zeros(len(CODEC.words))
    one_hot[CODEC.words.index("rose")] = 1
    assert torch.equal(layer(x).rows[0], one_hot @ layer.words)


def test_words_are_forgotten_in_training_only_and_by_their_own_probability() -> None:
    layer = words_input(affix_size=0, character_size=0)
    assert layer.words is not None
    x = CODEC.encode(SENTENCES * 300)
    layer.forget = torch.where(torch.arange(len(CODEC.words)) == CODEC.words.index("teddy"), 0.5, 0.0)
    forget = layer.forget[x.indices.rows]
    kept = layer.words[x.indices.rows]
    assert torch.equal(layer(x).rows, kept)
    noisy = layer(x, torch.Generator().manual_seed(0)).rows
    unknown = (noisy == layer.words[0]).all(1)
    assert not unknown[forget == 0].any()
    assert 0.4 < unknown[forget == 0.5].float().mean() < 0.6
    assert torch.equal(noisy[~unknown], kept[~unknown])


def test_each_number_of_the_tables_has_variance_one_over_size() -> None:
    layer = WordsInput(Spelled(2000, 2000, 5, 1), WordsInputSettings(word_size=50, affix_size=20))
    assert layer.words is not None
    assert layer.affixes is not None
    assert float(layer.words.detach().var()) == pytest.approx(1 / 50, rel=0.05)
    assert float(layer.affixes.detach().var()) == pytest.approx(1 / 20, rel=0.05)


def test_a_word_seen_c_times_is_forgotten_with_probability_d_over_d_plus_c() -> None:
    layer = WordsInput(Spelled(3, 2, 2, 1), WordsInputSettings(word_dropout=0.5))
    layer.observe(torch.tensor([0, 1, 4]))
    assert layer.forget is not None
    torch.testing.assert_close(layer.forget, torch.tensor([0.5 / 1.5, 0.5 / 1.5, 0.5 / 4.5]))
    for settings, counts in ((layer.settings, None), (WordsInputSettings(word_dropout=0.0), torch.tensor([0, 1, 4]))):
        layer.settings = settings
        layer.observe(counts)
        assert layer.forget is None


def test_settings_that_leave_nothing_to_read_are_refused() -> None:
    with pytest.raises(SettingsError, match="all 0"):
        WordsInputSettings(word_size=0, affix_size=0, character_size=0)
