// A call of the engine, on memory as a caller has it: rows with gaps between them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include "../arena.hpp"
#include "check.hpp"
#include "problem.hpp"

namespace unrolled {
namespace {

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
    float at(long row, long i) const { return data_[static_cast<std::size_t>(row * stride + i)]; }
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
          previous(problem.rows(), width(problem, PREVIOUS)),
          kept(problem.kept() > 0),
          stateless(problem.stateless) {
        (kept ? gates : a).fill(layer.x);
    }

    // The engine's own projections are those given, to the bit, where Wax is the identity.
    void let_project(const Layer& layer, long columns) {
        x = layer.x_less_ba;
        ba = layer.ba;
        Wax.assign(static_cast<std::size_t>(columns * columns), 0.0f);
        for (long j = 0; j < columns; ++j) Wax[static_cast<std::size_t>(j * columns + j)] = 1.0f;
        (kept ? gates : a).fill(Floats(x.size(), NAN));
        dWax.assign(Wax.size(), NAN);
        dWaa.assign(layer.Waa.size(), NAN);
        dx.assign(x.size(), NAN);
        sums.assign(dgates.size() / (x.size() / ba.size()), NAN);
    }
    const float* given(Rows& states) const { return stateless ? nullptr : states.data(); }
    Forward forward(const Layer& layer, bool keep) {
        Rows& projections = kept ? gates : a;
        const bool lacking = kept && !keep && !x.empty();  // the engine lends room for the gates
        return {layer.Waa.data(), layer.ban.empty() ? nullptr : layer.ban.data(), lacking ? nullptr : projections.data(), projections.stride,
                ba.empty() ? nullptr : ba.data(), x.data(), Wax.data(), a.data(), a.stride,
                keep && !c.empty() ? c.data() : nullptr, given(a0), given(c0), a_last.data(), c_last.data(), a0.stride};
    }
    Backward backward(const Layer& layer) {
        return {layer.Waa.data(), gates.data(), kept ? gates.stride : 0, a.data(), a.stride, c.empty() ? nullptr : c.data(),
                given(a0), given(c0), da.data(), da.stride, given(da_last), given(dc_last), da0.data(), dc0.data(),
                a0.stride, dgates.data(), previous.data(), previous.stride, x.data(), Wax.data(), dWax.data(), dWaa.data(), sums.data(),
                sums.empty() ? nullptr : sums.data() + ba.size(), dx.data()};
    }
    // Puts the gradients aside: the next call must find the same bits.
    void take_gradients() {
        for (Floats* found : {&dWax, &dWaa, &sums, &dx}) {
            aside.insert(aside.end(), found->begin(), found->end());
            found->assign(found->size(), NAN);
        }
    }
    bool same_gradients() const {
        Floats found;
        for (const Floats* one : {&dWax, &dWaa, &sums, &dx}) found.insert(found.end(), one->begin(), one->end());
        return found.size() == aside.size() && !std::memcmp(found.data(), aside.data(), found.size() * sizeof(float));
    }
    // The gradients that the engine adds up itself, against the same sums over dgates and a⟨t-1⟩ in float64.
    bool gradients_add_up(const Problem& problem) const {
        const long rows = problem.rows(), H = problem.H, G = problem.num_gates() * H, width = problem.gradients() * H;
        const auto off = [&](float found, long j, const auto& factor) {
            double sum = 0.0, size = 1.0;
            for (long row = 0; row < rows; ++row) {
                const double term = double(dgates[static_cast<std::size_t>(row * width + j)]) * factor(row);
                sum += term, size += std::abs(term);
            }
            return std::abs(sum - found) / size;
        };
        double worst = 0.0;
        const auto see = [&](double error) { worst = error <= worst ? worst : error; };  // NaN stays
        for (long j = 0; j < width; ++j) see(off(sums[static_cast<std::size_t>(j)], j, [](long) { return 1.0; }));
        for (long j = 0; j < G; ++j) {
            for (long k = G - 1; k >= 0; k -= 1 + G / 32)  // under an emulator all of them would take minutes
                see(off(dWax[static_cast<std::size_t>(j * G + k)], j,
                        [&](long row) { return double(x[static_cast<std::size_t>(row * G + k)]); }));
            const long met = width > G && j >= G - H ? j + H : j;  // the GRU's last gate
            for (long k = H - 1; k >= 0; k -= 1 + H / 32)
                see(off(dWaa[static_cast<std::size_t>(j * H + k)], met,
                        [&](long row) { return double(previous.at(row, k)); }));
        }
        return worst <= 1e-5;
    }
    Result<float> result() const {
        return {a.values(), a_last.values(), c_last.values(), c, gates.values(), dgates, previous.values(), da0.values(), dc0.values()};
    }
    bool gaps_untouched() const {
        for (const Rows* rows : {&a, &gates, &previous, &a_last, &c_last, &da0, &dc0})
            if (!rows->gaps_untouched()) return false;
        return true;
    }

