// Vectors of one instruction path, by the compiler's vector extensions (GCC and clang): one source for every width.
//
// Included inside the namespace of the path that is compiled; UNROLLED_LANES is its floats a vector.
#pragma once

constexpr int L = UNROLLED_LANES;  // floats in a vector
constexpr int W = UNROLLED_WIDTH;  // vectors side by side in a panel
constexpr int MAX_ROWS = UNROLLED_ROWS;  // rows of a block whose sums stay in registers
constexpr int TOGETHER = W * MAX_ROWS > 16 ? 2 : 1;  // vectors of units in lockstep: where there are 32 registers, 2

typedef float Vec __attribute__((vector_size(4 * UNROLLED_LANES), may_alias));
typedef int IntVec __attribute__((vector_size(4 * UNROLLED_LANES), may_alias));
typedef float UnalignedVec __attribute__((vector_size(4 * UNROLLED_LANES), aligned(4), may_alias));

#define UNROLLED_INLINE_MEMBER inline __attribute__((always_inline))
#define UNROLLED_INLINE static UNROLLED_INLINE_MEMBER

UNROLLED_INLINE Vec load(const float* from) { return *reinterpret_cast<const UnalignedVec*>(from); }

UNROLLED_INLINE void store(float* to, Vec value) { *reinterpret_cast<UnalignedVec*>(to) = value; }

// The first n lanes, the others 0; n is L nearly always.
#if defined(__AVX512F__)
UNROLLED_INLINE Vec load(const float* from, int n) {
    return n == L ? load(from) : _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) - 1), from);
}
UNROLLED_INLINE void store(float* to, Vec value, int n) {
    if (n == L) return store(to, value);
    _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1u << n) - 1), value);
}
#else
UNROLLED_INLINE Vec load(const float* from, int n) {
    if (n == L) return load(from);
    Vec value = {};
    for (int lane = 0; lane < n; ++lane) value[lane] = from[lane];
    return value;
}
UNROLLED_INLINE void store(float* to, Vec value, int n) {
    if (n == L) return store(to, value);
    for (int lane = 0; lane < n; ++lane) to[lane] = value[lane];
}
#endif

UNROLLED_INLINE Vec broadcast(float value) { return value - Vec{}; }

// Two weights a word, as bfloat16: the upper half of a float. That of the even depth is the word's lower half.
UNROLLED_INLINE Vec joined_depths(Vec even, Vec odd) {
    return (Vec)(((IntVec)even >> 16 & 0xffff) | ((IntVec)odd & -65536));
}
UNROLLED_INLINE Vec at_depth(Vec words, int k) { return (Vec)(k % 2 ? (IntVec)words & -65536 : (IntVec)words << 16); }

UNROLLED_INLINE Vec select(IntVec condition, Vec yes, Vec no) { return condition ? yes : no; }

// What the compiler's own vectors do slowly on AVX-512. `at_most` and `at_least`: x where it is NaN. `reciprocal` and
// `quotient` divide by what is normal and at least 1: a division takes 16 cycles, an estimate to 14 bits with a step of
// Newton's 4; the quotient's remainder is added to it, so that n / n is 1.
#ifdef __AVX512F__
constexpr __mmask16 ALL = 0xffff;  // with a mask: without one GCC's own header warns of what it leaves unset
UNROLLED_INLINE Vec at_most(Vec x, float limit) { return _mm512_maskz_min_ps(ALL, broadcast(limit), x); }
UNROLLED_INLINE Vec at_least(Vec x, float limit) { return _mm512_maskz_max_ps(ALL, broadcast(limit), x); }
UNROLLED_INLINE Vec estimated_reciprocal(Vec d) { return _mm512_maskz_rcp14_ps(ALL, d); }
UNROLLED_INLINE Vec remainder(Vec n, Vec x, Vec y) { return _mm512_fnmadd_ps(x, y, n); }  // n - x y, rounded once
constexpr bool ESTIMATES = true;
#else
UNROLLED_INLINE Vec at_most(Vec x, float limit) { return select(broadcast(limit) < x, broadcast(limit), x); }
UNROLLED_INLINE Vec at_least(Vec x, float limit) { return select(broadcast(limit) > x, broadcast(limit), x); }
UNROLLED_INLINE Vec estimated_reciprocal(Vec d) { return d; }
UNROLLED_INLINE Vec remainder(Vec n, Vec x, Vec y) { return n - x * y; }
constexpr bool ESTIMATES = false;
#endif

