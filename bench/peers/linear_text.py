"""Linear models on n-grams of words: TF-IDF with logistic regression, and NB-SVM (Wang and Manning 2012, section 2.3).

C is chosen by five-fold cross-validation on train. Neither has epochs: the time to the best is all of it.
"""

import time
from collections.abc import Sequence

import numpy as np
from contest import Epoch, Outcome
from scipy.sparse import csr_matrix
from sentiment_data import Review, accuracy
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold

NGRAMS = (1, 2)
FOLDS = 5
TFIDF_C = (1.0, 3.0, 10.0, 30.0, 100.0)
NBSVM_C = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
TOKENS = r"\S+"  # Wang and Manning's: punctuation counts; TfidfVectorizer's own pattern does better for TF-IDF


class NBSVM(ClassifierMixin, BaseEstimator):
    """A linear classifier of binary features scaled by their log-count ratio, drawn towards naive Bayes; two labels.

    Logistic regression stands in the SVM's place, as many have it: better on MR, in cross-validation and on dev.
    """

    def __init__(self, C: float = 1.0, alpha: float = 1.0, beta: float = 0.25) -> None:
        self.C = C
        self.alpha = alpha  # added to every count
        self.beta = beta  # 1: the classifier's weights; 0: their mean size for all, which is naive Bayes

    def fit(self, X: csr_matrix, y: np.ndarray) -> "NBSVM":
        self.classes_ = np.unique(y)
        if len(self.classes_) != 2:
            raise ValueError(f"NB-SVM tells two labels apart; there are {len(self.classes_)}")
        positive = y == self.classes_[1]
        self.r_ = log_count_ratio(X, positive, self.alpha)
        classifier = LogisticRegression(C=self.C, max_iter=1000).fit(X.multiply(self.r_).tocsr(), positive)
        weights = classifier.coef_[0]
        self.w_ = self.r_ * ((1 - self.beta) * np.abs(weights).mean() + self.beta * weights)
        self.b_ = classifier.intercept_[0]
        return self

    def predict(self, X: csr_matrix) -> np.ndarray:
        return self.classes_[(X @ self.w_ + self.b_ > 0).astype(int)]


def log_count_ratio(X: csr_matrix, positive: np.ndarray, alpha: float) -> np.ndarray:
    """(V,) log of each feature's share of the smoothed counts of positive examples by its share of the others'."""
    p, q = (alpha + np.asarray(X[rows].sum(axis=0), float).ravel() for rows in (positive, ~positive))
    return np.log(p / p.sum()) - np.log(q / q.sum())


def train_tfidf(train: Sequence[Review], dev: Sequence[Review], seed: int) -> Outcome:
    """Sublinear counts of words and pairs of words; `seed` draws the folds."""
    vectorizer = TfidfVectorizer(ngram_range=NGRAMS, sublinear_tf=True)
    return search(vectorizer, LogisticRegression(max_iter=1000), TFIDF_C, train, dev, seed)


def train_nbsvm(train: Sequence[Review], dev: Sequence[Review], seed: int) -> Outcome:
    """Whether a word or a pair of words is there; `seed` draws the folds."""
    vectorizer = CountVectorizer(ngram_range=NGRAMS, binary=True, token_pattern=TOKENS)
    return search(vectorizer, NBSVM(), NBSVM_C, train, dev, seed)


def search(
    vectorizer: CountVectorizer,
    classifier: BaseEstimator,
    Cs: Sequence[float],
    train: Sequence[Review],
    dev: Sequence[Review],
    seed: int,
) -> Outcome:
    start = time.perf_counter()
    X = vectorizer.fit_transform(review.text for review in train)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    model = GridSearchCV(classifier, {"C": list(Cs)}, cv=folds).fit(X, np.array([review.label for review in train]))
    predictions = model.predict(vectorizer.transform(review.text for review in dev)).tolist()
    elapsed = time.perf_counter() - start
    return Outcome(predictions, [Epoch(1, None, elapsed, accuracy(dev, predictions))])
