"""Several networks of one kind side by side, which answer as one: deep ensembles."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from unrolled.architectures.architecture import Architecture, Loss, NetworkSettings, Steps, Symbols
from unrolled.data.codecs.codec import Encoded
from unrolled.data.ragged import Ragged
from unrolled.decoding import Decoding, Hypothesis
from unrolled.errors import DataError
from unrolled.kernels import State
from unrolled.layers.initialise import generator_or_default
from unrolled.layers.outputs import Output, pooled

__all__ = ["Members", "MembersSteps", "mean_scores", "member_generators", "members_of"]

NETWORKS = "networks"


class Members(nn.Module):
    """N networks, each trained on its own loss, whose mean scores answer: an ensemble (Hansen & Salamon 1990).

    As in Lakshminarayanan, Pritzel & Blundell 2017 (arXiv:1612.01474v3) the members differ by their first weights and
    by the noise of their training, and each sees all the data; here they also share the batches. Scores are averaged
    where they average probabilities: the answer is the geometric mean of the members' distributions (`pooled`), which
    holds of label paths, too, and gives numbers their mean.

    The first member begins with the weights, and has the noise, that a network without others would have.

    Args:
        networks: of one kind, over the same spaces and with the same settings; at least one.
    """

    def __init__(self, networks: Sequence[Architecture]) -> None:
        super().__init__()
        first = networks[0]
        self.kind, self.shape, self.answers_once = first.kind, first.shape, first.answers_once
        self.settings: NetworkSettings = first.settings
        self.networks = nn.ModuleList([network.module for network in networks])

    @property
    def members(self) -> list[Architecture]:
        """The networks."""
        return [cast(Any, network) for network in self.networks]

    @property
    def output(self) -> Output:
        """What makes answers of mean scores."""
        return pooled([member.output for member in self.members])

    @property
    def module(self) -> nn.Module:
        """All that is learnt."""
        return self

    def observe(self, x_counts: Tensor | None, y_counts: Tensor | None) -> None:
        """Take in how often each symbol of x and each class of y occurs in the training data."""
        for member in self.members:
            member.observe(x_counts, y_counts)

    def apart(self, noise: torch.Generator | None) -> Iterator[tuple[Architecture, torch.Generator | None]]:
        """Yield each member with noise of its own; that of the first is `noise` itself."""
        generators = [None] * len(self.networks) if noise is None else member_generators(noise, len(self.networks))
        return zip(self.members, generators, strict=True)

    def scores(self, x: Encoded, noise: torch.Generator | None = None) -> Ragged:
        """Return the mean of the members' scores; with `noise`, under the dropouts of training."""
        return mean_scores([cast(Any, member).scores(x, own) for member, own in self.apart(noise)])

    def loss(self, x: Encoded, y: Ragged, noise: torch.Generator | None = None) -> Loss:
        """Return the sum of the members' losses, each under noise of its own: their gradients know nothing of another.

        Where x itself is changed by noise, `Model.loss` encodes it for each member anew.
        """
        return self.summed([member.loss(x, y, own) for member, own in self.apart(noise)])

    def summed(self, losses: Sequence[Loss]) -> Loss:
        """Return the sum of the members' losses over the steps of one, and what all carry, side by side."""
        total = torch.stack([loss.total for loss in losses]).sum()
        states = [loss.carried for loss in losses if loss.carried is not None]
        if len(states) < len(losses):
            return Loss(total, losses[0].steps)
        cs = [state.c for state in states if state.c is not None]
        return Loss(total, losses[0].steps, State(torch.cat([state.a for state in states], -1), _beside(cs)))

    def states_apart(self, carried: State | None) -> list[State | None]:
        """Return what each member carries, of what all carry side by side."""
        num = len(self.networks)
        if carried is None:
            return [None] * num
        cs = [None] * num if carried.c is None else carried.c.chunk(num, -1)
        return [State(a.contiguous(), c) for a, c in zip(carried.a.chunk(num, -1), cs, strict=True)]

    @torch.no_grad()
    def log_likelihood(self, x: Encoded, y: Ragged) -> Tensor:
        """Return log P(y | x) of each pair, (N,)."""
        return self.output.log_likelihood(self.scores(x), y)

    @torch.no_grad()
    def found(self, x: Encoded, decoding: Decoding) -> Sequence[Sequence[Hypothesis]]:
        """Return the hypotheses for each x, the best first; their alignment is the mean of the members'."""
        found = self.output.found(self.scores(x), decoding)
        if not decoding.alignment:
            return found
        alphas = [[best.alignment for best, *_ in member.found(x, decoding)] for member in self.members]
        return [
            [best if _lacks(each) else replace(best, alignment=torch.stack(cast(Any, each)).mean(0)), *others]
            for (best, *others), each in zip(found, zip(*alphas, strict=True), strict=True)
        ]

    def steps(self, num_sequences: int = 1) -> "MembersSteps":
        """Return the members as they are now, one step at a time.

        Raises:
            SettingsError: they must see the end of x first.
        """
        return MembersSteps([member.steps(num_sequences) for member in self.members])

    def symbols(self) -> Symbols:
        """Return the legend of the shapes."""
        return self.members[0].symbols()

    def shapes(self) -> Mapping[str, tuple[str, ...]]:
        """Return the shape of each parameter in symbols, member by member."""
        return {
            f"{NETWORKS}.{i}.{name}": shape
            for i, member in enumerate(self.members)
            for name, shape in member.shapes().items()
        }


