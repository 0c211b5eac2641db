"""The settings of a task as keywords of an estimator, with scikit-learn's habits."""

from dataclasses import Field, field
from typing import Any, cast

from unrolled.settings.composed import Composed
from unrolled.settings.names import two_names
from unrolled.settings.value import Value

__all__ = ["chosen_settings", "estimator_fields"]


def estimator_fields(composed: Composed) -> list[tuple[str, Any, "Field[Any]"]]:
    """Return name, type and field of every setting, as `dataclasses.make_dataclass` takes them.

    Earlier names that are still accepted stand at the end, None by default: not given. Values are kept as they are
    given, so that `clone` finds them again; `chosen_settings` checks them.
    """
    declared = list(composed.declared())
    earlier = [(own.alias, own.annotation | None) for own in declared if own.alias is not None]
    return [
        *((own.name, own.annotation, _field(own.default)) for own in declared),
        *((alias, annotation, _field(None)) for alias, annotation in earlier),
    ]


def chosen_settings(estimator: object, composed: Composed) -> Composed:
    """Return the settings that the attributes of an estimator say.

    Raises:
        SettingsError: a value that cannot be, or a setting that was given under two names.
    """
    values: dict[str, object] = {}
    for declared in composed.declared():
        values[declared.name] = given = getattr(estimator, declared.name)
        if declared.alias is not None and (earlier := getattr(estimator, declared.alias)) is not None:
            if given != declared.default:
                raise two_names(declared.name, declared.alias)
            values[declared.name] = earlier
    return composed.replaced(values)


def _field(default: Value) -> "Field[Any]":
    return cast("Field[Any]", field(default=default))  # typed as the value that it declares
