// The chains' part of the self-test: every instruction path against the scalar reference, in any company and with any
// number of threads. Tensors end where they say, so that a sanitizer sees who reads or writes past them.
#pragma once

#include <cstring>
#include <string>
#include <thread>

#include "../engine.hpp"
#include "chain_reference.hpp"
#include "check.hpp"

namespace unrolled::chain_test {

using Batch = std::vector<Scores>;  // of one K, one transitions, start and end

struct Result {
    std::vector<double> log_Z, marginals, counts;  // counts: expected transitions, starts and ends one after another
    std::vector<double> only_log_Z;                // where nothing else is asked for
    std::vector<float> likelihood, d_emissions, d_tables;
    std::vector<std::int64_t> best, n_best, found;
    std::vector<float> score;
    std::vector<double> scores;
};

namespace {

class Tests {
public:
    // With `few`, each number of labels is met at one scale of scores, not at all.
    explicit Tests(bool few) : few_(few) {}

    void all() {
        const std::vector<double> scales{0.5, 20.0, 400.0};
        std::size_t turn = 0;
        for (long K : {1, 2, 3, 4, 7, 8, 9, 13, 16, 17, 25, 32, 33, 37})
            for (std::size_t i = 0; i < (few_ ? 1 : scales.size()); ++i) {
                const double scale = scales[(few_ ? turn++ : i) % scales.size()];
                std::vector<long> lengths;
                for (long j = 1 + below(7); j > 0; --j) lengths.push_back(1 + below(9));
                if (below(3) == 0) lengths.push_back(60 + below(80));
                compare(random_batch(K, lengths, scale, false), 1 + below(5));
                compare(random_batch(K, lengths, 1.0, true), 1 + below(5));
            }
        for (long K : {5, 25}) {  // several groups
            if (few_ && K > 5) continue;
            std::vector<long> lengths;
            for (long i = 0; i < 40; ++i) lengths.push_back(1 + below(30));
            compare(random_batch(K, lengths, 1.0, false), 2);
        }
        beyond_float64();
        wrong_labels();
        masks_and_weights();
        no_numbers();
    }

private:
    long below(long n) { return random_.up_to(n) - 1; }
    double uniform() { return static_cast<double>(random_.bits() >> 11) * 0x1p-52 - 1.0; }

    void check(bool holds, const std::string& what) {
        unrolled::check(holds, holds ? what : path().name + (" chain: " + what));
    }
    void close(double found, double wanted, double tolerance, const std::string& what) {
        const double off = std::abs(found - wanted) / (1.0 + std::abs(wanted));
        const bool same = found == wanted || (std::isnan(found) && std::isnan(wanted));
        if (!same) worst = std::max(worst, off);
        check(same || off <= tolerance, what + " is " + std::to_string(found) + ", not " + std::to_string(wanted));
    }

    // Label 0 stays allowed, so that a path remains; `whole` scores tie.
    std::vector<float> scores(long count, double scale, bool whole, long width) {
        std::vector<float> values(static_cast<std::size_t>(count));
        for (long i = 0; i < count; ++i) {
            const double value = whole ? static_cast<double>(below(3) - 1) : scale * uniform();
            const bool forbidden = width && i % width && below(4) == 0;
            values[i] = forbidden ? static_cast<float>(NOWHERE) : static_cast<float>(value);
        }
        return values;
    }
    Batch random_batch(long K, const std::vector<long>& lengths, double scale, bool whole) {
        return random_batch(K, lengths, scale, whole, below(2) ? K : 0);
    }
    Batch random_batch(long K, const std::vector<long>& lengths, double scale, bool whole, long width) {
        const auto transitions = scores(K * K, scale, whole, width), start = scores(K, scale, whole, width);
        const auto end = scores(K, scale, whole, 0);
        Batch batch;
        for (long T : lengths) batch.push_back({K, T, scores(T * K, scale, whole, 0), transitions, start, end});
        return batch;
    }

