// Random problems, and their names.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "reference.hpp"

namespace unrolled {
namespace {

Problem random_problem(Random& random, Cell cell, long H, std::vector<std::int64_t> lengths, int directions) {
    Problem problem{cell, H, std::move(lengths), {}, false};
    const long G = problem.num_gates(), M = problem.rows(), N = problem.sequences(), c = problem.has_c();
    for (int d = 0; d < directions; ++d) {
        problem.layers.push_back({random.floats(G * H * H, 1.5f / std::sqrt(static_cast<float>(H))),
                                  random.floats(cell == Cell::gru ? H : 0, 1.0f), random.floats(M * G * H, 2.0f),
                                  random.floats(N * H, 1.0f), random.floats(c * N * H, 1.0f), random.floats(M * H, 1.0f),
                                  random.floats(N * H, 1.0f), random.floats(c * N * H, 1.0f), random.floats(G * H, 0.5f),
                                  random.floats(M * G * H, 2.0f)});
        Layer& layer = problem.layers.back();
        for (std::size_t i = 0; i < layer.x.size(); ++i) layer.x[i] = layer.x_less_ba[i] + layer.ba[i % layer.ba.size()];
    }
    return problem;
}

Problem stateless(Problem problem) {
    problem.stateless = true;
    for (Layer& layer : problem.layers)
        for (Floats* states : {&layer.a0, &layer.c0, &layer.da_last, &layer.dc_last}) states->assign(states->size(), 0.0f);
    return problem;
}

// What bfloat16 holds of each number, the rest cut off.
Floats cut(Floats values) {
    for (float& value : values) {
        std::uint32_t bits;
        std::memcpy(&bits, &value, sizeof bits);
        bits &= 0xffff0000u;
        std::memcpy(&value, &bits, sizeof bits);
    }
    return values;
}

Problem cut(Problem problem) {
    for (Layer& layer : problem.layers) layer.Waa = cut(layer.Waa);
    return problem;
}

std::vector<std::int64_t> random_lengths(Random& random, long sequences, long most) {
    std::vector<std::int64_t> lengths;
    for (long i = 0; i < sequences; ++i) lengths.push_back(random.up_to(most));
    return lengths;
}

// Lengths from 1 up, one each: as steps go by, every number of rows up to `most` runs, so every shape of block.
std::vector<std::int64_t> staircase(Random& random, long most) {
    std::vector<std::int64_t> lengths(static_cast<std::size_t>(most));
    std::iota(lengths.begin(), lengths.end(), 1);
    random.shuffle(lengths);
    return lengths;
}

std::string describe(const Problem& problem, int threads) {
    constexpr const char* CELLS[] = {"rnn", "rnn_relu", "gru", "lstm"};
    std::string text = std::string(path().name) + " " + CELLS[static_cast<int>(problem.cell)] + " H=" + std::to_string(problem.H) +
                       " directions=" + std::to_string(problem.layers.size()) + " threads=" + std::to_string(threads) + " lengths=";
    for (auto length : problem.lengths) text += std::to_string(length) + ",";
    text.pop_back();
    return text;
}

}  // namespace
}  // namespace unrolled
