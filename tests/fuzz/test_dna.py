"""Damaged FASTA, BED and GFF3 are read or refused in words, never with an error of Python."""

from pathlib import Path
from typing import Any, cast

import pytest
from fuzz.damage import delete, flip, insert
from fuzz.fuzzing import Fuzz
from fuzz.written import Written
from hypothesis import strategies as st

from unrolled.data.bases import odd_place
from unrolled.data.made_up_genes import fasta_of_loci, gff3_of_loci, made_up_loci
from unrolled.data.problem import by_kind, in_a_line
from unrolled.data.readers import BaseLabelsSettings, Reading, SequencesSettings, read_bases, read_dna

LOCI = made_up_loci(2, 5)
FASTA = fasta_of_loci(LOCI, "x").encode()[:1500]
GFF3 = gff3_of_loci(LOCI, "x").encode()
BED = b"made_up_x_1\t3\t40\texon\t0\t+\nmade_up_x_1\t30\t90\tintron\t0\t-\nmade_up_x_1\t200\t260\texon\n"
TABLE = b"sequence,labels\nACGTNACGT,eeee.....\nGGGTTTAAA,x y x y x y x y x\n"


@st.composite
def damages(draw: Any, content: bytes) -> bytes:
    """The content after one to three damages."""
    for _ in range(draw(st.integers(1, 3))):
        damage = draw(st.sampled_from([flip, insert, delete]))
        content = damage(draw, content, cast(Written, None))
    return content


def is_sound(reading: Reading[Any, Any]) -> None:
    for pair in reading.pairs:
        assert pair.x
        assert odd_place(pair.x) is None
        assert len(pair.y) == len(pair.x) if not isinstance(pair.y, str) else pair.y
    assert reading.pairs or reading.faults()
    assert len(reading.lines) == len(reading.pairs)
    for _, message in by_kind(reading.faults(training=True)):
        assert in_a_line(message, 10**6) == message
        assert message.endswith((".", "!", "?"))
        assert len(message) < 2000


@pytest.mark.parametrize("name", ["fasta", "gff3", "bed", "table"])
def test_damaged_labels_of_bases(name: str, fuzz: Fuzz, tmp_path: Path) -> None:
    sound = {"a.fasta": FASTA, "a.gff3": GFF3, "a.bed": BED, "a.csv": TABLE}
    file = {"fasta": "a.fasta", "gff3": "a.gff3", "bed": "a.bed", "table": "a.csv"}[name]

    def law(content: bytes) -> None:
        for other, whole in sound.items():
            (tmp_path / other).write_bytes(content if other == file else whole)
        if name == "table":
            is_sound(read_bases(tmp_path / "a.csv"))
            return
        how = BaseLabelsSettings(intervals=str(tmp_path / ("a.bed" if name == "bed" else "a.gff3")))
        is_sound(read_bases(tmp_path / "a.fasta", how))
        is_sound(read_dna(tmp_path / "a.fasta", SequencesSettings(intervals=how.intervals)))

    fuzz(law, damages(sound[file]))
