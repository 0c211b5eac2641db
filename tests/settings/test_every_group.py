"""What holds for every class of settings of the library."""

from collections.abc import Iterator

import pytest

import unrolled.architectures
import unrolled.data.codecs
import unrolled.layers
import unrolled.training
from unrolled.settings import Settings, meanings


def groups(cls: type[Settings] = Settings) -> Iterator[type[Settings]]:
    for own in cls.__subclasses__():
        if own.__module__.startswith("unrolled."):
            yield own
        yield from groups(own)


@pytest.mark.parametrize("group", sorted(set(groups()), key=lambda group: group.__name__))
def test_every_setting_is_explained_and_its_default_can_be(group: type[Settings]) -> None:
    assert set(group.names()) <= set(meanings(group))
    assert all(meanings(group)[name].endswith(".") for name in group.names())
    assert group.from_dict(group().to_dict()) == group()
    assert group().changed() == {}
    assert group().without_effect() == []


def test_the_words_of_settings_without_effect() -> None:
    words = unrolled.layers.WordsInputSettings
    assert words(character_encoder="recurrent").without_effect() == [
        "character_encoder has no effect: character_size is 0."
    ]
    assert words(word_dropout=0.5, word_size=0).without_effect() == ["word_dropout has no effect: word_size is 0."]
    assert unrolled.data.codecs.WordsSettings(vectors_words=5).without_effect() == [
        "vectors_words has no effect: vectors is None."
    ]
    assert unrolled.training.FitSettings(momentum=0.9).without_effect() == [
        "momentum has no effect: optimizer is 'adam'."
    ]
