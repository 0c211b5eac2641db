"""Seeded mutants of the textbook: each a plausible slip, and the law that must catch it.

A mutant is a change to the source. `Mutant.load` imports a private copy of `unrolled.textbook` with that change; the
text to replace must be there, so a mutant cannot quietly stop being one when the textbook is rewritten.
"""

import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import unrolled.textbook

__all__ = ["MUTANTS", "Mutant"]

TEXTBOOK = Path(unrolled.textbook.__file__).parent


@dataclass(frozen=True)
class Mutant:
    """`edits` are (file, old text, new text)."""

    name: str
    cell: str
    law: str
    edits: tuple[tuple[str, str, str], ...]

    def load(self, folder: Path) -> ModuleType:
        """Write the changed copy below `folder`, an empty directory, and import it."""
        package = f"mutant_{self.name}"
        sources = {path.name: path.read_text(encoding="utf-8") for path in TEXTBOOK.glob("*.py")}
        for file, old, new in self.edits:
            assert old in sources[file], f"mutant {self.name}: {file} does not contain {old!r}"
            sources[file] = sources[file].replace(old, new)
        (folder / package).mkdir()
        for file, source in sources.items():
            copied = source.replace("unrolled.textbook", package)
            (folder / package / file).write_text(copied, encoding="utf-8")
        sys.path.insert(0, str(folder))
        try:
            importlib.invalidate_caches()
            return importlib.import_module(package)
        finally:
            sys.path.remove(str(folder))
            for name in [name for name in sys.modules if name.split(".")[0] == package]:
                del sys.modules[name]


def _mutant(name: str, cell: str, law: str, *edits: tuple[str, str, str]) -> Mutant:
    return Mutant(name, cell, law, edits)


