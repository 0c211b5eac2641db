"""Seeded mistakes in the native engine: the self-test must see every one."""

from native.mutant import Mutant

__all__ = ["MUTANTS"]

CELLS, ENDS, PRODUCT, RECURRENCE = "cells.hpp", "activations.hpp", "product.hpp", "recurrence.hpp"
SIMD, ALL_ROWS = "simd.hpp", "all_rows.hpp"
PATH, ENGINE, THREADS = "path.cpp", "engine.cpp", "threads.cpp"
STEP, STEPPER = "step.hpp", "stepper.cpp"
SCALED, LOGS, BEST, TABLES = "chain_scaled.hpp", "chain_logs.hpp", "chain_best.hpp", "chain_tables.hpp"
CHAIN, CHAIN_PATH = "chain.cpp", "chain_path.cpp"
RNN, GRU, LSTM = "struct Rnn", "struct Gru", "struct Lstm"
FORWARD, BACKWARD = "static void forward_team", "static void backward_team"

OF_CELLS = (
    Mutant("rnn: the sums forgotten", CELLS, " + load_sums<V, GATES>(u.sums, 0);", ";", RNN),
    Mutant("rnn: tanh's derivative", CELLS, "1.0f - a * a", "1.0f - a", RNN),
    Mutant("relu: a gradient below 0", CELLS, "select(a[v] <= Vec{}, Vec{}, da[v])", "da[v]", RNN),
    Mutant("relu: a gradient at 0", CELLS, "a[v] <= Vec{}", "a[v] < Vec{}", RNN),
    Mutant("relu: NaN becomes 0", CELLS, "select(s[v] < Vec{}, Vec{}, s[v])", "select(s[v] > Vec{}, s[v], Vec{})"),
    Mutant("gru: r and z swapped", CELLS, "n + z * (load", "n + r * (load", GRU),
    Mutant(
        "gru: z the other way round",
        CELLS,
        "n + z * (load_pack<V>(u.a_before, L) - n)",
        "load_pack<V>(u.a_before, L) * (1.0f - z) + z * n",
        GRU,
    ),
    Mutant("gru: ban forgotten", CELLS, " + load_pack<V>(u.ban, u.n)", "", GRU),
    Mutant(
        "gru: ban outside the reset",
        CELLS,
        "r * m)",
        "r * (m - load_pack<V>(u.ban, u.n)) + load_pack<V>(u.ban, u.n))",
        GRU,
    ),
    Mutant("gru: reset forgotten", CELLS, " + r * m)", " + m)", GRU),
    Mutant(
        "gru: m not kept", CELLS, "store_pack(u.gates + 3 * u.H, m, u.n)", "store_pack(u.gates + 3 * u.H, n, u.n)", GRU
    ),
    Mutant("gru: z's carry dropped going back", CELLS, "store_pack(u.da, da * z", "store_pack(u.da, da * 0.0f", GRU),
    Mutant("gru: the carry not passed on", CELLS, "CARRIES = true", "CARRIES = false", GRU),
    Mutant("gru: dr and dz swapped in the product", CELLS, "store_pack(u.product, dr", "store_pack(u.product, dz", GRU),
    Mutant(
        "gru: dn in the product", CELLS, "store_pack(u.product + 2 * u.H, dm", "store_pack(u.product + 2 * u.H, dn", GRU
    ),
    Mutant("gru: sign of dz", CELLS, "(load_pack<V>(u.a_before, u.n) - n)", "(n - load_pack<V>(u.a_before, u.n))", GRU),
    Mutant(
        "lstm: i and f swapped", CELLS, "f * load_pack<V>(u.c, L) + i * g", "i * load_pack<V>(u.c, L) + f * g", LSTM
    ),
    Mutant("lstm: the carry in c forgotten", CELLS, "f * load_pack<V>(u.c, L) + i * g", "i * g", LSTM),
    Mutant("lstm: c without tanh", CELLS, "o * tanh(c)", "o * c", LSTM),
    Mutant("lstm: c not kept", CELLS, "store_pack(u.c_row, c", "store_pack(u.c_row, g", LSTM),
    Mutant("lstm: dc of the step ahead forgotten", CELLS, "load_pack<V>(u.dc, L) + da", "da", LSTM),
    Mutant(
        "lstm: f not in the carry going back", CELLS, "store_pack(u.dc, dc * f, L)", "store_pack(u.dc, dc, L)", LSTM
    ),
    Mutant(
        "lstm: df from this step's c",
        CELLS,
        "load_pack<V>(u.c_before, u.n) * f",
        "load_pack<V>(u.c_row, u.n) * f",
        LSTM,
    ),
    Mutant("lstm: di and df swapped", CELLS, "store_pack(u.dgates, di", "store_pack(u.dgates, df", LSTM),
    Mutant(
        "lstm: do in the product is dg",
        CELLS,
        "store_pack(u.product + 3 * u.H, d_o",
        "store_pack(u.product + 3 * u.H, dg",
        LSTM,
    ),
)

