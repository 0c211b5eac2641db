from pathlib import Path

from unrolled.runs.check import check_files
from unrolled.runs.train import TrainingResult
from unrolled.tasks import NER


def test_words_are_unknown_in_the_form_in_which_the_model_looks_them_up(
    result: TrainingResult, corpus: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data.conll"
    data.write_text("PARIS B-LOC\nMilan B-LOC\n")
    report = check_files(NER, [corpus / "train.conll", data], result.directory)
    known, other = (file.unknown for file in report.files)
    assert known is not None
    assert known.rate == 0
    assert other is not None
    assert other.most_common == (("milan", 1),)
    assert check_files(NER, [data]).files[0].unknown is None
