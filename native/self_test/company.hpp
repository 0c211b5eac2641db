// Every result against the reference, and the same bits in any company and with any number of threads.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "call.hpp"

namespace unrolled {
namespace {

// ---- Some sequences of a problem, and of its results

Floats pick(const Floats& from, const Problem& problem, const std::vector<long>& sequences, bool per_row) {
    std::vector<long> begin{0};
    for (auto length : problem.lengths) begin.push_back(begin.back() + (per_row ? length : 1));
    const long each = static_cast<long>(from.size()) / begin.back();
    Floats picked;
    for (long i : sequences)
        picked.insert(picked.end(), from.begin() + begin[static_cast<std::size_t>(i)] * each,
                      from.begin() + begin[static_cast<std::size_t>(i) + 1] * each);
    return picked;
}

Problem pick(const Problem& problem, const std::vector<long>& sequences) {
    Problem picked{problem.cell, problem.H, {}, {}, problem.stateless};
    for (long i : sequences) picked.lengths.push_back(problem.lengths[static_cast<std::size_t>(i)]);
    for (const Layer& layer : problem.layers) {
        const auto rows = [&](const Floats& from) { return pick(from, problem, sequences, true); };
        const auto states = [&](const Floats& from) { return pick(from, problem, sequences, false); };
        picked.layers.push_back({layer.Waa, layer.ban, rows(layer.x), states(layer.a0), states(layer.c0), rows(layer.da),
                                 states(layer.da_last), states(layer.dc_last), layer.ba, rows(layer.x_less_ba)});
    }
    return picked;
}

std::vector<Result<float>> pick(const std::vector<Result<float>>& results, const Problem& problem,
                                const std::vector<long>& sequences) {
    std::vector<Result<float>> picked(results.size());
    for (std::size_t d = 0; d < results.size(); ++d)
        for (int i = 0; i < TENSORS; ++i) picked[d][i] = pick(results[d][i], problem, sequences, PER_ROW[i]);
    return picked;
}

// ---- What must hold

// Sums of some tens of products lose a few bits of float32's 24; their errors pass from step to step.
constexpr double TOLERANCE = 5e-6;

void close_to_the_reference(const Problem& problem, const std::vector<Result<float>>& results, int threads) {
    for (std::size_t d = 0; d < results.size(); ++d) {
        const Result<double> wanted = reference(problem, static_cast<int>(d), results[d][A]);
        for (int i = 0; i < TENSORS; ++i) {
            double error = results[d][i].size() == wanted[i].size() ? 0.0 : INFINITY;
            for (std::size_t j = 0; j < results[d][i].size(); ++j) {
                const double off = std::abs(results[d][i][j] - wanted[i][j]) / (1.0 + std::abs(wanted[i][j]));
                if (!(off <= error)) error = off;  // NaN stays
                if (std::isnan(off)) break;
            }
            if (error > worst) worst = error;
            check(error <= TOLERANCE, describe(problem, threads) + ": " + NAMES[i] + " of direction " + std::to_string(d) +
                                          " is off by " + std::to_string(error));
        }
    }
}

void same_bits(const Problem& problem, const std::vector<Result<float>>& found, const std::vector<Result<float>>& wanted,
               int threads, bool keep, const char* where) {
    for (std::size_t d = 0; d < found.size(); ++d)
        for (int i = 0; i < (keep ? TENSORS : C); ++i)
            check(found[d][i].size() == wanted[d][i].size() &&
                      (found[d][i].empty() ||
                       !std::memcmp(found[d][i].data(), wanted[d][i].data(), found[d][i].size() * sizeof(float))),
                  describe(problem, threads) + ": " + NAMES[i] + " of direction " + std::to_string(d) +
                      " has other bits " + where);
}

void any_company(Random& random, const Problem& problem, int most_threads) {
    const auto together = run(problem, 1, true);
    close_to_the_reference(problem, together, 1);
    for (int threads = 1; threads <= most_threads; ++threads) {
        if (threads > 1) same_bits(problem, run(problem, threads, true), together, threads, true, "with more threads");
        same_bits(problem, run(problem, threads, false), together, threads, false, "when nothing is kept");
        same_bits(problem, run(problem, threads, true, true), together, threads, true, "when the engine projects");
    }
    same_bits(problem, run(problem, most_threads, false, true), together, most_threads, false, "when nothing is kept of it");
    same_bits(problem, run(problem, most_threads, false, true, Packed::float32), together, most_threads, false,
              "with packed weights");
    const Problem rounded = cut(problem);
    for (int threads : {1, most_threads})  // on one all rows at once
        same_bits(rounded, run(rounded, threads, false, threads > 1, Packed::bfloat16), run(rounded, 1, false), threads, false,
                  "with weights in bfloat16");
    std::vector<long> order;
    for (long i = 0; i < problem.sequences(); ++i) order.push_back(i);
    random.shuffle(order);
    const Problem shuffled = pick(problem, order);
    const int threads = static_cast<int>(random.up_to(most_threads));
    same_bits(shuffled, run(shuffled, threads, true), pick(together, problem, order), threads, true, "in another order");
    for (long i = 0; i < std::min(problem.sequences(), 6L); ++i) {
        const Problem alone = pick(problem, {order[static_cast<std::size_t>(i)]});
        same_bits(alone, run(alone, 1 + static_cast<int>(i) % most_threads, true),
                  pick(together, problem, {order[static_cast<std::size_t>(i)]}), 1, true, "alone");
    }
}

// Two directions of a Waa beyond a core's cache share units, with more threads than have units to themselves.
void more_threads_than_chunks(Random& random) {
    const Problem problem = random_problem(random, Cell::lstm, 257, {1}, 2);
    const int threads = static_cast<int>((problem.H + path().chunk - 1) / path().chunk) + 1;
    same_bits(problem, run(problem, threads, true), run(problem, 1, true), threads, true, "with more threads than chunks");
}

// Threads of the caller that call at once, each with threads of its own.
void side_by_side(Random& random, Cell cell, long H) {
    std::vector<Problem> problems;
    std::vector<std::vector<Result<float>>> wanted;
    for (long n = 0; n < 3; ++n) {
        problems.push_back(random_problem(random, cell, H + n, staircase(random, 5), 2));
        wanted.push_back(run(problems.back(), 1, true));
    }
    std::vector<Call> calls;
    for (const Problem& problem : problems) calls.emplace_back(problem, 2, true);
    std::vector<std::thread> callers;
    for (Call& call : calls) callers.push_back(call.start());
    for (std::thread& caller : callers) caller.join();
    for (std::size_t n = 0; n < calls.size(); ++n)
        same_bits(problems[n], calls[n].results(), wanted[n], 2, true, "beside other callers");
}

}  // namespace
}  // namespace unrolled
