// The products over all rows of a batch so small that a call of a matrix library would take longer than the product:
// input projections forwards; back, the gradients of the weights and of x.
#pragma once

// Panels of B whose columns are the rows of its transpose.
static void pack_transposed(const float* from, long from_stride, long columns, const Panels& panels, float* packed, long p) {
    const long width = panels.width(p);
    for (long v = 0; v < width; ++v) {
        const long column = (p * W + v) * L;
        pack_columns(from + column * from_stride, from_stride, smaller(L, columns - column), panels.depth,
                     packed + (panels.panel(p) - panels.data) + v * L, width * L);
    }
}

static Panels panels_of(float* packed, long depth, long columns) { return {packed, depth, (columns + L - 1) / L}; }

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

// Each member its columns.
template <class C>
static void project(const Batch& batch, const Forward& layer, float* packed, long rows, int member, int members) {
    const long columns = C::GATES * batch.H;
    const Panels panels = panels_of(packed, batch.D, columns);
    float* const beside = scratch(rows * W * L);
    for (long p = first_of(panels.count(), member, members); p < first_of(panels.count(), member + 1, members); ++p) {
        pack_transposed(layer.Wax, batch.D, columns, panels, packed, p);
        product_within(layer.x, batch.D, rows, panels, p, columns, layer.gates, layer.gates_stride, beside, false);
        const long end = smaller((p + 1) * W * L, columns);
        for (long row = 0; row < rows; ++row)
            for (long j = p * W * L; j < end; ++j) layer.gates[row * layer.gates_stride + j] += layer.ba[j];
    }
}

static void sum_rows(const float* from, long stride, long rows, long columns, float* to) {
    for (long j = 0; j < columns; ++j) to[j] = 0.0f;
    for (long row = 0; row < rows; ++row)
        for (long j = 0; j < columns; ++j) to[j] += from[row * stride + j];
}

template <class C>
static void gradients_of_weights(const Batch& batch, const Backward& layer, long rows) {
    const long H = batch.H, D = batch.D, G = C::GATES * H, width = C::GRADIENTS * H, stride = round_up(rows, L);
    float* const turned = scratch(width * (stride + W * L) + rows * (round_up(D, L) + round_up(H, L)));
    for (long row = 0; row < rows; row += L)
        pack_columns(layer.dgates + row * width, width, smaller(L, rows - row), width, turned + row, stride);
    float* const packed = turned + width * stride;
    float* const beside = packed + rows * (round_up(D, L) + round_up(H, L));
    const Panels x = pack(layer.x, D, rows, D, packed);
    product_within(turned, stride, G, x, D, layer.dWax, D, beside, false);
    // The GRU's last gate meets a⟨t-1⟩ within the reset product, whose gradients stand last.
    const Panels previous = pack(layer.previous, H, rows, H, packed + rows * round_up(D, L));
    const long last = G - (width > G ? H : 0);
    product_within(turned, stride, last, previous, H, layer.dWaa, H, beside, false);
    if (width > G) product_within(turned + G * stride, stride, H, previous, H, layer.dWaa + last * H, H, beside, false);
    sum_rows(layer.dgates, width, rows, G, layer.dba);
    if (width > G) sum_rows(layer.dgates + G, width, rows, H, layer.dban);
}

template <class C>
static void gradient_of_x(const Batch& batch, const Backward* layers, long rows) {
    const long D = batch.D, G = C::GATES * batch.H;
    float* const packed = scratch(G * round_up(D, L) + rows * W * L);
    for (int d = 0; d < batch.directions; ++d)
        product_within(layers[d].dgates, C::GRADIENTS * batch.H, rows, pack(layers[d].Wax, D, G, D, packed), D,
                       layers[0].dx, D, packed + G * round_up(D, L), d > 0);
}
