#include "chain.hpp"

#include <algorithm>
#include <atomic>
#include <type_traits>
#include <vector>

#include "engine.hpp"
#include "threads.hpp"

namespace unrolled {
namespace {

// What a call needs besides, kept from call to call.
struct Workspace {
    std::vector<long> offsets;
    std::vector<ChainGroup> groups;
    std::vector<double> tables, sums;
    std::vector<unsigned char> in_logs;
};

// To a cache line.
double* room_in(std::vector<double>& memory, long doubles) {
    if (static_cast<long>(memory.size()) < doubles + 8) memory.resize(static_cast<std::size_t>(doubles) + 8);
    const auto address = reinterpret_cast<std::uintptr_t>(memory.data());
    return reinterpret_cast<double*>((address + 63) / 64 * 64);
}

// Neighbouring sequences that one thread takes together. It depends on the lengths alone, so that what is summed over
// groups is the same with any number of threads.
void divide(const Chains& chains, Workspace& own) {
    constexpr long LEAST = 64, MOST_GROUPS = 64;  // steps of a group
    const long N = chains.sequences;
    own.offsets.resize(static_cast<std::size_t>(N) + 1);
    own.offsets[0] = 0;
    for (long i = 0; i < N; ++i) own.offsets[i + 1] = own.offsets[i] + chains.lengths[i];
    const long steps = std::max(LEAST, own.offsets[N] / MOST_GROUPS);
    own.groups.clear();
    for (long i = 0, first = 0; i < N; ++i)
        if (i == N - 1 || own.offsets[i + 1] - own.offsets[first] >= steps) {
            own.groups.push_back({first, i + 1});
            first = i + 1;
        }
}

// Runs work(call, group, group number) for every group, each on the thread that is free first.
template <class Work>
void for_each_group(const Chains& chains, Wanted wanted, Workspace& own, Work work) {
    divide(chains, own);
    const ChainPath& chain = *path().chain;
    double* tables = room_in(own.tables, chain.tables(chains, nullptr, wanted));
    chain.tables(chains, tables, wanted);
    own.in_logs.resize(static_cast<std::size_t>(chains.sequences));
    struct Shared {
        ChainCall call;
        const std::vector<ChainGroup>& groups;
        Work& work;
        std::atomic<long> next{0};
    } shared{{&chains, tables, own.offsets.data(), own.in_logs.data()}, own.groups, work};
    const int threads = static_cast<int>(std::min<long>(std::max(1, chains.threads), static_cast<long>(own.groups.size())));
    parallel(threads,
             [](void* context, int, int) {
                 auto& all = *static_cast<Shared*>(context);
                 const long count = static_cast<long>(all.groups.size());
                 for (long g = all.next++; g < count; g = all.next++) all.work(all.call, all.groups[static_cast<std::size_t>(g)], g);
             },
             &shared);
}

Workspace& workspace() {
    thread_local Workspace own;
    return own;
}

template <class Number>
void run_backward(const Chains& chains, const ChainBackward<Number>& to) {
    Workspace& own = workspace();
    const long K = chains.K, stride = chain_stride(K), size = (K + 2) * stride;
    divide(chains, own);
    double* sums = room_in(own.sums, static_cast<long>(own.groups.size()) * size);
    for_each_group(chains, Wanted::sums_and_back, own, [&](const ChainCall& call, ChainGroup group, long number) {
        if constexpr (std::is_same_v<Number, float>) path().chain->backward_float(call, to, group, sums + number * size);
        else path().chain->backward_double(call, to, group, sums + number * size);
    });
    for (long g = 1; g < static_cast<long>(own.groups.size()); ++g)
        for (long i = 0; i < size; ++i) sums[i] += sums[g * size + i];
    const double sign = to.labels ? -1.0 : 1.0;
    for (long i = 0; i < K; ++i) {
        for (long j = 0; j < K; ++j) {
            const bool forbidden = chains.forbidden && chains.forbidden[i * K + j];
            to.transitions[i * K + j] = forbidden ? Number(0) : static_cast<Number>(sign * sums[i * stride + j]);
        }
        const bool forbidden = chains.forbidden_start && chains.forbidden_start[i];
        to.start[i] = forbidden ? Number(0) : static_cast<Number>(sign * sums[K * stride + i]);
        to.end[i] = static_cast<Number>(sign * sums[(K + 1) * stride + i]);
    }
}

}  // namespace

long chain_forward(const Chains& chains, const ChainForward& to) {
    std::atomic<long> wrong{-1};
    for_each_group(chains, Wanted::sums, workspace(), [&](const ChainCall& call, ChainGroup group, long) {
        const long row = path().chain->forward(call, to, group);
        // Of several rows the first, whoever finds it.
        for (long known = wrong; row >= 0 && (known < 0 || row < known);)
            if (wrong.compare_exchange_weak(known, row)) break;
    });
    return wrong;
}

void chain_backward(const Chains& chains, const ChainBackward<float>& to) { run_backward(chains, to); }

void chain_backward(const Chains& chains, const ChainBackward<double>& to) { run_backward(chains, to); }

void viterbi(const Chains& chains, std::int64_t* labels, float* scores) {
    for_each_group(chains, Wanted::best, workspace(), [&](const ChainCall& call, ChainGroup group, long) {
        path().chain->viterbi(call, labels, scores, group);
    });
}

void n_best(const Chains& chains, long n, std::int64_t* labels, double* scores, std::int64_t* counts) {
    for_each_group(chains, Wanted::best, workspace(), [&](const ChainCall& call, ChainGroup group, long) {
        path().chain->n_best(call, n, labels, scores, counts, group);
    });
}

}  // namespace unrolled
