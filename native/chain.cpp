#include "chain.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

#include "arena.hpp"
#include "engine.hpp"
#include "threads.hpp"

namespace unrolled {
namespace {

// What a call needs besides, kept from call to call.
struct Workspace {
    std::vector<long> offsets;
    std::vector<ChainGroup> groups;
    Arena tables, sums;
    std::unique_ptr<bool[]> in_logs;
    long sequences = 0;
};

double* room_in(Arena& memory, long doubles) { return reinterpret_cast<double*>(memory.take(2 * doubles)); }

// Neighbouring sequences that one thread takes together. It depends on the lengths alone, so that what is summed over
// groups is the same with any number of threads.
void divide(const Chains& chains, Workspace& own) {
    constexpr long LEAST = 64, MOST_GROUPS = 64;  // steps of a group
    const long N = chains.sequences;
    own.offsets.resize(static_cast<std::size_t>(N) + 1);
    own.offsets[0] = 0;
    if (own.sequences < N) own.in_logs = std::make_unique<bool[]>(static_cast<std::size_t>(N)), own.sequences = N;
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
    const ChainPath& chain = *path().chain;
    double* tables = room_in(own.tables, chain.tables(chains, nullptr, wanted));
    chain.tables(chains, tables, wanted);
    struct Shared {
        ChainCall call;
        const std::vector<ChainGroup>& groups;
        Work& work;
        std::atomic<long> next{0};
        std::atomic<bool> lacks_memory{false};
    } shared{{&chains, tables, own.offsets.data(), own.in_logs.get()}, own.groups, work};
    parallel(own.groups.size() > 1 ? std::max(1, chains.threads) : 1,
             [](void* context, int, int) {
                 auto& all = *static_cast<Shared*>(context);
                 const long count = static_cast<long>(all.groups.size());
                 // No exception may leave a thread of the pool.
                 try {
                     for (long g = all.next++; g < count; g = all.next++) all.work(all.call, all.groups[static_cast<std::size_t>(g)], g);
                 } catch (const std::bad_alloc&) {
                     all.lacks_memory = true;
                 }
             },
             &shared);
    if (shared.lacks_memory) no_memory();
}

Workspace& workspace() {
    thread_local Workspace own;
    return own;
}

template <class Number>
long run_sums(const Chains& chains, const ChainSums<Number>& to) {
    Workspace& own = workspace();
    const bool back = to.emissions != nullptr;
    const long K = chains.K, stride = chain_stride(K), size = (K + 2) * stride;
    divide(chains, own);
    double* sums = back ? room_in(own.sums, static_cast<long>(own.groups.size()) * size) : nullptr;
    std::atomic<long> wrong{-1};
    for_each_group(chains, back ? Wanted::sums_and_back : Wanted::sums, own, [&](const ChainCall& call, ChainGroup group, long number) {
        const ChainPath& chain = *path().chain;
        double* of_group = back ? sums + number * size : nullptr;
        long row;
        if constexpr (std::is_same_v<Number, float>) row = chain.sum_in_float(call, to, group, of_group);
        else row = chain.sum_in_double(call, to, group, of_group);
        // Of several rows the first, whoever finds it.
        for (long known = wrong; row >= 0 && (known < 0 || row < known);)
            if (wrong.compare_exchange_weak(known, row)) break;
    });
    if (!back || wrong >= 0) return wrong;
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
    return -1;
}

}  // namespace

long sum_paths(const Chains& chains, const ChainSums<float>& to) { return run_sums(chains, to); }

long sum_paths(const Chains& chains, const ChainSums<double>& to) { return run_sums(chains, to); }

void viterbi(const Chains& chains, std::int64_t* labels, float* scores) {
    Workspace& own = workspace();
    divide(chains, own);
    for_each_group(chains, Wanted::best, own, [&](const ChainCall& call, ChainGroup group, long) {
        path().chain->viterbi(call, labels, scores, group);
    });
}

void n_best(const Chains& chains, long n, std::int64_t* labels, double* scores, std::int64_t* counts) {
    Workspace& own = workspace();
    divide(chains, own);
    for_each_group(chains, Wanted::best, own, [&](const ChainCall& call, ChainGroup group, long) {
        path().chain->n_best(call, n, labels, scores, counts, group);
    });
}

}  // namespace unrolled
