"""The settings of a stack of recurrent layers, which several architectures share, and the stack that they make."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch

from unrolled.kernels import NUM_GATES, Cell
from unrolled.layers.recurrent import Recurrent
from unrolled.settings import LARGEST_SIZE, Settings, setting

__all__ = ["RecurrentSettings", "recurrent_shapes", "recurrent_stack", "recurrent_symbols"]


@dataclass(frozen=True, kw_only=True)
class RecurrentSettings(Settings):
    """What a stack of recurrent layers is made of.

    Attributes:
        cell: "rnn" (tanh), "rnn_relu", "gru" or "lstm".
        hidden_size: H, units of each direction of each layer.
        num_layers: recurrent layers, one on another.
        bidirectional: whether a⟨t⟩ may look at what follows; false for a model that answers while x arrives.
        initial_state: a⟨0⟩, "zero" or "learned".
        input_dropout: of the inputs of the recurrent layers, one mask for all steps of a sequence (Gal & Ghahramani
            2016, arXiv:1512.05287v5).
        dropout: of their outputs, likewise.
    """

    title: ClassVar[str] = "network setting"

    cell: Cell = setting("gru", when=("num_layers", bool))
    hidden_size: int = setting(200, least=1, most=LARGEST_SIZE, when=("num_layers", bool))
    num_layers: int = setting(1, least=1, most=100)
    bidirectional: bool = setting(True, when=("num_layers", bool))
    initial_state: Literal["zero", "learned"] = setting("zero", when=("num_layers", bool))
    input_dropout: float = setting(0.4, below=1)
    dropout: float = setting(0.5, below=1)


def recurrent_stack(
    settings: RecurrentSettings, input_size: int, generator: torch.Generator | None = None
) -> Recurrent:
    """Return the stack that the settings describe, reading rows of `input_size`."""
    return Recurrent(
        settings.cell,
        input_size,
        settings.hidden_size,
        num_layers=settings.num_layers,
        bidirectional=settings.bidirectional,
        variational_dropout=settings.input_dropout,
        initial_state=settings.initial_state,
        generator=generator,
    )


def recurrent_symbols(settings: RecurrentSettings, input_size: int) -> Mapping[str, tuple[str, int]]:
    """Return the letters of the shapes of a stack."""
    return {
        "D": ("length of x⟨t⟩", input_size),
        "H": ("units of a direction", settings.hidden_size),
        "G": (f"gates of the cell, {settings.cell}", NUM_GATES[settings.cell]),
        "B": ("directions", 2 if settings.bidirectional else 1),
        "L": ("recurrent layers", settings.num_layers),
    }


def recurrent_shapes(recurrent: Recurrent, width: str = "D", between: str = "B·H") -> Mapping[str, tuple[str, ...]]:
    """Return the shape of each parameter of a stack in symbols, by its name.

    `width` is what the rows that it reads are called, `between` those that each layer hands to the next.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name, _ in recurrent.named_parameters():
        shapes = {
            "Wax": ("G·H", width if name.startswith("layers.0.") else between),
            "Waa": ("G·H", "H"),
            "ba": ("G·H",),
            "ban": ("H",),
        }
        found[name] = shapes.get(name.rpartition(".")[2], ("L", "B", "H"))
    return found