MUTANTS = (
    # Cells
    _mutant("rnn_transposes_Waa", "rnn", "parity", ("rnn.py", "a_prev @ Waa.T", "a_prev @ Waa")),
    _mutant("rnn_drops_ba", "rnn", "parity", ("rnn.py", " + ba)", ")")),
    _mutant("rnn_forgets_the_carry", "rnn", "causality", ("rnn.py", " + a_prev @ Waa.T", "")),
    _mutant("rnn_back_transposes_Waa", "rnn", "gradient", ("rnn.py", 'dz @ weights["Waa"]', 'dz @ weights["Waa"].T')),
    _mutant("rnn_derives_tanh_by_z", "rnn", "gradient", ("rnn.py", "1 - a**2", "1 - np.tanh(a) ** 2")),
    _mutant(
        "rnn_changes_what_it_saved", "rnn", "purity", ("rnn.py", "dz = da * (1 - a**2)", "a *= a; dz = da * (1 - a)")
    ),
    _mutant("relu_passes_gradient_below_zero", "rnn_relu", "gradient", ("rnn.py", "da * (a > 0)", "da * (a > -1)")),
    _mutant("relu_is_tanh", "rnn_relu", "parity", ("rnn.py", "relu(", "np.tanh(")),
    _mutant(
        "gru_swaps_r_and_z",
        "gru",
        "parity",
        ("gru.py", "rx, zx, nx", "zx, rx, nx"),
        ("gru.py", "ra, za, na", "za, ra, na"),
        ("gru.py", "[dr, dz, dn]", "[dz, dr, dn]"),
        ("gru.py", "[dr, dz, dq]", "[dz, dr, dq]"),
    ),
    _mutant(
        "gru_keeps_1_minus_z",
        "gru",
        "parity",
        ("gru.py", "a = (1 - z) * n + z * a_prev", "a = z * n + (1 - z) * a_prev"),
        ("gru.py", "dn = da * (1 - z)", "dn = da * z"),
        ("gru.py", "(a_prev - n)", "(n - a_prev)"),
        ("gru.py", "da_prev = da * z", "da_prev = da * (1 - z)"),
    ),
    _mutant(
        "gru_adds_ban_outside_the_reset",
        "gru",
        "parity",
        ("gru.py", "q = na + ban", "q = na"),
        ("gru.py", "np.tanh(nx + r * q)", "np.tanh(nx + r * q + ban)"),
        ("gru.py", "dban = dq", "dban = dn"),
    ),
    _mutant(
        "gru_resets_before_the_product",
        "gru",
        "parity",
        ("gru.py", "q = na + ban", "q = (r * a_prev) @ Waa[2 * len(ban) :].T / r + ban"),
    ),
    _mutant("gru_back_forgets_the_kept_past", "gru", "gradient", ("gru.py", "da * z + dgates_a", "dgates_a")),
    _mutant("gru_back_uses_dn_for_dq", "gru", "gradient", ("gru.py", "[dr, dz, dq]", "[dr, dz, dn]")),
    _mutant(
        "lstm_swaps_i_and_f",
        "lstm",
        "parity",
        ("lstm.py", "zi, zf, zg, zo", "zf, zi, zg, zo"),
        ("lstm.py", "[di, df, dg, do]", "[df, di, dg, do]"),
    ),
    _mutant(
        "lstm_swaps_g_and_o",
        "lstm",
        "parity",
        ("lstm.py", "zi, zf, zg, zo", "zi, zf, zo, zg"),
        ("lstm.py", "[di, df, dg, do]", "[di, df, do, dg]"),
    ),
    _mutant("lstm_forgets_the_carry", "lstm", "parity", ("lstm.py", "c = f * c_prev + i * g", "c = i * g")),
    _mutant("lstm_gives_c_without_tanh", "lstm", "parity", ("lstm.py", "a = o * np.tanh(c)", "a = o * c")),
    _mutant("lstm_back_forgets_the_carry", "lstm", "gradient", ("lstm.py", "dc = dc + da", "dc = da")),
    _mutant("lstm_back_drops_the_forget_gate", "lstm", "gradient", ("lstm.py", "dc_prev = dc * f", "dc_prev = dc")),
    _mutant("lstm_back_writes_to_dc", "lstm", "purity", ("lstm.py", "dc = dc + da * o", "dc += da * o")),
    # One layer over time
    _mutant("skips_the_first_step", "gru", "parity", ("unroll.py", "else range(T_x)", "else range(1, T_x)")),
    _mutant("skips_the_last_step_in_reverse", "gru", "parity", ("unroll.py", "range(T_x - 1,", "range(T_x - 2,")),
    _mutant(
        "reverse_does_not_reverse", "rnn", "causality", ("unroll.py", "if reverse else range", "if False else range")
    ),
    _mutant(
        "reverse_leaves_a_reversed",
        "rnn",
        "causality",
        ("unroll.py", "a[t] = state[0]", "a[len(saved) - 1] = state[0]"),
    ),
    _mutant(
        "ignores_the_initial_state",
        "lstm",
        "parity",
        ("unroll.py", "if state is None else state", "if True else state"),
    ),
    _mutant("starts_from_ones", "lstm", "parity", ("cell.py", "np.zeros(H)", "np.ones(H)")),
    _mutant(
        "gives_back_no_state", "rnn", "alone", ("unroll.py", "Unrolled(a, state, ", "Unrolled(a, cell.zero_state(H), ")
    ),
    _mutant(
        "does_not_carry_the_state",
        "rnn",
        "causality",
        (
            "unroll.py",
            "state, saved[t] = cell.step(weights, x[t], state)",
            "state, saved[t] = cell.step(weights, x[t], cell.zero_state(H))",
        ),
    ),
    _mutant(
        "carries_the_state_into_the_next_sequence",
        "rnn",
        "alone",
        ("unroll.py", "cell.zero_state(H) if state is None", "LAST.get('it', cell.zero_state(H)) if state is None"),
        ("unroll.py", "    return Unrolled(", "    LAST['it'] = state\n    return Unrolled("),
        ("unroll.py", "def _order", "LAST: dict[str, State] = {}\n\n\ndef _order"),
    ),
    _mutant(
        "back_does_not_carry_dstate",
        "rnn",
        "gradient",
        ("unroll.py", "dstate = (da[t] + dstate[0], *dstate[1:])", "dstate = (da[t], *dstate[1:])"),
    ),
    _mutant(
        "back_ignores_the_last_state",
        "lstm",
        "gradient",
        ("unroll.py", "if dstate is None else dstate", "if True else dstate"),
    ),
    _mutant("back_goes_forward", "gru", "gradient", ("unroll.py", "in reversed(_order", "in (_order")),
    _mutant(
        "back_drops_the_last_step_of_dWaa",
        "rnn",
        "gradient",
        ("unroll.py", "total + dstep[name] for", "total + dstep[name] * (name != 'dWaa' or t < T_x - 1) for"),
    ),
    _mutant("back_keeps_one_step", "rnn", "gradient", ("unroll.py", "total + dstep[name]", "dstep[name]")),
    _mutant(
        "back_writes_to_da",
        "rnn",
        "purity",
        ("unroll.py", "dstate = (da[t] + dstate[0],", "da[t] += dstate[0]; dstate = (da[t],"),
    ),
    # Layers and directions
    _mutant("second_direction_runs_forward", "rnn", "causality", ("deep.py", "reverse=d == 1", "reverse=False")),
    _mutant(
        "directions_are_swapped",
        "lstm",
        "parity",
        ("deep.py", "one.a for one in unrolled", "one.a for one in unrolled[::-1]"),
    ),
    _mutant("layers_share_the_first_state", "gru", "parity", ("deep.py", "else states[l][d]", "else states[0][d]")),
    _mutant(
        "back_takes_one_direction_of_dx", "rnn", "gradient", ("deep.py", "for one in layer]", "for one in layer[:1]]")
    ),
    _mutant(
        "back_swaps_directions_of_da", "rnn", "gradient", ("deep.py", "], da_directions[d]", "], da_directions[1 - d]")
    ),
    # Output and loss
    _mutant("output_drops_by", "rnn", "parity", ("output.py", " + by", "")),
    _mutant("output_averages_dby", "rnn", "gradient", ("output.py", "np.sum(dz", "np.mean(dz")),
    _mutant("output_transposes_Wya", "rnn", "gradient", ("output.py", 'dz @ weights["Wya"]', 'dz @ weights["Wya"].T')),
    _mutant("softmax_over_time", "rnn", "parity", ("activations.py", "axis=-1", "axis=0")),
    _mutant("sigmoid_loss_counts_only_ones", "rnn", "parity", ("loss.py", " + (1 - y) * log_sigmoid(-z)", "")),
    _mutant("loss_is_climbed", "rnn", "gradient", ("loss.py", "y_hat - y", "y - y_hat")),
)
