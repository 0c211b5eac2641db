"""What `unrolled predict` is asked: lines of text, CoNLL columns or JSON Lines, while they arrive."""

from unrolled.runs.asked.asked import Asked, Columns, Reader, Trouble, decoded, refuse_utf16
from unrolled.runs.asked.conll import ConllReader
from unrolled.runs.asked.detect import Detector
from unrolled.runs.asked.fasta import FastaReader
from unrolled.runs.asked.json_lines import JsonReader
from unrolled.runs.asked.plain import PlainReader

__all__ = [
    "Asked",
    "Columns",
    "ConllReader",
    "Detector",
    "FastaReader",
    "JsonReader",
    "PlainReader",
    "Reader",
    "Trouble",
    "decoded",
    "refuse_utf16",
]
