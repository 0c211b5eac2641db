"""The noise of a step: a function of (seed, step), so that a checkpoint needs no generator's state."""

import torch

__all__ = ["mix", "noise_of_step"]

_MASK = 2**64 - 1


def mix(seed: int, step: int) -> int:
    """Scatter (seed, step) over the 64-bit numbers.

    The finaliser of splitmix64 (Steele, Lea & Flood 2014) is taken twice: of the seed, then of that plus the step times
    the golden-ratio constant. For one seed it is one-to-one in the step.

    >>> mix(0, 1) != mix(1, 0)
    True
    """
    return _splitmix(_splitmix(seed) + step * 0x9E3779B97F4A7C15)


def noise_of_step(seed: int, step: int, device: torch.device | str = "cpu") -> torch.Generator:
    """The generator from which all noise of a step (dropout, augmentation) is drawn."""
    return torch.Generator(device).manual_seed(mix(seed, step))


def _splitmix(number: int) -> int:
    number &= _MASK
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _MASK
    return number ^ (number >> 31)
