"""German to English on Multi30k: ours beside a plain PyTorch GRU with attention of equal size.

    OMP_NUM_THREADS=1 nice python bench/translation.py DATA --pairs 4000 --epochs 1 --out bench/results/translation.json

DATA holds train.de, train.en, dev.de and dev.en as they are given: cased, not tokenised. Both systems have the same
subwords, the same sizes, the same loss with label smoothing, the same optimizer and as many symbols a batch; the plain
one pads its batches, sorted by length, and searches with the beam of all sentences side by side, padded likewise.
Target symbols a second are those of the training, sentences a second those of the beam on the dev part.
"""

import argparse
import json
import math
import platform
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from unrolled.data.answer import Answer
from unrolled.data.codecs import SymbolsCodec
from unrolled.data.pair import Pair
from unrolled.data.readers import read_parallel
from unrolled.decoding import BeamSettings, Decoding
from unrolled.metrics import TranslationMetric
from unrolled.runs.build import build_model
from unrolled.runs.measure import Trainee
from unrolled.tasks import TRANSLATION
from unrolled.training import EpochDone, Event, FitSettings, fit

BEAM, EXTRA = 5, 10
PAD = -100


class Plain(nn.Module):
    """A bidirectional GRU, general attention between two GRU layers, deep output, tied vectors: `nn` modules alone."""

    def __init__(self, num_x: int, num_y: int, size: int) -> None:
        super().__init__()
        self.x, self.y = nn.Embedding(num_x, size), nn.Embedding(num_y, size)
        nn.init.normal_(self.x.weight, std=size**-0.5)
        nn.init.normal_(self.y.weight, std=size**-0.5)
        self.encoder = nn.GRU(size, size, batch_first=True, bidirectional=True)
        self.first = nn.Linear(2 * size, size)
        self.below = nn.GRU(size, size, batch_first=True)
        self.keys = nn.Linear(2 * size, size, bias=False)
        self.above = nn.GRU(3 * size, size, batch_first=True)
        self.deep = nn.Linear(4 * size, size)
        self.bias = nn.Parameter(torch.zeros(num_y))
        self.drop = nn.Dropout(0.3)

    def encode(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return values, keys, mask and first state."""
        packed = nn.utils.rnn.pack_padded_sequence(
            self.drop(self.x(x)), lengths, batch_first=True, enforce_sorted=False
        )
        a, last = self.encoder(packed)
        a, _ = nn.utils.rnn.pad_packed_sequence(a, batch_first=True)
        mask = torch.arange(a.shape[1]) >= lengths[:, None]
        return a, self.keys(a), mask, torch.tanh(self.first(torch.cat([last[0], last[1]], 1)))[None]

    def decode(self, y: Tensor, memory: tuple[Tensor, ...], low: Tensor, high: Tensor | None) -> tuple[Tensor, ...]:
        """Return scores and both states after the steps of y."""
        a, keys, mask = memory
        y_prev = self.drop(self.y(y))
        s, low = self.below(y_prev, low)
        e = (s @ keys.mT).masked_fill(mask[:, None], -math.inf)
        context = e.softmax(2) @ a
        s, high = self.above(self.drop(torch.cat([s, context], 2)), high)
        t = torch.tanh(self.deep(torch.cat([s, context, y_prev], 2)))
        return functional.linear(self.drop(t), self.y.weight, self.bias), low, high

    def loss(self, xs: Sequence[list[int]], ys: Sequence[list[int]]) -> Tensor:
        x, lengths = padded(xs, 0), torch.tensor(list(map(len, xs)))
        y = padded(ys, PAD)
        *memory, low = self.encode(x, lengths)
        before = torch.cat([torch.ones(len(ys), 1, dtype=torch.int64), y[:, :-1].clamp(min=0)], 1)
        z, _, _ = self.decode(before, tuple(memory), low, None)
        return functional.cross_entropy(z.flatten(0, 1), y.flatten(), ignore_index=PAD, label_smoothing=0.1)

    @torch.no_grad()
    def beam(self, xs: Sequence[list[int]], alpha: float) -> list[list[int]]:
        """Return the best y of each x: every sentence keeps its rows to the end of the longest."""
        N, K = len(xs), BEAM
        lengths = torch.tensor(list(map(len, xs)))
        *memory, low = self.encode(padded(xs, 0), lengths)
        memory = tuple(one.repeat_interleave(K, 0) for one in memory)
        low, high = low.repeat_interleave(K, 1), None
        total = torch.full((N, K), -math.inf)
        total[:, 0] = 0
        y = torch.ones(N * K, 1, dtype=torch.int64)
        done = torch.zeros(N * K, dtype=torch.bool)
        for _ in range(2 * int(lengths.max()) + EXTRA):
            z, low, high = self.decode(y[:, -1:], memory, low, high)
            log_p = z[:, 0].log_softmax(1)
            log_p[done] = -math.inf
            log_p[done, 1] = 0.0
            V = log_p.shape[1]
            total, best = (total[:, :, None] + log_p.view(N, K, V)).flatten(1).topk(K, dim=1)
            rows = (torch.arange(N)[:, None] * K + best // V).flatten()
            y = torch.cat([y[rows], (best % V).flatten()[:, None]], 1)
            low, high, done = low[:, rows], high[:, rows], done[rows] | (y[:, -1] == 1)
            if bool(done.all()):
                break
        steps = (y[:, 1:] != 1).sum(1).view(N, K) + 1
        chosen = (total / ((5 + steps) / 6) ** alpha).argmax(1)
        return [cut(y[n * K + int(k), 1:].tolist()) for n, k in enumerate(chosen)]


def padded(rows: Sequence[list[int]], value: int) -> Tensor:
    return nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=value)


def cut(row: list[int]) -> list[int]:
    return row[: row.index(1)] if 1 in row else row


def bleu(truths: list[str], found: list[str]) -> dict[str, Any]:
    report = TranslationMetric().measure(truths, [Answer(text) for text in found])
    return {
        "bleu": round(report.figures["bleu"], 2),
        "chrf": round(report.figures["chrf"], 2),
        "signature": report.notes["BLEU"],
    }


def ours(train: list[Pair[str, str]], dev: list[Pair[str, str]], settings: Any) -> dict[str, Any]:
    model, _ = build_model(TRANSLATION, train, settings)
    seconds = [0.0]

    def hear(event: Event) -> None:
        if isinstance(event, EpochDone):
            seconds.append(event.row["seconds"])
            print("ours", event.row, flush=True)

    fit(Trainee(model, TRANSLATION), train, [], settings.group(FitSettings), on_event=hear)
    symbols = sum(model.y.length(pair.y) for pair in train)
    start = time.perf_counter()
    answers = list(model.answers([pair.x for pair in dev], Decoding(search=BeamSettings(beam_size=BEAM))))
    beam = time.perf_counter() - start
    figures = bleu([pair.y for pair in dev], [answer.y for answer in answers])
    rate = symbols * (len(seconds) - 1) / sum(seconds)
    return {"target_symbols_per_second": round(rate), "sentences_per_second": round(len(dev) / beam, 1), **figures}


def side_by_side(train: list[Pair[str, str]], dev: list[Pair[str, str]], settings: Any, num: int) -> dict[str, Any]:
    """Return seconds of `num` training steps and `num` beams of each, taken in turn: what else the machine does, both
    have to bear."""
    model, _ = build_model(TRANSLATION, train, settings)
    x, y = TRANSLATION.codecs(train, settings)
    network = Plain(x.space.num, y.space.num, settings.to_dict()["hidden_size"])
    optimizers = [torch.optim.Adam(one.parameters(), lr=1e-3) for one in (model.network.module, network)]
    steps = settings.group(FitSettings).batch_steps
    batches = in_batches([(encoded(x, pair.x), encoded(y, pair.y)) for pair in train], steps)
    chosen = np.random.default_rng(0).permutation(len(batches))[: num + 1]
    seconds = np.zeros((2, 2))
    noise, symbols = torch.Generator().manual_seed(0), 0
    for turn, number in enumerate(chosen):
        batch = batches[number]
        # As `fit` has them: of any lengths. The plain one's are of like lengths, which padding asks for.
        apart = [train[i] for i in np.random.default_rng(turn).integers(len(train), size=len(batch))]
        start = time.perf_counter()
        optimizers[0].zero_grad()
        loss = model.loss(apart, noise)
        (loss.total / loss.steps).backward()
        optimizers[0].step()
        middle = time.perf_counter()
        optimizers[1].zero_grad()
        network.loss([one[0] for one in batch], [one[1] for one in batch]).backward()
        optimizers[1].step()
        end = time.perf_counter()
        if turn:  # the first warms up
            seconds[0] += [(middle - start) / loss.steps, (end - middle) / sum(len(one[1]) for one in batch)]
            symbols += loss.steps
    network.eval()
    sources = sorted((pair.x for pair in dev), key=model.x.length)
    for turn in range(num):
        texts = sources[turn * 64 % len(sources) :][:64]
        start = time.perf_counter()
        list(model.answers(texts, Decoding(search=BeamSettings(beam_size=BEAM))))
        middle = time.perf_counter()
        network.beam([encoded(x, text) for text in texts], 0.6)
        seconds[1] += [(middle - start) / len(texts), (time.perf_counter() - middle) / len(texts)]
    rates = num / seconds
    return {
        "training, target symbols a second": {"ours": round(rates[0, 0]), "plain": round(rates[0, 1])},
        "training, ratio": round(rates[0, 0] / rates[0, 1], 2),
        "beam, sentences a second": {"ours": round(rates[1, 0], 1), "plain": round(rates[1, 1], 1)},
        "beam, ratio": round(rates[1, 0] / rates[1, 1], 2),
        "turns": num,
    }


def plain(train: list[Pair[str, str]], dev: list[Pair[str, str]], settings: Any) -> dict[str, Any]:
    x, y = TRANSLATION.codecs(train, settings)
    how = settings.group(FitSettings)
    torch.manual_seed(0)
    network = Plain(x.space.num, y.space.num, settings.to_dict()["hidden_size"])
    pairs = [(encoded(x, pair.x), encoded(y, pair.y)) for pair in train]
    batches = in_batches(pairs, how.batch_steps)
    optimizer = torch.optim.Adam(network.parameters(), lr=how.learning_rate, betas=(how.beta1, how.beta2))
    total = how.epochs * len(batches)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / max(1, how.warmup * total), 1 - step / total)
    )
    chance, seconds = np.random.default_rng(0), 0.0
    for epoch in range(how.epochs):
        start = time.perf_counter()
        for number in chance.permutation(len(batches)):
            optimizer.zero_grad()
            xs, ys = zip(*batches[number], strict=True)
            network.loss(xs, ys).backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        seconds += time.perf_counter() - start
        print("plain", epoch, seconds, flush=True)
    network.eval()
    sources = [encoded(x, pair.x) for pair in dev]
    order = sorted(range(len(dev)), key=lambda i: len(sources[i]))
    found = [""] * len(dev)
    start = time.perf_counter()
    for first in range(0, len(dev), 128):
        places = order[first : first + 128]
        best = network.beam([sources[i] for i in places], 0.6)
        for i, text in zip(places, y.decode([torch.tensor([*row, 1]) for row in best]), strict=True):
            found[i] = text
    beam = time.perf_counter() - start
    symbols = sum(len(target) for _, target in pairs) * how.epochs
    figures = bleu([pair.y for pair in dev], found)
    return {
        "target_symbols_per_second": round(symbols / seconds),
        "sentences_per_second": round(len(dev) / beam, 1),
        **figures,
    }


def encoded(codec: SymbolsCodec, text: str) -> list[int]:
    return codec.encode([text]).rows.tolist()


def in_batches(pairs: list[Any], steps: int) -> list[list[Any]]:
    """Sorted by length; of the longer side at most so many symbols each, without the padding, as ours has them."""
    found: list[list[Any]] = [[]]
    filled = 0
    for pair in sorted(pairs, key=lambda pair: (len(pair[1]), len(pair[0]))):
        longest = max(map(len, pair))
        if filled + longest > steps:
            found.append([])
            filled = 0
        found[-1].append(pair)
        filled += longest
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pairs", type=int, default=29_000)
    parser.add_argument("--dev", type=int, default=1014)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--system", choices=("ours", "plain", "both"), default="both")
    parser.add_argument("--turns", type=int, default=0, help="compare speeds alone, in turn")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    torch.set_num_threads(1)
    train = read_parallel(given.data / "train.de").pairs[: given.pairs]
    dev = read_parallel(given.data / "dev.de").pairs[: given.dev]
    sizes = dict.fromkeys(("hidden_size", "embedding_size", "decoder_embedding_size"), given.size)
    settings = TRANSLATION.defaults.replaced(
        {**sizes, "epochs": given.epochs, "num_threads": 1, "learning_rate": 2e-3, "batch_fraction": 1.0}
    )
    systems = {"ours": ours, "plain": plain}
    results: dict[str, Any] = {
        "what": "multi30k de-en",
        "pairs": len(train),
        "epochs": given.epochs,
        "size": given.size,
        "threads": 1,
        "torch": torch.__version__,
        "python": platform.python_version(),
    }
    if given.turns:
        results["side by side"] = side_by_side(train, dev, settings, given.turns)
        systems = {}
    for name in list(systems) if given.system == "both" or not systems else [given.system]:
        results[name] = systems[name](train, dev, settings)
        print(name, results[name], flush=True)
    if "ours" in results and "plain" in results:
        for figure in ("target_symbols_per_second", "sentences_per_second"):
            results[f"ratio_{figure}"] = round(results["ours"][figure] / results["plain"][figure], 2)
    print(json.dumps(results, indent=1))
    if given.out is not None:
        given.out.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