    Rows a, gates, a0, c0, a_last, c_last, da, da_last, dc_last, da0, dc0;
    Floats c, dgates;
    Rows previous;
    Floats x, Wax, ba, dWax, dWaa, sums, dx, aside;
    bool kept, stateless;
};

enum class Packed { no, float32, bfloat16 };

// Forward and back with `keep`, else forward alone.
class Call {
public:
    Call(const Problem& problem, int threads, bool keep, bool project = false, Packed pack = Packed::no)
        : problem_(problem), threads_(threads), keep_(keep), pack_(pack), D_(project ? problem.num_gates() * problem.H : 0) {
        buffers_.reserve(problem.layers.size());
        for (const Layer& layer : problem.layers) {
            buffers_.emplace_back(problem, layer);
            if (project) buffers_.back().let_project(layer, D_);
            forwards_.push_back(buffers_.back().forward(layer, keep));
            backwards_.push_back(buffers_.back().backward(layer));
        }
    }

    // In a thread of its own, whose memory the engine asks for anew: a sanitizer sees its very ends.
    std::thread start() {
        return std::thread([this] {
            Batch batch{problem_.cell, problem_.H, problem_.sequences(), problem_.lengths.data(),
                        static_cast<int>(problem_.layers.size()), threads_, D_};
            Arena packed;
            if (pack_ != Packed::no) {
                batch.bfloat16 = pack_ == Packed::bfloat16;
                float* const weights = packed.take(path().packed(batch, true));
                path().pack(batch, forwards_.data(), weights);
                batch.packed = weights;
                for (Forward& one : forwards_) one.Waa = one.Wax = nullptr;
            }
            forward(batch, forwards_.data(), keep_);
            if (!keep_) return;
            if (D_ > 0 && threads_ == 1) {
                std::vector<Backward> lacking = backwards_;
                for (Backward& one : lacking) one.dgates = one.previous = nullptr;
                backward(batch, lacking.data());
                for (Buffers& one : buffers_) one.take_gradients();
            }
            backward(batch, backwards_.data());
        });
    }

    std::vector<Result<float>> results() const {
        std::vector<Result<float>> results;
        for (const Buffers& one : buffers_) {
            check(one.gaps_untouched(), describe(problem_, threads_) + ": wrote between the rows");
            if (D_ > 0 && keep_) {
                check(threads_ > 1 || one.same_gradients(), describe(problem_, threads_) + ": gradients where the engine lends room");
                check(one.gradients_add_up(problem_), describe(problem_, threads_) + ": gradients of the weights");
                check(dx_adds_up(), describe(problem_, threads_) + ": dx");
            }
            results.push_back(one.result());
        }
        return results;
    }

private:
    // Wax is the identity: dx is what comes to the gates, of all directions together.
    bool dx_adds_up() const {
        const std::size_t width = static_cast<std::size_t>(problem_.gradients() * problem_.H), G = static_cast<std::size_t>(D_);
        for (std::size_t i = 0; i < buffers_[0].dx.size(); ++i) {
            float sum = 0.0f;
            for (const Buffers& one : buffers_) sum += one.dgates[i / G * width + i % G];
            if (!(std::abs(buffers_[0].dx[i] - sum) <= 1e-6f * (1.0f + std::abs(sum)))) return false;
        }
        return true;
    }

    const Problem& problem_;
    int threads_;
    bool keep_;
    Packed pack_;
    long D_;
    std::vector<Buffers> buffers_;
    std::vector<Forward> forwards_;
    std::vector<Backward> backwards_;
};

std::vector<Result<float>> run(const Problem& problem, int threads, bool keep, bool project = false, Packed pack = Packed::no) {
    Call call(problem, threads, keep, project, pack);
    call.start().join();
    return call.results();
}

}  // namespace
}  // namespace unrolled
