// Forward-backward on probabilities, scaled by a power of 2 at each step; declines where float64 cannot hold them.
//
// alpha⟨t⟩ is the sum over all ways to each label at t, beta⟨t⟩ that over all ways on. Taking a power of 2 off alpha is
// exact, and its exponents add up without a logarithm a step. beta is scaled by the same powers, so that alpha · beta
// needs no other. If no alpha and no beta other than 0 is below SMALLEST none was lost to underflow on the way: a step
// shrinks by at most e^-SPREAD, which is looked at before.
#pragma once

constexpr long CHUNK = 64;  // steps whose emissions are made ready, or whose expectations are summed, together

// `vectors` vectors of a · B, B of `depth` rows; two sums run side by side, so that they do not wait for one another.
template <int C>
UNROLLED_INLINE void panel_of_step(const double* a, const double* B, long stride, long depth, Doubles* product) {
    Doubles even[C], odd[C];
#pragma GCC unroll 4
    for (int c = 0; c < C; ++c) even[c] = odd[c] = Doubles{};
    for (long k = 0; k < depth; k += PAIR, B += PAIR * stride) {
        const Doubles first = broadcast(a[k]), second = broadcast(a[k + 1]);
#pragma GCC unroll 4
        for (int c = 0; c < C; ++c) {
            even[c] += first * load(B + c * LD);
            odd[c] += second * load(B + stride + c * LD);
        }
    }
#pragma GCC unroll 4
    for (int c = 0; c < C; ++c) product[c] = even[c] + odd[c];
}

// Hands each vector of a · B to `take(vector number, vector)`.
template <int C = MOST, class Take>
UNROLLED_INLINE void product_of_step(const Tables& tables, const double* a, const double* B, Take take, long first = 0) {
    long v = first;
    for (; v + C <= tables.vectors; v += C) {
        Doubles product[C];
        panel_of_step<C>(a, B + v * LD, tables.stride, tables.depth, product);
#pragma GCC unroll 4
        for (int c = 0; c < C; ++c) take(v + c, product[c]);
    }
    if constexpr (C > 1) {
        if (v < tables.vectors) product_of_step<C - 1>(tables, a, B, take, v);
    }
}

UNROLLED_INLINE Longs is_lost(Doubles probabilities) { return ~(probabilities >= SMALLEST) & (probabilities != 0.0); }

// Rows of the emissions and of alpha, which are `kept` for the way back or only as long as they are read.
struct Rows {
    double* memory;
    long stride;
    bool kept;

    double* local(long t) const { return memory + (kept ? t : t % CHUNK) * 2 * stride; }
    double* alpha(long t) const { return local(t) + stride; }

    static long scratch(long stride, long T) { return 2 * stride * least(CHUNK, T); }
};

// What the sums of a sequence come to, less the greatest scores, and what these come to. `labels` is the score of its
// labels, less the same; each step adds its own to it where it is read anyway.
struct Found {
    double log_Z = 0.0, shift = 0.0, labels = 0.0;
};

template <bool LOGS>
UNROLLED_INLINE void prepare_chunk(const Tables& tables, const Sequence& sequence, Rows rows, long t, Found& found,
                                   Longs& lost) {
    for (const long last = least(t + CHUNK, sequence.T); t < last; ++t) {
        const float* emissions = sequence.emissions + t * tables.K;
        const double top = local_scores<LOGS>(tables, emissions, sequence.end, rows.local(t), lost);
        found.shift += top;
        if (sequence.labels) found.labels += emissions[sequence.labels[t]] - top;
    }
}

static bool scaled_forward(const Tables& tables, const Sequence& sequence, Rows rows, Found& found) {
    Longs lost = {};
    long exponent = 0;
    double scale = 1.0;
    for (long t = 0; t < sequence.T; ++t) {
        if (t % CHUNK == 0) {
            if (any(lost)) return false;
            prepare_chunk<false>(tables, sequence, rows, t, found, lost);
        }
        double *local = rows.local(t), *alpha = rows.alpha(t);
        Doubles total = {};
        const auto take = [&](long v, Doubles from_before) {
            const Doubles here = load(local + v * LD) * scale, value = from_before * here;
            store(local + v * LD, here);
            store(alpha + v * LD, value);
            lost |= is_lost(value);
            total += value;
        };
        if (t > 0) product_of_step(tables, rows.alpha(t - 1), tables.forwards, take);
        else
            for (long v = 0; v < tables.vectors; ++v) take(v, load(tables.start + v * LD));
        if (t + 1 < sequence.T) scale = scale_of(sum_across(total), exponent);
    }
    Doubles Z = {};
    for (long v = 0; v < tables.vectors; ++v) Z += load(rows.alpha(sequence.T - 1) + v * LD) * load(tables.end + v * LD);
    found.log_Z = ::log(sum_across(Z)) + static_cast<double>(exponent) * 0.69314718055994531;
    return !any(lost);
}

// ---- Back

// Gradients of one sequence's rows: `factor` times the marginals, and `gold` on top of it at its labels.
template <class Number>
struct Gradients {
    Number* rows;
    double factor, gold;
};

