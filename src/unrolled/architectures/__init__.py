"""The five shapes of sequence models, over spaces."""

from unrolled.architectures.architecture import Architecture, Loss, NetworkSettings, Steps
from unrolled.architectures.encoder_decoder import EncoderDecoder, EncoderDecoderSettings
from unrolled.architectures.many_to_many import ManyToMany, ManyToManySettings
from unrolled.architectures.many_to_one import ManyToOne, ManyToOneSettings
from unrolled.architectures.one_to_one import OneToOne, OneToOneSettings
from unrolled.architectures.table import ARCHITECTURES, build_network, network_settings

__all__ = [
    "ARCHITECTURES",
    "Architecture",
    "EncoderDecoder",
    "EncoderDecoderSettings",
    "Loss",
    "ManyToMany",
    "ManyToManySettings",
    "ManyToOne",
    "ManyToOneSettings",
    "NetworkSettings",
    "OneToOne",
    "OneToOneSettings",
    "Steps",
    "build_network",
    "network_settings",
]
