// What a unit of each cell does with the sums that reach it, L units at a time; forward, and back.
//
// With s the sums Waa · a⟨t-1⟩ and x the input projections Wax · x⟨t⟩ + ba (notation as in docs/equations.md):
//   rnn   a = g(x + s)
//   gru   r, z = σ(x + s), m = s + ban, n = tanh(x + r * m), a = (1 - z) * n + z * a⟨t-1⟩
//   lstm  i, f, o = σ(x + s), g = tanh(x + s), c = f * c⟨t-1⟩ + i * g, a = o * tanh(c)
#pragma once

// Where V vectors of units of one row stand at one step. Gates are H floats apart; the sums of a vector's gates stand side
// by side. Of the last vector n units are real.
struct ForwardUnits {
    const float* sums;
    float* gates;  // input projections in; what the way back needs of the gates out
    float* a_row;
    float* c_row;  // nullptr where nothing is kept
    const float* a_before;
    float* a_after;
    float* c;
    const float* ba;  // what the projections lack; nullptr where they have it
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

template <int V>
UNROLLED_INLINE Pack<V> load_pack(const float* from, int n) {
    return each<V>([&](int v) { return v < V - 1 ? load(from + v * L) : load(from + v * L, n); });
}

template <int V>
UNROLLED_INLINE void store_pack(float* to, const Pack<V>& value, int n) {
    for (int v = 0; v < V - 1; ++v) store(to + v * L, value[v]);
    store(to + (V - 1) * L, value[V - 1], n);
}

// Input projections of one gate.
template <int V>
UNROLLED_INLINE Pack<V> load_projections(const ForwardUnits& u, int gate) {
    const Pack<V> x = load_pack<V>(u.gates + gate * u.H, u.n);
    return u.ba ? x + load_pack<V>(u.ba + gate * u.H, u.n) : x;
}

// Sums of one gate.
template <int V, int GATES>
UNROLLED_INLINE Pack<V> load_sums(const float* sums, int gate) {
    return each<V>([&](int v) { return load(sums + (v * GATES + gate) * L); });
}

template <bool RELU>
struct Rnn {
    static constexpr int GATES = 1, KEPT = 0, GRADIENTS = 1;
    static constexpr bool HAS_C = false, CARRIES = false;  // CARRIES: da flows past the product too

    template <bool KEEP, int V>
    UNROLLED_INLINE void forward(const ForwardUnits& u) {
        const Pack<V> s = load_projections<V>(u, 0) + load_sums<V, GATES>(u.sums, 0);
        Pack<V> a;
        if constexpr (RELU) a = each<V>([&](int v) { return select(s[v] < Vec{}, Vec{}, s[v]); });
        else a = tanh(s);
        store_pack(u.a_after, a, L);
        store_pack(u.a_row, a, u.n);
    }

    template <int V>
    UNROLLED_INLINE void backward(const BackwardUnits& u) {
        const Pack<V> da = load_pack<V>(u.da_row, u.n) + load_pack<V>(u.da, L);
        const Pack<V> a = load_pack<V>(u.a_row, u.n);
        Pack<V> d;
        if constexpr (RELU) d = each<V>([&](int v) { return select(a[v] <= Vec{}, Vec{}, da[v]); });
        else d = da * (1.0f - a * a);
        store_pack(u.dgates, d, u.n);
        store_pack(u.product, d, u.n);
    }
};

struct Gru {
    static constexpr int GATES = 3, KEPT = 4, GRADIENTS = 4;  // kept, and gradients: r, z, n, m
    static constexpr bool HAS_C = false, CARRIES = true;

    template <bool KEEP, int V>
    UNROLLED_INLINE void forward(const ForwardUnits& u) {
        const auto sum = [&](int gate) { return load_projections<V>(u, gate) + load_sums<V, GATES>(u.sums, gate); };
        const Pack<V> r = sigmoid(sum(0)), z = sigmoid(sum(1));
        const Pack<V> m = load_sums<V, GATES>(u.sums, 2) + load_pack<V>(u.ban, u.n);
        const Pack<V> n = tanh(load_projections<V>(u, 2) + r * m);
        const Pack<V> a = n + z * (load_pack<V>(u.a_before, L) - n);
        store_pack(u.a_after, a, L);
        store_pack(u.a_row, a, u.n);
        if constexpr (KEEP) {
            store_pack(u.gates, r, u.n);
            store_pack(u.gates + u.H, z, u.n);
            store_pack(u.gates + 2 * u.H, n, u.n);
            store_pack(u.gates + 3 * u.H, m, u.n);
        }
    }

