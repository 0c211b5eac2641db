"""What is wrong with one raw value."""

from dataclasses import dataclass

from unrolled.errors import DataError

__all__ = ["Fault"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one raw value: phrases without a full stop."""

    found: str
    way_out: str

    def error(self, number: int) -> DataError:
        """Return the error to raise for the example of that number, from 1."""
        return DataError(f"Example {number} has {self.found}. {self.way_out}.")
