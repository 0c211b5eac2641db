"""Which clips there are, and what their labels are: a folder a label, or a table of files and labels."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from unrolled.data.moving_pictures import SUFFIXES
from unrolled.data.readers.clips.settings import ClipsSettings
from unrolled.data.readers.csv_rows import find_column, usual_forms
from unrolled.data.readers.grid import Grid, as_text, csv_grid, parquet_grid
from unrolled.data.readers.groups import find_group, no_groups, note_no_group
from unrolled.data.readers.source import OTHER_FORMAT, Problems, counted
from unrolled.data.readers.texts.header import LABEL_NAMES

__all__ = ["FEATURES", "Found", "Listed", "listed"]

FEATURES = ".npy"
VIDEO_NAMES = ("video", "clip", "file", "path", "filename", "file_name", "video_path", "video_id", "name", "videos")
TABLES = {".csv", ".tsv", ".tab", ".parquet", ".pq"}


@dataclass(frozen=True)
class Listed:
    """A file that should be a clip.

    Attributes:
        path: of it.
        label: its own.
        line: of the table that names it; 0 where none does.
        named: as that table has it.
        group: whom or what it is from, where the settings name a column that says it.
    """

    path: Path
    label: str
    line: int = 0
    named: str = ""
    group: str = ""


@dataclass
class Found:
    """What was found on the way.

    Attributes:
        taken: what was taken for what.
        notes: what was left out.
    """

    taken: dict[str, str] = field(default_factory=dict[str, str])
    notes: list[str] = field(default_factory=list[str])


def listed(path: Path, settings: ClipsSettings, problems: Problems, found: Found) -> Iterator[Listed]:
    """Yield the clips of a folder or a table, in order; what is no such is noted."""
    if path.is_dir():
        yield from _of_folders(path, settings, problems, found)
    elif path.suffix.lower() in TABLES:
        yield from _of_table(path, settings, problems, found)
    elif path.suffix.lower() in SUFFIXES:
        way_out = "Give a folder with a folder for each label, or a CSV with the columns video,label"
        problems.add(None, "a single file, which has no label" if path.is_file() else "there is no such file", way_out)
    else:
        way_out = "Give a folder with a folder of clips for each label, or a CSV with the columns video,label"
        problems.add(None, "neither a folder of clips nor a table that names clips", way_out, OTHER_FORMAT)


def _of_folders(path: Path, settings: ClipsSettings, problems: Problems, found: Found) -> Iterator[Listed]:
    if settings.group is not None:
        no_groups(settings.group, "a folder of clips does not say whom a clip is from", problems)
        return
    folders = [entry for entry in _visible(path) if entry.is_dir()]
    files = {folder: [entry for entry in _visible(folder) if _may_be_clip(entry)] for folder in folders}
    if not any(files.values()):
        way_out = "Give a folder for each label with clips in it, or name a CSV with the columns video,label"
        problems.add(None, "this folder has no folder of a label with clips in it", way_out, OTHER_FORMAT)
        return
    suffixes = sorted({f"*{entry.suffix.lower()}" for own in files.values() for entry in own})
    found.taken |= {
        "clips": f"a file each: {', '.join(suffixes)}",
        "labels": f"the names of the {len(folders)} folders",
    }
    others = [entry for entry in _visible(path) if not entry.is_dir()]
    for folder, own in files.items():
        others += [entry for entry in _visible(folder) if entry not in own]
        if not own:
            way_out = "Put one in it, or remove it"
            problems.add(None, f"the folder {folder.name} holds no clip", way_out, "empty folders")
        for file in own:
            yield Listed(file, folder.name)
    if others:
        shown = ", ".join(str(entry.relative_to(path)) for entry in others[:3]) + ", …" * (len(others) > 3)
        said = f"{counted(len(others), 'file')} more, taken for no clip: {shown}"
        if settings.strict:
            problems.add(None, said, "Move it elsewhere, or give --set strict=false", "files that are no clips")
        else:
            found.notes.append(f"{said}; left out.")


def _of_table(path: Path, settings: ClipsSettings, problems: Problems, found: Found) -> Iterator[Listed]:
    grid = parquet_grid(path, problems) if path.suffix.lower() in (".parquet", ".pq") else csv_grid(path, problems)
    first = [as_text(cell).lstrip("\ufeff") for cell in grid.rows[0]] if grid.rows else []
    if grid.header is None and any(_is_spelt_as_clip(cell) for cell in first):
        grid.header = [f"column {place}" for place in range(len(first))]  # the file has none
    elif grid.header is None and grid.rows:
        grid.header = first
        del grid.rows[0], grid.lines[0]
    columns = _columns(grid, settings, problems, path.parent)
    group = find_group(settings.group, grid.header or [], problems)
    if columns is None or (settings.group is not None and group is None):
        return
    header, (video, label) = grid.header or [], columns
    found.taken |= {"clips": f'the files that column {video} "{header[video]}" names'}
    found.taken |= {"labels": f'column {label} "{header[label]}"'}
    if group is not None:
        found.taken["groups"] = f'column {group} "{header[group]}"'
    others = [name for place, name in enumerate(header) if place not in (*columns, group)]
    if others:
        found.taken["not read"] = ", ".join(others[:8])
    for line, row in zip(grid.lines, grid.rows, strict=True):
        named, own = as_text(row[video]), as_text(row[label])
        if not named or not own:
            what = "a clip without a label" if named else "a row without a clip"
            problems.add(line, what, "Give it one, or take the row out", f"{what.split()[1]}s without")
        elif group is not None and not as_text(row[group]):
            note_no_group(line, "a clip", settings.group, problems)
        else:
            yield Listed(path.parent / named, own, line, named, "" if group is None else as_text(row[group]))


def _columns(grid: Grid, settings: ClipsSettings, problems: Problems, folder: Path) -> tuple[int, int] | None:
    if not grid.header:
        return None
    header, forms = grid.header, usual_forms(grid.header)
    video = find_column(settings.video_column, header, forms, VIDEO_NAMES, set())
    if video is None and settings.video_column is None:
        video = _by_content(grid, folder)
    label = find_column(settings.label_column, header, forms, LABEL_NAMES, {video})
    if label is None and settings.label_column is None and video is not None and len(header) == 2:
        label = 1 - video
    shown = ", ".join(name[:30] for name in header[:12])
    if video is None or (settings.video_column is None and grid.rows and not _are_files(grid, video, folder)):
        asked = "" if settings.video_column is None else f" {settings.video_column!r}"
        way_out = "Call it video, or name it: --set video_column=NAME"
        problems.add(
            None, f"there is no column{asked} that names clips: the columns are {shown}", way_out, OTHER_FORMAT
        )
        return None
    if label is None or label == video:
        way_out = "Call it label, or name it: --set label_column=NAME"
        problems.add(None, f"there is no column of labels: the columns are {shown}", way_out, "no column of labels")
        return None
    return video, label


def _by_content(grid: Grid, folder: Path) -> int | None:
    places = range(len(grid.header or ()))
    return next((place for place in places if grid.rows and _are_files(grid, place, folder)), None)


def _are_files(grid: Grid, place: int, folder: Path) -> bool:
    """Return whether a cell of the first rows is spelt as a clip is, or names a file."""
    cells = [as_text(row[place]) for row in grid.rows[:100]]
    return any(_is_spelt_as_clip(cell) or (0 < len(cell) < 256 and _is_file(folder / cell)) for cell in cells)


def _is_spelt_as_clip(cell: str) -> bool:
    return Path(cell).suffix.lower() in (*SUFFIXES, FEATURES)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _may_be_clip(path: Path) -> bool:
    return path.suffix.lower() in (*SUFFIXES, FEATURES) and path.is_file()


def _visible(path: Path) -> list[Path]:
    return sorted(entry for entry in path.iterdir() if not entry.name.startswith("."))
