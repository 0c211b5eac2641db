"""The five shapes of a sequence problem, each a network with `loss` and `predict`."""

from unrolled.architectures.many_to_many import ManyToMany, ManyToManySettings, Sizes

__all__ = ["ManyToMany", "ManyToManySettings", "Sizes"]
