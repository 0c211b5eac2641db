"""Which of Keras' backends are the fastest somewhere on this machine: those that take part in `recurrent.py`.

Needs keras and the backends to compare (pip install keras jax torch tensorflow-cpu); no `unrolled`. Prints a table.
"""

import importlib
import json
import os
import statistics
import subprocess
import sys
import time
from functools import partial

import numpy as np

BACKENDS = ("jax", "torch", "tensorflow")
LAYERS = ("SimpleRNN", "GRU", "LSTM")
SIZES = ((1, 64), (8, 100), (32, 256), (128, 256))  # N, H = D
T, CALLS, WARM_UP = 64, 7, 2


def measure(jit: bool) -> None:
    """Milliseconds of a call of predict_on_batch and of train_on_batch, by layer and size, as JSON."""
    keras = importlib.import_module("keras")  # the parent asks for no backend
    rng, found = np.random.default_rng(1), dict[str, float]()
    for name in LAYERS:
        for N, H in SIZES:
            layer = getattr(keras.layers, name)(H, return_sequences=True)
            model = keras.Sequential([keras.layers.Input((T, H)), layer])
            model.compile(loss="mse", optimizer=keras.optimizers.SGD(0.0), jit_compile=jit)
            x, y = (rng.standard_normal((N, T, H), np.float32) for _ in range(2))
            calls = {"inference": partial(model.predict_on_batch, x), "training": partial(model.train_on_batch, x, y)}
            for task, call in calls.items():
                times: list[float] = []
                for _ in range(WARM_UP + CALLS):
                    start = time.perf_counter()
                    call()
                    times.append(time.perf_counter() - start)
                found[f"{task} | {name} | {N} | {H}"] = 1000 * statistics.median(times[WARM_UP:])
    print(json.dumps(found))


def main() -> None:
    columns: dict[str, dict[str, float]] = {}
    for backend in BACKENDS:
        for jit in (False, True) if backend == "tensorflow" else (backend == "jax",):
            environment = os.environ | {"KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu", "TF_CPP_MIN_LOG_LEVEL": "3"}
            command = [sys.executable, __file__, "jit" if jit else "plain"]
            ended = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
            name = f"{backend}, XLA" if jit and backend == "tensorflow" else backend
            columns[name] = json.loads(ended.stdout.splitlines()[-1])
    print(f"| milliseconds | layer | N | H | {' | '.join(columns)} |")
    print("|---|---|---:|---:|" + "---:|" * len(columns))
    for row in columns["jax"]:
        print(f"| {row} | {' | '.join(f'{column[row]:.1f}' for column in columns.values())} |")


if __name__ == "__main__":
    measure(sys.argv[1] == "jit") if len(sys.argv) > 1 else main()
