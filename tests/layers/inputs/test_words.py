import pytest
import torch

from unrolled.data.codecs import WordsCodec
from unrolled.layers.embedding import WordEmbedding

SENTENCES = [["Teddy", "met", "Teddy"], ["bears", "met", "Rose"]]
CODEC = WordsCodec.fitted(SENTENCES * 2)


def embedding(*, word_size: int = 3, affix_size: int = 2, character_size: int = 4) -> WordEmbedding:
    return WordEmbedding(
        len(CODEC.words),
        len(CODEC.affixes),
        len(CODEC.characters),
        word_size=word_size,
        affix_size=affix_size,
        num_affix_features=CODEC.num_affixes,
        character_size=character_size,
        character_encoder="convolutional",
        generator=torch.Generator().manual_seed(1),
    )


@pytest.mark.parametrize(
    "sizes", [(3, 2, 4), (3, 0, 0), (0, 2, 0), (0, 0, 4), (0, 2, 4)], ids=lambda sizes: "-".join(map(str, sizes))
)
def test_parts_stand_side_by_side(sizes: tuple[int, int, int]) -> None:
    word_size, affix_size, character_size = sizes
    layer = embedding(word_size=word_size, affix_size=affix_size, character_size=character_size)
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
    layer = embedding(affix_size=0, character_size=0)
    assert layer.words is not None
    x = CODEC.encode([["Rose"]])
    one_hot = torch.zeros(len(CODEC.words))
    one_hot[CODEC.words.index("rose")] = 1
    assert torch.equal(layer(x).rows[0], one_hot @ layer.words)


def test_words_are_forgotten_in_training_only_and_by_their_own_probability() -> None:
    layer = embedding(affix_size=0, character_size=0)
    assert layer.words is not None
    x = CODEC.encode(SENTENCES * 300)
    forget = torch.where(x.indices.rows == CODEC.words.index("teddy"), 0.5, 0.0)
    kept = layer.words[x.indices.rows]
    assert torch.equal(layer(x, forget).rows, kept)
    noisy = layer(x, forget, torch.Generator().manual_seed(0)).rows
    unknown = (noisy == layer.words[0]).all(1)
    assert not unknown[forget == 0].any()
    assert 0.4 < unknown[forget == 0.5].float().mean() < 0.6
    assert torch.equal(noisy[~unknown], kept[~unknown])


def test_each_number_of_the_tables_has_variance_one_over_size() -> None:
    layer = WordEmbedding(
        2000, 2000, 5, word_size=50, affix_size=20, num_affix_features=1, character_size=0,
        character_encoder="convolutional",
    )  # fmt: skip
    assert layer.words is not None
    assert layer.affixes is not None
    assert float(layer.words.detach().var()) == pytest.approx(1 / 50, rel=0.05)
    assert float(layer.affixes.detach().var()) == pytest.approx(1 / 20, rel=0.05)
