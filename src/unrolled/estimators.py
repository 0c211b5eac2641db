"""Models with scikit-learn's habits, one a task: keyword settings, `fit`, `predict`, `score`, `clone`."""

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import make_dataclass
from pathlib import Path
from typing import Any, ClassVar, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

from unrolled.data.given import described
from unrolled.data.pair import Pair
from unrolled.decoding import Decoding
from unrolled.errors import DataError, SettingsError
from unrolled.model import Model
from unrolled.runs.build import build_model
from unrolled.runs.card import model_card
from unrolled.runs.measure import Trainee, measure, train_model
from unrolled.runs.onward import Start, go_on, onward, read_start, settings_going_on
from unrolled.runs.parts import set_aside
from unrolled.runs.record import PartRecord, Record, versions
from unrolled.settings import Composed, Value, chosen_settings, estimator_fields
from unrolled.tasks import BASES, DNA, NER, SENTIMENT, Task
from unrolled.tasks.bases import Stretch, stretches
from unrolled.tasks.entities import Entity, find_entities
from unrolled.tasks.parts import PartSettings
from unrolled.tasks.text import as_trained, with_tokenizer
from unrolled.tasks.translation import TRANSLATION
from unrolled.tasks.vectors import NUMBERS, VECTORS
from unrolled.tasks.video import VIDEO
from unrolled.training import Event, FitSettings, Listener, Warned, chosen_figure

__all__ = [
    "Classifier",
    "DnaClassifier",
    "DnaTagger",
    "Estimator",
    "Regressor",
    "SeriesClassifier",
    "Tagger",
    "Translator",
    "VideoClassifier",
    "estimator",
]


