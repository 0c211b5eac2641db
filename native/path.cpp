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

#include "all_rows.hpp"

long gates_of(const Batch& batch) { return batch.cell == Cell::lstm ? 4 : batch.cell == Cell::gru ? 3 : 1; }

// Packed weights: Waa of every direction, then Wax.
long Waa_size(const Batch& batch) {
    return gates_of(batch) * round_up(batch.H, L) * (batch.bfloat16 ? (batch.H + 1) / 2 : batch.H);
}
long Wax_size(const Batch& batch) { return round_up(gates_of(batch) * batch.H, L) * batch.D; }

long Wax_back_size(const Batch& batch) { return gates_of(batch) * batch.H * round_up(batch.D, L); }

long packed_size(const Batch& batch, bool forward) {
    return batch.directions * (Waa_size(batch) + (forward ? Wax_size(batch) : 0));
}

// A member's share.
template <class C>
void pack_weights(const Batch& batch, const Forward* layers, float* packed, int member, int members) {
    const long count = forward_panels<C>(nullptr, batch.H, batch.bfloat16).count();
    const Range mine = share(count, member, members);
    for (int d = 0; d < batch.directions; ++d, packed += Waa_size(batch))
        pack_forward<C>(layers[d].Waa, batch.H, batch.bfloat16, packed, mine.first, mine.last);
    for (int d = 0; d < batch.directions && batch.D > 0; ++d, packed += Wax_size(batch))
        pack_projection<C>(batch, layers[d], packed, member, members);
}

template <class C>
void run_forward(const Batch& batch, const Plan& plan, const Forward* layers, float* workspace, bool keep, int member) {
    if (!batch.packed) pack_weights<C>(batch, layers, workspace, member, plan.members);
    const float* const Waa = batch.packed ? batch.packed : workspace;
    const float* const Wax = Waa + batch.directions * Waa_size(batch);
    float* const shared = batch.packed ? workspace : workspace + packed_size(batch, true);
    if (batch.D > 0 && !batch.packed && plan.members > 1) plan.barriers[0].wait(plan.members);
    for (int d = 0; d < batch.directions && batch.D > 0; ++d)
        project<C>(batch, layers[d], Wax + d * Wax_size(batch), plan.offsets[batch.sequences], member, plan.members);
    if (plan.members > 1) plan.barriers[0].wait(plan.members);
    for (const Team* team = plan.team; team < plan.team + plan.teams; ++team) {
        const int number = member - team->first_member;
        if (number < 0 || number >= team->size) continue;
        auto* run = keep ? forward_team<C, true> : forward_team<C, false>;
        run(batch, plan, *team, layers[team->direction], Waa + team->direction * Waa_size(batch),
            shared + 2 * padded(batch.H) * team->begin, number, team->size);
    }
}

template <class C>
void run_backward(const Batch& batch, const Plan& plan, const Backward* layers, float* packed, int member) {
    const long size = Waa_size(batch), count = backward_panels<C>(nullptr, batch.H).count();
    for (int d = 0; d < batch.directions; ++d)
        pack_backward<C>(layers[d].Waa, batch.H, packed + d * size, first_of(count, member, plan.members),
                         first_of(count, member + 1, plan.members));
    const long rows = plan.offsets[batch.sequences], size_of_Wax = Wax_back_size(batch);
    float* const Wax = packed + batch.directions * size;
    for (int d = 0; d < batch.directions && layers[0].dx; ++d)
        pack_Wax<C>(batch, layers[d], Wax + d * size_of_Wax, member, plan.members);
    if (plan.members > 1) plan.barriers[0].wait(plan.members);
    float* const shared = Wax + batch.directions * size_of_Wax;
    for (const Team* team = plan.team; team < plan.team + plan.teams; ++team) {
        const int number = member - team->first_member;
        if (number < 0 || number >= team->size) continue;
        backward_team<C>(batch, plan, *team, layers[team->direction], packed + team->direction * size,
                         shared + 2 * padded(C::GATES * batch.H) * team->begin, number, team->size);
    }
    if (batch.D == 0) return;
    if (plan.members > 1) plan.barriers[0].wait(plan.members);
    for (int d = 0; d < batch.directions; ++d) gradients_of_weights<C>(batch, layers[d], rows, member, plan.members);
    for (int d = 0; d < batch.directions && layers[0].dx; ++d)
        gradient_of_x<C>(batch, layers[d], Wax + d * size_of_Wax, rows, layers[0].dx, d > 0, member, plan.members);
}

void forward(const Batch& batch, const Plan& plan, const Forward* layers, float* workspace, bool keep, int member) {
    switch (batch.cell) {
        case Cell::rnn: return run_forward<Rnn<false>>(batch, plan, layers, workspace, keep, member);
        case Cell::rnn_relu: return run_forward<Rnn<true>>(batch, plan, layers, workspace, keep, member);
        case Cell::gru: return run_forward<Gru>(batch, plan, layers, workspace, keep, member);
        case Cell::lstm: return run_forward<Lstm>(batch, plan, layers, workspace, keep, member);
    }
}

void pack(const Batch& batch, const Forward* layers, float* packed) {
    switch (batch.cell) {
        case Cell::rnn: return pack_weights<Rnn<false>>(batch, layers, packed, 0, 1);
        case Cell::rnn_relu: return pack_weights<Rnn<true>>(batch, layers, packed, 0, 1);
        case Cell::gru: return pack_weights<Gru>(batch, layers, packed, 0, 1);
        case Cell::lstm: return pack_weights<Lstm>(batch, layers, packed, 0, 1);
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

// Room for the packed weights, where they are not packed before, and for what the teams share.
long workspace(const Batch& batch, bool forward) {
    const long width = padded(forward ? batch.H : gates_of(batch) * batch.H);
    return (batch.packed ? 0 : packed_size(batch, forward)) + (forward ? 0 : batch.directions * Wax_back_size(batch)) + 2 * width * batch.directions * batch.sequences;
}

#define UNROLLED_NAME_OF(path) #path
#define UNROLLED_NAME(path) UNROLLED_NAME_OF(path)

}  // namespace

extern const ChainPath chain_table;
extern const StepPath step_table;
extern const Path table;
const Path table = {UNROLLED_NAME(UNROLLED_PATH), forward, backward, workspace, packed_size, pack, CHUNK, &chain_table, &step_table};

}  // namespace unrolled::UNROLLED_PATH
