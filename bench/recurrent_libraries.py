"""The libraries of the recurrent benchmark: their contestants at a point, and what their processes need."""

from collections.abc import Callable
from dataclasses import dataclass, field

from recurrent_grid import Point

OURS = "unrolled"
# No peers, ours once more: x being the row of a word, and weights of half the bytes.
WORDS = "unrolled, words"
BFLOAT16 = "unrolled, bfloat16"
OWN = (OURS, WORDS, BFLOAT16)
LIMIT = "matrix product"
PRODUCT_SIDE = 2048
PRODUCT_FLOPS = 2.0 * PRODUCT_SIDE**3


@dataclass(frozen=True, slots=True)
class Library:
    """A library has one process and may bring several contestants to a point, or none."""

    module: str  # in peers/
    contestants: Callable[[Point], list[str]]  # names in the module's BUILDERS[point.task]
    packages: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


def of_ours(point: Point) -> list[str]:
    """A step's x may be a word's row, whose product with Wax is looked up; for one sequence rounded weights may pay."""
    if point.task == "step":
        return list(OWN)
    return [OURS, BFLOAT16] if point.task == "inference" and point.N == 1 else [OURS]


def of_torch(point: Point) -> list[str]:
    return ["torch layer", "torch cell"] if point.task == "step" else ["torch packed", "torch padded"]


def of_torch_compile(point: Point) -> list[str]:
    """The whole loop compiles anew at every point, for up to minutes: some points must do."""
    some = (point.N == 1 and point.H in (64, 256)) or (point.N == 32 and point.H == 256)
    return (
        ["torch.compile"]
        if point.task == "step" or (some and point.directions == 1 and point.lengths == "equal")
        else []
    )


def of_jax(point: Point) -> list[str]:
    """Unrolling pays on one sequence only."""
    return ["jax", "jax, unroll 4"] if point.N == 1 and point.task != "step" else ["jax"]


def of_onnxruntime(point: Point) -> list[str]:
    """It does not train; one step may be quicker without a second thread."""
    return {
        "training": [],
        "inference": ["onnxruntime"],
        "step": ["onnxruntime", "onnxruntime, 1 thread"],
    }[point.task]


LIBRARIES = {
    OURS: Library("ours", of_ours, ("unrolled", "numpy")),
    "torch": Library("torch_layers", of_torch, ("torch",)),
    "torch.compile": Library("torch_compiled", of_torch_compile, ("torch",)),
    "jax": Library("jax_scan", of_jax, ("jax", "jaxlib"), {"JAX_PLATFORMS": "cpu"}),
    "keras-jax": Library(
        "keras_jax", lambda _: ["keras, jax"], ("keras",), {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    ),
    "keras-tensorflow": Library(
        "keras_tensorflow",
        lambda _: ["keras, tensorflow", "keras, tensorflow XLA"],
        ("tensorflow-cpu",),
        {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"},
    ),
    "onnxruntime": Library("onnx_runtime", of_onnxruntime, ("onnxruntime", "onnx")),
}
PEERS = [name for name in LIBRARIES if name != OURS]
MACHINE = Library("limits", lambda _: [LIMIT], ("torch",))


def packages() -> tuple[str, ...]:
    """Of all libraries, each once."""
    return tuple(dict.fromkeys(package for library in LIBRARIES.values() for package in library.packages))
