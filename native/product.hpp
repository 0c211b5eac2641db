// out = a · B for few rows of a and a B that is packed once and used at every step.
//
// B (depth × columns) lies in panels of W vectors (the last panel may be narrower), each panel row after row, so that
// it is read from front to back. A block of rows × one panel keeps its sums in registers. Every sum is one chain of
// fused multiply-adds over the depth, in its order, whatever the block: a row gives the same bits in any company.
//
// With bfloat16 a row of a panel holds two depths, in half the bytes; sums are float32 and the same chains.
#pragma once

constexpr int DEPTH_BLOCK = 128;  // rows of a panel that stay in the first-level cache while all rows of `a` pass

// A pointer of which the compiler does not know where it comes from, or it would take others for it.
UNROLLED_INLINE const float* hidden(const float* pointer) {
    asm("" : "+r"(pointer));
    return pointer;
}

// R rows × P panels of C vectors; the panels are `panel_stride` floats apart, the outputs side by side. What is read
// after one panel, from `ahead` on, is asked for meanwhile; it must be mapped, or each line costs a walk of the page table.
template <int R, int P, int C, bool AHEAD, bool BFLOAT16>
UNROLLED_INLINE void block(const float* __restrict a, long a_stride, const float* __restrict b, long panel_stride,
                           float* __restrict out, long out_stride, long depth, bool add, const float* ahead) {
    constexpr int V = P * C, DEPTHS = BFLOAT16 ? 2 : 1;  // in a row of a panel
    Vec sum[R][V];
    if (add) {
#pragma GCC unroll 16
        for (int r = 0; r < R; ++r)
#pragma GCC unroll 16
            for (int v = 0; v < V; ++v) sum[r][v] = load(out + r * out_stride + v * L);
    } else {
#pragma GCC unroll 16
        for (int r = 0; r < R; ++r)
#pragma GCC unroll 16
            for (int v = 0; v < V; ++v) sum[r][v] = Vec{};
    }
    // An address has room for a row and for twice the distance to the next: a register for each three rows.
    constexpr int GROUPS = (R + 2) / 3;
    const float* rows[GROUPS];
#pragma GCC unroll 16
    for (int g = 0; g < GROUPS; ++g) rows[g] = hidden(a + 3 * g * a_stride);
    const auto multiply = [&](int k) __attribute__((always_inline)) {
        const int row = k / DEPTHS * C * L;
        for (int line = 0; AHEAD && k % DEPTHS == 0 && line < C * L; line += 16) __builtin_prefetch(ahead + row + line, 0, 3);
        Vec factor[V];
#pragma GCC unroll 16
        for (int p = 0; p < P; ++p)
#pragma GCC unroll 16
            for (int c = 0; c < C; ++c) {
                const Vec weights = load(b + p * panel_stride + row + c * L);
                factor[p * C + c] = BFLOAT16 ? at_depth(weights, k) : weights;
            }
#pragma GCC unroll 16
        for (int r = 0; r < R; ++r) {
            const Vec scalar = broadcast(rows[r / 3][r % 3 * a_stride + k]);
#pragma GCC unroll 16
            for (int v = 0; v < V; ++v) sum[r][v] += scalar * factor[v];
        }
    };
    const auto advance = [&](int by) __attribute__((always_inline)) {
#pragma GCC unroll 16
        for (int g = 0; g < GROUPS; ++g) rows[g] += by;
        b += by / DEPTHS * C * L, ahead += by / DEPTHS * C * L;
    };
    for (long left = depth / 2; left > 0; --left) multiply(0), multiply(1), advance(2);
    if (depth % 2) multiply(0);
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 16
        for (int v = 0; v < V; ++v) store(out + r * out_stride + v * L, sum[r][v]);
}

struct Panels {
    const float* data;
    long depth;
    long vectors;  // of all panels together
    bool bfloat16 = false;

    long count() const { return (vectors + W - 1) / W; }
    long rows(long depths) const { return bfloat16 ? (depths + 1) / 2 : depths; }
    const float* panel(long p) const { return data + p * W * L * rows(depth); }
    int width(long p) const { return static_cast<int>(vectors - p * W < W ? vectors - p * W : W); }
};

// One vector of a panel: `count` rows of B's transpose, `depth` floats each, become columns; 0 in the lanes left over.
static void pack_columns(const float* from, long from_stride, long count, long depth, float* to, long to_stride) {
    for (long k = 0; k < depth; k += L) {
        const int n = static_cast<int>(depth - k < L ? depth - k : L);
        Pack<L> rows = each<L>([&](int i) { return i < count ? load(from + i * from_stride + k, n) : Vec{}; });
        transpose(rows);
        for (int i = 0; i < n; ++i) store(to + (k + i) * to_stride, rows[i]);
    }
}

// Panel p of a B that lies row after row.
static void pack_rows(const float* from, long from_stride, long columns, const Panels& panels, float* packed, long p) {
    const int width = panels.width(p);
    float* to = packed + (panels.panel(p) - panels.data);
    for (long k = 0; k < panels.depth; ++k)
        for (int v = 0; v < width; ++v, to += L) {
            const long column = (p * W + v) * L, left = columns - column;
            store(to, load(from + k * from_stride + column, static_cast<int>(left < L ? left : L)));
        }
}

