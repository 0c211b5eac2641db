// The products over all rows of a batch: input projections forwards; back, the gradients of the weights and of x.
//
// Some rows of the left operand and a part of the depth lie in the second-level cache while all panels of the right one pass
// (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008).
#pragma once

constexpr long CACHED = 1 << 16;  // floats that may be expected to stay in the second-level cache
constexpr long CACHED_DEPTH = 3 * DEPTH_BLOCK;
constexpr long CACHED_ROWS = CACHED / CACHED_DEPTH / MAX_ROWS * MAX_ROWS;
constexpr long CACHED_STRIDE = CACHED_DEPTH + 16;

// Panels of B whose columns are the rows of its transpose.
static void pack_transposed(const float* from, long from_stride, long columns, const Panels& panels, float* packed, long p) {
    const long width = panels.width(p);
    for (long v = 0; v < width; ++v) {
        const long column = (p * W + v) * L;
        pack_columns(from + column * from_stride, from_stride, smaller(L, columns - column), panels.depth,
                     packed + (panels.panel(p) - panels.data) + v * L, width * L);
    }
}

static Panels panels_of(const float* packed, long depth, long columns) { return {packed, depth, (columns + L - 1) / L}; }

static Panels pack(const float* from, long from_stride, long depth, long columns, float* packed) {
    const Panels panels = panels_of(packed, depth, columns);
    for (long p = 0; p < panels.count(); ++p) pack_rows(from, from_stride, columns, panels, packed, p);
    return panels;
}

static void copy_rows(const float* from, long from_stride, long rows, long columns, float* to, long to_stride) {
    for (long row = 0; row < rows; ++row)
        for (long j = 0; j < columns; j += L)
            store(to + row * to_stride + j, load(from + row * from_stride + j, static_cast<int>(smaller(L, columns - j))));
}

// Floats beside the cached rows, for columns that are no whole panel.
constexpr long BESIDE = CACHED_ROWS * W * L;

// Cached rows × the panels [first, last), over the part of the depth that begins at `begin`. `out` is where the first of all
// columns goes. A panel that reaches beyond a row of `out` goes by way of `beside`.
static void panels_pass(const float* a, long rows, const Panels& b, long begin, long depth, long first, long last,
                        long columns, float* out, long out_stride, float* beside, bool add) {
    for (long p = first; p < last; ++p) {
        const int width = b.width(p);
        const long column = p * W * L, real = smaller(width * L, columns - column);
        const bool whole = real == width * L;
        float* const to = whole ? out + column : beside;
        const long to_stride = whole ? out_stride : width * L;
        const float* const panel = b.panel(p) + begin * width * L;
        const float* const next = p + 1 < last && b.width(p + 1) == width ? b.panel(p + 1) + begin * width * L : panel;
        for (long k = 0; k < depth; k += DEPTH_BLOCK) {
            const long part = smaller(DEPTH_BLOCK, depth - k);
            many_rows(a + k, CACHED_STRIDE, rows, width, panel + k * width * L, to, to_stride, part, (whole && add) || k > 0,
                      k + part < depth ? panel + (k + part) * width * L : next);
        }
        if (whole) continue;
        for (long row = 0; row < rows; ++row)
            for (long j = 0; j < real; ++j) {
                float& sum = out[row * out_stride + column + j];
                sum = beside[row * width * L + j] + (add ? sum : 0.0f);
            }
    }
}

struct Range {
    long first, last;
};

static Range share(long parts, int member, int members) {
    return {first_of(parts, member, members), first_of(parts, member + 1, members)};
}

// out (rows × columns) = a · B, or added to what is there: a member's share, of the rows where they are many, else of the columns.
static void product_of_all(const float* a, long a_stride, long rows, const Panels& b, long columns, float* out, long out_stride,
                           bool add, int member, int members) {
    const bool by_rows = rows >= members * CACHED_ROWS;
    const Range mine = by_rows ? share(rows, member, members) : Range{0, rows};
    const Range panels = by_rows ? Range{0, b.count()} : share(b.count(), member, members);
    if (panels.first == panels.last) return;
    float* const cached = scratch(CACHED_ROWS * CACHED_STRIDE + BESIDE);
    float* const beside = cached + CACHED_ROWS * CACHED_STRIDE;
    const long parts = larger(1, (b.depth + CACHED_DEPTH - 1) / CACHED_DEPTH), step = round_up((b.depth + parts - 1) / parts, L);
    for (long row = mine.first; row < mine.last; row += CACHED_ROWS) {
        const long count = smaller(CACHED_ROWS, mine.last - row);
        for (long k = 0; k < b.depth; k += step) {
            const long depth = smaller(step, b.depth - k);
            copy_rows(a + row * a_stride + k, a_stride, count, depth, cached, CACHED_STRIDE);
            panels_pass(cached, count, b, k, depth, panels.first, panels.last, columns, out + row * out_stride, out_stride, beside,
                        add || k > 0);
        }
    }
}

