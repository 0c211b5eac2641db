import pytest
import torch
from tiny import TinyTagger
from torch import nn

from unrolled.errors import RunError
from unrolled.training import FitSettings
from unrolled.training.optimizer import Optimizer

VALUES = {"learning_rate": 0.05, "weight_decay": 0.1, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-6, "clip_norm": None}


def plain_step(kind: str, w, g, m, v, *, t):
    """One parameter's step as the papers write it."""
    lr, decay, b1, b2, eps = 0.05, 0.1, 0.8, 0.95, 1e-6
    if kind == "adamw":
        w = w - lr * decay * w
    else:
        g = g + decay * w
    if kind == "sgd":
        m = g if t == 1 else 0.9 * m + g
        return w - lr * m, m, v
    m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
    return w - lr * (m / (1 - b1**t)) / ((v / (1 - b2**t)).sqrt() + eps), m, v


@pytest.mark.parametrize("kind", ["adam", "adamw", "sgd"])
def test_each_optimizer_equals_its_plain_twin_through_a_change_of_hands(kind: str):
    settings = FitSettings.from_dict(VALUES | {"optimizer": kind} | ({"momentum": 0.9} if kind == "sgd" else {}))
    generator = torch.Generator().manual_seed(0)
    network = nn.Linear(3, 2, dtype=torch.float64)
    network.extra = nn.Parameter(torch.ones(2), requires_grad=False)
    optimizer = Optimizer(network, settings)
    twins = [(p.detach().clone(), torch.zeros_like(p), torch.zeros_like(p)) for p in (network.weight, network.bias)]
    for t in range(1, 6):
        gradients = [torch.randn(p.shape, generator=generator, dtype=torch.float64) for p, _, _ in twins]
        network.weight.grad, network.bias.grad = (g.clone() for g in gradients)
        norm = optimizer.gradient_norm()
        assert norm.item() == pytest.approx(sum((g**2).sum().item() for g in gradients) ** 0.5)
        optimizer.step(0.05, norm, norm.item())
        twins = [plain_step(kind, w, g, m, v, t=t) for (w, m, v), g in zip(twins, gradients, strict=True)]
        torch.testing.assert_close(network.weight.detach(), twins[0][0])
        torch.testing.assert_close(network.bias.detach(), twins[1][0])
        flat = {name: tensor.clone() for name, tensor in optimizer.tensors().items()}
        optimizer = Optimizer(network, settings)
        optimizer.restore(flat)
    assert torch.equal(network.extra, torch.ones(2))


CLASSES = {
    "adam": lambda parameters: torch.optim.Adam(parameters, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1, fused=True),
    "adamw": lambda parameters: torch.optim.AdamW(
        parameters, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1, fused=True
    ),
    "sgd": lambda parameters: torch.optim.SGD(parameters, momentum=0.9, weight_decay=0.1, fused=True),
}


@pytest.mark.parametrize("kind", CLASSES)
def test_each_optimizer_equals_torchs_class_to_the_bit(kind: str):
    settings = FitSettings.from_dict(
        VALUES | {"optimizer": kind, "clip_norm": 1.0} | ({"momentum": 0.9} if kind == "sgd" else {})
    )
    generator = torch.Generator().manual_seed(0)
    ours, theirs = nn.Linear(30, 20), nn.Linear(30, 20)
    theirs.load_state_dict(ours.state_dict())
    optimizer, reference = Optimizer(ours, settings), CLASSES[kind](theirs.parameters())
    for rate in (0.05, 0.04, 0.03, 0.02):
        for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
            p.grad = torch.randn(p.shape, generator=generator)
            q.grad = p.grad.clone()
        norm = optimizer.gradient_norm()
        optimizer.step(rate, norm, norm.item())
        nn.utils.clip_grad_norm_(theirs.parameters(), 1.0)
        reference.param_groups[0]["lr"] = rate
        reference.step()
        assert all(map(torch.equal, ours.parameters(), theirs.parameters()))


def test_a_parameter_that_got_no_gradient_has_no_state():
    network = TinyTagger().network
    optimizer = Optimizer(network, FitSettings())
    network[1].bias.grad = torch.ones(4)
    norm = optimizer.gradient_norm()
    optimizer.step(0.1, norm, norm.item())
    assert set(optimizer.tensors()) == {"1.bias/step", "1.bias/exp_avg", "1.bias/exp_avg_sq"}


@pytest.mark.parametrize(
    "name", ["1.bias/exp_avg", "2.bias/exp_avg", "exp_avg", "1.bias/step", "1.bias/momentum_buffer"]
)
def test_state_of_another_network_is_refused(name: str):
    with pytest.raises(RunError, match="not of this network"):
        Optimizer(TinyTagger().network, FitSettings()).restore({name: torch.zeros(5)})


def test_half_a_state_is_refused():
    with pytest.raises(RunError, match="not whole"):
        Optimizer(TinyTagger().network, FitSettings()).restore({"1.bias/exp_avg": torch.zeros(4)})


def test_nothing_to_train_is_told():
    network = nn.Linear(2, 2).requires_grad_(False)
    with pytest.raises(RunError, match="no trainable parameter"):
        Optimizer(network, FitSettings())
