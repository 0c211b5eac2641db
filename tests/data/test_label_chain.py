"""Words, sites and the chain of labels of bases, against counts, products and sums over all paths, written out."""

from itertools import pairwise, product

import numpy as np
import pytest
import torch

from unrolled.data.bases import other_strand
from unrolled.data.codecs import BasesCodec, BasesSettings, Saved
from unrolled.data.codons import Codons
from unrolled.data.label_chain import OTHER_SIDE, LabelChain
from unrolled.data.pieces import Piece
from unrolled.data.step_labels import step_codes
from unrolled.data.words_of_labels import FOLDS, LOWEST, PRIOR, SCALE, LabelWords, part_of, words_ending
from unrolled.errors import DataError

NAMES = ("exon+", "exon-", "intron+", "intron-", "none")
OTHERS = (1, 0, 3, 2, 4)
CODONS = Codons.of(NAMES, ("exon",), "none")
STATES_OTHER = CODONS.partners(OTHERS)
HOW = BasesSettings(coding="exon", word_bases=3, span=2, ahead=1, reverse_complement="none")


def gene(seed: int, backward: bool = False) -> tuple[str, list[str]]:
    random = np.random.default_rng(seed)
    text = "".join("ACGT"[i] for i in random.integers(0, 4, 60)).replace("CCC", "CNC")
    labels = ["none"] * 12 + ["exon+"] * 11 + ["intron+"] * 9 + ["exon+"] * 10 + ["none"] * 18
    if not backward:
        return text, labels
    turned = [label.replace("+", "-") for label in labels[::-1]]
    return other_strand(text), turned


GENES = [gene(seed, backward=seed % 2 == 1) for seed in range(12)]
STATES = [CODONS.states(step_codes(labels, NAMES)) for _, labels in GENES]
TEXTS = [text for text, _ in GENES]


def codec() -> BasesCodec:
    states = [torch.as_tensor(each) for each in STATES]
    return BasesCodec.fitted_with_codons(TEXTS, states, CODONS, STATES_OTHER, HOW)


def chain() -> LabelChain:
    made = codec().kept
    assert made is not None
    return made.chain


def classes_of(states: list[int]) -> list[int]:
    return [CODONS.classes[state] for state in states]


def read(part: int | None) -> list[tuple[str, list[int]]]:
    """Both strands of what is counted, with the states."""
    found: list[tuple[str, list[int]]] = []
    for text, states in zip(TEXTS, STATES, strict=True):
        if part is None or part_of(text) != part:
            own: list[int] = states.tolist()
            found += [(text, own), (other_strand(text), [STATES_OTHER[s] for s in own[::-1]])]
    return found


def log_p(part: int | None, word: str, kind: int | None) -> float:
    """log P(last base | those before it, class), counted plainly, each order drawn towards the one below."""
    p = dict.fromkeys("ACGT", 0.25)
    for k in range(1, len(word) + 1):
        before, counts = word[len(word) - k : -1], dict.fromkeys("ACGT", 0)
        for text, states in read(part):
            for t, of in enumerate(classes_of(states)):
                run = text[max(0, t - k + 1) : t + 1]
                if len(run) == k and "N" not in run and run[:-1] == before and of == (of if kind is None else kind):
                    counts[run[-1]] += 1
        total = sum(counts.values())
        p = {base: (counts[base] + PRIOR * p[base]) / (total + PRIOR) for base in "ACGT"}
    return float(np.log(p[word[-1]]))


@pytest.mark.parametrize("part", [None, part_of(TEXTS[3])])
def test_words_are_log_ratios_of_plain_counts(part: int | None) -> None:
    table = chain().words.tables[FOLDS if part is None else part]
    for word in ("ACG", "TGA", "CCT"):
        index = sum("ACGT".index(base) * 4 ** (2 - i) for i, base in enumerate(word))
        for kind in (0, 2, 4, 6, 8):
            wanted = log_p(part, word, kind) - log_p(part, word, None)
            assert table[kind, index] == pytest.approx(wanted, abs=1e-5)


def test_sums_follow_the_frame_on_either_strand() -> None:
    words, (text, _) = chain().words, GENES[0]
    found, table, ends = words.rows(text), words.tables[FOLDS], words_ending(text, 3)
    C = table.shape[0]
    assert found.shape == (60, C * 2)
    for number, window in enumerate(words.windows):
        for t in (0, 7, 30, 59):
            for p in range(3):
                for frame, sign in (((0, 1, 2), 1), ((3, 4, 5), -1)):
                    total = 0.0
                    for u in range(max(0, t - window), min(60, t + window + 1)):
                        if ends[u] >= 0:
                            total += max(LOWEST, float(table[frame[(p + sign * (u - t)) % 3], ends[u]]))
                    wanted = total * SCALE / (2 * window + 1) ** 0.5
                    assert found[t, number * C + frame[p]] == pytest.approx(wanted, abs=1e-4)


