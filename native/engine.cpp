#include "engine.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <vector>

#include "arena.hpp"

namespace unrolled {

namespace avx512 { extern const Path table; }
namespace avx2 { extern const Path table; }
namespace wide { extern const Path table; }
namespace neon { extern const Path table; }
namespace baseline { extern const Path table; }

const Path* const* paths() {
    static const Path* found[5];
    static const bool filled = [] {
        const Path** next = found;
#ifdef UNROLLED_HAS_AVX512
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
            __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
            *next++ = &avx512::table;
#endif
#ifdef UNROLLED_HAS_AVX2
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) *next++ = &avx2::table;
#endif
#ifdef UNROLLED_HAS_WIDE
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) *next++ = &wide::table;
#endif
#ifdef UNROLLED_HAS_NEON
        *next++ = &neon::table;
#endif
        *next = &baseline::table;
        return true;
    }();
    (void)filled;
    return found;
}

namespace {

const Path* in_use = nullptr;

const Path* find(const char* name) {
    for (const Path* const* candidate = paths(); *candidate; ++candidate)
        if (!std::strcmp((*candidate)->name, name)) return *candidate;
    return nullptr;
}

long num_gates(Cell cell) { return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1; }

long num_gradients(Cell cell) { return cell == Cell::gru || cell == Cell::lstm ? 4 : 1; }  // blocks of dgates

// Who takes which sequences. Several members share sequences by their units where there are fewer sequences than members
// and a step is long enough to be worth a meeting; and where Waa does not stay in a core's cache and few rows meet it: its
// way from memory takes the time then, and each member reads its own part alone, of one direction after the other.
class Division {
public:
    Division(const Batch& batch, long chunk) {
        const long N = batch.sequences;
        offsets_.resize(static_cast<std::size_t>(N) + 1);
        for (long i = 0; i < N; ++i) offsets_[i + 1] = offsets_[i] + batch.lengths[i];
        const int D = batch.directions, threads = std::max(1, batch.threads);
        std::vector<long> falling(static_cast<std::size_t>(N));
        std::iota(falling.begin(), falling.end(), 0L);
        std::stable_sort(falling.begin(), falling.end(),
                         [&](long i, long j) { return batch.lengths[i] > batch.lengths[j]; });

        const long Waa = num_gates(batch.cell) * batch.H * batch.H;
        const int apart = std::max(1, threads / D);  // members of each direction where all directions run at once
        const long held = batch.bfloat16 ? Waa / 2 : Waa;
        const bool large = held >= TOO_LARGE * std::min<long>(4, rows_of(N, static_cast<int>(std::min<long>(apart, N))));
        const int for_each = large ? threads : apart;  // members that each direction may have
        const int most = static_cast<int>(std::min<long>(for_each, (batch.H + chunk - 1) / chunk));  // that share units
        int groups = static_cast<int>(std::min<long>(for_each, N)), size = 1;
        if (large) groups = std::clamp(for_each / most, 1, groups);
        if (Waa * rows_of(N, groups) >= WORTH_MEETING) size = std::min(for_each / groups, most);
        const bool at_once = D * groups * size <= threads;  // else the same members take one direction after the other
        members = (at_once ? D : 1) * groups * size;
        order_.reserve(static_cast<std::size_t>(D * N));
        for (int d = 0; d < D; ++d) {
            std::vector<std::vector<long>> parts(static_cast<std::size_t>(groups));
            std::vector<long> steps(static_cast<std::size_t>(groups));
            for (long sequence : falling) {
                const auto least = std::min_element(steps.begin(), steps.end()) - steps.begin();
                parts[static_cast<std::size_t>(least)].push_back(sequence);
                steps[static_cast<std::size_t>(least)] += batch.lengths[sequence];
            }
            for (int g = 0; g < groups; ++g) {
                const long begin = static_cast<long>(order_.size());
                const auto& part = parts[static_cast<std::size_t>(g)];
                order_.insert(order_.end(), part.begin(), part.end());
                const int first = ((at_once ? d * groups : 0) + g) * size;
                teams_.push_back({d, begin, static_cast<long>(order_.size()), first, size});
            }
        }
        barriers_ = std::vector<Barrier>(teams_.size() + 1);
    }

