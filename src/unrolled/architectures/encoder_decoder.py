"""Encoder and decoder, T_y ≠ T_x: x is read to its end, then y is written symbol by symbol."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NoReturn, cast

import torch
from torch import Tensor, nn

from unrolled.architectures.architecture import Loss, NetworkSettings, Symbols
from unrolled.architectures.decoder_steps import DecoderSteps
from unrolled.data.codecs.codec import Encoded
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Classes, Space
from unrolled.decoding import GREEDY, Decoding, Hypothesis, beam, greedy
from unrolled.errors import DataError, SettingsError
from unrolled.kernels import State
from unrolled.layers.attention import Attention, Memory
from unrolled.layers.dropout import variational
from unrolled.layers.frozen import Frozen
from unrolled.layers.initialise import generator_or_default, xavier_uniform
from unrolled.layers.inputs import IndicesInput, IndicesInputSettings, input_layer
from unrolled.layers.outputs import ClassesOutput, output_layer
from unrolled.layers.outputs.fused_loss import fused_cross_entropy
from unrolled.layers.stack import RecurrentSettings, recurrent_shapes, recurrent_stack, recurrent_symbols
from unrolled.settings import LARGEST_SIZE, setting
from unrolled.textbook import Score

__all__ = ["EncoderDecoder", "EncoderDecoderSettings"]


@dataclass(frozen=True, kw_only=True)
class EncoderDecoderSettings(RecurrentSettings):
    """What the network is made of: `RecurrentSettings` are those of the encoder; the decoder has its cell and size.

    Attributes:
        decoder_layers: recurrent layers of the decoder, of which one lies below the attention.
        decoder_embedding_size: length of the vectors of y's symbols.
        attention: how a step of the decoder and one of the encoder are compared: "dot" (where both have one width) or
            "general" (Luong et al. 2015, arXiv:1508.04025v5), or "additive" (Bahdanau et al. 2014, arXiv:1409.0473v7).
        deep_output: whether the scores see y⟨t-1⟩ and the context beside the decoder's state (Pascanu et al. 2013,
            arXiv:1312.6026v5): t⟨t⟩ = tanh(Wts s[L]⟨t⟩ + Wtc context⟨t⟩ + Wty y⟨t-1⟩ + bt).
        tied: whether the vectors of y's symbols are the weights of the scores, too (Press & Wolf 2016,
            arXiv:1608.05859v3).
        scheduled_sampling: how often y⟨t-1⟩ is in training what the model itself would have written (Bengio et al.
            2015, arXiv:1506.03099v3), drawn in a pass of its own (Mihaylova & Martins 2019, arXiv:1906.07651v1).
    """

    decoder_layers: int = setting(2, least=2, most=100)
    decoder_embedding_size: int = setting(100, least=1, most=LARGEST_SIZE)
    attention: Score = setting("general")
    deep_output: bool = setting(False)
    tied: bool = setting(False)
    scheduled_sampling: float = setting(0.0, below=1)
    input_dropout: float = setting(0.2, least=0, below=1)
    dropout: float = setting(0.2, least=0, below=1)


class EncoderDecoder(nn.Module):
    """An encoder over x, and a decoder over y whose first layer asks the encoder and whose second reads the answer.

        a = encoder(x)
        s[1]⟨t⟩ = cell(y⟨t-1⟩, s[1]⟨t-1⟩), from s[1]⟨0⟩ = tanh(W0 a_last + b0)
        context⟨t⟩ = attention(s[1]⟨t⟩, a)
        s[2]⟨t⟩ = cell([s[1]⟨t⟩ | context⟨t⟩], s[2]⟨t-1⟩), and so on upwards
        P(y⟨t⟩) = softmax(Wya s[L]⟨t⟩ + by), or of t⟨t⟩ where the output is deep

    The attention stands between two layers, not between two steps (an idea of Wu et al. 2016, arXiv:1609.08144v2, who
    give the context to all layers): with y given, both recurrences are whole calls of the ragged kernel. a_last is what
    each direction of the encoder's last layer leaves after its own last step. y⟨0⟩ is the end symbol, as if another y
    had just ended, and the last symbol of y is the end symbol.

    Args:
        x, y: the spaces of the two sides; y is `Classes` with an end.
        settings: what the network is made of.
        generator: where the initial weights come from.

    Raises:
        SettingsError: a space of y without an end, or settings that do not go together.
    """

    kind: ClassVar[str] = "encoder_decoder"
    shape: ClassVar[str] = "many-to-many, T_x ≠ T_y"
    answers_once: ClassVar[bool] = True
    settings_class: ClassVar[type[EncoderDecoderSettings]] = EncoderDecoderSettings

    def __init__(self, x: Space, y: Space, settings: NetworkSettings, generator: torch.Generator | None = None) -> None:
        super().__init__()
        if not isinstance(y, Classes) or y.end is None:
            raise SettingsError(f"An encoder-decoder writes symbols of which one is the end, and y is {y}.")
        generator = generator_or_default(generator)
        self.settings, self.end, self.num_symbols = settings, y.end, y.num
        self.core = core = cast(EncoderDecoderSettings, settings.network)
        H = core.hidden_size
        self.input = input_layer(x, settings.input, generator)
        self.encoder = recurrent_stack(core, self.input.size, generator)
        width = self.encoder.output_size
        self.y_input = IndicesInput(
            y, IndicesInputSettings(embedding_size=core.decoder_embedding_size), generator=generator
        )
        self.W0 = xavier_uniform(1, H, width, generator)
        self.b0 = nn.Parameter(torch.zeros(H))
        one_way = replace(core, bidirectional=False, initial_state="zero")
        self.below = recurrent_stack(replace(one_way, num_layers=1), self.y_input.size, generator)
        self.attention = Attention(core.attention, H, width, generator=generator)
        self.above = recurrent_stack(replace(one_way, num_layers=core.decoder_layers - 1), H + width, generator)
        E = core.decoder_embedding_size
        self.Wts = self.Wtc = self.Wty = self.bt = None
        if core.deep_output:
            self.Wts = xavier_uniform(1, E, H, generator)
            self.Wtc = xavier_uniform(1, E, width, generator)
            self.Wty = xavier_uniform(1, E, E, generator)
            self.bt = nn.Parameter(torch.zeros(E))
        if core.tied and not core.deep_output and E != H:
            raise SettingsError(
                f"tied=true with decoder_embedding_size {E} and hidden_size {H}: vectors of symbols and of states are "
                "of one length then. Make them so, or give deep_output=true."
            )
        output = output_layer(y, E if core.deep_output else H, settings.output, generator)
        if not isinstance(output, ClassesOutput):
            raise SettingsError(f"An encoder-decoder writes symbols without an order, and y is {y}.")
        if core.tied:
            del output.Wya
        self.output = output

    @property
    def module(self) -> nn.Module:
        """All that is learnt."""
        return self

    def observe(self, x_counts: Tensor | None, y_counts: Tensor | None) -> None:
        """Take in how often each symbol of x and of y occurs in the training data."""
        self.input.observe(x_counts)
        self.output.observe(y_counts)

    def encode(self, x: Encoded, noise: torch.Generator | None = None) -> tuple[Memory, State]:
        """Return what the decoder attends to, and the state s[1]⟨0⟩ that its first layer begins with."""
        a, last = self.encoder(self.input(x, noise), noise=noise)
        first = torch.tanh(nn.functional.linear(last.a[:, -1].flatten(1), self.W0, self.b0))[:, None, None]
        c = torch.zeros_like(first) if self.core.cell == "lstm" else None
        return self.attention.memory(variational(a, self.core.dropout, noise)), State(first, c)

    def scores(self, x: Encoded, y: Ragged, noise: torch.Generator | None = None) -> tuple[Ragged, list[Tensor]]:
        """Return the scores of each y⟨t⟩ given those before it, rows (M_y, V), and the attention's weights, (T_y, T_x).

        Raises:
            DataError: y does not fit x, or holds what is no symbol.
        """
        t, alpha = self._read(x, y, noise)
        return self._scores(t), alpha

    def _read(
        self, x: Encoded, y: Ragged, noise: torch.Generator | None = None, before: Ragged | None = None
    ) -> tuple[Ragged, list[Tensor]]:
        """Return what the scores are made of, rows (M_y, ·), and the attention's weights; `before` are other y⟨t-1⟩."""
        memory, first = self.encode(x, noise)
        if len(y) != len(memory) or y.rows.ndim != 1 or y.rows.dtype != torch.int64:
            raise DataError(
                f"y has rows {tuple(y.rows.shape)}, {y.rows.dtype}, in {len(y)} sequences. "
                f"Give an int64 symbol a step in {len(memory)} sequences, as many as x has."
            )
        y_prev = self.y_input(self._previous(y) if before is None else before)
        s, _ = self.below(y_prev, first, noise)
        context, alpha = self.attention(s, memory)
        s, _ = self.above(s.with_rows(torch.cat([s.rows, context.rows], 1)), noise=noise)
        return variational(self._deep(s, context, y_prev), self.core.dropout, noise), alpha

    def _deep(self, s: Ragged, context: Ragged, y_prev: Ragged) -> Ragged:
        """Return t⟨t⟩, or s⟨t⟩ where the output is not deep."""
        if self.Wts is None or self.Wtc is None or self.Wty is None or self.bt is None:
            return s
        linear = nn.functional.linear
        return s.with_rows(
            torch.tanh(
                linear(s.rows, self.Wts, self.bt) + linear(context.rows, self.Wtc) + linear(y_prev.rows, self.Wty)
            )
        )

    def _scores(self, t: Ragged) -> Ragged:
        return t.with_rows(nn.functional.linear(t.rows, self._weights, self.output.by))

    @property
    def _weights(self) -> Tensor:
        """Those of the scores, (K, ·)."""
        return self.y_input.embedding if self.core.tied else self.output.Wya

    def loss(self, x: Encoded, y: Ragged, noise: torch.Generator | None = None) -> Loss:
        """Return the loss summed over all steps of all y, the end symbols among them, and how many they are.

        Raises:
            DataError: a y that does not end with the end symbol.
        """
        if bool((y.last() != self.end).any()):
            number = int((y.last() != self.end).nonzero()[0])
            raise DataError(f"y of example {number + 1} does not end with the end symbol, {self.end}.")
        before = self._sampled(x, y, noise) if noise is not None and self.core.scheduled_sampling else None
        t, _ = self._read(x, y, noise, before)
        if self.output.class_weights is not None:
            return Loss(self.output.loss(self._scores(t), y, noise).sum(), y.num_rows)
        smoothing = 0.0 if noise is None else self.output.settings.label_smoothing
        total = fused_cross_entropy(t.rows, self._weights, self.output.by, y.rows, smoothing)
        return Loss(total, y.num_rows)

    @torch.no_grad()
    def _sampled(self, x: Encoded, y: Ragged, noise: torch.Generator) -> Ragged:
        """Return y⟨t-1⟩, by chance those that the model would have written."""
        before = self._previous(y)
        drawn = self.scores(x, y)[0].rows.softmax(1).multinomial(1, generator=noise)[:, 0]
        own = self._previous(y.with_rows(drawn)).rows
        taken = torch.rand(own.shape, generator=noise) < self.core.scheduled_sampling
        return before.with_rows(torch.where(taken.to(own.device), own, before.rows))

    @torch.no_grad()
    def log_likelihood(self, x: Encoded, y: Ragged) -> Tensor:
        """Return log P(y | x) of each pair, (N,)."""
        return self.output.log_likelihood(self.scores(x, y)[0], y)

    @torch.no_grad()
    def decoder(self, x: Encoded) -> DecoderSteps:
        """Return the decoder for these x, one step at a time, as greedy search, sampling and beam search take it."""
        memory, first = self.encode(x)
        return DecoderSteps(
            self.y_input,
            Frozen(self.below),
            self.attention,
            Frozen(self.above),
            self.above.first_state(1),
            self._log_probabilities,
            memory,
            first,
            self.end,
        )

    @torch.no_grad()
    def found(self, x: Encoded, decoding: Decoding) -> Sequence[Sequence[Hypothesis]]:
        """Return for each x the best y that the search of `decoding` finds; after it the n best.

        The beam is as wide as `n_best` at least.
        """
        decoder, search, n = self.decoder(x), decoding.search or GREEDY, decoding.n_best
        max_lengths = [search.max_length(T_x) for T_x in decoder.lengths]
        if search.beam_size == 1 and n <= 1 and not search.no_repeat:
            found = [[best] for best in greedy(decoder, max_lengths)]
        else:
            found = beam(decoder, max_lengths, replace(search, beam_size=max(search.beam_size, n)), max(n, 1))
        firsts = self._described(x, [hypotheses[0] for hypotheses in found], decoding)
        return [[first, *(hypotheses if n else [])] for first, hypotheses in zip(firsts, found, strict=True)]

    def steps(self, num_sequences: int = 1) -> NoReturn:
        """Refuse: y⟨1⟩ depends on all of x.

        Raises:
            SettingsError: always.
        """
        raise SettingsError(
            "A stream needs a model whose ŷ⟨t⟩ depends on x⟨1⟩ … x⟨t⟩ alone. This one is an encoder-decoder: it must "
            "see the end of x before it writes the first symbol of y, whatever its settings. Predict whole sequences."
        )

    def symbols(self) -> Symbols:
        """Return the legend of the shapes."""
        return {
            **recurrent_symbols(self.core, self.input.size),
            "Ls": ("recurrent layers of the decoder", self.core.decoder_layers),
            "K": ("symbols of y", self.num_symbols),
            "Ey": ("length of the vector of a symbol of y", self.y_input.size),
            **self.input.symbols(),
        }

    def shapes(self) -> Mapping[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols."""
        deep: dict[str, tuple[str, ...]] = {}
        if self.core.deep_output:
            deep = {"Wts": ("Ey", "H"), "Wtc": ("Ey", "B·H"), "Wty": ("Ey", "Ey"), "bt": ("Ey",)}
        parts: dict[str, Mapping[str, tuple[str, ...]]] = {
            "input.": self.input.shapes(),
            "encoder.": recurrent_shapes(self.encoder),
            "": {"W0": ("H", "B·H"), "b0": ("H",), **deep},
            "y_input.": {"embedding": ("K", "Ey")},
            "below.": recurrent_shapes(self.below, "Ey", "H"),
            "attention.": self.attention.shapes("H", "B·H"),
            "above.": recurrent_shapes(self.above, "(1+B)·H", "H"),
            "output.": {
                name: shape
                for name, shape in self.output.shapes("Ey" if self.core.deep_output else "H").items()
                if name != "Wya" or not self.core.tied
            },
        }
        return {f"{part}{name}": shape for part, shapes in parts.items() for name, shape in shapes.items()}

    def _previous(self, y: Ragged) -> Ragged:
        """y⟨t-1⟩ at each step, the end symbol before the first."""
        rows = torch.cat([y.rows.new_tensor([self.end]), y.rows[:-1]])
        return y.with_rows(rows.index_fill(0, y.offsets[:-1].to(rows.device), self.end))

    def _log_probabilities(self, s: Ragged, context: Ragged, y_prev: Ragged) -> Tensor:
        return self.output.log_probabilities(self._scores(self._deep(s, context, y_prev))).rows

    def _described(self, x: Encoded, found: list[Hypothesis], decoding: Decoding) -> list[Hypothesis]:
        """The same with what was asked about each step: y as given, in one whole call."""
        if not (decoding.confidence or decoding.probabilities or decoding.alignment):
            return found
        y = Ragged.from_list([hypothesis.rows for hypothesis in found])
        scores, alpha = self.scores(x, y)
        probabilities = self.output.probabilities(scores)
        sure = y.with_rows(probabilities.rows.gather(1, y.rows[:, None])[:, 0].clamp(0, 1)).to_list()
        return [
            replace(
                hypothesis,
                confidence=tuple(cast(Any, of_steps).tolist()) if decoding.confidence else (),
                probabilities=each if decoding.probabilities else None,
                alignment=weights if decoding.alignment else None,
            )
            for hypothesis, of_steps, each, weights in zip(found, sure, probabilities.to_list(), alpha, strict=True)
        ]
