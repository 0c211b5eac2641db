// Forward-backward on logarithms: slower than the scaled sums, and right for whatever float64 can add up. Sums are
// shifted at each step so that the greatest is 0: what was taken off adds up apart, and their digits are kept.
#pragma once

// log Σ_k exp(a[k] + B[k, ·]), vector by vector, less the greatest of them, which is returned.
static double log_product_of_step(const Tables& tables, const double* a, const double* B, const double* add, double* to) {
    Doubles most = broadcast(-INFINITE);
    for (long v = 0; v < tables.vectors; ++v) {
        Doubles greatest = broadcast(-INFINITE), total = {};
        for (long k = 0; k < tables.K; ++k) greatest = larger(a[k] + load(B + k * tables.stride + v * LD), greatest);
        greatest = select(greatest == -INFINITE, Doubles{}, greatest);
        for (long k = 0; k < tables.K; ++k) total += exp(a[k] + load(B + k * tables.stride + v * LD) - greatest);
        for (long lane = 0; lane < LD; ++lane) total[lane] = ::log(total[lane]);
        total += greatest;
        if (add) total += load(add + v * LD);
        store(to + v * LD, total);
        most = larger(total, most);
    }
    const double shift = finite(largest_across(most));
    for (long v = 0; v < tables.vectors; ++v) store(to + v * LD, load(to + v * LD) - shift);
    return shift;
}

// log Σ exp(a + b), and exp(a + b) over its sum.
static double softmax(const Tables& tables, const double* a, const double* b, double* shares) {
    Doubles greatest = broadcast(-INFINITE), total = {};
    for (long v = 0; v < tables.vectors; ++v) greatest = larger(load(a + v * LD) + load(b + v * LD), greatest);
    const double top = finite(largest_across(greatest));
    for (long v = 0; v < tables.vectors; ++v) {
        const Doubles share = first_lanes(exp(load(a + v * LD) + load(b + v * LD) - top), tables.K - v * LD, 0.0);
        store(shares + v * LD, share);
        total += share;
    }
    const double sum = sum_across(total);
    for (long v = 0; v < tables.vectors; ++v) store(shares + v * LD, load(shares + v * LD) / sum);
    return ::log(sum) + top;
}

UNROLLED_INLINE long logs_scratch(const Tables& tables) { return 4 * tables.stride; }

static void logs_forward(const Tables& tables, const Sequence& sequence, Rows rows, Found& found, double* scratch) {
    Longs unused = {};
    double taken_off = 0.0;
    for (long t = 0; t < sequence.T; ++t) {
        if (t % CHUNK == 0) prepare_chunk<true>(tables, sequence, rows, t, found, unused);
        const double* local = rows.local(t);
        double* alpha = rows.alpha(t);
        if (t > 0) taken_off += log_product_of_step(tables, rows.alpha(t - 1), tables.log_forwards, local, alpha);
        else
            for (long v = 0; v < tables.vectors; ++v) store(alpha + v * LD, load(local + v * LD) + load(tables.log_start + v * LD));
    }
    found.log_Z = softmax(tables, rows.alpha(sequence.T - 1), tables.log_end, scratch) + taken_off;
}

// Adds this sequence to the group's `sums`.
template <class Number>
static void logs_backward(const Tables& tables, const Sequence& sequence, Rows rows, double weight,
                          const Gradients<Number>& gradients, double* sums, double* scratch) {
    const long K = tables.K, stride = tables.stride, T = sequence.T;
    double *beta = scratch, *ahead = beta + stride, *shares = ahead + stride, *shifted = shares + stride;
    double *starts = sums + K * stride, *ends = starts + stride;
    for (long v = 0; v < tables.vectors; ++v) store(beta + v * LD, load(tables.log_end + v * LD));
    double shift = 0.0;  // taken off beta at this step
    for (long t = T - 1; t >= 0; --t) {
        const double *local = rows.local(t), *alpha = rows.alpha(t);
        const double log_total = softmax(tables, alpha, beta, shares) + shift;
        if (t < T - 1)  // alpha⟨t⟩ + transitions + ahead⟨t+1⟩ over the same total
            for (long i = 0; i < K; ++i) {
                const double from = alpha[i] - log_total;
                for (long v = 0; v < tables.vectors; ++v) {
                    const Doubles score = load(tables.log_forwards + i * stride + v * LD) + load(ahead + v * LD) + from;
                    double* to = sums + i * stride + v * LD;
                    store(to, load(to) + exp(score) * weight);
                }
            }
        Number* to = gradients.rows + t * K;
        for (long v = 0; v < tables.vectors; ++v) {
            const Doubles share = load(shares + v * LD) * weight;
            narrow(to + v * LD, share * gradients.factor, K - v * LD);
            if (t == 0) store(starts + v * LD, load(starts + v * LD) + share);
            if (t == T - 1) store(ends + v * LD, load(ends + v * LD) + share);
        }
        if (sequence.labels) {
            const std::int64_t y = sequence.labels[t];
            to[y] = static_cast<Number>(gradients.gold + shares[y] * weight * gradients.factor);
        }
        if (t > 0) {
            for (long v = 0; v < tables.vectors; ++v) store(ahead + v * LD, load(local + v * LD) + load(beta + v * LD));
            shift = log_product_of_step(tables, ahead, tables.log_backwards, nullptr, shifted);
            double* const swapped = beta;
            beta = shifted;
            shifted = swapped;
        }
    }
}
