"""Gradient descent: θ := θ - α ∂L/∂θ."""

from unrolled.errors import DataError
from unrolled.textbook.cell import Gradients, Weights

__all__ = ["descend"]


def descend(weights: Weights, gradients: Gradients, alpha: float) -> Weights:
    """One step down: new weights, each minus the learning rate α times its gradient; the old ones are left alone.

    Gradients of other things (`dx`, `da0`) are ignored. Raises DataError where a weight has no gradient.

    >>> import numpy as np
    >>> descend({"by": np.array([1.0])}, {"dby": np.array([4.0])}, alpha=0.25)
    {'by': array([0.])}
    """
    missing = [name for name in weights if "d" + name not in gradients]
    if missing:
        raise DataError(f"no gradient for {', '.join(missing)}; found {', '.join(gradients)}")
    return {name: theta - alpha * gradients["d" + name] for name, theta in weights.items()}
