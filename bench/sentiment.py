"""Sentiment side by side: TF-IDF, NB-SVM, a plain PyTorch BiLSTM and `unrolled` (see README.md)."""

import sys
from pathlib import Path

from contest import OURS, Contest, main
from sentiment_data import METRIC_RULE, label_scores, load_corpus

CONTEST = Contest(
    title="Sentiment",
    script=Path(__file__),
    systems={
        "tfidf-lr": ("peers.linear_text", "train_tfidf"),
        "nb-svm": ("peers.linear_text", "train_nbsvm"),
        "bilstm": ("peers.plain_bilstm", "train"),
        OURS: ("peers.our_classifier", "train"),
    },
    packages=("unrolled", "torch", "numpy", "scikit-learn"),
    corpora=(),
    load=load_corpus,
    scores=label_scores,
    notes=(
        f"Metric: {METRIC_RULE}; on dev, by the weights of the best dev epoch",
        "No pre-trained vectors for any system. An epoch is its training and its dev accuracy. TF-IDF and NB-SVM have\n"
        "  no epochs: their time to the best is all of it, five-fold cross-validation of C included; the seed draws\n"
        "  the folds alone.",
    ),
)

if __name__ == "__main__":
    sys.exit(main(CONTEST))
