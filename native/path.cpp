// One instruction path. Built once per path with its own flags and UNROLLED_PATH; nothing here may have external
// linkage but the table, or the linker could keep a copy that other processors cannot run.
#include <math.h>
#ifdef __AVX512F__
#include <immintrin.h>
#endif

#include "engine.hpp"

namespace unrolled::UNROLLED_PATH {
namespace {

#include "simd.hpp"

#include "activations.hpp"
#include "product.hpp"

#include "cells.hpp"
#include "recurrence.hpp"

#include "small_batch.hpp"

template <class C>
void run_forward(const Batch& batch, const Plan& plan, const Forward* layers, float* packed, bool keep, int member) {
    const Panels shape = forward_panels<C>(nullptr, batch.H);
    const long size = shape.vectors * L * shape.depth, count = shape.count();
    for (int d = 0; d < batch.directions; ++d)
        pack_forward<C>(layers[d].Waa, batch.H, packed + d * size, first_of(count, member, plan.members),
                        first_of(count, member + 1, plan.members));
    float* shared = packed + batch.directions * size;
    const long Wax_size = round_up(C::GATES * batch.H, L) * batch.D;
    for (int d = 0; d < batch.directions && batch.D > 0; ++d, shared += Wax_size)
        project<C>(batch, layers[d], shared, plan.offsets[batch.sequences], member, plan.members);
    if (plan.members > 1) plan.barriers[0].wait(plan.members);
    for (const Team* team = plan.team; team < plan.team + plan.teams; ++team) {
        const int number = member - team->first_member;
        if (number < 0 || number >= team->size) continue;
        auto* run = keep ? forward_team<C, true> : forward_team<C, false>;
        run(batch, plan, *team, layers[team->direction], packed + team->direction * size,
            shared + 2 * padded(batch.H) * team->begin, number, team->size);
    }
}

template <class C>
void run_backward(const Batch& batch, const Plan& plan, const Backward* layers, float* packed, int member) {
    const Panels shape = backward_panels<C>(nullptr, batch.H);
    const long size = shape.vectors * L * shape.depth, count = shape.count();
    for (int d = 0; d < batch.directions; ++d)
        pack_backward<C>(layers[d].Waa, batch.H, packed + d * size, first_of(count, member, plan.members),
                         first_of(count, member + 1, plan.members));
    if (plan.members > 1) plan.barriers[0].wait(plan.members);
    float* const shared = packed + batch.directions * size;
    for (const Team* team = plan.team; team < plan.team + plan.teams; ++team) {
        const int number = member - team->first_member;
        if (number < 0 || number >= team->size) continue;
        backward_team<C>(batch, plan, *team, layers[team->direction], packed + team->direction * size,
                         shared + 2 * padded(C::GATES * batch.H) * team->begin, number, team->size);
    }
    if (batch.D == 0) return;
    if (plan.members > 1) plan.barriers[0].wait(plan.members);
    const long rows = plan.offsets[batch.sequences];
    for (int d = 0; d < batch.directions; ++d) gradients_of_weights<C>(batch, layers[d], rows, member, plan.members);
    if (layers[0].dx) gradient_of_x<C>(batch, layers, rows, member, plan.members);
}

void forward(const Batch& batch, const Plan& plan, const Forward* layers, float* packed, bool keep, int member) {
    switch (batch.cell) {
        case Cell::rnn: return run_forward<Rnn<false>>(batch, plan, layers, packed, keep, member);
        case Cell::rnn_relu: return run_forward<Rnn<true>>(batch, plan, layers, packed, keep, member);
        case Cell::gru: return run_forward<Gru>(batch, plan, layers, packed, keep, member);
        case Cell::lstm: return run_forward<Lstm>(batch, plan, layers, packed, keep, member);
    }
}

void backward(const Batch& batch, const Plan& plan, const Backward* layers, float* packed, int member) {
    switch (batch.cell) {
        case Cell::rnn: return run_backward<Rnn<false>>(batch, plan, layers, packed, member);
        case Cell::rnn_relu: return run_backward<Rnn<true>>(batch, plan, layers, packed, member);
        case Cell::gru: return run_backward<Gru>(batch, plan, layers, packed, member);
        case Cell::lstm: return run_backward<Lstm>(batch, plan, layers, packed, member);
    }
}

// Room for the packed Waa of every direction and for what the teams share.
long workspace(const Batch& batch, bool forward) {
    const long G = batch.cell == Cell::lstm ? 4 : batch.cell == Cell::gru ? 3 : 1;
    const long packed = G * round_up(batch.H, L) * batch.H, states = batch.directions * batch.sequences;
    const long Wax = forward ? round_up(G * batch.H, L) * batch.D : 0;
    return batch.directions * (packed + Wax) + 2 * padded(forward ? batch.H : G * batch.H) * states;
}

#define UNROLLED_NAME_OF(path) #path
#define UNROLLED_NAME(path) UNROLLED_NAME_OF(path)

}  // namespace

extern const ChainPath chain_table;
extern const StepPath step_table;
extern const Path table;
const Path table = {UNROLLED_NAME(UNROLLED_PATH), forward, backward, workspace, CHUNK, &chain_table, &step_table};

}  // namespace unrolled::UNROLLED_PATH
