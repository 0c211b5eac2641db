"""What the sides of parallel text are called."""

__all__ = ["SOURCES", "TARGETS", "is_language"]

SOURCES = ("source", "src", "source_text", "input", "x", "from", "question")
TARGETS = ("target", "tgt", "trg", "target_text", "translation", "output", "y", "to", "reference", "ref")
_NAMES = (
    "ar bg bn ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is it ja ka kk km kn ko lo lt lv mk ml "
    "mn mr ms mt my nb ne nl nn no pa pl pt ro ru si sk sl sq sr sv sw ta te th tl tr uk ur uz vi zh zu "
    "arabic chinese czech danish dutch english finnish french german greek hebrew hindi hungarian italian japanese "
    "korean norwegian persian polish portuguese romanian russian spanish swedish thai turkish ukrainian vietnamese "
    "deutsch englisch français anglais español italiano"
)
_LANGUAGES = frozenset(_NAMES.split())
"""Codes of languages, and names of some in English and in themselves."""


def is_language(form: str) -> bool:
    """Return whether a name, in lower case, is that of a language, with its country or without.

    >>> is_language("de"), is_language("pt_br"), is_language("german"), is_language("ann")
    (True, True, True, False)
    """
    return form.split("_", maxsplit=1)[0].split("-", maxsplit=1)[0] in _LANGUAGES and len(form) <= 12
