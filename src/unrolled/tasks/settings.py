"""All settings of a tagging task under one flat set of names: the same in Python, `--set` and `config.json`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from unrolled.architectures import ManyToManySettings
from unrolled.data.tags import Scheme
from unrolled.errors import SettingsError
from unrolled.settings import PATH, Settings, Value, setting, unknown_name
from unrolled.training.settings import FitSettings

__all__ = ["DataSettings", "ReadingSettings", "TaggingSettings"]


@dataclass(frozen=True, kw_only=True)
class ReadingSettings(Settings):
    """How labelled files are read.

    >>> ReadingSettings(label_column=2, scheme="BIOES", label_names="O, S-PER").names_of_labels()
    ('O', 'S-PER')

    Attributes:
        token_column: where the words are: a column's number (0 is the first, -1 the last) or its name in a table's
            header; in JSON Lines a key. None takes the first column of CoNLL files, elsewhere the usual names.
        label_column: where the labels are, likewise; None takes the last column of CoNLL files, elsewhere the usual
            names.
        sentence_column: of a table with one token a row: what tells its sentences apart; None for the usual names.
        scheme: that the labels are written in; "detect" takes the one that the fewest labels contradict.
        label_names: what the labels 0, 1, 2, ... of tables and JSON Lines mean, separated by commas.
    """

    title: ClassVar[str] = "setting of how files are read"

    token_column: str | int | None = setting(None)
    label_column: str | int | None = setting(None)
    sentence_column: str | int | None = setting(None)
    scheme: Literal["detect", "IOB2", "IOB1", "BIOES", "bare"] = setting("detect")
    label_names: str | None = setting(None)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not all(self.names_of_labels() or ("O",)):
            raise SettingsError(
                f"label_names is {self.label_names!r}, where a name is missing. Separate the names by single commas."
            )

    def known_scheme(self) -> Scheme | None:
        """Return the scheme, None where it is to be detected."""
        return None if self.scheme == "detect" else self.scheme

    def names_of_labels(self) -> tuple[str, ...] | None:
        """Return the names in `label_names`, None where there are none."""
        return None if self.label_names is None else tuple(name.strip() for name in self.label_names.split(","))


@dataclass(frozen=True, kw_only=True)
class DataSettings(ReadingSettings):
    """How labelled files are read, as in `ReadingSettings`, and what is made of the training data.

    Attributes:
        min_count: a word seen less often is `<unk>`.
        max_vocabulary: the most words of the vocabulary, `<unk>` included: the most frequent; None for all.
        dev_fraction: the share of the training sentences, drawn by `seed`, that is set aside where no dev set is given.
        vectors: a GloVe, fastText or word2vec text file that the word vectors start from; None for random ones.
        vectors_words: the vocabulary also takes in that many words from the top of that file, so that words which only
            new text has keep their vectors.
        calibrate: whether the bias against the label O with the best dev figure is chosen and kept with the model.
            Where entities are rare, the most probable labels miss more of them than a good F1 can bear.
    """

    title: ClassVar[str] = "data setting"

    min_count: int = setting(1, least=1)
    max_vocabulary: int | None = setting(None, least=1)
    dev_fraction: float = setting(0.1, above=0, below=1)
    vectors: Annotated[str | None, PATH] = setting(None)
    vectors_words: int = setting(100_000, when=("vectors", bool))
    calibrate: bool = setting(True)


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

    def without_effect(self) -> list[str]:
        """Return, in a sentence each, what was changed and has no effect beside the other settings.

        What concerns the training run alone, `fit` says itself.
        """
        network, data = self.network, self.data
        idle = [
            ("character_encoder", not network.character_size, "character_size is 0"),
            ("word_dropout", not network.word_size, "word_size is 0"),
            ("vectors_words", data.vectors is None, "vectors is None"),
        ]
        changed = self.changed()
        return [f"{name} has no effect: {why}." for name, is_idle, why in idle if is_idle and name in changed]

    def changed(self) -> dict[str, Value]:
        """Return the settings that differ from their defaults."""
        defaults = TaggingSettings().to_dict()
        return {name: value for name, value in self.to_dict().items() if value != defaults[name]}
