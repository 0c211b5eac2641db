"""Names that differ in what is hardly seen."""

import unicodedata
from collections.abc import Iterable

__all__ = ["similar_names"]


def similar_names(names: Iterable[str]) -> list[tuple[str, str, str]]:
    """Return the pairs of names that are the same but for case, white space or what cannot be seen, and for which.

    >>> similar_names(["PER", "per", "LOC", "LOC\\u200b"])
    [('PER', 'per', 'case'), ('LOC', 'LOC\\u200b', 'an invisible character (U+200B)')]
    """
    first: dict[str, str] = {}
    found: list[tuple[str, str, str]] = []
    for name in names:
        known = first.setdefault(_folded(name), name)
        if known != name:
            found.append((known, name, _how(known, name)))
    return found


def _folded(name: str) -> str:
    normal = unicodedata.normalize("NFKC", name)
    return "".join(c for c in normal if not c.isspace() and unicodedata.category(c) not in {"Cf", "Cc"}).casefold()


def _how(one: str, two: str) -> str:
    if one.casefold() == two.casefold():
        return "case"
    hidden = {c for c in {*one} ^ {*two} if unicodedata.category(c) in {"Cf", "Cc", "Zs"} and c != " "}
    if hidden:
        return f"an invisible character ({', '.join(f'U+{ord(c):04X}' for c in sorted(hidden))})"
    if one.replace(" ", "") == two.replace(" ", ""):
        return "white space"
    return f"how a character is written ({', '.join(f'U+{ord(c):04X}' for c in sorted({*one} ^ {*two}))})"
