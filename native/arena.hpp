// Memory for floats, aligned to a cache line, and to a huge page where there is much.
#pragma once

#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace unrolled {

struct NoMemory : std::bad_alloc {
    const char* what() const noexcept override {
        return "There is not enough memory for this call. Give shorter sequences or smaller batches, or ask for fewer paths.";
    }
};

// Memory that is kept from call to call, so that a training step neither allocates nor faults pages in; very much of it as
// long as some calls need a good part.
class Arena {
public:
    Arena() = default;
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;
    ~Arena() { std::free(memory_); }

    float* take(long floats) {
        small_calls_ = floats < size_ / 4 ? small_calls_ + 1 : 0;
        if (floats > size_ || (size_ > MUCH && small_calls_ > PATIENCE)) {
            std::free(memory_);
            memory_ = nullptr;
            constexpr long HUGE_PAGE = 1L << 21;
            const long bytes = floats * static_cast<long>(sizeof(float));
            const long alignment = bytes < HUGE_PAGE ? 64 : HUGE_PAGE, rounded = (bytes + alignment - 1) / alignment * alignment;
            memory_ = static_cast<float*>(std::aligned_alloc(static_cast<std::size_t>(alignment), static_cast<std::size_t>(rounded)));
            if (!memory_) {
                size_ = 0;
                throw NoMemory();
            }
            size_ = rounded / static_cast<long>(sizeof(float));
#ifdef MADV_HUGEPAGE
            if (alignment == HUGE_PAGE) madvise(memory_, static_cast<std::size_t>(rounded), MADV_HUGEPAGE);
#endif
        }
        return memory_;
    }

    long size() const { return size_; }

    static constexpr long MUCH = 1L << 24, PATIENCE = 1000;

private:
    float* memory_ = nullptr;
    long size_ = 0, small_calls_ = 0;
};

}  // namespace unrolled
