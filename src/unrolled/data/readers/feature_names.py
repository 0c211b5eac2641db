"""Names of labels that are numbers, as the `datasets` library keeps them: in features, also beside the data."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import cast

__all__ = ["names_beside", "names_of_features"]

_CARD = re.compile(r"^( *)- name: *(\S+) *\n((?:\1  .*\n)+)", re.MULTILINE)
_CARD_NAME = re.compile(r"^ *['\"]?(\d+)['\"]?: *(.+?) *$", re.MULTILINE)


def names_of_features(features: object) -> dict[str, tuple[str, ...]]:
    """Return the names of labels by column, also of columns that are lists of labels.

    >>> names_of_features({"ner_tags": {"feature": {"names": ["O", "B-PER"], "_type": "ClassLabel"}}, "id": {}})
    {'ner_tags': ('O', 'B-PER')}
    """
    if not isinstance(features, Mapping):
        return {}
    found = {str(name): _names(feature) for name, feature in cast("Mapping[str, object]", features).items()}
    return {name: names for name, names in found.items() if names}


def _names(feature: object) -> tuple[str, ...]:
    for _ in range(3):  # a list of lists of labels at most
        if isinstance(feature, list) and len(cast("list[object]", feature)) == 1:
            feature = cast("list[object]", feature)[0]
        elif isinstance(feature, dict) and "feature" in feature:
            feature = cast("dict[str, object]", feature)["feature"]
    names = cast("dict[str, object]", feature).get("names") if isinstance(feature, dict) else None
    items = cast("list[object]", names) if isinstance(names, list) else []
    return tuple(str(item) for item in items) if all(isinstance(item, str) and item for item in items) else ()


def names_beside(path: str | Path, column: str) -> tuple[tuple[str, ...], str] | None:
    """Return the names of a column's labels, and the file that says them; None where none does, or says several.

    It is a `dataset_infos.json`, a `dataset_info.json` or a README.md in the folder of the data or in the one above.
    """
    here = Path(path).resolve().parent
    for folder in (here, here.parent):
        for name in ("dataset_infos.json", "dataset_info.json", "README.md"):
            file = folder / name
            try:
                text = file.read_text(encoding="utf-8") if file.is_file() and file.stat().st_size < 10**7 else ""
            except (OSError, UnicodeDecodeError):
                continue
            found = _in_card(text) if name == "README.md" else _in_infos(text)
            if column in found:
                return found[column], str(file)
    return None


def _in_infos(text: str) -> dict[str, tuple[str, ...]]:
    try:
        value = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return {}
    if not isinstance(value, dict):
        return {}
    infos = cast("dict[str, object]", value)
    each = [infos] if "features" in infos else list(infos.values())
    found = [
        names_of_features(cast("dict[str, object]", info).get("features")) for info in each if isinstance(info, dict)
    ]
    return found[0] if found and all(names == found[0] for names in found) else {}


def _in_card(text: str) -> dict[str, tuple[str, ...]]:
    head = text.split("\n---", 1)[0] if text.startswith("---") else ""
    found: dict[str, tuple[str, ...]] = {}
    for match in _CARD.finditer(head + "\n"):
        if "class_label:" not in match[3]:
            continue
        numbered = [(int(number), name.strip("'\"")) for number, name in _CARD_NAME.findall(match[3])]
        names = tuple(name for _, name in numbered)
        if [number for number, _ in numbered] != list(range(len(names))) or found.get(match[2], names) != names:
            return {}
        found[match[2]] = names
    return found
