"""Writes the tables of settings into a page, between its marks; all else on the page is left as it is.

    python tests/docs/settings_page.py

writes those of docs/settings.md anew.

<!-- settings of ner: x, network -->
(a table of the settings of these groups of the task's defaults)
<!-- end of settings -->
"""

import re
from collections.abc import Mapping
from pathlib import Path

from unrolled.settings import Composed, settings_table
from unrolled.tasks import TASKS

__all__ = ["DEFAULTS", "PAGE", "with_tables"]

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
DEFAULTS = {name: task.defaults for name, task in TASKS.items()}

_PART = re.compile(r"(<!-- settings of (\w+): ([\w, ]+) -->\n).*?(\n<!-- end of settings -->)", re.DOTALL)


def with_tables(page: str, tasks: Mapping[str, Composed]) -> str:
    """Return the page with the tables that the settings of the tasks, by name, have now.

    Raises:
        KeyError: a mark names a task that is not among them.
        ValueError: a mark is not closed, names a group that its task does not have, or a group of a task whose settings
            are shown stands in no table.
    """
    if page.count("<!-- settings of") != len(_PART.findall(page)):
        raise ValueError("A mark `<!-- settings of TASK: GROUPS -->` is not closed by `<!-- end of settings -->`.")
    shown: dict[str, set[str]] = {}

    def written(part: re.Match[str]) -> str:
        task, groups = part[2], part[3].split(", ")
        shown.setdefault(task, set()).update(groups)
        return f"{part[1]}\n{settings_table(tasks[task], groups)}{part[4]}"

    result = _PART.sub(written, page)
    for task, groups in shown.items():
        wanted = {group for group in tasks[task].groups() if tasks[task].names(group)}
        if groups != wanted:
            raise ValueError(f"{task}: the page shows {sorted(groups)}, and there are {sorted(wanted)}.")
    return result


def main() -> None:
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), DEFAULTS), encoding="utf-8")


if __name__ == "__main__":
    main()
