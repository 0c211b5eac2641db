"""Models with scikit-learn's habits: keyword settings, `fit`, `predict`, `score`, `clone`."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

from unrolled.data.codecs import check_sentences
from unrolled.data.pair import Pair
from unrolled.data.tags import detect_scheme, faults, to_iob2
from unrolled.errors import DataError
from unrolled.kernels import Cell
from unrolled.model import Model, TaggedPair
from unrolled.model_card import CardData, CardFacts, model_card
from unrolled.settings import Value
from unrolled.tasks.ner import NER
from unrolled.tasks.settings import ReadingSettings, TaggingSettings
from unrolled.tasks.tagging import Trainee, build_model, measure, set_aside, train_model
from unrolled.training import Event, Listener, Warned
from unrolled.training.metrics import EntityReport

__all__ = ["Tagger"]

DEFAULTS = TaggingSettings()
DATA, NETWORK, FIT = DEFAULTS.data, DEFAULTS.network, DEFAULTS.fit

Sentences = Sequence[Sequence[str]]
Source = Sentences | str | Path


@dataclass(kw_only=True, eq=False, repr=False)
class Tagger(BaseEstimator):
    """A label for every word of a sentence, such as the entities of named entity recognition.

    >>> X = [["Teddy", "Roosevelt", "won"], ["Teddy", "bears", "won"]]
    >>> y = [["B-PER", "I-PER", "O"], ["O", "O", "O"]]
    >>> tagger = Tagger(epochs=30, dropout=0.0, hidden_size=16).fit(X, y, dev=(X, y))
    >>> tagger.predict([["Teddy", "bears", "won"]])
    [['O', 'O', 'O']]

    The settings are those of `DataSettings`, `ManyToManySettings` and `FitSettings`, where each is explained; they are
    checked by `fit`.

    Attributes:
        model_: the trained Model.
        history_: one row an epoch: loss, dev figures, seconds.
        report_: the dev figures of the model that was kept, by type.
        num_sentences_: of the "train" and the "dev" part.
        classes_: the labels, in the order of `predict_marginals`' columns.
    """

    token_column: str | int | None = DATA.token_column
    label_column: str | int | None = DATA.label_column
    sentence_column: str | int | None = DATA.sentence_column
    scheme: Literal["detect", "IOB2", "IOB1", "BIOES", "bare"] = DATA.scheme
    label_names: str | None = DATA.label_names
    min_count: int = DATA.min_count
    max_vocabulary: int | None = DATA.max_vocabulary
    dev_fraction: float = DATA.dev_fraction
    vectors: str | None = DATA.vectors
    vectors_words: int = DATA.vectors_words
    calibrate: bool = DATA.calibrate

    cell: Cell = NETWORK.cell
    hidden_size: int = NETWORK.hidden_size
    num_layers: int = NETWORK.num_layers
    bidirectional: bool = NETWORK.bidirectional
    initial_state: Literal["zero", "learned"] = NETWORK.initial_state
    word_size: int = NETWORK.word_size
    affix_size: int = NETWORK.affix_size
    character_encoder: Literal["convolutional", "recurrent"] = NETWORK.character_encoder
    character_size: int = NETWORK.character_size
    output: Literal["crf", "softmax"] = NETWORK.output
    class_weights: Literal["none", "balanced"] = NETWORK.class_weights
    missed_cost: float = NETWORK.missed_cost
    word_dropout: float = NETWORK.word_dropout
    input_dropout: float = NETWORK.input_dropout
    dropout: float = NETWORK.dropout

    epochs: int = FIT.epochs
    batch_tokens: int = FIT.batch_tokens
    optimizer: Literal["adam", "adamw", "sgd"] = FIT.optimizer
    learning_rate: float = FIT.learning_rate
    weight_decay: float = FIT.weight_decay
    momentum: float = FIT.momentum
    beta1: float = FIT.beta1
    beta2: float = FIT.beta2
    epsilon: float = FIT.epsilon
    schedule: Literal["constant", "linear", "cosine", "plateau"] = FIT.schedule
    warmup: float = FIT.warmup
    plateau_factor: float = FIT.plateau_factor
    plateau_patience: int = FIT.plateau_patience
    clip_norm: float | None = FIT.clip_norm
    patience: int | None = FIT.patience
    metric: str = FIT.metric
    metric_goal: Literal["higher", "lower"] = FIT.metric_goal
    averaging: Literal["none", "ema"] = FIT.averaging
    ema_decay: float = FIT.ema_decay
    seed: int = FIT.seed
    num_threads: int | None = FIT.num_threads
    checkpoint_seconds: float = FIT.checkpoint_seconds

    def fit(
        self,
        X: Source,
        y: Sentences | None = None,
        *,
        dev: tuple[Sentences, Sentences] | str | Path | None = None,
        on_event: Listener | None = None,
    ) -> "Tagger":
        """Train on sentences and their labels, or on a labelled file, and return the tagger.

        Args:
            X: sentences, each a sequence of words; or the path of a labelled file (CoNLL, CSV, TSV, JSON Lines).
            y: the labels of each sentence in IOB1, IOB2, BIOES or bare types; None where X is a path.
            dev: what the best epoch is chosen on, (X, y) or a path; None sets `dev_fraction` of the sentences aside.
            on_event: is told of every event of the training; without it, what the events warn of is a Python warning.

        Raises:
            DataError: sentences or labels that cannot be used, with the example's number or the file's line.
            SettingsError: a setting that cannot be.
        """
        settings = TaggingSettings.from_dict(self.settings())
        train = _pairs(X, y, settings.data)
        if dev is None:
            train, valid = set_aside(train, settings.data.dev_fraction, settings.fit.seed)
        else:
            valid = _pairs(*((dev, None) if isinstance(dev, str | Path) else dev), settings.data)
        trainee = Trainee(build_model(NER, train, settings), NER, calibrate=settings.data.calibrate)
        history = train_model(trainee, train, valid, settings, on_event=on_event or _warn)
        self.model_ = trainee.model
        self.num_sentences_ = {"train": len(train), "dev": len(valid)}
        self.history_ = [dict(row) for row in history.rows]
        self.report_ = trainee.report
        self.classes_ = list(self.model_.y_codec.labels.tokens)
        return self

    def save(self, directory: str | Path) -> None:
        """Write the model directory that `Model.load` and the command line read.

        Raises:
            RunError: the directory cannot be written, or holds something else.
        """
        model, report = self._fitted(), self.report_
        figures = {} if report is None else {"f1": report.overall.f1, "token accuracy": report.token_accuracy}
        facts = CardFacts(
            task=NER.name,
            title=NER.title[:1].upper() + NER.title[1:],
            purpose="Gives every word of a sentence a label in IOB2.",
            shape=NER.shape,
            data=[CardData(use=use, name="given in Python", num_pairs=n) for use, n in self.num_sentences_.items()],
            metric=NER.metric,
            rule=NER.rule,
            seed=self.seed,
            figures=figures,
            settings=self.settings(),
            defaults=DEFAULTS.to_dict(),
        )
        metrics = {"dev": None if report is None else report.to_dict(), "settings": self.settings()}
        model.save(directory, metrics=metrics, card=model_card(facts))

    def predict(self, X: Sentences) -> list[list[str]]:
        """Return the labels of each sentence, in IOB2."""
        return self._fitted().predict(X)

    def predict_marginals(self, X: Sentences) -> list[np.ndarray[Any, np.dtype[np.float32]]]:
        """Return for each sentence (T_x, K): the probability of each label of `classes_` at each word."""
        return self._fitted().marginals(X)

    def score(self, X: Source, y: Sentences | None = None) -> float:
        """Return the entity F1, strict IOB2, exact span and type."""
        return self.evaluate(X, y).overall.f1

    def evaluate(self, X: Source, y: Sentences | None = None) -> EntityReport:
        """Return precision, recall and F1, over all and of each type."""
        reading = ReadingSettings(**{name: getattr(self, name) for name in ReadingSettings.names()})
        return measure(self._fitted(), NER, _pairs(X, y, reading))

    def settings(self) -> dict[str, Value]:
        """Return the settings by name."""
        return {name: getattr(self, name) for name in TaggingSettings().to_dict()}

    def _fitted(self) -> Model:
        if not hasattr(self, "model_"):
            raise NotFittedError("This Tagger is not fitted yet. Call fit first.")
        return self.model_


def _warn(event: Event) -> None:
    if isinstance(event, Warned):
        warnings.warn(event.message, stacklevel=2)


def _pairs(X: Source, y: Sentences | None, settings: ReadingSettings) -> list[TaggedPair]:
    if isinstance(X, str | Path):
        if y is not None:
            raise DataError(f"X is the path {str(X)!r}, whose file holds the labels, too. Leave out y.")
        return NER.read(Path(X), True, settings).pairs
    if y is None or len(X) != len(y):
        found = "no y" if y is None else f"{len(y)} label sequences"
        raise DataError(f"There are {len(X)} sentences and {found}. Give one label sequence for each sentence.")
    check_sentences(X)
    scheme = settings.known_scheme() or detect_scheme(y)
    pairs: list[TaggedPair] = []
    for number, (words, labels) in enumerate(zip(X, y, strict=True), 1):
        if len(words) != len(labels):
            raise DataError(f"Sentence {number} has {len(words)} words and {len(labels)} labels. Give one a word.")
        for fault in faults(labels, scheme):
            raise DataError(f"Sentence {number}, word {fault.position + 1}: {fault.found}. {fault.way_out}.")
        pairs.append(Pair(tuple(words), tuple(to_iob2(labels, scheme))))
    return pairs
