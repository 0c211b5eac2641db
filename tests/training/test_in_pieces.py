"""Training in pieces: what is carried is in the checkpoint, and a run that goes on without it is another."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from training.tiny import TinyTagger, same_bits, tagged

from unrolled.data.pair import Pair
from unrolled.errors import RunError, SettingsError
from unrolled.runs.build import build_model
from unrolled.runs.measure import Trainee
from unrolled.settings import Composed
from unrolled.tasks import BASES
from unrolled.training import (
    Checkpoint,
    Event,
    FitSettings,
    PieceSettings,
    StepDone,
    Stopped,
    TrainableInPieces,
    fit,
    read_checkpoint,
)
from unrolled.training import run as run_module

FIT = FitSettings(
    epochs=2, batch_steps=12, learning_rate=0.02, num_threads=1, checkpoint_seconds=0.0, patience=None, averaging="none"
)
PIECES = PieceSettings(piece_steps=4)
SIZES = {"hidden_size": 4, "base_size": 4, "bidirectional": False, "output": "softmax", "reverse_complement": "augment"}
PAIRS = [
    Pair("ACGTTGCA" * (i % 4 + 1) + "GT" * i, tuple("ab"[(t + i) % 3 == 0] for t in range(8 * (i % 4 + 1) + 2 * i)))
    for i in range(8)
]


def trainee(cell: str = "lstm", **how: object) -> Trainee:
    settings: Composed = BASES.defaults.replaced({**SIZES, "cell": cell, **how})
    model, _ = build_model(BASES, PAIRS, settings)
    return Trainee(model, BASES)


def weights(one: Trainee) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in one.network.state_dict().items()}


def stopped_at(step: int, path: Path, one: Trainee) -> None:
    def interrupt(event: Event) -> None:
        if isinstance(event, StepDone) and event.step == step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(one, PAIRS, PAIRS[:2], FIT, pieces=PIECES, on_event=interrupt, checkpoint=path, resume=path.exists())


@pytest.fixture(scope="module")
def whole() -> dict[str, torch.Tensor]:
    one = trainee()
    fit(one, PAIRS, PAIRS[:2], FIT, pieces=PIECES)
    return weights(one)


def test_a_run_that_goes_on_in_the_middle_of_a_stream_comes_to_the_same_bits(
    whole: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    path = tmp_path / "checkpoint.safetensors"
    for step in (3, 5):
        stopped_at(step, path, trainee())
    kept = read_checkpoint(path).carried
    assert set(kept) == {"a", "c"}
    assert kept["a"].shape == (3, 1, 1, 4)
    assert bool(kept["a"].any())
    one = trainee()
    fit(one, PAIRS, PAIRS[:2], FIT, pieces=PIECES, checkpoint=path, resume=True)
    assert same_bits(weights(one), whole)
    assert read_checkpoint(path).carried == {}


def test_without_what_was_carried_it_would_be_another_run(
    whole: dict[str, torch.Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "checkpoint.safetensors"
    stopped_at(3, path, trainee())

    def forgetful(path: Path) -> Checkpoint:
        return replace(read_checkpoint(path), carried={})

    monkeypatch.setattr(run_module, "read_checkpoint", forgetful)
    one = trainee()
    fit(one, PAIRS, PAIRS[:2], FIT, pieces=PIECES, checkpoint=path, resume=True)
    assert not same_bits(weights(one), whole)


def test_other_pieces_are_another_run(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    stopped_at(3, path, trainee())
    with pytest.raises(RunError, match="piece_steps was 4 and is 5"):
        fit(trainee(), PAIRS, PAIRS[:2], FIT, pieces=PieceSettings(piece_steps=5), checkpoint=path, resume=True)


def test_the_state_goes_on_and_the_gradient_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    one = trainee("gru", reverse_complement="none")
    before: list[Any] = []
    pieces: list[Any] = []
    loss = one.model.loss_of_pieces

    def seen(pairs: Any, some: Any, **how: Any) -> Any:
        before.append(how["carried"])
        pieces.append(some)
        found = loss(pairs, some, **how)
        after.append(found.carried)
        return found

    after: list[Any] = []
    monkeypatch.setattr(one.model, "loss_of_pieces", seen)
    fit(one, PAIRS, [], replace(FIT, epochs=1, learning_rate=1e-12), pieces=PIECES)
    assert before[0] is None
    streams: dict[int, torch.Tensor] = {}
    went_on = 0
    for batch, state, found in zip(pieces, before, after, strict=True):
        for n, piece in enumerate(batch):
            if not piece.first:
                went_on += 1
                assert torch.equal(state.a[n], streams[piece.stream])
                assert not state.a.requires_grad
            streams[piece.stream] = found.a[n]
    assert went_on > 10


def test_both_ways_nothing_is_carried_and_every_step_counts_once() -> None:
    steps: list[int] = []

    def hear(event: Event) -> None:
        if isinstance(event, StepDone):
            steps.append(event.num_steps)

    one = trainee(bidirectional=True, output="path", rim_steps=3)
    assert not one.carries
    fit(one, PAIRS, [], replace(FIT, epochs=1), pieces=PIECES, on_event=hear)
    assert sum(steps) == sum(len(pair.x) for pair in PAIRS)


def test_a_model_that_knows_no_pieces_is_refused() -> None:
    tiny = TinyTagger()
    assert not isinstance(tiny, TrainableInPieces)
    events: list[Event] = []
    with pytest.raises(SettingsError, match="cannot be trained on pieces"):
        fit(tiny, tagged(4, 1), [], FitSettings(epochs=1), pieces=PIECES, on_event=events.append)
    assert not any(isinstance(event, Stopped) for event in events)
