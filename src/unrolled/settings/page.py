"""The settings of a task as a table in Markdown, made of their declarations."""

import re
from collections.abc import Sequence

from unrolled.settings.composed import Composed
from unrolled.settings.value import value_text

__all__ = ["settings_table"]


def settings_table(composed: Composed, groups: Sequence[str] | None = None) -> str:
    """Return a row for each setting of these groups (all, where none are named): name, default, allowed, meaning.

    Words in quotes become code, and None becomes null, as `--set` takes them.
    """
    lines = ["| name | default | allowed | meaning |", "|---|---|---|---|"]
    for declared in composed.declared():
        if groups is None or declared.group in groups:
            default, meaning = f"`{value_text(declared.default)}`", _as_set_takes_it(declared.meaning.removesuffix("."))
            cells = (cell.replace("|", "\\|") for cell in (f"`{declared.name}`", default, declared.allowed, meaning))
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _as_set_takes_it(text: str) -> str:
    parts = re.split(r"(`[^`]*`)", text)  # what is code already stays as it is
    for i in range(0, len(parts), 2):
        parts[i] = re.sub(r"\bNone\b", "`null`", re.sub(r'"(\w+)"', r"`\1`", parts[i]))
    return "".join(parts)
