// The best path of a sequence, and the n best. Only the greatest values are kept at each step; which label they came
// from is found on the way back, along the path alone: the same sums give the same bits again.
#pragma once

constexpr double NO_LABEL = 9e15;

template <bool NANS>
UNROLLED_INLINE Doubles better(Doubles candidate, Doubles best) {
    if constexpr (NANS) return select((candidate > best) | ((candidate != candidate) & (best == best)), candidate, best);
    return larger(candidate, best);
}

// Greatest of a[i] + transitions[i, ·] for C vectors of labels; two run side by side, so as not to wait.
template <bool NANS, int C>
UNROLLED_INLINE void best_panel(const double* a, const double* transitions, long stride, long K, double* to) {
    Doubles even[C], odd[C];
#pragma GCC unroll 4
    for (int c = 0; c < C; ++c) even[c] = odd[c] = broadcast(-INFINITE);
    long i = 0;
    for (; i + 1 < K; i += 2, transitions += 2 * stride) {
        const Doubles first = broadcast(a[i]), second = broadcast(a[i + 1]);
#pragma GCC unroll 4
        for (int c = 0; c < C; ++c) {
            even[c] = better<NANS>(first + load(transitions + c * LD), even[c]);
            odd[c] = better<NANS>(second + load(transitions + stride + c * LD), odd[c]);
        }
    }
#pragma GCC unroll 4
    for (int c = 0; c < C; ++c) {
        if (i < K) even[c] = better<NANS>(a[i] + load(transitions + c * LD), even[c]);
        store(to + c * LD, better<NANS>(odd[c], even[c]));
    }
}

template <bool NANS, int C = MOST>
UNROLLED_INLINE void best_of_step(const Tables& tables, const double* a, double* to, long v = 0) {
    for (; v + C <= tables.vectors; v += C)
        best_panel<NANS, C>(a, tables.log_forwards + v * LD, tables.stride, tables.K, to + v * LD);
    if constexpr (C > 1) {
        if (v < tables.vectors) best_of_step<NANS, C - 1>(tables, a, to, v);
    }
}

UNROLLED_INLINE Doubles emissions_of(const Tables& tables, const Sequence& sequence, long t, long v) {
    return widen(sequence.emissions + t * tables.K + v * LD, sequence.end, tables.K - v * LD, 0.0);
}

// best (T, stride): the greatest score of a path to each label, its own emission not in it; `now` with it, at the last
// step. Whether one of them is no number.
template <bool NANS>
static bool best_forward(const Tables& tables, const Sequence& sequence, double* best, double* now) {
    Longs nans = {};
    for (long t = 0; t < sequence.T; ++t, best += tables.stride) {
        if (t > 0) best_of_step<NANS>(tables, now, best);
        else
            for (long v = 0; v < tables.vectors; ++v) store(best + v * LD, load(tables.log_start + v * LD));
        for (long v = 0; v < tables.vectors; ++v) {
            const Doubles value = load(best + v * LD) + emissions_of(tables, sequence, t, v);
            store(now + v * LD, value);
            nans |= value != value;
        }
    }
    return any(nans);
}

UNROLLED_INLINE long best_scratch(const Tables& tables, long T) { return (T + 1) * tables.stride; }

static double best_path(const Tables& tables, const Sequence& sequence, std::int64_t* labels, double* scratch) {
    double *now = scratch, *best = scratch + tables.stride;
    // What is no number is greater than any: then steps are slower.
    if (best_forward<false>(tables, sequence, best, now)) best_forward<true>(tables, sequence, best, now);
    long y = 0;
    double score = now[0] + tables.log_end[0];
    for (long j = 1; j < tables.K; ++j) {
        const double total = now[j] + tables.log_end[j];
        if (total > score || (total != total && score == score)) score = total, y = j;
    }
    labels[sequence.T - 1] = y;
    for (long t = sequence.T - 1; t > 0; --t) {
        const double value = best[t * tables.stride + y];
        const double *before = best + (t - 1) * tables.stride, *transitions = tables.log_backwards + y * tables.stride;
        const bool is_nan = value != value;
        Doubles first = broadcast(NO_LABEL);
        for (long v = tables.vectors - 1; v >= 0; --v) {
            const Doubles past = load(before + v * LD) + emissions_of(tables, sequence, t - 1, v);
            const Doubles candidate = past + load(transitions + v * LD);
            const Longs found = is_nan ? candidate != candidate : candidate == value;
            first = select(found, lane_numbers() + static_cast<double>(v * LD), first);
        }
        y = static_cast<long>(smallest_across(first));
        labels[t - 1] = y;
    }
    return score;
}

// ---- The n best

// Where the steps of the n best lie: values are [rank][label].
struct Ranks {
    long n, stride;
    double* best;        // (T, n, stride): as for the one best path
    double* now;         // (n, stride)
    double* sorted;      // (n) vectors
    double* candidates;  // (K · n), slots [label][rank]

