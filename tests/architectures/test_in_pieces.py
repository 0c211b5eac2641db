"""Long sequences in pieces: one way the answers are those of the whole; both ways as near as the rim is wide."""

from typing import Any, cast

import numpy as np
import pytest
import torch

from unrolled.architectures import ManyToMany, ManyToManySettings, NetworkSettings
from unrolled.architectures.strands import one_strand, turned_back, without_rims
from unrolled.data.bases import other_strand
from unrolled.data.codecs import BasesCodec, BasesSettings, StepLabelsCodec, StepLabelsSettings
from unrolled.data.codecs.encoded import EncodedBases
from unrolled.data.pair import Pair
from unrolled.data.pieces import Piece
from unrolled.data.ragged import Ragged
from unrolled.decoding import Decoding
from unrolled.layers import BasesInputSettings, PathsOutputSettings
from unrolled.model import Model

LABELS = ("a", "b", "c+", "c-")
EVERYTHING = Decoding(confidence=True, probabilities=True)


def bases(T: int, seed: int) -> str:
    chance = np.random.default_rng(seed)
    return "".join("ACGTN"[i] for i in chance.choice(5, T, p=[0.24, 0.24, 0.24, 0.24, 0.04]))


def labels(T: int, seed: int) -> tuple[str, ...]:
    return tuple(LABELS[i] for i in np.random.default_rng(seed).integers(0, 4, T))


def model(*, both: bool, answer_steps: int = 10, answer_rim: int = 4, **how: object) -> Model[Any, Any]:
    settings: dict[str, object] = {"span": 3, "ahead": 2 if both else 0, "answer_steps": answer_steps}
    x = BasesCodec(BasesSettings.from_dict({**settings, "answer_rim": answer_rim, "reverse_complement": "none", **how}))
    y = StepLabelsCodec.fitted([LABELS], StepLabelsSettings(stretches=True))
    core = ManyToManySettings(hidden_size=5, num_layers=2, bidirectional=both, cell="lstm", initial_state="learned")
    made = NetworkSettings(core, BasesInputSettings(base_size=6), PathsOutputSettings())
    network = ManyToMany(x.space, y.space, made, torch.Generator().manual_seed(1))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.normal_(0, 0.4, generator=torch.Generator().manual_seed(parameter.numel()))
    return Model("bases", x, y, network)


def same(first: Model[Any, Any], second: Model[Any, Any], xs: list[str], tolerance: float) -> None:
    for a, b in zip(first.answers(xs, EVERYTHING), second.answers(xs, EVERYTHING), strict=True):
        assert a.probabilities is not None
        assert b.probabilities is not None
        np.testing.assert_allclose(a.probabilities, b.probabilities, rtol=0, atol=tolerance)


@pytest.mark.parametrize("how", ["none", "average"])
@pytest.mark.parametrize("steps", [1, 7, 10, 40])
def test_one_way_in_pieces_is_the_whole(steps: int, how: str) -> None:
    xs = [bases(T, T) for T in (95, 3, 41, 40, 10)]
    in_pieces = model(both=False, answer_steps=steps, reverse_complement=how)
    whole = model(both=False, answer_steps=1000, reverse_complement=how)
    same(in_pieces, whole, xs, 1e-6)
    assert in_pieces.predict(xs) == whole.predict(xs)


@pytest.mark.parametrize("how", ["none", "average"])
def test_both_ways_a_rim_as_long_as_the_sequence_is_the_whole_and_a_shorter_one_near(how: str) -> None:
    xs = [bases(T, T) for T in (95, 3, 41)]
    whole = model(both=True, answer_steps=1000, reverse_complement=how)
    same(model(both=True, answer_rim=95, reverse_complement=how), whole, xs, 1e-6)
    worst: list[float] = []
    for rim in (0, 4, 16):
        part = model(both=True, answer_rim=rim, reverse_complement=how)
        pairs = zip(part.probabilities(xs), whole.probabilities(xs), strict=True)
        worst.append(max(float(np.abs(a - b).max()) for a, b in pairs))
    assert worst[0] > worst[1] > worst[2]
    assert worst[2] < 0.05 * worst[0]


