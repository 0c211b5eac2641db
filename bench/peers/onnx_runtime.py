"""ONNX Runtime in the recurrent benchmark: its RNN, GRU and LSTM operators on a padded batch with the lengths."""

import os

import numpy as np
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from recurrent_grid import NUM_GATES
from recurrent_problem import Answers, Builder, Problem, Run, reorder_gates, split_outputs, stepping

ORDERS = {"rnn": (0,), "gru": (1, 0, 2), "lstm": (0, 3, 1, 2)}  # its z, r, n and i, o, f, g out of torch's order
OPERATORS = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}
OPSET = 22
THREADS = int(os.environ["OMP_NUM_THREADS"])  # its own default counts cores of its own idea


def weights_of(problem: Problem) -> dict[str, np.ndarray]:
    """W (directions, G·H, D), R (directions, G·H, H) and B (directions, 2·G·H)."""
    order, H = ORDERS[problem.point.cell], problem.point.H
    W, R, B = [], [], []
    for weights in problem.weights:
        W.append(reorder_gates(weights["Wax"], order))
        R.append(reorder_gates(weights["Waa"], order))
        second = np.zeros_like(weights["ba"])
        if "ban" in weights:
            second[-H:] = weights["ban"]
        B.append(np.concatenate([reorder_gates(weights["ba"], order), second]))
    return {"W": np.stack(W), "R": np.stack(R), "B": np.stack(B)}


def session(problem: Problem, inputs: list[str], outputs: list[str], threads: int) -> ort.InferenceSession:
    """One node whose optional inputs and outputs are those named; weights are constants, packed once."""
    point = problem.point
    E, N, H = point.directions, point.N, point.H
    shapes = {
        "X": ("T", N, H),
        "lengths": (N,),
        "a0": (E, N, H),
        "c0": (E, N, H),
        "Y": ("T", E, N, H),
        "a": (E, N, H),
        "c": (E, N, H),
    }
    types = {"lengths": TensorProto.INT32}
    infos = {name: helper.make_tensor_value_info(name, types.get(name, 1), shape) for name, shape in shapes.items()}
    places = ["X", "W", "R", "B", "lengths", "a0"] + (["c0"] if point.cell == "lstm" else [])
    given = ["X", "W", "R", "B", *inputs]
    node = helper.make_node(
        OPERATORS[point.cell],
        [name if name in given else "" for name in places],
        [name if name in outputs else "" for name in ("Y", "a", "c")[: 3 if point.cell == "lstm" else 2]],
        hidden_size=H,
        direction="bidirectional" if E == 2 else "forward",
        **({"linear_before_reset": 1} if point.cell == "gru" else {}),
    )
    graph = helper.make_graph(
        [node],
        "recurrence",
        [infos[name] for name in ("X", *inputs)],
        [infos[name] for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in weights_of(problem).items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    return ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def inference(problem: Problem) -> Run:
    ragged = problem.is_ragged
    runtime = session(problem, ["lengths"] if ragged else [], ["Y"], THREADS)
    feeds = {"X": problem.padded(problem.x_MD)}
    if ragged:
        feeds["lengths"] = problem.sorted_lengths.astype(np.int32)

    def call() -> np.ndarray:
        return runtime.run(["Y"], feeds)[0]

    def answers() -> Answers:
        y_TNEH = call().swapaxes(1, 2)
        y_ME = problem.rows(y_TNEH.reshape(*y_TNEH.shape[:2], -1))
        return split_outputs(y_ME, problem.point.directions)

    return Run(call, answers)


def step(problem: Problem, threads: int) -> Run:
    """Arrays in, arrays out."""
    is_lstm = NUM_GATES[problem.point.cell] == NUM_GATES["lstm"]
    names = ["a", "c"] if is_lstm else ["a"]
    runtime = session(problem, [f"{name}0" for name in names], names, threads)
    x_11D = problem.x_MD[None]

    def advance(state: list[np.ndarray]) -> list[np.ndarray]:
        feeds = {"X": x_11D, "a0": state[0]}
        if is_lstm:
            feeds["c0"] = state[1]
        return runtime.run(names, feeds)

    return stepping(advance, [part[None] for part in problem.states], lambda state: state)


BUILDERS: dict[str, dict[str, Builder]] = {
    "training": {},
    "inference": {"onnxruntime": inference},
    "step": {
        "onnxruntime": lambda problem: step(problem, THREADS),
        "onnxruntime, 1 thread": lambda problem: step(problem, 1),
    },
}
