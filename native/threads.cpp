#include "threads.hpp"

#include <dlfcn.h>

#include <thread>
#include <vector>

namespace unrolled {
namespace {

struct Region {
    void (*work)(void*, int, int);
    void* context;
};

// The part of OpenMP's run-time interface that compilers call; libomp has it under the same names.
struct OpenMP {
    void (*run)(void (*)(void*), void*, unsigned, unsigned);
    int (*member)();
    int (*members)();
    int (*in_parallel)();

    OpenMP() {
        run = reinterpret_cast<decltype(run)>(dlsym(RTLD_DEFAULT, "GOMP_parallel"));
        member = reinterpret_cast<decltype(member)>(dlsym(RTLD_DEFAULT, "omp_get_thread_num"));
        members = reinterpret_cast<decltype(members)>(dlsym(RTLD_DEFAULT, "omp_get_num_threads"));
        in_parallel = reinterpret_cast<decltype(in_parallel)>(dlsym(RTLD_DEFAULT, "omp_in_parallel"));
    }

    bool found() const { return run && member && members && in_parallel; }
};

const OpenMP& openmp() {
    static const OpenMP pool;
    return pool;
}

void run_member(void* data) {
    const auto* region = static_cast<const Region*>(data);
    region->work(region->context, openmp().member(), openmp().members());
}

}  // namespace

void parallel(int threads, void (*work)(void*, int, int), void* context) {
    if (threads <= 1) return work(context, 0, 1);
    if (openmp().found()) {
        if (openmp().in_parallel()) return work(context, 0, 1);
        Region region{work, context};
        return openmp().run(run_member, &region, static_cast<unsigned>(threads), 0);
    }
    std::vector<std::thread> others;
    for (int member = 1; member < threads; ++member) others.emplace_back(work, context, member, threads);
    work(context, 0, threads);
    for (auto& other : others) other.join();
}

void Barrier::wait(int members) {
    const int round = round_.load(std::memory_order_relaxed);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) == members - 1) {
        arrived_.store(0, std::memory_order_relaxed);
        round_.store(round + 1, std::memory_order_release);
        round_.notify_all();
        return;
    }
    for (int spins = 0; spins < SPINS; ++spins) {
        if (round_.load(std::memory_order_acquire) != round) return;
#if defined(__x86_64__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        asm volatile("isb" ::: "memory");  // waits for about as long; the processor's `yield` does nothing
#endif
    }
    round_.wait(round, std::memory_order_acquire);
}

}  // namespace unrolled
