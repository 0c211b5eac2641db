#include "stepper.hpp"

#include <algorithm>

namespace unrolled {
namespace {

// Starting several threads and their meetings take some microseconds: floats that one reads in that time.
constexpr long WORTH_SHARING = 250'000;

long round_up(long n, long to) { return (n + to - 1) / to * to; }

}  // namespace

Stepper::Stepper(Cell cell, long H, long rows, bool bfloat16, const std::vector<StepWeights>& weights, const float* table,
                 long words, float* a_out)
    : path_(*path().step), table_(table), words_(words), layers_(weights.size()), x_(static_cast<std::size_t>(rows)) {
    const long G = cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1, L = static_cast<long>(weights.size());
    const long stride = round_up(H, 16) + 16;  // rows of a power of two would fall into the same lines of the cache
    const long state = rows * stride * (cell == Cell::lstm ? 3 : 2);
    const auto depth = [](const StepWeights& layer) { return layer.Wax ? layer.D : 0; };
    long packed = 0;
    for (const StepWeights& layer : weights) packed += path_.size(cell, H, depth(layer), bfloat16);
    worth_sharing_ = packed / L * rows >= WORTH_SHARING;

    float* next = memory_.take(packed + L * state);
    std::fill_n(next + packed, L * state, 0.0f);
    float* states = next + packed;
    for (std::size_t l = 0; l < weights.size(); ++l) {
        path_.pack(cell, H, weights[l], bfloat16, next);
        layers_[l] = {next, depth(weights[l]), states, cell == Cell::lstm ? states + 2 * rows * stride : nullptr};
        next += path_.size(cell, H, depth(weights[l]), bfloat16);
        states += state;
    }
    width_ = weights[0].Wax ? weights[0].D : G * H;
    step_ = {cell, H, rows, stride, bfloat16, static_cast<int>(L), layers_.data(), x_.data(), a_out, 0, &barrier_};
}

void Stepper::run_member(void* stepper, int member, int members) {
    const Stepper& of = *static_cast<const Stepper*>(stepper);
    of.path_.step(of.step_, member, members);
}

void Stepper::step(const float* x, int threads) {
    for (long row = 0; row < step_.rows; ++row) x_[static_cast<std::size_t>(row)] = x + row * width_;
    parallel(threads, run_member, this);
    step_.now = 1 - step_.now;
}

bool Stepper::step_words(const std::int64_t* words, int threads) {
    for (long row = 0; row < step_.rows; ++row) {
        if (words[row] < 0 || words[row] >= words_) return false;
        x_[static_cast<std::size_t>(row)] = table_ + words[row] * width_;
    }
    parallel(threads, run_member, this);
    step_.now = 1 - step_.now;
    return true;
}

void Stepper::read_state(float* a, float* c) const {
    const long H = step_.H, L = step_.layers;
    for (long row = 0; row < step_.rows; ++row)
        for (long l = 0; l < L; ++l) {
            const StepLayer& layer = layers_[static_cast<std::size_t>(l)];
            std::copy_n(layer.a + (step_.now * step_.rows + row) * step_.stride, H, a + (row * L + l) * H);
            if (layer.c) std::copy_n(layer.c + row * step_.stride, H, c + (row * L + l) * H);
        }
}

void Stepper::write_state(const float* a, const float* c) {
    const long H = step_.H, L = step_.layers;
    for (long row = 0; row < step_.rows; ++row)
        for (long l = 0; l < L; ++l) {
            const StepLayer& layer = layers_[static_cast<std::size_t>(l)];
            std::copy_n(a + (row * L + l) * H, H, layer.a + (step_.now * step_.rows + row) * step_.stride);
            if (layer.c) std::copy_n(c + (row * L + l) * H, H, layer.c + row * step_.stride);
        }
}

}  // namespace unrolled
