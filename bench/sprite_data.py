"""Rendered sprites: the animation sheets of Debian's flare-game, cut into short clips.

    apt-get download flare-game && dpkg -x flare-game_*.deb flare-game
    python bench/sprite_data.py --data flare-game --out DIR

writes DIR/clips/*.avi (Motion JPEG, 64 x 64, 15 frames a second) and train.csv, dev.csv and test.csv with the columns
video, label, figure. The label is the action. A figure is all that shares its movements, recoloured or in other
clothes: it is in one part alone. A drawn body moves on grey ground; it never leaves its place in the picture.
The data (CC-BY-SA 3.0, Clint Bellanger and others) are never part of this project. Needs av and pillow.
"""

import argparse
import csv
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE, RATE, ROUNDS, GROUND, DIRECTIONS = 64, 15, 2, 96, 8

# An action whose frames an earlier one of the same sheet has, too, says nothing: it is left out. `critdie` is a second
# way to die.
LABELS = {
    "stance": "stance",
    "run": "run",
    "swing": "swing",
    "cast": "cast",
    "shoot": "shoot",
    "hit": "hit",
    "block": "block",
    "die": "die",
    "critdie": "die",
}

SHEETS = {
    "wyvern": ("wyvern", "wyvern_adult", "wyvern_air", "wyvern_air_boss", "wyvern_fire", "wyvern_water"),
    "ant": ("antlion", "antlion_small", "fire_ant", "ice_ant"),
    "skeleton": (
        *("skeleton", "skeleton_weak", "skeleton_archer", "skeleton_mage"),
        *("skeleton_mage_boss", "skeleton_mage_high_boss", "skeleton_knight_boss"),
    ),
    "grave": ("cursed_grave",),
    "goblin": ("goblin", "goblin_elite"),
    "zombie": ("zombie", "zombie_dark"),
    "stealth": ("stealth",),
    "hobgoblin": ("hobgoblin", "hobgoblin_archer"),
    "minotaur": ("minotaur",),
}

# Of a man or a woman: main hand, feet, legs, hands, chest, head, other hand. A sheet each, laid one over another.
LAYERS = ("main", "feet", "legs", "hands", "chest", "head", "off")
HEADS = {"male": "head_short", "female": "head_long"}
OUTFITS = {
    "plain": ("dagger", "default_feet", "default_legs", "default_hands", "default_chest", "", ""),
    "cloth": ("staff", "cloth_sandals", "cloth_pants", "cloth_gloves", "cloth_shirt", "", ""),
    "leather": ("longbow", "leather_boots", "leather_pants", "leather_gloves", "leather_chest", "leather_hood", ""),
    "chain": ("longsword", "chain_boots", "chain_greaves", "chain_gloves", "chain_cuirass", "chain_coif", "shield"),
    "plate": ("greatsword", "plate_boots", "plate_greaves", "plate_gauntlets", "plate_cuirass", "plate_helm", ""),
    "mage": ("wand", "mage_boots", "mage_skirt", "mage_sleeves", "mage_vest", "mage_hood", ""),
}
# What is drawn first, for each direction (the game's engine/hero_layers.txt).
BEHIND, BEFORE, BOTH = ("main", *LAYERS[1:]), ("off", *LAYERS[1:6], "main"), (*LAYERS[1:], "main")
ORDER = (BEHIND, BEHIND, BEFORE, BEFORE, BEFORE, BOTH, BEHIND, BEHIND)

PARTS = {
    "train": ("male", "wyvern", "ant", "skeleton", "grave"),
    "dev": ("goblin", "zombie"),
    "test": ("female", "hobgoblin", "minotaur", "stealth"),
}

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle of a sheet; x, y: how far its left upper corner lies left of and above the place of the figure."""

    left: int
    top: int
    width: int
    height: int
    x: int
    y: int


NOTHING = Frame(0, 0, 0, 0, 0, 0)  # a piece that is not seen


@dataclass(frozen=True, slots=True)
class Action:
    milliseconds: int  # of all frames, one after another
    kind: str  # "looped", "back_forth" or "play_once"
    frames: dict[int, tuple[Frame, ...]]  # of each direction


def read_actions(path: Path) -> dict[str, Action]:
    """The actions of an animation definition, by name."""
    sections: dict[str, dict[str, str]] = {}
    rows: dict[str, list[list[int]]] = {}
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        key, _, value = line.strip().partition("=")
        if key.startswith("["):
            name = key.strip("[]")
            sections[name], rows[name] = {}, []
        elif name and key == "frame":
            rows[name].append([int(number) for number in value.split(",")])
        elif name and value:
            sections[name][key] = value
    return {name: action_of(sections[name], rows[name]) for name in sections if rows[name]}


def action_of(settings: dict[str, str], rows: Sequence[Sequence[int]]) -> Action:
    unit = 1 if settings["duration"].endswith("ms") else 1000
    given = {(row[0], row[1]): Frame(*row[2:]) for row in rows}
    numbers = range(int(settings["frames"]))
    directions = sorted({direction for _, direction in given})
    frames = {i: tuple(given.get((number, i), NOTHING) for number in numbers) for i in directions}
    return Action(int(settings["duration"].rstrip("ms")) * unit, settings["type"], frames)


def shown(action: Action, direction: int) -> list[int]:
    """The numbers of the frames at `RATE` a second: once, there and back, or `ROUNDS` times."""
    numbers = list(range(len(action.frames[direction])))
    held = max(1, round(RATE * action.milliseconds / 1000 / len(numbers)))
    if action.kind == "back_forth":
        numbers += numbers[-2:0:-1]
    elif action.kind == "looped":
        numbers *= ROUNDS
    return [number for number in numbers for _ in range(held)]


@dataclass(frozen=True, slots=True)
class Sheet:
    actions: dict[str, Action]
    picture: Image.Image

    def cut(self, action: str, direction: int, number: int) -> tuple[Image.Image, Frame]:
        frame = self.actions[action].frames[direction][number]
        box = (frame.left, frame.top, frame.left + frame.width, frame.top + frame.height)
        return self.picture.crop(box), frame


def read_sheet(folder: Path, name: str) -> Sheet:
    for definition in sorted(folder.rglob(f"animations/{name}.txt")):  # one that lacks a sheet adds to another
        found = re.search(r"^image=(.+)$", definition.read_text("utf-8"), re.MULTILINE)
        if found:
            mod = next(parent for parent in definition.parents if parent.name == "animations").parent
            return Sheet(read_actions(definition), Image.open(mod / found[1]).convert("RGBA"))
    raise FileNotFoundError(f"{folder}: no animations/{name}.txt that names its image")


def drawn(layers: Sequence[Sheet], action: str, direction: int) -> list[Picture]:
    """The clip's frames, (height, width, 4), cut to what the figure covers in any of its actions."""
    left, top, right, bottom = extent(layers)
    pictures: list[Picture] = []
    for number in range(len(layers[0].actions[action].frames[direction])):
        canvas = Image.new("RGBA", (left + right, top + bottom))
        for layer in layers:
            piece, frame = layer.cut(action, direction, number)
            if frame != NOTHING:
                canvas.alpha_composite(piece, (left - frame.x, top - frame.y))
        pictures.append(np.asarray(canvas))
    return [pictures[number] for number in shown(layers[0].actions[action], direction)]


