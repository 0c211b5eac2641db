"""The five laws, each a function `law(book, row)` that raises AssertionError where the textbook `book` breaks it.

`book` is the module `unrolled.textbook`, or a mutant of it. Every law reads ragged lists of sequences, one of them of
length 1, in float64, with random asymmetric weights.
"""

from collections.abc import Callable
from types import ModuleType

import numpy as np
import torch
from contract.case import FINITE_DIFFERENCES, ROUNDING, Case, Untouched, arrays, draw, numeric_gradient, same
from contract.cells import Row, gradients_of, torch_twin
from torch.nn.utils.rnn import pack_sequence, unpack_sequence

from unrolled.textbook import Activation, Array, Cell, Gradients, State, Weights

__all__ = ["LAWS", "alone", "causality", "gradient", "parity", "purity"]


def gradient(book: ModuleType, row: Row) -> None:
    """1. Every gradient equals finite differences: one layer both ways, layers of two directions, the whole loss."""
    one, two = draw(book, row), draw(book, row, num_layers=2, num_directions=2, H=2)
    for n in range(len(one.xs)):
        _gradient_of_unroll(book, one, n, reverse=False)
        _gradient_of_unroll(book, one, n, reverse=True)
        _gradient_of_loss(book, one, n, "sigmoid")
        _gradient_of_loss(book, one, n, "softmax")
    for n in range(2):
        _gradient_of_deep(book, two, n)


def _gradient_of_unroll(book: ModuleType, case: Case, n: int, *, reverse: bool) -> None:
    weights, x, state, P, Q = case.weights[0][0], case.xs[n], case.states[n][0][0], case.P[n], case.Q[n][0][0]

    def value() -> float:
        unrolled = book.unroll(case.cell, weights, x, state, reverse=reverse)
        return float(np.sum(unrolled.a * P) + sum(s @ q for s, q in zip(unrolled.state, Q, strict=True)))

    unrolled = book.unroll(case.cell, weights, x, state, reverse=reverse)
    gradients = book.unroll_back(case.cell, weights, unrolled, P, Q)
    same(gradients["dx"], numeric_gradient(value, x), "dx", FINITE_DIFFERENCES)
    _compare(case.cell, gradients, weights, state, value)


def _gradient_of_deep(book: ModuleType, case: Case, n: int) -> None:
    x, states, P, Q = case.xs[n], case.states[n], case.P[n], case.Q[n]

    def value() -> float:
        forward = book.deep(case.cell, case.weights, x, states)
        last = zip(arrays(forward.states), arrays(Q), strict=True)
        return float(np.sum(forward.a * P) + sum(s @ q for s, q in last))

    forward = book.deep(case.cell, case.weights, x, states)
    dx, gradients = book.deep_back(case.cell, case.weights, forward, P, Q)
    same(dx, numeric_gradient(value, x), "dx of deep", FINITE_DIFFERENCES)
    for l, directions in enumerate(case.weights):
        for d, weights in enumerate(directions):
            _compare(case.cell, gradients[l][d], weights, states[l][d], value)


def _gradient_of_loss(book: ModuleType, case: Case, n: int, activation: Activation) -> None:
    weights, x, y, state = case.weights[0][0], case.xs[n], case.ys[n], case.states[n][0][0]

    def loss() -> float:
        z = book.forward_pass(case.cell, weights, x, state, activation=activation).z
        return float(np.sum(book.cross_entropy(z, y, activation)))

    forward = book.forward_pass(case.cell, weights, x, state, activation=activation)
    gradients = book.backward_pass(case.cell, weights, forward, y)
    same(gradients["dx"], numeric_gradient(loss, x), "dx of the loss", FINITE_DIFFERENCES)
    _compare(case.cell, gradients, weights, state, loss)
    for name in ("Wya", "by"):
        same(gradients["d" + name], numeric_gradient(loss, weights[name]), "d" + name, FINITE_DIFFERENCES)


def _compare(cell: Cell, gradients: Gradients, weights: Weights, state: State, value: Callable[[], float]) -> None:
    for name in cell.shapes(1, 1):
        same(gradients["d" + name], numeric_gradient(value, weights[name]), "d" + name, FINITE_DIFFERENCES)
    for name, part in zip(cell.state, state, strict=True):
        same(gradients[f"d{name}0"], numeric_gradient(value, part), f"d{name}0", FINITE_DIFFERENCES)


