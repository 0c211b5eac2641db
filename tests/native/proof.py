"""What the proof of the native engine stands on, how much of it is due, and the record that it passed."""

import hashlib
import math
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from native.mutant import Mutant
from native.mutants import MUTANTS

__all__ = ["Journal", "Proof", "Step", "digest_of", "drawn", "due", "missing", "seed_of"]

PART = 10  # every such part of the mutants runs where the whole proof is on record
RECORD = "native/proved.sha256"


def files_of(root: Path) -> list[Path]:
    """All that decides the proof: the engine, its self-test, how they are built, the mutants and the tests."""
    engine = [path for path in (root / "native").rglob("*") if path.is_file() and not path.name.startswith(".")]
    tests = list((root / "tests" / "native").glob("*.py"))
    return sorted({root / "CMakeLists.txt", *engine, *tests} - {root / RECORD})


def digest_of(root: Path, files: Iterable[Path] | None = None) -> str:
    """SHA-256 of the names and the contents of the files, by default of all that decides the proof."""
    found = hashlib.sha256()
    for path in files_of(root) if files is None else files:
        content = path.read_bytes()
        found.update(f"{path.relative_to(root).as_posix()}\n{len(content)}\n".encode() + content)
    return found.hexdigest()


def seed_of(root: Path) -> str:
    """The commit that is checked out, or outside of git the digest of the engine."""
    command = ["git", "-c", "safe.directory=*", "rev-parse", "HEAD"]
    try:
        commit = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        commit = ""
    return commit or digest_of(root, [path for path in files_of(root) if root / "native" in path.parents])


@dataclass(frozen=True)
class Proof:
    """Where the proof stands: the sources' digest, that of the last record, and what the draw hangs on."""

    digest: str
    recorded: str
    seed: str

    @staticmethod
    def of(root: Path) -> "Proof":
        record = root / RECORD
        recorded = record.read_text(encoding="utf-8").strip() if record.exists() else ""
        return Proof(digest_of(root), recorded, seed_of(root))

    @property
    def on_record(self) -> bool:
        return self.digest == self.recorded


@dataclass(frozen=True)
class Step:
    """A test of the native engine: its mutant, if it has one, and whether only the whole proof asks for it."""

    name: str
    mutant: Mutant | None = None
    whole: bool = False


def drawn(mutants: Sequence[Mutant], seed: str) -> list[Mutant]:
    """A tenth of the mutants, rounded up, which the seed alone decides; every mutant has the same chance."""
    order = sorted(mutants, key=lambda mutant: hashlib.sha256(f"{seed} {mutant.name}".encode()).digest())
    return order[: math.ceil(len(mutants) / PART)]


def due(steps: Sequence[Step], proof: Proof) -> set[str]:
    """Names of the steps to run: all, or where just these sources are on record the quick ones and some mutants."""
    if not proof.on_record:
        return {step.name for step in steps}
    mistakes = [step.mutant for step in steps if step.mutant and step.mutant.changes]
    today = drawn(mistakes, proof.seed)
    builds = {mutant.build for mutant in today}
    return {
        step.name
        for step in steps
        if not step.whole
        and (not step.mutant or step.mutant in today or (not step.mutant.changes and step.mutant.build in builds))
    }


class Journal:
    """The steps of a proof that have passed, on disk at once, so that a proof that was stopped goes on where it was."""

    def __init__(self, root: Path, digest: str):
        self._root, self._digest = root, digest
        self._passed = root / "build" / "proof" / f"{digest}.passed"
        self._wanted = self._passed.with_suffix(".wanted")

    def want(self, names: Iterable[str]) -> None:
        """All steps that there are; several processes may say so at a time."""
        self._wanted.parent.mkdir(parents=True, exist_ok=True)
        self._wanted.write_text("".join(f"{name}\n" for name in sorted(names)), encoding="utf-8")

    def add(self, name: str) -> None:
        """A step has passed."""
        self._passed.parent.mkdir(parents=True, exist_ok=True)
        with self._passed.open("a", encoding="utf-8") as file:
            file.write(f"{name}\n")

    def passed(self) -> set[str]:
        return set(lines(self._passed))

    def begin_anew(self) -> None:
        """A step has failed: what passed beside it counts no more."""
        self._passed.unlink(missing_ok=True)

    def record(self) -> str:
        """Write the record if everything passed and the sources are still the same; else say why not."""
        left = missing(set(lines(self._wanted)), self.passed(), self._root)
        if left:
            return f"{len(left)} steps have not passed, such as {left[0]}"
        if digest_of(self._root) != self._digest:
            return "the sources have changed while the proof ran"
        (self._root / RECORD).write_text(f"{self._digest}\n", encoding="utf-8")
        self.begin_anew()
        return ""


def missing(wanted: set[str], passed: set[str], root: Path) -> list[str]:
    """What a proof still lacks: steps that have not passed, files without a step, mutants without one."""
    files = {f"tests/native/{path.name}" for path in (root / "tests" / "native").glob("test_*.py")}
    mutants = {mutant.name for mutant in MUTANTS} - {
        found[1] for name in wanted if (found := re.search(r"\[(.*)\]", name))
    }
    return sorted([*(wanted - passed), *(files - {name.split("::")[0] for name in wanted}), *mutants])


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
