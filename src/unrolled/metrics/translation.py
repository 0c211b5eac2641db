"""BLEU and chrF of translations, by sacreBLEU, which says how it counted.

Takes `pip install 'unrolled[translation]'`.
"""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from unrolled.data.answer import Answer
from unrolled.data.tokenizer import spaceless_share
from unrolled.errors import DataError
from unrolled.metrics.metric import Figure, Needs
from unrolled.metrics.report import PlainReport, check_pairs

__all__ = ["TranslationMetric"]

RULE = (
    "BLEU and chrF of the whole part, from 0 to 100, by sacreBLEU, cased: the signatures say how they count. Exact is "
    "the share of answers that are the truth to the letter."
)
ORDER = 4
"""BLEU counts up to so many words in a row."""
SPACELESS = 0.3
"""The share of letters of scripts without spaces from which BLEU counts characters."""


@dataclass(frozen=True, slots=True)
class TranslationMetric:
    """Compares translations with one reference each (Papineni et al. 2002; Popović 2015; Post 2018, arXiv:1804.08771).

    >>> report = TranslationMetric().measure(["the cat sat on the mat"], [Answer("the cat sat on a mat")])
    >>> round(report.figures["bleu"], 2), round(report.figures["chrf"], 2)
    (53.73, 65.98)
    """

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Those that may choose the weights; of a model that has learnt nothing BLEU is 0."""
        return Figure("bleu", "higher", 0.0), Figure("chrf", "higher", 0.0), Figure("exact", "higher", 0.0)

    @property
    def rule_text(self) -> str:
        """How the figures count."""
        return RULE

    @property
    def needs(self) -> Needs:
        """Texts alone."""
        return "answers"

    def measure(self, truths: Sequence[str], answers: Sequence[Answer[str]], /) -> PlainReport:
        """Return the figures over all examples, and the signatures among the notes.

        Raises:
            DataError: no examples, another number of answers, or sacrebleu is not installed.
        """
        check_pairs(truths, answers)
        found, gold = [answer.y for answer in answers], [list(truths)]
        library = _library()
        # "13a" parts words at spaces; a script without any would be one word a sentence.
        tokenize = "char" if spaceless_share(truths) >= SPACELESS else "13a"
        longest = max(map(len, truths) if tokenize == "char" else (len(text.split()) for text in truths))
        # Where no text has four words in a row, BLEU of four would be 0 whatever the answers.
        bleu, chrf = library.BLEU(tokenize=tokenize, effective_order=longest < ORDER), library.CHRF()
        figures = {
            "bleu": float(bleu.corpus_score(found, gold).score),
            "chrf": float(chrf.corpus_score(found, gold).score),
            "exact": sum(map(str.__eq__, found, truths)) / len(truths),
        }
        notes = {"BLEU": str(bleu.get_signature()), "chrF": str(chrf.get_signature()), "rule": RULE}
        signed = f"{RULE} BLEU: {notes['BLEU']}; chrF: {notes['chrF']}."
        return PlainReport(figures, signed, {"examples": len(truths)}, notes=notes)

    def confusion(self, truths: Sequence[str], answers: Sequence[Answer[str]], /) -> None:
        """Return None: texts are not taken for each other."""


def _library() -> Any:
    try:
        return importlib.import_module("sacrebleu.metrics")
    except ImportError as error:
        raise DataError("Translations are measured by sacrebleu: pip install 'unrolled[translation]'.") from error