class Estimator(BaseEstimator):
    """What every estimator does; `estimator` makes the class of a task, whose settings are its keywords.

    Settings are checked by `fit`.

    Attributes:
        model_: the trained Model.
        history_: one row an epoch: loss, dev figures, seconds.
        report_: the dev figures of the model that was kept.
        num_pairs_: of the "train" and the "dev" part.
        start_: what is recorded of the model that it went on from; None where it began anew.
        classes_: the labels, in the order of probabilities' columns; none where y is no label.
    """

    task: ClassVar[Task[Any, Any]]

    def fit(
        self,
        X: Any,
        y: Any = None,
        *,
        groups: Iterable[Any] | None = None,
        dev: Any = None,
        start: Model[Any, Any] | str | Path | None = None,
        on_event: Listener | None = None,
    ) -> Any:
        """Train on examples and their labels, or on a labelled file, and return the estimator.

        Args:
            X: the examples; or the path of a labelled file.
            y: the label of each; None where X is a path.
            groups: whom or what each example is from, such as its speaker: none is then in both parts where one is set
                aside. None where X is a path: there the setting `group` names the column.
            dev: what the best epoch is chosen on, (X, y) or a path; None sets `dev_fraction` of the examples aside.
            start: a trained model to go on from, such as the `model_` of an earlier fit, or the path of its directory;
                it is not changed. Its network's settings must be the estimator's; new labels and words are added.
            on_event: is told of every event of the training; without it, what the events warn of is a Python warning.

        Raises:
            DataError: examples or labels that cannot be used, with the example's number or the file's line.
            ModelFileError: the model at `start` cannot be trusted.
            SettingsError: a setting that cannot be, or that is not the one of `start`.
        """
        settings = self._composed()
        began = None if start is None else _started(self.task, start)
        if began is not None:
            settings = settings_going_on(settings, began)
        whole, of = self._examples(X, y, groups, settings)
        train = whole
        read = with_tokenizer(settings, train)
        if dev is None:
            fraction, seed = settings.group(PartSettings).dev_fraction, settings.group(FitSettings).seed
            train, valid = set_aside(whole, fraction, seed, self.task.x.name, of)
        else:
            valid = self._pairs(*_dev_part(dev), read)
        if not isinstance(X, str | Path):
            self.task.check_python(whole, settings)
        found = None if began is None else onward(self.task, began, train, settings)
        if found is None:
            model, notes = build_model(self.task, train, settings)
        else:
            model, notes = go_on(self.task, found, train, settings)
        trainee = Trainee(model, self.task, calibrate=bool(settings.to_dict().get("calibrate")), notes=notes)
        history = train_model(trainee, train, valid, settings, on_event=on_event or _warn)
        self.model_ = trainee.model
        self.start_ = None if found is None else found.record
        self.num_pairs_ = {"train": len(train), "dev": len(valid)}
        self.history_ = [dict(row) for row in history.rows]
        self.report_ = trainee.report
        self.classes_ = list(getattr(getattr(model.y, "labels", None), "tokens", ()))
        return self

    def predict(self, X: Iterable[Any]) -> list[Any]:
        """Return the best y for each example."""
        return self._fitted().predict(self._xs(X))

    def score(self, X: Any, y: Any = None) -> float:
        """Return the first figure of the task's metric; a lower one that is better is negated, as scikit-learn does."""
        report = self.evaluate(X, y)
        figure = self.task.metric(self._fitted().y).figures[0]
        return report.figures[figure.name] * (1 if figure.goal == "higher" else -1)

    def evaluate(self, X: Any, y: Any = None) -> Any:
        """Return the report of the task's metric on labelled examples or a labelled file."""
        model = self._fitted()
        return measure(model, self.task.metric(model.y), self._pairs(X, y, as_trained(self._composed(), model.x)))

    def save(self, directory: str | Path) -> None:
        """Write the model directory that `Model.load` and the command line read.

        Raises:
            RunError: the directory cannot be written, or holds something else.
        """
        model, settings = self._fitted(), self._composed()
        record = Record(
            task=self.task,
            purpose=self.task.purpose(model.y),
            settings=settings,
            parts=[PartRecord(name=name, file="given in Python", num_pairs=n) for name, n in self.num_pairs_.items()],
            metric=chosen_figure(self.task.metric(model.y).figures, settings.group(FitSettings).metric).name,
            dev=self.report_,
            versions=versions(),
            start=self.start_,
        )
        model.save(directory, metrics=record.metrics(), card=model_card(record))

    def settings(self) -> dict[str, Value]:
        """Return the settings by name, as they were given."""
        return {name: getattr(self, name) for name in self.task.defaults.names()}

    def _composed(self) -> Composed:
        return chosen_settings(self, self.task.defaults)

    def _fitted(self) -> Model[Any, Any]:
        if not hasattr(self, "model_"):
            raise NotFittedError(f"This {type(self).__name__} is not fitted yet. Call fit first.")
        return self.model_

    def _xs(self, X: Iterable[Any]) -> Iterable[Any]:
        return self.task.xs_of_python(X, self._fitted().x)

    def _examples(
        self, X: Any, y: Any, groups: Iterable[Any] | None, settings: Composed
    ) -> tuple[list[Pair[Any, Any]], tuple[str, ...]]:
        """Return the pairs to train on, and whom each is from, where that is known."""
        if isinstance(X, str | Path):
            if groups is not None:
                raise DataError(f"X is the path {str(X)!r}: name the column of groups in it with group=NAME.")
            if y is None:
                reading = self.task.read(Path(X), settings).checked(training=True)
                return reading.pairs, reading.groups
        pairs = self._pairs(X, y, settings)
        of = () if groups is None else tuple(map(str, groups))
        if groups is not None and len(of) != len(pairs):
            raise DataError(f"There are {len(pairs)} examples and {len(of)} groups. Give one group for each.")
        return pairs, of

    def _pairs(self, X: Any, y: Any, settings: Composed) -> list[Pair[Any, Any]]:
        if isinstance(X, str | Path):
            if y is not None:
                raise DataError(f"X is the path {str(X)!r}, whose file holds the labels, too. Leave out y.")
            return self.task.read(Path(X), settings).checked().pairs
        return self.task.of_python(X, y, settings)


def estimator(
    task: Task[Any, Any], name: str, doc: str, *more: Callable[..., Any], module: str = __name__
) -> type[Estimator]:
    """Return the estimator of a task: a class whose keywords are the task's settings, each with its default.

    Args:
        task: what it trains.
        name: of the class.
        doc: its docstring.
        more: what it can do besides: functions that become methods of their names.
        module: the `__name__` of the module that holds the class under that name; pickle looks for it there.
    """
    made = make_dataclass(
        name,
        estimator_fields(task.defaults),
        bases=(Estimator,),
        namespace={"task": task, "__doc__": doc, **{method.__name__: method for method in more}},
        kw_only=True,
        eq=False,
        repr=False,
    )
    made.__module__ = module
    return made


