// exp, sigmoid and tanh to within a few units in the last place; NaN passes through, the ends are exact.
//
// exp(x) = 2^n · exp(r), n = round(x / ln 2), r = x - n ln 2 in two parts (Cody and Waite 1980); exp(r) - 1 on
// |r| <= ln 2 / 2 by its Taylor series to r^7, whose rest is below 6e-9.
#pragma once

struct Reduced {
    Vec fraction_less_1;  // exp(r) - 1
    IntVec exponent;      // n
};

// x must be NaN or within ±126 · ln 2; of NaN the exponent is any and the fraction NaN.
UNROLLED_INLINE Reduced reduce(Vec x) {
    const float log2e = 1.44269504089f, ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;
    const float magic = 12582912.0f;  // 1.5 · 2^23: adding it rounds to a whole number
    const Vec shifted = x * log2e + magic;
    const Vec n = shifted - magic;
    const Vec r = (x - n * ln2_high) - n * ln2_low;
    Vec p = broadcast(1.0f / 5040.0f);
    p = p * r + 1.0f / 720.0f;
    p = p * r + 1.0f / 120.0f;
    p = p * r + 1.0f / 24.0f;
    p = p * r + 1.0f / 6.0f;
    p = p * r + 0.5f;
    p = (p * r) * r + r;
    return {p, reinterpret_cast<IntVec>(shifted) - 0x4B400000};
}

UNROLLED_INLINE Vec power_of_2(IntVec n) { return reinterpret_cast<Vec>((n + 127) << 23); }

UNROLLED_INLINE Vec at_most(Vec x, float limit) { return select(x > limit, broadcast(limit), x); }

UNROLLED_INLINE Vec at_least(Vec x, float limit) { return select(x < limit, broadcast(limit), x); }

// 1 / (1 + exp(-x)); 1 from about 17 on, 0 below -87.
UNROLLED_INLINE Vec sigmoid(Vec x) {
    const Reduced e = reduce(at_least(at_most(-x, 87.0f), -87.0f));
    const Vec scale = power_of_2(e.exponent);
    const Vec value = 1.0f / (1.0f + (scale * e.fraction_less_1 + scale));
    return select(x < -87.0f, Vec{}, value);
}

// m / (m + 2) with m = exp(2x) - 1, which keeps its digits near 0; ±1 from about ±9 on.
UNROLLED_INLINE Vec tanh(Vec x) {
    const Reduced e = reduce(at_least(at_most(x + x, 30.0f), -30.0f));
    const Vec scale = power_of_2(e.exponent);
    const Vec m = scale * e.fraction_less_1 + (scale - 1.0f);
    return m / (m + 2.0f);
}
