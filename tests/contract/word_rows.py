"""Rows of what a word becomes: its characters' encoding, and its whole vector."""

from functools import partial

import torch
from contract.layer_row import HANDED_OVER, D, H, Row, Sequence, by_autograd, joined, randomised
from torch import Tensor, nn

from unrolled.data.codecs import WordsCodec
from unrolled.data.spaces import Spelled
from unrolled.data.spelling import affixes, normal_form
from unrolled.data.vocabulary import Vocabulary
from unrolled.layers import CharacterEncoder, WordsInput, WordsInputSettings

__all__ = ["V", "characters_row", "words_row"]

V = 5

# CharacterEncoder


def make_characters(*, kind: str) -> nn.Module:
    return randomised(CharacterEncoder(V, 2 * H, kind=kind, embedding_size=D))


def draw_characters(T: int) -> Sequence:
    return {"x": torch.randint(V, (T,))}


def read_characters(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    return [{"vector": vector} for vector in module(joined(sequences, "x"))]


def read_recurrent_characters(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    """With torch's single step, letter by letter."""
    outputs: list[Sequence] = []
    for one in sequences:
        halves: list[Tensor] = []
        for direction, word in zip(module.lstm.directions(0), (one["x"], one["x"].flip(0)), strict=True):
            state = (torch.zeros(1, H, dtype=torch.float64), torch.zeros(1, H, dtype=torch.float64))
            for letter in word:
                x = module.embedding[letter][None]
                state = torch.lstm_cell(
                    x, state, direction.Wax, direction.Waa, direction.ba, torch.zeros_like(direction.ba)
                )
            halves.append(state[0][0])
        outputs.append({"vector": torch.cat(halves)})
    return outputs


def read_convolutional_characters(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    """With torch's convolution, zeros at both ends, word by word."""
    kernel = module.Wx.view(module.size, 3, -1).transpose(1, 2)
    outputs: list[Sequence] = []
    for one in sequences:
        x = module.embedding[one["x"]].T[None]  # (1, D, T)
        windows = torch.nn.functional.conv1d(x, kernel, module.bx, padding=1)[0]
        outputs.append({"vector": windows.amax(dim=1).tanh()})
    return outputs


READ_CHARACTERS = {"recurrent": read_recurrent_characters, "convolutional": read_convolutional_characters}


def characters_row(kind: str) -> Row:
    return Row(
        f"characters, {kind}",
        partial(make_characters, kind=kind),
        draw_characters,
        read_characters,
        (by_autograd(READ_CHARACTERS[kind]),),
        lambda T, t: {"vector": torch.tensor(True)},
    )


# WordsInput

# Each word and the next (the law of causality puts it in its place) have other word vectors; the first and the third
# have the same, and no vocabulary knows the others.
LEXICON = ("Teddy", "Zyx", "teddy", "Qed-7", "bears")
WORDS = Vocabulary(["bears", "teddy"])
AFFIXES = Vocabulary(sorted({affix for word in ("Teddy", "teddy", "bears") for affix in affixes(word)}))
CHARACTERS = Vocabulary(sorted(set("Teddybars")))
# A probability of 1 or 0 leaves nothing to chance.
FORGOTTEN = {"teddy"}


def make_words(*, word_size: int, affix_size: int, character_size: int, kind: str) -> nn.Module:
    space = Spelled(len(WORDS), len(AFFIXES), len(CHARACTERS), len(affixes("")))
    settings = {"word_size": word_size, "affix_size": affix_size, "character_size": character_size}
    module = WordsInput(space, WordsInputSettings.from_dict({**settings, "character_encoder": kind}))
    module.forget = torch.tensor([float(word in FORGOTTEN) for word in WORDS.tokens])
    return randomised(module)


def draw_words(T: int) -> Sequence:
    # All words occur, some in two sentences, one twice in its own.
    return {"x": (torch.arange(T) ** 2 + T) % V}


def read_words(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    # A codec of its own: it remembers the words that it has seen.
    x = WordsCodec(WORDS, AFFIXES, CHARACTERS).encode([[LEXICON[word] for word in one["x"]] for one in sequences])
    for handed in (x.indices.rows, x.distinct, x.affixes, x.characters.rows):
        HANDED_OVER.append((handed, handed.clone()))
    forgetful = module(x, torch.Generator().manual_seed(0)).to_list()
    return [
        {"x": vectors, "x, words forgotten": others}
        for vectors, others in zip(module(x).to_list(), forgetful, strict=True)
    ]


def read_words_plainly(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    """Word by word, from its letters."""

    def vector(word: str, *, forgotten: set[str]) -> Tensor:
        parts: list[Tensor] = []
        if module.words is not None:
            parts.append(module.words[0 if normal_form(word) in forgotten else WORDS.index(normal_form(word))])
        if module.affixes is not None:
            parts += [module.affixes[AFFIXES.index(affix)] for affix in affixes(word)]
        if module.characters is not None:
            one = {"x": torch.tensor(CHARACTERS.indices(word))}
            parts.append(READ_CHARACTERS[module.characters.kind](module.characters, [one])[0]["vector"])
        return torch.cat(parts)

    return [
        {
            "x": torch.stack([vector(LEXICON[word], forgotten=set()) for word in one["x"]]),
            "x, words forgotten": torch.stack([vector(LEXICON[word], forgotten=FORGOTTEN) for word in one["x"]]),
        }
        for one in sequences
    ]


def words_row(
    name: str, *, word_size: int = 0, affix_size: int = 0, character_size: int = 0, kind: str = "convolutional"
) -> Row:
    sizes = {"word_size": word_size, "affix_size": affix_size, "character_size": character_size}
    return Row(
        f"words, {name}",
        partial(make_words, **sizes, kind=kind),
        draw_words,
        read_words,
        (by_autograd(read_words_plainly),),
        lambda T, t: {"x": torch.arange(T) == t},
        # Another word may change the number of distinct words, and with it the order in which a product adds up.
        same_bits=False,
    )
