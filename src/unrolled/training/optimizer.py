"""Adam, AdamW and SGD behind the settings' names: torch's steps, their state as flat tensors, and gradient norms.

torch's functions are called, not its optimiser classes: making one of those loads torch's compiler, which takes 70 MiB
and seconds, and has nothing to compile here.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.optim.adam import adam
from torch.optim.sgd import sgd

from unrolled.architectures import Members
from unrolled.errors import RunError
from unrolled.training.settings import FitSettings

__all__ = ["Optimizer"]

_FUSED_DEVICES = frozenset({"cpu", "cuda", "mps"})
_STEP = "step"


class Optimizer:
    """The optimiser of a network's trainable parameters, dense, with its state under the parameters' names.

    Each member of an ensemble has its gradients clipped by their own norm, as if it were trained alone.

    Args:
        network: parameters with `requires_grad=False` are left alone.
        settings: `optimizer`, `weight_decay`, `momentum`, `beta1`, `beta2`, `epsilon` and `clip_norm` are read.

    Raises:
        RunError: the network has nothing to train.
    """

    def __init__(self, network: nn.Module, settings: FitSettings) -> None:
        self._parameters = {name: p for name, p in network.named_parameters() if p.requires_grad}
        if not self._parameters:
            raise RunError("The network has no trainable parameter. Set requires_grad on what is to be trained.")
        self._apart: list[list[Tensor]] = [
            [p for p in part.parameters() if p.requires_grad]
            for part in (network.networks if isinstance(network, Members) else [network])
        ]
        self._norms: list[Tensor] = []
        self._settings = settings
        self._moments = _moments(settings)
        self._state: dict[str, dict[str, Tensor]] = {}
        # One pass over each parameter, element by element, hence the same bits for the same number of threads.
        self._fused = all(p.is_floating_point() and p.device.type in _FUSED_DEVICES for p in self._parameters.values())

    def zero_gradients(self) -> None:
        """Forget the gradients of the last step."""
        for parameter in self._parameters.values():
            parameter.grad = None

    @property
    def num_networks(self) -> int:
        """How many networks are trained side by side, the loss being the sum of theirs."""
        return len(self._apart)

    def gradient_norm(self) -> Tensor:
        """The Euclidean norm of all gradients together, of several networks the largest; still on the device."""
        self._norms = [
            nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None]) for parameters in self._apart
        ]
        return self._norms[0] if len(self._norms) == 1 else torch.stack(self._norms).max()

    @torch.no_grad()
    def step(self, learning_rate: float, norm: Tensor, norm_value: float) -> None:
        """Clip the gradients, whose norm is given as `gradient_norm` found it and as a number, and descend."""
        settings = self._settings
        if settings.clip_norm is not None and norm_value > settings.clip_norm:
            norms = [norm] if len(self._apart) == 1 else self._norms
            for apart, own in zip(self._apart, norms, strict=True):
                if len(self._apart) == 1 or float(own) > settings.clip_norm:
                    nn.utils.clip_grads_with_norm_(apart, settings.clip_norm, own)
        parameters: list[Tensor] = []
        gradients: list[Tensor] = []
        states: list[dict[str, Tensor]] = []
        for name, parameter in self._parameters.items():
            if parameter.grad is not None:
                parameters.append(parameter)
                gradients.append(parameter.grad)
                states.append(self._state_of(name, parameter))
        moments = [[state[moment] for state in states] for moment in self._moments]
        if settings.optimizer == "sgd":
            sgd(
                parameters,
                gradients,
                [*moments[0]] if moments else [None] * len(parameters),
                fused=self._fused,
                weight_decay=settings.weight_decay,
                momentum=settings.momentum,
                lr=learning_rate,
                dampening=0.0,
                nesterov=False,
                maximize=False,
            )
            return
        steps, exp_avgs, exp_avg_sqs = moments
        adam(
            parameters,
            gradients,
            exp_avgs,
            exp_avg_sqs,
            [],
            steps,
            fused=self._fused,
            decoupled_weight_decay=settings.optimizer == "adamw",
            amsgrad=False,
            beta1=settings.beta1,
            beta2=settings.beta2,
            lr=learning_rate,
            weight_decay=settings.weight_decay,
            eps=settings.epsilon,
            maximize=False,
        )

    def tensors(self) -> dict[str, Tensor]:
        """The state as flat tensors: "<parameter>/<moment>"."""
        return {f"{name}/{key}": tensor for name, state in self._state.items() for key, tensor in state.items()}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go on from what `tensors` gave.

        Raises:
            RunError: a moment of another network, optimiser or shape.
        """
        self._state = {}
        for name, tensor in tensors.items():
            parameter, _, moment = name.rpartition("/")
            p = self._parameters.get(parameter)
            if p is None or moment not in self._moments or tensor.shape != _shape(moment, p):
                raise RunError(f"The checkpoint's optimiser state {name!r} is not of this network. Start a new run.")
            self._state_of(parameter, p)[moment] = tensor.to(p.device)
        if len(tensors) != len(self._state) * len(self._moments):
            raise RunError("The checkpoint's optimiser state is not whole. Start a new run.")

    def _state_of(self, name: str, parameter: Tensor) -> dict[str, Tensor]:
        """The moments of a parameter, nought before its first gradient."""
        if name not in self._state:
            self._state[name] = {
                moment: torch.zeros(_shape(moment, parameter), dtype=_dtype(moment, parameter), device=parameter.device)
                for moment in self._moments
            }
        return self._state[name]


def _moments(settings: FitSettings) -> tuple[str, ...]:
    """What is kept of each parameter, in torch's words."""
    if settings.optimizer == "sgd":
        return ("momentum_buffer",) if settings.momentum else ()
    return (_STEP, "exp_avg", "exp_avg_sq")


def _shape(moment: str, parameter: Tensor) -> torch.Size:
    return torch.Size() if moment == _STEP else parameter.shape


def _dtype(moment: str, parameter: Tensor) -> torch.dtype:
    return torch.float32 if moment == _STEP else parameter.dtype
