"""Labels in every scheme, written from entities: independent of the converters that are tested."""

from fuzz.corpora import Sentence, entities

__all__ = ["SCHEMES", "in_scheme"]

SCHEMES = ("IOB2", "IOB2", "IOB1", "BIOES", "BILOU", "IOE2", "bare")


def in_scheme(sentence: Sentence, scheme: str) -> list[str]:
    """Return the labels of a sentence in a scheme."""
    labels = ["O"] * len(sentence[0])
    found = entities(sentence)
    for number, (start, end, kind) in enumerate(found):
        touches = number > 0 and found[number - 1][1:] == (start, kind)
        inner = ["I"] * (end - start)
        if scheme == "IOB2" or (scheme == "IOB1" and touches):
            inner[0] = "B"
        elif scheme == "IOE2":
            inner[-1] = "E"
        elif scheme in {"BIOES", "BILOU"}:
            last, alone = "ES" if scheme == "BIOES" else "LU"
            inner[0], inner[-1] = "B", last
            if end - start == 1:
                inner[0] = alone
        labels[start:end] = [kind if scheme == "bare" else f"{role}-{kind}" for role in inner]
    return labels
