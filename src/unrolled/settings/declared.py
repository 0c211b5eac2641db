"""What is declared: of a group, by the names of its fields; of a task, by flat names."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, cast, get_type_hints

from unrolled.settings.kinds import Kind, Nullable, PathName
from unrolled.settings.setting import Rule, kind_of, without_marks
from unrolled.settings.value import Value

__all__ = ["Declaration", "Declared", "declarations"]


@dataclass(frozen=True)
class Declaration:
    """A setting of a group.

    Attributes:
        kind: what it may be.
        annotation: its type.
        default: of the class.
        rule: what else was said.
    """

    kind: Kind
    annotation: Any
    default: Value
    rule: Rule


@dataclass(frozen=True)
class Declared:
    """A setting of a task.

    Attributes:
        name: flat: the same in Python, `--set` and `config.json`.
        group: the name of its group, and `field` its name there.
        annotation: its type, such as `int | None`.
        kind: what it may be.
        default: of the task.
        meaning: one sentence, out of the docstring of its group; may hold Markdown.
        alias: an earlier name that is still accepted.
    """

    name: str
    group: str
    field: str
    annotation: Any
    kind: Kind
    default: Value
    meaning: str
    alias: str | None

    @property
    def allowed(self) -> str:
        """What may be given, in Markdown."""
        return self.kind.allowed()

    @property
    def is_path(self) -> bool:
        """Whether it names a file."""
        return isinstance(self.kind.kind if isinstance(self.kind, Nullable) else self.kind, PathName)


@cache
def declarations(group: type[Any]) -> Mapping[str, Declaration]:
    """Return the settings of a class of settings, by the names of its fields.

    Raises:
        TypeError: an annotation that is no kind of setting.
    """
    marked = get_type_hints(group, include_extras=True)
    found: dict[str, Declaration] = {}
    for declared in fields(group):
        rule = declared.metadata.get("rule", Rule())
        annotation = marked[declared.name]
        default = cast("Value", declared.default)
        found[declared.name] = Declaration(kind_of(annotation, rule), without_marks(annotation), default, rule)
    return found