def parity(book: ModuleType, row: Row) -> None:
    """2. Values and every gradient equal torch.nn on the packed ragged batch, whose sequences differ in length."""
    for num_layers, num_directions in ((1, 1), (1, 2), (2, 2)):
        _parity_of_deep(book, row, draw(book, row, num_layers=num_layers, num_directions=num_directions))
    _parity_of_loss(book, row, draw(book, row))


def _parity_of_deep(book: ModuleType, row: Row, case: Case) -> None:
    twin = torch_twin(row, case.weights)
    xs = [torch.tensor(x, requires_grad=True) for x in case.xs]
    initial = [_torch_states(case.states, s).requires_grad_() for s in range(len(case.cell.state))]
    packed, last = twin(pack_sequence(xs, enforce_sorted=False), initial[0] if len(initial) == 1 else tuple(initial))
    last = [last] if len(initial) == 1 else last
    outputs = unpack_sequence(packed)
    value = sum((a * torch.tensor(P)).sum() for a, P in zip(outputs, case.P, strict=True))
    value += sum((part * _torch_states(case.Q, s)).sum() for s, part in enumerate(last))
    value.backward()

    totals: list[list[Gradients]] = [[{} for _ in directions] for directions in case.weights]
    for n, x in enumerate(case.xs):
        forward = book.deep(case.cell, case.weights, x, case.states[n])
        dx, gradients = book.deep_back(case.cell, case.weights, forward, case.P[n], case.Q[n])
        same(forward.a, outputs[n].detach().numpy(), "a", ROUNDING)
        same(dx, xs[n].grad.numpy(), "dx", ROUNDING)
        for l, directions in enumerate(gradients):
            for d, one in enumerate(directions):
                at = l * len(directions) + d
                for s, part in enumerate(case.cell.state):
                    same(forward.states[l][d][s], last[s][at, n].detach().numpy(), f"last {part}", ROUNDING)
                    same(one[f"d{part}0"], initial[s].grad[at, n].numpy(), f"d{part}0", ROUNDING)
                for name in case.cell.shapes(1, 1):
                    totals[l][d]["d" + name] = totals[l][d].get("d" + name, 0.0) + one["d" + name]
    for l, directions in enumerate(totals):
        for d, one in enumerate(directions):
            for name, wanted in gradients_of(twin, l, d).items():
                same(one[name], wanted, f"{name} of layer {l}, direction {d}", ROUNDING)


def _torch_states(states: list[list[list[State]]], s: int) -> torch.Tensor:
    """Part s of all states in torch's order, (num_layers · num_directions, N, H)."""
    return torch.tensor(
        np.array([[direction[s] for layer in one for direction in layer] for one in states]).swapaxes(0, 1)
    )


def _parity_of_loss(book: ModuleType, row: Row, case: Case) -> None:
    weights = case.weights[0][0]
    twin = torch_twin(row, case.weights)
    for x, y in zip(case.xs, case.ys, strict=True):
        for activation in ("sigmoid", "softmax"):
            forward = book.forward_pass(case.cell, weights, x, activation=activation)
            a, _ = twin(torch.tensor(x))
            z = (a @ torch.tensor(weights["Wya"]).T + torch.tensor(weights["by"])).detach().requires_grad_()
            if activation == "softmax":
                losses = torch.nn.functional.cross_entropy(z, torch.tensor(y.argmax(1)), reduction="none")
                y_hat = torch.softmax(z, dim=1)
            else:
                entropy = torch.nn.BCEWithLogitsLoss(reduction="none")
                losses = entropy(z, torch.tensor(y)).sum(1)
                y_hat = torch.sigmoid(z)
            losses.sum().backward()
            same(forward.unrolled.a, a.detach().numpy(), "a from a state of zero", ROUNDING)
            same(forward.y_hat, y_hat.detach().numpy(), "y_hat", ROUNDING)
            same(book.cross_entropy(forward.z, y, activation), losses.detach().numpy(), "loss", ROUNDING)
            same(book.cross_entropy_back(forward.z, y, activation), z.grad.numpy(), "dz", ROUNDING)


