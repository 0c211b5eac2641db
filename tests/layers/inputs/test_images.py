import pytest
import torch

from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Images
from unrolled.errors import DataError
from unrolled.layers import ImagesInput, ImagesInputSettings
from unrolled.layers.inputs import images

SPACE = Images(1, 9, 12, span=2)
SETTINGS = ImagesInputSettings(num_filters=2, frame_size=5)


def some(number: int, seed: int = 0) -> Ragged:
    chance = torch.Generator().manual_seed(seed)
    return Ragged.from_list([torch.randint(0, 200, (number, 2, 9, 12), generator=chance).to(torch.uint8)])


def test_many_frames_go_through_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    layer, x = ImagesInput(SPACE, SETTINGS), some(7)
    wanted = layer(x).rows
    monkeypatch.setattr(images, "PIECE", 3)
    torch.testing.assert_close(layer(x).rows, wanted)


def test_dropout_needs_noise() -> None:
    layer, x = ImagesInput(SPACE, SETTINGS), some(4)
    assert torch.equal(layer(x).rows, layer(x).rows)
    noisy = [layer(x, torch.Generator().manual_seed(seed)).rows for seed in (1, 1, 2)]
    assert torch.equal(noisy[0], noisy[1])
    assert not torch.equal(noisy[0], noisy[2])


def test_other_pictures_are_refused() -> None:
    with pytest.raises(DataError, match=r"rows \(2, 3, 9, 12\)\. Give \(M, 2, 9, 12\)"):
        ImagesInput(SPACE, SETTINGS)(Ragged.from_list([torch.zeros(2, 3, 9, 12, dtype=torch.uint8)]))


def test_every_parameter_has_its_shape_in_symbols() -> None:
    layer = ImagesInput(SPACE, SETTINGS)
    sizes = {name: value for name, (_, value) in layer.symbols().items()}
    for name, parameter in layer.named_parameters():
        assert tuple(sizes[letter] for letter in layer.shapes()[name]) == tuple(parameter.shape)
