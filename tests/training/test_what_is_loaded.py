"""A training's process holds only what it needs: the compiler of torch and matplotlib take 100 MiB and seconds."""

import subprocess
import sys

TRAIN = """
import sys
from unrolled import Tagger

X, y = [["Teddy", "Roosevelt", "won"], ["Teddy", "bears", "won"]], [["B-PER", "I-PER", "O"], ["O", "O", "O"]]
for optimizer in ("adam", "adamw", "sgd"):
    Tagger(epochs=1, hidden_size=4, optimizer=optimizer).fit(X, y, dev=(X, y)).predict(X)
print([name for name in ("torch._dynamo", "torch._inductor", "sympy", "matplotlib") if name in sys.modules])
"""


def test_an_estimator_loads_neither_torchs_compiler_nor_matplotlib() -> None:
    done = subprocess.run([sys.executable, "-c", TRAIN], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
