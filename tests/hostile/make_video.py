"""Writes the malformed clips of tests/hostile/data/video.

PYTHONPATH=tests python tests/hostile/make_video.py
"""

import pickle
import shutil
import wave
from pathlib import Path

import numpy as np
from clips import write

HERE = Path(__file__).parent / "data" / "video"


def small(number: int = 12) -> np.ndarray:
    """Frames of 16 × 12 that do not compress."""
    return np.random.default_rng(number).integers(0, 255, (number, 12, 16, 3), np.uint8)


def write_files(folder: Path) -> None:
    """Each is no clip, or not all of one."""
    folder.mkdir(parents=True)
    whole = write(folder / "whole.avi", small()).read_bytes()
    (folder / "text.avi").write_text("This is a text, whatever its name says.\n" * 40)
    (folder / "empty.avi").write_bytes(b"")
    start = whole.index(b"movi") + 4
    (folder / "truncated.avi").write_bytes(whole[: start + (len(whole) - start) // 2])
    (folder / "no_frames.avi").write_bytes(whole[:start])
    broken = bytearray(whole)
    middle = start + (len(whole) - start) // 2
    broken[middle : middle + 900] = np.random.default_rng(0).bytes(900)
    (folder / "broken.avi").write_bytes(broken)
    (folder / "unknown_codec.avi").write_bytes(whole.replace(b"MJPG", b"QXZJ"))
    mp4 = write(folder / "whole.mp4", small(), codec="mpeg4", pixels="yuv420p").read_bytes()
    (folder / "truncated.mp4").write_bytes(mp4[: len(mp4) // 2])
    with wave.open(str(folder / "sound.avi"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(1600))
    (folder / "playlist.avi").write_text("ffconcat version 1.0\nfile 'whole.avi'\n")
    (folder / "stream.avi").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nwhole.avi\n#EXT-X-ENDLIST\n")
    np.save(folder / "gap.npy", np.array([[1.0, np.nan]]))
    np.save(folder / "no_frames.npy", np.zeros((0, 3)))
    np.save(folder / "cube.npy", np.zeros((2, 3, 4)))
    np.save(folder / "texts.npy", np.array([["a", "b"]]))
    (folder / "pickled.npy").write_bytes(pickle.dumps([1, 2]))


def write_tables(folder: Path) -> None:
    """Each has something wrong in it."""
    folder.mkdir(parents=True)
    rows = "../files/whole.avi,up\n../files/whole.mp4,down\n"
    (folder / "empty.csv").write_text("")
    (folder / "header_only.csv").write_text("video,label\n")
    (folder / "missing.csv").write_text(f"video,label\n{rows}../files/gone.avi,up\n")
    (folder / "no_label_column.csv").write_text("video,speaker,take\n../files/whole.avi,anna,1\n")
    (folder / "no_video_column.csv").write_text("sound,label\nanna,up\n")
    (folder / "no_header.csv").write_text(rows.replace(",", ",anna,"))
    (folder / "label_missing.csv").write_text(f"video,label\n{rows}../files/whole.avi,\n")
    (folder / "clip_missing.csv").write_text(f"video,label\n{rows},up\n")
    (folder / "fields.csv").write_text(f"video,label\n{rows}../files/whole.avi,up,left\n")
    (folder / "a_folder.csv").write_text(f"video,label\n{rows}../files,up\n")
    (folder / "latin.csv").write_bytes(f"video,label\n{rows}../files/whole.avi,f\xfcnf\n".encode("latin-1"))
    (folder / "one_label.csv").write_text("video,label\n../files/whole.avi,up\n../files/whole.mp4,up\n")
    (folder / "broken.csv").write_text(f"video,label\n{rows}../files/truncated.avi,up\n")
    (folder / "mixed.csv").write_text(f"video,label\n{rows}../folders/widths/up/1.npy,up\n")
    (folder / "clips.jsonl").write_text('{"video": "../files/whole.avi", "label": "up"}\n')


def write_folders(folder: Path) -> None:
    """Each has something wrong in it."""
    for label, width in (("up", 2), ("down", 3)):
        (folder / "widths" / label).mkdir(parents=True)
        np.save(folder / "widths" / label / "1.npy", np.ones((3, width)))
    for label in ("up", "down"):
        (folder / "nothing" / label).mkdir(parents=True)
        (folder / "nothing" / label / "1.txt").write_text("no clip\n")
        (folder / "half" / label).mkdir(parents=True)
    write(folder / "half" / "up" / "1.avi", small(3))
    (folder / "half" / "down" / "notes.txt").write_text("no clip\n")


if __name__ == "__main__":
    shutil.rmtree(HERE, ignore_errors=True)
    write_files(HERE / "files")
    write_tables(HERE / "tables")
    write_folders(HERE / "folders")
