"""Splice sites by ten-fold cross-validation: trees on positions, a plain BiLSTM, and `unrolled` (see README.md)."""

import sys
from pathlib import Path

from contest import OURS, Contest, main
from dna_data import NUM_FOLDS, load_fold
from labelled import METRIC_RULE, scores

CONTEST = Contest(
    title="DNA: splice sites",
    script=Path(__file__),
    systems={
        "random-forest": ("peers.windows", "random_forest"),
        "gradient-boosting": ("peers.windows", "gradient_boosting"),
        "xgboost": ("peers.windows", "xgboost"),
        "bilstm": ("peers.windows_bilstm", "train"),
        OURS: ("peers.our_windows", "train"),
    },
    packages=("unrolled", "torch", "numpy", "scikit-learn", "xgboost"),
    corpora=tuple(f"splice/{number}" for number in range(NUM_FOLDS)),
    load=load_fold,
    scores=scores,
    notes=(
        f"Metric: {METRIC_RULE}; its standard error over all folds, from chance in the windows alone, is 0.004",
        "Networks: the weights of the last epoch answer. The fold that is measured only tells at which epoch they\n"
        "  were at their best: until there the time to the best is counted.",
        "The windows hold some twice; a copy of a test window may be among those trained on, for every system alike",
    ),
    report="folds_report",
)

if __name__ == "__main__":
    sys.exit(main(CONTEST))
