"""Series side by side: 1-NN with dynamic time warping, a random forest, a plain PyTorch BiLSTM and `unrolled`."""

import sys
from pathlib import Path

from contest import OURS, Contest, main
from dna_data import NUM_FOLDS
from labelled import METRIC_RULE, scores
from series_data import VOWELS, load_series

CONTEST = Contest(
    title="Series",
    script=Path(__file__),
    systems={
        "1-nn dtw": ("peers.series", "dtw_neighbour"),
        "random forest": ("peers.series", "forest"),
        "bilstm": ("peers.series_bilstm", "train"),
        OURS: ("peers.our_series", "train"),
    },
    packages=("unrolled", "torch", "numpy", "scikit-learn"),
    corpora=(VOWELS, *(f"Libras/{number}" for number in range(NUM_FOLDS))),
    load=load_series,
    scores=scores,
    notes=(
        f"Metric: {METRIC_RULE}, on the test part or over all folds",
        "Networks choose their best epoch on a tenth of the training part that they set aside.",
    ),
    seedless=("1-nn dtw",),
    report="folds_report",
)

if __name__ == "__main__":
    sys.exit(main(CONTEST))
