// Chains on one instruction path. Built once per path, as path.cpp is, and under the same rule: nothing here may have
// external linkage but the table.
#ifdef __AVX512F__
#include <immintrin.h>
#endif
#include <math.h>
#include <stdlib.h>

#include "chain.hpp"
#include "engine.hpp"

namespace unrolled::UNROLLED_PATH {
namespace {

#include "simd.hpp"

#include "doubles.hpp"

#include "chain_tables.hpp"

#include "chain_scaled.hpp"

#include "chain_logs.hpp"

#include "chain_best.hpp"

// Memory of this thread's own, which it keeps unless there is much of it.
class Memory {
public:
    explicit Memory(long doubles) : large_(doubles > MUCH) {
        const unsigned long bytes = static_cast<unsigned long>(round_up(doubles, 8)) * sizeof(double);
        data_ = large_ ? static_cast<double*>(::aligned_alloc(64, bytes)) : reinterpret_cast<double*>(scratch(2 * doubles));
        if (!data_) no_memory();
    }
    ~Memory() {
        if (large_) ::free(data_);
    }
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    double* all() { return data_; }
    double* take(long doubles) {
        double* const taken = data_ + used_;
        used_ += doubles;
        return taken;
    }

private:
    static constexpr long MUCH = 1L << 20;