    // Each call in a thread of its own, whose memory the engine asks for anew.
    static Result run(const Batch& batch, int threads, long n) {
        Result to;
        std::thread([&] {
            const Scores& first = batch[0];
            const long K = first.K, N = static_cast<long>(batch.size());
            std::vector<float> emissions;
            std::vector<std::int64_t> lengths, labels;
            for (const Scores& s : batch) {
                emissions.insert(emissions.end(), s.emissions.begin(), s.emissions.end());
                lengths.push_back(s.T);
                labels.insert(labels.end(), static_cast<std::size_t>(s.T), 0);
            }
            const std::size_t M = labels.size(), tables = static_cast<std::size_t>(K * (K + 2));
            const Chains chains{K, N, lengths.data(), threads, emissions.data(), first.transitions.data(), first.start.data(), first.end.data(), nullptr, nullptr};
            to.log_Z.resize(lengths.size()), to.marginals.resize(emissions.size()), to.counts.resize(tables);
            to.likelihood.resize(lengths.size()), to.d_emissions.resize(emissions.size()), to.d_tables.resize(tables);
            to.best.resize(M), to.score.resize(lengths.size());
            to.n_best.assign(M * static_cast<std::size_t>(n), -1), to.found.resize(lengths.size());
            to.scores.assign(lengths.size() * static_cast<std::size_t>(n), NOWHERE);
            double* counts = to.counts.data();
            float* d = to.d_tables.data();
            sum_paths(chains, ChainSums<double>{nullptr, nullptr, to.log_Z.data(), nullptr, to.marginals.data(), counts, counts + K * K, counts + K * K + K});
            sum_paths(chains, ChainSums<float>{labels.data(), nullptr, nullptr, to.likelihood.data(), to.d_emissions.data(), d, d + K * K, d + K * K + K});
            to.only_log_Z.resize(lengths.size());
            sum_paths(chains, ChainSums<double>{nullptr, nullptr, to.only_log_Z.data(), nullptr, nullptr, nullptr, nullptr, nullptr});
            viterbi(chains, to.best.data(), to.score.data());
            n_best(chains, n, to.n_best.data(), to.scores.data(), to.found.data());
        }).join();
        return to;
    }

    static double labels_score(const Scores& s) {
        double score = double(s.start[0]) + s.end[0];
        for (long t = 0; t < s.T; ++t) score += s.emission(t, 0) + (t ? s.transition(0, 0) : 0.0);
        return score;
    }

    void compare(const Batch& batch, long n) {
        const long K = batch[0].K;
        const Result found = run(batch, 1, n);
        std::vector<double> counts(static_cast<std::size_t>(K * (K + 2)));
        double gold = 0.0;
        long row = 0, number = 0;
        for (const Scores& s : batch) {
            const std::string where = "K=" + std::to_string(K) + " T=" + std::to_string(s.T) + " sequence " + std::to_string(number) + ": ";
            const Sums sums = sums_of(s);
            close(found.log_Z[number], sums.log_Z, 1e-11, where + "log Z");
            close(found.only_log_Z[number], sums.log_Z, 1e-11, where + "log Z alone");
            close(found.likelihood[number], labels_score(s) - sums.log_Z, 1e-5, where + "log-likelihood");
            for (long i = 0; i < s.T * K; ++i) {
                close(found.marginals[row * K + i], sums.marginals[i], 1e-8, where + "a marginal");
                close(found.d_emissions[row * K + i], (i % K == 0) - sums.marginals[i], 1e-6, where + "a gradient");
            }
            for (long i = 0; i < K * K; ++i) counts[i] += sums.transitions[i];
            for (long i = 0; i < K; ++i) counts[K * K + i] += sums.start[i], counts[K * K + K + i] += sums.end[i];
            gold += static_cast<double>(s.T - 1);
            const Best best = best_of(s, n), one = best_of(s, 1);
            for (long t = 0; t < s.T; ++t) check(found.best[row + t] == one.labels[t], where + "the best path is another");
            check(found.score[number] == static_cast<float>(one.scores[0]), where + "the best score is another");
            check(found.found[number] == static_cast<std::int64_t>(best.scores.size()), where + "as many paths as there are");
            for (std::size_t i = 0; i < best.labels.size(); ++i)
                check(found.n_best[n * row + static_cast<long>(i)] == best.labels[i], where + "another of the n best");
            for (std::size_t i = 0; i < best.scores.size(); ++i)
                check(found.scores[n * number + static_cast<long>(i)] == best.scores[i], where + "another score of the n best");
            row += s.T, ++number;
        }
        const double N = static_cast<double>(number);
        for (long i = 0; i < K * (K + 2); ++i) {
            const double golden = i == 0 ? gold : i == K * K || i == K * K + K ? N : 0.0;
            close(found.counts[i], counts[i], 1e-8, "K=" + std::to_string(K) + ": an expected count");
            close(found.d_tables[i], golden - counts[i], 1e-6, "K=" + std::to_string(K) + ": a gradient of the tables");
        }
        for (int threads : {2, 3}) same(run(batch, threads, n), found, "with " + std::to_string(threads) + " threads");
        row = 0, number = 0;
        for (const Scores& s : batch) {
            const Result alone = run({s}, 1, n);
            check(same_bits(alone.log_Z, found.log_Z, number) && same_bits(alone.likelihood, found.likelihood, number) &&
                      same_bits(alone.marginals, found.marginals, row * K) && same_bits(alone.d_emissions, found.d_emissions, row * K) &&
                      same_bits(alone.best, found.best, row) && same_bits(alone.n_best, found.n_best, n * row),
                  "K=" + std::to_string(K) + ": other bits alone");
            row += s.T, ++number;
        }
    }

