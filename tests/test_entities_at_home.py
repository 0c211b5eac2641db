"""Only the files of tagging speak of entities, of IOB2 and of the outside of entities: all else serves any task."""

import io
import re
import tokenize
from pathlib import Path

import pytest

import unrolled

SOURCE = Path(unrolled.__file__).parent

AT_HOME = frozenset(
    {
        "data/codecs/tags.py",
        "data/spaces.py",
        "data/tags.py",
        "layers/outputs/crf.py",
        "layers/outputs/tags.py",
        "metrics/entities.py",
        "tasks/entities.py",
        "tasks/ner.py",
        *(path.relative_to(SOURCE).as_posix() for path in (SOURCE / "data/readers/sentences").rglob("*.py")),
    }
)
GUESTS = {
    "cli/predict.py": "knows files of labels by their suffixes, of which one is .iob2",
    "data/__init__.py": "lists the names of data/tags.py",
    "data/spelling.py": "cites the papers that its features come from",
    "estimators.py": "the docstring of Tagger, the estimator of that task",
    "layers/outputs/pooled.py": "makes a tagger's output of those of several",
    "metrics/__init__.py": "lists the names of metrics/entities.py",
}
"""Files that may name them too, with the reason."""

WORDS = re.compile(r"(?<![a-z])(?:entity|entities|iob2)(?![a-z])|Entity|Entities|IOB2")


def speaks(source: str) -> list[str]:
    """What a source says of them, with the line; `outside` counts as a name, for in prose it is a word of every day."""
    found = [f"{n}: {line.strip()}" for n, line in enumerate(source.splitlines(), 1) if WORDS.search(line)]
    names = [token for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.type == tokenize.NAME]
    return found + [f"{name.start[0]}: {name.string}" for name in names if re.match(r"outside(_|$)", name.string)]


@pytest.mark.parametrize(
    "source",
    [
        "# the best of all entities",
        "x = entity_scores(y)",
        "class EntityReport: ...",
        'way_out = "Write IOB2."',
        "is_valid_iob2(y)",
        "bias = output.outside_bias",
        "space.outside",
    ],
)
def test_each_way_to_speak_of_them_is_heard(source: str) -> None:
    assert speaks(source)


@pytest.mark.parametrize("source", ["# an index outside the vocabulary", "identity = identities(y)", "x.tags"])
def test_other_words_are_not(source: str) -> None:
    assert not speaks(source)


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_entities_stay_at_home(path: Path) -> None:
    if path.relative_to(SOURCE).as_posix() not in AT_HOME | GUESTS.keys():
        assert speaks(path.read_text(encoding="utf-8")) == []


def test_whoever_may_speak_of_them_does() -> None:
    quiet = [name for name in GUESTS if not speaks((SOURCE / name).read_text(encoding="utf-8"))]
    assert quiet == []
    assert all((SOURCE / name).is_file() for name in AT_HOME)
