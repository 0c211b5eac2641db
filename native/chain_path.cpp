// Chains on one instruction path. Built once per path, as path.cpp is, and under the same rule: nothing here may have
// external linkage but the table.
#include <math.h>

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

double* doubles(long count) { return reinterpret_cast<double*>(scratch(2 * count)); }

UNROLLED_INLINE double& in_logs(const ChainCall& call, double* kept, long sequence) {
    return kept[2 * call.offsets[call.chains->sequences] * chain_stride(call.chains->K) + sequence];
}

UNROLLED_INLINE Rows kept_rows(const Tables& tables, const Sequence& sequence, double* kept) {
    return {kept + 2 * sequence.row * tables.stride, tables.stride, true};
}

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

long forward(const ChainCall& call, const ChainForward& to, ChainGroup group) {
    const Tables tables(call);
    for (long number = group.first; number < group.last; ++number) {
        const Sequence sequence = sequence_of(call, number, to.labels);
        if (sequence.labels) {
            const long row = wrong_label(*call.chains, sequence);
            if (row >= 0) return row;
        }
        double* own = doubles(logs_scratch(tables) + Rows::scratch(tables.stride, sequence.T));
        const Rows rows = to.kept ? kept_rows(tables, sequence, to.kept)
                                  : Rows{own + logs_scratch(tables), tables.stride, false};
        Found found;
        const bool holds = tables.room() >= 0.0 && scaled_forward(tables, sequence, rows, found);
        if (!holds) {
            found = Found();
            logs_forward(tables, sequence, rows, found, own);
        }
        if (to.kept) in_logs(call, to.kept, number) = holds ? 0.0 : 1.0;
        if (to.log_Z)
            to.log_Z[number] = found.log_Z + (found.shift + static_cast<double>(sequence.T - 1) * tables.top() + tables.top_ends());
        if (to.log_likelihood)
            to.log_likelihood[number] = static_cast<float>(found.labels + score_of_ways(tables, sequence) - found.log_Z);
    }
    return -1;
}

template <class Number>
void backward(const ChainCall& call, const ChainBackward<Number>& to, ChainGroup group, double* sums) {
    const Tables tables(call);
    const long K = tables.K, stride = tables.stride;
    double* const kept = const_cast<double*>(to.kept);  // read alone
    for (long i = 0; i < (K + 2) * stride; ++i) sums[i] = 0.0;
    const auto gradients = [&](const Sequence& sequence) {
        return Gradients<Number>{to.emissions + sequence.row * K, to.labels ? -1.0 : 1.0, to.labels ? to.weights[sequence.number] : 0.0};
    };

    for (long number = group.first; number < group.last; ++number) {
        const Sequence sequence = sequence_of(call, number, to.labels);
        call.in_logs[number] = in_logs(call, kept, number) != 0.0;
        if (call.in_logs[number]) continue;
        const bool parts = sequence.T - 1 > CHUNK;
        double* own = doubles(scaled_backward_scratch(tables, sequence.T) + (parts ? K * stride : 0));
        double* before = own + scaled_backward_scratch(tables, sequence.T);
        if (parts) __builtin_memcpy(before, sums, static_cast<unsigned long>(K * stride) * sizeof(double));
        call.in_logs[number] = !scaled_backward(tables, sequence, kept_rows(tables, sequence, kept), to.weights[number], gradients(sequence), sums, own);
        if (parts && call.in_logs[number]) __builtin_memcpy(sums, before, static_cast<unsigned long>(K * stride) * sizeof(double));
    }
    for (long i = 0; i < K * stride; i += LD) store(sums + i, load(sums + i) * load(tables.forwards + i));
    for (long number = group.first; number < group.last; ++number) {
        if (!call.in_logs[number]) continue;
        const Sequence sequence = sequence_of(call, number, to.labels);
        Rows rows = kept_rows(tables, sequence, kept);
        const bool again = in_logs(call, kept, number) == 0.0;
        double* own = doubles(logs_scratch(tables) + (again ? 2 * stride * sequence.T : 0));
        if (again) {
            Found found;
            rows.memory = own + logs_scratch(tables);
            logs_forward(tables, sequence, rows, found, own);
        }
        logs_backward(tables, sequence, rows, to.weights[number], gradients(sequence), sums, own);
    }
    if (!to.labels) return;
    for (long number = group.first; number < group.last; ++number) {
        const Sequence sequence = sequence_of(call, number, to.labels);
        const std::int64_t* y = sequence.labels;
        const double weight = to.weights[number];
        sums[K * stride + y[0]] -= weight;
        sums[(K + 1) * stride + y[sequence.T - 1]] -= weight;
        for (long t = 1; t < sequence.T; ++t) sums[y[t - 1] * stride + y[t]] -= weight;
    }
}

void viterbi(const ChainCall& call, std::int64_t* labels, float* scores, ChainGroup group) {
    const Tables tables(call);
    for (long number = group.first; number < group.last; ++number) {
        const Sequence sequence = sequence_of(call, number, nullptr);
        double* own = doubles(best_scratch(tables, sequence.T));
        scores[number] = static_cast<float>(best_path(tables, sequence, labels + sequence.row, own));
    }
}

void n_best(const ChainCall& call, long n, std::int64_t* labels, double* scores, std::int64_t* counts, ChainGroup group) {
    const Tables tables(call);
    for (long number = group.first; number < group.last; ++number) {
        const Sequence sequence = sequence_of(call, number, nullptr);
        double* own = doubles(Ranks::scratch(tables, n, sequence.T));
        counts[number] = best_paths(tables, sequence, n, labels + n * sequence.row, scores + n * number, own);
    }
}

}  // namespace

extern const ChainPath chain_table;
const ChainPath chain_table = {make_tables, forward, backward<float>, backward<double>, viterbi, n_best};

}  // namespace unrolled::UNROLLED_PATH