    template <class Number>
    static bool same_bits(const std::vector<Number>& part, const std::vector<Number>& whole, long from) {
        return !std::memcmp(part.data(), whole.data() + from, part.size() * sizeof(Number));
    }
    void same(const Result& one, const Result& other, const std::string& when) {
        check(same_bits(one.log_Z, other.log_Z, 0) && same_bits(one.marginals, other.marginals, 0) &&
                  same_bits(one.counts, other.counts, 0) && same_bits(one.likelihood, other.likelihood, 0) &&
                  same_bits(one.d_emissions, other.d_emissions, 0) && same_bits(one.d_tables, other.d_tables, 0) &&
                  same_bits(one.best, other.best, 0) && same_bits(one.n_best, other.n_best, 0),
              "other bits " + when);
    }

    // Two labels that never meet: what scaled sums would lose, forwards or back, and what only one that cannot be reached
    // would carry beyond float64's end.
    void beyond_float64() {
        const float never = static_cast<float>(NOWHERE);
        struct Case {
            long T, steps;
            float one, zero, start;  // of label 1 in the first steps, of label 0 in the last, of label 1 at the start
        };
        for (const Case& c : {Case{30, 15, -100, -100, 0}, {140, 12, -100, -100, 0}, {140, 70, -100, -90, 0}, {12, 11, -37, 0, 100},
                              {2, 1, -1100, -1100, 0}, {30, 30, 100, 0, never}, {140, 40, 100, 0, never}, {200, 12, -250, 0, 100}}) {
            Scores s{2, c.T, {}, {0, never, never, 0}, {0, c.start}, {0, 0}};
            for (long t = 0; t < c.T; ++t)
                s.emissions.insert(s.emissions.end(), {t >= c.T - c.steps ? c.zero : 0.0f, t < c.steps ? c.one : 0.0f});
            compare({beside(s, 3), s, beside(s, 70)}, 2);
        }
    }
    // A mild sequence with the tables of another.
    Scores beside(const Scores& other, long T) {
        return {other.K, T, scores(T * other.K, 1.0, false, 0), other.transitions, other.start, other.end};
    }

    void wrong_labels() {
        const long K = 3;
        const Batch batch = random_batch(K, {5, 4, 90}, 1.0, false);
        std::vector<float> emissions, likelihood(3);
        for (const Scores& s : batch) emissions.insert(emissions.end(), s.emissions.begin(), s.emissions.end());
        const std::int64_t lengths[] = {5, 4, 90};
        bool forbidden[9] = {}, forbidden_start[3] = {false, true, false};
        forbidden[0 * K + 2] = true;
        const Scores& s = batch[0];
        const Chains chains{K, 3, lengths, 2, emissions.data(), s.transitions.data(), s.start.data(), s.end.data(), forbidden, forbidden_start};
        const auto first_wrong = [&](const std::vector<std::int64_t>& labels) {
            return sum_paths(chains, ChainSums<float>{labels.data(), nullptr, nullptr, likelihood.data(), nullptr, nullptr, nullptr, nullptr});
        };
        std::vector<std::int64_t> labels(99, 0);
        check(first_wrong(labels) == -1, "right labels are refused");
        for (auto [row, y] : {std::pair<long, std::int64_t>{80, 3}, {20, -1}, {9, 1}, {7, 2}}) {
            labels[static_cast<std::size_t>(row)] = y;
            check(first_wrong(labels) == row, "the wrong label of row " + std::to_string(row) + " is not found first");
        }
    }

