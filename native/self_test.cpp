// The engine's self-test, without Python: for sanitizers and for other processors under an emulator.
//
//   self_test [path ...]    these instruction paths, or all that this build and this processor can run
//
// Each case runs in a thread of its own, whose memory the engine asks for anew: a sanitizer sees its very ends.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "chain_self_test.hpp"
#include "engine.hpp"
#include "reference.hpp"

namespace unrolled {
namespace {

int failures = 0;
long checks = 0;
double worst = 0.0;

std::string describe(const Problem& problem, int threads) {
    constexpr const char* CELLS[] = {"rnn", "rnn_relu", "gru", "lstm"};
    std::string text = std::string(path().name) + " " + CELLS[static_cast<int>(problem.cell)] + " H=" + std::to_string(problem.H) +
                       " directions=" + std::to_string(problem.layers.size()) + " threads=" + std::to_string(threads) + " lengths=";
    for (auto length : problem.lengths) text += std::to_string(length) + ",";
    text.pop_back();
    return text;
}

void check(bool holds, const std::string& what) {
    ++checks;
    if (holds) return;
    if (++failures <= 20) std::printf("FAILED %s\n", what.c_str());
}

// ---- Problems

// splitmix64: the same numbers on every processor.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t bits() {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    long up_to(long most) { return 1 + static_cast<long>(bits() % static_cast<std::uint64_t>(most)); }
    Floats floats(long count, float scale) {
        Floats values(static_cast<std::size_t>(count));
        for (float& value : values) value = scale * (static_cast<float>(bits() >> 40) * 0x1p-23f - 1.0f);
        return values;
    }

private:
    std::uint64_t state_;
};

Problem random_problem(Random& random, Cell cell, long H, std::vector<std::int64_t> lengths, int directions) {
    Problem problem{cell, H, std::move(lengths), {}};
    const long G = problem.num_gates(), M = problem.rows(), N = problem.sequences(), c = problem.has_c();
    for (int d = 0; d < directions; ++d)
        problem.layers.push_back({random.floats(G * H * H, 1.5f / std::sqrt(static_cast<float>(H))),
                                  random.floats(cell == Cell::gru ? H : 0, 1.0f), random.floats(M * G * H, 2.0f),
                                  random.floats(N * H, 1.0f), random.floats(c * N * H, 1.0f), random.floats(M * H, 1.0f),
                                  random.floats(N * H, 1.0f), random.floats(c * N * H, 1.0f)});
    return problem;
}

std::vector<std::int64_t> random_lengths(Random& random, long sequences, long most) {
    std::vector<std::int64_t> lengths;
    for (long i = 0; i < sequences; ++i) lengths.push_back(random.up_to(most));
    return lengths;
}

// ---- A call of the engine

// Rows with a gap between them that nobody may write to; NaN wherever nothing was written.
class Rows {
public:
    Rows(long rows, std::size_t width) : rows_(rows), width_(width), stride(static_cast<long>(width) + GAP) {
        std::uint32_t bits = NOBODYS;
        float value;
        std::memcpy(&value, &bits, sizeof value);
        data_.assign(width ? static_cast<std::size_t>(rows * stride) : 0, value);
    }
    Rows(long rows, std::size_t width, const Floats& values) : Rows(rows, width) { fill(values); }

    void fill(const Floats& values) {
        const std::size_t each = values.size() / static_cast<std::size_t>(rows_);
        for (long row = 0; row < rows_; ++row)
            std::copy_n(values.begin() + row * static_cast<long>(each), each, data_.begin() + row * stride);
    }
    float* data() { return data_.empty() ? nullptr : data_.data(); }
    Floats values() const {
        Floats found;
        for (long row = 0; row < rows_ && width_; ++row)
            found.insert(found.end(), data_.begin() + row * stride, data_.begin() + row * stride + static_cast<long>(width_));
        return found;
    }
    bool gaps_untouched() const {
        for (long row = 0; row < rows_ && width_; ++row)
            for (long i = static_cast<long>(width_); i < stride; ++i) {
                std::uint32_t bits;
                std::memcpy(&bits, &data_[static_cast<std::size_t>(row * stride + i)], sizeof bits);
                if (bits != NOBODYS) return false;
            }
        return true;
    }

private:
    static constexpr long GAP = 3;
    static constexpr std::uint32_t NOBODYS = 0x7fc5a5a5;

    long rows_;
    std::size_t width_;
    Floats data_;

public:
    const long stride;
};

// As a layer's weights, states and activations lie in the caller's memory.
struct Buffers {
    Buffers(const Problem& problem, const Layer& layer)
        : a(problem.rows(), width(problem, A)),
          gates(problem.rows(), width(problem, GATES)),
          a0(problem.sequences(), width(problem, A_LAST), layer.a0),
          c0(problem.sequences(), width(problem, C_LAST), layer.c0),
          a_last(problem.sequences(), width(problem, A_LAST)),
          c_last(problem.sequences(), width(problem, C_LAST)),
          da(problem.rows(), width(problem, A), layer.da),
          da_last(problem.sequences(), width(problem, DA0), layer.da_last),
          dc_last(problem.sequences(), width(problem, DC0), layer.dc_last),
          da0(problem.sequences(), width(problem, DA0)),
          dc0(problem.sequences(), width(problem, DC0)),
          c(static_cast<std::size_t>(problem.rows()) * width(problem, C), NAN),
          dgates(static_cast<std::size_t>(problem.rows()) * width(problem, DGATES), NAN),
          previous(static_cast<std::size_t>(problem.rows()) * width(problem, PREVIOUS), NAN),
          kept(problem.kept() > 0) {
        (kept ? gates : a).fill(layer.x);
    }

