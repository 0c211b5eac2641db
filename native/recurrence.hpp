// A whole ragged batch through one layer, both directions at once, forward and back.
//
// A team takes its sequences from the first step to the last. At step t those still running are the first rows of its
// state, for they are sorted by falling length. A team of one never waits. The members of a larger team share the
// units: each reads the whole a⟨t-1⟩ (or gate gradients), writes its own units, and they meet once a step.
#pragma once

constexpr long CHUNK = W * L;  // units whose gates come out of whole panels together

UNROLLED_INLINE long round_up(long n, long to) { return (n + to - 1) / to * to; }
UNROLLED_INLINE long smaller(long a, long b) { return a < b ? a : b; }
UNROLLED_INLINE long larger(long a, long b) { return a > b ? a : b; }

// Rows of a power of two would all fall into the same lines of the cache.
UNROLLED_INLINE long padded(long n) { return round_up(n, 16) + 16; }

// ---- Panels of Waa

// Forward: columns are gates, unit block by unit block of L, so that all gates of a unit come out side by side.
template <class C>
UNROLLED_INLINE Panels forward_panels(const float* packed, long H, bool bfloat16) {
    return {packed, H, (H + L - 1) / L * C::GATES, bfloat16};
}

// Back: columns are units, the depth runs over the gates.
template <class C>
UNROLLED_INLINE Panels backward_panels(const float* packed, long H) {
    return {packed, C::GATES * H, (H + L - 1) / L};
}

// The panels [first_panel, last_panel): vectors of units, a gate each, are turned over L rows of Waa at a time.
template <class C>
static void pack_forward(const float* Waa, long H, bool bfloat16, float* packed, long first_panel, long last_panel) {
    const Panels panels = forward_panels<C>(packed, H, bfloat16);
    for (long p = first_panel; p < last_panel; ++p) {
        const long width = panels.width(p);
        float* const place = packed + (panels.panel(p) - packed);
        float* const to = bfloat16 ? scratch(H * W * L) : place;
        for (long v = 0; v < width; ++v) {
            const long vector = p * W + v, unit = vector / C::GATES * L, gate = vector % C::GATES;
            pack_columns(Waa + (gate * H + unit) * H, H, smaller(L, H - unit), H, to + v * L, width * L);
        }
        for (long k = 0; bfloat16 && k < H; k += 2)
            for (long j = 0; j < width * L; j += L) {
                const float* const even = to + k * width * L + j;
                store(place + k / 2 * width * L + j, joined_depths(load(even), k + 1 < H ? load(even + width * L) : Vec{}));
            }
    }
}

template <class C>
static void pack_backward(const float* Waa, long H, float* packed, long first_panel, long last_panel) {
    for (long p = first_panel; p < last_panel; ++p) pack_rows(Waa, H, H, backward_panels<C>(packed, H), packed, p);
}

// At each step rows of all sequences are visited, in no order that the processor could foresee: what comes some rows
// later is asked for; back, where a row passes at once, the next one.
constexpr long ROWS_AHEAD = 4;

UNROLLED_INLINE void foresee(const float* row, long blocks, long H, long units) {
    for (long block = 0; block < blocks; ++block)
        for (long u = 0; u < units; u += 16) __builtin_prefetch(row + block * H + u, 0, 3);
}

// f.operator()<V>(u, n) for V vectors of units from u on, the last of which has n real ones.
template <class F>
UNROLLED_INLINE void each_unit(long u, long last, const F& f) {
    for (; last - u > (TOGETHER - 1) * L; u += TOGETHER * L)
        f.template operator()<TOGETHER>(u, static_cast<int>(smaller(L, last - u - (TOGETHER - 1) * L)));
    if (TOGETHER > 1 && u < last) f.template operator()<1>(u, static_cast<int>(smaller(L, last - u)));
}

static long first_of(long parts, int member, int members) { return parts * member / members; }

// States of a sequence; where the caller has none, all are zero.
UNROLLED_INLINE const float* state_of(const float* states, long sequence, long stride, const float* zeros) {
    return states ? states + sequence * stride : zeros;
}

// ---- Forward