@pytest.mark.parametrize("both", [False, True])
def test_no_more_rows_are_encoded_at_once_however_long_a_sequence_is(
    both: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    most: list[int] = []
    encode = BasesCodec.encode_pieces

    def counted(self: BasesCodec, *given: Any, **named: Any) -> EncodedBases:
        found = encode(self, *given, **named)
        most[-1] = max(most[-1], found.num_rows)
        return found

    monkeypatch.setattr(BasesCodec, "encode_pieces", counted)
    monkeypatch.setattr(BasesCodec, "encode", None)
    for T in (200, 2000):
        most.append(0)
        (found,) = model(both=both).probabilities([bases(T, 1)])
        assert found.shape == (T, 4)
    assert most[0] == most[1] <= 4 * (10 + 2 * 4)


def test_carried_from_piece_to_piece_the_loss_is_that_of_the_whole() -> None:
    one = model(both=False)
    pairs = [Pair(bases(T, T), labels(T, T)) for T in (23, 9)]
    whole = one.loss(pairs)
    carried, total = None, 0.0
    for place in range(0, 24, 6):
        alive = [i for i, pair in enumerate(pairs) if len(pair.x) > place]
        pieces = [Piece(i, place, min(place + 6, len(pairs[i].x)), first=place == 0) for i in alive]
        state = None if carried is None else carried.index(torch.tensor(alive))
        loss = one.loss_of_pieces([pairs[i] for i in alive], pieces, carried=state)
        assert loss.carried is not None
        assert not loss.carried.a.requires_grad
        carried, total = loss.carried, total + float(loss.total.detach())
    # The places at the ends of a piece are summed over: less is asked than of the whole.
    assert total < float(whole.total.detach())
    network = cast(ManyToMany, one.network)
    x, y = one.x.encode([pairs[0].x]), cast(Any, one.y.encode([pairs[0].y]))
    scores = network.scores(x).rows[:6]
    first = Ragged(scores, torch.tensor([6])), Ragged(y.rows[:6], torch.tensor([6]))
    piece = one.loss_of_pieces(pairs[:1], [Piece(0, 0, 6)])
    torch.testing.assert_close(piece.total, network.output.loss(*first).sum())


def test_a_piece_that_is_first_begins_anew_and_any_other_goes_on() -> None:
    one = model(both=False)
    pair = Pair(bases(20, 3), labels(20, 3))
    state = one.loss_of_pieces([pair], [Piece(0, 0, 10)]).carried
    assert state is not None
    fresh = one.loss_of_pieces([pair], [Piece(0, 10, 20)]).total
    again = one.loss_of_pieces([pair], [Piece(0, 10, 20, first=True)], carried=state).total
    on = one.loss_of_pieces([pair], [Piece(0, 10, 20, first=False)], carried=state).total
    assert torch.equal(fresh, again)
    assert not torch.equal(fresh, on)


def test_the_rim_is_read_and_its_labels_do_not_count() -> None:
    one = model(both=True)
    pair = Pair(bases(30, 5), labels(30, 5))
    piece = [Piece(0, 10, 20)]
    narrow, wide = (one.loss_of_pieces([pair], piece, rim=rim) for rim in (0, 30))
    assert narrow.steps == wide.steps == 10
    assert not torch.equal(narrow.total, wide.total)
    others = list(pair.y)
    others[:9], others[21:] = ["a"] * 9, ["b"] * 9
    assert torch.equal(one.loss_of_pieces([Pair(pair.x, tuple(others))], piece, rim=30).total, wide.total)
    assert wide.carried is None


def test_a_turned_piece_is_that_of_the_other_strand_turned_back() -> None:
    one = model(both=True)
    x, y = bases(17, 2), labels(17, 2)
    other = {"c+": "c-", "c-": "c+"}
    turned = tuple(other.get(label, label) for label in reversed(y))
    found = one.loss_of_pieces([Pair(x, y)], [Piece(0, 0, 17, turned=True)]).total
    wanted = one.loss_of_pieces([Pair(other_strand(x), turned)], [Piece(0, 0, 17)]).total
    torch.testing.assert_close(found, wanted)


def test_turning_back_reverses_steps_and_exchanges_partners() -> None:
    scores = Ragged(torch.arange(10.0).view(5, 2), torch.tensor([3, 2]))
    found = turned_back(scores, torch.tensor([True, False]), (1, 0)).rows
    assert found.tolist() == [[5, 4], [3, 2], [1, 0], [6, 7], [8, 9]]
    spans = Ragged(torch.zeros(4, 4), torch.tensor([2, 2]))
    x = EncodedBases(spans, spans.steps, (), 2, torch.tensor([False, True]))
    both = one_strand(Ragged(torch.tensor([[1.0], [2.0], [3.0], [5.0]]), torch.tensor([2, 2])), x)
    assert both.rows.tolist() == [[3.0], [2.5]]
    assert without_rims(scores, [1, 0], [1, 2]).rows.tolist() == [[2, 3], [6, 7], [8, 9]]
