"""Places in the codon across introns and on both strands, against counts that are written out."""

from typing import Any, cast

import numpy as np
import pytest
import torch

from unrolled.data.codecs import StepLabelsCodec, StepLabelsSettings
from unrolled.data.codons import Codons
from unrolled.data.pieces import Piece
from unrolled.data.spaces import Paths
from unrolled.data.step_labels import step_codes
from unrolled.errors import DataError

NAMES = ("exon+", "exon-", "intron+", "intron-", "none")
FORWARD = [*["none"] * 2, *["exon+"] * 4, *["intron+"] * 2, *["exon+"] * 2, "none", *["exon+"] * 3]
PHASES = [0, 0, 0, 1, 2, 0, 1, 1, 1, 2, 0, 0, 1, 2]


def turned(labels: list[str]) -> list[str]:
    return [label[:-1] + {"+": "-", "-": "+"}[label[-1]] if label[-1] in "+-" else label for label in labels[::-1]]


def test_phases_go_on_across_introns_and_begin_anew_outside_of_genes() -> None:
    codons = Codons.of(NAMES, ("exon",), "none")
    assert (len(codons.labels), max(codons.classes) + 1) == (13, 9)
    for labels, phases in ((FORWARD, PHASES), (turned(FORWARD), PHASES[::-1])):
        states = codons.states(step_codes(labels, NAMES))
        assert [NAMES[codons.labels[s]] for s in states] == labels
        assert [codons.phases[s] for s in states] == phases
    assert codons.frames == ((0, 1, 2, False), (3, 4, 5, True))


def test_partners_are_the_states_of_the_other_strand() -> None:
    codons = Codons.of(NAMES, ("exon",), "none")
    partners = np.array(codons.partners((1, 0, 3, 2, 4)))
    found = partners[codons.states(step_codes(FORWARD, NAMES))][::-1]
    assert found.tolist() == codons.states(step_codes(turned(FORWARD), NAMES)).tolist()
    both = Codons.of(("exon", "intron", "none"), ("exon",), "none")
    labels = ["none", "exon", "exon", "intron", "exon", "exon", "exon", "exon", "none"]
    states = both.states(step_codes(labels, ("exon", "intron", "none")))
    there = np.array(both.partners((0, 1, 2)))[states][::-1]
    assert there.tolist() == both.states(step_codes(labels[::-1], ("exon", "intron", "none"))).tolist()


def test_labels_without_outside_are_all_of_one_gene() -> None:
    codons = Codons.of(("a", "b"), ("a",), None)
    assert [codons.phases[s] for s in codons.states([1, 0, 0, 1, 0, 0])] == [0, 0, 1, 2, 2, 0]


def test_the_codec_gives_states_of_wholes_and_of_pieces() -> None:
    settings = StepLabelsSettings(background="none", stretches=True, coding="exon")
    codec = StepLabelsCodec.fitted([FORWARD, turned(FORWARD)], settings)
    assert codec.codons == Codons.of(codec.labels.tokens, ("exon",), "none")
    assert isinstance(codec.space, Paths)
    assert (codec.space.num, len(codec.space.labels), max(codec.space.classes)) == (13, 13, 8)
    whole = codec.encode([FORWARD, turned(FORWARD)]).to_list()
    pieces = codec.encode_pieces([FORWARD, turned(FORWARD)], [Piece(0, 4, 9), Piece(1, 3, 7)])
    assert torch.equal(pieces.rows, torch.cat([whole[0][4:9], whole[1][3:7]]))
    labels = torch.tensor(codec.space.labels)[whole[0]]
    assert codec.decode([labels]) == [tuple(FORWARD)]
    assert StepLabelsCodec.load(codec.save()) == codec
    assert cast(Any, codec.counts([FORWARD])).tolist() == [9, 0, 2, 0, 3]
    with pytest.raises(DataError, match="'utr' is new"):
        codec.grown([("utr",)], settings)
    with pytest.raises(DataError, match="'exon'"):
        codec.encode([("exon",)])
