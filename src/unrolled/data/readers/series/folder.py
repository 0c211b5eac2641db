"""A file for each series: in a folder for each label, or in one folder with a table of files and labels."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unrolled.data.readers.csv_rows import find_column, usual_forms
from unrolled.data.readers.grid import as_text, csv_grid, parquet_grid
from unrolled.data.readers.groups import find_group
from unrolled.data.readers.series.arrays import read_array
from unrolled.data.readers.series.drafts import SeriesDrafts
from unrolled.data.readers.series.rows import LABEL_NAMES, steps_of
from unrolled.data.readers.source import OTHER_FORMAT, Problems, counted

__all__ = ["FILE_NAMES", "add_folder"]

SUFFIXES = (".csv", ".tsv", ".npy", ".parquet")
FILE_NAMES = ("file", "path", "filename", "file_name", "name")
MANIFESTS = ("manifest.csv", "labels.csv", "index.csv", "metadata.csv")


def add_folder(drafts: SeriesDrafts, path: Path) -> None:
    """Add the series of `LABEL/*.csv` and the like; or of the files that `manifest.csv` names with their labels."""
    manifest = next((path / name for name in MANIFESTS if (path / name).is_file()), None)
    taken: dict[str, str] = {}
    listed = _of_folders(drafts, path, taken) if manifest is None else _of_manifest(drafts, manifest, taken)
    for file, label, group in listed:
        own = Problems(file, drafts.problems.encoding)
        found = _series(drafts, file, own)
        drafts.problems.found += own.found
        if found is not None:
            drafts.add(0, found[0], label, timed=found[1], file=str(file), group=group)
    drafts.taken = taken | {name: what for name, what in drafts.taken.items() if name not in taken}


def _series(drafts: SeriesDrafts, file: Path, own: Problems) -> tuple[NDArray[np.float64], bool] | None:
    if file.suffix == ".npy":
        array = read_array(file, own)
        return None if array is None else (array, False)
    grid = parquet_grid(file, own) if file.suffix == ".parquet" else csv_grid(file, own)
    if own.found:
        return None
    if not grid.rows or (grid.header is None and len(grid.rows) == 1):
        own.add(None, "the series has no step", "Give it one, or leave it out", "series without a step")
        return None
    whole, drafts.problems = drafts.problems, own
    try:
        return steps_of(drafts, grid)
    finally:
        drafts.problems = whole


def _of_folders(drafts: SeriesDrafts, path: Path, taken: dict[str, str]) -> Iterator[tuple[Path, str, str]]:
    problems, settings = drafts.problems, drafts.settings
    folders = [entry for entry in _visible(path) if entry.is_dir()]
    files = {folder: [file for file in _visible(folder) if file.suffix.lower() in SUFFIXES] for folder in folders}
    if not any(files.values()):
        way_out = (
            f"Give a folder for each label with *.csv or *.npy in it, or a {MANIFESTS[0]} with the columns file,label"
        )
        problems.add(None, "this folder has no folder of a label with series in it", way_out, OTHER_FORMAT)
        return
    taken["series"] = (
        f"a file each: {', '.join(sorted({f'*{file.suffix}' for found in files.values() for file in found}))}"
    )
    taken["labels"] = f"the names of the {counted(len(folders), 'folder')}"
    others = [entry for entry in _visible(path) if entry.is_file()]
    for folder, found in files.items():
        others += [entry for entry in _visible(folder) if entry not in found]
        if not found:
            problems.add(
                None, f"the folder {folder.name} holds no series", "Put one in it, or remove it", "empty folders"
            )
        for file in found:
            yield file, folder.name, ""
    if others:
        shown = ", ".join(str(file.relative_to(path)) for file in others[:3]) + ", …" * (len(others) > 3)
        said = f"{counted(len(others), 'file')} more, taken for no series: {shown}"
        if settings.strict:
            problems.add(None, said, "Move it elsewhere, or give --set strict=false", "files that are no series")
        else:
            drafts.notes.append(f"{said}; left out.")


def _of_manifest(drafts: SeriesDrafts, manifest: Path, taken: dict[str, str]) -> Iterator[tuple[Path, str, str]]:
    problems = Problems(manifest, drafts.problems.encoding)
    grid = csv_grid(manifest, problems)
    header = [as_text(cell).lstrip("\ufeff") for cell in grid.rows[0]] if grid.rows else []
    forms = usual_forms(header)
    file = find_column(None, header, forms, FILE_NAMES, set())
    label = find_column(drafts.settings.label_column, header, forms, LABEL_NAMES, {file})
    group = find_group(drafts.settings.group, header, problems)
    if drafts.settings.group is not None and group is None:
        pass
    elif file is None or label is None:
        found = f"its columns are {', '.join(header[:12]) or 'none'}: a column of files and one of labels are needed"
        problems.add(1 if header else None, found, "Call them file and label", "tables of files")
    else:
        taken["series"], taken["labels"] = f'files that "{header[file]}" names', f'column "{header[label]}"'
        if group is not None:
            taken["groups"] = f'column "{header[group]}"'
        for line, row in zip(grid.lines[1:], grid.rows[1:], strict=True):
            named = manifest.parent / as_text(row[file])
            if not named.is_file() or named.suffix.lower() not in SUFFIXES:
                what = "there is no file" if not named.is_file() else "no series can be read from"
                found = f"{what} {as_text(row[file])!r}"
                problems.add(line, found, f"Name files of {', '.join(SUFFIXES)}", "files that are not there")
            else:
                yield named, as_text(row[label]), "" if group is None else as_text(row[group])
    drafts.problems.found += problems.found


def _visible(path: Path) -> list[Path]:
    return sorted(entry for entry in path.iterdir() if not entry.name.startswith("."))
