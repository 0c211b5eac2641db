import json
from pathlib import Path


def test_sound_files_give_figures_and_0(corpus: Path, run: Path, unrolled, tmp_path: Path) -> None:
    dev = tmp_path / "dev.conll"
    dev.write_text("He O\nsat O\n. O\n\nMilan B-ORG\nsat O\n. O\n")
    result = unrolled("check", "ner", corpus, dev, "--model", run)
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["sentences", "4", "2"] in lines
    assert ["unknown", "words", "0.00%", "16.67%"] in lines
    assert f"1 sentences of {dev} (50.0%) are also in {corpus}." in result.stdout
    assert f"{dev} has ORG, which {corpus} lacks." in result.stdout


def test_all_problems_are_listed_and_1(unrolled, tmp_path: Path) -> None:
    bad = tmp_path / "bad.conll"
    bad.write_bytes(b"a O\nb\n\nc O O\n\nd\xff O\n\ne O\n")
    result = unrolled("check", "ner", bad, tmp_path / "none.conll")
    assert result.exit_code == 1
    for place in ("bad.conll:2:", "2 of this kind: lines 2, 4.", "bad.conll:6:", "none.conll: there is no such file"):
        assert place in result.stdout, place
    assert "5 problems" in result.stdout
    report = json.loads(unrolled("check", "ner", bad, "--json").stdout)
    assert report["ok"] is False
    assert [problem["line"] for problem in report["problems"]] == [2, 4, 6, None]
    assert unrolled("check", "ner", bad, "--json").exit_code == 1


def test_sentences_that_stand_there_twice_with_other_labels_are_shown(unrolled, tmp_path: Path) -> None:
    file = tmp_path / "twice.conll"
    file.write_text(
        "\n".join(f"{name} B-PER\nsat O\n\n{name} O\nsat O\n" for name in ("Ann", "Bob", "Cy", "Di", "Ed", "Flo"))
    )
    result = unrolled("check", "ner", file)
    assert result.exit_code == 0, result.output
    assert f"{file}:4: the sentence of line 1 again, other labels: Ann" in result.stdout
    shown = result.stdout.count("again, other labels")
    assert shown == 6 or f"... and {6 - shown} more" in result.stdout


def test_with_dev_and_group_who_stands_on_both_sides_is_named(unrolled, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("who,text,label\nann,so good,pos\nbob,so bad,neg\nann,quite good,pos\n")
    (tmp_path / "b.csv").write_text("who,text,label\ncy,so fine,pos\nann,so cold,neg\n")
    found = unrolled("check", "sentiment", tmp_path / "a.csv", "--dev", tmp_path / "b.csv", "--group", "who")
    assert found.exit_code == 0
    assert f"'ann' is on both sides: 2 of {tmp_path / 'a.csv'} (first at {tmp_path / 'a.csv'}:2)" in found.stdout
    assert f"and 1 of {tmp_path / 'b.csv'} (first at {tmp_path / 'b.csv'}:3)." in found.stdout
    as_json = unrolled("check", "sentiment", tmp_path / "a.csv", tmp_path / "b.csv", "--group", "who", "--json")
    (shared,) = json.loads(as_json.stdout)["overlaps"][0]["groups"]
    assert (shared["name"], shared["num_first"], shared["num_second"]) == ("ann", 2, 1)
