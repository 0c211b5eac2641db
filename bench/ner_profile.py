"""Where the tagger's training goes: two epochs on WNUT-17 with the defaults, by torch's profiler (see README.md)."""

import argparse
import datetime as dt
import tempfile
from pathlib import Path

import torch
from ner_data import load_corpus, write_columns
from record import RESULTS, describe

from unrolled import Tagger

EPOCHS, LISTED = 2, 25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds wnut17/")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--date", default=dt.date.today().isoformat(), help="names the result")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    rows, steps, seconds = profile(options.data)
    lines = [
        f"# Where the tagger's training goes, {options.date}",
        "",
        f"- Measured with {describe(('unrolled', 'torch', 'numpy'))}; threads: {options.threads}",
        f"- WNUT-17, {EPOCHS} epochs with the defaults: {steps} steps of {1000 * seconds / steps:.1f} ms, the",
        "  profiler's own time in it.",
        "- Operations of torch by themselves, forwards and back; the last line has what is none: Python, batches.",
        "",
        "| operation | ms a step | share | calls a step |",
        "|---|---:|---:|---:|",
    ]
    lines += [
        f"| `{name}` | {1000 * took / steps:.2f} | {took / seconds:.1%} | {calls / steps:.1f} |"
        for name, took, calls in rows[:LISTED]
    ]
    for name, took in (
        ("all other operations", sum(took for _, took, _ in rows[LISTED:])),
        ("no operation", seconds - sum(took for _, took, _ in rows)),
    ):
        lines.append(f"| {name} | {1000 * took / steps:.2f} | {took / seconds:.1%} | |")
    target = RESULTS / f"ner_profile_{options.date}.md"
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines), f"\nwrote {target}")


def profile(data: Path) -> tuple[list[tuple[str, float, int]], int, float]:
    """Operations with their seconds and calls, the longest first; the number of steps; the seconds of training."""
    corpus = load_corpus("wnut17", data)
    with tempfile.TemporaryDirectory() as folder:
        train, few = Path(folder) / "train.conll", Path(folder) / "few.conll"
        write_columns(corpus.train, train)
        write_columns(corpus.dev[:1], few)  # measuring on dev is not what is asked about
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as found:
            tagger = Tagger(seed=1, epochs=EPOCHS, patience=None).fit(train, dev=few)
    tokens = sum(len(sentence.words) for sentence in corpus.train)
    seconds = sum(tokens / row["tokens_per_second"] for row in tagger.history_)
    events = [(event.key, event.self_cpu_time_total / 1e6, event.count) for event in found.key_averages()]
    rows = sorted((event for event in events if event[1] > 0), key=lambda event: -event[1])
    steps = next(calls for name, _, calls in rows if name == "_SumPaths")
    return rows, steps, seconds


if __name__ == "__main__":
    main()
