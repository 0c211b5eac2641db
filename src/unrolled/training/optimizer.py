"""torch's optimisers behind the settings' names, their state as flat tensors, and gradient norms."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from unrolled.errors import RunError
from unrolled.training.settings import FitSettings

__all__ = ["Optimizer"]

_FUSED_DEVICES = frozenset({"cpu", "cuda", "mps"})


class Optimizer:
    """The optimiser of a network's trainable parameters, dense, with its state under the parameters' names.

    Args:
        network: parameters with `requires_grad=False` are left alone.
        settings: `optimizer`, `weight_decay`, `momentum`, `beta1`, `beta2`, `epsilon` and `clip_norm` are read.

    Raises:
        RunError: the network has nothing to train.
    """

    def __init__(self, network: nn.Module, settings: FitSettings) -> None:
        named = {name: p for name, p in network.named_parameters() if p.requires_grad}
        if not named:
            raise RunError("The network has no trainable parameter. Set requires_grad on what is to be trained.")
        self.names = list(named)
        self._parameters = list(named.values())
        self._clip_norm = settings.clip_norm
        self._torch = _torch_optimizer(self._parameters, settings)

    def zero_gradients(self) -> None:
        """Forget the gradients of the last step."""
        self._torch.zero_grad(set_to_none=True)

    def gradient_norm(self) -> Tensor:
        """The Euclidean norm of all gradients together, still on the device."""
        return nn.utils.get_total_norm([p.grad for p in self._parameters if p.grad is not None])

    def step(self, learning_rate: float, norm: Tensor, norm_value: float) -> None:
        """Clip the gradients, whose norm is given as a tensor and as a number, and descend."""
        if self._clip_norm is not None and norm_value > self._clip_norm:
            nn.utils.clip_grads_with_norm_(self._parameters, self._clip_norm, norm)
        for group in self._torch.param_groups:
            group["lr"] = learning_rate
        self._torch.step()

    def tensors(self) -> dict[str, Tensor]:
        """The state as flat tensors: "<parameter>/<moment>"."""
        state: dict[int, dict[str, Any]] = self._torch.state_dict()["state"]
        return {
            f"{self.names[i]}/{key}": value
            for i, moments in state.items()
            for key, value in moments.items()
            if isinstance(value, Tensor)  # SGD without momentum holds a None
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go on from what `tensors` gave.

        Raises:
            RunError: a moment of another network or shape.
        """
        state: dict[int, dict[str, Tensor]] = {}
        for name, tensor in tensors.items():
            parameter, _, moment = name.rpartition("/")
            i = self.names.index(parameter) if parameter in self.names else -1
            if i < 0 or (tensor.shape != self._parameters[i].shape and not (moment == "step" and tensor.ndim == 0)):
                raise RunError(f"The checkpoint's optimiser state {name!r} is not of this network. Start a new run.")
            state.setdefault(i, {})[moment] = tensor
        self._torch.load_state_dict({"state": state, "param_groups": self._torch.state_dict()["param_groups"]})


def _torch_optimizer(parameters: list[nn.Parameter], settings: FitSettings) -> torch.optim.Optimizer:
    lr, decay = settings.learning_rate, settings.weight_decay
    # One pass over each parameter, element by element, hence the same bits for the same number of threads.
    fused = all(p.is_floating_point() and p.device.type in _FUSED_DEVICES for p in parameters)
    if settings.optimizer == "sgd":
        return torch.optim.SGD(parameters, lr, settings.momentum, weight_decay=decay, fused=fused)
    kind = torch.optim.Adam if settings.optimizer == "adam" else torch.optim.AdamW
    betas = (settings.beta1, settings.beta2)
    return kind(parameters, lr, betas, settings.epsilon, weight_decay=decay, fused=fused)
