"""What a seeded mistake in the path of a layer is: an edit of one function's source, a row it shows on, a law."""

import inspect
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import pytest

__all__ = ["Mutant"]


@dataclass(frozen=True)
class Mutant:
    """`target` is "module:function" or "module:Class.method"; in its source `old` becomes `new`."""

    name: str
    target: str
    old: str
    new: str
    row: str
    law: str

    def apply(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put the mutant in the function's place until monkeypatch takes it back."""
        module_name, path = self.target.split(":")
        owner = module = import_module(module_name)
        *classes, name = path.split(".")
        for step in classes:
            owner = getattr(owner, step)
        original = inspect.unwrap(getattr(owner, name))
        source = textwrap.dedent(inspect.getsource(original))
        assert source.count(self.old) == 1, f"{self.target} does not contain {self.old!r} once"
        space: dict[str, Callable[..., object]] = {}
        exec(compile(source.replace(self.old, self.new), f"<{self.name}>", "exec"), vars(module), space)
        mutant, unchanged = space[name], getattr(owner, name)
        # Whoever imported the function by name has it too.
        for holder in [owner, *(module for key, module in sys.modules.items() if key.startswith("unrolled."))]:
            if vars(holder).get(name) is unchanged or holder is owner:
                monkeypatch.setattr(holder, name, mutant)