// Each member its columns, of which it packs the weights.
template <class C>
static void pack_projection(const Batch& batch, const Forward& layer, float* packed, int member, int members) {
    const Panels panels = panels_of(packed, batch.D, C::GATES * batch.H);
    const Range mine = share(panels.count(), member, members);
    for (long p = mine.first; p < mine.last; ++p)
        pack_transposed(layer.Wax, batch.D, C::GATES * batch.H, panels, packed, p);
}

template <class C>
static void project(const Batch& batch, const Forward& layer, const float* packed, long rows, int member, int members) {
    const long columns = C::GATES * batch.H;
    product_of_all(layer.x, batch.D, rows, panels_of(packed, batch.D, columns), columns, layer.gates, layer.gates_stride, false,
                   member, members);
}

// Panels of Wax as it stands: depth over the gates, columns of x.
template <class C>
static void pack_Wax(const Batch& batch, const Backward& layer, float* packed, int member, int members) {
    const Panels panels = panels_of(packed, C::GATES * batch.H, batch.D);
    const Range mine = share(panels.count(), member, members);
    for (long p = mine.first; p < mine.last; ++p) pack_rows(layer.Wax, batch.D, batch.D, panels, packed, p);
}

template <class C>
static void gradient_of_x(const Batch& batch, const Backward& layer, const float* packed, long rows, float* dx, bool add,
                          int member, int members) {
    product_of_all(layer.dgates, C::GRADIENTS * batch.H, rows, panels_of(packed, C::GATES * batch.H, batch.D), batch.D, dx,
                   batch.D, add, member, members);
}

// Sums of the rows of `from`, whose lanes beyond `columns` are 0, to the elements of `to`.
static void sum_rows(const float* from, long stride, long rows, long columns, float* to, bool add) {
    for (long row = 0; row < rows; ++row) {
        Vec sums = {};
        for (long j = 0; j < columns; j += L) sums += load(from + row * stride + j);
        float sum = add ? to[row] : 0.0f;
        for (int lane = 0; lane < L; ++lane) sum += sums[lane];
        to[row] = sum;
    }
}

// A member's share of the gates: these rows of dWax, dWaa and the biases' gradients.
template <class C>
static void gradients_of_weights(const Batch& batch, const Backward& layer, long rows, int member, int members) {
    const long H = batch.H, D = batch.D, G = C::GATES * H, width = C::GRADIENTS * H;
    const Range mine = share(G, member, members);
    // The GRU's last gate meets a⟨t-1⟩ within the reset product, whose gradients stand last.
    const long within = width > G ? larger(mine.first, smaller(mine.last, G - H)) : mine.last;
    float* const turned = scratch(CACHED_ROWS * CACHED_STRIDE + BESIDE + CACHED_DEPTH * (round_up(D, L) + round_up(H, L)));
    float* const beside = turned + CACHED_ROWS * CACHED_STRIDE;
    float* const packed_x = beside + BESIDE;
    float* const packed_previous = packed_x + CACHED_DEPTH * round_up(D, L);
    for (long begin = 0; begin < rows; begin += CACHED_DEPTH) {
        const long count = smaller(CACHED_DEPTH, rows - begin);
        const bool add = begin > 0;
        const Panels x = pack(layer.x + begin * D, D, count, D, packed_x);
        const Panels previous =
            pack(layer.previous + begin * layer.previous_stride, layer.previous_stride, count, H, packed_previous);
        const auto turn = [&](long from, long columns) {
            for (long row = 0; row < count; row += L)
                pack_columns(layer.dgates + (begin + row) * width + from, width, smaller(L, count - row), columns,
                             turned + row, CACHED_STRIDE);
        };
        const auto by_x = [&](long gate, long gates) {
            panels_pass(turned, gates, x, 0, count, 0, x.count(), D, layer.dWax + gate * D, D, beside, add);
        };
        const auto by_previous = [&](long gate, long gates) {
            panels_pass(turned, gates, previous, 0, count, 0, previous.count(), H, layer.dWaa + gate * H, H, beside, add);
        };
        for (long gate = mine.first, gates; gate < mine.last; gate += gates) {
            gates = smaller(CACHED_ROWS, (gate < within ? within : mine.last) - gate);
            turn(gate, gates);
            sum_rows(turned, CACHED_STRIDE, gates, count, layer.dba + gate, add);
            by_x(gate, gates);
            if (gate >= within) {
                turn(gate + H, gates);
                sum_rows(turned, CACHED_STRIDE, gates, count, layer.dban + gate - (G - H), add);
            }
            by_previous(gate, gates);
        }
    }
}