OF_ENDS = (
    Mutant("sigmoid: not 0 at its end", ENDS, "select(x[i] < -87.0f, Vec{}, value[i])", "value[i]"),
    Mutant("sigmoid: at its end too early", ENDS, "select(x[i] < -87.0f,", "select(x[i] < -17.0f,"),
    Mutant("tanh: clipped too early", ENDS, "within(x, 15.0f)", "within(x, 6.0f)"),
    Mutant("tanh: not clipped", ENDS, "within(x, 15.0f)", "x"),
    Mutant(
        "NaN clipped",
        SIMD,
        "select(broadcast(limit) < x, broadcast(limit), x)",
        "select(x < limit, x, broadcast(limit))",
    ),
    Mutant("exp: the low part of ln 2 forgotten", ENDS, " - n * ln2_low", ""),
    Mutant("tanh: no digits near 0", ENDS, "e.scale * e.fraction_less_1 + (e.scale - 1.0f)", "(1.0f + x + x) - 1.0f"),
)

OF_PRODUCT = (
    Mutant("a part of the depth loses the sum before", PRODUCT, "add || k > 0", "add"),
    Mutant("a part of the depth begins elsewhere", PRODUCT, "+ b.rows(k) * width * L", "+ b.rows(k) * L"),
    Mutant("block rows off by one", PRODUCT, "least + (i < larger)", "least"),
    Mutant("rows beyond the third are the first three", PRODUCT, "hidden(a + 3 * g * a_stride)", "hidden(a)"),
    Mutant("the odd end of the depth left out", PRODUCT, "if (depth % 2) multiply(0);", ""),
    Mutant("every row takes the first row's factor", PRODUCT, "[r % 3 * a_stride + k]", "[k]"),
    Mutant("few rows: panels one on the other", PRODUCT, "out + number * P * W * L", "out + number * W * L"),
    Mutant(
        "few rows: sums begin at 0",
        PRODUCT,
        "add, b.panel(panel));",
        "false, b.panel(panel));",
        "static void few_rows",
    ),
    Mutant("a narrow panel left out", PRODUCT, "if (rest == last) return;", "if (rest + 1 >= last) return;"),
    Mutant("few rows: back from one block too far", PRODUCT, "blocks - 1 - i : i", "blocks - i : i"),
    Mutant("bfloat16: depths swapped", SIMD, "k % 2 ? (IntVec)words", "k % 2 == 0 ? (IntVec)words"),
    Mutant("bfloat16: an even depth keeps the odd one's bits", SIMD, "(IntVec)words << 16", "(IntVec)words"),
    Mutant("bfloat16: both depths from one row", PRODUCT, "const int row = k / DEPTHS * C * L;", "const int row = 0;"),
    Mutant(
        "bfloat16: panels as far apart as float32's", PRODUCT, "W * L * b.rows(b.depth), out", "W * L * b.depth, out"
    ),
    Mutant("bfloat16: a part of the depth begins elsewhere", PRODUCT, "b.panel(p) + b.rows(k) *", "b.panel(p) + k *"),
    Mutant("bfloat16: the odd end of the depth not packed", RECURRENCE, "bfloat16 && k < H;", "bfloat16 && k + 1 < H;"),
)

OF_ALL_ROWS = (
    Mutant("columns beyond a row", ALL_ROWS, "real == width * L", "true"),
    Mutant("columns beside not added up", ALL_ROWS, "(add ? sum : 0.0f)", "0.0f"),
    Mutant("rows of the first member alone", ALL_ROWS, "share(rows, member, members)", "share(rows, 0, members)"),
    Mutant("the first rows again and again", ALL_ROWS, "copy_rows(a + row * a_stride + k", "copy_rows(a + k"),
    Mutant("the first part of the depth again", ALL_ROWS, "b.panel(p) + begin * width * L", "b.panel(p)"),
    Mutant("the last part of the depth alone", ALL_ROWS, "add || k > 0);", "add);"),
    Mutant("dx of the last direction alone", PATH, "dx, d > 0, member", "dx, false, member"),
    Mutant("dWaa of the GRU's last gate from dn", ALL_ROWS, "turn(gate + H, gates);", "turn(gate, gates);"),
    Mutant("sums of dgates begin anywhere", ALL_ROWS, "add ? to[row] : 0.0f", "add ? to[row] : 1.0f"),
    Mutant("dgates turned with rows missing", ALL_ROWS, "smaller(L, count - row)", "smaller(L - 1, count - row)"),
    Mutant("the last rows' gradients alone", ALL_ROWS, "const bool add = begin > 0;", "const bool add = false;"),
)

