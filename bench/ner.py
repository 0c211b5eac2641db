"""Named entity recognition side by side: CRFsuite, a plain PyTorch BiLSTM-CRF and `unrolled` (see README.md)."""

import sys
from pathlib import Path

from contest import OURS, Contest, main
from ner_data import METRIC_RULE, entity_scores, load_corpus

CONTEST = Contest(
    title="Named entity recognition",
    script=Path(__file__),
    systems={
        "crfsuite": ("peers.crfsuite", "train"),
        "bilstm-crf": ("peers.plain_bilstm_crf", "train"),
        OURS: ("peers.our_tagger", "train"),
    },
    packages=("unrolled", "torch", "numpy", "python-crfsuite", "seqeval"),
    corpora=("wnut17", "wikigold"),
    load=load_corpus,
    scores=entity_scores,
    notes=(
        f"Metric: {METRIC_RULE}; on dev, by the weights of the best dev epoch\n  (CRFsuite: of the last iteration)",
        "No pre-trained vectors for any system. An epoch is training alone. An epoch of CRFsuite is one iteration of\n"
        "  L-BFGS, which draws nothing: its seeds differ in time only.",
    ),
    unbiased="the bias against O",
)

if __name__ == "__main__":
    sys.exit(main(CONTEST))
