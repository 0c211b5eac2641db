"""What a seeded mistake in the engine is: an edit of one file of `native/`, which the self-test must see."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from native.toolbox import NATIVE, done

__all__ = ["BUILDS", "Mutant", "Unit"]

BUILDS = {
    "plain": (),
    "wide": (),
    "avx512": ("-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw", "-mfma"),
    "address": ("-fsanitize=address", "-g1"),
    "thread": ("-fsanitize=thread", "-g1"),
}
"""What shows a mistake: wrong numbers, or a sanitizer; "wide" has AVX-512's layout, "avx512" its instructions too."""

# The baseline path alone; any processor has it, in any layout.
FLAGS = ("-std=c++20", "-w", "-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math", "-DUNROLLED_PATH=baseline")
NARROW = ("-DUNROLLED_LANES=4", "-DUNROLLED_WIDTH=2", "-DUNROLLED_ROWS=6")
WIDE = ("-DUNROLLED_LANES=16", "-DUNROLLED_WIDTH=2", "-DUNROLLED_ROWS=12")


@dataclass(frozen=True)
class Mutant:
    """In `file`, from the first `after` on, the first `old` becomes `new`; without `after`, the file's only `old`."""

    name: str
    file: str
    old: str
    new: str
    after: str = ""
    build: str = "plain"

    @property
    def changes(self) -> bool:
        """Not so of the mutants that show that the self-test passes without a mistake."""
        return self.old != self.new

    def source(self) -> str:
        """The whole file with the mistake in it."""
        text = (NATIVE / self.file).read_text(encoding="utf-8")
        assert self.after in text, f"native/{self.file} does not contain {self.after!r}: bring the mutant up to date"
        begin = text.index(self.after)
        count = text.count(self.old, begin)
        expected = "after " + repr(self.after) if self.after else "exactly once"
        assert count >= 1 if self.after else count == 1, (
            f"native/{self.file} does not contain {self.old!r} {expected}: bring the mutant up to date"
        )
        return text[:begin] + text[begin:].replace(self.old, self.new, 1)

    def run(self, compiler: str, folder: Path, units: list["Unit"]) -> subprocess.CompletedProcess[str]:
        """Compile what reads the file once more, with the mistake, link it with the other units, and run it."""
        folder.mkdir()
        for path in NATIVE.iterdir():
            if path.name != self.file:
                (folder / path.name).symlink_to(path)
        (folder / self.file).write_text(self.source(), encoding="utf-8")
        # -O0: it runs but once, and not far.
        mutated = [
            Unit.compile(compiler, folder / unit.source.name, folder, self.build, "-O0").object
            if self.file in unit.reads
            else unit.object
            for unit in units
        ]
        assert any(path.parent == folder for path in mutated), f"nothing reads native/{self.file}"
        program = folder / "mutant"
        done(compiler, *BUILDS[self.build], *mutated, "-pthread", "-ldl", "-o", program)
        return subprocess.run(
            [program, "--few"],
            env=os.environ | {"TSAN_OPTIONS": "halt_on_error=1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=580,
        )


@dataclass(frozen=True)
class Unit:
    """A source that is compiled by itself: its object, and the names of the files that it reads."""

    source: Path
    object: Path
    reads: frozenset[str]

    @staticmethod
    def compile(compiler: str, source: Path, folder: Path, build: str, optimisation: str) -> "Unit":
        """Unless the folder holds its object."""
        layout = WIDE if build in ("wide", "avx512") else NARROW
        target, rule = folder / f"{source.stem}_{build}.o", folder / f"{source.stem}_{build}.d"
        if not target.exists():
            flags = (*FLAGS, *layout, *BUILDS[build], optimisation, "-MMD", "-MF", rule)
            done(compiler, *flags, "-c", source, "-o", target)
        reads = (Path(word).name for word in rule.read_text(encoding="utf-8").split())
        return Unit(source, target, frozenset(reads))

    @staticmethod
    def compile_all(compiler: str, folder: Path, build: str) -> list["Unit"]:
        """Every source but the binding; the first process that asks for them compiles them."""
        sources = sorted(path for path in NATIVE.glob("*.cpp") if path.name != "bind.cpp")
        with FileLock(folder / f"{build}.lock"), ThreadPoolExecutor(max_workers=2) as pool:
            return list(pool.map(lambda path: Unit.compile(compiler, path, folder, build, "-O1"), sources))
