"""The settings of sequences that are too long to be learnt whole."""

from dataclasses import dataclass
from typing import ClassVar

from unrolled.settings import Settings, setting

__all__ = ["PieceSettings"]


@dataclass(frozen=True, kw_only=True)
class PieceSettings(Settings):
    """How long sequences are learnt: in pieces.

    A network that reads one way learns them by truncated back-propagation through time (Williams & Peng 1990, Neural
    Computation 2(4)): the state a⟨t⟩ goes on from piece to piece, the gradient stays in its piece, and
    `batch_steps` / `piece_steps` streams of sequences are read side by side. One that reads both ways learns each piece
    for itself, with a rim round it.

    Attributes:
        piece_steps: the most steps of a piece; a shorter sequence is learnt whole. Where the cuts are, differs from
            epoch to epoch.
        rim_steps: both ways, so many more steps are read on either side of a piece, whose labels do not count. They
            cost up to 2·`rim_steps` / `piece_steps` more time.
    """

    title: ClassVar[str] = "setting of long sequences"

    piece_steps: int = setting(512, least=1)
    rim_steps: int = setting(64, when=("bidirectional", bool))
