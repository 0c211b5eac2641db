"""Whether the native engine runs: found or not, switched off or on."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from unrolled.errors import SettingsError
from unrolled.kernels import library


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    library.load.cache_clear()
    yield
    library.load.cache_clear()


def test_it_can_be_switched_off_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNROLLED_ENGINE", "torch")
    assert library.load() is None


def test_another_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNROLLED_ENGINE", "cuda")
    with pytest.raises(SettingsError, match='"native" or "torch"'):
        library.load()


def test_an_instruction_path_that_is_not_here_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNROLLED_PATH", "sse9")
    with pytest.raises(SettingsError, match=r"'sse9'.*can run .*baseline"):
        library.load()


@pytest.mark.parametrize("name", ["baseline", ""])
def test_a_variable_forces_an_instruction_path(name: str) -> None:
    engine = library.load()
    assert engine is not None
    program = "from unrolled.kernels import instruction_path; print(instruction_path())"
    environment = os.environ | {"UNROLLED_PATH": name}
    found = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.split() == [name or engine.paths()[0]]


def test_where_the_extension_is_missing_a_warning_says_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(f"no {name}")

    monkeypatch.setattr(library, "import_module", missing)
    with pytest.warns(RuntimeWarning, match="native engine is not here") as found:
        assert [library.load(), library.load()] == [None, None]
    assert len(found) == 1


def test_the_engine_runs_on_a_path_of_this_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNROLLED_ENGINE", raising=False)
    engine = library.load()
    assert engine is not None
    assert engine.path() in engine.paths()
    with pytest.raises(ValueError, match="no instruction path"):
        engine.use_path("sse9")