    Forward forward(const Layer& layer, bool keep) {
        Rows& x = kept ? gates : a;
        return {layer.Waa.data(), layer.ban.empty() ? nullptr : layer.ban.data(), x.data(), x.stride, a.data(), a.stride,
                keep && !c.empty() ? c.data() : nullptr, a0.data(), c0.data(), a_last.data(), c_last.data(), a0.stride};
    }
    Backward backward(const Layer& layer) {
        return {layer.Waa.data(), gates.data(), kept ? gates.stride : 0, a.data(), a.stride, c.empty() ? nullptr : c.data(),
                a0.data(), c0.data(), da.data(), da.stride, da_last.data(), dc_last.data(), da0.data(), dc0.data(),
                a0.stride, dgates.data(), previous.data()};
    }
    Result<float> result() const {
        return {a.values(), a_last.values(), c_last.values(), c, gates.values(), dgates, previous, da0.values(), dc0.values()};
    }
    bool gaps_untouched() const {
        for (const Rows* rows : {&a, &gates, &a_last, &c_last, &da0, &dc0})
            if (!rows->gaps_untouched()) return false;
        return true;
    }

    Rows a, gates, a0, c0, a_last, c_last, da, da_last, dc_last, da0, dc0;
    Floats c, dgates, previous;
    bool kept;
};

// Forward and back with `keep`, else forward alone.
std::vector<Result<float>> run(const Problem& problem, int threads, bool keep) {
    std::vector<Buffers> buffers;
    std::vector<Forward> forwards;
    std::vector<Backward> backwards;
    buffers.reserve(problem.layers.size());
    for (const Layer& layer : problem.layers) {
        buffers.emplace_back(problem, layer);
        forwards.push_back(buffers.back().forward(layer, keep));
        backwards.push_back(buffers.back().backward(layer));
    }
    const Batch batch{problem.cell, problem.H, problem.sequences(), problem.lengths.data(),
                      static_cast<int>(problem.layers.size()), threads};
    std::thread([&] {
        forward(batch, forwards.data(), keep);
        if (keep) backward(batch, backwards.data());
    }).join();
    std::vector<Result<float>> results;
    for (const Buffers& one : buffers) {
        check(one.gaps_untouched(), describe(problem, threads) + ": wrote between the rows");
        results.push_back(one.result());
    }
    return results;
}

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
    Problem picked{problem.cell, problem.H, {}, {}};
    for (long i : sequences) picked.lengths.push_back(problem.lengths[static_cast<std::size_t>(i)]);
    for (const Layer& layer : problem.layers) {
        const auto rows = [&](const Floats& from) { return pick(from, problem, sequences, true); };
        const auto states = [&](const Floats& from) { return pick(from, problem, sequences, false); };
        picked.layers.push_back({layer.Waa, layer.ban, rows(layer.x), states(layer.a0), states(layer.c0), rows(layer.da),
                                 states(layer.da_last), states(layer.dc_last)});
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
    }
    std::vector<long> order;
    for (long i = 0; i < problem.sequences(); ++i) order.push_back(i);
    for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[static_cast<std::size_t>(random.up_to(static_cast<long>(i))) - 1]);
    const Problem shuffled = pick(problem, order);
    const int threads = static_cast<int>(random.up_to(most_threads));
    same_bits(shuffled, run(shuffled, threads, true), pick(together, problem, order), threads, true, "in another order");
    for (long i = 0; i < std::min(problem.sequences(), 6L); ++i) {
        const Problem alone = pick(problem, {order[static_cast<std::size_t>(i)]});
        same_bits(alone, run(alone, 1 + static_cast<int>(i) % most_threads, true),
                  pick(together, problem, {order[static_cast<std::size_t>(i)]}), 1, true, "alone");
    }
}

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

void all_of_this_path() {
    Random random(20261122);
    for (Cell cell : {Cell::rnn, Cell::rnn_relu, Cell::gru, Cell::lstm}) {
        activations(cell);
        for (long H : {1, 2, 3, 5, 7, 8, 11, 16, 17, 31, 32, 33, 47, 64, 65, 71}) {
            nan_passes_through(random, cell, H);
            for (int directions : {1, 2}) {
                const long N = H % 3 == 0 ? 1 + H % 2 : random.up_to(20);
                any_company(random, random_problem(random, cell, H, random_lengths(random, N, H == 5 ? 90 : 9), directions), 3);
            }
        }
        // Wide enough for several threads to share one sequence by its units.
        const long H = cell == Cell::lstm ? 163 : cell == Cell::gru ? 189 : 321;
        for (int directions : {1, 2})
            for (long N : {1, 2}) any_company(random, random_problem(random, cell, H, random_lengths(random, N, 4), directions), 4);
    }
}

}  // namespace
}  // namespace unrolled

int main(int count, char** words) {
    using namespace unrolled;
    std::vector<std::string> names(words + 1, words + count);
    if (names.empty())
        for (const Path* const* candidate = paths(); *candidate; ++candidate) names.emplace_back((*candidate)->name);
    for (const std::string& name : names) {
        if (!use_path(name.c_str())) {
            std::printf("FAILED %s: this build or this processor has no such path\n", name.c_str());
            return 2;
        }
        const int before = failures;
        worst = 0.0, checks = 0;
        all_of_this_path();
        failures += chain_test::run_tests(checks, worst);
        std::printf("%s: %ld checks, %d failed, at most %.1e off the reference\n", name.c_str(), checks, failures - before, worst);
    }
    return failures > 0;
}
