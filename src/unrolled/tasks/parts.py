"""How training data are divided: a group of settings that every task has."""

from dataclasses import dataclass
from typing import ClassVar

from unrolled.settings import Settings, setting

__all__ = ["PartSettings"]


@dataclass(frozen=True, kw_only=True)
class PartSettings(Settings):
    """How the training data are divided.

    Attributes:
        dev_fraction: the share of the training examples, drawn by `seed`, that is set aside where no dev set is given.
    """

    title: ClassVar[str] = "data setting"

    dev_fraction: float = setting(0.1, above=0, below=1)
