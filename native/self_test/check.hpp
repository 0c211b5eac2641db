// What the self-test counts, and the same random numbers on every processor.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace unrolled {

using Floats = std::vector<float>;

namespace {

int failures = 0;
long checks = 0;
double worst = 0.0;
std::atomic<long> allocations{0};  // by `new`, of all threads

// One mistake fails in many places: the first of them say enough.
constexpr int ENOUGH = 20;

void check(bool holds, const std::string& what) {
    ++checks;
    if (holds) return;
    std::printf("FAILED %s\n", what.c_str());
    std::fflush(stdout);  // a mistake may also end the program
    if (++failures < ENOUGH) return;
    std::printf("FAILED %d checks: the others are left out\n", failures);
    std::exit(1);
}

// splitmix64
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t bits() {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    long up_to(long most) { return 1 + static_cast<long>(bits() % static_cast<std::uint64_t>(most)); }
    Floats floats(long count, float scale) {
        Floats values(static_cast<std::size_t>(count));
        for (float& value : values) value = scale * (static_cast<float>(bits() >> 40) * 0x1p-23f - 1.0f);
        return values;
    }
    template <class T>
    void shuffle(std::vector<T>& items) {
        for (std::size_t i = items.size(); i > 1; --i)
            std::swap(items[i - 1], items[static_cast<std::size_t>(up_to(static_cast<long>(i))) - 1]);
    }

private:
    std::uint64_t state_;
};

}  // namespace
}  // namespace unrolled
