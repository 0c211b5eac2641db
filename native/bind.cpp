// The extension module `unrolled._native`: the one file that knows Python. Tensors come as addresses, checked before
// by the module of unrolled.kernels that calls; the GIL is released while the engine runs, but for a single step.
#include <nanobind/nanobind.h>
#include <nanobind/stl/array.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "chain.hpp"
#include "engine.hpp"
#include "stepper.hpp"

namespace nb = nanobind;
using namespace unrolled;

namespace {

using Address = std::intptr_t;

template <class T>
T* at(Address address) {
    return reinterpret_cast<T*>(address);
}

std::string path_in_use() { return path().name; }

std::vector<std::string> path_names() {
    std::vector<std::string> names;
    for (const Path* const* candidate = paths(); *candidate; ++candidate) names.emplace_back((*candidate)->name);
    return names;
}

void take_path(const std::string& name) {
    if (!use_path(name.c_str())) throw nb::value_error(("no instruction path " + name + " here; see paths()").c_str());
}

Batch batch_of(int cell, long H, Address lengths, long sequences, std::size_t directions, int threads, long D) {
    return {static_cast<Cell>(cell), H, sequences, at<const std::int64_t>(lengths), static_cast<int>(directions), threads, D};
}

// The weights of each direction, or their gradients; the last is the GRU's alone.
enum { WAX, WAA, BA, BAN };

struct Weights {
    const std::vector<Address>& addresses;
    std::size_t each;

    Weights(int cell, const std::vector<Address>& of) : addresses(of), each(static_cast<Cell>(cell) == Cell::gru ? 4 : 3) {}
    std::size_t directions() const { return addresses.size() / each; }
    float* operator()(long d, std::size_t which) const {
        return which < each ? at<float>(addresses[static_cast<std::size_t>(d) * each + which]) : nullptr;
    }
};

// Of what the module lays out for all directions, direction d has these floats on: of a row its own H columns, of gates, c
// and the like its own block of rows. 0 stays nullptr.
struct Tensors {
    Cell cell;
    long H, rows, directions;

