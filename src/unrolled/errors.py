"""The exception tree: every error that `unrolled` raises on purpose for a user's mistake.

    UnrolledError
    ├── DataError        (also ValueError)    a file, line or example that cannot be used
    ├── SettingsError    (also ValueError)    a setting that does not exist or cannot be
    ├── ModelFileError   (also ValueError)    a model directory that is incomplete, altered or hostile
    └── RunError         (also RuntimeError)  a training run that cannot start, go on or be written

Each message says what was asked, what was found (with file and line where there is one) and the way out. `exit_code` is
what the command line returns for it.
"""

__all__ = ["DataError", "ModelFileError", "RunError", "SettingsError", "UnrolledError"]


class UnrolledError(Exception):
    """Root of the tree: catch this to catch every error that has a way out."""

    exit_code = 1


class DataError(UnrolledError, ValueError):
    """Input data that cannot be used; the message names the file and line, or the example."""

    exit_code = 3


class SettingsError(UnrolledError, ValueError):
    """A setting that does not exist, or a value that it cannot take."""

    exit_code = 2


class ModelFileError(UnrolledError, ValueError):
    """A model directory that cannot be trusted: missing, truncated, altered or of another version."""

    exit_code = 4


class RunError(UnrolledError, RuntimeError):
    """A training run that cannot start, go on or be written; what was saved before it is intact."""

    exit_code = 5