    // The pool gave fewer members than asked for: one does everything.
    void alone() {
        members = 1;
        for (Team& team : teams_) team.first_member = 0, team.size = 1;
    }

    Plan plan() {
        return {members, static_cast<int>(teams_.size()), teams_.data(), order_.data(), offsets_.data(), barriers_.data()};
    }

    int members;

private:
    static long rows_of(long N, int groups) { return (N + groups - 1) / groups; }

    static constexpr long WORTH_MEETING = 28'000;  // multiply-adds a step
    static constexpr long TOO_LARGE = 1 << 18;     // floats of Waa, more than a core's cache holds

    std::vector<long> offsets_, order_;
    std::vector<Team> teams_;
    std::vector<Barrier> barriers_;
};

struct Call {
    const Batch& batch;
    Division& division;
    const Forward* forward;
    const Backward* backward;
    bool keep;
    float* workspace;
    int wanted;  // members; what `division` says of them may change below while others still look
};

void run_member(void* context, int member, int members) {
    const Call& call = *static_cast<const Call*>(context);
    if (member >= call.wanted) return;
    if (members < call.wanted) {
        if (member > 0) return;
        call.division.alone();
    }
    if (call.forward) path().forward(call.batch, call.division.plan(), call.forward, call.workspace, call.keep, member);
    else path().backward(call.batch, call.division.plan(), call.backward, call.workspace, member);
}

// The layers of one way; the rows that the caller has no use for get room after the workspace.
void run(const Batch& batch, std::vector<Forward> forward, std::vector<Backward> backward, bool keep) {
    thread_local Arena arena;
    Division division(batch, path().chunk);
    const long G_H = num_gates(batch.cell) * batch.H, rows = division.plan().offsets[batch.sequences];
    const long width = forward.empty() ? num_gradients(batch.cell) * batch.H : G_H;
    const bool lacks = forward.empty() ? !backward[0].dgates : !forward[0].gates;
    const long each = lacks ? rows * (forward.empty() ? width + batch.H : width) : 0;
    const long workspace = (path().workspace(batch, !forward.empty()) + 15) / 16 * 16;
    float* const memory = arena.take(workspace + batch.directions * each);
    float* room = memory + workspace;
    for (Forward& layer : forward)
        if (lacks) layer.gates = room, layer.gates_stride = width, room += each;
    for (Backward& layer : backward)
        if (lacks) layer.dgates = room, layer.previous = room + rows * width, layer.previous_stride = batch.H, room += each;
    Call call{batch, division, forward.empty() ? nullptr : forward.data(), backward.data(), keep, memory, division.members};
    // All threads of the pool, though some have nothing to do: OpenMP ends those that it is not asked for, and torch would have
    // to start them again.
    parallel(call.wanted > 1 ? std::max(batch.threads, call.wanted) : 1, run_member, &call);
}

}  // namespace

const Path& path() {
    if (!in_use) {
        const char* forced = std::getenv("UNROLLED_PATH");
        const Path* named = forced ? find(forced) : nullptr;  // unrolled.kernels.library refuses other names
        in_use = named ? named : paths()[0];
    }
    return *in_use;
}

bool use_path(const char* name) {
    const Path* named = find(name);
    if (named) in_use = named;
    return named != nullptr;
}

float* scratch(long floats) {
    thread_local Arena arena;
    return arena.take(floats);
}

void no_memory() { throw NoMemory(); }

void forward(const Batch& batch, const Forward* layers, bool keep) {
    run(batch, {layers, layers + batch.directions}, {}, keep);
}

void backward(const Batch& batch, const Backward* layers) { run(batch, {}, {layers, layers + batch.directions}, false); }

}  // namespace unrolled
