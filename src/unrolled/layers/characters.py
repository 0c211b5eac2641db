"""A vector for the shape of a word, from its characters: also for words that no vocabulary holds."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from unrolled.data.ragged import Ragged, check_ragged
from unrolled.errors import DataError, SettingsError
from unrolled.layers.initialise import generator_or_default, xavier_uniform
from unrolled.layers.recurrent import Recurrent

__all__ = ["CharacterEncoder"]

_WIDTH = 3


class CharacterEncoder(nn.Module):
    """Reads words as sequences of character indices, one sequence a distinct word, and gives (num_words, size).

    "recurrent": the last states of a bidirectional LSTM, forwards before backwards (Lample et al. 2016,
    arXiv:1603.01360v3). "convolutional": tanh of the maximum over time of windows of three characters, with nothing
    beyond the ends of a word (after Chiu and Nichols 2016, arXiv:1511.08308v5).

    >>> words = Ragged.from_list([torch.tensor([7, 1, 20]), torch.tensor([4])])
    >>> CharacterEncoder(26, 10, kind="convolutional")(words).shape
    torch.Size([2, 10])

    Arguments:
        num_characters: V, the number of character indices.
        size: width of a word's vector; even where recurrent.
        kind: "recurrent" or "convolutional".
        embedding_size: width of a character's vector.
        generator: where the weights are drawn from; None is a new generator of seed 0.

    Raises:
        SettingsError: for a kind or size that cannot be.
    """

    def __init__(
        self,
        num_characters: int,
        size: int,
        *,
        kind: str = "recurrent",
        embedding_size: int = 25,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if kind not in ("recurrent", "convolutional"):
            raise SettingsError(f'kind is {kind!r}. Give "recurrent" or "convolutional".')
        for name, number in (("num_characters", num_characters), ("size", size), ("embedding_size", embedding_size)):
            if number < 1:
                raise SettingsError(f"{name} is {number}. Give a whole number of at least 1.")
        if kind == "recurrent" and size % 2:
            raise SettingsError(f"size is {size}. Give an even number: half of it is read in each direction.")
        generator = generator_or_default(generator)
        self.kind = kind
        self.size = size
        # Characters as vectors of length about 1 in each direction: variance 1/3 · 3/size (Ma and Hovy 2016).
        bound = math.sqrt(3 / embedding_size)
        self.embedding = nn.Parameter((2 * torch.rand(num_characters, embedding_size, generator=generator) - 1) * bound)
        self.lstm: Recurrent | None = None
        self.Wx: nn.Parameter | None = None
        self.bx: nn.Parameter | None = None
        if kind == "recurrent":
            self.lstm = Recurrent("lstm", embedding_size, size // 2, bidirectional=True, generator=generator)
        else:
            self.Wx = xavier_uniform(1, size, _WIDTH * embedding_size, generator)
            self.bx = nn.Parameter(torch.zeros(size))

    def forward(self, characters: Ragged) -> Tensor:
        """Vectors of words, (num_words, size), from int64 rows (M,); raises DataError for indices out of range."""
        check_ragged("CharacterEncoder", characters)
        V, rows = len(self.embedding), characters.rows
        if rows.ndim != 1 or rows.dtype != torch.int64 or int(rows.min()) < 0 or int(rows.max()) >= V:
            raise DataError(
                f"CharacterEncoder: rows are {tuple(rows.shape)}, {rows.dtype}. Give int64 (M,), each 0 to {V - 1}."
            )
        if self.lstm is not None:
            _, state = self.lstm(characters.with_rows(functional.embedding(rows, self.embedding)))
            return state.a.flatten(1)
        return self._windows(characters).max().tanh()

    def shapes(self) -> dict[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols: Vc characters, vectors of length Ec, encodings of length C."""
        found: dict[str, tuple[str, ...]] = {"embedding": ("Vc", "Ec")}
        if self.lstm is None:
            return found | {"Wx": ("C", f"{_WIDTH}·Ec"), "bx": ("C",)}
        # The two directions share the encoding's length between them.
        shapes = {"Wax": ("4·C/2", "Ec"), "Waa": ("4·C/2", "C/2"), "ba": ("4·C/2",)}
        return found | {f"lstm.{name}": shapes[name.rpartition(".")[2]] for name, _ in self.lstm.named_parameters()}

    def _windows(self, characters: Ragged) -> Ragged:
        """Wx times each window of three characters, plus bx: rows (M, size).

        A character's index is its one-hot vector, so the products of every character with each third of Wx are a table,
        and a window is the sum of three of its rows.
        """
        assert self.Wx is not None
        assert self.bx is not None
        (V, D), c = self.embedding.shape, characters.rows
        blocks = self.Wx.view(self.size, _WIDTH, D).transpose(0, 1)  # (3, size, D)
        table = (self.embedding @ blocks.transpose(1, 2)).flatten(0, 1)  # (3·V, size)
        beyond = table.new_zeros(1, self.size)
        steps, lengths = characters.steps, characters.lengths[characters.sequence_numbers]
        before = (c.roll(1)).masked_fill((steps == 0).to(c.device), 3 * V)
        after = (c.roll(-1) + 2 * V).masked_fill((steps == lengths - 1).to(c.device), 3 * V)
        windows = torch.stack([before, c + V, after], dim=1)
        sums = functional.embedding_bag(windows, torch.cat([table, beyond]), mode="sum", padding_idx=3 * V)
        return characters.with_rows(sums + self.bx)
