"""A folder for each label, and a file for each text."""

from collections.abc import Iterator
from pathlib import Path

from unrolled.data.readers.source import Problems, counted, numbered_lines
from unrolled.data.readers.texts.settings import TextsSettings

__all__ = ["folder_texts"]

UNLABELLED = "unsup"
"""The folder in which the IMDb corpus keeps reviews without a label."""


def folder_texts(
    path: str | Path, settings: TextsSettings, problems: Problems, taken: dict[str, str], notes: list[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield label, text and path of each `LABEL/*.txt`, by name; without any, of the files without a suffix.

    Hidden files are passed over; other files, and a folder `unsup`, are left out, with a note.
    """
    path = Path(path)
    folders = _visible(entry for entry in path.iterdir() if entry.is_dir())
    unlabelled = [folder for folder in folders if folder.name == UNLABELLED]
    folders = [folder for folder in folders if folder.name != UNLABELLED]
    if not folders:
        files = [file.name for file in _visible(path.iterdir())][:3]
        problems.add(
            None,
            "this folder has no folder of a label",
            f"Name a file in it: {' or '.join(files)}" if files else "Give a folder for each label, with *.txt in it",
            "no folder of a label",
        )
        return
    nested = [folder for folder in folders if any(_visible(entry for entry in folder.iterdir() if entry.is_dir()))]
    for folder in nested:
        inner = [entry.name for entry in _visible(entry for entry in folder.iterdir() if entry.is_dir())]
        problems.add(
            None,
            f"the folder {folder.name} holds folders of its own: {', '.join(inner[:4])}",
            f"Give a folder whose folders are the labels, such as {folder}",
            "folders in folders of labels",
        )
    if nested:
        return
    files = {folder: _visible(entry for entry in folder.iterdir() if entry.is_file()) for folder in folders}
    suffix = "" if not any(file.suffix == ".txt" for found in files.values() for file in found) else ".txt"
    taken["texts"] = f"the files {'*.txt' if suffix else 'without a suffix'}"
    taken["labels"] = f"the names of the {counted(len(folders), 'folder')}"
    others = [file for file in _visible(path.iterdir()) if file.is_file()]
    others += [file for found in files.values() for file in found if file.suffix != suffix]
    for folder in unlabelled:
        _leave_out(
            f"the folder {folder.name} holds texts without a label",
            "folders without a label",
            settings,
            problems,
            notes,
        )
    for folder, found in files.items():
        texts = [file for file in found if file.suffix == suffix]
        if not texts:
            way_out = "Put one text in each file, or remove it"
            problems.add(None, f"the folder {folder.name} has no *.txt", way_out, "folders without a text")
        for file in texts:
            own = Problems(file, problems.encoding)
            lines = [line for _, line in numbered_lines(file, own)]
            if own.found:
                problems.found += own.found
            else:
                yield folder.name, "\n".join(line or "" for line in lines), str(file)
    if others:
        shown = ", ".join(str(file.relative_to(path)) for file in others[:3]) + ", …" * (len(others) > 3)
        found = f"{counted(len(others), 'file')} more, taken for no text: {shown}"
        _leave_out(found, "files that are no text", settings, problems, notes)


def _leave_out(found: str, kind: str, settings: TextsSettings, problems: Problems, notes: list[str]) -> None:
    if settings.strict:
        problems.add(None, found, "Move it elsewhere, or give --set strict=false", kind)
    else:
        notes.append(f"{found}; left out.")


def _visible(entries: Iterator[Path]) -> list[Path]:
    return sorted(entry for entry in entries if not entry.name.startswith("."))