    // What a mask forbids is as if its score were -inf, without a gradient; a sequence's gradients are its weight's times those
    // of a weight of 1.
    void masks_and_weights() {
        const long K = 5;
        const Batch batch = random_batch(K, {6, 3, 80}, 1.0, false, 0);
        const std::int64_t lengths[] = {6, 3, 80}, M = 89;
        const double weights[] = {0.5, 3.0, -2.0};
        std::vector<float> emissions;
        for (const Scores& s : batch) emissions.insert(emissions.end(), s.emissions.begin(), s.emissions.end());
        std::vector<float> transitions = batch[0].transitions, start = batch[0].start;
        bool forbidden[25] = {}, forbidden_start[5] = {};
        forbidden[0 * K + 2] = forbidden[3 * K + 3] = forbidden[4 * K + 0] = forbidden_start[1] = true;
        const std::vector<std::int64_t> labels(static_cast<std::size_t>(M), 0);
        struct Found {
            std::vector<float> likelihood = std::vector<float>(3), rows = std::vector<float>(89 * 5), tables = std::vector<float>(35);
        };
        const auto run = [&](const bool* mask, const bool* mask_start, const double* of) {
            Found to;
            const Chains chains{K, 3, lengths, 2, emissions.data(), transitions.data(), start.data(), batch[0].end.data(), mask, mask_start};
            float* d = to.tables.data();
            sum_paths(chains, ChainSums<float>{labels.data(), of, nullptr, to.likelihood.data(), to.rows.data(), d, d + K * K, d + K * K + K});
            return to;
        };
        const Found masked = run(forbidden, forbidden_start, weights), plain = run(forbidden, forbidden_start, nullptr);
        for (long i = 0; i < K * K; ++i)
            if (forbidden[i]) transitions[static_cast<std::size_t>(i)] = static_cast<float>(NOWHERE);
        start[1] = static_cast<float>(NOWHERE);
        const Found infinite = run(nullptr, nullptr, weights);
        check(same_bits(masked.likelihood, infinite.likelihood, 0) && same_bits(masked.rows, infinite.rows, 0), "a mask is not -inf");
        for (long i = 0; i < K * (K + 2); ++i) {
            const bool closed = i < K * K ? forbidden[i] : i == K * K + 1;
            check(masked.tables[i] == (closed ? 0.0f : infinite.tables[i]), "a masked gradient of the tables");
            check(!closed || plain.tables[i] == 0.0f, "a forbidden way has a gradient");
        }
        for (long i = 0, row = 0; i < 3; row += lengths[i++])
            for (long j = row * K; j < (row + lengths[i]) * K; ++j)
                close(masked.rows[j], weights[i] * plain.rows[j], 1e-6, "a weighted gradient");
    }

    // What is no number, or infinite, stays in its sequence.
    void no_numbers() {
        for (float spoilt : {NAN, INFINITY}) {
            // Nothing forbidden: a way that is both forbidden and infinite would be no number.
            Batch batch = random_batch(5, {4, 6, 3}, 1.0, false, 0);
            const Result clean = run(batch, 1, 2);
            batch[1].emissions[12] = spoilt;
            const Result found = run(batch, 2, 2);
            for (long i : {0, 2}) check(found.log_Z[i] == clean.log_Z[i], "a neighbour of NaN has another log Z");
            check(std::isnan(found.log_Z[1]), "log Z of NaN is a number");
            for (long i = 20; i < 50; ++i) check(std::isnan(found.marginals[i]), "a marginal of NaN is a number");
            for (long i = 0; i < 65; ++i)
                if (i < 20 || i >= 50) check(found.marginals[i] == clean.marginals[i], "a neighbour of NaN has another marginal");
            check(std::isnan(spoilt) ? std::isnan(found.score[1]) : found.score[1] == spoilt, "the best score of NaN or infinity");
            check(found.found[1] == (std::isnan(spoilt) ? 0 : 2), "the n best of NaN or infinity");
            for (long t = 4; t < 10; ++t) check(found.best[t] >= 0 && found.best[t] < 5, "a best label that is none");
        }
    }

    bool few_;
    Random random_{20270203};
};

}  // namespace
}  // namespace unrolled::chain_test
