"""All formats of labelled sentences that are fuzzed; a new one is a row in one of the tables."""

from fuzz.encoded import cp1252
from fuzz.export_writers import EXPORT_WRITERS
from fuzz.hugging_face_writers import HUGGING_FACE_WRITERS
from fuzz.writers import WRITERS as PLAIN_WRITERS
from fuzz.writers import Writer

__all__ = ["WRITERS"]

WRITERS: dict[str, Writer] = {**PLAIN_WRITERS, "cp1252": cp1252, **EXPORT_WRITERS, **HUGGING_FACE_WRITERS}
"""By name: draws how a file that says a corpus may be written, and writes it."""