def predict_marginals(self: Any, X: Iterable[Any]) -> list[NDArray[np.float32]]:
    """Return for each sentence (T_x, K): the probability of each label of `classes_` at each word."""
    return self._fitted().probabilities(self._xs(X))


def predict_entities(self: Any, X: Iterable[str | Sequence[str]]) -> list[list[Entity]]:
    """Return the entities in each text: their type, words, characters and confidence; texts are strings or words."""
    return find_entities(self._fitted(), X)


Tagger: Any = estimator(
    NER,
    "Tagger",
    """A label for every word of a sentence, such as the entities of named entity recognition.

    >>> X = [["Teddy", "Roosevelt", "won"], ["Teddy", "bears", "won"]]
    >>> y = [["B-PER", "I-PER", "O"], ["O", "O", "O"]]
    >>> tagger = Tagger(epochs=30, dropout=0.0, hidden_size=16).fit(X, y, dev=(X, y))
    >>> tagger.predict([["Teddy", "bears", "won"]])
    [['O', 'O', 'O']]

    Labels may be in IOB1, IOB2, BIOES or bare types; `score` is the entity F1, strict IOB2, exact span and type.
    """,
    predict_marginals,
    predict_entities,
)


def predict_proba(self: Any, X: Iterable[Any]) -> NDArray[np.float32] | list[NDArray[np.float32]]:
    """Return (N, K): the probability of each label of `classes_` for each example; of steps (T, K) for each example."""
    rows: list[NDArray[np.float32]] = self._fitted().probabilities(self._xs(X))
    if not self._fitted().network.answers_once:
        return rows
    return np.concatenate(rows) if rows else np.zeros((0, len(self.classes_)), np.float32)


Classifier: Any = estimator(
    SENTIMENT,
    "Classifier",
    """A label for a whole text, such as its sentiment or its stars; texts are strings, or sequences of words.

    >>> X = ["a warm, funny film", "dull and far too long", "funny and warm", "too dull, too long"] * 4
    >>> y = ["good", "bad", "good", "bad"] * 4
    >>> classifier = Classifier(epochs=8, hidden_size=8).fit(X, y, dev=(X, y))
    >>> classifier.predict(["a funny film", "so long, so dull"])
    ['good', 'bad']

    `score` is the accuracy; of ordered labels, such as 1 to 5 stars, the quadratic kappa.
    """,
    predict_proba,
)


DnaClassifier: Any = estimator(
    DNA,
    "DnaClassifier",
    """A label for a sequence of DNA, such as the kind of splice site in the middle of a window; sequences are strings.

    >>> X = ["AAACGTAA", "TCCAGTAC", "GGAAGTCA", "AAACCAAA", "TCCAGCAC", "GGAATTCA"] * 4
    >>> y = ["site", "site", "site", "none", "none", "none"] * 4
    >>> classifier = DnaClassifier(epochs=12, hidden_size=8).fit(X, y, dev=(X, y))
    >>> classifier.predict(["TTACGTGA", "TTACTTGA"])
    ['site', 'none']

    `score` is the accuracy. Sequences that are all of one length are taken for aligned: see `aligned`.
    """,
    predict_proba,
)


def predict_intervals(self: Any, X: Iterable[str]) -> list[list[Stretch]]:
    """Return the stretches of one label in each sequence: first base from 0, end, label, mean probability."""
    return [stretches(answer) for answer in self._fitted().answers(self._xs(X), Decoding(confidence=True))]


DnaTagger: Any = estimator(
    BASES,
    "DnaTagger",
    """A label for every base of DNA, such as exon or intron; sequences are strings.

    >>> X = ["ACGTACGTTTTTTT", "TTTTTACGTACG", "TTTACGTTT"] * 4
    >>> y = ["ssssssss......", ".....sssssss", "...ssss.."] * 4
    >>> tagger = DnaTagger(epochs=30, hidden_size=8, reverse_complement="none").fit(X, y, dev=(X, y))
    >>> "".join(tagger.predict(["TTTTACGTACGTTT"])[0])
    '....ssssssss..'

    y has a label for each base, as a sequence of texts or a text of letters. `score` is MCC over all bases.
    """,
    predict_proba,
    predict_intervals,
)