OF_RECURRENCE = (
    Mutant(
        "Waa transposed in the panels", RECURRENCE, "Waa + (gate * H + unit) * H, H,", "Waa + gate * H * H + unit, H,"
    ),
    Mutant("gates of the panels turned", RECURRENCE, "vector % C::GATES;", "(vector + 1) % C::GATES;"),
    Mutant(
        "Waa of the wrong units going back",
        PRODUCT,
        "load(from + k * from_stride + column,",
        "load(from + k * from_stride + column / 2,",
    ),
    Mutant("the first step skipped", RECURRENCE, "for (long t = 0;;", "for (long t = 1;;"),
    Mutant("one step too many", RECURRENCE, "order[running - 1]] <= t)", "order[running - 1]] < t)"),
    Mutant("a0 forgotten", RECURRENCE, "before[r * stride + u] = a0[u]", "before[r * stride + u] = 0.0f"),
    Mutant("c0 forgotten", RECURRENCE, "u < H ? c0[u] : 0.0f", "0.0f"),
    Mutant(
        "reversed off by one", RECURRENCE, "plan.offsets[sequence + 1] - 1", "plan.offsets[sequence + 1] - 2", FORWARD
    ),
    Mutant("never reversed", RECURRENCE, "team.direction == 0 ? 1 : -1", "1", FORWARD),
    Mutant("too many lanes at the end of a row", RECURRENCE, "smaller(L, last - u - (TOGETHER - 1) * L)", "L"),
    Mutant(
        "last a of the step before",
        RECURRENCE,
        "(rows[r] - direction) * layer.a_stride",
        "(rows[r] - 2 * direction) * layer.a_stride",
    ),
    Mutant("last c not written", RECURRENCE, "c_last[u] = c[", "c[", "float* c_last"),
    Mutant(
        "a member leaves out its last units",
        RECURRENCE,
        "first_of(chunks, member + 1, members)",
        "first_of(chunks, member + 1, members) - (members > 1)",
        FORWARD,
    ),
    Mutant("da_last forgotten", RECURRENCE, "u < H ? da_last[u] : 0.0f", "0.0f"),
    Mutant("dc_last forgotten", RECURRENCE, "u < H ? dc_last[u] : 0.0f", "0.0f"),
    Mutant(
        "going back, reversed off by one",
        RECURRENCE,
        "plan.offsets[sequence];",
        "plan.offsets[sequence] + 1;",
        BACKWARD,
    ),
    Mutant("going back, a sequence joins a step late", RECURRENCE, "order[running]] > t)", "order[running]] > t + 1)"),
    Mutant("going back, a0 is no step before", RECURRENCE, "a_before = t > 0 ?", "a_before = t >= 0 ?", BACKWARD),
    Mutant("going back, c0 is no step before", RECURRENCE, "c_before = t > 0 ?", "c_before = t >= 0 ?", BACKWARD),
    Mutant("da0 not written", RECURRENCE, "da0[u] = da[", "da[", "float* da0"),
    Mutant("dc0 not written", RECURRENCE, "dc0[u] = dc[", "dc[", "float* dc0"),
    Mutant(
        "going back, one buffer for two steps",
        RECURRENCE,
        "members > 1 ? shared + R * stride : shared",
        "shared",
        BACKWARD,
        "thread",
    ),
    Mutant(
        "no meeting after a step",
        RECURRENCE,
        "if (members > 1) barrier.wait(members);",
        "",
        "after = swapped;",
        "thread",
    ),
    Mutant(
        "no meeting before the product going back",
        RECURRENCE,
        "if (members > 1) barrier.wait(members);",
        "",
        "rows[r] -= direction",
        "thread",
    ),
    Mutant("no room for the rows", RECURRENCE, "+ R * 2 + H);", ");", FORWARD, "address"),
)

