// sigmoid and tanh to within 2.5 units in the last place; NaN passes through, the ends are exact.
//
// exp(x) = 2^n · exp(r), n = round(x / ln 2), r = x - n ln 2 in two parts (Cody and Waite 1980); exp(r) - 1 on
// |r| <= ln 2 / 2 by its Taylor series to r^7, whose rest is below 6e-9, in pairs of terms (Estrin 1960).
#pragma once

template <int N>
struct Exponential {
    Pack<N> scale;            // 2^n
    Pack<N> fraction_less_1;  // exp(r) - 1
};

// exp(factor · x), for a factor of ±1 or ±2 and |factor · x| <= 87; of NaN the scale is any and the fraction NaN.
template <int N>
UNROLLED_INLINE Exponential<N> exponential(const Pack<N>& x, float factor) {
    const float log2e = 1.44269504089f, ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;
    const float magic = 12582912.0f;  // 1.5 · 2^23: adding it rounds to a whole number
    const Pack<N> shifted = x * (factor * log2e) + magic;
    const Pack<N> n = shifted - magic;
    const Pack<N> r = (x * factor - n * ln2_high) - n * ln2_low;
    const Pack<N> square = r * r;
    const Pack<N> low = r * (1.0f / 6.0f) + 0.5f, middle = r * (1.0f / 120.0f) + 1.0f / 24.0f;
    const Pack<N> high = r * (1.0f / 5040.0f) + 1.0f / 720.0f;
    const Pack<N> scale = each<N>(
        [&](int i) { return reinterpret_cast<Vec>((reinterpret_cast<IntVec>(shifted[i]) - (0x4B400000 - 127)) << 23); });
    return {scale, ((high * square + middle) * square + low) * square + r};
}

// 1 / (1 + exp(-x)); 1 from about 17 on, 0 below -87.
template <int N>
UNROLLED_INLINE Pack<N> sigmoid(const Pack<N>& x) {
    const Exponential<N> e = exponential(within(x, 87.0f), -1.0f);
    const Pack<N> value = reciprocal(e.scale * (e.fraction_less_1 + 1.0f) + 1.0f);
    return each<N>([&](int i) { return select(x[i] < -87.0f, Vec{}, value[i]); });
}

// m / (m + 2) with m = exp(2x) - 1, which keeps its digits near 0; ±1 from about ±9 on.
template <int N>
UNROLLED_INLINE Pack<N> tanh(const Pack<N>& x) {
    const Exponential<N> e = exponential(within(x, 15.0f), 2.0f);
    const Pack<N> m = e.scale * e.fraction_less_1 + (e.scale - 1.0f);
    return quotient(m, m + 2.0f);
}
