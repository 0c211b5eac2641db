// What a unit of each cell does with the sums that reach it, L units at a time; forward, and back.
//
// With s the sums Waa · a⟨t-1⟩ and x the input projections Wax · x⟨t⟩ + ba (notation as in docs/equations.md):
//   rnn   a = g(x + s)
//   gru   r, z = σ(x + s), m = s + ban, n = tanh(x + r * m), a = (1 - z) * n + z * a⟨t-1⟩
//   lstm  i, f, o = σ(x + s), g = tanh(x + s), c = f * c⟨t-1⟩ + i * g, a = o * tanh(c)
#pragma once

// Where L units of one row stand at one step; `n` of them are real. Gates are H floats apart, sums L floats.
struct ForwardUnits {
    const float* sums;
    float* gates;  // input projections in; what the way back needs of the gates out
    float* a_row;
    float* c_row;  // nullptr where nothing is kept
    const float* a_before;
    float* a_after;
    float* c;
    const float* ban;
    long H;
    int n;
};

// As above; the gate gradients go to the rows of the caller and side by side to `product`, which the matrix product
// of the next step reads. `da` holds what comes from the step ahead and becomes what goes on past the product.
struct BackwardUnits {
    const float* gates;
    const float* a_row;
    const float* c_row;
    const float* a_before;
    const float* c_before;
    const float* da_row;
    float* da;
    float* dc;
    float* dgates;
    float* product;
    long H;
    int n;
};

UNROLLED_INLINE Vec relu(Vec x) { return select(x < Vec{}, Vec{}, x); }

template <bool RELU>
struct Rnn {
    static constexpr int GATES = 1, KEPT = 0, GRADIENTS = 1;
    static constexpr bool HAS_C = false, CARRIES = false;  // CARRIES: da flows past the product too

    template <bool KEEP>
    UNROLLED_INLINE void forward(const ForwardUnits& u) {
        const Vec s = load(u.gates, u.n) + load(u.sums);
        const Vec a = RELU ? relu(s) : tanh(s);
        store(u.a_after, a);
        store(u.a_row, a, u.n);
    }

    UNROLLED_INLINE void backward(const BackwardUnits& u) {
        const Vec da = load(u.da_row, u.n) + load(u.da);
        const Vec a = load(u.a_row, u.n);
        const Vec d = RELU ? select(a <= Vec{}, Vec{}, da) : da * (1.0f - a * a);
        store(u.dgates, d, u.n);
        store(u.product, d, u.n);
    }
};

struct Gru {
    static constexpr int GATES = 3, KEPT = 4, GRADIENTS = 4;  // kept, and gradients: r, z, n, m
    static constexpr bool HAS_C = false, CARRIES = true;

    template <bool KEEP>
    UNROLLED_INLINE void forward(const ForwardUnits& u) {
        const Vec r = sigmoid(load(u.gates, u.n) + load(u.sums));
        const Vec z = sigmoid(load(u.gates + u.H, u.n) + load(u.sums + L));
        const Vec m = load(u.sums + 2 * L) + load(u.ban, u.n);
        const Vec n = tanh(load(u.gates + 2 * u.H, u.n) + r * m);
        const Vec a = n + z * (load(u.a_before) - n);
        store(u.a_after, a);
        store(u.a_row, a, u.n);
        if constexpr (KEEP) {
            store(u.gates, r, u.n);
            store(u.gates + u.H, z, u.n);
            store(u.gates + 2 * u.H, n, u.n);
            store(u.gates + 3 * u.H, m, u.n);
        }
    }

    UNROLLED_INLINE void backward(const BackwardUnits& u) {
        const Vec r = load(u.gates, u.n), z = load(u.gates + u.H, u.n), n = load(u.gates + 2 * u.H, u.n);
        const Vec m = load(u.gates + 3 * u.H, u.n);
        const Vec da = load(u.da_row, u.n) + load(u.da);
        const Vec dn = da * (1.0f - z) * (1.0f - n * n);
        const Vec dm = dn * r;
        const Vec dr = dn * m * r * (1.0f - r);
        const Vec dz = da * (load(u.a_before, u.n) - n) * z * (1.0f - z);
        store(u.da, da * z);
        store(u.dgates, dr, u.n);
        store(u.dgates + u.H, dz, u.n);
        store(u.dgates + 2 * u.H, dn, u.n);
        store(u.dgates + 3 * u.H, dm, u.n);
        store(u.product, dr, u.n);
        store(u.product + u.H, dz, u.n);
        store(u.product + 2 * u.H, dm, u.n);
    }
};

struct Lstm {
    static constexpr int GATES = 4, KEPT = 4, GRADIENTS = 4;
    static constexpr bool HAS_C = true, CARRIES = false;

    template <bool KEEP>
    UNROLLED_INLINE void forward(const ForwardUnits& u) {
        const Vec i = sigmoid(load(u.gates, u.n) + load(u.sums));
        const Vec f = sigmoid(load(u.gates + u.H, u.n) + load(u.sums + L));
        const Vec g = tanh(load(u.gates + 2 * u.H, u.n) + load(u.sums + 2 * L));
        const Vec o = sigmoid(load(u.gates + 3 * u.H, u.n) + load(u.sums + 3 * L));
        const Vec c = f * load(u.c) + i * g;
        const Vec a = o * tanh(c);
        store(u.c, c);
        store(u.a_after, a);
        store(u.a_row, a, u.n);
        if constexpr (KEEP) {
            store(u.gates, i, u.n);
            store(u.gates + u.H, f, u.n);
            store(u.gates + 2 * u.H, g, u.n);
            store(u.gates + 3 * u.H, o, u.n);
            store(u.c_row, c, u.n);
        }
    }

    UNROLLED_INLINE void backward(const BackwardUnits& u) {
        const Vec i = load(u.gates, u.n), f = load(u.gates + u.H, u.n), g = load(u.gates + 2 * u.H, u.n);
        const Vec o = load(u.gates + 3 * u.H, u.n);
        const Vec tanh_c = tanh(load(u.c_row, u.n));
        const Vec da = load(u.da_row, u.n) + load(u.da);
        const Vec dc = load(u.dc) + da * o * (1.0f - tanh_c * tanh_c);
        const Vec di = dc * g * i * (1.0f - i);
        const Vec df = dc * load(u.c_before, u.n) * f * (1.0f - f);
        const Vec dg = dc * i * (1.0f - g * g);
        const Vec d_o = da * tanh_c * o * (1.0f - o);
        store(u.dc, dc * f);
        store(u.dgates, di, u.n);
        store(u.dgates + u.H, df, u.n);
        store(u.dgates + 2 * u.H, dg, u.n);
        store(u.dgates + 3 * u.H, d_o, u.n);
        store(u.product, di, u.n);
        store(u.product + u.H, df, u.n);
        store(u.product + 2 * u.H, dg, u.n);
        store(u.product + 3 * u.H, d_o, u.n);
    }
};