def test_posteriors_are_sums_over_all_paths() -> None:
    made, text = chain(), TEXTS[0][9:15]
    scores = made.emissions(text)
    F = scores.shape[1]
    assert len(CODONS.labels) + len(made.firsts) == F
    assert np.allclose(made.follows.sum(1)[made.follows.sum(1) > 0], 1)
    wanted = np.zeros((len(text), F))
    ways = [np.nonzero(made.follows[state])[0].tolist() for state in range(F)]
    paths = [[state] for state in range(F)]
    for _ in text[1:]:
        paths = [[*path, state] for path in paths for state in ways[path[-1]]]
    for path in paths:
        p = made.starts[path[0]] * np.prod([made.follows[a, b] for a, b in pairwise(path)])
        p *= np.exp(sum(scores[t, state] for t, state in enumerate(path)))
        wanted[np.arange(len(text)), path] += p
    wanted /= wanted.sum(1, keepdims=True)
    (found,) = made.posteriors([text], [None])
    np.testing.assert_allclose(found, wanted, atol=1e-9)


def test_side_by_side_is_one_by_one() -> None:
    made = chain()
    texts, parts = [TEXTS[0], TEXTS[1][:17], TEXTS[2][:1]], [None, 3, None]
    for text, part, rows in zip(texts, parts, made.rows(texts, parts), strict=True):
        (alone,) = made.rows([text], [part])
        assert rows.shape == (len(text), made.size)
        np.testing.assert_allclose(rows.astype(float), alone.astype(float), atol=2e-3)
        assert np.abs(rows).max() < 6


def test_sites_are_those_where_labels_meet() -> None:
    made = chain()
    a, b = NAMES.index("exon+"), NAMES.index("intron+")
    number = made.meetings.index((a, b))
    assert not made.sites[:, number, : OTHER_SIDE - 3].any()  # no site in the coding side beyond
    pairs = np.zeros(16)
    for text, states in read(None):
        for t in range(1, len(text)):
            if (CODONS.labels[states[t - 1]], CODONS.labels[states[t]]) == (a, b) and "N" not in text[t - 1 : t + 1]:
                pairs["ACGT".index(text[t - 1]) * 4 + "ACGT".index(text[t])] += 1
    every = np.ones((4, 4))
    for text, _ in read(None):
        for x, z in pairwise(text):
            if "N" not in x + z:
                every["ACGT".index(x), "ACGT".index(z)] += 1
    by = pairs.reshape(4, 4)
    single = (by.sum(0) + 2 * 0.25) / (by.sum() + 2)
    wanted = np.log((by + 8 * single) / (by.sum(1, keepdims=True) + 8) / (every / every.sum(1, keepdims=True)))
    np.testing.assert_allclose(made.sites[FOLDS, number, OTHER_SIDE].reshape(4, 4), wanted, atol=1e-5)


@pytest.mark.parametrize("turned", [False, True])
def test_pieces_have_the_rows_of_the_whole(turned: bool) -> None:
    made, text = codec(), TEXTS[4]
    whole = made.encode([other_strand(text) if turned else text]).spans.rows
    assert whole.shape == (60, 4 * 3 + made.space.words)
    for start, end, rim in ((0, 9, 4), (20, 41, 0), (31, 60, 7)):
        found = made.encode_pieces([text], [Piece(0, start, end, turned)], rim).spans.rows
        a, b = max(0, start - rim), min(60, end + rim)
        assert torch.allclose(found, whole[60 - b : 60 - a] if turned else whole[a:b], atol=2e-3)
    both = made.encode([TEXTS[0], text[:13]]).spans.to_list()
    assert torch.allclose(both[1], made.encode([text[:13]]).spans.rows, atol=2e-3)


def test_training_reads_a_sequence_by_what_others_say() -> None:
    made, text = codec(), TEXTS[5]
    noise = torch.Generator().manual_seed(0)
    held = made.encode_pieces([text], [Piece(0, 0, 60)], 0, noise).spans.rows
    assert made.kept is not None
    (wanted,) = made.kept.chain.rows([text], [part_of(text)])
    np.testing.assert_allclose(held[:, -made.kept.chain.size :].numpy(), wanted.astype(np.float32), atol=2e-3)
    assert not torch.allclose(held, made.encode([text]).spans.rows, atol=0.05)


def test_what_was_saved_is_read_and_what_is_broken_is_told() -> None:
    made = codec()
    saved = made.save()
    again = BasesCodec.load(saved)
    assert again == made
    assert hash(again.kept) == hash(made.kept)
    assert torch.equal(again.encode(TEXTS[:2]).spans.rows, made.encode(TEXTS[:2]).spans.rows)
    for name in saved.tensors:
        broken = {**saved.tensors, name: saved.tensors[name][:-1]}
        with pytest.raises(DataError, match="Copy the whole"):
            BasesCodec.load(Saved(saved.settings, tensors=broken))
    for name in ("codons", "firsts", "windows"):
        values = {key: value for key, value in saved.settings["chain"].items() if key != name}
        with pytest.raises(DataError, match="Copy the whole"):
            BasesCodec.load(Saved({**saved.settings, "chain": values}, tensors=saved.tensors))


def test_all_words_of_three_bases_are_numbered() -> None:
    text = "".join(map("".join, product("ACGT", repeat=3)))
    assert words_ending(text, 3)[2::3].tolist() == list(range(64))
    assert LabelWords.counted([], (0, 1), (), 2, (1,)).rows("ACGT").tolist() == [[0.0, 0.0]] * 4
