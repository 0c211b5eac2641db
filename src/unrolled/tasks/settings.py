"""All settings of a tagging task under one flat set of names: the same in Python, `--set` and `config.json`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from unrolled.architectures import ManyToManySettings
from unrolled.settings import Settings, Value, flag, number, text, unknown_name, whole
from unrolled.training.settings import FitSettings

__all__ = ["DataSettings", "TaggingSettings"]


@dataclass(frozen=True, kw_only=True)
class DataSettings(Settings):
    """What is made of the training data.

    Attributes:
        min_count: a word seen less often is `<unk>`.
        max_vocabulary: at most this many words, the most frequent; None for all.
        dev_fraction: the share of the training sentences, drawn by `seed`, that is set aside where no dev set is given.
        vectors: a GloVe, fastText or word2vec text file that the word vectors start from; None for random ones.
        calibrate: whether the bias against the label O with the best dev figure is chosen and kept with the model.
            Where entities are rare, the most probable labels miss more of them than a good F1 can bear.
    """

    title: ClassVar[str] = "data setting"

    min_count: int = whole(1, least=1)
    max_vocabulary: int | None = whole(None, least=1, optional=True)
    dev_fraction: float = number(0.1, above=0, below=1)
    vectors: str | None = text(None, optional=True)
    calibrate: bool = flag(True)


@dataclass(frozen=True, kw_only=True)
class TaggingSettings:
    """The three groups of settings of a tagger; their names do not collide.

    >>> TaggingSettings.from_dict({"epochs": 5, "cell": "gru"}).fit.epochs
    5
    """

    data: DataSettings = field(default_factory=DataSettings)
    network: ManyToManySettings = field(default_factory=ManyToManySettings)
    fit: FitSettings = field(default_factory=FitSettings)

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> "TaggingSettings":
        """Return settings from flat names and values; a name that is left out keeps its default.

        Raises:
            SettingsError: a name that does not exist (its nearest neighbour is named) or a value that cannot be.
        """
        groups = (DataSettings, ManyToManySettings, FitSettings)
        names = [name for group in groups for name in group.names()]
        for name in values:
            if name not in names:
                raise unknown_name(name, names)
        data, network, fit = ({name: values[name] for name in group.names() if name in values} for group in groups)
        return cls(
            data=DataSettings.from_dict(data),
            network=ManyToManySettings.from_dict(network),
            fit=FitSettings.from_dict(fit),
        )

    def to_dict(self) -> dict[str, Value]:
        """Return the flat names and values; `from_dict` is its inverse."""
        return {**self.data.to_dict(), **self.network.to_dict(), **self.fit.to_dict()}

    def changed(self) -> dict[str, Value]:
        """Return the settings that differ from their defaults."""
        defaults = TaggingSettings().to_dict()
        return {name: value for name, value in self.to_dict().items() if value != defaults[name]}
