// Linear chains one scalar at a time in float64, on logarithms: the plain twin that chain.hpp holds every
// instruction path to.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

namespace unrolled::chain_test {

using Doubles = std::vector<double>;

constexpr double NOWHERE = -std::numeric_limits<double>::infinity();

// One sequence; scores are given in float32, -inf forbids.
struct Scores {
    long K, T;
    std::vector<float> emissions, transitions, start, end;

    double emission(long t, long y) const { return emissions[static_cast<std::size_t>(t * K + y)]; }
    double transition(long from, long to) const { return transitions[static_cast<std::size_t>(from * K + to)]; }
};

inline double log_sum(const Doubles& scores) {
    const double top = *std::max_element(scores.begin(), scores.end());
    if (top == NOWHERE) return NOWHERE;
    double sum = 0.0;
    for (double score : scores) sum += std::exp(score - top);
    return std::log(sum) + top;
}

struct Sums {
    double log_Z;
    Doubles marginals, transitions, start, end;  // what is expected: (T, K), (K, K), (K), (K)
};

inline Sums sums_of(const Scores& s) {
    const long K = s.K, T = s.T;
    const auto at = [K](long i, long j) { return static_cast<std::size_t>(i * K + j); };
    Doubles alpha(at(T, 0)), beta(at(T, 0)), ways(at(1, 0));
    for (long t = 0; t < T; ++t)
        for (long j = 0; j < K; ++j) {
            for (long i = 0; i < K; ++i) ways[i] = t ? alpha[at(t - 1, i)] + s.transition(i, j) : i ? NOWHERE : double(s.start[j]);
            alpha[at(t, j)] = log_sum(ways) + s.emission(t, j);
        }
    for (long t = T - 1; t >= 0; --t)
        for (long i = 0; i < K; ++i) {
            for (long j = 0; j < K; ++j)
                ways[j] = t < T - 1 ? s.transition(i, j) + s.emission(t + 1, j) + beta[at(t + 1, j)] : j ? NOWHERE : double(s.end[i]);
            beta[at(t, i)] = log_sum(ways);
        }
    for (long j = 0; j < K; ++j) ways[j] = alpha[at(T - 1, j)] + s.end[j];
    Sums found{log_sum(ways), Doubles(at(T, 0)), Doubles(at(K, 0)), Doubles(at(1, 0)), Doubles(at(1, 0))};
    for (long t = 0; t < T; ++t)
        for (long j = 0; j < K; ++j) {
            const double probability = std::exp(alpha[at(t, j)] + beta[at(t, j)] - found.log_Z);
            found.marginals[at(t, j)] = probability;
            if (t == 0) found.start[j] = probability;
            if (t == T - 1) found.end[j] = probability;
            for (long i = 0; i < K && t > 0; ++i)
                found.transitions[at(i, j)] +=
                    std::exp(alpha[at(t - 1, i)] + s.transition(i, j) + s.emission(t, j) + beta[at(t, j)] - found.log_Z);
        }
    return found;
}

struct Best {
    std::vector<std::int64_t> labels;  // path after path
    Doubles scores;
};

// The n best paths; the r-th best that ends in a label has the slot label · n + r, and of equals the first comes first.
inline Best best_of(const Scores& s, long n) {
    const long K = s.K, T = s.T, slots = K * n;
    std::vector<std::vector<long>> from(static_cast<std::size_t>(T), std::vector<long>(static_cast<std::size_t>(slots)));
    Doubles best(static_cast<std::size_t>(slots), NOWHERE), next(best.size()), candidates(best.size());
    std::vector<long> order(best.size());
    const auto sort = [&] {
        std::iota(order.begin(), order.end(), 0L);
        std::stable_sort(order.begin(), order.end(), [&](long i, long j) { return candidates[i] > candidates[j]; });
    };
    for (long y = 0; y < K; ++y) best[y * n] = double(s.start[y]) + s.emission(0, y);
    for (long t = 1; t < T; ++t) {
        for (long y = 0; y < K; ++y) {
            for (long slot = 0; slot < slots; ++slot) candidates[slot] = best[slot] + s.transition(slot / n, y);
            sort();
            for (long r = 0; r < n; ++r) {
                next[y * n + r] = candidates[order[r]] + s.emission(t, y);
                from[t][y * n + r] = order[r];
            }
        }
        best.swap(next);
    }
    for (long slot = 0; slot < slots; ++slot) candidates[slot] = best[slot] + s.end[slot / n];
    sort();
    Best found;
    for (long r = 0; r < n && candidates[order[r]] > NOWHERE; ++r) {
        found.scores.push_back(candidates[order[r]]);
        std::vector<std::int64_t> path(static_cast<std::size_t>(T));
        for (long t = T - 1, slot = order[r]; t >= 0; slot = from[t][slot], --t) path[t] = slot / n;
        found.labels.insert(found.labels.end(), path.begin(), path.end());
    }
    return found;
}

}  // namespace unrolled::chain_test
