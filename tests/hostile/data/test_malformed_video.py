"""Every malformed clip, table and folder of clips gives one error that names it, what was found and the way out."""

from pathlib import Path

import pytest

from unrolled.data.readers import ClipsSettings, read_clips
from unrolled.errors import DataError

HERE = Path(__file__).parent / "video"

UNREADABLE = "it is no clip that can be read"

# file: (part of what was found, part of the way out); None where it is sound
FILES: dict[str, tuple[str, str] | None] = {
    "broken.avi": ("it breaks off after 0.20 of 0.48 seconds, 5 frames", "--set accept=broken_clips"),
    "cube.npy": ("an array of shape (2, 3, 4)", "(T, D)"),
    "empty.avi": (UNREADABLE, "leave it out"),
    "gap.npy": ("numbers that are not finite", "(T, D) of numbers"),
    "no_frames.avi": ("it has no frame", "make it anew"),
    "no_frames.npy": ("it has no frame", "(T, D) of numbers"),
    "pickled.npy": ("no file of numpy", "numpy.save"),
    "playlist.avi": (UNREADABLE, "leave it out"),
    "sound.avi": ("it holds sound, but no pictures", "leave it out"),
    "stream.avi": (UNREADABLE, "leave it out"),
    "text.avi": (UNREADABLE, "leave it out"),
    "texts.npy": ("an array of <U1, not of numbers", "numbers"),
    "truncated.avi": ("it breaks off after 0.20 of 0.48 seconds, 5 frames", "--set accept=broken_clips"),
    "truncated.mp4": (UNREADABLE, "leave it out"),
    "unknown_codec.avi": ("FFmpeg does not know its codec", "leave it out"),
    "whole.avi": None,
    "whole.mp4": None,
}

# file: (line or file of the folder or None, part of what was found, part of the way out)
TABLES: dict[str, tuple[int | str | None, str, str]] = {
    "a_folder.csv": (4, "../files: this is a directory", "Name a file in it"),
    "broken.csv": (4, "../files/truncated.avi: it breaks off after 0.20 of 0.48 seconds", "--set accept=broken_clips"),
    "clip_missing.csv": (4, "a row without a clip", "take the row out"),
    "clips.jsonl": (None, "neither a folder of clips nor a table", "video,label"),
    "empty.csv": (None, "no labelled clip", "not empty"),
    "fields.csv": (4, "3 fields where the first row has 2", "Quote a field"),
    "header_only.csv": (None, "no labelled clip", "not empty"),
    "label_missing.csv": (4, "a clip without a label", "take the row out"),
    "latin.csv": (4, "which is not UTF-8", "--set encoding=cp1252"),
    "missing.csv": (4, "../files/gone.avi: there is no such file", "Check the path"),
    "mixed.csv": (4, "features beside clips of pixels", "Give one kind"),
    "no_header.csv": (None, "no column of labels: the columns are column 0, column 1, column 2", "label_column=NAME"),
    "no_label_column.csv": (None, "no column of labels: the columns are video, speaker, take", "label_column=NAME"),
    "no_video_column.csv": (None, "no column that names clips: the columns are sound, label", "video_column=NAME"),
    "one_label.csv": (None, "every clip has the label 'up'", "--set accept=one_label"),
}
FOLDERS: dict[str, tuple[int | str | None, str, str]] = {
    "half": (None, "the folder down holds no clip", "remove it"),
    "nothing": (None, "no folder of a label with clips in it", "a folder for each label"),
    "widths": ("up/1.npy", "2 features a frame, where the first has 3", "as many"),
}


def test_every_file_has_an_expectation() -> None:
    for name, expected in (("files", FILES), ("tables", TABLES), ("folders", FOLDERS)):
        assert {path.name for path in (HERE / name).iterdir()} == set(expected)


@pytest.mark.parametrize("name", sorted(FILES))
@pytest.mark.parametrize("cached", [False, True])
def test_malformed_clip(name: str, cached: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNROLLED_CACHE", str(tmp_path / "cache") if cached else "off")
    sound = "texts.npy" if name.endswith("npy") else "whole.avi"
    table = tmp_path / "clips.csv"
    table.write_text(f"video,label\n{HERE / 'files' / name},up\n{HERE / 'files' / sound},down\n")
    for _ in range(2):  # what was found once stays found
        reading = read_clips(table)
        problems = [problem for problem in reading.faults(training=True) if problem.line == 2]
        expected = FILES[name]
        if expected is None:
            assert not problems
            continue
        (problem,) = problems
        assert f"{name}: " in problem.found
        assert expected[0] in problem.found
        assert expected[1] in problem.way_out


@pytest.mark.parametrize("name", [*sorted(TABLES), *sorted(FOLDERS)])
def test_malformed_table_or_folder(name: str) -> None:
    place, found, way_out = (TABLES | FOLDERS)[name]
    path = HERE / ("tables" if name in TABLES else "folders") / name
    with pytest.raises(DataError) as caught:
        read_clips(path).checked(training=True)
    message = str(caught.value)
    at = f"{path}/{place}" if isinstance(place, str) else f"{path}" if place is None else f"{path}:{place}"
    assert message.startswith(f"{at}: ")
    assert found in message
    assert way_out in message


def test_what_breaks_off_is_read_as_far_as_it_goes_once_that_is_accepted() -> None:
    path = HERE / "tables" / "broken.csv"
    reading = read_clips(path, ClipsSettings(accept="broken_clips")).checked(training=True)
    assert [len(pair.x) for pair in reading.pairs] == [12, 12, 5]
    assert len(read_clips(path).checked().pairs) == 3  # it is measured without a word, and told
    assert "breaks off" in " ".join(read_clips(path).remarks())
