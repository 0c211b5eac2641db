from pathlib import Path

from unrolled.runs.check import check_files
from unrolled.runs.groups import SharedGroup
from unrolled.runs.train import TrainingResult
from unrolled.tasks import NER, SENTIMENT


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


def test_who_stands_on_both_sides_is_named_with_counts_and_first_places(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("who,text,label\nann,so good,pos\nbob,so bad,neg\nann,quite good,pos\n")
    (tmp_path / "b.csv").write_text("who,text,label\ncy,so fine,pos\nann,so cold,neg\n")
    settings = SENTIMENT.defaults.replaced({"group": "who"})
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    report = check_files(SENTIMENT, paths, settings=settings)
    assert report.overlaps[0].groups == (
        SharedGroup("ann", 2, 1, first_place=f"{paths[0]}:2", second_place=f"{paths[1]}:3"),
    )
    assert [file.facts["groups"] for file in report.files] == ["2", "2"]
    other = check_files(SENTIMENT, paths[::-1], settings=settings).overlaps[0].groups
    assert other == (SharedGroup("ann", 1, 2, first_place=f"{paths[1]}:3", second_place=f"{paths[0]}:2"),)
    plain = check_files(SENTIMENT, paths)
    assert plain.overlaps[0].groups is None
    assert "groups" not in plain.to_dict()["overlaps"][0]  # pyright: ignore[reportIndexIssue, reportUnknownArgumentType]
