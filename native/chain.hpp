// Linear chains over a whole ragged batch: the sums over all label paths, and the best paths.
//
// A path y⟨1⟩ … y⟨T⟩ scores start[y⟨1⟩] + Σ emissions[t, y⟨t⟩] + Σ transitions[y⟨t-1⟩, y⟨t⟩] + end[y⟨T⟩]; -inf forbids.
// Scores are float32, every sum float64. Sequence i of N has lengths[i] rows, one after another; M rows in all.
#pragma once

#include <cstdint>

namespace unrolled {

struct Chains {
    long K;
    long sequences;
    const std::int64_t* lengths;
    int threads;
    const float* emissions;       // (M, K)
    const float* transitions;     // (K, K) [from, to]
    const float* start;           // (K)
    const float* end;             // (K)
    const bool* forbidden;        // (K, K), or nullptr: score -inf and gradient 0 where true
    const bool* forbidden_start;  // (K), or nullptr
};

// What is wanted of the sums over all paths. Gradients, where `emissions` takes them, are those of Σ weights · log Z, or
// with labels of Σ weights · log_likelihood; in float32 or in float64.
template <class Number>
struct ChainSums {
    const std::int64_t* labels;  // (M), or nullptr
    const double* weights;       // (N), or nullptr: 1
    double* log_Z;               // (N), or nullptr
    float* log_likelihood;       // (N): score of the labels less log Z; nullptr without labels
    Number* emissions;           // (M, K), or nullptr: then neither of the others is written to
    Number* transitions;
    Number* start;
    Number* end;
};

// Rows of doubles are a cache line or several, on every path.
inline long chain_stride(long K) { return (K + 7) / 8 * 8; }

// -1, or the first row whose label is none or takes a forbidden way: then what was found means nothing.
long sum_paths(const Chains&, const ChainSums<float>&);
long sum_paths(const Chains&, const ChainSums<double>&);

// Of equal paths the one whose last label is the lowest, then the one before it …
void viterbi(const Chains&, std::int64_t* labels, float* scores);

// The n best paths of each sequence, best first: sequence i's lie at n · its first row, one after another. `scores`
// is (N, n); `counts` (N) says how many there are.
void n_best(const Chains&, long n, std::int64_t* labels, double* scores, std::int64_t* counts);

// ---- Between chain.cpp and the instruction paths

// Sequences [first, last), which one thread takes one after another.
struct ChainGroup {
    long first, last;
};

// What a call has besides.
struct ChainCall {
    const Chains* chains;
    const double* tables;    // the scores between labels in float64, made once
    const long* offsets;     // (N + 1), first row of each sequence
    bool* in_logs;           // (N), for a group to take notes
};

enum class Wanted { sums, sums_and_back, best };

struct ChainPath {
    long (*tables)(const Chains&, double* tables, Wanted);  // how many doubles; where `tables` is given they are made
    // Gradients of the tables come as `sums` (K + 2, stride): what is expected of the group's transitions, starts, ends.
    long (*sum_in_float)(const ChainCall&, const ChainSums<float>&, ChainGroup, double* sums);
    long (*sum_in_double)(const ChainCall&, const ChainSums<double>&, ChainGroup, double* sums);
    void (*viterbi)(const ChainCall&, std::int64_t* labels, float* scores, ChainGroup);
    void (*n_best)(const ChainCall&, long n, std::int64_t* labels, double* scores, std::int64_t* counts, ChainGroup);
};

}  // namespace unrolled
