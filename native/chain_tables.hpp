// The scores between labels in float64, as the steps of a chain read them; made once a call.
//
// Rows of `stride` doubles; what is past the K labels is 0 as a probability and -inf as a score, and so are the rows
// past the K, up to a whole number of PAIRs.
#pragma once

constexpr int PAIR = 2;  // labels whose sums run side by side in `product_of_step`
constexpr int MOST = 4;  // vectors of a panel, whose sums stay in registers

// A probability below SMALLEST is taken for one that underflow may have hurt. One step may shrink it by e^-SPREAD
// before that is seen: 1e-150 · e^-300 is far above float64's end.
constexpr double SMALLEST = 1e-150, LARGEST = 1e150, SPREAD = 300.0;

UNROLLED_INLINE long round_up(long n, long to) { return (n + to - 1) / to * to; }
UNROLLED_INLINE long least(long a, long b) { return a < b ? a : b; }

struct Tables {
    long K, stride, vectors, depth;
    double *header, *log_start, *log_end, *start, *end;
    double *log_forwards, *forwards;    // [from, to]
    double *log_backwards, *backwards;  // [to, from]

    Tables(long labels, double* memory) : K(labels) {
        stride = chain_stride(K), vectors = (K + LD - 1) / LD, depth = round_up(K, PAIR);
        header = memory;
        log_start = header + 8, log_end = log_start + stride, start = log_end + stride, end = start + stride;
        log_forwards = end + stride;
        forwards = log_forwards + depth * stride, log_backwards = forwards + depth * stride;
        backwards = log_backwards + depth * stride;
    }
    Tables(const ChainCall& call) : Tables(call.chains->K, const_cast<double*>(call.tables)) {}

    static long size(long K) { return 8 + 4 * chain_stride(K) + 4 * round_up(K, PAIR) * chain_stride(K); }

    // The greatest scores, which are taken off for the sums: of the transitions, and of start and end together.
    double& top() const { return header[0]; }
    double& top_ends() const { return header[1]; }
    // How far a step's least emission may lie below its greatest.
    double& room() const { return header[2]; }
};

// Taken off a group of scores so that its greatest is 0: none where all are forbidden, for -inf less -inf is no number.
UNROLLED_INLINE double finite(double greatest) { return greatest == -INFINITE ? 0.0 : greatest; }

// One row as float64, -inf where forbidden and past its end; its greatest.
static double widen_row(const float* from, const bool* forbidden, long K, long stride, double* to) {
    Doubles greatest = broadcast(-INFINITE);
    for (long j = 0; j < stride; j += LD) {
        Doubles values = j < K ? widen(from + j, from + K, least(LD, K - j), -INFINITE) : broadcast(-INFINITE);
        if (forbidden)
            for (long lane = 0; lane < least(LD, K - j); ++lane)
                if (forbidden[j + lane]) values[lane] = -INFINITE;
        store(to + j, values);
        greatest = larger(values, greatest);
    }
    return largest_across(greatest);
}

// Takes `top` off `rows` rows of scores, whose probabilities follow; their least allowed score, which is at most 0.
static double shift_rows(double* scores, double* probabilities, long doubles, double top) {
    Doubles lowest = {};
    for (long i = 0; i < doubles; i += LD) {
        const Doubles shifted = load(scores + i) - top;
        store(scores + i, shifted);
        store(probabilities + i, exp(shifted));
        lowest = smaller(select(shifted == -INFINITE, Doubles{}, shifted), lowest);
    }
    return smallest_across(lowest);
}

static void transpose(const double* from, long K, long stride, double* to) {
    for (long i = 0; i < K; ++i)
        for (long j = 0; j < K; ++j) to[j * stride + i] = from[i * stride + j];
}

static long make_tables(const Chains& chains, double* memory, Wanted wanted) {
    const long K = chains.K, stride = chain_stride(K);
    if (!memory) return Tables::size(K);
    const Tables to(K, memory);
    double top = -INFINITE;
    for (long i = 0; i < K; ++i) {
        const bool* forbidden = chains.forbidden ? chains.forbidden + i * K : nullptr;
        const double row = widen_row(chains.transitions + i * K, forbidden, K, stride, to.log_forwards + i * stride);
        top = row > top ? row : top;
    }
    for (long i = K * stride; i < to.depth * stride; ++i) to.log_forwards[i] = -INFINITE;
    const double top_start = widen_row(chains.start, chains.forbidden_start, K, stride, to.log_start);
    const double top_end = widen_row(chains.end, nullptr, K, stride, to.log_end);
    if (wanted != Wanted::best) {
        to.top() = finite(top), to.top_ends() = finite(top_start) + finite(top_end);
        double lowest = shift_rows(to.log_forwards, to.forwards, to.depth * stride, finite(top));
        const double start = shift_rows(to.log_start, to.start, stride, finite(top_start));
        const double end = shift_rows(to.log_end, to.end, stride, finite(top_end));
        lowest = start < lowest ? start : lowest, lowest = end < lowest ? end : lowest;
        to.room() = SPREAD + lowest;
    }
    if (wanted != Wanted::sums) {
        for (long i = 0; i < to.depth * stride; ++i) to.log_backwards[i] = -INFINITE;
        transpose(to.log_forwards, K, stride, to.log_backwards);
    }
    if (wanted == Wanted::sums_and_back) {
        for (long i = 0; i < to.depth * stride; ++i) to.backwards[i] = 0.0;
        transpose(to.forwards, K, stride, to.backwards);
    }
    return Tables::size(K);
}

// One sequence: its rows of the emissions, and its labels where they are given.
struct Sequence {
    long number, row, T;
    const float* emissions;
    const float* end;  // of the emissions of the whole batch
    const std::int64_t* labels;
};

UNROLLED_INLINE Sequence sequence_of(const ChainCall& call, long number, const std::int64_t* labels) {
    const Chains& chains = *call.chains;
    const long row = call.offsets[number];
    return {number, row, call.offsets[number + 1] - row, chains.emissions + row * chains.K,
            chains.emissions + call.offsets[chains.sequences] * chains.K, labels ? labels + row : nullptr};
}

// Emissions of one step less their greatest, which is returned: scores, or probabilities. Lanes past K are 0.
template <bool LOGS>
UNROLLED_INLINE double local_scores(const Tables& tables, const float* emissions, const float* end, double* to,
                                    Longs& lost) {
    Doubles greatest = broadcast(-INFINITE);
    for (long v = 0; v < tables.vectors; ++v) {
        const Doubles values = widen(emissions + v * LD, end, tables.K - v * LD, -INFINITE);
        store(to + v * LD, values);
        greatest = larger(values, greatest);
    }
    const double top = finite(largest_across(greatest));
    for (long v = 0; v < tables.vectors; ++v) {
        const Doubles shifted = load(to + v * LD) - top;
        if constexpr (LOGS) {
            store(to + v * LD, first_lanes(shifted, tables.K - v * LD, 0.0));
        } else {
            lost |= (shifted < -tables.room()) & (shifted != -INFINITE);
            store(to + v * LD, exp(shifted));
        }
    }
    return top;
}
