"""Writes tests/hostile/data/vectors: malformed files of series.

python tests/hostile/make_vectors.py
"""

import io
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent / "data" / "vectors"

HEAD = "series,time,a,b,label\n"
SOUND = HEAD + "".join(f"{n},{t},{t * n},{t - n},{'up' if n % 2 else 'down'}\n" for n in range(4) for t in range(4))
TS = """@problemName gestures
@timeStamps false
@missing false
@univariate false
@dimensions 2
@equalLength false
@classLabel true up down
@data
1,2,3:4,5,6:up
1,2:4,5:down
"""


def with_line(content: str, number: int, line: str) -> str:
    lines = content.splitlines()
    lines[number - 1] = line
    return "\n".join(lines) + "\n"


TEXTS = {
    "backwards.csv": with_line(SOUND, 4, "0,0.5,1,2,down"),
    "empty.csv": "",
    "header_only.csv": HEAD,
    "infinite.csv": with_line(SOUND, 3, "0,1,inf,0,down"),
    "no_header.csv": SOUND.removeprefix(HEAD),
    "no_label_column.csv": "series,time,a\n1,0,2\n1,1,3\n",
    "no_numbers.csv": "series,words,label\n1,warm,up\n1,cold,up\n2,dry,down\n",
    "no_sequence_column.csv": "time,a,label\n0,1,up\n1,2,up\n",
    "nothing_known.csv": HEAD + "1,0,nan,,up\n1,1,?,NA,up\n2,0,1,2,down\n",
    "one_label.csv": SOUND.replace("down", "up"),
    "step_without_series.csv": with_line(SOUND, 5, ",3,0,0,down"),
    "text_in_a_column.csv": with_line(SOUND, 7, "1,1,warm,0,up"),
    "time_is_text.csv": with_line(SOUND, 3, "0,noon,1,2,down"),
    "unlabelled.csv": with_line(with_line(SOUND, 2, "0,0,0,0,"), 3, "0,1,0,1,")
    .replace("0,2,0,2,down", "0,2,0,2,")
    .replace("0,3,0,3,down", "0,3,0,3,"),
    "class_unknown.ts": TS.replace("4,5:down", "4,5:sideways"),
    "count_wrong.ts": TS.replace("1,2:4,5:down", "1,2:down"),
    "gap_not_declared.ts": TS.replace("1,2:4,5:down", "1,?:4,5:down"),
    "length_wrong.ts": TS.replace("@equalLength false", "@equalLength true\n@seriesLength 3"),
    "lengths_differ.ts": TS.replace("1,2:4,5:down", "1,2,3:4,5:down"),
    "no_data.ts": TS.split("@data", maxsplit=1)[0],
    "no_labels.ts": TS.replace("@classLabel true up down", "@classLabel false"),
    "no_steps.ts": TS.replace("1,2:4,5:down", "::down"),
    "not_a_number.ts": TS.replace("1,2:4,5:down", "1,b:4,5:down"),
    "times.ts": TS.replace("@timeStamps false", "@timeStamps true"),
    "series.jsonl": json.dumps({"x": [[1, 2]], "y": "up"}) + "\n",
}


def arrays(**named: np.ndarray) -> bytes:
    held = io.BytesIO()
    np.savez(held, **named)
    return held.getvalue()


def main() -> None:
    shutil.rmtree(HERE, ignore_errors=True)
    HERE.mkdir(parents=True)
    for name, text in TEXTS.items():
        (HERE / name).write_text(text, encoding="utf-8")
    x, y = np.arange(24.0).reshape(4, 3, 2), np.array(["up", "down"] * 2)
    files = {
        "truncated.npz": arrays(x=x, y=y)[:300],
        "pickled_inside.npz": arrays(x=np.array([[1], [1, 2]], dtype=object), y=y[:2]),
        "no_y.npz": arrays(x=x),
        "answers_few.npz": arrays(x=x, y=y[:3]),
        "lengths_wrong.npz": arrays(x=x.reshape(12, 2), y=y, lengths=np.array([3, 3, 3, 4])),
        "zero_steps.npz": arrays(x=x, y=y, lengths=np.array([3, 0, 3, 3])),
        "text.npz": b"x,y\n1,2\n",
    }
    for name, content in files.items():
        (HERE / name).write_bytes(content)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:  # whose array says that it has 10**15 rows
        header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000000, 2), }"
        header += b" " * (64 - (len(header) + 11) % 64) + b"\n"
        archive.writestr("x.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
        archive.writestr("y.npy", b"")
    (HERE / "huge.npz").write_bytes(held.getvalue())
    np.save(HERE / "alone.npy", x)
    np.save(HERE / "pickled.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    for label in ("up", "down"):
        (HERE / "folder" / label).mkdir(parents=True)
        np.save(HERE / "folder" / label / "1.npy", x[0] if label == "up" else x[0][:, :1])
    (HERE / "manifest").mkdir()
    (HERE / "manifest" / "manifest.csv").write_text("file,label\na.csv,up\ngone.csv,down\n", encoding="utf-8")
    (HERE / "manifest" / "a.csv").write_text("x,y\n1,2\n3,4\n", encoding="utf-8")


if __name__ == "__main__":
    main()