    template <int V>
    UNROLLED_INLINE void backward(const BackwardUnits& u) {
        const auto kept = [&](int gate) { return load_pack<V>(u.gates + gate * u.H, u.n); };
        const Pack<V> r = kept(0), z = kept(1), n = kept(2), m = kept(3);
        const Pack<V> da = load_pack<V>(u.da_row, u.n) + load_pack<V>(u.da, L);
        const Pack<V> dn = da * (1.0f - z) * (1.0f - n * n);
        const Pack<V> dm = dn * r;
        const Pack<V> dr = dn * m * r * (1.0f - r);
        const Pack<V> dz = da * (load_pack<V>(u.a_before, u.n) - n) * z * (1.0f - z);
        store_pack(u.da, da * z, L);
        store_pack(u.dgates, dr, u.n);
        store_pack(u.dgates + u.H, dz, u.n);
        store_pack(u.dgates + 2 * u.H, dn, u.n);
        store_pack(u.dgates + 3 * u.H, dm, u.n);
        store_pack(u.product, dr, u.n);
        store_pack(u.product + u.H, dz, u.n);
        store_pack(u.product + 2 * u.H, dm, u.n);
    }
};

struct Lstm {
    static constexpr int GATES = 4, KEPT = 4, GRADIENTS = 4;
    static constexpr bool HAS_C = true, CARRIES = false;

    template <bool KEEP, int V>
    UNROLLED_INLINE void forward(const ForwardUnits& u) {
        const auto sum = [&](int gate) { return load_projections<V>(u, gate) + load_sums<V, GATES>(u.sums, gate); };
        const Pack<V> i = sigmoid(sum(0)), f = sigmoid(sum(1)), g = tanh(sum(2)), o = sigmoid(sum(3));
        const Pack<V> c = f * load_pack<V>(u.c, L) + i * g;
        const Pack<V> a = o * tanh(c);
        store_pack(u.c, c, L);
        store_pack(u.a_after, a, L);
        store_pack(u.a_row, a, u.n);
        if constexpr (KEEP) {
            store_pack(u.gates, i, u.n);
            store_pack(u.gates + u.H, f, u.n);
            store_pack(u.gates + 2 * u.H, g, u.n);
            store_pack(u.gates + 3 * u.H, o, u.n);
            store_pack(u.c_row, c, u.n);
        }
    }

    template <int V>
    UNROLLED_INLINE void backward(const BackwardUnits& u) {
        const auto kept = [&](int gate) { return load_pack<V>(u.gates + gate * u.H, u.n); };
        const Pack<V> i = kept(0), f = kept(1), g = kept(2), o = kept(3);
        const Pack<V> tanh_c = tanh(load_pack<V>(u.c_row, u.n));
        const Pack<V> da = load_pack<V>(u.da_row, u.n) + load_pack<V>(u.da, L);
        const Pack<V> dc = load_pack<V>(u.dc, L) + da * o * (1.0f - tanh_c * tanh_c);
        const Pack<V> di = dc * g * i * (1.0f - i);
        const Pack<V> df = dc * load_pack<V>(u.c_before, u.n) * f * (1.0f - f);
        const Pack<V> dg = dc * i * (1.0f - g * g);
        const Pack<V> d_o = da * tanh_c * o * (1.0f - o);
        store_pack(u.dc, dc * f, L);
        store_pack(u.dgates, di, u.n);
        store_pack(u.dgates + u.H, df, u.n);
        store_pack(u.dgates + 2 * u.H, dg, u.n);
        store_pack(u.dgates + 3 * u.H, d_o, u.n);
        store_pack(u.product, di, u.n);
        store_pack(u.product + u.H, df, u.n);
        store_pack(u.product + 2 * u.H, dg, u.n);
        store_pack(u.product + 3 * u.H, d_o, u.n);
    }
};
