// Parallel regions, on the OpenMP pool of the host program where it has one (torch's), so that no second pool of
// threads competes with it for the processors; on threads of our own where it has none.
#pragma once

#include <atomic>

namespace unrolled {

// Runs work(context, member, members) for every member in 0 … members - 1 at once, member 0 on the calling thread.
// `members` is `threads`, or less where the pool has not as many.
void parallel(int threads, void (*work)(void* context, int member, int members), void* context);

// Waits until all members have come; may be used again at once. Members spin, for steps take microseconds, and sleep where
// it takes long: the one that is missing may need the processor, which other programs or a virtual machine's host have taken.
class Barrier {
public:
    void wait(int members);

private:
    static constexpr int SPINS = 4096;  // some tenth of a millisecond

    std::atomic<int> arrived_{0};
    std::atomic<int> round_{0};
};

}  // namespace unrolled
