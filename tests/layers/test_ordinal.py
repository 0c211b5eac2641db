import pytest
import torch

from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Classes
from unrolled.decoding import Decoding
from unrolled.errors import DataError, SettingsError
from unrolled.layers import OrdinalOutput, OrdinalOutputSettings

STARS = Classes(5, ordered=True)


def output(**settings: str) -> OrdinalOutput:
    return OrdinalOutput(STARS, 1, OrdinalOutputSettings(**settings))


def steps(*rows: list[float]) -> Ragged:
    return Ragged(torch.tensor(rows), torch.ones(len(rows), dtype=torch.int64))


def test_classes_are_equally_likely_at_first():
    torch.testing.assert_close(output().probabilities(steps([0.0])).rows, torch.full((1, 5), 0.2))


def test_a_higher_score_moves_probability_up():
    layer = output()
    z = torch.linspace(-4, 4, 9)[:, None].tolist()
    cumulative = layer.probabilities(steps(*z)).rows.cumsum(1)[:, :-1]
    assert (cumulative.diff(dim=0) < 0).all()


def test_thresholds_rise_whatever_the_weights():
    layer = output()
    layer.theta.data = torch.tensor([3.0, -9.0, 0.0, -20.0])
    assert (layer.thresholds().double().diff() >= 0).all()
    assert torch.isfinite(layer.log_probabilities(steps([3.0])).rows).all()
    with pytest.raises(SettingsError, match="output=cumulative"):
        output(output="softmax").thresholds()


@pytest.mark.parametrize("z", [-1e4, 1e4])
def test_a_score_far_out_keeps_its_loss_and_its_gradient(z: float):
    layer, scores = output(), torch.full((5, 1), z, requires_grad=True)
    each = Ragged(scores, torch.ones(5, dtype=torch.int64))
    losses = layer.loss(each, each.with_rows(torch.arange(5)))
    losses.sum().backward()
    nearest, farthest = (4, 0) if z > 0 else (0, 4)
    assert losses[nearest] == 0
    assert float(losses[farthest].detach()) == pytest.approx(1e4, rel=1e-3)
    assert scores.grad is not None
    assert float(scores.grad[farthest]) == pytest.approx(1.0 if z > 0 else -1.0)


def test_two_classes_are_logistic_regression():
    layer = OrdinalOutput(Classes(2, ordered=True), 1, OrdinalOutputSettings())
    layer.theta.data.fill_(0.3)
    found = layer.probabilities(steps([1.0])).rows[0]
    torch.testing.assert_close(found[1], torch.sigmoid(torch.tensor(0.7)))


@pytest.mark.parametrize(
    ("decide", "wanted"), [("mode", 0), ("median", 1), ("mean", 2)]
)  # of 0.4, 0.15, 0.1, 0.1, 0.25: the sum passes one half at class 1, the mean is 1.65
def test_each_decision_has_the_least_expected_cost(decide: str, wanted: int):
    layer = output(output="softmax", decide=decide)
    p = torch.tensor([[0.4, 0.15, 0.1, 0.1, 0.25]])
    classes = torch.arange(5.0)
    cost = {
        "mode": (classes[:, None] != classes).float(),
        "median": (classes[:, None] - classes).abs(),
        "mean": (classes[:, None] - classes).square(),
    }[decide]
    assert int((cost @ p[0]).argmin()) == wanted
    assert layer.decided(p).tolist() == [wanted]
    (best, *_), *_ = layer.found(steps(p[0].log().tolist()), Decoding(confidence=True, probabilities=True))
    assert best.rows.tolist() == [wanted]
    assert best.confidence == pytest.approx([p[0, wanted].item()])
    assert best.log_p == pytest.approx(p[0, wanted].log().item())
    torch.testing.assert_close(best.probabilities, p)


@pytest.mark.parametrize("kind", ["cumulative", "softmax"])
def test_the_temperature_evens_probabilities_out_and_moves_neither_the_mode_nor_the_loss(kind: str):
    layer = output(output=kind, decide="mode")
    scores = steps([0.9] if kind == "cumulative" else [0.1, 0.4, 0.2, -1.0, 0.9])
    y, before = scores.with_rows(torch.tensor([4])), layer.probabilities(scores).rows
    loss, rows = layer.loss(scores, y), layer.found(scores, Decoding())[0][0].rows
    layer.temperature.fill_(3.0)
    assert layer.probabilities(scores).rows.max() < before.max()
    torch.testing.assert_close(layer.probabilities(scores).rows, (before ** (1 / 3)) / (before ** (1 / 3)).sum())
    assert torch.equal(layer.loss(scores, y), loss)
    assert layer.found(scores, Decoding())[0][0].rows.tolist() == rows.tolist() == [4]


def test_further_answers_are_the_most_probable():
    _, *others = output().found(steps([0.2]), Decoding(n_best=3))[0]
    log_p = output().log_probabilities(steps([0.2])).rows[0]
    assert [int(other.rows) for other in others] == log_p.argsort(descending=True)[:3].tolist()
    with pytest.raises(SettingsError, match="each chosen for itself"):
        output().found(Ragged.from_list([torch.zeros(2, 1)]), Decoding(n_best=3))


def test_mistakes_are_named():
    with pytest.raises(SettingsError, match="at least 2"):
        OrdinalOutput(Classes(1, ordered=True), 1, OrdinalOutputSettings())
    with pytest.raises(DataError, match="one int64 class for each step"):
        output().loss(steps([0.0]), Ragged.from_list([torch.tensor([1, 2])]))
