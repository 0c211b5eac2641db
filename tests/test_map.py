"""The house in one look: which room may import which, proved on the syntax trees of all files."""

import ast
import importlib
from pathlib import Path

import pytest

import unrolled

SOURCE = Path(unrolled.__file__).parent
ORDER = (
    "errors",
    "settings",
    "disk",
    "textbook",
    "data",
    "kernels",
    "decoding",
    "layers",
    "architectures",
    "metrics",
    "pictures",
    "model_files",
    "stream",
    "model",
    "training",
    "tasks",
    "runs",
    "estimators",
    "cli",
)
"""A file may import from its own room and from rooms to its left."""

LAZY_ROOMS = ("cli",)
"""Rooms whose functions may import: the bodies of commands, so that help does not wait for torch."""

FILES = sorted(path for path in SOURCE.rglob("*.py") if path != SOURCE / "__init__.py")


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> list[tuple[str, int]]:
    """Rooms of our own that a tree imports, with the line."""
    found: list[tuple[str, int]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            modules = [node.module or ""]
        elif isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        else:
            continue
        for module in modules:
            if module == "unrolled" and isinstance(node, ast.ImportFrom):
                found += [(alias.name, node.lineno) for alias in node.names if alias.name != "__version__"]
            elif module.startswith("unrolled."):
                found.append((module.split(".")[1], node.lineno))
    return found


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_every_room_has_its_place() -> None:
    assert {room_of(path) for path in FILES} <= set(ORDER)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_go_one_way(path: Path) -> None:
    own = ORDER.index(room_of(path))
    for room, line in imports(parse(path)):
        assert ORDER.index(room) <= own, f"{path}:{line}: {room_of(path)} may not import {room}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_stand_at_the_top(path: Path) -> None:
    if room_of(path) in LAZY_ROOMS:
        return
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            late = [line for child in node.body for _, line in imports(child)]
            assert not late, f"{path}:{late[0]}: import inside {node.name}"


def test_files_of_a_room_do_not_import_in_a_circle() -> None:
    modules = {
        ".".join(("unrolled", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__"): path
        for path in FILES
    }
    graph: dict[str, set[str]] = {
        name: {
            # `from room import file` asks for the file, `from room import name` for the room.
            full if (full := f"{node.module}.{alias.name}") in modules else str(node.module)
            for node in parse(path).body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        & set(modules)
        for name, path in modules.items()
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        if name not in done:
            for other in graph[name]:
                visit(other, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def lists(path: Path) -> bool:
    """Whether a module only has a docstring, imports and `__all__`."""
    for number, node in enumerate(parse(path).body):
        docstring = number == 0 and isinstance(node, ast.Expr)
        names = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        if not (docstring or names or isinstance(node, ast.Import | ast.ImportFrom)):
            return False
    return True


@pytest.mark.parametrize("path", [p for p in FILES if p.name == "__init__.py"], ids=lambda p: p.parent.name)
def test_a_room_lists_its_public_names_and_does_nothing_else(path: Path) -> None:
    assert lists(path)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_what_a_module_lists_is_there(path: Path) -> None:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    module = importlib.import_module(".".join(("unrolled", *parts)).removesuffix(".__init__"))
    if parts[-1] == "__main__":
        return
    assert all(hasattr(module, name) for name in module.__all__)


def test_the_package_exports_what_it_lists() -> None:
    assert list(unrolled.__all__) == sorted(unrolled.__all__)
    for name in unrolled.__all__:
        assert getattr(unrolled, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Tager'"):
        _ = unrolled.Tager
