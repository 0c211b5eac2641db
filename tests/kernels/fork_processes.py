"""Real forks of processes that have loaded, used or trained layers and models; run by test_fork.py.

    python fork_processes.py [CASE ...]

UNROLLED_ENGINE chooses the engine. A child that has not answered after LIMIT seconds is killed, and no other case
follows. One JSON object goes to standard output: for each case null, or what went wrong.
"""

import json
import multiprocessing
import os
import select
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from unrolled import CRF, Model, Ragged, Recurrent, Tagger, Vocabulary
from unrolled.kernels import forked
from unrolled.layers import Frozen

LIMIT = 60.0
THREADS = 2

Told = dict[str, Any]


class Network:
    """Recurrent layers, their frozen copy, their steps and a CRF, large enough for several threads."""

    def __init__(self) -> None:
        torch.manual_seed(1)
        self.layer = Recurrent("lstm", 200, 200, bidirectional=True)
        self.crf = CRF(6)
        self.frozen = Frozen(self.layer)
        self.stepper = Recurrent("gru", 24, 300).stepper()
        self.x = Ragged.from_list([torch.randn(T, 200) for T in (40, 1, 35, 44)])
        self.y = self.x.with_rows(torch.randint(6, (len(self.x.rows),)))

    @torch.no_grad()
    def answers(self) -> dict[str, list[float]]:
        """What inference gives, of all ways; and that of an operation which torch divides among threads."""
        rows = self.layer(self.x)[0]
        emissions = rows.with_rows(rows.rows[:, :6].contiguous())
        self.stepper.reset()
        return {
            "layer": rows.rows[::40].flatten().tolist(),
            "frozen": self.frozen(self.x)[0].rows[::40].flatten().tolist(),
            "decode": self.crf.decode(emissions)[0].rows.tolist(),
            "marginals": self.crf.marginals(emissions).rows[::40].flatten().tolist(),
            "step": [self.stepper.step(torch.ones(1, 24))[0].tolist() for _ in range(3)][-1],
            "torch": torch.ones(1 << 18).cumsum(0).sqrt()[::20_000].tolist(),
        }

    def gradients(self) -> dict[str, list[float]]:
        """Of one training step, of some weights."""
        weights: list[Tensor] = [*self.layer.parameters(), *self.crf.parameters()]
        rows = self.layer(self.x)[0]
        emissions = rows.with_rows(rows.rows[:, :6].contiguous())
        loss = rows.rows.square().sum() - self.crf.log_likelihood(emissions, self.y).sum()
        found = torch.autograd.grad(loss, weights)
        return {str(number): gradient.flatten()[::997].tolist() for number, gradient in enumerate(found)}


