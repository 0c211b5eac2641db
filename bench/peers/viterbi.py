"""The likeliest path through a hidden Markov model whose states have few predecessors each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Chain:
    """States and the logarithms of what leads from one to another; an arc that is not there is impossible."""

    first: NDArray[np.int64]  # (S, P) the predecessors of each state, 0 where it has fewer
    arcs: Floats  # (S, P) of the arc from each predecessor, -inf where there is none
    table: NDArray[np.int64]  # (S,) the column of the emissions that each state has
    ends: Floats  # (S,) of beginning in the state, and of ending in it


def chain_of(arcs: Sequence[tuple[int, int, float]], table: Sequence[int], ends: dict[int, float]) -> Chain:
    """From arcs (state, next state, log) and the states, with their logs, in which a path may begin and end."""
    number = len(table)
    before: list[list[tuple[int, float]]] = [[] for _ in range(number)]
    for state, following, log in arcs:
        before[following].append((state, log))
    width = max(map(len, before))
    first = np.zeros((number, width), np.int64)
    logs = np.full((number, width), -np.inf, np.float32)
    for state, found in enumerate(before):
        for column, (other, log) in enumerate(found):
            first[state, column], logs[state, column] = other, log
    border = np.full(number, -np.inf, np.float32)
    border[list(ends)] = list(ends.values())
    return Chain(first, logs, np.asarray(table), border)


def viterbi(chain: Chain, emissions: Floats) -> NDArray[np.int64]:
    """(T,) the states of the likeliest path, from log-emissions (T, E); a Python step a base, all states at once.

    Raises:
        ValueError: no path is possible.
    """
    states = np.arange(len(chain.table))
    came = np.zeros((len(emissions), len(states)), np.uint8)
    score = chain.ends + emissions[0, chain.table]
    rows = (emissions[i : i + 4096, chain.table] for i in range(0, len(emissions), 4096))
    for t, row in enumerate(row for block in rows for row in block):
        if t:
            ways = score[chain.first] + chain.arcs
            column = came[t] = ways.argmax(1)
            score = ways[states, column] + row
            if not t % 1024:
                score -= score.max()  # float32 keeps its digits
    score = score + chain.ends
    path = np.empty(len(emissions), np.int64)
    path[-1] = score.argmax()
    if score[path[-1]] == -np.inf:
        raise ValueError("No path is possible.")
    for t in range(len(path) - 1, 0, -1):
        path[t - 1] = chain.first[path[t], came[t, path[t]]]
    return path
