// One step of few rows through a stack of layers.
//
// What counts are the bytes of the weights: a row alone does two operations a weight. So each weight is read once a step,
// from front to back: for a few vectors of units, a chunk, lie one after another ban, ba, the panel of Wax and that of
// Waa, then the same of the next chunk. A thread takes chunks that lie together, the same at every step, there and back in
// turn: where they are more than its cache holds, those that it read last are still there. Sums are chains over the depth
// in its order, as those of product.hpp: the same bits.
#pragma once

constexpr int STEP_ROWS = TOGETHER == 2 ? 3 : 1;  // rows whose 8 sums each stay in registers

// Vectors of units in a chunk: of all their gates there are 6 or 8, and each sum waits four cycles for its last addition.
template <class C>
constexpr int UNITS = C::GATES == 1 ? 8 : 2;

// The last vectors of a layer, fewer than a chunk, are chunks of half as many, a quarter …
template <class C>
UNROLLED_INLINE int units_of(long vectors) {
    int units = UNITS<C>;
    while (units > vectors) units /= 2;
    return units;
}

// Rows of a panel: with bfloat16 a word holds the weights of two depths, the first one's in its lower half.
UNROLLED_INLINE long panel_rows(long depth, bool bfloat16) { return bfloat16 ? (depth + 1) / 2 : depth; }

UNROLLED_INLINE long unit_vectors(long H) { return (H + L - 1) / L; }

// Floats that each vector of units takes of a packed layer.
template <class C>
UNROLLED_INLINE long vector_size(long H, long D, bool bfloat16) {
    const long biases = (C::GATES == 3) + (D > 0 ? C::GATES : 0);
    return (biases + C::GATES * (panel_rows(D, bfloat16) + panel_rows(H, bfloat16))) * L;
}

// ---- Packing

template <class C>
static float* pack_panel(const float* from, long H, long depth, long first, long units, bool bfloat16, float* to) {
    const long V = units * C::GATES;
    for (long v = 0; v < V; ++v)
        for (int lane = 0; lane < L; ++lane) {
            const long unit = first + v / C::GATES * L + lane;
            const float* row = from + (v % C::GATES * H + unit) * depth;
            for (long k = 0; k < depth; ++k) {
                const float value = unit < H ? row[k] : 0.0f;
                float* place = to + (panel_rows(k + 1, bfloat16) - 1) * V * L + v * L + lane;
                if (!bfloat16) {
                    *place = value;
                    continue;
                }
                unsigned bits, word = 0;
                __builtin_memcpy(&bits, &value, sizeof bits);
                if (k % 2) __builtin_memcpy(&word, place, sizeof word);
                word = k % 2 ? word | (bits & 0xffff0000u) : bits >> 16;
                __builtin_memcpy(place, &word, sizeof word);
            }
        }
    return to + panel_rows(depth, bfloat16) * V * L;
}

template <class C>
static void pack_layer(long H, const StepWeights& weights, bool bfloat16, float* to) {
    for (long vector = 0, units; vector < unit_vectors(H); vector += units) {
        units = units_of<C>(unit_vectors(H) - vector);
        const long first = vector * L;
        if (C::GATES == 3)
            for (long u = first; u < first + units * L; ++u) *to++ = u < H ? weights.ban[u] : 0.0f;
        if (weights.Wax) {
            to = pack_panel<C>(weights.ba, H, 1, first, units, false, to);
            to = pack_panel<C>(weights.Wax, H, weights.D, first, units, bfloat16, to);
        }
        to = pack_panel<C>(weights.Waa, H, H, first, units, bfloat16, to);
    }
}

// ---- The step

// sum += x · panel for R rows and a panel of V vectors; the panel's end.
template <bool BFLOAT16, int R, int V>
UNROLLED_INLINE const float* add_product(Vec (&sum)[R][V], const float* const (&x)[R], const float* panel, long depth) {
    if constexpr (!BFLOAT16) {
        for (long k = 0; k < depth; ++k, panel += V * L) {
            Vec factor[R];
#pragma GCC unroll 16
            for (int r = 0; r < R; ++r) factor[r] = broadcast(x[r][k]);
#pragma GCC unroll 16
            for (int v = 0; v < V; ++v) {
                const Vec weight = *reinterpret_cast<const Vec*>(panel + v * L);
#pragma GCC unroll 16
                for (int r = 0; r < R; ++r) sum[r][v] += factor[r] * weight;
            }
        }
    } else {
        for (long k = 0; k < depth; k += 2, panel += V * L) {
            const bool pair = k + 1 < depth;
            Vec factor[R], second[R];
#pragma GCC unroll 16
            for (int r = 0; r < R; ++r) factor[r] = broadcast(x[r][k]), second[r] = broadcast(pair ? x[r][k + 1] : 0.0f);
#pragma GCC unroll 16
            for (int v = 0; v < V; ++v) {
                const Vec words = *reinterpret_cast<const Vec*>(panel + v * L);
                const Vec weight = at_depth(words, 0), other = at_depth(words, 1);
#pragma GCC unroll 16
                for (int r = 0; r < R; ++r) {
                    sum[r][v] += factor[r] * weight;
                    sum[r][v] += second[r] * other;
                }
            }
        }
    }
    return panel;
}

