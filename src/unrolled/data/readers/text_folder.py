"""A folder for each label, and a file for each text."""

from collections.abc import Iterator
from pathlib import Path

from unrolled.data.readers.source import Problems, numbered_lines

__all__ = ["folder_texts"]


def folder_texts(path: str | Path, problems: Problems, notes: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield label, text and path of each `LABEL/*.txt`, by name; hidden files and other suffixes are passed over.

    A folder `unsup`, in which the IMDb corpus keeps reviews without a label, is left out, with a note.
    """
    path = Path(path)
    folders = sorted(folder for folder in path.iterdir() if folder.is_dir() and not folder.name.startswith("."))
    if any(folder.name == "unsup" for folder in folders):
        notes.append(f"{path / 'unsup'} holds texts without a label and was left out.")
        folders = [folder for folder in folders if folder.name != "unsup"]
    if not folders:
        files = sorted(file.name for file in path.iterdir() if file.is_file())[:3]
        problems.add(
            None,
            "this folder has no folder of a label",
            f"Name a file in it: {' or '.join(files)}" if files else "Give a folder for each label, with *.txt in it",
        )
    for folder in folders:
        inner = sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))
        files = sorted(entry for entry in folder.glob("*.txt") if entry.is_file() and not entry.name.startswith("."))
        if inner:
            problems.add(
                None,
                f"the folder {folder.name} holds folders of its own: {', '.join(inner[:4])}",
                f"Give a folder whose folders are the labels, such as {folder}",
            )
            return
        if not files:
            problems.add(None, f"the folder {folder.name} has no *.txt", "Put one text in each file, or remove it")
        for file in files:
            own = Problems(file)
            lines = [line for _, line in numbered_lines(file, own)]
            if own.found:
                problems.found += own.found
            else:
                yield folder.name, "\n".join(line or "" for line in lines), str(file)