@contextmanager
def threads(number: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def on_one(answers: Callable[[], Told]) -> Told:
    with threads(1):
        return answers()


def close(found: dict[str, list[float]], wanted: dict[str, list[float]]) -> bool:
    return found.keys() == wanted.keys() and all(
        torch.allclose(torch.tensor(found[name]), torch.tensor(wanted[name]), rtol=1e-4, atol=1e-4) for name in wanted
    )


def listened(work: Callable[[], Any]) -> Told:
    """The answer of a call, the number of threads after it, and the warnings of a fork."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        answer = work()
    said = [str(each.message) for each in caught if each.category is RuntimeWarning]
    return {"answer": answer, "threads": torch.get_num_threads(), "said": [text for text in said if "forked" in text]}


def child(work: Callable[[], Any]) -> Told:
    """What `listened` gives in a forked child."""
    receive, send = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that threads do not survive a fork is what is tested
        pid = os.fork()
    if pid == 0:
        try:
            os.close(receive)
            text = json.dumps(listened(work))
        except BaseException:
            text = json.dumps({"error": traceback.format_exc()})
        with os.fdopen(send, "w") as file:
            file.write(text)
        os._exit(0)
    os.close(send)
    text, until = b"", time.monotonic() + LIMIT
    try:
        while True:
            if not select.select([receive], [], [], max(0.0, until - time.monotonic()))[0]:
                os.kill(pid, signal.SIGKILL)
                raise TimeoutError(f"a child has not answered in {LIMIT:.0f} s")
            part = os.read(receive, 1 << 20)
            if not part:
                break
            text += part
    finally:
        os.close(receive)
        os.waitpid(pid, 0)
    told: Told = json.loads(text)
    assert "error" not in told, told["error"]
    return told


def says_it_once(told: Told) -> None:
    assert told["threads"] == 1, told["threads"]
    assert len(told["said"]) == 1, told["said"]
    assert f"forked from one with {THREADS} threads" in told["said"][0]


network = Network()


def loaded() -> None:
    """Nothing has run in the parent: neither pool of threads is there. Runs first."""
    told = child(network.answers)
    says_it_once(told)
    assert told["answer"] == on_one(network.answers)


def used() -> None:
    mine = network.answers()
    told = child(network.answers)
    says_it_once(told)
    assert told["answer"] == on_one(network.answers)
    assert close(told["answer"], mine)
    assert network.answers() == mine  # the parent goes on, on as many threads as before
    assert torch.get_num_threads() == THREADS


def trained() -> None:
    mine = network.gradients()
    told = child(lambda: {**network.gradients(), **network.answers()})
    says_it_once(told)
    assert told["answer"] == on_one(lambda: {**network.gradients(), **network.answers()})
    assert close({name: told["answer"][name] for name in mine}, mine)


def more_threads() -> None:
    """A child that asks for threads has them, in torch's operations too."""
    mine = network.answers()

    def work() -> Told:
        torch.set_num_threads(THREADS)
        answers = network.answers()
        if sys.platform == "linux":
            assert len(list(Path("/proc/self/task").iterdir())) >= THREADS
        return {**answers, **network.gradients()}

    told = child(work)
    assert told["threads"] == THREADS
    assert told["said"] == []
    assert close({name: told["answer"][name] for name in mine}, mine)


def nested() -> None:
    network.answers()

    def work() -> Told:
        first = child(network.answers)  # before this one has spoken
        network.answers()
        silent = child(network.answers)
        torch.set_num_threads(THREADS)
        network.answers()
        return {"first": first, "silent": silent, "again": child(network.answers)}

    told = child(work)
    assert len(told["said"]) == 1, told["said"]
    wanted = on_one(network.answers)
    for name, said in (("first", 1), ("silent", 0), ("again", 1)):
        grandchild = told["answer"][name]
        assert grandchild["answer"] == wanted, name
        assert (grandchild["threads"], len(grandchild["said"])) == (1, said), name


def one_thread() -> None:
    """Who has asked for one thread before is told nothing, though a pool had been there."""
    network.answers()
    with threads(1):
        told = child(network.answers)
        assert (told["threads"], told["said"]) == (1, [])
        assert told["answer"] == network.answers()


def other_thread_forks() -> None:
    """It has a pool of its own, and is the only thread that the child has."""
    network.answers()
    found: list[Told] = []
    forker = threading.Thread(target=lambda: (network.answers(), found.append(child(network.answers))))
    forker.start()
    forker.join()
    says_it_once(found[0])
    assert found[0]["answer"] == on_one(network.answers)


def beside_training() -> None:
    """Another thread of the parent trains, with the GIL released in places, while children are forked."""
    other, done = Network(), threading.Event()
    wanted = on_one(lambda: {**network.answers(), **network.gradients()})

    def train() -> None:
        while not done.is_set():
            other.gradients()

    trainer = threading.Thread(target=train)
    trainer.start()
    try:
        for _ in range(4):
            told = child(lambda: {**network.answers(), **network.gradients(), "other": other.answers()["layer"]})
            assert told["answer"].pop("other") == wanted["layer"]
            assert told["answer"] == wanted
    finally:
        done.set()
        trainer.join()


def pool() -> None:
    network.answers()
    with multiprocessing.get_context("fork").Pool(2) as workers:
        found = workers.map_async(in_worker, range(4), chunksize=1).get(timeout=LIMIT)
    wanted = on_one(network.answers)
    assert all(told["answer"] == wanted for told in found)
    by_process = {told["process"]: 0 for told in found}
    for told in found:
        by_process[told["process"]] += len(told["said"])
    assert set(by_process.values()) == {1}, by_process


def in_worker(number: int) -> Told:
    del number
    return {**listened(network.answers), "process": os.getpid()}


WORDS = Vocabulary.from_counts({"the": 3, "bears": 2, "sat": 1})


class Encoded(Dataset[tuple[int, Told]]):
    """Examples that a codec and a layer make in the loader's worker."""

    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> tuple[int, Told]:
        return WORDS.index(["the", "bears", "sat", "kettle"][index]), listened(network.answers)


def together(examples: list[tuple[int, Told]]) -> tuple[Ragged, list[Told]]:
    rows = torch.tensor([word for word, _ in examples])
    layer = Recurrent("gru", 2, 3, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        return layer(Ragged.from_list([torch.ones(3, 2) * rows.sum()]))[0], [told for _, told in examples]


def loaders() -> None:
    """torch keeps its loaders' workers to one thread: there is nothing to say."""
    network.answers()
    loader: DataLoader[Any] = DataLoader(
        Encoded(),
        batch_size=2,
        num_workers=2,
        collate_fn=together,
        timeout=LIMIT,
        multiprocessing_context="fork",
    )
    wanted, words = on_one(network.answers), [WORDS.index(word) for word in ("the", "bears", "sat", "kettle")]
    for _ in range(2):  # each time new workers
        batches = list(loader)
        for number, (rows, told) in enumerate(batches):
            mine = together([(word, {}) for word in words[2 * number : 2 * number + 2]])[0]
            assert torch.equal(rows.rows, mine.rows)
            assert [each["answer"] for each in told] == [wanted] * 2
            assert [each["said"] for each in told] == [[], []]
    assert len(batches) == 2


X = [["Mara", "Voss", "was", "late"], ["Bo", "knots", "hold", "."]] * 6
Y = [["B-PER", "I-PER", "O", "O"], ["O"] * 4] * 6


def model() -> None:
    """The whole house: trained, used and saved before the fork, trained and used after it."""
    settings: Told = {"epochs": 2, "hidden_size": 8, "word_size": 8, "affix_size": 4, "patience": None}
    tagger = Tagger(**settings).fit(X, Y)
    mine = tagger.predict(X[:2])
    told = child(lambda: [tagger.predict(X[:2]), Tagger(**settings).fit(X, Y).predict(X[:2])])
    says_it_once(told)
    assert told["answer"][0] == mine
    assert [len(labels) for labels in told["answer"][1]] == [4, 4]
    told = child(lambda: tagger.set_params(num_threads=THREADS).fit(X, Y).predict(X[:2]))
    assert [len(labels) for labels in told["answer"]] == [4, 4]
    assert isinstance(tagger.model_, Model)


def pool_that_does_not_end() -> None:
    """Where OpenMP cannot end its threads a child of the native engine stays on one, whatever it asks for."""
    network.answers()
    true_pause, forked._pause = forked._pause, forked._never

    def work() -> Told:
        first = network.answers()
        forked._pause = true_pause  # it would wait for ever for threads that are not there
        torch.set_num_threads(THREADS)
        emissions = Ragged.from_list([torch.zeros(100, 6)] * 4)
        if os.environ.get("UNROLLED_ENGINE") != "torch":
            network.crf.decode(emissions)
        return {"first": first, "grandchild": child(lambda: on_one(network.answers))}

    try:
        told = child(work)
    finally:
        forked._pause = true_pause
    assert len(told["said"]) == 1, told["said"]
    assert "leave it at one" in told["said"][0]
    wanted = on_one(network.answers)
    assert told["answer"]["first"] == wanted
    assert told["answer"]["grandchild"]["answer"] == wanted


CASES = (
    loaded,
    used,
    trained,
    more_threads,
    nested,
    one_thread,
    other_thread_forks,
    beside_training,
    pool,
    loaders,
    model,
    pool_that_does_not_end,
)


def main(only: list[str]) -> None:
    torch.set_num_threads(THREADS)
    told: dict[str, str | None] = {}
    for case in CASES:
        if only and case.__name__ not in only:
            continue
        try:
            case()
            told[case.__name__] = None
        except Exception as error:
            told[case.__name__] = traceback.format_exc()
            if isinstance(error, TimeoutError):
                break
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])
