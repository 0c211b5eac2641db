"""Clips side by side: a bag of frames, a plain PyTorch CNN-LSTM, and `unrolled` by default settings (see README.md).

    python bench/video.py --data DIR [DIR ...]

Each `DIR` holds train.csv, dev.csv and perhaps test.csv with the columns video,label; or folders train, dev and test
with a folder a label. Without test the dev part, on which the best epoch is chosen, is what is measured.
"""

import argparse
import datetime as dt
import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import mean

import numpy as np
from peers import clips as peers
from record import RESULTS, Row, describe, environment, peak_mib, read_rows, write_rows

from unrolled.data.codecs import VideoCodec, VideoSettings
from unrolled.runs.build import build_model
from unrolled.runs.measure import Trainee, measure, train_model
from unrolled.tasks import VIDEO
from unrolled.training import EpochDone, FitSettings

OURS = "unrolled"
SYSTEMS = {"bag of frames": peers.bag_of_frames, "cnn-lstm": peers.cnn_lstm, OURS: None}


def key_of(row: Row) -> tuple[str, str, int]:
    return row["data"], row["system"], row["seed"]


def read(folder: Path, name: str) -> list:
    path = folder / f"{name}.csv"
    path = path if path.exists() else folder / name
    return VIDEO.read(path, VIDEO.defaults).checked(training=name == "train").pairs if path.exists() else []


def _arrays(codec: VideoCodec, pairs: list) -> list:
    """The frames of each clip, (T, H, W) uint8."""
    encoded = codec.encode([pair.x for pair in pairs])
    return [frames.pixels[..., 0] for frames in codec.decode(encoded.to_list())]


def one(folder: Path, system: str, seed: int, changed: dict[str, object]) -> Row:
    train, dev, test = (read(folder, name) for name in ("train", "dev", "test"))
    test = test or dev
    labels = sorted({pair.y for pair in train})
    peer = SYSTEMS[system]
    row: Row = {"data": folder.name, "system": system, "seed": seed, "number": len(test), "labels": len(labels)}
    if peer is None:
        settings = VIDEO.defaults.replaced({"seed": seed, "num_threads": 1, **changed})
        model, _ = build_model(VIDEO, train, settings)
        trainee, ends = Trainee(model, VIDEO), list[float]()
        began = time.perf_counter()
        history = train_model(
            trainee,
            train,
            dev,
            settings,
            on_event=lambda event: ends.append(time.perf_counter() - began) if isinstance(event, EpochDone) else None,
        )
        figures = measure(trainee.model, VIDEO.metric(model.y), test).figures
        row |= {"accuracy": figures["accuracy"], "top_5": figures.get("top_5", 1.0), "best_epoch": history.best_epoch}
        row |= {"seconds_to_best": ends[history.best_epoch - 1], "epochs": settings.group(FitSettings).epochs}
    else:
        codec = VideoCodec.fitted([pair.x for pair in train], VideoSettings(steady=False, changes=False))
        parts = [_arrays(codec, part) for part in (train, dev, test)]
        y, y_dev, y_test = ([labels.index(p.y) if p.y in labels else -1 for p in part] for part in (train, dev, test))
        found = peer(parts[0], y, parts[1], y_dev, parts[2], len(labels), seed)
        row |= {"accuracy": float(np.mean(np.array(found.answers) == np.array(y_test))), "best_epoch": found.best_epoch}
        row |= {"seconds_to_best": found.seconds_to_best, "epochs": peers.EPOCHS}
    return row | {"mebibytes": peak_mib()}


def table(rows: dict[tuple[str, str, int], Row], command: str) -> str:
    lines = [
        f"# Clips, {dt.date.today()}",
        "",
        f"- {describe(('unrolled', 'torch', 'numpy', 'av'))}; one thread each, a process a training",
        f"- Command: `{command}`",
        "- Accuracy: top-1 on the test part, or on dev where there is none; weights of the best dev epoch.",
        "- All see the same grey frames of the same size, 12.5 a second. The settings of `unrolled` are its defaults.",
        "- Memory: the most that the process held, with libraries and data.",
        "",
        "| data | clips measured | labels | system | seeds | accuracy | seconds to best epoch | epoch | MiB |",
        "|---|---:|---:|---|---:|---:|---:|---:|---:|",
    ]
    for data in dict.fromkeys(key[0] for key in rows):
        for system in SYSTEMS:
            own = [row for key, row in rows.items() if key[:2] == (data, system)]
            if own:
                figures = [row["accuracy"] for row in own]
                spread = f"{mean(figures):.3f} ({min(figures):.3f}–{max(figures):.3f})"
                seconds, epoch, memory = (
                    mean(row[name] for row in own) for name in ("seconds_to_best", "best_epoch", "mebibytes")
                )
                lines.append(
                    f"| {data} | {own[0]['number']} | {own[0]['labels']} | {system} | {len(own)} | {spread} | "
                    f"{seconds:.0f} | {epoch:.0f} | {memory:.0f} |"
                )
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--systems", nargs="+", choices=list(SYSTEMS), default=list(SYSTEMS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE", help="settings of unrolled")
    parser.add_argument("--one", action="store_true", help="run the first of each alone and print its row")
    parser.add_argument("--date", default=dt.date.today().isoformat(), help="names the results; go on with these")
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    if options.one:
        changed = dict(text.split("=", 1) for text in options.set)
        changed = {name: json.loads(value) if value[:1] in "0123456789tf" else value for name, value in changed.items()}
        print(json.dumps(one(options.data[0], options.systems[0], options.seeds[0], changed)))
        return 0
    options.results.mkdir(parents=True, exist_ok=True)
    kept = options.results / f"video_{options.date}.jsonl"
    rows = read_rows(kept, key_of)
    for data in options.data:
        for seed in options.seeds:
            for system in options.systems:
                if (data.name, system, seed) in rows:
                    continue
                command = [sys.executable, __file__, "--one", "--data", str(data), "--systems", system]
                command += ["--seeds", str(seed), "--set", *options.set]
                done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment(1))
                row = json.loads(done.stdout.splitlines()[-1])
                rows[key_of(row)] = row
                write_rows(kept, rows)
                told = f"{row['accuracy']:.3f} in {row['seconds_to_best']:.0f} s"
                print(f"{data.name} {system} {seed}: {told}", flush=True)
    command = f"python bench/video.py --data {' '.join(map(str, options.data))}"
    (options.results / f"video_{options.date}.md").write_text(table(rows, command))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
