"""How a setting is declared: the annotation says what it is, `setting` the default, the bounds and when it counts.

@dataclass(frozen=True, kw_only=True)
class NetworkSettings(Settings):
    cell: Literal["rnn", "gru", "lstm"] = setting("lstm")
    hidden_size: int = setting(128, least=1)
    dropout: float = setting(0.5, below=1)
    clip_norm: float | None = setting(1.0, above=0)
    column: str | int | None = setting(None)
    vectors: Annotated[str | None, PATH] = setting(None)
    vectors_words: int = setting(100_000, when=("vectors", bool))
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, Union, cast, get_args, get_origin

from unrolled.settings.kinds import Choice, Flag, Kind, NameOrNumber, Nullable, Number, PathName, Text, Whole
from unrolled.settings.value import LARGEST, PATH, Value

__all__ = ["Rule", "When", "holds", "kind_of", "setting", "without_marks"]

T = TypeVar("T")

When: TypeAlias = tuple[str, Value | tuple[Value, ...] | Callable[[Any], object]]
"""Another setting, and the value, the values or the test that it has to pass."""


@dataclass(frozen=True)
class Rule:
    """What a declaration says beside type and default."""

    least: float | None = None
    above: float | None = None
    below: float | None = None
    most: float | None = None
    when: When | None = None
    alias: str | None = None


def setting(
    default: T,
    *,
    least: float | None = None,
    above: float | None = None,
    below: float | None = None,
    most: float | None = None,
    when: When | None = None,
    alias: str | None = None,
) -> T:
    """Declare a setting; what kind it is says its annotation.

    The kinds are bool, int, float, str, `Literal` of words, `str | int` (a name or a number), `Annotated[str, PATH]`,
    and each of them with `| None`.

    Args:
        default: its value where none is given.
        least, above, below, most: bounds of a number. Without a lower one it is 0; a number that may be negative says
            so, with `least=-math.inf` if need be.
        when: the other setting that gives this one an effect, and what it must be: a value, one of a tuple of values,
            or a test such as `bool`. It is of the same group, or of another group of the task.
        alias: an earlier name, which is still accepted.
    """
    rule = Rule(least, above, below, most, when, alias)
    return field(default=default, metadata={"rule": rule})


def holds(condition: Value | tuple[Value, ...] | Callable[[Any], object], value: Value) -> bool:
    """Return whether a value passes what `when` asks of it."""
    if callable(condition):
        return bool(condition(value))
    return value in condition if isinstance(condition, tuple) else value == condition


def kind_of(annotation: object, rule: Rule) -> Kind:
    """Return the kind that an annotation says, with the bounds of the rule.

    >>> kind_of(int | None, Rule(least=1))
    Nullable(kind=Whole(least=1, most=9223372036854775807))

    Raises:
        TypeError: there is no such kind, or it has no bounds.
    """
    members = _members(annotation)
    types = [member for member in members if member not in (NoneType, PATH)]
    kind = _kind(annotation, types, rule, is_path=PATH in members)
    bounded = (rule.least, rule.above, rule.below, rule.most) != (None,) * 4
    if bounded and not isinstance(kind, Whole | Number):
        raise TypeError(f"Bounds are of numbers, not of {annotation}.")
    return Nullable(kind) if NoneType in members else kind


def without_marks(annotation: Any) -> Any:
    """Return an annotation without what `Annotated` adds.

    >>> without_marks(Annotated[str | None, PATH]) == (str | None)
    True
    """
    if get_origin(annotation) is Annotated:
        return without_marks(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        first, *others = map(without_marks, get_args(annotation))
        for other in others:
            first |= other
        return first
    return annotation


def _members(annotation: object) -> list[object]:
    """Return the types of a union, and what marks them."""
    arguments = cast("tuple[object, ...]", get_args(annotation))
    if get_origin(annotation) is Annotated:
        return [*_members(arguments[0]), *arguments[1:]]
    if get_origin(annotation) in (Union, UnionType):
        return [member for argument in arguments for member in _members(argument)]
    return [annotation]


def _kind(annotation: object, types: list[object], rule: Rule, *, is_path: bool) -> Kind:
    if types == [str]:
        return PathName() if is_path else Text()
    if types == [bool]:
        return Flag()
    if types == [float]:
        return _number(rule)
    if types == [int] and rule.above is None and rule.below is None:
        least, most = (0 if rule.least is None else rule.least), (LARGEST if rule.most is None else rule.most)
        return Whole(int(max(least, -LARGEST)), int(min(most, LARGEST)))
    if len(types) == 2 and set(types) == {str, int}:
        return NameOrNumber()
    words = cast("tuple[object, ...]", get_args(types[0])) if len(types) == 1 else ()
    if words and get_origin(types[0]) is Literal and all(isinstance(word, str) for word in words):
        return Choice(cast("tuple[str, ...]", words))
    raise TypeError(f"There is no kind of setting for {annotation} with {rule}.")


def _number(rule: Rule) -> Number:
    lowest = 0.0 if rule.above is None else -math.inf
    return Number(
        least=lowest if rule.least is None else rule.least,
        above=-math.inf if rule.above is None else rule.above,
        below=math.inf if rule.below is None else rule.below,
        most=math.inf if rule.most is None else rule.most,
    )
