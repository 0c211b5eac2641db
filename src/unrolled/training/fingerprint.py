"""What a run is of: its network, settings and data, so that a checkpoint is never taken for another run's."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from unrolled.training.piece_settings import PieceSettings
from unrolled.training.settings import FitSettings

__all__ = ["differences", "fingerprint"]

_FREE = frozenset({"checkpoint_seconds", "num_threads"})
"""Settings that change neither the weights nor when the run ends."""


def fingerprint(
    network: nn.Module,
    settings: FitSettings,
    train_lengths: Sequence[int],
    valid_lengths: Sequence[int],
    pieces: PieceSettings | None = None,
) -> dict[str, Any]:
    """Describe a run, as JSON: parameter shapes, settings, and the number and lengths of the examples."""
    return {
        "network": {name: f"{str(t.dtype)[6:]} {list(t.shape)}" for name, t in network.state_dict().items()},
        "settings": {**settings.to_dict(), **({} if pieces is None else pieces.to_dict())},
        "training": _of_lengths(train_lengths),
        "dev": _of_lengths(valid_lengths),
        "threads": torch.get_num_threads(),  # told when it changes, but no reason to refuse
    }


def differences(saved: Mapping[str, Any], asked: Mapping[str, Any]) -> list[str]:
    """What keeps a run from going on from a checkpoint, one sentence each; empty where nothing does.

    `epochs` may have been raised where no schedule is spread over them, and `patience` too: such a run ends with the
    weights that it would have had if it had been started so.
    """
    found = _of_networks(saved.get("network", {}), asked["network"])
    found += _of_settings(saved.get("settings", {}), asked["settings"])
    for name in ("training", "dev"):
        old, new = saved.get(name, {}), asked[name]
        if old.get("examples") != new["examples"]:
            found.append(f"The {name} set had {old.get('examples')} examples and now has {new['examples']}.")
        elif old != new:
            found.append(f"The {name} set's examples have other lengths than before: other data, or another order.")
    return found


def _of_lengths(lengths: Sequence[int]) -> dict[str, Any]:
    digest = hashlib.sha256(np.asarray(lengths, dtype="<i8").tobytes()).hexdigest()
    return {"examples": len(lengths), "lengths": digest}


def _of_networks(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    shown = [f"{name} was {old.get(name, 'absent')} and is {new.get(name, 'absent')}" for name in names[:3]]
    if len(names) > len(shown):
        shown.append(f"and {len(names) - len(shown)} more differ")
    return [f"The network is another: {'; '.join(shown)}."] if names else []


def _of_settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    for name in {**old, **new}:
        was, now = old.get(name), new.get(name)
        if was == now or name in _FREE:
            continue
        reason = ""
        if name == "epochs":
            if was is None or now < was:
                reason = " It can be raised, not lowered."
            elif new["schedule"] in {"linear", "cosine"} or new["warmup"] > 0:
                reason = " The learning rate's schedule is spread over all epochs, so more of them is another run."
            else:
                continue
        elif name == "patience":
            if now is None or (was is not None and now > was):
                continue
            reason = " It can be raised, not lowered."
        found.append(f"{name} was {was!r} and is {now!r}.{reason}")
    return found
