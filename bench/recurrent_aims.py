"""The figures to reach, and what a row says about them."""

import math
import statistics
from collections.abc import Callable
from dataclasses import dataclass

from recurrent_grid import Point
from recurrent_libraries import BFLOAT16, OURS, OWN, WORDS
from recurrent_rows import Row

STEP_PEERS = ("torch", "onnxruntime")
UNSTEADY, SLOW = 2, 0.6  # times another round; of the median over all points


def peer_seconds(row: Row) -> dict[str, float]:
    """Seconds a call of every peer whose answers are right."""
    return {name: seconds for name, seconds in row["seconds"].items() if name not in OWN and name not in row["wrong"]}


def best_peer(row: Row) -> str | None:
    peers = peer_seconds(row)
    return min(peers, key=peers.__getitem__) if peers else None


def unsteady(rows: list[Row]) -> set[Point]:
    """Where the machine was disturbed: a round of ours or the best peer took twice another, or products were slow."""
    usual = statistics.median([row["product"] for row in rows] or [0.0])

    def is_unsteady(row: Row) -> bool:
        rounds = [row["rounds"][name] for name in (OURS, best_peer(row)) if name is not None]
        return row["product"] < SLOW * usual or any(max(found) > UNSTEADY * min(found) for found in rounds)

    return {Point(**row["point"]) for row in rows if is_unsteady(row)}


def ratio(row: Row) -> float | None:
    """The best peer's time / ours; None where no peer ran."""
    best = best_peer(row)
    return None if best is None else row["seconds"][best] / row["seconds"][OURS]


def step_ratio(row: Row, ours: str = OURS) -> float | None:
    """As `ratio`, against torch's and ONNX Runtime's steps; None unless all ran."""
    seconds = peer_seconds(row)
    fastest = [min((s for name, s in seconds.items() if name.startswith(peer)), default=None) for peer in STEP_PEERS]
    found = [s for s in fastest if s is not None]
    own = row["seconds"].get(ours)
    return min(found) / own if own and len(found) == len(STEP_PEERS) else None


def words_ratio(row: Row) -> float | None:
    """As `step_ratio`, with a word's row looked up by ours; the peers are given the row."""
    return step_ratio(row, WORDS)


def bfloat16_ratio(row: Row) -> float | None:
    """As `step_ratio`, with weights rounded to bfloat16 by ours; the peers' are float32."""
    return step_ratio(row, BFLOAT16)


def share(row: Row) -> float:
    """Of the matrix-product rate that was measured in the same row: useful operations a second."""
    return Point(**row["point"]).flops / row["seconds"][OURS] / row["product"]


@dataclass(frozen=True, slots=True)
class Aim:
    """A figure to reach over the points it is about: each of them, or their geometric mean."""

    title: str
    about: Callable[[Point], bool]
    value: Callable[[Row], float | None]
    at_least: float
    is_mean: bool = False
    percent: bool = False

    def shown(self, value: float) -> str:
        return f"{100 * value:.0f} %" if self.percent else f"{value:.2f}"

    def values(self, rows: list[Row]) -> list[tuple[float, Row]]:
        found = [(self.value(row), row) for row in rows if self.about(Point(**row["point"]))]
        return [(value, row) for value, row in found if value is not None]


def of_steps(point: Point) -> bool:
    return point.task == "step" and point.cell in ("lstm", "gru") and point.H in (128, 512)


def training(lengths: str) -> Callable[[Point], bool]:
    return lambda point: point.task == "training" and point.lengths == lengths


AIMS = [
    Aim("training, ragged: geometric mean of best peer / ours", training("ragged"), ratio, 2.5, is_mean=True),
    Aim("training, ragged: smallest ratio", training("ragged"), ratio, 1.2),
    Aim("training, equal lengths: geometric mean of best peer / ours", training("equal"), ratio, 1.5, is_mean=True),
    Aim("training, equal lengths: smallest ratio", training("equal"), ratio, 1.0),
    Aim("N = 1, training: smallest ratio", lambda p: p.N == 1 and p.task == "training", ratio, 1.0),
    Aim("N = 1, inference: smallest ratio", lambda p: p.N == 1 and p.task == "inference", ratio, 1.0),
    Aim(
        "training, ragged, H ≥ 256, N ≥ 32: smallest share of the matrix-product rate",
        lambda p: training("ragged")(p) and p.H >= 256 and p.N >= 32,
        share,
        0.85,
        percent=True,
    ),
    Aim(
        "step, LSTM and GRU, H = 128 and 512: smallest ratio to torch and ONNX Runtime",
        of_steps,
        step_ratio,
        2.0,
    ),
    Aim("the same, our weights rounded to bfloat16", of_steps, bfloat16_ratio, 2.0),
    Aim("the same, x being a word whose input product is looked up", of_steps, words_ratio, 2.0),
]


def missed(row: Row) -> list[Aim]:
    """The aims for every point that this one does not reach."""
    return [aim for aim in AIMS if not aim.is_mean and any(value < aim.at_least for value, _ in aim.values([row]))]


def geometric_mean(values: list[float]) -> float:
    return math.exp(sum(math.log(value) for value in values) / len(values))
