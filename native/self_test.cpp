// The engine's self-test, without Python: for sanitizers and for other processors under an emulator.
//
//   self_test [--few] [path ...]    these instruction paths, or all that this build and this processor can run
//
// With --few: every cell, number of directions and threads, shape of block and end of a row, but each seldom.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "arena.hpp"
#include "engine.hpp"
#include "self_test/chain.hpp"
#include "self_test/check.hpp"
#include "self_test/company.hpp"
#include "self_test/ends.hpp"
#include "self_test/steps.hpp"

// Counted. Not inlined: GCC would see memory of `new` go to `free`.
__attribute__((noinline)) void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++unrolled::allocations;
    return std::malloc(size);
}
__attribute__((noinline)) void* operator new(std::size_t size) {
    void* const memory = operator new(size, std::nothrow);
    if (!memory) throw std::bad_alloc();
    return memory;
}
__attribute__((noinline)) void operator delete(void* memory) noexcept { std::free(memory); }
__attribute__((noinline)) void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace unrolled {
namespace {

// Memory is used again; very much of it goes when no call has needed a good part for long.
void arenas() {
    Arena arena;
    const long much = Arena::MUCH + 1;
    const float* const place = arena.take(much);
    for (long call = 0; call < 3 * Arena::PATIENCE; ++call) {
        const bool large = call % Arena::PATIENCE == 0;
        if (arena.take(large ? much / 2 : 8) != place) return check(false, "an arena that is needed is given back");
    }
    for (long call = 0; call <= Arena::PATIENCE; ++call) arena.take(8);
    check(arena.size() < Arena::MUCH, "an arena that nobody needs is kept");
}

void recurrence(bool few) {
    Random random(20261122);
    more_threads_than_chunks(random);
    for (Cell cell : {Cell::rnn, Cell::rnn_relu, Cell::gru, Cell::lstm}) {
        activations(cell);
        side_by_side(random, cell, 40);
        steps(random, cell, few);
        for (long H : {1, 11}) nan_passes_through(random, cell, H), saturation(random, cell, H);
        for (int directions : {1, 2}) {
            for (long H : {1, 7, 11, 33}) any_company(random, random_problem(random, cell, H, staircase(random, 17), directions), 3);
            // The gates of so many units are deeper than a part of the depth.
            any_company(random, random_problem(random, cell, 71, {2, 1, 2, 2, 1}, directions), 2);
            any_company(random, stateless(random_problem(random, cell, 13, {3, 1, 2}, directions)), 2);
            // Wide enough for several threads to share one sequence by its units.
            const long wide = cell == Cell::lstm ? 163 : cell == Cell::gru ? 189 : 321;
            for (long N : {1, 2, 5}) any_company(random, random_problem(random, cell, wide, random_lengths(random, N, 3), directions), 4);
        }
        // More rows than the products over all rows take at a time.
        if (cell == Cell::rnn || cell == Cell::gru)
            any_company(random, random_problem(random, cell, cell == Cell::gru ? 11 : 33, std::vector<std::int64_t>(21, 100), 1), 2);
        if (few) continue;
        for (long H : {2, 3, 5, 8, 16, 17, 31, 32, 47, 64, 65, 71}) {
            nan_passes_through(random, cell, H);
            for (int directions : {1, 2}) {
                const long N = H % 3 == 0 ? 1 + H % 2 : random.up_to(20);
                any_company(random, random_problem(random, cell, H, random_lengths(random, N, H == 5 ? 90 : 9), directions), 3);
            }
        }
    }
}

}  // namespace
}  // namespace unrolled

int main(int count, char** words) {
    using namespace unrolled;
    const bool few = count > 1 && !std::strcmp(words[1], "--few");
    std::vector<std::string> names(words + 1 + few, words + count);
    arenas();
    if (names.empty())
        for (const Path* const* candidate = paths(); *candidate; ++candidate) names.emplace_back((*candidate)->name);
    for (const std::string& name : names) {
        if (!use_path(name.c_str())) {
            std::printf("FAILED %s: this build or this processor has no such path\n", name.c_str());
            return 2;
        }
        const int before = failures;
        worst = 0.0, checks = 0;
        recurrence(few);
        chain_test::Tests(few).all();
        std::printf("%s: %ld checks, %d failed, at most %.1e off the reference\n", name.c_str(), checks, failures - before, worst);
    }
    return failures > 0;
}