template <class C, bool KEEP>
static void forward_team(const Batch& batch, const Plan& plan, const Team& team, const Forward& layer,
                         const float* packed, float* shared, int member, int members) {
    const long H = batch.H, stride = padded(H), R = team.end - team.begin;
    const long* order = plan.order + team.begin;
    const Panels panels = forward_panels<C>(packed, H, batch.bfloat16);
    auto* const multiply = batch.bfloat16 ? product<true> : product<false>;
    const long chunks = (H + CHUNK - 1) / CHUNK;
    const long my_first = first_of(chunks, member, members), my_last = first_of(chunks, member + 1, members);
    const long direction = team.direction == 0 ? 1 : -1;
    Barrier& barrier = plan.barriers[1 + (&team - plan.team)];

    // Shared by the team: a before and after the step. Its own: c, the sums, the rows.
    float* before = shared;
    float* after = shared + R * stride;
    const long my_units = (my_last - my_first) * CHUNK;
    const long group = R <= 3 ? larger(my_last - my_first, 1) : 1, groups = (my_last - my_first) / group;
    const long sums_stride = round_up(group * CHUNK * C::GATES, 16) + 16;
    float* own = scratch(R * sums_stride + (C::HAS_C ? R * my_units : 0) + R * 2 + H);
    float* sums = own;
    float* c = own + R * sums_stride;
    long* rows = reinterpret_cast<long*>(c + (C::HAS_C ? R * my_units : 0));
    float* zeros = reinterpret_cast<float*>(rows + R);
    for (long u = 0; u < H; ++u) zeros[u] = 0.0f;

    const long u_first = my_first * CHUNK, u_last = smaller(my_last * CHUNK, H);
    for (long r = 0; r < R; ++r) {
        const long sequence = order[r];
        rows[r] = direction > 0 ? plan.offsets[sequence] : plan.offsets[sequence + 1] - 1;
        const float* a0 = state_of(layer.a0, sequence, layer.state_stride, zeros);
        for (long u = u_first; u < u_last; ++u) before[r * stride + u] = a0[u];
        for (long u = u_last; u < my_last * CHUNK; ++u) before[r * stride + u] = after[r * stride + u] = 0.0f;
        if constexpr (C::HAS_C) {
            const float* c0 = state_of(layer.c0, sequence, layer.state_stride, zeros);
            for (long u = u_first; u < my_last * CHUNK; ++u) c[r * my_units + u - u_first] = u < H ? c0[u] : 0.0f;
        }
    }
    if (members > 1) barrier.wait(members);

    long running = R;
    for (long t = 0;; ++t) {
        while (running > 0 && batch.lengths[order[running - 1]] <= t) --running;
        if (running == 0) break;
        const bool back = t % 2;
        for (long number = 0; number < groups; ++number) {
            const long chunk = my_first + (back ? groups - 1 - number : number) * group;
            const long last = smaller(chunk + group, my_last);
            multiply(before, stride, static_cast<int>(running), panels, chunk * C::GATES,
                     smaller(last * C::GATES, panels.count()), sums, sums_stride, false, back);
            const long unit_end = smaller(last * CHUNK, H);
            for (long r = 0; r < running; ++r) {
                const long row = rows[r], first = chunk * CHUNK, later = r + ROWS_AHEAD;
                // After the last row come the first ones, of the next chunk; after the last chunk, of the next step.
                const bool wraps = later >= running, steps = wraps && number + 1 == groups;
                const long next = rows[wraps ? smaller(later - running, r) : later] + (steps ? direction : 0);
                const long on = wraps && !steps ? (back ? -group : group) * CHUNK : 0;
                // Inlined: a call would load the constants of the gate functions anew for every few vectors.
                each_unit(first, unit_end, [&]<int V>(long u, int n) __attribute__((always_inline)) {
                    foresee(layer.gates + next * layer.gates_stride + u + on, KEEP ? C::KEPT : C::GATES, H, V * L);
                    foresee(layer.a + next * layer.a_stride + u + on, 1, H, V * L);
                    if constexpr (KEEP && C::HAS_C) foresee(layer.c + next * H + u + on, 1, H, V * L);
                    C::template forward<KEEP, V>(ForwardUnits{
                        sums + r * sums_stride + (u - first) * C::GATES, layer.gates + row * layer.gates_stride + u,
                        layer.a + row * layer.a_stride + u, KEEP && C::HAS_C ? layer.c + row * H + u : nullptr,
                        before + r * stride + u, after + r * stride + u, c + r * my_units + u - u_first,
                        layer.ba ? layer.ba + u : nullptr, layer.ban ? layer.ban + u : nullptr, H, n});
                });
            }
        }
        for (long r = 0; r < running; ++r) rows[r] += direction;
        float* const swapped = before;
        before = after;
        after = swapped;
        if (members > 1) barrier.wait(members);
    }
    for (long r = 0; r < R; ++r) {
        const long sequence = order[r];
        const float* a = layer.a + (rows[r] - direction) * layer.a_stride;
        float* a_last = layer.a_last + sequence * layer.state_stride;
        for (long u = u_first; u < u_last; ++u) a_last[u] = a[u];
        if constexpr (C::HAS_C) {
            float* c_last = layer.c_last + sequence * layer.state_stride;
            for (long u = u_first; u < u_last; ++u) c_last[u] = c[r * my_units + u - u_first];
        }
    }
}

// ---- Back