template <int... I>
struct Lanes {};
template <int N, int... I>
struct LanesTo : LanesTo<N - 1, N - 1, I...> {};
template <int... I>
struct LanesTo<0, I...> {
    using Type = Lanes<I...>;
};
using AllLanes = LanesTo<L>::Type;

// Several vectors that take each operation together: operations that wait for one another stand far enough apart.
template <int N>
struct Pack {
    Vec v[N];

    UNROLLED_INLINE_MEMBER Vec& operator[](int i) { return v[i]; }
    UNROLLED_INLINE_MEMBER const Vec& operator[](int i) const { return v[i]; }
};

template <int N, class F>
UNROLLED_INLINE Pack<N> each(F f) {
    Pack<N> result;
#pragma GCC unroll 16
    for (int i = 0; i < N; ++i) result[i] = f(i);
    return result;
}

#define UNROLLED_TOGETHER(op)                                                                                        \
    template <int N>                                                                                                 \
    UNROLLED_INLINE Pack<N> operator op(const Pack<N>& x, const Pack<N>& y) {                                        \
        return each<N>([&](int i) { return x[i] op y[i]; });                                                         \
    }                                                                                                                \
    template <int N>                                                                                                 \
    UNROLLED_INLINE Pack<N> operator op(const Pack<N>& x, float y) {                                                 \
        return each<N>([&](int i) { return x[i] op y; });                                                            \
    }                                                                                                                \
    template <int N>                                                                                                 \
    UNROLLED_INLINE Pack<N> operator op(float x, const Pack<N>& y) {                                                 \
        return each<N>([&](int i) { return x op y[i]; });                                                            \
    }
UNROLLED_TOGETHER(+)
UNROLLED_TOGETHER(-)
UNROLLED_TOGETHER(*)
#undef UNROLLED_TOGETHER

// The lanes of the lower (upper) halves of x and y in turn.
template <bool UPPER, int... I>
UNROLLED_INLINE Vec interleaved(Vec x, Vec y, Lanes<I...>) {
    return __builtin_shufflevector(x, y, (UPPER * L / 2 + I / 2 + I % 2 * L)...);
}

// Lane j of vector i becomes lane i of vector j: log2(L) perfect shuffles.
UNROLLED_INLINE void transpose(Pack<L>& rows) {
#pragma GCC unroll 4
    for (int stage = 1; stage < L; stage *= 2)
        rows = each<L>([&](int i) {
            const Vec x = rows[i / 2], y = rows[i / 2 + L / 2];
            return i % 2 ? interleaved<true>(x, y, AllLanes{}) : interleaved<false>(x, y, AllLanes{});
        });
}

template <int N>
UNROLLED_INLINE Pack<N> within(const Pack<N>& x, float limit) {
    const Pack<N> below = each<N>([&](int i) { return at_most(x[i], limit); });
    return each<N>([&](int i) { return at_least(below[i], -limit); });
}

template <int N>
UNROLLED_INLINE Pack<N> reciprocal(const Pack<N>& d) {
    if constexpr (!ESTIMATES) return each<N>([&](int i) { return 1.0f / d[i]; });
    const Pack<N> estimate = each<N>([&](int i) { return estimated_reciprocal(d[i]); });
    const Pack<N> error = each<N>([&](int i) { return remainder(broadcast(1.0f), d[i], estimate[i]); });
    return estimate * error + estimate;
}

template <int N>
UNROLLED_INLINE Pack<N> quotient(const Pack<N>& n, const Pack<N>& d) {
    if constexpr (!ESTIMATES) return each<N>([&](int i) { return n[i] / d[i]; });
    const Pack<N> inverse = reciprocal(d), estimate = n * inverse;
    const Pack<N> rest = each<N>([&](int i) { return remainder(n[i], estimate[i], d[i]); });
    return rest * inverse + estimate;
}
