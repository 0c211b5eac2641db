"""DNA with an answer at every base: four numbers for it and each neighbour, either strand, in pieces where long."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from torch import Tensor

from unrolled.data.bases import BASES, CODES, fault_of_bases, mean_bases, normal_bases, other_strand
from unrolled.data.codecs.codec import Fault, Saved
from unrolled.data.codecs.dna_chunks import DnaChunks, after_others
from unrolled.data.codecs.encoded import EncodedBases, int64
from unrolled.data.codons import Codons
from unrolled.data.given import own
from unrolled.data.kept_chain import KeptChain
from unrolled.data.kmers import Kmers
from unrolled.data.label_chain import LabelChain
from unrolled.data.pieces import Piece
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Bases
from unrolled.data.words_of_labels import LabelWords, part_of
from unrolled.errors import SettingsError
from unrolled.settings import Settings, setting

__all__ = ["BasesCodec", "BasesSettings"]

WINDOWS = (12, 45)
"""Bases on either side of a base over which words are summed."""


@dataclass(frozen=True, kw_only=True)
class BasesSettings(Settings):
    """What a sequence becomes whose bases have a label each.

    Attributes:
        span: each step is a base and the `span` - 1 before it.
        ahead: so many bases after it are in the step, too; of a model that reads one way alone, none.
        base_dropout: the share of bases that training reads as N.
        reverse_complement: what is done where genes stand on either strand: "none"; "augment", by which training reads
            either strand by chance; "average", by which the answer is also the mean of both (the post-hoc form of Zhou
            et al. 2022, PMLR 165), the other one's turned back. Labels that end in + and - change places on the other
            strand.
        answer_steps: the most bases that are answered at once; a longer sequence is answered in pieces of so many.
        answer_rim: so many more bases are read on either side of such a piece where the network reads both ways. The
            cost is 2·`answer_rim` / `answer_steps` more time. One way alone, the state goes on from piece to piece, and
            the answer is that of the whole.
        coding: the label of coding bases, such as "exon"; several with commas, and those that end in + or - of both
            strands by the name before it. Their bases are then told apart by their place in the codon, which goes on
            from exon to exon, so that a path keeps the frame of a gene; and `word_bases` are read. None where no label
            codes.
        word_bases: of a model with `coding` that reads both ways, a step also has how well the words of so many bases
            go with each label and frame round it, and what a hidden Markov model of words, sites and frames says of it,
            all counted on the training data; 0 for neither.
    """

    title: ClassVar[str] = "setting of the bases"

    span: int = setting(7, least=1, most=99)
    ahead: int = setting(6, most=99, when=("bidirectional", bool))
    base_dropout: float = setting(0.0, below=1)
    reverse_complement: Literal["none", "augment", "average"] = setting("average")
    answer_steps: int = setting(8192, least=1)
    answer_rim: int = setting(512)
    coding: str | None = setting(None)
    word_bases: int = setting(6, most=8)


@dataclass(frozen=True)
class BasesCodec:
    """Sequences of bases, as texts of the IUPAC codes; a code of several bases is the mean of theirs.

    >>> codec = BasesCodec(BasesSettings(span=2, ahead=1, reverse_complement="none"))
    >>> codec.space, codec.encode(["ar"]).spans.rows[1].tolist()
    (Bases(span=3, places=0, phrases=()), [1.0, 0.0, 0.0, 0.0, 0.5, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0])
    """

    kind: ClassVar[str] = "bases"

    settings: BasesSettings = field(default_factory=BasesSettings)
    kept: KeptChain | None = None

    @classmethod
    def fitted(cls, raws: Iterable[str], settings: BasesSettings | None = None) -> "BasesCodec":
        """Return the codec: nothing is learnt from sequences without labels."""
        return cls(settings or BasesSettings())

    @classmethod
    def fitted_with_codons(
        cls, raws: Sequence[str], states: Sequence[Tensor], codons: Codons, partners: Sequence[int], how: BasesSettings
    ) -> "BasesCodec":
        """Return the codec that knows the words of each class of labels.

        Args:
            raws: the training sequences.
            states: (T,) int64 of each, the states of its bases.
            codons: what the states are.
            partners: for each state that of the other strand.
            how: the settings.
        """
        classes, others = np.array(codons.classes), np.zeros(max(codons.classes) + 1, np.int64)
        others[classes] = classes[list(partners)]
        pairs = [(normal_bases(raw), each.numpy()) for raw, each in zip(raws, states, strict=True)]
        of_classes = ((text, classes[own]) for text, own in pairs)
        words = LabelWords.counted(of_classes, others.tolist(), codons.frames, how.word_bases, WINDOWS)
        kept = KeptChain(LabelChain.counted(pairs, partners, codons, words))
        strands = [(text, part_of(text)) for text, _ in pairs]
        kept.read([each for text, part in strands for each in ((text, part), (other_strand(text), part))])
        return cls(how, kept)

    def grown(self, raws: Iterable[str], settings: BasesSettings) -> "BasesCodec":
        """Return this codec: there are no further bases.

        Raises:
            DataError: what `check` finds in new sequences.
        """
        _refuse(self, raws)
        return self

    def origins(self, earlier: "BasesCodec") -> dict[str, Tensor]:
        """Return nothing: there are no symbols with weights of their own."""
        return {}

    @property
    def space(self) -> Bases:
        """How many bases a row holds."""
        return Bases(self.settings.span + self.settings.ahead, words=0 if self.kept is None else self.kept.size)

    @property
    def turns(self) -> bool:
        """Whether training reads either strand by chance."""
        return self.settings.reverse_complement != "none"

    @property
    def num_views(self) -> int:
        """How many strands an answer is the mean of."""
        return 2 if self.settings.reverse_complement == "average" else 1

    @property
    def answer_steps(self) -> int:
        """The most bases that are answered at once."""
        return self.settings.answer_steps

    @property
    def answer_rim(self) -> int:
        """Bases on either side of a piece of a longer sequence."""
        return self.settings.answer_rim

    def length(self, raw: str, /) -> int:
        """Return T, the number of bases."""
        return len(raw)

    def accepted(self, raw: Any, /) -> str | Fault:
        """Return the bases as a text of Python, or what is wrong with them."""
        fault = self.check(own(raw))
        return str(own(raw)) if fault is None else fault

    def check(self, raw: Any, /) -> Fault | None:
        """Return what is wrong: no text, empty, or a letter that is no base."""
        return fault_of_bases(raw)

    def encode(self, raws: Sequence[str], /, noise: torch.Generator | None = None) -> EncodedBases:
        """Encode a batch of whole sequences; `noise` drops bases and turns sequences round, as the settings say.

        Raises:
            DataError: what `check` finds, with the example's number.
        """
        _refuse(self, raws)
        views = 1 if noise is not None else self.num_views
        if noise is not None and self.turns:
            turned = torch.rand(len(raws), generator=noise) < 0.5
        else:
            turned = torch.tensor([False, True][:views]).repeat(len(raws))
        flags: list[bool] = [bool(flag) for flag in turned]
        pieces = [Piece(i // views, 0, len(raws[i // views]), flag) for i, flag in enumerate(flags)]
        encoded = self._encoded(raws, pieces, noise)
        return EncodedBases(encoded, encoded.steps, (), views, turned if bool(turned.any()) else None)

    def encode_pieces(
        self, raws: Sequence[str], pieces: Sequence[Piece], /, rim: int = 0, noise: torch.Generator | None = None
    ) -> EncodedBases:
        """Encode a piece of each sequence, with up to `rim` steps more on either side.

        The bases beyond are the neighbours of those at the edge, as in the whole sequence. A piece that is turned has
        its bases in the order of the other strand.

        Args:
            raws: the sequence of each piece.
            pieces: what is encoded of it; `example` is not looked at.
            rim: in steps.
            noise: drops bases; it turns nothing, which the pieces say themselves.
        """
        wider = [
            Piece(i, max(0, piece.start - rim), min(len(raw), piece.end + rim), piece.turned)
            for i, (raw, piece) in enumerate(zip(raws, pieces, strict=True))
        ]
        encoded, turned = self._encoded(raws, wider, noise), torch.tensor([piece.turned for piece in pieces])
        return EncodedBases(encoded, encoded.steps, turned=turned if bool(turned.any()) else None)

    def chunks(self) -> DnaChunks:
        """Return what encodes one sequence while it arrives.

        Raises:
            SettingsError: a base is read with some that are still to come, or the other strand is.
        """
        if self.settings.ahead or self.kept is not None:
            raise SettingsError("Each base is read with those after it. Train with bidirectional=false.")
        if self.settings.reverse_complement == "average":
            raise SettingsError("The other strand begins at the end. Train with reverse_complement=augment.")
        return DnaChunks(Kmers(0), self.settings.span)

    def decode(self, sequences: Sequence[Tensor], /) -> list[str]:
        """Return the sequence of each (T, 4·(span + ahead)), the code of each base whose mean is nearest."""
        codes = "".join(CODES)
        means = torch.as_tensor(mean_bases(codes)).double()
        first = 4 * (self.settings.span - 1)
        nearest = [torch.cdist(rows[:, first : first + 4].double(), means).argmin(1).numpy() for rows in sequences]
        return ["".join(codes[i] for i in indices) for indices in nearest]

    def save(self) -> Saved:
        """Return the settings, and what is known of words."""
        if self.kept is None:
            return Saved(self.settings.to_dict())
        values, tensors = self.kept.chain.saved()
        return Saved({**self.settings.to_dict(), "chain": values}, tensors=tensors)

    @classmethod
    def load(cls, saved: Saved, /) -> "BasesCodec":
        """Return the codec that was saved.

        Raises:
            DataError: words that cannot be.
            SettingsError: a setting that cannot be.
        """
        settings = dict(saved.settings)
        values = settings.pop("chain", None)
        how = BasesSettings.from_dict(settings)
        return (
            cls(how)
            if values is None
            else cls(how, KeptChain(LabelChain.loaded(values, saved.tensors, how.word_bases)))
        )

    def _encoded(self, raws: Sequence[str], pieces: Sequence[Piece], noise: torch.Generator | None) -> Ragged:
        """Return the rows of pieces, each made with the neighbours that it has in its sequence."""
        span, ahead = self.settings.span, self.settings.ahead
        margin = max(span - 1, ahead, 0 if self.kept is None else self.kept.chain.words.margin)
        texts: list[str] = []
        inner: list[slice] = []
        for piece in pieces:
            raw = raws[piece.example]
            a, b = max(0, piece.start - margin), min(len(raw), piece.end + margin)
            text = normal_bases(raw[a:b])
            before = b - piece.end if piece.turned else piece.start - a
            texts.append(other_strand(text) if piece.turned else text)
            inner.append(slice(before, before + piece.end - piece.start))
        lengths = int64([len(text) for text in texts])
        rows = torch.as_tensor(np.concatenate([mean_bases(text) for text in texts]))
        if noise is not None and self.settings.base_dropout:
            lost = torch.rand(len(rows), generator=noise) < self.settings.base_dropout
            rows = rows.masked_fill(lost[:, None], 1 / len(BASES))
        rows = after_others(rows, lengths, span, ahead)
        if self.kept is not None:
            return _with_chain(self.kept, texts, inner, raws, pieces, rows, noise is not None)
        whole = Ragged(rows, lengths)
        if all(part.start == 0 and part.stop == len(text) for part, text in zip(inner, texts, strict=True)):
            return whole
        return Ragged.from_list([part[inside] for part, inside in zip(whole.to_list(), inner, strict=True)])


def _refuse(codec: BasesCodec, raws: Iterable[str]) -> None:
    for number, raw in enumerate(raws, 1):
        if (fault := codec.check(raw)) is not None:
            raise fault.error(number)


def _with_chain(
    kept: KeptChain,
    texts: Sequence[str],
    inner: Sequence[slice],
    raws: Sequence[str],
    pieces: Sequence[Piece],
    rows: Tensor,
    training: bool,
) -> Ragged:
    """Return the rows of pieces with the words round each base, and what the chain of the whole sequence says of it.

    Args:
        kept: what is known of labels.
        texts: of each piece, with what stands round it; of the other strand where it is turned.
        inner: where the piece is in it.
        raws: the whole sequences.
        pieces: which part each is of.
        rows: of all bases of the texts.
        training: whether a sequence is read by what was counted without its part.
    """
    wholes = [normal_bases(raws[piece.example]) for piece in pieces]
    parts = [part_of(whole) if training else None for whole in wholes]
    strands = [other_strand(w) if piece.turned else w for w, piece in zip(wholes, pieces, strict=True)]
    said = kept.read(list(zip(strands, parts, strict=True)))
    found: list[Tensor] = []
    end = 0
    for i, (piece, inside) in enumerate(zip(pieces, inner, strict=True)):
        start, end = end, end + len(texts[i])
        words = kept.chain.words.rows(texts[i], parts[i])[inside]
        first = len(wholes[i]) - piece.end if piece.turned else piece.start
        more = said[i][first : first + piece.end - piece.start].astype(np.float32)
        found.append(torch.cat([rows[start:end][inside], torch.as_tensor(words), torch.as_tensor(more)], 1))
    return Ragged.from_list(found)