class MembersSteps:
    """x⟨t⟩ in, the mean scores out; each member carries its own state.

    Args:
        members: the steps of each.
    """

    def __init__(self, members: Sequence[Steps]) -> None:
        self._members = members

    def step(self, x: Encoded, /) -> Ragged:
        """Return the scores after each further step, rows (M, K); x holds N sequences of length 1, or one of any."""
        return mean_scores([member.step(x) for member in self._members])

    @property
    def state(self) -> dict[str, Tensor]:
        """A copy of what each member carries, by its number: "0.a", "1.a" …"""
        return {f"{i}.{name}": part for i, member in enumerate(self._members) for name, part in member.state.items()}

    @state.setter
    def state(self, state: Mapping[str, Tensor]) -> None:
        known = [f"{i}." for i in range(len(self._members))]
        if others := [name for name in state if not name.startswith(tuple(known))]:
            raise DataError(f"The state holds {', '.join(others)}. Give one that a stream of this model gave.")
        for member, own in zip(self._members, known, strict=True):
            member.state = {name.removeprefix(own): part for name, part in state.items() if name.startswith(own)}

    def reset(self) -> None:
        """Forget the past: the next step is the first."""
        for member in self._members:
            member.reset()


def members_of(network: Architecture) -> list[Architecture]:
    """Return the members of an ensemble; of any other network itself alone."""
    return network.members if isinstance(network, Members) else [network]


def member_generators(generator: torch.Generator | None, num: int) -> list[torch.Generator]:
    """Return a generator for each of `num` members: the given one, then others that its seed and their number say."""
    first = generator_or_default(generator)
    seed = first.initial_seed() % 2**64
    seeds = [int(np.random.SeedSequence([seed, i]).generate_state(1, np.uint64)[0]) for i in range(1, num)]
    return [first, *(torch.Generator(first.device).manual_seed(own) for own in seeds)]


def mean_scores(scores: Sequence[Ragged]) -> Ragged:
    """Return the mean of the scores that several networks give the same steps."""
    if len(scores) == 1:
        return scores[0]
    return scores[0].with_rows(torch.stack([each.rows for each in scores]).mean(0))


def _beside(parts: Sequence[Tensor]) -> Tensor | None:
    return torch.cat(list(parts), -1) if parts else None


def _lacks(alignments: Sequence[Tensor | None]) -> bool:
    return any(alignment is None for alignment in alignments)
