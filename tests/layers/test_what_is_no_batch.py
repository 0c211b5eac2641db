"""Padded tensors and torch's PackedSequence are what users of nn.LSTM have: each layer names the way to a batch."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any, get_type_hints

import pytest
import torch
from torch import Tensor
from torch.nn.utils.rnn import pack_sequence

from unrolled import layers
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Classes, Images, Paths, Sets, Tags, Vectors
from unrolled.decoding import n_best, viterbi
from unrolled.errors import DataError
from unrolled.kernels import expectations, log_likelihood, log_partition, recur
from unrolled.layers import (
    CRF,
    Attention,
    CharacterEncoder,
    ClassesOutput,
    ClassesOutputSettings,
    Dense,
    Frozen,
    ImagesInput,
    ImagesInputSettings,
    IndicesInput,
    IndicesInputSettings,
    NumbersOutput,
    NumbersOutputSettings,
    OrdinalOutput,
    OrdinalOutputSettings,
    PathsOutput,
    PathsOutputSettings,
    Pooling,
    Recurrent,
    SetsOutput,
    SetsOutputSettings,
    Softmax,
    TagsOutput,
    TagsOutputSettings,
    VectorsInput,
    VectorsInputSettings,
    variational,
)

TAGS = Tags(2, ((False, False), (False, False)), (False, False), 0)

LAYERS: list[Any] = [
    Recurrent("lstm", 3, 4),
    Frozen(Recurrent("gru", 3, 4)),
    Pooling("attention", 3),
    Attention("general", 3, 3),
    CharacterEncoder(5, 4),
    CRF(3),
    Softmax(3, 2),
    IndicesInput(Classes(5), IndicesInputSettings(embedding_size=3)),
    VectorsInput(Vectors(3), VectorsInputSettings()),
    ImagesInput(Images(1, 8, 8), ImagesInputSettings(num_filters=2)),
    TagsOutput(TAGS, 3, TagsOutputSettings()),
    ClassesOutput(Classes(3), 3, ClassesOutputSettings()),
    OrdinalOutput(Classes(3, ordered=True), 3, OrdinalOutputSettings()),
    PathsOutput(Paths(3), 3, PathsOutputSettings()),
    SetsOutput(Sets(3), 3, SetsOutputSettings()),
    NumbersOutput(Vectors(3), 3, NumbersOutputSettings()),
]
FUNCTIONS: list[Callable[..., Any]] = [variational, viterbi, n_best, recur, log_partition, log_likelihood, expectations]

WRONG: dict[str, object] = {
    "padded": torch.zeros(2, 3, 3),
    "packed": pack_sequence([torch.zeros(3, 3)]),
    "sequences": [torch.zeros(3, 3)],
    "nothing": None,
}


def batches_of(call: Any) -> list[str]:
    """The names of the arguments that are ragged batches."""
    if not callable(call) or inspect.isclass(call):
        return []
    function = getattr(call, "__func__", call)
    return [name for name, hint in get_type_hints(function).items() if hint is Ragged and name != "return"]


def calls() -> Iterator[Any]:
    for layer in LAYERS:
        own = [name for cls in type(layer).__mro__ if cls.__module__.startswith("unrolled.") for name in vars(cls)]
        for name in dict.fromkeys(own):
            if not isinstance(inspect.getattr_static(layer, name), property) and (
                name == "__call__" or not name.startswith("_")
            ):
                method = getattr(layer, name)
                if batches_of(method) and name != "start":  # of Recurrent: what `forward` asks
                    yield pytest.param(method, id=f"{type(layer).__name__}.{name}")
    yield from (pytest.param(function, id=function.__name__) for function in FUNCTIONS)


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize("call", list(calls()))
def test_what_is_no_batch_is_refused_with_the_way_to_one(call: Callable[..., Any], what: str) -> None:
    names = batches_of(call)
    assert names
    for wrong in names:
        given: dict[str, Any] = {}
        for parameter in inspect.signature(call).parameters.values():
            if parameter.name in names:
                given[parameter.name] = Ragged.from_list([torch.zeros(3, 3)])
            elif parameter.default is inspect.Parameter.empty:
                given[parameter.name] = None  # never reached
        given[wrong] = WRONG[what]
        with pytest.raises(DataError, match=r"Ragged\.from_padded\(padded, lengths\).*Ragged\.from_packed\(packed\)"):
            call(**given)


def test_every_public_layer_is_among_them() -> None:
    modules = {type(layer).__name__ for layer in LAYERS} | {"Dense"}
    taking: set[str] = set()
    for name in layers.__all__:
        cls = getattr(layers, name)
        if inspect.isclass(cls) and issubclass(cls, torch.nn.Module):
            methods = [method for own, method in vars(cls).items() if not own.startswith("_")]
            taking |= {name} if any(batches_of(method) for method in methods) else set()
    assert len(taking) > 10
    assert taking <= modules


def test_the_error_says_what_was_given() -> None:
    layer = Recurrent("lstm", 6, 9)
    with pytest.raises(DataError, match=r"^Recurrent: a tensor of shape \(2, 3, 6\), which does not say how long"):
        layer(torch.zeros(2, 3, 6))
    packed = pack_sequence([torch.randn(3, 6), torch.randn(1, 6)])
    with pytest.raises(DataError, match=r"^Recurrent: a PackedSequence where"):
        layer(packed)
    assert layer(Ragged.from_packed(packed))[0].rows.shape == (4, 9)
    padded: Tensor = torch.zeros(2, 3, 6)
    assert layer(Ragged.from_padded(padded, [3, 1]))[0].rows.shape == (4, 9)


@pytest.mark.parametrize("given", [Ragged.from_list([torch.zeros(3, 3)]), pack_sequence([torch.zeros(3, 3)])])
def test_dense_layers_take_rows(given: Any) -> None:
    with pytest.raises(DataError, match=r"rows \(M, 3\) of a ragged batch.*from_packed.*from_padded"):
        Dense(3, 4)(given)
