// The step: the bits of the whole sequence given the same input projections, the layer's plain sums given x, and the same
// bits in any company, with any number of threads, and with weights that bfloat16 holds, packed either way.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "../stepper.hpp"
#include "company.hpp"

namespace unrolled {
namespace {

bool equal(const Floats& x, const Floats& y) {
    return x.size() == y.size() && (x.empty() || !std::memcmp(x.data(), y.data(), x.size() * sizeof(float)));
}

// Each sequence of a problem word by word, the words being the rows of its input projections.
void steps_have_the_bits_of_the_sequence(Random& random, Cell cell, long H, int threads) {
    const Problem problem = random_problem(random, cell, H, {4}, 1);
    const Layer& layer = problem.layers[0];
    const Result<float> whole = run(problem, 1, false)[0];
    Floats a(static_cast<std::size_t>(H)), last(a.size()), c(problem.has_c() ? a.size() : 0);
    const StepWeights weights{nullptr, 0, layer.Waa.data(), nullptr, layer.ban.empty() ? nullptr : layer.ban.data()};
    Stepper stepper(cell, H, 1, false, {weights}, layer.x.data(), 4, a.data());
    stepper.write_state(layer.a0.data(), layer.c0.data());
    const std::string what = describe(problem, threads) + ": the step's ";
    for (std::int64_t word : {-1, 4}) check(!stepper.step_words(&word, threads), what + "word is outside the table");
    Floats steps;
    steps.reserve(4 * a.size());
    const long before = allocations;
    bool known = true;
    for (std::int64_t t = 0; t < 4; ++t) {
        known &= stepper.step_words(&t, threads);
        steps.insert(steps.end(), a.begin(), a.end());
    }
    const bool asks = threads == 1 && allocations > before;  // more threads are started here
    check(!asks, what + "memory is asked for anew");
    check(known, what + "word is in the table");
    stepper.read_state(last.data(), c.data());
    check(equal(steps, whole[A]), what + "a has other bits");
    check(equal(last, whole[A_LAST]), what + "last a has other bits");
    check(equal(c, whole[C_LAST]), what + "last c has other bits");
}

// Two layers, rows of x.
struct Stack {
    Stack(Random& random, Cell cell, long D, long H, bool bfloat16) : cell(cell), D(D), H(H) {
        const long G = cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1;
        for (long depth : {D, H}) {
            Wax.push_back(random.floats(G * H * depth, 1.5f / std::sqrt(static_cast<float>(depth))));
            Waa.push_back(random.floats(G * H * H, 1.5f / std::sqrt(static_cast<float>(H))));
            if (bfloat16) Wax.back() = cut(Wax.back()), Waa.back() = cut(Waa.back());
            ba.push_back(random.floats(G * H, 1.0f));
            ban.push_back(random.floats(H, 1.0f));
        }
    }

    // a of the last layer at each step, and the last state; x is (steps, rows, D).
    Floats run(const Floats& x, long rows, bool bfloat16, int threads) const {
        std::vector<StepWeights> weights;
        for (std::size_t l = 0; l < 2; ++l)
            weights.push_back({Wax[l].data(), l ? H : D, Waa[l].data(), ba[l].data(), ban[l].data()});
        Floats a(static_cast<std::size_t>(rows * H)), found, state(4 * a.size(), 0.0f);
        Stepper stepper(cell, H, rows, bfloat16, weights, nullptr, 0, a.data());
        for (std::size_t at = 0; at < x.size(); at += static_cast<std::size_t>(rows * D)) {
            stepper.step(x.data() + at, threads);
            found.insert(found.end(), a.begin(), a.end());
        }
        stepper.read_state(state.data(), state.data() + 2 * a.size());
        found.insert(found.end(), state.begin(), state.end());
        return found;
    }

    // The same of one row, by the reference of whole sequences, layer by layer.
    std::vector<double> reference_of(const Floats& x) const {
        const long T = static_cast<long>(x.size()) / D, G = static_cast<long>(ba[0].size()) / H;
        std::vector<double> rows(x.begin(), x.end());
        for (std::size_t l = 0; l < 2; ++l) {
            const long depth = l ? H : D;
            Floats none(static_cast<std::size_t>(H), 0.0f), gates(static_cast<std::size_t>(T * G * H));
            for (long t = 0; t < T; ++t)
                for (long j = 0; j < G * H; ++j) {
                    double sum = ba[l][static_cast<std::size_t>(j)];
                    for (long k = 0; k < depth; ++k)
                        sum += double(Wax[l][static_cast<std::size_t>(j * depth + k)]) * rows[static_cast<std::size_t>(t * depth + k)];
                    gates[static_cast<std::size_t>(t * G * H + j)] = static_cast<float>(sum);
                }
            const Floats no_gradients(static_cast<std::size_t>(T * H), 0.0f);
            const Problem problem{cell, H, {T}, {{Waa[l], ban[l], gates, none, none, no_gradients, none, none}}};
            rows = reference(problem, 0, no_gradients)[A];
        }
        return rows;
    }

    Cell cell;
    long D, H;
    std::vector<Floats> Wax, Waa, ba, ban;
};

void steps_of_a_stack(Random& random, Cell cell, long D, long H) {
    constexpr long T = 3, MOST = 7;
    for (bool bfloat16 : {false, true}) {
        const Stack stack(random, cell, D, H, bfloat16);
        const std::string what = std::string(path().name) + " cell " + std::to_string(static_cast<int>(cell)) +
                                 " D=" + std::to_string(D) + " H=" + std::to_string(H) + (bfloat16 ? " bfloat16" : "") + ": ";
        const Floats x = random.floats(T * D, 1.0f);
        const Floats alone = stack.run(x, 1, bfloat16, 1);
        const std::vector<double> wanted = stack.reference_of(x);
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const double off = std::abs(alone[i] - wanted[i]) / (1.0 + std::abs(wanted[i]));
            if (off > worst) worst = off;
            check(off <= TOLERANCE, what + "a step is off by " + std::to_string(off));
        }
        if (bfloat16) check(equal(alone, stack.run(x, 1, false, 1)), what + "packed as float32 it has other bits");
        for (int threads : {2, 3}) check(equal(alone, stack.run(x, 1, bfloat16, threads)), what + "other bits with more threads");
        for (long rows = 2; rows <= MOST; ++rows) {
            Floats together = random.floats(T * rows * D, 1.0f), mine;
            for (long t = 0; t < T; ++t)
                for (long k = 0; k < D; ++k)
                    together[static_cast<std::size_t>(((t + 1) * rows - 1) * D + k)] = x[static_cast<std::size_t>(t * D + k)];
            const Floats found = stack.run(together, rows, bfloat16, 1 + static_cast<int>(rows % 2));
            for (long t = 0; t < T; ++t) {
                const auto row = found.begin() + ((t + 1) * rows - 1) * H;
                mine.insert(mine.end(), row, row + H);
            }
            check(equal(mine, Floats(alone.begin(), alone.begin() + T * H)), what + "other bits in company");
        }
    }
}

void steps(Random& random, Cell cell, bool few) {
    const std::vector<long> sizes = few ? std::vector<long>{1, 7, 33} : std::vector<long>{1, 2, 7, 11, 16, 17, 33, 71, 130};
    for (long H : sizes) {
        for (int threads : {1, 2, 3}) steps_have_the_bits_of_the_sequence(random, cell, H, threads);
        steps_of_a_stack(random, cell, 1 + H % 6, H);
    }
}

}  // namespace
}  // namespace unrolled