// `ahead` may be nullptr: nothing to ask for.
template <int R, bool BFLOAT16, int C = W>
UNROLLED_INLINE void block_of_width(int width, const float* a, long a_stride, const float* b, float* out,
                                    long out_stride, long depth, bool add, const float* ahead) {
    if constexpr (C > 1) {
        if (width < C) return block_of_width<R, BFLOAT16, C - 1>(width, a, a_stride, b, out, out_stride, depth, add, ahead);
    }
    if (ahead) return block<R, 1, C, true, BFLOAT16>(a, a_stride, b, 0, out, out_stride, depth, add, ahead);
    block<R, 1, C, false, BFLOAT16>(a, a_stride, b, 0, out, out_stride, depth, add, b);
}

template <bool BFLOAT16, int R = MAX_ROWS>
static void block_of_rows(int rows, int width, const float* a, long a_stride, const float* b, float* out,
                          long out_stride, long depth, bool add, const float* ahead) {
    if constexpr (R > 1) {
        if (rows < R) return block_of_rows<BFLOAT16, R - 1>(rows, width, a, a_stride, b, out, out_stride, depth, add, ahead);
    }
    block_of_width<R, BFLOAT16>(width, a, a_stride, b, out, out_stride, depth, add, ahead);
}

// R rows alone: several panels at once, or the sums would wait for one another. `back` takes the panels from the last to
// the first: who reads them now in one direction, now in the other finds those read last still in the cache.
template <int R, int P, bool BFLOAT16>
static void few_rows(const float* a, long a_stride, const Panels& b, long first, long last, float* out, long out_stride,
                     bool add, bool back) {
    const long full = b.vectors / W < last ? b.vectors / W : last;
    const long blocks = first < full ? (full - first) / P : 0, rest = first + blocks * P;
    float* const out_rest = out + blocks * P * W * L;
    const auto do_rest = [&] {
        if (rest == last) return;
        if constexpr (P > 1) few_rows<R, P / 2, BFLOAT16>(a, a_stride, b, rest, last, out_rest, out_stride, add, back);
        else block_of_width<R, BFLOAT16>(b.width(rest), a, a_stride, b.panel(rest), out_rest, out_stride, b.depth, add, nullptr);
    };
    if (back) do_rest();
    for (long i = 0; i < blocks; ++i) {
        const long number = back ? blocks - 1 - i : i, panel = first + number * P;
        block<R, P, W, false, BFLOAT16>(a, a_stride, b.panel(panel), W * L * b.rows(b.depth), out + number * P * W * L,
                                        out_stride, b.depth, add, b.panel(panel));
    }
    if (!back) do_rest();
}

// Any number of rows, in blocks as even as can be.
template <bool BFLOAT16 = false>
static void many_rows(const float* a, long a_stride, long rows, int width, const float* panel, float* out, long out_stride,
                      long depth, bool add, const float* ahead) {
    const long blocks = (rows + MAX_ROWS - 1) / MAX_ROWS, least = rows / blocks, larger = rows % blocks;
    for (long i = 0, row = 0; i < blocks; ++i) {
        const int size = static_cast<int>(least + (i < larger));
        block_of_rows<BFLOAT16>(size, width, a + row * a_stride, a_stride, panel, out + row * out_stride, out_stride, depth, add,
                      i == 0 ? ahead : nullptr);
        row += size;
    }
}

// Columns of the panels [first, last) for all rows; `out` is where the first panel's first column goes.
template <bool BFLOAT16 = false>
static void product(const float* a, long a_stride, int rows, const Panels& b, long first, long last, float* out,
                    long out_stride, bool add, bool back = false) {
    constexpr int MOST = 4;  // panels at once: with more, less would be left in the cache for who comes `back`
    constexpr int P1 = MAX_ROWS < MOST ? MAX_ROWS : MOST, P2 = MAX_ROWS / 2 < MOST ? MAX_ROWS / 2 : MOST;
    if (rows == 1) return few_rows<1, P1, BFLOAT16>(a, a_stride, b, first, last, out, out_stride, add, back);
    if (rows == 2) return few_rows<2, P2, BFLOAT16>(a, a_stride, b, first, last, out, out_stride, add, back);
    if (rows == 3) return few_rows<3, MAX_ROWS / 3, BFLOAT16>(a, a_stride, b, first, last, out, out_stride, add, back);
    if constexpr (MAX_ROWS >= 10) {
        if (rows == 4) return few_rows<4, 2, BFLOAT16>(a, a_stride, b, first, last, out, out_stride, add, back);
        if (rows == 5) return few_rows<5, 2, BFLOAT16>(a, a_stride, b, first, last, out, out_stride, add, back);
    }
    for (long k = 0; k < b.depth; k += DEPTH_BLOCK) {
        const long depth = b.depth - k < DEPTH_BLOCK ? b.depth - k : DEPTH_BLOCK;
        for (long p = first; p < last; ++p) {
            const int width = b.width(p);
            const long after = p + 1 < last ? k : k + depth < b.depth ? k + depth : 0;  // where the panel read next begins
            const long next = p + 1 < last && b.width(p + 1) == width ? p + 1 : first;
            many_rows<BFLOAT16>(a + k, a_stride, rows, width, b.panel(p) + b.rows(k) * width * L, out + (p - first) * W * L,
                                out_stride, depth, add || k > 0, b.panel(next) + b.rows(after) * W * L);
        }
    }
}
