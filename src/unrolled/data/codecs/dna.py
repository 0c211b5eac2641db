"""DNA: each base as four numbers with those before it, the other strand, and runs of bases as features."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from unrolled.data.bases import BASES, CODES, fault_of_bases, mean_bases, normal_bases, other_strand
from unrolled.data.codecs.codec import Fault, Saved
from unrolled.data.codecs.dna_chunks import DnaChunks, after_others
from unrolled.data.codecs.encoded import EncodedBases, int64
from unrolled.data.given import own
from unrolled.data.kmers import Kmers, bag_of
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Bases
from unrolled.errors import DataError, SettingsError
from unrolled.settings import Settings, setting

__all__ = ["DnaCodec", "DnaSettings"]

MAX_CACHED, MAX_CACHED_LENGTH = 200_000, 200
"""Sequences whose features are kept from one epoch to the next: 320 MB at most."""


@dataclass(frozen=True, kw_only=True)
class DnaSettings(Settings):
    """What a sequence becomes.

    Attributes:
        span: each step is a base and the `span` - 1 before it.
        aligned: whether a place means the same in every sequence: "yes", "no", or "detect", which takes sequences that
            are all of one length for aligned.
        placed_bases: runs of 2 to that many bases, each at its place, are features of aligned sequences; 0 for none.
        loose_bases: runs of 2 to that many bases, wherever they stand, are those of other sequences; 0 for none.
        base_dropout: the share of bases that training reads as N (dropout of the inputs, Srivastava et al. 2014).
        reverse_complement: what is done where the label does not depend on the strand: "none", which is right where it
            does, as of splice sites; "augment", by which training reads either strand by chance; "average", by which
            the answer is also the mean of both (the post-hoc form of Zhou et al. 2022, PMLR 165, who compare the two).
    """

    title: ClassVar[str] = "setting of the bases"

    span: int = setting(7, least=1, most=99)
    aligned: Literal["detect", "yes", "no"] = setting("detect")
    placed_bases: int = setting(3, most=6)
    loose_bases: int = setting(6, most=8)
    base_dropout: float = setting(0.2, below=1)
    reverse_complement: Literal["none", "augment", "average"] = setting("none")


@dataclass(frozen=True)
class DnaCodec:
    """Sequences of bases, as texts of the IUPAC codes; a code of several bases is the mean of theirs.

    >>> codec = DnaCodec.fitted(["ACGTACGT", "ACGTTTTT"], DnaSettings(span=2, placed_bases=0))
    >>> codec.space, codec.encode(["ar"]).spans.rows[1].tolist()
    (Bases(span=2, places=8, phrases=()), [1.0, 0.0, 0.0, 0.0, 0.5, 0.0, 0.5, 0.0])

    Attributes:
        places: T of aligned sequences, 0 of others.
        settings: what they become.
    """

    kind: ClassVar[str] = "dna"

    places: int = 0
    settings: DnaSettings = field(default_factory=DnaSettings)
    _seen: dict[str, NDArray[np.int64]] = field(
        default_factory=dict[str, NDArray[np.int64]], init=False, repr=False, compare=False
    )

    @classmethod
    def fitted(cls, raws: Iterable[str], settings: DnaSettings | None = None) -> "DnaCodec":
        """Return the codec of the training sequences.

        Raises:
            SettingsError: aligned=yes, and they are not of one length.
        """
        settings, lengths = settings or DnaSettings(), {len(raw) for raw in raws}
        if settings.aligned == "yes" and len(lengths) > 1:
            raise SettingsError(
                f"aligned=yes, but the sequences have {min(lengths):,} to {max(lengths):,} bases. Give windows of one "
                "length, or aligned=no."
            )
        aligned = settings.aligned != "no" and len(lengths) == 1
        return cls(lengths.pop() if aligned else 0, settings)

    def grown(self, raws: Iterable[str], settings: DnaSettings) -> "DnaCodec":
        """Return this codec: there are no further bases.

        Raises:
            DataError: what `check` finds in new sequences, or one of another length than the aligned ones.
        """
        for number, raw in enumerate(raws, 1):
            if (fault := self.check(raw)) is not None:
                raise fault.error(number)
            if self.places and len(raw) != self.places:
                raise DataError(f"Example {number} has {len(raw):,} bases. Give {self.places:,}, as those before.")
        return self

    def origins(self, earlier: "DnaCodec") -> dict[str, Tensor]:
        """Return where the weights of each feature come from: from its own."""
        return {"phrases": torch.arange(self.phrases.size)}

    @property
    def phrases(self) -> Kmers:
        """The runs of bases that are features."""
        return Kmers(self.settings.placed_bases if self.places else self.settings.loose_bases, self.places)

    @property
    def space(self) -> Bases:
        """The sizes."""
        size = self.phrases.size
        return Bases(self.settings.span, self.places, (size,) if size else ())

    def length(self, raw: str, /) -> int:
        """Return T, the number of bases."""
        return len(raw)

    def accepted(self, raw: Any, /) -> str | Fault:
        """Return the bases as a text of Python, or what is wrong with them."""
        fault = self.check(own(raw))
        return str(own(raw)) if fault is None else fault

    def check(self, raw: Any, /) -> Fault | None:
        """Return what is wrong: no text, empty, a letter that is no base, or more bases than aligned ones have."""
        if (fault := fault_of_bases(raw)) is not None:
            return fault
        if self.places and len(raw) > self.places:
            way_out = f"Give windows of {self.places:,} bases, or train with aligned=no"
            return Fault(f"{len(raw):,} bases, where the model was trained on windows of {self.places:,}", way_out)
        return None

    def encode(self, raws: Sequence[str], /, noise: torch.Generator | None = None) -> EncodedBases:
        """Encode a batch of sequences; `noise` drops bases and turns sequences round, as the settings say.

        A sequence that is shorter than the aligned ones is the beginning of one.

        Raises:
            DataError: what `check` finds, with the example's number.
        """
        for number, raw in enumerate(raws, 1):
            if (fault := self.check(raw)) is not None:
                raise fault.error(number)
        sequences, views = [normal_bases(raw) for raw in raws], 1
        if self.settings.reverse_complement != "none" and noise is not None:
            turned = torch.rand(len(sequences), generator=noise).lt(0.5).numpy()
            sequences = [other_strand(s) if other else s for s, other in zip(sequences, turned, strict=True)]
        elif self.settings.reverse_complement == "average":
            sequences, views = [each for s in sequences for each in (s, other_strand(s))], 2
        rows, lengths = self._rows(sequences, noise), int64([len(sequence) for sequence in sequences])
        spans = Ragged(after_others(rows, lengths, self.settings.span), lengths)
        phrases = (bag_of(list(map(self._runs, sequences))),) if self.space.phrases else ()
        return EncodedBases(spans, spans.steps, phrases, views)

    def chunks(self) -> "DnaChunks":
        """Return what encodes one sequence while it arrives.

        Raises:
            SettingsError: the answer is the mean of both strands, and the other one begins at the end.
        """
        if self.settings.reverse_complement == "average":
            raise SettingsError("The other strand begins at the end. Train with reverse_complement=augment.")
        return DnaChunks(self.phrases, self.settings.span)

    def decode(self, sequences: Sequence[Tensor], /) -> list[str]:
        """Return the sequence of each (T, 4·span), the code of each base whose mean is nearest."""
        codes = "".join(CODES)
        means = torch.as_tensor(mean_bases(codes))
        nearest = [torch.cdist(rows[:, -4:].double(), means.double()).argmin(1).numpy() for rows in sequences]
        return ["".join(codes[i] for i in indices) for indices in nearest]

    def save(self) -> Saved:
        """Return the settings and the length."""
        return Saved({**self.settings.to_dict(), "places": self.places})

    @classmethod
    def load(cls, saved: Saved, /) -> "DnaCodec":
        """Return the codec that was saved.

        Raises:
            DataError: a length that cannot be.
            SettingsError: a setting that cannot be.
        """
        settings = dict(saved.settings)
        places = settings.pop("places", None)
        if not isinstance(places, int) or isinstance(places, bool) or not 0 <= places < 2**31:
            raise DataError(f"places is {places!r}, no number of bases. Copy the whole model directory.")
        return cls(places, DnaSettings.from_dict(settings))

    def _runs(self, bases: str) -> NDArray[np.int64]:
        """Return the features of a sequence; it comes again every epoch, and is looked up once if it is short."""
        found = self._seen.get(bases)
        if found is None:
            found = self.phrases.distinct(bases)
            if len(bases) <= MAX_CACHED_LENGTH and len(self._seen) < MAX_CACHED:
                self._seen[bases] = found
        return found

    def _rows(self, sequences: Sequence[str], noise: torch.Generator | None) -> Tensor:
        rows = torch.as_tensor(np.concatenate([mean_bases(sequence) for sequence in sequences]))
        if noise is None or not self.settings.base_dropout:
            return rows
        lost = torch.rand(len(rows), generator=noise) < self.settings.base_dropout
        return rows.masked_fill(lost[:, None], 1 / len(BASES))
