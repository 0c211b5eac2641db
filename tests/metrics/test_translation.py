"""BLEU and chrF are sacreBLEU's own, and say how they counted."""

import pytest
import sacrebleu

from unrolled.data.answer import Answer
from unrolled.errors import DataError
from unrolled.metrics import TranslationMetric

TRUTHS = ["The cat sat on the mat.", "It is raining again!", "Nobody knows why."]
FOUND = ["The cat sits on the mat.", "It rains again!", "Nobody knows why."]


def test_the_figures_are_those_of_the_library() -> None:
    report = TranslationMetric().measure(TRUTHS, list(map(Answer, FOUND)))
    assert report.figures["bleu"] == sacrebleu.corpus_bleu(FOUND, [TRUTHS]).score
    assert report.figures["chrf"] == sacrebleu.corpus_chrf(FOUND, [TRUTHS]).score
    assert report.figures["exact"] == pytest.approx(1 / 3)
    assert report.notes["BLEU"].startswith("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:")
    assert report.notes["BLEU"] in report.rule_text
    assert report.counts == {"examples": 3}


def test_a_script_without_spaces_is_counted_by_characters() -> None:
    report = TranslationMetric().measure(["猫坐在垫子上"], [Answer("猫坐在地上")])
    assert "tok:char" in report.notes["BLEU"]
    assert report.figures["bleu"] == sacrebleu.corpus_bleu(["猫坐在地上"], [["猫坐在垫子上"]], tokenize="char").score


def test_truths_and_answers_that_do_not_match_are_refused() -> None:
    with pytest.raises(DataError, match="3 truths but 1 answers"):
        TranslationMetric().measure(TRUTHS, [Answer("a")])


def test_without_sacrebleu_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sacrebleu.metrics", None)
    with pytest.raises(DataError, match=r"unrolled\[translation\]"):
        TranslationMetric().measure(TRUTHS, list(map(Answer, FOUND)))


def test_short_texts_are_measured_by_what_they_have() -> None:
    """Without a run of four words every BLEU was 0, and the weights of the first epoch were kept."""
    report = TranslationMetric().measure(["un deux", "deux trois"], list(map(Answer, ("un deux", "deux un"))))
    assert 0 < report.figures["bleu"] < 100
    assert "eff:yes" in report.notes["BLEU"]
    assert TranslationMetric().measure(["un deux"], [Answer("un deux")]).figures["bleu"] == pytest.approx(100)