// Where a chunk stands: its first unit, and the pieces of the layer that are the same for all of its rows.
struct Chunk {
    const StepLayer& layer;
    const float* packed;
    long first;
    const float* x;         // rows of the layer below, or nullptr: the step's own x
    const float* before;    // rows of a⟨t-1⟩
    float* after;           // rows of a⟨t⟩
    float* a_out;           // rows of H, or nullptr
};

template <class C, bool BFLOAT16, int U, int R>
static void step_rows(const Step& step, const Chunk& chunk, long row) {
    constexpr int G = C::GATES, V = U * G, TOGETHER_HERE = U % TOGETHER ? 1 : TOGETHER;
    const StepLayer& layer = chunk.layer;
    const float *x[R], *before[R], *panel = chunk.packed, *ban = nullptr;
    for (int r = 0; r < R; ++r) {
        x[r] = chunk.x ? chunk.x + (row + r) * step.stride : step.x[row + r];
        before[r] = chunk.before + (row + r) * step.stride;
    }
    alignas(64) float gates[R][V * L], sums[R][V * L];
    Vec sum[R][V];
    if constexpr (G == 3) ban = panel, panel += U * L;
    if (layer.D) {
        for (int r = 0; r < R; ++r)
            for (int v = 0; v < V; ++v) sum[r][v] = load(panel + v * L);
        panel = add_product<BFLOAT16>(sum, x, panel + V * L, layer.D);
        for (int r = 0; r < R; ++r)
            for (int v = 0; v < V; ++v) store(gates[r] + (v % G * U + v / G) * L, sum[r][v]);
    }
    for (int r = 0; r < R; ++r)
        for (int v = 0; v < V; ++v) sum[r][v] = Vec{};
    add_product<BFLOAT16>(sum, before, panel, step.H);
    for (int r = 0; r < R; ++r)
        for (int v = 0; v < V; ++v) store(sums[r] + v * L, sum[r][v]);
#pragma GCC unroll 1
    for (int r = 0; r < R; ++r) {
        // The cells write to the gates only where these are kept for a way back.
        float* const projections = layer.D ? gates[r] : const_cast<float*>(x[r]) + chunk.first;
#pragma GCC unroll 1
        for (int v = 0; v < U; v += TOGETHER_HERE) {
            const long u = chunk.first + v * L, left = step.H - u - (TOGETHER_HERE - 1) * L;
            float* const after = chunk.after + (row + r) * step.stride + u;
            C::template forward<false, TOGETHER_HERE>(
                ForwardUnits{sums[r] + v * G * L, projections + v * L,
                             chunk.a_out ? chunk.a_out + (row + r) * step.H + u : after, nullptr, before[r] + u, after,
                             layer.c ? layer.c + (row + r) * step.stride + u : nullptr, nullptr, ban ? ban + v * L : nullptr,
                             layer.D ? U * L : step.H, static_cast<int>(left < L ? left : L)});
        }
    }
}

template <class C, bool BFLOAT16, int U, int R = STEP_ROWS>
static void step_all_rows(const Step& step, const Chunk& chunk, long row = 0) {
    for (; step.rows - row >= R; row += R) step_rows<C, BFLOAT16, U, R>(step, chunk, row);
    if constexpr (R > 1) {
        if (row < step.rows) step_all_rows<C, BFLOAT16, U, R - 1>(step, chunk, row);
    }
}

// The vectors of a chunk; `size` floats of a packed layer belong to each.
template <class C, bool BFLOAT16, int U = UNITS<C>>
static void step_chunk(const Step& step, Chunk chunk, long vectors, long size) {
    if (vectors >= U) {
        step_all_rows<C, BFLOAT16, U>(step, chunk);
        chunk.packed += U * size, chunk.first += U * L, vectors -= U;
    }
    if constexpr (U > 1) {
        if (vectors > 0) step_chunk<C, BFLOAT16, U / 2>(step, chunk, vectors, size);
    }
}

template <class C, bool BFLOAT16>
static void step_layers(const Step& step, int member, int members) {
    const long vectors = unit_vectors(step.H), chunks = (vectors + UNITS<C> - 1) / UNITS<C>;
    const long my_first = chunks * member / members, my_last = chunks * (member + 1) / members;
    const long half = step.rows * step.stride;
    const float* x = nullptr;
    for (int l = 0; l < step.layers; ++l) {
        const StepLayer& layer = step.layer[l];
        const long size = vector_size<C>(step.H, layer.D, BFLOAT16);
        const float* const before = layer.a + step.now * half;
        float* const after = layer.a + (1 - step.now) * half;
        float* const a_out = l == step.layers - 1 ? step.a_out : nullptr;
        if (l > 0 && members > 1) step.barrier->wait(members);
        for (long c = my_first; c < my_last; ++c) {
            const long vector = (step.now ? my_first + my_last - 1 - c : c) * UNITS<C>;
            const Chunk chunk{layer, layer.panels + vector * size, vector * L, x, before, after, a_out};
            step_chunk<C, BFLOAT16>(step, chunk, vectors - vector < UNITS<C> ? vectors - vector : UNITS<C>, size);
        }
        x = after;
    }
}
