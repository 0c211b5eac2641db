"""Written by tests/estimator_stub.py from the settings of the tasks."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from unrolled.metrics import EntityReport, Report
from unrolled.model import Model
from unrolled.runs.record import StartRecord
from unrolled.settings import Value
from unrolled.tasks import Task
from unrolled.tasks.entities import Entity
from unrolled.training import Listener

__all__ = ["Classifier", "DnaClassifier", "Estimator", "Regressor", "SeriesClassifier", "Tagger", "estimator"]

class Estimator(BaseEstimator):
    task: ClassVar[Task[Any, Any]]
    model_: Model[Any, Any]
    history_: list[dict[str, float]]
    num_pairs_: dict[str, int]
    start_: StartRecord | None
    classes_: list[str]
    def fit(
        self,
        X: Any,
        y: Any = None,
        *,
        groups: Iterable[Any] | None = None,
        dev: Any = None,
        start: Model[Any, Any] | str | Path | None = None,
        on_event: Listener | None = None,
    ) -> Self: ...
    def predict(self, X: Iterable[Any]) -> list[Any]: ...
    def score(self, X: Any, y: Any = None) -> float: ...
    def evaluate(self, X: Any, y: Any = None) -> Any: ...
    def save(self, directory: str | Path) -> None: ...
    def settings(self) -> dict[str, Value]: ...

def estimator(
    task: Task[Any, Any], name: str, doc: str, *more: Callable[..., Any], module: str = ...
) -> type[Estimator]: ...

class Tagger(Estimator):
    def __init__(
        self,
        *,
        encoding: str = "utf-8",
        strict: bool = False,
        accept: str | None = None,
        group: str | int | None = None,
        token_column: str | int | None = None,
        label_column: str | int | None = None,
        sentence_column: str | int | None = None,
        header: bool | None = None,
        scheme: Literal["detect", "IOB2", "IOB1", "BIOES", "IOE2", "bare"] = "detect",
        outside: str | None = None,
        label_names: str | None = None,
        offsets: Literal["detect", "characters", "utf16", "bytes", "tokens"] = "detect",
        nested: Literal["error", "outermost", "innermost"] = "error",
        min_count: int = 1,
        max_vocabulary: int | None = None,
        vectors: str | None = None,
        vectors_words: int = 100000,
        tokenizer: Literal["detect", "words", "characters", "every_character", "whitespace"] = "detect",
        dev_fraction: float = 0.1,
        calibrate: bool = True,
        cell: Literal["rnn", "rnn_relu", "gru", "lstm"] = "gru",
        hidden_size: int = 200,
        num_layers: int = 1,
        bidirectional: bool = True,
        initial_state: Literal["zero", "learned"] = "zero",
        input_dropout: float = 0.4,
        dropout: float = 0.5,
        word_size: int = 100,
        affix_size: int = 25,
        character_encoder: Literal["convolutional", "recurrent"] = "convolutional",
        character_size: int = 0,
        word_dropout: float = 0.25,
        output: Literal["crf", "softmax"] = "crf",
        class_weights: Literal["none", "balanced"] = "none",
        missed_cost: float = 0.0,
        members: int = 1,
        epochs: int = 20,
        batch_steps: int = 1024,
        batch_fraction: float = 1.0,
        optimizer: Literal["adam", "adamw", "sgd"] = "adam",
        learning_rate: float = 0.003,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        beta1: float = 0.9,
        beta2: float = 0.99,
        epsilon: float = 1e-08,
        schedule: Literal["constant", "linear", "cosine", "plateau"] = "linear",
        warmup: float = 0.0,
        plateau_factor: float = 0.5,
        plateau_patience: int = 3,
        clip_norm: float | None = 1.0,
        patience: int | None = 6,
        metric: str | None = "f1",
        averaging: Literal["none", "ema"] = "ema",
        ema_decay: float = 0.99,
        seed: int = 0,
        num_threads: int | None = None,
        checkpoint_seconds: float = 300.0,
        batch_tokens: int | None = None,
    ) -> None: ...
    report_: EntityReport | None
    def predict(self, X: Iterable[Any]) -> list[list[str]]: ...
    def evaluate(self, X: Any, y: Any = None) -> EntityReport: ...
    def predict_marginals(self, X: Iterable[Any]) -> list[NDArray[np.float32]]: ...
    def predict_entities(self, X: Iterable[str | Sequence[str]]) -> list[list[Entity]]: ...

class Classifier(Estimator):
    def __init__(
        self,
        *,
        encoding: str = "utf-8",
        strict: bool = False,
        accept: str | None = None,
        group: str | int | None = None,
        text_column: str | int | None = None,
        label_column: str | int | None = None,
        header: bool | None = None,
        label_names: str | None = None,
        min_count: int = 2,
        max_vocabulary: int | None = None,
        vectors: str | None = None,
        vectors_words: int = 100000,
        tokenizer: Literal["detect", "words", "characters", "every_character", "whitespace"] = "detect",
        phrase_words: int = 3,
        phrase_characters: int = 6,
        phrase_min_count: int = 2,
        order: Literal["detect", "none", "ordered"] = "detect",
        dev_fraction: float = 0.1,
        calibrate: bool = False,
        cell: Literal["rnn", "rnn_relu", "gru", "lstm"] = "gru",
        hidden_size: int = 64,
        num_layers: int = 1,
        bidirectional: bool = True,
        initial_state: Literal["zero", "learned"] = "zero",
        input_dropout: float = 0.5,
        dropout: float = 0.5,
        pooling: Literal["last", "mean", "max", "attention", "attention_max"] = "attention_max",
        attention_size: int = 64,
        word_size: int = 64,
        affix_size: int = 16,
        character_encoder: Literal["convolutional", "recurrent"] = "convolutional",
        character_size: int = 0,
        word_dropout: float = 1.0,
        class_weights: Literal["none", "balanced"] = "none",
        label_smoothing: float = 0.0,
        output: Literal["cumulative", "softmax"] = "softmax",
        decide: Literal["mode", "median", "mean"] = "median",
        stars_class_weights: Literal["none", "balanced"] = "none",
        members: int = 1,
        epochs: int = 5,
        batch_steps: int = 1350,
        batch_fraction: float = 0.01,
        optimizer: Literal["adam", "adamw", "sgd"] = "adam",
        learning_rate: float = 0.003,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        beta1: float = 0.9,
        beta2: float = 0.99,
        epsilon: float = 1e-08,
        schedule: Literal["constant", "linear", "cosine", "plateau"] = "linear",
        warmup: float = 0.0,
        plateau_factor: float = 0.5,
        plateau_patience: int = 3,
        clip_norm: float | None = 1.0,
        patience: int | None = None,
        metric: str | None = None,
        averaging: Literal["none", "ema"] = "ema",
        ema_decay: float = 0.99,
        seed: int = 0,
        num_threads: int | None = None,
        checkpoint_seconds: float = 300.0,
        batch_tokens: int | None = None,
    ) -> None: ...
    report_: Report | None
    def predict(self, X: Iterable[Any]) -> list[str]: ...
    def evaluate(self, X: Any, y: Any = None) -> Report: ...
    def predict_proba(self, X: Iterable[Any]) -> NDArray[np.float32]: ...

class DnaClassifier(Estimator):
    def __init__(
        self,
        *,
        encoding: str = "utf-8",
        strict: bool = False,
        accept: str | None = None,
        group: str | int | None = None,
        label_key: str = "label",
        sequence_column: str | int | None = None,
        label_column: str | int | None = None,
        intervals: str | None = None,
        interval_length: int | None = None,
        span: int = 7,
        aligned: Literal["detect", "yes", "no"] = "detect",
        placed_bases: int = 3,
        loose_bases: int = 6,
        base_dropout: float = 0.2,
        reverse_complement: Literal["none", "augment", "average"] = "none",
        order: Literal["detect", "none", "ordered"] = "none",
        dev_fraction: float = 0.1,
        calibrate: bool = False,
        cell: Literal["rnn", "rnn_relu", "gru", "lstm"] = "gru",
        hidden_size: int = 32,
        num_layers: int = 1,
        bidirectional: bool = True,
        initial_state: Literal["zero", "learned"] = "zero",
        input_dropout: float = 0.2,
        dropout: float = 0.5,
        pooling: Literal["last", "mean", "max", "attention", "attention_max"] = "attention_max",
        attention_size: int = 48,
        base_size: int = 48,
        place_size: int = 16,
        class_weights: Literal["none", "balanced"] = "none",
        label_smoothing: float = 0.1,
        members: int = 1,
        epochs: int = 15,
        batch_steps: int = 4096,
        batch_fraction: float = 0.0134,
        optimizer: Literal["adam", "adamw", "sgd"] = "adam",
        learning_rate: float = 0.003,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        beta1: float = 0.9,
        beta2: float = 0.99,
        epsilon: float = 1e-08,
        schedule: Literal["constant", "linear", "cosine", "plateau"] = "linear",
        warmup: float = 0.0,
        plateau_factor: float = 0.5,
        plateau_patience: int = 3,
        clip_norm: float | None = 1.0,
        patience: int | None = None,
        metric: str | None = None,
        averaging: Literal["none", "ema"] = "ema",
        ema_decay: float = 0.99,
        seed: int = 0,
        num_threads: int | None = None,
        checkpoint_seconds: float = 300.0,
        batch_tokens: int | None = None,
    ) -> None: ...
    report_: Report | None
    def predict(self, X: Iterable[Any]) -> list[str]: ...
    def evaluate(self, X: Any, y: Any = None) -> Report: ...
    def predict_proba(self, X: Iterable[Any]) -> NDArray[np.float32]: ...

class SeriesClassifier(Estimator):
    def __init__(
        self,
        *,
        encoding: str = "utf-8",
        strict: bool = False,
        accept: str | None = None,
        group: str | int | None = None,
        sequence_column: str | int | None = None,
        time_column: str | int | None = None,
        label_column: str | int | None = None,
        value_columns: str | None = None,
        y: Literal["detect", "label", "number"] = "detect",
        gaps: Literal["refuse", "mask", "detect"] = "detect",
        timed: bool = False,
        differences: bool = True,
        jitter: float = 0.05,
        scaling: float = 0.1,
        warp: float = 0.15,
        crop: float = 0.1,
        order: Literal["detect", "none", "ordered"] = "none",
        dev_fraction: float = 0.1,
        calibrate: bool = False,
        cell: Literal["rnn", "rnn_relu", "gru", "lstm"] = "gru",
        hidden_size: int = 64,
        num_layers: int = 1,
        bidirectional: bool = True,
        initial_state: Literal["zero", "learned"] = "zero",
        input_dropout: float = 0.1,
        dropout: float = 0.5,
        pooling: Literal["last", "mean", "max", "attention", "attention_max"] = "attention_max",
        attention_size: int = 64,
        input_size: int = 0,
        class_weights: Literal["none", "balanced"] = "none",
        label_smoothing: float = 0.0,
        output: Literal["cumulative", "softmax"] = "softmax",
        decide: Literal["mode", "median", "mean"] = "median",
        grades_class_weights: Literal["none", "balanced"] = "none",
        numbers_output: Literal["gaussian", "huber"] = "gaussian",
        huber_delta: float = 1.345,
        members: int = 1,
        epochs: int = 60,
        batch_steps: int = 2048,
        batch_fraction: float = 0.05,
        optimizer: Literal["adam", "adamw", "sgd"] = "adam",
        learning_rate: float = 0.003,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        beta1: float = 0.9,
        beta2: float = 0.99,
        epsilon: float = 1e-08,
        schedule: Literal["constant", "linear", "cosine", "plateau"] = "linear",
        warmup: float = 0.0,
        plateau_factor: float = 0.5,
        plateau_patience: int = 3,
        clip_norm: float | None = 1.0,
        patience: int | None = None,
        metric: str | None = None,
        averaging: Literal["none", "ema"] = "ema",
        ema_decay: float = 0.99,
        seed: int = 0,
        num_threads: int | None = None,
        checkpoint_seconds: float = 300.0,
        batch_tokens: int | None = None,
    ) -> None: ...
    report_: Report | None
    def predict(self, X: Iterable[Any]) -> list[Any]: ...
    def evaluate(self, X: Any, y: Any = None) -> Report: ...
    def predict_proba(self, X: Iterable[Any]) -> NDArray[np.float32] | list[NDArray[np.float32]]: ...

class Regressor(Estimator):
    def __init__(
        self,
        *,
        encoding: str = "utf-8",
        strict: bool = False,
        accept: str | None = None,
        group: str | int | None = None,
        sequence_column: str | int | None = None,
        time_column: str | int | None = None,
        label_column: str | int | None = None,
        value_columns: str | None = None,
        y: Literal["detect", "label", "number"] = "number",
        gaps: Literal["refuse", "mask", "detect"] = "detect",
        timed: bool = False,
        differences: bool = True,
        jitter: float = 0.05,
        scaling: float = 0.1,
        warp: float = 0.15,
        crop: float = 0.1,
        order: Literal["detect", "none", "ordered"] = "none",
        dev_fraction: float = 0.1,
        calibrate: bool = False,
        cell: Literal["rnn", "rnn_relu", "gru", "lstm"] = "gru",
        hidden_size: int = 64,
        num_layers: int = 1,
        bidirectional: bool = True,
        initial_state: Literal["zero", "learned"] = "zero",
        input_dropout: float = 0.1,
        dropout: float = 0.5,
        pooling: Literal["last", "mean", "max", "attention", "attention_max"] = "attention_max",
        attention_size: int = 64,
        input_size: int = 0,
        class_weights: Literal["none", "balanced"] = "none",
        label_smoothing: float = 0.0,
        output: Literal["cumulative", "softmax"] = "softmax",
        decide: Literal["mode", "median", "mean"] = "median",
        grades_class_weights: Literal["none", "balanced"] = "none",
        numbers_output: Literal["gaussian", "huber"] = "gaussian",
        huber_delta: float = 1.345,
        members: int = 1,
        epochs: int = 60,
        batch_steps: int = 2048,
        batch_fraction: float = 0.05,
        optimizer: Literal["adam", "adamw", "sgd"] = "adam",
        learning_rate: float = 0.003,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        beta1: float = 0.9,
        beta2: float = 0.99,
        epsilon: float = 1e-08,
        schedule: Literal["constant", "linear", "cosine", "plateau"] = "linear",
        warmup: float = 0.0,
        plateau_factor: float = 0.5,
        plateau_patience: int = 3,
        clip_norm: float | None = 1.0,
        patience: int | None = None,
        metric: str | None = None,
        averaging: Literal["none", "ema"] = "ema",
        ema_decay: float = 0.99,
        seed: int = 0,
        num_threads: int | None = None,
        checkpoint_seconds: float = 300.0,
        batch_tokens: int | None = None,
    ) -> None: ...
    report_: Report | None
    def predict(self, X: Iterable[Any]) -> list[Any]: ...
    def evaluate(self, X: Any, y: Any = None) -> Report: ...
