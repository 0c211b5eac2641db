// The products over all rows of a batch so small that a call of a matrix library would take longer than the product:
// input projections forwards; back, the gradients of the weights and of x.
#pragma once

constexpr long CACHED = 1 << 16;  // floats that may be expected to stay in the second-level cache

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

// The columns of one panel, of which the last may reach beyond a row of `out`: those go by way of `beside`.
static void product_within(const float* a, long a_stride, long rows, const Panels& b, long p, long columns, float* out,
                           long out_stride, float* beside, bool add) {
    const long first = p * W * L, width = b.width(p) * L, real = smaller(width, columns - first);
    if (real == width)
        return product(a, a_stride, static_cast<int>(rows), b, p, p + 1, out + first, out_stride, add);
    product(a, a_stride, static_cast<int>(rows), b, p, p + 1, beside, width, false);
    for (long row = 0; row < rows; ++row)
        for (long j = 0; j < real; ++j) {
            float& to = out[row * out_stride + first + j];
            to = beside[row * width + j] + (add ? to : 0.0f);
        }
}

static void product_within(const float* a, long a_stride, long rows, const Panels& b, long columns, float* out,
                           long out_stride, float* beside, bool add) {
    for (long p = 0; p < b.count(); ++p) product_within(a, a_stride, rows, b, p, columns, out, out_stride, beside, add);
}

static long rows_cached(long width) { return MAX_ROWS * larger(8, CACHED / (MAX_ROWS * width)); }

// Each member its columns, of which it packs the weights and then finds the projections.
template <class C>
static void pack_projection(const Batch& batch, const Forward& layer, float* packed, int member, int members) {
    const Panels panels = panels_of(packed, batch.D, C::GATES * batch.H);
    const long first = first_of(panels.count(), member, members), last = first_of(panels.count(), member + 1, members);
    for (long p = first; p < last; ++p) pack_transposed(layer.Wax, batch.D, C::GATES * batch.H, panels, packed, p);
}

template <class C>
static void project(const Batch& batch, const Forward& layer, const float* packed, long rows, int member, int members) {
    const long D = batch.D, columns = C::GATES * batch.H, most = rows_cached(D);
    const Panels panels = panels_of(packed, D, columns);
    const long first = first_of(panels.count(), member, members), last = first_of(panels.count(), member + 1, members);
    float* const beside = scratch(smaller(rows, most) * W * L);
    for (long begin = 0; begin < rows; begin += most) {
        const long count = smaller(most, rows - begin);
        for (long p = first; p < last; ++p)
            product_within(layer.x + begin * D, D, count, panels, p, columns, layer.gates + begin * layer.gates_stride,
                           layer.gates_stride, beside, false);
    }
}

static void sum_rows(const float* from, long stride, long rows, long columns, float* to) {
    for (long j = 0; j < columns; ++j) to[j] = 0.0f;
    for (long row = 0; row < rows; ++row)
        for (long j = 0; j < columns; ++j) to[j] += from[row * stride + j];
}

// A member's share of the gates: these rows of dWax, dWaa and the biases' gradients, some hundred rows of the batch at a
// time, that they are in the cache when they are read again.
template <class C>
static void gradients_of_weights(const Batch& batch, const Backward& layer, long rows, int member, int members) {
    const long H = batch.H, D = batch.D, G = C::GATES * H, width = C::GRADIENTS * H;
    const long first = first_of(G, member, members), last = first_of(G, member + 1, members);
    // The GRU's last gate meets a⟨t-1⟩ within the reset product, whose gradients stand last.
    const long within = width > G ? larger(first, smaller(last, G - H)) : last;
    const long most = DEPTH_BLOCK * larger(1, CACHED / (DEPTH_BLOCK * larger(last - first, 1)));
    const long stride = padded(smaller(rows, most));
    float* const turned = scratch((last - first) * (stride + W * L) + stride * (round_up(D, L) + round_up(H, L)));
    float* const packed_x = turned + (last - first) * stride;
    float* const packed_previous = packed_x + stride * round_up(D, L);
    float* const beside = packed_previous + stride * round_up(H, L);
    sum_rows(layer.dgates + first, width, rows, last - first, layer.dba + first);
    if (within < last) sum_rows(layer.dgates + within + H, width, rows, last - within, layer.dban + within - (G - H));
    for (long begin = 0; begin < rows; begin += most) {
        const long count = smaller(most, rows - begin);
        const bool add = begin > 0;
        const auto turn = [&](long from, long columns) {
            for (long row = 0; row < count; row += L)
                pack_columns(layer.dgates + (begin + row) * width + from, width, smaller(L, count - row), columns,
                             turned + row, stride);
        };
        turn(first, last - first);
        const Panels x = pack(layer.x + begin * D, D, count, D, packed_x);
        if (first < last)
            product_within(turned, stride, last - first, x, D, layer.dWax + first * D, D, beside, add);
        const Panels previous = pack(layer.previous + begin * layer.previous_stride, layer.previous_stride, count, H, packed_previous);
        if (first < within)
            product_within(turned, stride, within - first, previous, H, layer.dWaa + first * H, H, beside, add);
        if (within == last) continue;
        turn(within + H, last - within);
        product_within(turned, stride, last - within, previous, H, layer.dWaa + within * H, H, beside, add);
    }
}

// A member's share of the columns.
template <class C>
static void gradient_of_x(const Batch& batch, const Backward* layers, long rows, int member, int members) {
    const long D = batch.D, G = C::GATES * batch.H, width = C::GRADIENTS * batch.H, most = rows_cached(G);
    float* const packed = scratch(G * round_up(D, L) + smaller(rows, most) * W * L);
    float* const beside = packed + G * round_up(D, L);
    const Panels Wax = panels_of(packed, G, D);
    const long first = first_of(Wax.count(), member, members), last = first_of(Wax.count(), member + 1, members);
    for (int d = 0; d < batch.directions; ++d) {
        for (long p = first; p < last; ++p) pack_rows(layers[d].Wax, D, D, Wax, packed, p);
        for (long begin = 0; begin < rows; begin += most)
            for (long p = first; p < last; ++p)
                product_within(layers[d].dgates + begin * width, width, smaller(most, rows - begin), Wax, p, D,
                               layers[0].dx + begin * D, D, beside, d > 0);
    }
}
