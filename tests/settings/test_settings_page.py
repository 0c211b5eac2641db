import pytest
from docs.settings_page import with_tables
from settings.composed_of import DEFAULTS

from unrolled.settings import settings_table

PAGE = """\
# Settings

<!-- settings of tiny: x, y -->

<!-- end of settings -->

Between them, this stays.

<!-- settings of tiny: network, fit -->

| name | default |

<!-- end of settings -->

The end.
"""


def test_tables_are_written_between_the_marks_and_nowhere_else() -> None:
    written = with_tables(PAGE, {"tiny": DEFAULTS})
    assert (
        written
        == f"""\
# Settings

<!-- settings of tiny: x, y -->

{settings_table(DEFAULTS, ["x", "y"])}
<!-- end of settings -->

Between them, this stays.

<!-- settings of tiny: network, fit -->

{settings_table(DEFAULTS, ["network", "fit"])}
<!-- end of settings -->

The end.
"""
    )
    assert with_tables(written, {"tiny": DEFAULTS}) == written
    assert with_tables("No table.\n", {}) == "No table.\n"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("network, fit", "network", r"shows \['network', 'x', 'y'\], and there are \['fit', 'network', 'x', 'y'\]"),
        ("network, fit", "network, fit, z", "shows .*'z'"),
        ("\n<!-- end of settings -->\n\nThe", "\nThe", "is not closed"),
    ],
)
def test_a_page_that_leaves_something_out_is_refused(old: str, new: str, message: str) -> None:
    assert old in PAGE
    with pytest.raises(ValueError, match=message):
        with_tables(PAGE.replace(old, new), {"tiny": DEFAULTS})