// sums (rows K, columns K) += pastᵀ · ahead over `steps` rows of each; a sum is one chain over the steps.
template <int R, int C>
UNROLLED_INLINE void outer_block(const double* past, const double* ahead, long stride, long steps, double* sums) {
    Doubles sum[R][C];
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 16
        for (int c = 0; c < C; ++c) sum[r][c] = load(sums + r * stride + c * LD);
    for (long t = 0; t < steps; ++t, past += stride, ahead += stride) {
        Doubles factor[C];
#pragma GCC unroll 16
        for (int c = 0; c < C; ++c) factor[c] = load(ahead + c * LD);
#pragma GCC unroll 16
        for (int r = 0; r < R; ++r) {
            const Doubles scalar = broadcast(past[r]);
#pragma GCC unroll 16
            for (int c = 0; c < C; ++c) sum[r][c] += scalar * factor[c];
        }
    }
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 16
        for (int c = 0; c < C; ++c) store(sums + r * stride + c * LD, sum[r][c]);
}

template <int R, int C = W>
UNROLLED_INLINE void outer_panels(const Tables& tables, const double* past, const double* ahead, long steps, double* sums,
                                  long v = 0) {
    for (; v + C <= tables.vectors; v += C)
        outer_block<R, C>(past, ahead + v * LD, tables.stride, steps, sums + v * LD);
    if constexpr (C > 1) {
        if (v < tables.vectors) outer_panels<R, C - 1>(tables, past, ahead, steps, sums, v);
    }
}

template <int R = MAX_ROWS>
static void outer_rows(int rows, const Tables& tables, const double* past, const double* ahead, long steps, double* sums) {
    if constexpr (R > 1) {
        if (rows < R) return outer_rows<R - 1>(rows, tables, past, ahead, steps, sums);
    }
    outer_panels<R>(tables, past, ahead, steps, sums);
}

static void outer_product(const Tables& tables, const double* past, const double* ahead, long steps, double* sums) {
    const long blocks = (tables.K + MAX_ROWS - 1) / MAX_ROWS;
    for (long block = 0; block < blocks; ++block) {
        const long first = tables.K * block / blocks, last = tables.K * (block + 1) / blocks;
        outer_rows(static_cast<int>(last - first), tables, past + first, ahead, steps, sums + first * tables.stride);
    }
}

UNROLLED_INLINE long scaled_backward_scratch(const Tables& tables, long T) {
    return (3 + 2 * least(CHUNK, T)) * tables.stride;
}

// Adds this sequence to the group's `sums`, of which the transitions must yet be multiplied by their probabilities;
// false where float64 cannot hold beta: then the rows mean nothing, nor do the sums if there are more than CHUNK + 1.
template <class Number>
static bool scaled_backward(const Tables& tables, const Sequence& sequence, Rows rows, double weight,
                            const Gradients<Number>& gradients, double* sums, double* scratch) {
    const long K = tables.K, stride = tables.stride, T = sequence.T;
    double *beta = scratch, *first = beta + stride, *last = first + stride, *past = last + stride, *ahead = past + least(CHUNK, T) * stride;
    Longs lost = {};
    long pairs = 0;
    for (long v = 0; v < tables.vectors; ++v) store(beta + v * LD, load(tables.end + v * LD));
    for (long t = T - 1; t >= 0; --t) {
        const double *local = rows.local(t), *alpha = rows.alpha(t);
        Doubles total = {};
        for (long v = 0; v < tables.vectors; ++v) total += load(alpha + v * LD) * load(beta + v * LD);
        const double each = weight / sum_across(total), factor = each * gradients.factor;
        Number* to = gradients.rows + t * K;
        for (long v = 0; v < tables.vectors; ++v) {
            const Doubles share = load(alpha + v * LD) * load(beta + v * LD);
            narrow(to + v * LD, share * factor, K - v * LD);
            if (t == T - 1) store(last + v * LD, share * each);
            if (t == 0) store(first + v * LD, share * each);
        }
        if (sequence.labels) {
            const std::int64_t y = sequence.labels[t];
            to[y] = static_cast<Number>(gradients.gold + alpha[y] * beta[y] * factor);
        }
        if (t < T - 1) {
            for (long v = 0; v < tables.vectors; ++v) store(past + pairs * stride + v * LD, load(alpha + v * LD) * each);
            if (++pairs == CHUNK || t == 0) {
                if (any(lost)) return false;
                outer_product(tables, past, ahead, pairs, sums);
                pairs = 0;
            }
        }
        if (t > 0) {
            double* on = ahead + pairs * stride;
            for (long v = 0; v < tables.vectors; ++v) store(on + v * LD, load(local + v * LD) * load(beta + v * LD));
            product_of_step(tables, on, tables.backwards, [&](long v, Doubles value) {
                store(beta + v * LD, value);
                lost |= is_lost(value) | (value > LARGEST);
            });
        }
    }
    double *starts = sums + K * stride, *ends = starts + stride;
    for (long v = 0; v < tables.vectors; ++v) {
        store(starts + v * LD, load(starts + v * LD) + load(first + v * LD));
        store(ends + v * LD, load(ends + v * LD) + load(last + v * LD));
    }
    return true;
}
