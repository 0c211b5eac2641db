"""Writes the bundled corpus of `vectors`: strokes of a pen, made by a program; no hand drew them.

    python tests/examples/make_vectors.py

A stroke is one of eight movements (MOVES) of a point in the plane, as a tablet might report it: x and y in centimetres
and the pressure of the pen, at irregular times, of which some are without a value. Each is drawn at a place, a size, a
slant, a tempo and a noise of its own; the pen lingers where it turns. Movements that differ in their direction alone
come in pairs. The pens of the test part write larger and faster than those of the others.
"""

import csv
import math
import random
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "src" / "unrolled" / "examples"

PARTS = {"vectors.csv": (1, 15), "vectors_dev.csv": (2, 5), "vectors_test.csv": (3, 6)}
"""File: seed, strokes of each movement."""

GAP, NOISE = 0.04, 0.04
"""How often a value is missing; how far, in parts of its size, a point is off."""

Move = Callable[[float], tuple[float, float]]


def line(p: float) -> tuple[float, float]:
    """From left to right."""
    return 2 * p - 1, 0.0


def circle(p: float) -> tuple[float, float]:
    """Counter-clockwise, from the right."""
    return math.cos(2 * math.pi * p), math.sin(2 * math.pi * p)


def zigzag(p: float) -> tuple[float, float]:
    """Up and down three times, from left to right."""
    return 2 * p - 1, abs((6 * p) % 2 - 1) - 0.5


def spiral(p: float) -> tuple[float, float]:
    """Twice around, from the middle outwards."""
    return p * math.cos(4 * math.pi * p), p * math.sin(4 * math.pi * p)


def backwards(move: Move) -> Move:
    return lambda p: move(1 - p)


MOVES: dict[str, Move] = {
    "right": line,
    "left": backwards(line),
    "counterclockwise": circle,
    "clockwise": backwards(circle),
    "zigzag right": zigzag,
    "zigzag left": backwards(zigzag),
    "spiral out": spiral,
    "spiral in": backwards(spiral),
}


def stroke(move: Move, chance: random.Random, *, large: bool) -> list[list[object]]:
    """Return the rows of a stroke: time, x, y, pressure."""
    size = chance.uniform(2.2, 3.2) if large else chance.uniform(0.8, 2.4)
    seconds = chance.uniform(0.5, 0.9) if large else chance.uniform(0.7, 1.8)
    slant, tempo, grip = chance.gauss(0, 0.25), chance.uniform(-0.6, 0.6), chance.uniform(0.4, 0.8)
    at_x, at_y = chance.uniform(0, 12), chance.uniform(0, 18)
    steps = chance.randint(14, 26)
    moments = sorted(chance.uniform(0, 1) for _ in range(steps - 2))
    rows: list[list[object]] = []
    for moment in [0.0, *moments, 1.0]:
        p = moment + tempo * moment * (1 - moment)
        x, y = (value + chance.gauss(0, NOISE) for value in move(p))
        values = (
            at_x + size * (x * math.cos(slant) - y * math.sin(slant)),
            at_y + size * (x * math.sin(slant) + y * math.cos(slant)),
            grip * (0.6 + 0.4 * math.sin(math.pi * moment)) + chance.gauss(0, 0.05),
        )
        shown = ["" if chance.random() < GAP else f"{value:.2f}" for value in values]
        rows.append([f"{seconds * moment:.3f}", *shown])
    return rows


def main() -> None:
    for name, (seed, each) in PARTS.items():
        chance = random.Random(seed)
        moves = [move for move in MOVES for _ in range(each)]
        chance.shuffle(moves)
        with (FOLDER / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["stroke", "time", "x", "y", "pressure", "move"])
            for number, move in enumerate(moves, 1):
                for row in stroke(MOVES[move], chance, large="test" in name):
                    writer.writerow([number, *row, move])


if __name__ == "__main__":
    main()
