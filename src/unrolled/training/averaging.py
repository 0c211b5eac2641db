"""An exponential moving average of the weights."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from unrolled.errors import RunError

__all__ = ["MovingAverage"]


class MovingAverage:
    """The bias-corrected exponential moving average of a network's trainable parameters.

    Averages of the weights along a run are those of Polyak & Juditsky (1992); this one forgets its beginning.

    After t updates it is Σ_{i≤t} β^(t-i) w_i / Σ_{i≤t} β^(t-i), with β the decay: the correction of Adam (Kingma & Ba
    2015, section 3) applied to weights, so that early averages do not lean towards the initial weights. It is kept in
    the corrected form, average += (1-β) / (1-β^t) · (w_t - average), which is w_1 itself after the first update.

    Args:
        network: its trainable parameters are followed, from their present values.
        decay: β, at least 0 and below 1.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self._parameters = {name: p for name, p in network.named_parameters() if p.requires_grad}
        self._decay = decay
        self.tensors = {name: p.detach().clone() for name, p in self._parameters.items()}

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights after a step (the first step is 1)."""
        share = (1.0 - self._decay) / (1.0 - self._decay**step)
        for name, parameter in self._parameters.items():
            self.tensors[name].lerp_(parameter, share)

    @torch.no_grad()
    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go on from a checkpoint's average.

        Raises:
            RunError: it is not of this network.
        """
        if {k: v.shape for k, v in tensors.items()} != {k: v.shape for k, v in self.tensors.items()}:
            raise RunError("The checkpoint's averaged weights are not of this network. Start a new run.")
        for name, tensor in tensors.items():
            self.tensors[name].copy_(tensor)

    @contextmanager
    def in_network(self) -> Generator[None]:
        """Put the average into the network, and the network's own weights back afterwards, bit for bit."""
        with torch.no_grad():
            own = {name: p.clone() for name, p in self._parameters.items()}
        try:
            _copy(self.tensors, self._parameters)
            yield
        finally:
            _copy(own, self._parameters)


@torch.no_grad()
def _copy(tensors: Mapping[str, Tensor], parameters_out: Mapping[str, nn.Parameter]) -> None:
    for name, parameter in parameters_out.items():
        parameter.copy_(tensors[name])
