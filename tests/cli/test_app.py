import os
import subprocess
import sys

import pytest

from unrolled import __version__

HEAVY = ("torch", "numpy", "sklearn", "matplotlib", "safetensors", "rich.table", "unrolled.model")
LOOK = (
    "import sys; sys.argv = ['unrolled', *sys.argv[1:]]\n"
    "from unrolled.cli import main\n"
    "try: main()\n"
    "except SystemExit as end: code = end.code\n"
    f"print('LOADED', [name for name in {HEAVY} if name in sys.modules], len(sys.modules), code)"
)


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    done = subprocess.run([sys.executable, "-c", LOOK, *arguments], capture_output=True, text=True, check=True)
    loaded, _, rest = done.stdout.rpartition("LOADED ")[2].partition("] ")
    count, code = map(int, rest.split())
    assert loaded == "["
    assert code == 0
    assert count < 400


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({}, "2000"),
        ({"GOMP_SPINCOUNT": "7"}, "7"),
        ({"OMP_WAIT_POLICY": "ACTIVE"}, "None"),
    ],
)
def test_idle_threads_spin_briefly_unless_told_otherwise(given: dict[str, str], kept: str) -> None:
    others = {name: value for name, value in os.environ.items() if name not in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")}
    script = LOOK + "\nimport os; print('SPIN', os.environ.get('GOMP_SPINCOUNT'))"
    command = [sys.executable, "-c", script, "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=others | given)
    assert done.stdout.rpartition("SPIN ")[2].strip() == kept


def test_help_documents_verbs_and_exit_codes(unrolled) -> None:
    text = unrolled("--help").stdout
    for word in ("train", "evaluate", "predict", "inspect", "check", "Exit codes", "130  interrupted", "NO_COLOR"):
        assert word in text, word
    assert not set(text) & set("─│╭╰\x1b")


def test_version(unrolled) -> None:
    assert unrolled("--version").stdout == f"unrolled {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["trian", "ner"], "Did you mean 'train'"),
        (["train", "nre"], "no task 'nre'. Did you mean 'ner'"),
        (["train", "missing.csv"], "neither a task nor a file 'missing.csv'. The tasks are "),
        (["check", "nerr", "file"], "Did you mean 'ner'"),
        (["train", "ner", "--set", "epoch=3"], "no setting 'epoch'. Did you mean 'epochs'"),
        (["train", "ner", "--set", "epochs=many"], "epochs is 'many'"),
        (["train", "ner", "--set", "epochs"], "Write epochs=VALUE"),
        (["train", "ner", "--set", "train=x"], "Give it with --train"),
        (["train", "ner", "--resume", "--overwrite", "--out", "nowhere"], "resume"),
        (["train", "ner", "--dev", "x"], "no training file"),
        (["train"], "TASK"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_mistake_in_the_command_gives_one_message_and_2(unrolled, arguments: list[str], message: str) -> None:
    result = unrolled(*arguments)
    assert result.exit_code in (2, 5)
    assert result.exit_code == 2 or "--resume" in arguments
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""
