// Vectors of one instruction path, by the compiler's vector extensions (GCC and clang): one source for every width.
//
// Included by path.cpp alone, inside the namespace of the path that is compiled; UNROLLED_LANES is its floats a vector.
#pragma once

constexpr int L = UNROLLED_LANES;  // floats in a vector
constexpr int W = UNROLLED_WIDTH;  // vectors side by side in a panel
constexpr int MAX_ROWS = UNROLLED_ROWS;  // rows of a block whose sums stay in registers

typedef float Vec __attribute__((vector_size(4 * UNROLLED_LANES), may_alias));
typedef int IntVec __attribute__((vector_size(4 * UNROLLED_LANES), may_alias));
typedef float UnalignedVec __attribute__((vector_size(4 * UNROLLED_LANES), aligned(4), may_alias));

#define UNROLLED_INLINE static inline __attribute__((always_inline))

UNROLLED_INLINE Vec load(const float* from) { return *reinterpret_cast<const UnalignedVec*>(from); }

UNROLLED_INLINE void store(float* to, Vec value) { *reinterpret_cast<UnalignedVec*>(to) = value; }

// The first n lanes, the others 0; n is L nearly always.
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

UNROLLED_INLINE Vec broadcast(float value) { return value - Vec{}; }

UNROLLED_INLINE Vec select(IntVec condition, Vec yes, Vec no) {
    return reinterpret_cast<Vec>((reinterpret_cast<IntVec>(yes) & condition) |
                                 (reinterpret_cast<IntVec>(no) & ~condition));
}
