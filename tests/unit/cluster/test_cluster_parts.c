// SPDX-License-Identifier: MIT
// DBSCAN in parts against DBSCAN of the whole, as several machines would share the work.
#include "base/random.h"
#include "cluster/dbscan_parts.h"
#include "cluster/kernels.h"
#include "harness.h"

enum { BLOCKS_MAX = 7 };

// Rows of a, then those of b, as one array; the caller's.
static float *side_by_side(const float *x, int dim, ww_block a, ww_block b)
{
    const size_t row = (size_t)dim;
    float *both = malloc((a.count + b.count + 1) * row * sizeof *both);
    memcpy(both, x + a.first * row, a.count * row * sizeof *both);
    memcpy(both + a.count * row, x + b.first * row, b.count * row * sizeof *both);
    return both;
}

// Each pair of blocks goes to one of the states, drawn by chance; then they are merged two at a time.
static void check_parts(const float *x, size_t count, int dim, int blocks, int states, ww_dbscan_options options,
                        ww_random *r)
{
    ww_error err;
    ww_dbscan_state state[BLOCKS_MAX];
    int32_t *expected = malloc((count + 1) * sizeof *expected), *got = malloc((count + 1) * sizeof *got);
    for (int i = 0; i < states; i++)
        CHECK_OK(ww_dbscan_parts_start(&state[i], count, options.min_samples, &err));
    for (int i = 0; i < blocks; i++)
        for (int k = 0; k <= i; k++) {
            const ww_block a = {count * (size_t)i / (size_t)blocks,
                                count * (size_t)(i + 1) / (size_t)blocks - count * (size_t)i / (size_t)blocks},
                           b = {count * (size_t)k / (size_t)blocks,
                                k == i ? 0
                                       : count * (size_t)(k + 1) / (size_t)blocks - count * (size_t)k / (size_t)blocks};
            float *both = side_by_side(x, dim, a, b);
            if (k == i || b.count > 0)
                CHECK_OK(
                    ww_dbscan_parts_add(&state[ww_random_below(r, (uint32_t)states)], both, a, b, dim, &options, &err));
            free(both);
        }
    for (int step = 1; step < states; step *= 2)
        for (int i = 0; i + step < states; i += 2 * step)
            ww_dbscan_state_merge(&state[i], &state[i + step]);
    ww_dbscan_parts_label(&state[0], got);
    CHECK_OK(ww_dbscan(x, count, dim, &options, expected, &err));
    CHECK(memcmp(expected, got, count * sizeof *got) == 0);
    for (int i = 0; i < states; i++)
        ww_dbscan_state_free(&state[i]);
    free(expected);
    free(got);
}

// Points in small crowds, some of which touch; every seventh stands for itself, every fifth is there twice.
static float *make_crowds(ww_random *r, size_t count, int dim, double spread)
{
    float *x = malloc((count + 1) * (size_t)dim * sizeof *x);
    for (size_t i = 0; i < count; i++) {
        const size_t crowd = ww_random_below(r, 9);
        for (int d = 0; d < dim; d++) {
            const double at =
                i % 7 == 0 ? 6 * ww_random_unit(r) : (double)((crowd >> (d % 3)) & 1) + (double)(crowd % 3);
            x[i * (size_t)dim + (size_t)d] = (float)(at + spread * ww_random_normal(r));
        }
        if (i % 5 == 4)
            memcpy(x + i * (size_t)dim, x + ww_random_below(r, (uint32_t)i) * (size_t)dim, (size_t)dim * sizeof *x);
    }
    return x;
}

TEST(parts_agree_with_the_whole)
{
    const ww_cluster_kernels *tables[8];
    const size_t table_count = ww_cluster_kernels_usable(tables, 8);
    static const int samples[] = {1, 2, 3, 5, 12, 40};
    ww_random r = {81};
    for (int round = 0; round < 150; round++) {
        const int dim = 1 + (int)ww_random_below(&r, 24), blocks = 1 + round % BLOCKS_MAX;
        const size_t count = ww_random_below(&r, round % 10 ? 700 : 12);
        float *x = make_crowds(&r, count, dim, 0.05 + 0.4 * ww_random_unit(&r));
        check_parts(x, count, dim, blocks, 1 + (int)ww_random_below(&r, (uint32_t)blocks),
                    (ww_dbscan_options){.eps = sqrt(dim) * (0.05 + 0.5 * ww_random_unit(&r)),
                                        .min_samples = samples[round % 6],
                                        .threads = 1 + round % 3,
                                        .kernels = tables[(size_t)round % table_count]},
                    &r);
        free(x);
    }
}

// Integer points, many at exactly eps: how distances are rounded must not depend on the size of a block.
TEST(ties_are_decided_as_in_the_whole)
{
    ww_random r = {82};
    for (int dim = 2; dim <= 20; dim += 6) {
        enum { COUNT = 300 };
        float *x = malloc(COUNT * (size_t)dim * sizeof *x);
        for (int i = 0; i < COUNT * dim; i++)
            x[i] = (float)ww_random_below(&r, 3) / 3;
        check_parts(x, COUNT, dim, 7, 3, (ww_dbscan_options){.eps = 2.0 / 3, .min_samples = 4}, &r);
        check_parts(x, 12, dim, 4, 2, (ww_dbscan_options){.eps = 2.0 / 3, .min_samples = 2}, &r);
        free(x);
    }
}

// Blocks large enough for all short cuts of the sieve: ordered, turned, looked at by their heads first.
TEST(large_parts)
{
    enum { COUNT = 11000, DIM = 20 };
    ww_random r = {83};
    float *x = make_crowds(&r, COUNT, DIM, 0.1);
    check_parts(x, COUNT, DIM, 2, 2, (ww_dbscan_options){.eps = 0.7, .min_samples = 5, .threads = 2}, &r);
    free(x);
}

TEST(all_equal)
{
    enum { COUNT = 500, DIM = 3 };
    ww_random r = {84};
    float *x = calloc(COUNT * DIM, sizeof *x);
    check_parts(x, COUNT, DIM, 5, 3, (ww_dbscan_options){.eps = 0.1, .min_samples = 5}, &r);
    free(x);
}

TEST(too_many_samples_are_refused)
{
    ww_error err;
    ww_dbscan_state state;
    CHECK_EQ(ww_dbscan_parts_start(&state, 10, 0, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(ww_dbscan_parts_start(&state, 10, WW_PARTS_SAMPLES_MAX + 1, &err), WW_ERR_ARGUMENT);
}

int main(void)
{
    RUN(parts_agree_with_the_whole);
    RUN(ties_are_decided_as_in_the_whole);
    RUN(large_parts);
    RUN(all_equal);
    RUN(too_many_samples_are_refused);
    return FINISH();
}
