import pytest
import torch
from scipy import stats

from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Sets, Vectors
from unrolled.decoding import Decoding
from unrolled.errors import DataError, SettingsError
from unrolled.layers import NumbersOutput, NumbersOutputSettings, SetsOutput, SetsOutputSettings


def steps(*rows: list[float]) -> Ragged:
    return Ragged.from_list([torch.tensor(rows)])


def test_a_set_is_what_reaches_the_threshold():
    p = torch.tensor([[0.3, 0.6], [0.2, 0.1]])
    scores = Ragged.from_list([p.logit()])
    for threshold, wanted in ((0.5, [[0, 1], [0, 0]]), (0.25, [[1, 1], [0, 0]])):
        layer = SetsOutput(Sets(2), 1, SetsOutputSettings(threshold=threshold))
        ((best,),) = layer.found(scores, Decoding(confidence=True, probabilities=True))
        assert best.rows.tolist() == wanted
        likely = torch.where(best.rows.bool(), p, 1 - p).prod(1)
        assert best.confidence == pytest.approx(likely.tolist())
        assert best.log_p == pytest.approx(likely.log().sum().item())
        assert best.log_p == pytest.approx(layer.log_likelihood(scores, scores.with_rows(best.rows)).item())
        torch.testing.assert_close(best.probabilities, p)
    with pytest.raises(SettingsError, match="n_best is 2"):
        layer.found(scores, Decoding(n_best=2))


def test_scores_of_any_size_keep_their_loss():
    layer = SetsOutput(Sets(2), 1, SetsOutputSettings())
    assert layer.loss(steps([1e4, -1e4]), steps([0.0, 1.0])).tolist() == [2e4]
    ((best,),) = layer.found(steps([1e4, -1e4]), Decoding())
    assert best.log_p == 0


@pytest.mark.parametrize("output", ["gaussian", "huber"])
def test_the_spread_that_training_finds_is_the_most_likely_one(output: str):
    generator = torch.Generator().manual_seed(0)
    y = 3.0 + 2.0 * torch.randn(400, 1, generator=generator, dtype=torch.float64)
    y[0] += 40.0
    layer = NumbersOutput(Vectors(1), 1, NumbersOutputSettings(output=output)).double()
    a, truth = Ragged.from_list([torch.ones_like(y)]), Ragged.from_list([y])
    optimizer = torch.optim.LBFGS(layer.parameters(), max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = layer.loss(layer.scores(a), truth).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    found, sigma = layer.scores(a).rows[0].item(), layer.log_sigma.exp().item()
    if output == "gaussian":
        assert (found, sigma) == pytest.approx((y.mean().item(), y.std(correction=0).item()), rel=1e-4)
        wanted = stats.norm(found, sigma).logpdf(y.numpy()).sum()
        assert layer.log_likelihood(layer.scores(a), truth).item() == pytest.approx(wanted)
    else:  # the outlier hardly counts
        assert abs(found - y[1:].mean().item()) < abs(y.mean().item() - y[1:].mean().item()) / 3
        assert sigma < y.std().item() / 1.2


def test_numbers_are_answers_and_no_classes():
    layer, scores = NumbersOutput(Vectors(2), 1, NumbersOutputSettings()), steps([1.0, 2.0], [3.0, 4.0])
    ((best,),) = layer.found(scores, Decoding(confidence=True))
    assert best.rows.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert best.confidence == ()
    for decoding in (Decoding(probabilities=True), Decoding(n_best=2)):
        with pytest.raises(SettingsError):
            layer.found(scores, decoding)
    with pytest.raises(SettingsError, match="log_likelihood"):
        layer.probabilities(scores)


def test_a_delta_without_huber_has_no_effect():
    assert NumbersOutputSettings(huber_delta=2.0).without_effect() == [
        "huber_delta has no effect: output is 'gaussian'."
    ]
    assert NumbersOutputSettings(huber_delta=2.0, output="huber").without_effect() == []


def test_mistakes_are_named():
    for layer in (
        SetsOutput(Sets(2), 1, SetsOutputSettings()),
        NumbersOutput(Vectors(2), 1, NumbersOutputSettings()),
    ):
        for y in (steps([0.0]), Ragged(torch.zeros(2, 2), torch.ones(2, dtype=torch.int64))):
            with pytest.raises(DataError, match="for each step"):
                layer.loss(steps([1.0, 2.0]), y)