OF_TEAMS = (
    Mutant("one direction's weights for both", PATH, "packed + team->direction * size,", "packed,", "void run_forward"),
    Mutant(
        "teams share their states",
        PATH,
        "2 * padded(batch.H) * team->begin",
        "padded(batch.H) * team->begin",
        build="thread",
    ),
    Mutant(
        "no meeting after packing",
        PATH,
        "if (plan.members > 1) plan.barriers[0].wait(plan.members);",
        "",
        "void run_backward",
        "thread",
    ),
    Mutant("a direction for members that are none", ENGINE, "at_once ? d * groups : 0", "d * groups"),
    Mutant("half the room for the states", PATH, "+ 2 * width *", "+ width *", build="address"),
    Mutant("one packed Waa for all directions", PATH, "++d, packed += Waa_size(batch))", "++d)"),
    Mutant("the packed Wax where Waa lies", PATH, "Waa + batch.directions * Waa_size(batch)", "Waa"),
    Mutant(
        "lent gates for one direction",
        ENGINE,
        "layer.gates_stride = width, room += each;",
        "layer.gates_stride = width;",
    ),
    Mutant(
        "lent gradients for one direction",
        ENGINE,
        "previous_stride = batch.H, room += each;",
        "previous_stride = batch.H;",
    ),
    Mutant("lent rows on the workspace", ENGINE, "float* room = memory + workspace;", "float* room = memory;"),
    Mutant("no room for lent rows", ENGINE, "workspace + batch.directions * each)", "workspace)", build="address"),
    Mutant(
        "sequences by rising length",
        ENGINE,
        "batch.lengths[i] > batch.lengths[j]",
        "batch.lengths[i] < batch.lengths[j]",
    ),
    Mutant(
        "a group of sequences left out",
        ENGINE,
        "for (int g = 0; g < groups; ++g)",
        "for (int g = groups > 1; g < groups; ++g)",
    ),
    Mutant(
        "the next team's first sequence twice",
        ENGINE,
        "static_cast<long>(order_.size()), first",
        "static_cast<long>(order_.size()) - (g > 0), first",
    ),
    Mutant("who was met is not seen", THREADS, "memory_order_release", "memory_order_relaxed", build="thread"),
)

OF_STEP = (
    Mutant("step: memory at each step", STEPPER, "return true;", "return !std::vector<float>(9).empty();"),
    Mutant("step: the two weights of a word swapped", STEP, "at_depth(words, 0)", "at_depth(words, 1)"),
    Mutant("step: chunks on the way back are others'", STEP, "my_first + my_last - 1 - c", "my_last - 1 - c"),
    Mutant("step: ba forgotten", STEP, "sum[r][v] = load(panel + v * L)", "sum[r][v] = Vec{}"),
    Mutant(
        "step: a layer begins before the one below has ended", STEP, "l > 0 && members > 1", "l > 9", build="thread"
    ),
    Mutant("step: a word after the last", STEPPER, "words[row] >= words_", "words[row] > words_"),
    Mutant("step: a before the step once more", STEPPER, "step_.now = 1", "step_.now = 2 * step_.now", "step_words("),
)

OF_WIDE = (
    Mutant("wide: the odd vector left out", RECURRENCE, "TOGETHER > 1 && u < last", "u > last", build="wide"),
    Mutant(
        "wide: one row of four left out", PRODUCT, "few_rows<4, 2, BFLOAT16>", "few_rows<3, 2, BFLOAT16>", build="wide"
    ),
    Mutant(
        "wide: one row of five left out", PRODUCT, "few_rows<5, 2, BFLOAT16>", "few_rows<4, 2, BFLOAT16>", build="wide"
    ),
    Mutant(
        "wide: both vectors are the first",
        CELLS,
        "load(sums + (v * GATES + gate) * L)",
        "load(sums + gate * L)",
        build="wide",
    ),
    Mutant(
        "wide: the other vector is not stored", CELLS, "v < V - 1; ++v) store(", "v < V - 2; ++v) store(", build="wide"
    ),
)