def alone(book: ModuleType, row: Row) -> None:
    """3. A sequence gives the same whatever was read before it, and in two pieces what it gives whole."""
    case = draw(book, row)
    cell, weights = case.cell, case.weights[0][0]
    for reverse in (False, True):
        in_order = [book.unroll(cell, weights, x, reverse=reverse).a for x in case.xs]
        backwards = [book.unroll(cell, weights, x, reverse=reverse).a for x in case.xs[::-1]][::-1]
        for one, other in zip(in_order, backwards, strict=True):
            assert np.array_equal(one, other), "the order of the sequences matters"
        for x, states in zip(case.xs, case.states, strict=True):
            state = states[0][0]
            whole = book.unroll(cell, weights, x, state, reverse=reverse)
            for t in range(len(x) + 1):
                pieces = [x[t:], x[:t]] if reverse else [x[:t], x[t:]]
                first = book.unroll(cell, weights, pieces[0], state, reverse=reverse)
                second = book.unroll(cell, weights, pieces[1], first.state, reverse=reverse)
                a = [second.a, first.a] if reverse else [first.a, second.a]
                same(np.concatenate(a), whole.a, f"a in pieces at {t}", ROUNDING)
                for part, wanted in zip(second.state, whole.state, strict=True):
                    same(part, wanted, f"last state in pieces at {t}", ROUNDING)


def purity(book: ModuleType, row: Row) -> None:
    """4. Going back twice gives the same gradients, and no argument of any pass changes."""
    case = draw(book, row, num_layers=2, num_directions=2)
    for n, x in enumerate(case.xs):
        with Untouched(case):
            forward = book.deep(case.cell, case.weights, x, case.states[n])
        with Untouched(case, forward):
            first = book.deep_back(case.cell, case.weights, forward, case.P[n], case.Q[n])
        with Untouched(case, forward, first):
            second = book.deep_back(case.cell, case.weights, forward, case.P[n], case.Q[n])
        for one, other in zip(arrays(first), arrays(second), strict=True):
            assert np.array_equal(one, other), "a second pass back differs from the first"
    case = draw(book, row)
    weights = case.weights[0][0]
    for x, y in zip(case.xs, case.ys, strict=True):
        with Untouched(case):
            forward = book.forward_pass(case.cell, weights, x, activation="softmax")
        with Untouched(case, forward):
            book.cross_entropy(forward.z, y, "softmax")
            first = book.backward_pass(case.cell, weights, forward, y)
        with Untouched(case, forward, first):
            second = book.backward_pass(case.cell, weights, forward, y)
        for one, other in zip(arrays(first), arrays(second), strict=True):
            assert np.array_equal(one, other), "a second pass back differs from the first"


def causality(book: ModuleType, row: Row) -> None:
    """5. Changing x⟨t⟩ changes exactly the activations that it may reach; ∂L/∂a⟨t⟩ moves exactly the dx that it may."""
    one_way, both_ways = draw(book, row, num_layers=2), draw(book, row, num_directions=2)
    # All positive, no ReLU is shut and whatever may be reached is.
    for array in arrays([one_way, both_ways]):
        np.abs(array, out=array)
    for x in one_way.xs:
        for t in range(len(x)):
            _reach(book, one_way, both_ways, x, t)


def _reach(book: ModuleType, one_way: Case, both_ways: Case, x: Array, t: int) -> None:
    cell, weights = one_way.cell, one_way.weights
    T_x, H = len(x), 3
    after, before = (np.arange(T_x) >= t).tolist(), (np.arange(T_x) <= t).tolist()
    changed = x.copy()
    changed[t] += 1.0

    def reached(read: Callable[[Array], Array]) -> list[bool]:
        return np.any(read(x) != read(changed), axis=1).tolist()

    assert reached(lambda x: book.unroll(cell, weights[0][0], x).a) == after
    assert reached(lambda x: book.unroll(cell, weights[0][0], x, reverse=True).a) == before
    assert reached(lambda x: book.deep(cell, weights, x).a) == after
    assert reached(lambda x: book.deep(cell, both_ways.weights, x).a[:, :H]) == after
    assert reached(lambda x: book.deep(cell, both_ways.weights, x).a[:, H:]) == before

    da = np.zeros((T_x, H))
    da[t] = 1.0
    for reverse, may_move in ((False, before), (True, after)):
        unrolled = book.unroll(cell, weights[0][0], x, reverse=reverse)
        dx = book.unroll_back(cell, weights[0][0], unrolled, da)["dx"]
        assert np.any(dx != 0, axis=1).tolist() == may_move


LAWS = {law.__name__: law for law in (gradient, parity, alone, purity, causality)}
