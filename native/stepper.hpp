// A stack of unidirectional layers one step at a time, for few sequences: the weights are packed once, the state stays
// between the calls.
#pragma once

#include <cstdint>
#include <vector>

#include "arena.hpp"
#include "engine.hpp"

namespace unrolled {

// Weights of a layer as the caller has them: Wax (G·H, D), Waa (G·H, H), ba (G·H), ban (H; GRU alone). The first layer
// has no Wax where it is given input projections instead of x.
struct StepWeights {
    const float* Wax;
    long D;
    const float* Waa;
    const float* ba;
    const float* ban;
};

struct StepLayer {
    const float* panels;  // Wax, Waa and the biases, packed
    long D;               // 0 without Wax
    float* a;             // 2 · (rows, stride): before a step and after it, in turn
    float* c;             // (rows, stride), LSTM alone
};

struct Step {
    Cell cell;
    long H, rows, stride;
    bool bfloat16;  // weights; a panel holds two in the place of one
    int layers;
    const StepLayer* layer;
    const float* const* x;  // of each row: x⟨t⟩ (D), or its input projections (G, H)
    float* a_out;           // (rows, H), of the last layer
    int now;                // which half of a layer's a is a⟨t-1⟩
    Barrier* barrier;
};

// The step on one instruction path.
struct StepPath {
    long (*size)(Cell, long H, long D, bool bfloat16);  // floats of a packed layer
    void (*pack)(Cell, long H, const StepWeights&, bool bfloat16, float* panels);
    void (*step)(const Step&, int member, int members);
};

// Takes the path in use when it is made. A step allocates nothing.
class Stepper {
public:
    // With bfloat16 the lower halves of the weights are dropped: round them before. `table` (words, ·) holds the rows
    // that words stand for: x, or input projections where the first layer has no Wax. `a_out` is (rows, H).
    Stepper(Cell, long H, long rows, bool bfloat16, const std::vector<StepWeights>&, const float* table, long words,
            float* a_out);

    // Rows of x (rows, D) go one step on.
    void step(const float* x, int threads);

    // As above, with the table's rows for x; false, and nothing is done, where a word is not in the table.
    bool step_words(const std::int64_t* words, int threads);

    // Whether the weights are so many that several threads are quicker.
    bool worth_sharing() const { return worth_sharing_; }

    // States (rows, layers, H); c for the LSTM alone.
    void read_state(float* a, float* c) const;
    void write_state(const float* a, const float* c);

private:
    static void run_member(void* stepper, int member, int members);

    Step step_;
    const StepPath& path_;
    long width_;  // floats of a row of x or of the table
    const float* table_;
    long words_;
    bool worth_sharing_;
    Arena memory_;
    std::vector<StepLayer> layers_;
    std::vector<const float*> x_;
    Barrier barrier_;
};

}  // namespace unrolled