    double* data_;
    long used_ = 0;
    bool large_;
};

// The first row of the sequence whose label is none or takes a forbidden way, or -1.
long wrong_label(const Chains& chains, const Sequence& sequence) {
    for (long t = 0; t < sequence.T; ++t) {
        const std::int64_t y = sequence.labels[t];
        if (y < 0 || y >= chains.K) return sequence.row + t;
        if (t == 0 && chains.forbidden_start && chains.forbidden_start[y]) return sequence.row;
        if (t > 0 && chains.forbidden && chains.forbidden[sequence.labels[t - 1] * chains.K + y]) return sequence.row + t;
    }
    return -1;
}

// Score of the labels but for their emissions, less the greatest scores.
double score_of_ways(const Tables& tables, const Sequence& sequence) {
    const std::int64_t* y = sequence.labels;
    double score = tables.log_start[y[0]] + tables.log_end[y[sequence.T - 1]];
    for (long t = 1; t < sequence.T; ++t) score += tables.log_forwards[y[t - 1] * tables.stride + y[t]];
    return score;
}

template <class Number>
void report(const Tables& tables, const Sequence& sequence, const ChainSums<Number>& to, const Found& found) {
    if (to.log_Z) {
        const double shift = found.shift + static_cast<double>(sequence.T - 1) * tables.top() + tables.top_ends();
        to.log_Z[sequence.number] = found.log_Z + shift;
    }
    if (sequence.labels)
        to.log_likelihood[sequence.number] = static_cast<float>(found.labels + score_of_ways(tables, sequence) - found.log_Z);
}

// The scaled sums of one sequence, there and, where wanted, back; false where they do not hold.
template <class Number>
bool scaled_sums(const Tables& tables, const Sequence& sequence, const ChainSums<Number>& to, double weight,
                 const Gradients<Number>& gradients, double* sums) {
    const long stride = tables.stride, rows_size = sums ? 2 * stride * sequence.T : Rows::scratch(stride, sequence.T);
    const long back = sums ? scaled_backward_scratch(tables, sequence.T) : 0, table = tables.K * stride;
    const bool parts = sums && sequence.T - 1 > CHUNK;
    Memory memory(rows_size + back + (parts ? table : 0));
    const Rows rows{memory.take(rows_size), stride, sums != nullptr};
    Found found;
    if (!scaled_forward(tables, sequence, rows, found)) return false;
    report(tables, sequence, to, found);
    if (!sums) return true;
    double *own = memory.take(back), *before = memory.take(parts ? table : 0);
    if (parts) __builtin_memcpy(before, sums, static_cast<unsigned long>(table) * sizeof(double));
    if (scaled_backward(tables, sequence, rows, weight, gradients, sums, own)) return true;
    if (parts) __builtin_memcpy(sums, before, static_cast<unsigned long>(table) * sizeof(double));
    return false;
}

template <class Number>
void log_sums(const Tables& tables, const Sequence& sequence, const ChainSums<Number>& to, double weight,
              const Gradients<Number>& gradients, double* sums) {
    const long rows_size = sums ? 2 * tables.stride * sequence.T : Rows::scratch(tables.stride, sequence.T);
    Memory memory(rows_size + logs_scratch(tables));
    const Rows rows{memory.take(rows_size), tables.stride, sums != nullptr};
    double* own = memory.take(logs_scratch(tables));
    Found found;
    logs_forward(tables, sequence, rows, found, own);
    report(tables, sequence, to, found);
    if (sums) logs_backward(tables, sequence, rows, weight, gradients, sums, own);
}

template <class Number>
long sum(const ChainCall& call, const ChainSums<Number>& to, ChainGroup group, double* sums) {
    const Tables tables(call);
    const long K = tables.K, stride = tables.stride;
    if (sums)
        for (long i = 0; i < (K + 2) * stride; ++i) sums[i] = 0.0;
    const auto weight_of = [&](long number) { return to.weights ? to.weights[number] : 1.0; };
    const auto gradients = [&](const Sequence& sequence) {
        const double gold = to.labels ? weight_of(sequence.number) : 0.0;
        return Gradients<Number>{sums ? to.emissions + sequence.row * K : nullptr, to.labels ? -1.0 : 1.0, gold};
    };

    for (long number = group.first; number < group.last; ++number) {
        const Sequence sequence = sequence_of(call, number, to.labels);
        if (sequence.labels) {
            const long row = wrong_label(*call.chains, sequence);
            if (row >= 0) return row;
        }
        const bool tried = tables.room() >= 0.0;
        call.in_logs[number] = !tried || !scaled_sums(tables, sequence, to, weight_of(number), gradients(sequence), sums);
    }
    if (sums)
        for (long i = 0; i < K * stride; i += LD) store(sums + i, load(sums + i) * load(tables.forwards + i));
    for (long number = group.first; number < group.last; ++number) {
        if (!call.in_logs[number]) continue;
        const Sequence sequence = sequence_of(call, number, to.labels);
        log_sums(tables, sequence, to, weight_of(number), gradients(sequence), sums);
    }
    if (!sums || !to.labels) return -1;
    for (long number = group.first; number < group.last; ++number) {
        const Sequence sequence = sequence_of(call, number, to.labels);
        const std::int64_t* y = sequence.labels;
        const double weight = weight_of(number);
        sums[K * stride + y[0]] -= weight;
        sums[(K + 1) * stride + y[sequence.T - 1]] -= weight;
        for (long t = 1; t < sequence.T; ++t) sums[y[t - 1] * stride + y[t]] -= weight;
    }
    return -1;
}

void viterbi(const ChainCall& call, std::int64_t* labels, float* scores, ChainGroup group) {
    const Tables tables(call);
    for (long number = group.first; number < group.last; ++number) {
        const Sequence sequence = sequence_of(call, number, nullptr);
        Memory memory(best_scratch(tables, sequence.T));
        scores[number] = static_cast<float>(best_path(tables, sequence, labels + sequence.row, memory.all()));
    }
}

void n_best(const ChainCall& call, long n, std::int64_t* labels, double* scores, std::int64_t* counts, ChainGroup group) {
    const Tables tables(call);
    for (long number = group.first; number < group.last; ++number) {
        const Sequence sequence = sequence_of(call, number, nullptr);
        Memory memory(Ranks::scratch(tables, n, sequence.T));
        counts[number] = best_paths(tables, sequence, n, labels + n * sequence.row, scores + n * number, memory.all());
    }
}

}  // namespace

extern const ChainPath chain_table;
const ChainPath chain_table = {make_tables, sum<float>, sum<double>, viterbi, n_best};

}  // namespace unrolled::UNROLLED_PATH
