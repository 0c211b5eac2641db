"""Labelled DNA: windows with a label each."""

from unrolled.data.readers.dna.dna import read_dna
from unrolled.data.readers.dna.settings import SequencesSettings

__all__ = ["SequencesSettings", "read_dna"]
