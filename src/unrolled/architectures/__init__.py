"""The five shapes of sequence models, over spaces."""

from unrolled.architectures.architecture import Architecture, EnsembleSettings, Loss, NetworkSettings, Steps
from unrolled.architectures.encoder_decoder import EncoderDecoder, EncoderDecoderSettings
from unrolled.architectures.in_pieces import scores_in_pieces
from unrolled.architectures.many_to_many import ManyToMany, ManyToManySettings
from unrolled.architectures.many_to_one import ManyToOne, ManyToOneSettings
from unrolled.architectures.members import Members, mean_scores, members_of
from unrolled.architectures.one_to_one import OneToOne, OneToOneSettings
from unrolled.architectures.table import ARCHITECTURES, build_network, network_settings
from unrolled.architectures.taking_over import SYMBOLS_OF_X, SYMBOLS_OF_Y, take_over

__all__ = [
    "ARCHITECTURES",
    "SYMBOLS_OF_X",
    "SYMBOLS_OF_Y",
    "Architecture",
    "EncoderDecoder",
    "EncoderDecoderSettings",
    "EnsembleSettings",
    "Loss",
    "ManyToMany",
    "ManyToManySettings",
    "ManyToOne",
    "ManyToOneSettings",
    "Members",
    "NetworkSettings",
    "OneToOne",
    "OneToOneSettings",
    "Steps",
    "build_network",
    "mean_scores",
    "members_of",
    "network_settings",
    "scores_in_pieces",
    "take_over",
]
