"""What is wrong with one raw value."""

from dataclasses import dataclass

__all__ = ["Fault"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one raw value: phrases without a full stop."""

    found: str
    way_out: str
