// The recurrence one scalar at a time in float64, as docs/equations.md derives it: the plain twin that the self-test
// holds every instruction path to.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../engine.hpp"
#include "check.hpp"

namespace unrolled {

// What one direction of a layer is given, forward and back.
struct Layer {
    Floats Waa, ban, x, a0, c0, da, da_last, dc_last;
    Floats ba = {}, x_less_ba = {};  // their sum, in float32, is x
};

struct Problem {
    Cell cell;
    long H;
    std::vector<std::int64_t> lengths;
    std::vector<Layer> layers;  // one a direction
    bool stateless = false;     // a0, c0, da_last and dc_last are 0, and the engine is given none

    long rows() const {
        long sum = 0;
        for (auto length : lengths) sum += length;
        return sum;
    }
    long sequences() const { return static_cast<long>(lengths.size()); }
    bool has_c() const { return cell == Cell::lstm; }
    long num_gates() const { return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1; }
    long kept() const { return cell == Cell::lstm || cell == Cell::gru ? 4 : 0; }       // floats a unit and row
    long gradients() const { return cell == Cell::lstm || cell == Cell::gru ? 4 : 1; }  // floats a unit and row
};

// What one direction gives. The first three come in any case, up to GATES with `keep`, the others on the way back.
enum Tensor { A, A_LAST, C_LAST, C, GATES, DGATES, PREVIOUS, DA0, DC0, TENSORS };
constexpr const char* NAMES[TENSORS] = {"a", "a_last", "c_last", "c", "gates", "dgates", "previous", "da0", "dc0"};
constexpr bool PER_ROW[TENSORS] = {true, false, false, true, true, true, true, false, false};

template <class Number>
using Result = std::array<std::vector<Number>, TENSORS>;

inline double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

inline std::size_t width(const Problem& problem, Tensor tensor) {
    const long c = problem.has_c(), H = problem.H;
    const long widths[TENSORS] = {H, H, c * H, c * H, problem.kept() * H, problem.gradients() * H, H, H, c * H};
    return static_cast<std::size_t>(widths[tensor]);
}

// `engine_a` says on which side of its kink the ReLU was: sums near 0 may round to the other.
inline Result<double> reference(const Problem& problem, int direction, const Floats& engine_a) {
    const Layer& layer = problem.layers[static_cast<std::size_t>(direction)];
    const Cell cell = problem.cell;
    const long H = problem.H, G = problem.num_gates(), K = problem.kept(), D = problem.gradients();
    Result<double> out;
    for (int i = 0; i < TENSORS; ++i) {
        const Tensor tensor = static_cast<Tensor>(i);
        const long count = PER_ROW[i] ? problem.rows() : problem.sequences();
        out[i].resize(static_cast<std::size_t>(count) * width(problem, tensor));
    }
    std::vector<double> a, c, s, da, dc, d;
    long first = 0;
    for (long sequence = 0; sequence < problem.sequences(); first += problem.lengths[sequence++]) {
        const long T = problem.lengths[sequence], state = sequence * H;
        const auto row_at = [&](long t) { return first + (direction == 0 ? t : T - 1 - t); };

        a.assign(layer.a0.begin() + state, layer.a0.begin() + state + H);
        if (problem.has_c()) c.assign(layer.c0.begin() + state, layer.c0.begin() + state + H);
        for (long t = 0; t < T; ++t) {
            const long row = row_at(t);
            s.assign(G * H, 0.0);
            for (long j = 0; j < G * H; ++j)
                for (long k = 0; k < H; ++k) s[j] += double(layer.Waa[j * H + k]) * a[k];
            for (long u = 0; u < H; ++u) {
                const auto x = [&](long gate) { return double(layer.x[(row * G + gate) * H + u]); };
                double* gates = out[GATES].data() + row * K * H + u;
                out[PREVIOUS][row * H + u] = a[u];
                switch (cell) {
                    case Cell::rnn: a[u] = std::tanh(x(0) + s[u]); break;
                    case Cell::rnn_relu: a[u] = std::max(0.0, x(0) + s[u]); break;
                    case Cell::gru: {
                        const double r = sigmoid(x(0) + s[u]), z = sigmoid(x(1) + s[H + u]);
                        const double m = s[2 * H + u] + layer.ban[u], n = std::tanh(x(2) + r * m);
                        a[u] = (1.0 - z) * n + z * a[u];
                        gates[0] = r, gates[H] = z, gates[2 * H] = n, gates[3 * H] = m;
                        break;
                    }
                    case Cell::lstm: {
                        const double i = sigmoid(x(0) + s[u]), f = sigmoid(x(1) + s[H + u]);
                        const double g = std::tanh(x(2) + s[2 * H + u]), o = sigmoid(x(3) + s[3 * H + u]);
                        c[u] = f * c[u] + i * g;
                        a[u] = o * std::tanh(c[u]);
                        out[C][row * H + u] = c[u];
                        gates[0] = i, gates[H] = f, gates[2 * H] = g, gates[3 * H] = o;
                        break;
                    }
                }
                out[A][row * H + u] = a[u];
            }
        }
        for (long u = 0; u < H; ++u) {
            out[A_LAST][state + u] = a[u];
            if (problem.has_c()) out[C_LAST][state + u] = c[u];
        }

        da.assign(layer.da_last.begin() + state, layer.da_last.begin() + state + H);
        if (problem.has_c()) dc.assign(layer.dc_last.begin() + state, layer.dc_last.begin() + state + H);
        for (long t = T - 1; t >= 0; --t) {
            const long row = row_at(t);
            d.assign(G * H, 0.0);  // gradients of Waa · a⟨t-1⟩
            for (long u = 0; u < H; ++u) {
                const double a_t = out[A][row * H + u], a_before = out[PREVIOUS][row * H + u];
                const double* gates = out[GATES].data() + row * K * H + u;
                double* dgates = out[DGATES].data() + row * D * H + u;
                const double da_t = layer.da[row * H + u] + da[u];
                da[u] = 0.0;  // from here on: what flows past the product
                switch (cell) {
                    case Cell::rnn: dgates[0] = d[u] = da_t * (1.0 - a_t * a_t); break;
                    case Cell::rnn_relu: dgates[0] = d[u] = engine_a[row * H + u] > 0.0f ? da_t : 0.0; break;
                    case Cell::gru: {
                        const double r = gates[0], z = gates[H], n = gates[2 * H], m = gates[3 * H];
                        const double dn = da_t * (1.0 - z) * (1.0 - n * n);
                        dgates[0] = d[u] = dn * m * r * (1.0 - r);
                        dgates[H] = d[H + u] = da_t * (a_before - n) * z * (1.0 - z);
                        dgates[2 * H] = dn;
                        dgates[3 * H] = d[2 * H + u] = dn * r;
                        da[u] = da_t * z;
                        break;
                    }
                    case Cell::lstm: {
                        const double i = gates[0], f = gates[H], g = gates[2 * H], o = gates[3 * H];
                        const double tanh_c = std::tanh(out[C][row * H + u]);
                        const double c_before = t > 0 ? out[C][row_at(t - 1) * H + u] : layer.c0[state + u];
                        const double dc_t = dc[u] + da_t * o * (1.0 - tanh_c * tanh_c);
                        dgates[0] = d[u] = dc_t * g * i * (1.0 - i);
                        dgates[H] = d[H + u] = dc_t * c_before * f * (1.0 - f);
                        dgates[2 * H] = d[2 * H + u] = dc_t * i * (1.0 - g * g);
                        dgates[3 * H] = d[3 * H + u] = da_t * tanh_c * o * (1.0 - o);
                        dc[u] = dc_t * f;
                        break;
                    }
                }
            }
            for (long j = 0; j < G * H; ++j)
                for (long k = 0; k < H; ++k) da[k] += double(layer.Waa[j * H + k]) * d[j];
        }
        for (long u = 0; u < H; ++u) {
            out[DA0][state + u] = da[u];
            if (problem.has_c()) out[DC0][state + u] = dc[u];
        }
    }
    return out;
}

}  // namespace unrolled
