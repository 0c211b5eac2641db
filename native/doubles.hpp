// Vectors of doubles of one instruction path, and exp for them; included by chain_path.cpp alone, after simd.hpp.
#pragma once

constexpr int LD = L / 2;  // doubles in a vector

typedef double Doubles __attribute__((vector_size(4 * UNROLLED_LANES), may_alias));
typedef decltype(Doubles{} < Doubles{}) Longs;  // what a comparison gives
typedef double UnalignedDoubles __attribute__((vector_size(4 * UNROLLED_LANES), aligned(8), may_alias));
typedef float HalfVec __attribute__((vector_size(2 * UNROLLED_LANES)));
typedef float UnalignedHalfVec __attribute__((vector_size(2 * UNROLLED_LANES), aligned(4), may_alias));

constexpr double INFINITE = __builtin_inf();

UNROLLED_INLINE Doubles load(const double* from) { return *reinterpret_cast<const UnalignedDoubles*>(from); }

UNROLLED_INLINE void store(double* to, Doubles value) { *reinterpret_cast<UnalignedDoubles*>(to) = value; }

UNROLLED_INLINE Doubles broadcast(double value) { return value - Doubles{}; }

UNROLLED_INLINE Doubles select(Longs condition, Doubles yes, Doubles no) { return condition ? yes : no; }

// The second where either is no number.
UNROLLED_INLINE Doubles larger(Doubles x, Doubles y) { return x > y ? x : y; }

UNROLLED_INLINE Doubles smaller(Doubles x, Doubles y) { return x < y ? x : y; }

UNROLLED_INLINE Doubles lane_numbers() {
    Doubles lanes;
    for (int lane = 0; lane < LD; ++lane) lanes[lane] = lane;
    return lanes;
}

// The first n lanes of `value`, the others `other`.
UNROLLED_INLINE Doubles first_lanes(Doubles value, long n, double other) {
    return select(lane_numbers() < static_cast<double>(n), value, broadcast(other));
}

// LD floats, of which n are real; the others are `other`. Reads past the n where `end` allows.
UNROLLED_INLINE Doubles widen(const float* from, const float* end, long n, double other) {
    HalfVec values = {};
    if (end - from >= LD) values = *reinterpret_cast<const UnalignedHalfVec*>(from);
    else
        for (long lane = 0; lane < n; ++lane) values[lane] = from[lane];
    const Doubles wide = __builtin_convertvector(values, Doubles);
    return n < LD ? first_lanes(wide, n, other) : wide;
}

UNROLLED_INLINE void narrow(float* to, Doubles value, long n) {
    const HalfVec values = __builtin_convertvector(value, HalfVec);
    if (n >= LD) *reinterpret_cast<UnalignedHalfVec*>(to) = values;
    else __builtin_memcpy(to, &values, static_cast<unsigned long>(n) * sizeof(float));
}

UNROLLED_INLINE void narrow(double* to, Doubles value, long n) {
    if (n >= LD) store(to, value);
    else __builtin_memcpy(to, &value, static_cast<unsigned long>(n) * sizeof(double));
}

#if UNROLLED_LANES == 16
#define UNROLLED_ACROSS(v, combine)                                        \
    v = combine(v, __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3)); \
    v = combine(v, __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5)); \
    v = combine(v, __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6))
#elif UNROLLED_LANES == 8
#define UNROLLED_ACROSS(v, combine)                            \
    v = combine(v, __builtin_shufflevector(v, v, 2, 3, 0, 1)); \
    v = combine(v, __builtin_shufflevector(v, v, 1, 0, 3, 2))
#else
#define UNROLLED_ACROSS(v, combine) v = combine(v, __builtin_shufflevector(v, v, 1, 0))
#endif

UNROLLED_INLINE Doubles added(Doubles x, Doubles y) { return x + y; }

UNROLLED_INLINE double sum_across(Doubles v) {
    UNROLLED_ACROSS(v, added);
    return v[0];
}

UNROLLED_INLINE double largest_across(Doubles v) {
    UNROLLED_ACROSS(v, larger);
    return v[0];
}

UNROLLED_INLINE double smallest_across(Doubles v) {
    UNROLLED_ACROSS(v, smaller);
    return v[0];
}

UNROLLED_INLINE bool any(Longs condition) {
    return largest_across(select(condition, broadcast(1.0), Doubles{})) > 0.0;
}

// exp(x) for x <= 0 to within a unit in the last place; 0 below -708 and of -inf, NaN of NaN.
//
// As in activations.hpp; exp(r) by its Taylor series to r^13, whose rest is below 5e-18.
UNROLLED_INLINE Doubles exp(Doubles x) {
    const double log2e = 1.4426950408889634, ln2_high = 0.69314718036912382, ln2_low = 1.9082149292705877e-10;
    const double magic = 6755399441055744.0;  // 1.5 · 2^52
    const Doubles held = select(x < -708.0, broadcast(-708.0), x);
    const Doubles shifted = held * log2e + magic;
    const Doubles n = shifted - magic;
    const Doubles r = (held - n * ln2_high) - n * ln2_low;
    Doubles p = broadcast(1.0 / 6227020800.0);
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * r * r + r + 1.0;
    const Longs exponent = reinterpret_cast<Longs>(shifted) - 0x4338000000000000L;
    const Doubles scale = reinterpret_cast<Doubles>((exponent + 1023) << 52);
    return select(x < -708.0, Doubles{}, p * scale);
}

// 2^-n, where 2^n <= value < 2^(n + 1) for a normal number; n is added to `exponent`.
UNROLLED_INLINE double scale_of(double value, long& exponent) {
    std::uint64_t bits;
    __builtin_memcpy(&bits, &value, sizeof bits);
    const long n = static_cast<long>((bits >> 52) & 0x7ff) - 1023;
    exponent += n;
    bits = static_cast<std::uint64_t>(1023 - n) << 52;
    __builtin_memcpy(&value, &bits, sizeof value);
    return value;
}