def extent(layers: Sequence[Sheet]) -> tuple[int, int, int, int]:
    """How far the figure reaches left of, above, right of and below its place, in the actions that are cut."""
    frames = [
        frame
        for layer in layers
        for name in LABELS.keys() & layer.actions.keys()
        for row in layer.actions[name].frames.values()
        for frame in row
    ]
    left, top = max(frame.x for frame in frames), max(frame.y for frame in frames)
    return left, top, max(f.width - f.x for f in frames), max(f.height - f.y for f in frames)


def fitted(picture: Picture) -> Picture:
    """(SIDE, SIDE, 3): on grey ground, scaled so that the longer side fills the picture."""
    image = Image.fromarray(picture)
    ground = Image.new("RGBA", image.size, (GROUND, GROUND, GROUND, 255))
    ground.alpha_composite(image)
    scale = SIDE / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    square = Image.new("RGB", (SIDE, SIDE), (GROUND, GROUND, GROUND))
    square.paste(ground.convert("RGB").resize(size), ((SIDE - size[0]) // 2, (SIDE - size[1]) // 2))
    return np.asarray(square)


def write_clip(frames: Sequence[Picture], path: Path) -> None:
    file: Any
    with av.open(str(path), "w", format="avi") as file:
        stream = file.add_stream("mjpeg", rate=RATE)
        stream.width = stream.height = SIDE
        stream.pix_fmt = "yuvj444p"
        stream.options = {"qmin": "2", "qmax": "2"}
        for frame in frames:
            file.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")))
        file.mux(stream.encode(None))


def figures(folder: Path) -> Iterator[tuple[str, str, dict[int, list[Sheet]]]]:
    """Figure, name, and the sheets to lay one over another in each direction."""
    for figure, names in SHEETS.items():
        for name in names:
            sheet = read_sheet(folder, f"enemies/{name}")
            yield figure, name, {direction: [sheet] for direction in range(DIRECTIONS)}
    for figure, head in HEADS.items():
        for outfit, names in OUTFITS.items():
            pieces = dict(zip(LAYERS, names, strict=True))
            pieces["head"] = pieces["head"] or head
            sheets = {layer: read_sheet(folder, f"avatar/{figure}/{name}") for layer, name in pieces.items() if name}
            by_direction = {i: [sheets[layer] for layer in order if layer in sheets] for i, order in enumerate(ORDER)}
            yield figure, f"{figure}_{outfit}", by_direction


def clips(layers: dict[int, list[Sheet]]) -> Iterator[tuple[str, int, list[Picture]]]:
    """Action, direction and frames of all that the figure does and that no earlier action shows."""
    for direction, sheets in layers.items():
        met: set[tuple[tuple[Frame, ...], ...]] = set()
        for action in LABELS:
            if any(direction not in getattr(sheet.actions.get(action), "frames", {}) for sheet in sheets):
                continue
            frames = tuple(sheet.actions[action].frames[direction] for sheet in sheets)
            if frames not in met and len(frames[0]) > 1:
                met.add(frames)
                yield action, direction, drawn(sheets, action, direction)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the unpacked package")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    (given.out / "clips").mkdir(parents=True, exist_ok=True)
    part_of = {figure: part for part, names in PARTS.items() for figure in names}
    rows: dict[str, list[tuple[str, str, str]]] = {part: [] for part in PARTS}
    for figure, name, layers in figures(given.data):
        for action, direction, frames in clips(layers):
            path = f"clips/{name}_{action}_{direction}.avi"
            write_clip([fitted(frame) for frame in frames], given.out / path)
            rows[part_of[figure]].append((path, LABELS[action], figure))
    for part, found in rows.items():
        with (given.out / f"{part}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("video", "label", "figure"), *found])
        print(f"{part}: {len(found)} clips")
    return 0


if __name__ == "__main__":
    sys.exit(main())
