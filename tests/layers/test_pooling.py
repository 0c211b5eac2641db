import pytest
import torch

from unrolled.data.ragged import Ragged
from unrolled.errors import DataError, SettingsError
from unrolled.layers import Pooling


def test_attention_scores_of_any_size_leave_no_nan():
    layer = Pooling("attention", 1, attention_size=1)
    layer.Wea.data.fill_(1.0)
    layer.ve.data.fill_(1e30)
    a = Ragged.from_list([torch.tensor([[-9.0], [9.0], [-9.0]]), torch.tensor([[-9.0]])])
    assert layer(a).flatten().tolist() == [9.0, -9.0]
    assert layer.alpha(a).rows.tolist() == [0.0, 1.0, 0.0, 1.0]
    carried = layer.start(1, a.rows)
    for row, so_far in zip(a.rows[:3].split(1), (-9.0, 9.0, 9.0), strict=True):
        p, carried = layer.step(row, carried)
        assert p.tolist() == [[so_far]]


def test_equal_maxima_share_the_gradient_as_in_torch():
    rows = torch.tensor([[1.0], [1.0], [0.0]], requires_grad=True)
    Pooling("max", 1)(Ragged.from_list([rows])).sum().backward()
    assert rows.grad is not None
    assert rows.grad.flatten().tolist() == [0.5, 0.5, 0.0]


def test_a_step_writes_nothing_over():
    layer, a = Pooling("mean", 2), torch.ones(1, 2)
    first = layer.start(1, a)
    _, carried = layer.step(a, first)
    kept = {name: value.clone() for name, value in carried.items()}
    layer.step(a, carried)
    assert not first["sum"].any()
    assert all(torch.equal(carried[name], value) for name, value in kept.items())


def test_mistakes_are_named():
    with pytest.raises(SettingsError, match="last, mean, max, attention"):
        Pooling("median", 2)
    with pytest.raises(SettingsError, match="pooling=max does not weigh"):
        Pooling("max", 2).alpha(Ragged.from_list([torch.ones(1, 2)]))
    with pytest.raises(SettingsError, match="bidirectional=false"):
        Pooling("last", 2, num_directions=2).start(1, torch.ones(()))
    with pytest.raises(DataError, match=r"Give \(M, 3\)"):
        Pooling("mean", 3)(Ragged.from_list([torch.ones(1, 2)]))
    with pytest.raises(DataError, match=r"Give \(M, 3\)"):
        Pooling("last", 3).step(torch.ones(1, 2), {})
