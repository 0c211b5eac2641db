"""A task's settings, for tests: x and y of one class, and names that need one another across groups."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from unrolled.settings import PATH, Composed, Retired, Settings, setting

__all__ = ["DEFAULTS", "Fit", "Network", "Words"]


@dataclass(frozen=True, kw_only=True)
class Words(Settings):
    """Which words are kept.

    Attributes:
        min_count: a word seen less often is `<unk>`.
        vectors: a file that the vectors start from; None for random ones.
        vectors_words: as many words of that file, at most
            all of them.
    """

    min_count: int = setting(1, least=1)
    vectors: Annotated[str | None, PATH] = setting(None)
    vectors_words: int = setting(100, when=("vectors", bool))


@dataclass(frozen=True, kw_only=True)
class Network(Settings):
    """What the network is made of.

    Attributes:
        cell: "gru" or "lstm", the one | the other.
        hidden_size: H.
        bidirectional: both ways.
        beam_size: of `output="beam"` alone.

    Raises:
        SettingsError: never.
    """

    cell: Literal["gru", "lstm"] = setting("gru")
    hidden_size: int = setting(8, least=1, most=100)
    bidirectional: bool = setting(True)
    beam_size: int = setting(4, least=1, when=("decoder", "beam"))


@dataclass(frozen=True, kw_only=True)
class Fit(Settings):
    """How it is trained.

    Attributes:
        batch_steps: steps of a batch.
        learning_rate, dropout: two numbers.
        clip_norm: the largest norm; None does not clip.
        decoder: how y is found.
    """

    title: ClassVar[str] = "training setting"
    retired: ClassVar[tuple[Retired, ...]] = (Retired("goal", ("up", "down"), "The metric knows."),)

    batch_steps: int = setting(64, least=1, alias="batch_tokens")
    learning_rate: float = setting(0.1, above=0)
    dropout: float = setting(0.0, below=1)
    clip_norm: float | None = setting(1.0, above=0)
    decoder: Literal["greedy", "beam"] = setting("greedy")


DEFAULTS = Composed(
    {"x": Words(min_count=2), "y": Words(), "network": Network(), "fit": Fit(learning_rate=0.5, decoder="beam")}
)