SeriesClassifier: Any = estimator(
    VECTORS,
    "SeriesClassifier",
    """A label for a series of numbers, or for each step; series are arrays (T, D), or (T,) of one number a step.

    >>> X = [np.linspace(0, way, 8)[:, None] for way in (1.0, -1.0, 2.0, -2.0)] * 4
    >>> y = ["up", "down"] * 8
    >>> classifier = SeriesClassifier(epochs=8, hidden_size=8).fit(X, y, dev=(X, y))
    >>> classifier.predict([[0.0, 0.5, 1.5], [0.0, -1.0]])
    ['up', 'down']

    NaN is a missing number. `score` is the accuracy; of labels of steps, over all steps.
    """,
    predict_proba,
)


VideoClassifier: Any = estimator(
    VIDEO,
    "VideoClassifier",
    """A label for a clip; clips are paths, arrays (T, H, W) or (T, H, W, 3), or features of their frames, (T, D).

    >>> right = np.eye(6)[:, None].repeat(6, 1)  # a column that moves: (T, H, W)
    >>> X = [right, right[::-1]] * 4
    >>> y = ["right", "left"] * 4
    >>> classifier = VideoClassifier(epochs=8, size=6, num_convolutions=1, hidden_size=16).fit(X, y, dev=(X, y))
    >>> classifier.predict(X[:2])
    ['right', 'left']

    Whole numbers are from 0 to 255, fractions from 0 to 1. `score` is the accuracy, top-1.
    """,
    predict_proba,
)


Translator: Any = estimator(
    TRANSLATION,
    "Translator",
    """A text for a text, such as a sentence in another language; both are strings.

    >>> X = ["one", "two", "one two", "two one", "two two", "one one"] * 4
    >>> y = [text.replace("one", "un").replace("two", "deux") for text in X]
    >>> few = {"hidden_size": 16, "embedding_size": 16, "decoder_embedding_size": 16, "learning_rate": 0.02}
    >>> translator = Translator(units="words", epochs=30, dropout=0.0, batch_fraction=1.0, **few).fit(X, y, dev=(X, y))
    >>> translator.predict(["two one"])
    ['deux un']

    `score` is sacreBLEU of all texts together, from 0 to 100.
    """,
)


def score(self: Any, X: Any, y: Any = None) -> float:
    """Return R², the coefficient of determination."""
    return self.evaluate(X, y).figures["r2"]


Regressor: Any = estimator(
    NUMBERS,
    "Regressor",
    """A number for a series of numbers, or for each step; series are arrays (T, D), or (T,) of one number a step.

    >>> X = [np.full((3 + n % 3, 1), n / 8) for n in range(16)]
    >>> regressor = Regressor(epochs=40, hidden_size=8, dropout=0.0).fit(X, [n / 8 for n in range(16)])
    >>> 0.5 < regressor.predict([[1.0, 1.0, 1.0]])[0] < 1.5
    True

    NaN is a missing number of X. `score` is R², as scikit-learn's regressors have it.
    """,
    score,
)


def _started(task: Task[Any, Any], start: Model[Any, Any] | str | Path) -> Start:
    found = Start(start, task.defaults) if isinstance(start, Model) else read_start(task, Path(start))
    if found.model.task != task.name:
        raise SettingsError(f"start is a model of the task {found.model.task}, and the task is {task.name}.")
    return found


def _dev_part(dev: Any) -> tuple[Any, Any]:
    """Return X and y of what was given as `dev`."""
    if isinstance(dev, str | Path):
        return dev, None
    if not isinstance(dev, tuple | list) or len(cast("list[Any]", dev)) != 2:
        raise DataError(f"dev is {described(dev).rstrip(',')}. Give dev=(X, y), or the path of a labelled file.")
    X, y = cast("list[Any]", dev)
    return X, y


def _warn(event: Event) -> None:
    if isinstance(event, Warned):
        warnings.warn(event.message, stacklevel=2)
