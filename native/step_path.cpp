// The step on one instruction path. Built once per path, as path.cpp is, and under the same rule: nothing here may have
// external linkage but the table.
#include <math.h>
#ifdef __AVX512F__
#include <immintrin.h>
#endif

#include "stepper.hpp"

namespace unrolled::UNROLLED_PATH {
namespace {

#include "simd.hpp"

#include "activations.hpp"

#include "cells.hpp"
#include "step.hpp"

// f.operator()<C>() for the type of this cell.
template <class F>
auto for_cell(Cell cell, const F& f) {
    switch (cell) {
        case Cell::rnn: return f.template operator()<Rnn<false>>();
        case Cell::rnn_relu: return f.template operator()<Rnn<true>>();
        case Cell::gru: return f.template operator()<Gru>();
        case Cell::lstm: return f.template operator()<Lstm>();
    }
    __builtin_unreachable();
}

long size(Cell cell, long H, long D, bool bfloat16) {
    return for_cell(cell, [&]<class C>() { return unit_vectors(H) * vector_size<C>(H, D, bfloat16); });
}

void pack(Cell cell, long H, const StepWeights& weights, bool bfloat16, float* panels) {
    for_cell(cell, [&]<class C>() { pack_layer<C>(H, weights, bfloat16, panels); });
}

void step(const Step& step, int member, int members) {
    for_cell(step.cell, [&]<class C>() {
        step.bfloat16 ? step_layers<C, true>(step, member, members) : step_layers<C, false>(step, member, members);
    });
}

}  // namespace

extern const StepPath step_table;
const StepPath step_table = {size, pack, step};

}  // namespace unrolled::UNROLLED_PATH