OF_AVX512 = (
    Mutant(
        "avx512: a lane too many is stored",
        SIMD,
        "_mm512_mask_storeu_ps(to, static_cast<__mmask16>((1u << n) - 1)",
        "_mm512_mask_storeu_ps(to, static_cast<__mmask16>((2u << n) - 1)",
        build="avx512",
    ),
    Mutant(
        "avx512: a lane too few is loaded",
        SIMD,
        "_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) - 1)",
        "_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) / 2 - 1)",
        build="avx512",
    ),
    Mutant(
        "avx512: NaN becomes the upper limit",
        SIMD,
        "_mm512_maskz_min_ps(ALL, broadcast(limit), x)",
        "_mm512_maskz_min_ps(ALL, x, broadcast(limit))",
        build="avx512",
    ),
    Mutant(
        "avx512: NaN becomes the lower limit",
        SIMD,
        "_mm512_maskz_max_ps(ALL, broadcast(limit), x)",
        "_mm512_maskz_max_ps(ALL, x, broadcast(limit))",
        build="avx512",
    ),
    Mutant(
        "avx512: an estimate without Newton's step",
        SIMD,
        "return estimate * error + estimate;",
        "return estimate;",
        build="avx512",
    ),
    Mutant(
        "avx512: Newton's error with the other sign",
        SIMD,
        "_mm512_fnmadd_ps(x, y, n)",
        "_mm512_fmadd_ps(x, y, n)",
        build="avx512",
    ),
    Mutant(
        "avx512: a quotient without its remainder",
        SIMD,
        "return rest * inverse + estimate;",
        "return estimate;",
        build="avx512",
    ),
)

OF_CHAIN = (
    Mutant("chain: every second label left out", SCALED, "product[c] = even[c] + odd[c]", "product[c] = even[c]"),
    Mutant("chain: powers of 2 not counted", SCALED, "static_cast<double>(exponent) * 0.69", "0.0 * 0.69"),
    Mutant("chain: the last label's score left out of Z", SCALED, " * load(tables.end + v * LD);", ";"),
    Mutant(
        "chain: what underflow hurt is kept", SCALED, "~(probabilities >= SMALLEST) & (probabilities != 0.0)", "Longs{}"
    ),
    Mutant("chain: the last pairs left out", SCALED, "++pairs == CHUNK || t == 0", "++pairs == CHUNK"),
    Mutant("chain: pairs of the last steps alone", SCALED, "sum[r][c] += scalar *", "sum[r][c] = scalar *"),
    Mutant("chain: a label's own gradient not weighted", SCALED, "gradients.gold + alpha", "1.0 + alpha"),
    Mutant("chain: starts counted at the end", SCALED, "if (t == 0) store(first", "if (t == T - 1) store(first"),
    Mutant("chain, logarithms: the greatest not added again", LOGS, "total += greatest;", ""),
    Mutant("chain, logarithms: what was taken off is lost", LOGS, " + taken_off;", ";"),
    Mutant("chain, logarithms: beta stays at the end", LOGS, "beta = shifted;", ""),
    Mutant(
        "chain, logarithms: not where scaled sums fail", CHAIN_PATH, "rows, found)) return false;", "rows, found)) ;"
    ),
    Mutant(
        "chain: sums that failed are added",
        CHAIN_PATH,
        "__builtin_memcpy(sums, before,",
        "__builtin_memcpy(before, sums,",
    ),
    Mutant("chain: the first labels are not subtracted", CHAIN_PATH, "sums[K * stride + y[0]] -= weight;", ""),
    Mutant("chain: a forbidden way is open", TABLES, "values[lane] = -INFINITE;", "values[lane] = 0.0;"),
    Mutant(
        "chain: groups that one thread leaves out", CHAIN, "g < count; g = all.next++", "g < count; g = all.next += 2"
    ),
    Mutant("best path: the greatest score at label 0", BEST, "score = total, y = j;", "score = total;"),
    Mutant("best path: of equal ones the last", BEST, "(total > score ||", "(total >= score ||"),
    Mutant(
        "best path: no end", BEST, "const double total = now[j] + tables.log_end[j];", "const double total = now[j];"
    ),
    Mutant("n best: rank lost on the way back", BEST, "y = slot / n, r = slot % n;", "y = slot / n;"),
    Mutant("n best: of equal ones the last", BEST, "scores[place - 1] < total", "scores[place - 1] <= total"),
    Mutant(
        "n best: candidates without their own emission", BEST, " + emissions[i]) + transitions[i]", ") + transitions[i]"
    ),
)

MUTANTS = (
    *OF_CELLS,
    *OF_ENDS,
    *OF_PRODUCT,
    *OF_ALL_ROWS,
    *OF_RECURRENCE,
    *OF_TEAMS,
    *OF_STEP,
    *OF_WIDE,
    *OF_AVX512,
    *OF_CHAIN,
)
