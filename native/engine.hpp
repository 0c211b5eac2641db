// The recurrence over a whole ragged batch: what a caller hands over, and the one table that each instruction path fills.
//
// All tensors are float32. Sequence i of N has lengths[i] rows, one after another; M rows in all. H units, G gates.
#pragma once

#include <cstdint>

#include "chain.hpp"
#include "threads.hpp"

namespace unrolled {

enum class Cell { rnn, rnn_relu, gru, lstm };

struct Batch {
    Cell cell;
    long H;
    long sequences;
    const std::int64_t* lengths;
    int directions;  // 1 forwards, 2 forwards and backwards
    int threads;
    long D = 0;  // width of x where the engine is to do what the caller does for larger batches: project it forwards,
                 // and back find the gradients of x and of the weights; 0 where the caller does
    const float* packed = nullptr;  // forwards: what Path::pack made of the weights; nullptr where every call is to do it
    bool bfloat16 = false;          // Waa as it is packed; its lower halves are dropped: round it before
};

// One direction of a layer on the way forward. States are rows of `state_stride` floats, one a sequence; a0 and c0 may
// both be nullptr: zero.
struct Forward {
    const float* Waa;  // (G·H, H)
    const float* ban;  // (H), GRU alone
    float* gates;      // (M, ·): input projections in; with `keep`, what the way back needs out. RNN: the rows of a.
                       // nullptr, for a batch with D and without `keep`: the engine has room of its own
    long gates_stride;
    const float* ba;   // (G·H), added to the projections; may be nullptr
    const float* x;    // (M, D), one row after another, and Wax (G·H, D): for a batch with D alone
    const float* Wax;
    float* a;  // (M, H)
    long a_stride;
    float* c;  // (M, H), LSTM with `keep` alone
    const float* a0;
    const float* c0;
    float* a_last;
    float* c_last;
    long state_stride;
};

// One direction of a layer on the way back. da_last and dc_last may each be nullptr: zero; da0 and dc0 both: not wanted.
struct Backward {
    const float* Waa;
    const float* gates;  // as the way forward left them
    long gates_stride;
    const float* a;
    long a_stride;
    const float* c;
    const float* a0;
    const float* c0;
    const float* da;  // (M, H), rows of da_stride
    long da_stride;
    const float* da_last;
    const float* dc_last;
    float* da0;
    float* dc0;
    long state_stride;
    float* dgates;    // (M, G·H), gradients before the gates; GRU (M, 4·H): r, z, n and that of Waa_n a⟨t-1⟩ + ban
    float* previous;  // (M, H), a⟨t-1⟩ of each row, in rows of previous_stride. Both nullptr, for a batch with D: room of
                      // the engine's own
    long previous_stride;
    const float* x;   // (M, D) and Wax (G·H, D): for a batch with D alone
    const float* Wax;
    float* dWax;  // (G·H, D)
    float* dWaa;  // (G·H, H)
    float* dba;   // (G·H) and, of the GRU, dban (H): dgates, summed over all rows
    float* dban;
    float* dx;    // (M, D), summed over the directions; nullptr where not wanted. The same for all directions
};

// Sequences that one member, or several members together, take from their first step to their last.
struct Team {
    int direction;
    long begin, end;  // in Plan::order
    int first_member, size;
};

struct Plan {
    int members;
    int teams;
    const Team* team;
    const long* order;    // sequence numbers, each team's by falling length
    const long* offsets;  // first row of each sequence
    Barrier* barriers;    // one a team, and one for all
};

struct StepPath;  // stepper.hpp

// One instruction path: the same source, compiled for other vectors.
struct Path {
    const char* name;
    void (*forward)(const Batch&, const Plan&, const Forward*, float* workspace, bool keep, int member);
    void (*backward)(const Batch&, const Plan&, const Backward*, float* workspace, int member);
    long (*workspace)(const Batch&, bool forward);  // floats that a call takes besides its members' scratch
    long (*packed)(const Batch&, bool forward);     // floats of the weights of all directions, packed
    void (*pack)(const Batch&, const Forward*, float* packed);
    long chunk;                                     // units are split among members by this many
    const ChainPath* chain;
    const StepPath* step;
};

// The path in use: the best that this build and this processor have, or the one that UNROLLED_PATH names.
const Path& path();

// Those that this build and this processor can run, best first; nullptr ends the list.
const Path* const* paths();

// Takes the path of this name from now on; false where it is not among paths().
bool use_path(const char* name);

// Floats of this thread's own, aligned to a cache line, kept until the thread ends; one call takes back the last.
float* scratch(long floats);

// Throws, for those who may hold no code of the exception's own: the instruction paths.
[[noreturn]] void no_memory();

void forward(const Batch&, const Forward*, bool keep);
void backward(const Batch&, const Backward*);

}  // namespace unrolled