template <class C>
static void backward_team(const Batch& batch, const Plan& plan, const Team& team, const Backward& layer,
                          const float* packed, float* shared, int member, int members) {
    const long H = batch.H, K = C::GATES * H, stride = padded(K), R = team.end - team.begin;
    const long* order = plan.order + team.begin;
    const Panels panels = backward_panels<C>(packed, H);
    const long my_first = first_of(panels.count(), member, members);
    const long my_last = first_of(panels.count(), member + 1, members);
    const long direction = team.direction == 0 ? 1 : -1;
    Barrier& barrier = plan.barriers[1 + (&team - plan.team)];

    // Shared by the team: the gate gradients of this step and of the one ahead. Its own: da, dc, the rows.
    float* gradients = shared;
    float* other = members > 1 ? shared + R * stride : shared;
    const long my_units = (my_last - my_first) * CHUNK, own_stride = my_units + 16;
    float* da = scratch(R * own_stride * (C::HAS_C ? 2 : 1) + R * 2 + H);
    float* dc = da + R * own_stride;
    long* rows = reinterpret_cast<long*>(da + R * own_stride * (C::HAS_C ? 2 : 1));
    float* zeros = reinterpret_cast<float*>(rows + R);
    for (long u = 0; u < H; ++u) zeros[u] = 0.0f;

    const long u_first = my_first * CHUNK, u_last = smaller(my_last * CHUNK, H);
    for (long r = 0; r < R; ++r) {
        const long sequence = order[r];
        rows[r] = direction > 0 ? plan.offsets[sequence + 1] - 1 : plan.offsets[sequence];
        const float* da_last = state_of(layer.da_last, sequence, layer.state_stride, zeros);
        for (long u = u_first; u < my_last * CHUNK; ++u) da[r * own_stride + u - u_first] = u < H ? da_last[u] : 0.0f;
        if constexpr (C::HAS_C) {
            const float* dc_last = state_of(layer.dc_last, sequence, layer.state_stride, zeros);
            for (long u = u_first; u < my_last * CHUNK; ++u)
                dc[r * own_stride + u - u_first] = u < H ? dc_last[u] : 0.0f;
        }
    }

    long running = 0;
    for (long t = batch.lengths[order[0]] - 1; t >= 0; --t) {
        while (running < R && batch.lengths[order[running]] > t) ++running;
        for (long r = 0; r < running; ++r) {
            const long row = rows[r], sequence = order[r];
            const float* a_before = t > 0 ? layer.a + (row - direction) * layer.a_stride
                                          : state_of(layer.a0, sequence, layer.state_stride, zeros);
            const float* c_before = nullptr;
            if constexpr (C::HAS_C)
                c_before = t > 0 ? layer.c + (row - direction) * H
                                 : state_of(layer.c0, sequence, layer.state_stride, zeros);
            const long next = r + 1 < running ? rows[r + 1] : row;
            each_unit(u_first, u_last, [&]<int V>(long u, int n) {
                foresee(layer.gates + next * layer.gates_stride + u, C::KEPT, H, V * L);
                foresee(layer.dgates + next * C::GRADIENTS * H + u, C::GRADIENTS, H, V * L);
                foresee(layer.da + next * layer.da_stride + u, 1, H, V * L);
                foresee(layer.previous + next * layer.previous_stride + u, 1, H, V * L);
                foresee(layer.a + (next - direction) * layer.a_stride + u, 1, H, V * L);
                if constexpr (C::HAS_C) foresee(layer.c + (next - direction) * H + u, 1, H, V * L);
                store_pack(layer.previous + row * layer.previous_stride + u, load_pack<V>(a_before + u, n), n);
                C::template backward<V>(BackwardUnits{
                    layer.gates + row * layer.gates_stride + u, layer.a + row * layer.a_stride + u,
                    C::HAS_C ? layer.c + row * H + u : nullptr, a_before + u, C::HAS_C ? c_before + u : nullptr,
                    layer.da + row * layer.da_stride + u, da + r * own_stride + u - u_first,
                    dc + r * own_stride + u - u_first, layer.dgates + row * C::GRADIENTS * H + u,
                    gradients + r * stride + u, H, n});
            });
            rows[r] -= direction;
        }
        if (members > 1) barrier.wait(members);
        product(gradients, stride, static_cast<int>(running), panels, my_first, my_last, da, own_stride, C::CARRIES, t % 2);
        float* const swapped = gradients;
        gradients = other;
        other = swapped;
    }
    if (!layer.da0) return;
    for (long r = 0; r < R; ++r) {
        float* da0 = layer.da0 + order[r] * layer.state_stride;
        for (long u = u_first; u < u_last; ++u) da0[u] = da[r * own_stride + u - u_first];
        if constexpr (C::HAS_C) {
            float* dc0 = layer.dc0 + order[r] * layer.state_stride;
            for (long u = u_first; u < u_last; ++u) dc0[u] = dc[r * own_stride + u - u_first];
        }
    }
}
