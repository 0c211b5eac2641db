"""Writes src/unrolled/estimators.pyi: the signatures that editors and type checkers show.

    python tests/estimator_stub.py

The classes are made from the settings of their tasks when the package is imported; the stub says the same in words.
"""

from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, get_args, get_origin

import unrolled
from unrolled.settings import Composed
from unrolled.tasks import BASES, DNA, NER, SENTIMENT, TRANSLATION
from unrolled.tasks.vectors import NUMBERS, VECTORS
from unrolled.tasks.video import VIDEO

__all__ = ["STUB", "stub"]

STUB = Path(unrolled.__file__).with_name("estimators.pyi")

HEAD = '''"""Written by tests/estimator_stub.py from the settings of the tasks."""

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
'''

TAGGER = """    report_: EntityReport | None
    def predict(self, X: Iterable[Any]) -> list[list[str]]: ...
    def evaluate(self, X: Any, y: Any = None) -> EntityReport: ...
    def predict_marginals(self, X: Iterable[Any]) -> list[NDArray[np.float32]]: ...
    def predict_entities(self, X: Iterable[str | Sequence[str]]) -> list[list[Entity]]: ...
"""

CLASSIFIER = """    report_: Report | None
    def predict(self, X: Iterable[Any]) -> list[str]: ...
    def evaluate(self, X: Any, y: Any = None) -> Report: ...
    def predict_proba(self, X: Iterable[Any]) -> NDArray[np.float32]: ...
"""

SERIES_CLASSIFIER = """    report_: Report | None
    def predict(self, X: Iterable[Any]) -> list[Any]: ...
    def evaluate(self, X: Any, y: Any = None) -> Report: ...
    def predict_proba(self, X: Iterable[Any]) -> NDArray[np.float32] | list[NDArray[np.float32]]: ...
"""

DNA_TAGGER = """    report_: Report | None
    def predict(self, X: Iterable[str]) -> list[Sequence[str]]: ...
    def evaluate(self, X: Any, y: Any = None) -> Report: ...
    def predict_proba(self, X: Iterable[str]) -> list[NDArray[np.float32]]: ...
    def predict_intervals(self, X: Iterable[str]) -> list[list[tuple[int, int, str, float]]]: ...
"""

REGRESSOR = """    report_: Report | None
    def predict(self, X: Iterable[Any]) -> list[Any]: ...
    def evaluate(self, X: Any, y: Any = None) -> Report: ...
"""

TRANSLATOR = """    report_: Report | None
    def predict(self, X: Iterable[str]) -> list[str]: ...
    def evaluate(self, X: Any, y: Any = None) -> Report: ...
"""


def stub() -> str:
    """The whole stub."""
    classes = (
        ("Tagger", NER, TAGGER),
        ("Classifier", SENTIMENT, CLASSIFIER),
        ("DnaClassifier", DNA, CLASSIFIER),
        ("DnaTagger", BASES, DNA_TAGGER),
        ("SeriesClassifier", VECTORS, SERIES_CLASSIFIER),
        ("VideoClassifier", VIDEO, CLASSIFIER),
        ("Translator", TRANSLATION, TRANSLATOR),
        ("Regressor", NUMBERS, REGRESSOR),
    )
    return HEAD + "".join(written(name, task.defaults, methods) for name, task, methods in classes)


def written(name: str, defaults: Composed, methods: str) -> str:
    declared = list(defaults.declared())
    settings = [(own.name, own.annotation, own.default) for own in declared]
    settings += [(own.alias, own.annotation | None, None) for own in declared if own.alias is not None]
    lines = [f"        {setting}: {in_words(annotation)} = {default!r}," for setting, annotation, default in settings]
    signature = "\n".join(["    def __init__(", "        self,", "        *,", *lines, "    ) -> None: ..."])
    return f"\nclass {name}(Estimator):\n{signature}\n{methods}".replace("'", '"')


def in_words(annotation: Any) -> str:
    """A type as source has it.

    >>> in_words(Literal["a", "b"] | None), in_words(Annotated[str | None, 0]), in_words(int)
    ("Literal['a', 'b'] | None", 'str | None', 'int')
    """
    if get_origin(annotation) is Annotated:
        return in_words(get_args(annotation)[0])
    if get_origin(annotation) is Literal:
        return f"Literal[{', '.join(map(repr, get_args(annotation)))}]"
    if isinstance(annotation, UnionType) or len(get_args(annotation)) > 1:
        return " | ".join(map(in_words, get_args(annotation)))
    return "None" if annotation in (None, NoneType) else annotation.__name__


if __name__ == "__main__":
    STUB.write_text(stub(), encoding="utf-8")