    long gates() const { return (cell == Cell::gru || cell == Cell::lstm ? 4 : 0) * H; }
    long dgates() const { return std::max(gates(), H); }
    float* column(Address a, long d) const { return a ? at<float>(a) + d * H : nullptr; }
    float* block(Address a, long d, long width) const { return a ? at<float>(a) + d * rows * width : nullptr; }
};

// Memory that pack_weights fills for recur_forward, on the path in use then.
long packed_floats(int cell, long H, std::size_t directions, long D, bool bfloat16) {
    Batch batch = batch_of(cell, H, 0, 0, directions, 1, D);
    batch.bfloat16 = bfloat16;
    return path().packed(batch, true);
}

void pack_weights(int cell, long H, long D, bool bfloat16, const std::vector<Address>& weights, Address packed) {
    nb::gil_scoped_release released;
    const Weights w(cell, weights);
    std::vector<Forward> layers;
    for (long d = 0; d < static_cast<long>(w.directions()); ++d) {
        layers.push_back({});
        layers.back().Wax = w(d, WAX), layers.back().Waa = w(d, WAA);
    }
    Batch batch = batch_of(cell, H, 0, 0, layers.size(), 1, D);
    batch.bfloat16 = bfloat16;
    path().pack(batch, layers.data(), at<float>(packed));
}

// `tensors`: x, a, gates, c, a0, c0, a_last, c_last. With `packed` the weights are there, and those given are not read but for
// the biases.
void recur_forward(int cell, long H, Address lengths, long sequences, long rows, int threads, bool keep, long D,
                   const std::vector<Address>& weights, Address packed, bool bfloat16, const std::array<Address, 8>& tensors) {
    nb::gil_scoped_release released;
    const auto [x, a, gates, c, a0, c0, a_last, c_last] = tensors;
    const Weights w(cell, weights);
    const Tensors of{static_cast<Cell>(cell), H, rows, static_cast<long>(w.directions())};
    const long stride = of.directions * H, kept = of.gates();
    std::vector<Forward> layers;
    for (long d = 0; d < of.directions; ++d) {
        layers.push_back({w(d, WAA), w(d, BAN), kept ? of.block(gates, d, kept) : of.column(a, d),
                          kept ? kept : stride, w(d, BA), at<const float>(x), w(d, WAX),
                          of.column(a, d), stride, of.block(c, d, H), of.column(a0, d), of.column(c0, d),
                          of.column(a_last, d), of.column(c_last, d), stride});
    }
    Batch batch = batch_of(cell, H, lengths, sequences, layers.size(), threads, D);
    batch.packed = at<const float>(packed), batch.bfloat16 = bfloat16;
    forward(batch, layers.data(), keep);
}

// `tensors`: x, a, gates, c, a0, c0, da, da_last, dc_last, da0, dc0, dgates, previous, dx
void recur_backward(int cell, long H, Address lengths, long sequences, long rows, int threads, long D,
                    const std::vector<Address>& weights, const std::vector<Address>& gradients,
                    const std::array<Address, 14>& tensors) {
    nb::gil_scoped_release released;
    const auto [x, a, gates, c, a0, c0, da, da_last, dc_last, da0, dc0, dgates, previous, dx] = tensors;
    const Weights w(cell, weights), dw(cell, gradients);
    const Tensors of{static_cast<Cell>(cell), H, rows, static_cast<long>(w.directions())};
    const long stride = of.directions * H, kept = of.gates();
    std::vector<Backward> layers;
    for (long d = 0; d < of.directions; ++d) {
        layers.push_back({w(d, WAA), of.block(gates, d, kept), kept, of.column(a, d), stride, of.block(c, d, H),
                          of.column(a0, d), of.column(c0, d), of.column(da, d), stride, of.column(da_last, d),
                          of.column(dc_last, d), of.column(da0, d), of.column(dc0, d), stride,
                          of.block(dgates, d, of.dgates()), of.block(previous, d, H), H, at<const float>(x),
                          w(d, WAX), dw(d, WAX), dw(d, WAA), dw(d, BA), dw(d, BAN), at<float>(dx)});
    }
    backward(batch_of(cell, H, lengths, sequences, layers.size(), threads, D), layers.data());
}

// K, lengths, N, threads, emissions, transitions, start, end, forbidden, forbidden_start
using ChainAddresses = std::array<Address, 10>;

Chains chains_at(const ChainAddresses& c) {
    return {c[0], c[2], at<const std::int64_t>(c[1]), static_cast<int>(c[3]), at<const float>(c[4]), at<const float>(c[5]),
            at<const float>(c[6]), at<const float>(c[7]), at<const bool>(c[8]), at<const bool>(c[9])};
}

// labels, weights, log_Z, log_likelihood; gradients of emissions, transitions, start and end
template <class Number>
long sum_all_paths(const ChainAddresses& chains, const std::array<Address, 8>& to) {
    nb::gil_scoped_release released;
    return sum_paths(chains_at(chains), ChainSums<Number>{at<const std::int64_t>(to[0]), at<const double>(to[1]),
                                                          at<double>(to[2]), at<float>(to[3]), at<Number>(to[4]),
                                                          at<Number>(to[5]), at<Number>(to[6]), at<Number>(to[7])});
}

void best_path(const ChainAddresses& chains, Address labels, Address scores) {
    nb::gil_scoped_release released;
    viterbi(chains_at(chains), at<std::int64_t>(labels), at<float>(scores));
}

void best_paths(const ChainAddresses& chains, long n, Address labels, Address scores, Address counts) {
    nb::gil_scoped_release released;
    n_best(chains_at(chains), n, at<std::int64_t>(labels), at<double>(scores), at<std::int64_t>(counts));
}

// Wax, D, Waa, ba, ban
using StepAddresses = std::array<Address, 5>;

void make_stepper(Stepper* place, int cell, long H, long rows, bool bfloat16, const std::vector<StepAddresses>& layers,
                  Address table, long words, Address a_out) {
    nb::gil_scoped_release released;
    std::vector<StepWeights> weights;
    for (const StepAddresses& d : layers)
        weights.push_back({at<const float>(d[0]), d[1], at<const float>(d[2]), at<const float>(d[3]), at<const float>(d[4])});
    new (place) Stepper(static_cast<Cell>(cell), H, rows, bfloat16, weights, at<const float>(table), words, at<float>(a_out));
}

// Threads that hold the GIL could not step on the same state at once; those that share a step wait for no one else.
void step_rows(Stepper& stepper, Address x, int threads) { stepper.step(at<const float>(x), threads); }

bool step_words(Stepper& stepper, Address words, int threads) {
    return stepper.step_words(at<const std::int64_t>(words), threads);
}

bool step_word(Stepper& stepper, std::int64_t word, int threads) { return stepper.step_words(&word, threads); }

}  // namespace

NB_MODULE(_native, module) {
    module.def("path", path_in_use, "Instruction path in use.");
    module.def("paths", path_names, "Instruction paths that this build and this processor can run, best first.");
    module.def("use_path", take_path, nb::arg("name"), "Take this path from now on; ValueError where it is not here.");
    module.def("packed_floats", packed_floats);
    module.def("pack_weights", pack_weights);
    module.def("recur_forward", recur_forward);
    module.def("recur_backward", recur_backward);
    module.def("sum_paths", sum_all_paths<float>);
    module.def("sum_paths_in_float64", sum_all_paths<double>);
    module.def("best_path", best_path);
    module.def("best_paths", best_paths);
    nb::class_<Stepper>(module, "Stepper")
        .def("__init__", make_stepper)
        .def("step", step_rows)
        .def("step_words", step_words)
        .def("step_word", step_word)
        .def("worth_sharing", &Stepper::worth_sharing)
        .def("read_state", [](const Stepper& stepper, Address a, Address c) { stepper.read_state(at<float>(a), at<float>(c)); })
        .def("write_state", [](Stepper& stepper, Address a, Address c) {
            stepper.write_state(at<const float>(a), at<const float>(c));
        });
}