    static long scratch(const Tables& tables, long n, long T) {
        return (T + 1) * n * tables.stride + n * LD + round_up(tables.K * n, 8);
    }
    Ranks(const Tables& tables, long n, long T, double* scratch) : n(n), stride(tables.stride) {
        best = scratch, now = best + T * n * stride, sorted = now + n * stride, candidates = sorted + n * LD;
    }
    double* at(long t) const { return best + t * n * stride; }
};

// The n greatest of now[r][i] + transitions[i, ·]. A label's values fall, so that its r-th is at best the r-th of all.
template <int N>
static void ranks_of_step(const Tables& tables, const Ranks& ranks, double* to) {
    const long n = N ? N : ranks.n, stride = ranks.stride;
    for (long v = 0; v < tables.vectors; ++v) {
        Doubles in_registers[N ? N : 1];
        Doubles* const sorted = N ? in_registers : reinterpret_cast<Doubles*>(ranks.sorted);
#pragma GCC unroll 4
        for (long r = 0; r < n; ++r) sorted[r] = broadcast(-INFINITE);
        for (long i = 0; i < tables.K; ++i) {
            const Doubles transitions = load(tables.log_forwards + i * stride + v * LD);
#pragma GCC unroll 4
            for (long r = 0; r < n; ++r) {
                Doubles value = transitions + ranks.now[r * stride + i];
                if (!N && !any(value > sorted[n - 1])) break;
#pragma GCC unroll 4
                for (long rank = r; rank < n; ++rank) {
                    const Doubles above = larger(value, sorted[rank]);
                    value = smaller(value, sorted[rank]);
                    sorted[rank] = above;
                }
            }
        }
#pragma GCC unroll 4
        for (long r = 0; r < n; ++r) store(to + r * stride + v * LD, sorted[r]);
    }
}

static bool ranks_forward(const Tables& tables, const Sequence& sequence, const Ranks& ranks) {
    const long n = ranks.n, stride = ranks.stride;
    Longs nans = {};
    for (long t = 0; t < sequence.T; ++t) {
        double* best = ranks.at(t);
        if (t == 0)
            for (long r = 0; r < n; ++r)
                for (long v = 0; v < tables.vectors; ++v)
                    store(best + r * stride + v * LD, r ? broadcast(-INFINITE) : load(tables.log_start + v * LD));
        else if (n == 1) ranks_of_step<1>(tables, ranks, best);
        else if (n == 2) ranks_of_step<2>(tables, ranks, best);
        else if (n == 3) ranks_of_step<3>(tables, ranks, best);
        else if (n == 4) ranks_of_step<4>(tables, ranks, best);
        else ranks_of_step<0>(tables, ranks, best);
        for (long v = 0; v < tables.vectors; ++v) {
            const Doubles here = emissions_of(tables, sequence, t, v);
            for (long r = 0; r < n; ++r) {
                const Doubles value = load(best + r * stride + v * LD) + here;
                store(ranks.now + r * stride + v * LD, value);
                nans |= value != value;
            }
        }
    }
    return any(nans);
}

// The slot that stands at place r when all are sorted by falling score, equal ones by their number.
static long slot_at(const double* candidates, long slots, double value, long r) {
    long greater = 0, slot = 0;
    for (long i = 0; i < slots; ++i) greater += candidates[i] > value;
    for (long equal = r - greater;; ++slot)
        if (candidates[slot] == value && equal-- == 0) return slot;
}

// How many paths there are, at most n; none where a score is no number.
static long best_paths(const Tables& tables, const Sequence& sequence, long n, std::int64_t* labels, double* scores,
                       double* scratch) {
    const Ranks ranks(tables, n, sequence.T, scratch);
    const long K = tables.K, T = sequence.T, slots = K * n;
    if (ranks_forward(tables, sequence, ranks)) return 0;
    // The last labels: insertion into the n greatest so far, behind those that score alike.
    long found = 0;
    for (long slot = 0; slot < slots; ++slot) {
        const double total = ranks.now[slot % n * ranks.stride + slot / n] + tables.log_end[slot / n];
        if (!(total > -INFINITE) || (found == n && total <= scores[n - 1])) continue;
        long place = found < n ? found++ : n - 1;
        for (; place > 0 && scores[place - 1] < total; --place) {
            scores[place] = scores[place - 1];
            labels[place * T + T - 1] = labels[(place - 1) * T + T - 1];
        }
        scores[place] = total;
        labels[place * T + T - 1] = slot;
    }
    for (long path = 0; path < found; ++path) {
        std::int64_t* to = labels + path * T;
        long y = to[T - 1] / n, r = to[T - 1] % n;
        to[T - 1] = y;
        for (long t = T - 1; t > 0; --t) {
            const double *before = ranks.at(t - 1), *transitions = tables.log_backwards + y * ranks.stride;
            const float* emissions = sequence.emissions + (t - 1) * K;
            for (long i = 0; i < K; ++i)
                for (long rank = 0; rank < n; ++rank)
                    ranks.candidates[i * n + rank] = (before[rank * ranks.stride + i] + emissions[i]) + transitions[i];
            const long slot = slot_at(ranks.candidates, slots, ranks.at(t)[r * ranks.stride + y], r);
            y = slot / n, r = slot % n;
            to[t - 1] = y;
        }
    }
    return found;
}
