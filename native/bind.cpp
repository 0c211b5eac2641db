// The extension module `unrolled._native`: the one file that knows Python. Tensors come as addresses, checked before
// by the module of unrolled.kernels that calls; the GIL is released while the engine runs.
#include <nanobind/nanobind.h>
#include <nanobind/stl/array.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

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

void recur_forward(int cell, long H, Address lengths, long sequences, int threads, bool keep, long D,
                   const std::vector<std::array<Address, 15>>& directions) {
    nb::gil_scoped_release released;
    std::vector<Forward> layers;
    for (const auto& d : directions)
        layers.push_back({at<const float>(d[0]), at<const float>(d[1]), at<float>(d[2]), d[3], at<const float>(d[4]),
                          at<const float>(d[5]), at<const float>(d[6]), at<float>(d[7]), d[8], at<float>(d[9]),
                          at<const float>(d[10]), at<const float>(d[11]), at<float>(d[12]), at<float>(d[13]), d[14]});
    forward(batch_of(cell, H, lengths, sequences, layers.size(), threads, D), layers.data(), keep);
}

void recur_backward(int cell, long H, Address lengths, long sequences, int threads, long D,
                    const std::vector<std::array<Address, 25>>& directions) {
    nb::gil_scoped_release released;
    std::vector<Backward> layers;
    for (const auto& d : directions)
        layers.push_back({at<const float>(d[0]), at<const float>(d[1]), d[2], at<const float>(d[3]), d[4],
                          at<const float>(d[5]), at<const float>(d[6]), at<const float>(d[7]), at<const float>(d[8]),
                          d[9], at<const float>(d[10]), at<const float>(d[11]), at<float>(d[12]), at<float>(d[13]),
                          d[14], at<float>(d[15]), at<float>(d[16]), d[17], at<const float>(d[18]),
                          at<const float>(d[19]), at<float>(d[20]), at<float>(d[21]), at<float>(d[22]),
                          at<float>(d[23]), at<float>(d[24])});
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
