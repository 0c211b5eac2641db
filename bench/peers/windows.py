"""Trees on windows of bases, each position one-hot."""

from collections.abc import Sequence
from typing import Any

from contest import Outcome
from labelled import Labelled, apart, at_once
from peers.one_hot import one_hot
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier


def random_forest(train: Sequence[Labelled], dev: Sequence[Labelled], seed: int) -> Outcome:
    return trees(RandomForestClassifier(500, random_state=seed, n_jobs=1), train, dev)


def gradient_boosting(train: Sequence[Labelled], dev: Sequence[Labelled], seed: int) -> Outcome:
    return trees(GradientBoostingClassifier(n_estimators=200, random_state=seed), train, dev)


def xgboost(train: Sequence[Labelled], dev: Sequence[Labelled], seed: int) -> Outcome:
    from xgboost import XGBClassifier  # noqa: PLC0415  (of this peer alone)

    return trees(
        XGBClassifier(n_estimators=300, max_depth=4, learning_rate=0.1, n_jobs=1, random_state=seed), train, dev
    )


def trees(model: Any, train: Sequence[Labelled], dev: Sequence[Labelled]) -> Outcome:
    def answer() -> list[str]:
        windows, labels = apart(train)
        names = sorted(set(labels))
        model.fit(one_hot(windows).reshape(len(windows), -1), [names.index(label) for label in labels])
        found = model.predict(one_hot(apart(dev)[0]).reshape(len(dev), -1))
        return [names[int(i)] for i in found]

    return at_once(dev, answer)
