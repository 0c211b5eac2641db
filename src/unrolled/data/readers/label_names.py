"""The names of labels that are numbers in a file."""

from unrolled.errors import SettingsError

__all__ = ["parse_label_names"]


def parse_label_names(label_names: str | None) -> tuple[str, ...] | None:
    """Return the names between commas, None where there are none.

    >>> parse_label_names("negative, positive")
    ('negative', 'positive')

    Raises:
        SettingsError: an empty name.
    """
    if label_names is None:
        return None
    names = tuple(name.strip() for name in label_names.split(","))
    if not all(names):
        raise SettingsError(
            f"label_names is {label_names!r}, where a name is missing. Separate the names by single commas."
        )
    return names
