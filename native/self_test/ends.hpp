// NaN, infinity, and the ends of the gate functions.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

#include "company.hpp"

namespace unrolled {
namespace {

// NaN in one input of one step reaches what it must, and nothing else.
void nan_passes_through(Random& random, Cell cell, long H) {
    const Problem clean = random_problem(random, cell, H, {4, 5, 3}, 2);
    const long row = 4 + 2, unit = H / 2, G = clean.num_gates();  // the second sequence, its third step from either side
    Problem problem = clean;
    for (Layer& layer : problem.layers) layer.x[static_cast<std::size_t>(row * G * H + unit)] = NAN;
    const auto wanted = run(clean, 1, true), found = run(problem, 1, true);
    same_bits(problem, pick(found, problem, {0, 2}), pick(wanted, clean, {0, 2}), 1, true, "beside a sequence with NaN");
    for (std::size_t d = 0; d < found.size(); ++d) {
        bool holds = true;
        for (long r = 4; r < 9; ++r)
            for (long u = 0; u < H; ++u) {
                const float now = found[d][A][static_cast<std::size_t>(r * H + u)];
                const long steps = d == 0 ? r - row : row - r;  // after NaN came in
                const bool reached = steps > 0 || (steps == 0 && u == unit);
                holds &= reached ? std::isnan(now) : now == wanted[d][A][static_cast<std::size_t>(r * H + u)];
            }
        // ReLU's derivative is 0 or 1, whatever a is.
        for (float value : pick(found[d][DA0], problem, {1}, false)) holds &= std::isnan(value) || cell == Cell::rnn_relu;
        check(holds, describe(problem, 1) + ": NaN does not pass through");
    }
}

// Exact at the ends, within a few units in the last place between them.
void activations(Cell cell) {
    constexpr float END = std::numeric_limits<float>::infinity();
    Floats values = {0.0f, -0.0f, 1e-40f, -1e-40f, 1e-10f, -1e-10f, 1e-4f, -1e-4f, END, -END, 3e38f, -3e38f, NAN, 88.0f, -88.0f};
    for (float value = -86.9f; value < 87.0f; value += 0.37f) values.push_back(value);
    for (float value = -5.0f; value < 5.0f; value += 0.0173f) values.push_back(value);
    const long H = static_cast<long>(values.size());
    Problem problem{cell, H, {1}, {{}}};
    const long G = problem.num_gates();
    const Floats zero(static_cast<std::size_t>(H), 0.0f), no_c(problem.has_c() ? zero.size() : 0, 0.0f);
    Layer& layer = problem.layers[0];
    layer = {Floats(static_cast<std::size_t>(G * H * H), 0.0f), cell == Cell::gru ? zero : Floats(), {}, zero, no_c, zero, zero, no_c};
    for (long gate = 0; gate < G; ++gate) layer.x.insert(layer.x.end(), values.begin(), values.end());
    const Result<float> result = run(problem, 1, true)[0];

    const auto holds = [&](float x, float found, bool is_tanh) {
        if (std::isnan(x)) return std::isnan(found);
        if (is_tanh && std::abs(x) >= 10.0f) return found == (x > 0.0f ? 1.0f : -1.0f);
        if (!is_tanh && (x >= 20.0f || x < -87.0f)) return found == (x > 0.0f ? 1.0f : 0.0f);
        const double wanted = is_tanh ? std::tanh(double(x)) : sigmoid(double(x));
        return std::abs(found - wanted) <= 5e-7 * std::abs(wanted) + 1e-44;
    };
    const auto verify = [&](const Floats& found, long gate, bool is_tanh) {
        for (long u = 0; u < H; ++u) {
            const float x = values[static_cast<std::size_t>(u)], y = found[static_cast<std::size_t>(gate * H + u)];
            char text[128];
            std::snprintf(text, sizeof text, ": %s(%.9g) = %.9g", is_tanh ? "tanh" : "sigmoid", double(x), double(y));
            check(holds(x, y, is_tanh), describe(problem, 1) + text);
        }
    };
    switch (cell) {
        case Cell::rnn: return verify(result[A], 0, true);
        case Cell::rnn_relu:
            for (long u = 0; u < H; ++u) {
                const float x = values[static_cast<std::size_t>(u)], y = result[A][static_cast<std::size_t>(u)];
                check(std::isnan(x) ? std::isnan(y) : y == std::max(x, 0.0f), describe(problem, 1) + ": relu(" + std::to_string(x) + ")");
            }
            return;
        case Cell::gru: return verify(result[GATES], 0, false), verify(result[GATES], 1, false), verify(result[GATES], 2, true);
        case Cell::lstm:
            for (long gate = 0; gate < 4; ++gate) verify(result[GATES], gate, gate == 2);
    }
}

// Every gate at an end, at each step at another: no gradient passes it, and none is NaN for 0 · ∞. ReLU has one end.
void saturation(Random& random, Cell cell, long H) {
    constexpr float ENDS[] = {100.0f, 1e4f, 3e38f, std::numeric_limits<float>::infinity()};
    Problem problem = random_problem(random, cell, H, {4, 1, 7}, 2);
    for (Layer& layer : problem.layers)
        for (float& x : layer.x) {
            const float end = ENDS[random.up_to(4) - 1];
            x = cell == Cell::rnn_relu || random.up_to(2) == 1 ? -end : end;
        }
    const auto results = run(problem, 1, true);
    close_to_the_reference(problem, results, 1);
    for (const Result<float>& result : results)
        check(std::all_of(result[DGATES].begin(), result[DGATES].end(), [](float d) { return d == 0.0f; }),
              describe(problem, 1) + ": a gradient passes a gate at its end");
}

}  // namespace
}  // namespace unrolled
