"""Rows of the input layer of pictures, with the picture before each and without."""

from functools import partial

import torch
from contract.layer_row import HANDED_OVER, Row, Sequence, by_autograd, randomised
from contract.word_rows import V
from torch import Tensor, nn

from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Images
from unrolled.layers import ImagesInput, ImagesInputSettings

__all__ = ["IMAGE_ROWS"]

HEIGHT, WIDTH, SIZE = 5, 6, 7
STEP = 255 // V


def make_images(space: Images) -> nn.Module:
    settings = ImagesInputSettings(num_convolutions=2, num_filters=2, frame_size=SIZE)
    module = randomised(ImagesInput(space, settings))
    with torch.no_grad():
        module.bx += 3  # a unit that is off says nothing
    return module


def draw_images(T: int, *, space: Images) -> Sequence:
    return {"x": torch.randint(0, V, (T, space.span * space.channels, HEIGHT, WIDTH))}


def read_images(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    x = Ragged.from_list([(one["x"] * STEP).to(torch.uint8) for one in sequences])
    HANDED_OVER.append((x.rows, x.rows.clone()))
    return [{"x": vectors} for vectors in module(x).to_list()]


def convolved(x: Tensor, W: Tensor, b: Tensor) -> Tensor:
    """A convolution with a stride of 2 as a product with every window, cut out by hand."""
    side = W.shape[2]
    padded = nn.functional.pad(x, (side // 2,) * 4)
    rows = [
        torch.stack(
            [(padded[:, i : i + side, j : j + side] * W).sum((1, 2, 3)) + b for j in range(0, x.shape[2], 2)], 1
        )
        for i in range(0, x.shape[1], 2)
    ]
    return torch.stack(rows, 1).clamp(min=0)


def read_images_plainly(module: nn.Module, sequences: list[Sequence]) -> list[Sequence]:
    """One picture after the other."""
    C = module.space.channels
    outputs: list[Sequence] = []
    for one in sequences:
        vectors: list[Tensor] = []
        for picture in (one["x"] * STEP).to(torch.float64):
            own, before = picture[:C], picture[C:]
            x = (own - 128) / 40
            if len(before):
                x = torch.cat([x, (own - before) / 20])
            found = convolved(convolved(x, module.W1, module.b1), module.W2, module.b2)
            vectors.append((module.Wx @ found.flatten() + module.bx).clamp(min=0))
        outputs.append({"x": torch.stack(vectors)})
    return outputs


def images_row(name: str, space: Images) -> Row:
    return Row(
        f"images, {name}",
        partial(make_images, space),
        partial(draw_images, space=space),
        read_images,
        (by_autograd(read_images_plainly),),
        lambda T, t: {"x": torch.arange(T) == t},
    )


IMAGE_ROWS = (
    images_row("in colour", Images(3, HEIGHT, WIDTH)),
    images_row("with the one before", Images(1, HEIGHT, WIDTH, span=2)),
)
