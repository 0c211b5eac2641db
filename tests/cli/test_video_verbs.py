"""The verbs on clips: files, folders and lines in; labels, strips and problems out."""

import base64
import json
from pathlib import Path

import pytest
from clips import moving, write
from typer.testing import CliRunner

from unrolled.cli.app import app
from unrolled.runs.train import train
from unrolled.tasks import VIDEO

TINY = {
    "frames_per_second": 0.0,
    "size": 16,
    "num_convolutions": 2,
    "num_filters": 4,
    "frame_size": 16,
    "hidden_size": 8,
    "attention_size": 4,
    "bidirectional": False,
    "epochs": 6,
    "learning_rate": 0.02,
    "num_threads": 1,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips whose block moves to the right or to the left, and a run on them."""
    path = tmp_path_factory.mktemp("video")
    for n in range(12):
        places = [n + 7 * t for t in range(4 + n % 3)]
        write(path / "clips" / "right" / f"{n}.avi", moving(places))
        write(path / "clips" / "left" / f"{n}.avi", moving(places[::-1]))
    settings = VIDEO.defaults.replaced(TINY)
    train(VIDEO, train=path / "clips", dev=path / "clips", out=path / "run", settings=settings)
    return path


def run(*given: object, lines: str = "") -> tuple[int, list[str], str]:
    result = CliRunner().invoke(app, list(map(str, given)), input=lines)
    return result.exit_code, result.stdout.splitlines(), result.stderr


def test_files_folders_and_lines_are_answered_alike(folder: Path) -> None:
    files = [folder / "clips" / "left" / "1.avi", folder / "clips" / "right" / "1.avi"]
    code, found, _ = run("predict", folder / "run", *files)
    assert code == 0
    assert [line.split("\t")[0] for line in found] == ["left", "right"]
    assert [line.split("\t")[2] for line in found] == [str(path) for path in files]
    code, lines, _ = run("predict", folder / "run", lines="".join(f"{path}\n" for path in files))
    assert code == 0
    assert lines == found
    code, all_of_them, _ = run("predict", folder / "run", folder / "clips", "--json")
    rows = [json.loads(line) for line in all_of_them]
    assert len(rows) == 24
    assert all(row["label"] == Path(row["video"]).parent.name for row in rows)


def test_what_is_no_clip_has_its_error_in_its_place(folder: Path, tmp_path: Path) -> None:
    sound = folder / "clips" / "left" / "1.avi"
    content = write(tmp_path / "clips" / "a.avi", moving(range(20))).read_bytes()
    (tmp_path / "clips" / "a.avi").write_bytes(content[: len(content) * 3 // 4])
    (tmp_path / "clips" / "b.avi").write_text("no clip")
    code, found, error = run("predict", folder / "run", tmp_path / "clips", sound)
    assert code == 1
    assert found[-1].split("\t")[0] == "left"
    assert "a.avi: it breaks off after" in error
    assert "b.avi: it is no clip that can be read" in error
    code, _, error = run("predict", folder / "run", lines="gone.avi\n")
    assert code == 1
    assert "line 1: gone.avi: there is no such file" in error


def test_a_stream_takes_clips_and_pictures_and_says_what_it_knows(folder: Path, tmp_path: Path) -> None:
    frames = moving([1 + 7 * t for t in range(5)])
    clip = folder / "clips" / "right" / "1.avi"
    pictures: list[str] = []
    for n, frame in enumerate(frames):
        path = write(tmp_path / f"{n}.png", frame[None], codec="png", pixels="rgb24")
        pictures.append(f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}")
    code, found, _ = run("stream", folder / "run", lines=f"{clip}\n\n" + "\n".join(pictures))
    assert code == 0
    first, second = "\n".join(found).split("\n\n")
    assert len(first.splitlines()) == len(second.splitlines()) == 5 + 1
    assert {part.splitlines()[-1].split("\t")[0] for part in (first, second)} == {"right"}
    code, lines, _ = run("stream", folder / "run", "--json", lines=f"{tmp_path / '0.png'}\n")
    assert [json.loads(line).get("final", False) for line in lines] == [False, True]
    code, _, error = run("stream", folder / "run", lines="data:image/png;base64,AAAA\n")
    assert code == 3
    assert "Give a JPEG or a PNG" in error


def test_a_clip_unfolds_in_words_and_as_a_strip(folder: Path, tmp_path: Path) -> None:
    clip = folder / "clips" / "right" / "2.avi"
    code, found, _ = run("explain", folder / "run", "--picture", tmp_path / "strips", lines=f"{clip}\n")
    assert code == 0
    label, steps = found[0].split("\t")
    assert label == "right"
    assert [float(step.split(":")[0]) for step in steps.split()] == [0, 0.04, 0.08, 0.12, 0.16, 0.2]
    assert (tmp_path / "strips" / "2.png").read_bytes().startswith(b"\x89PNG")
    code, found, _ = run("explain", folder / "run", "--json", "--label", "left", lines=f"{clip}\n")
    row = json.loads(found[0])
    assert (row["label"], len(row["probabilities"]), row["seconds"][-1]) == ("left", 6, 0.2)
    assert row["probabilities"][-1] < 0.5


def test_check_tells_what_clips_are_and_what_is_twice(folder: Path, tmp_path: Path) -> None:
    code, found, _ = run("check", "video", folder / "clips", "--json")
    report = json.loads("\n".join(found))
    assert code == 0
    assert report["files"][0]["labels"] == {"left": 12, "right": 12}
    assert report["files"][0]["num_clips"] == 24
    table = tmp_path / "clips.csv"
    clip = folder / "clips" / "right" / "2.avi"
    (tmp_path / "copy.avi").write_bytes(clip.read_bytes())
    table.write_text(f"video,label\n{clip},right\ncopy.avi,left\ngone.avi,left\n")
    code, found, _ = run("check", "video", folder / "clips", table)
    said = "\n".join(found)
    assert code == 1
    assert f"{table}:4: gone.avi: there is no such file" in said
    assert "2 clips of" in said
    assert "duplicates labelled otherwise" in said
