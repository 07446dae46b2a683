// SPDX-License-Identifier: MIT
// ww_dbscan against the textbook: all distances in double, clusters grown one by one from their lowest core point.
#include "base/random.h"
#include "cluster/cluster.h"
#include "cluster/kernels.h"
#include "harness.h"

static bool reference_near(const float *x, int dim, size_t a, size_t b, double eps)
{
    double sum = 0;
    for (int d = 0; d < dim; d++) {
        const double difference = (double)x[a * dim + d] - (double)x[b * dim + d];
        sum += difference * difference;
    }
    return sum <= eps * eps;
}

static void reference_dbscan(const float *x, size_t count, int dim, double eps, int min_samples, int32_t *labels)
{
    bool *core = calloc(count + 1, sizeof *core);
    size_t *stack = malloc((count + 1) * sizeof *stack);
    for (size_t i = 0; i < count; i++) {
        int near = 0;
        for (size_t j = 0; j < count; j++)
            near += reference_near(x, dim, i, j, eps);
        core[i] = near >= min_samples;
        labels[i] = WW_NOBODY;
    }
    int32_t next = 0;
    for (size_t i = 0; i < count; i++) {
        if (!core[i] || labels[i] != WW_NOBODY)
            continue;
        size_t waiting = 0;
        labels[i] = next;
        stack[waiting++] = i;
        while (waiting) {
            const size_t from = stack[--waiting];
            for (size_t j = 0; core[from] && j < count; j++)
                if (labels[j] == WW_NOBODY && reference_near(x, dim, from, j, eps)) {
                    labels[j] = next;
                    stack[waiting++] = j;
                }
        }
        next++;
    }
    free(core);
    free(stack);
}

// Blobs around `people` centres on the unit sphere; the noise is as long as `spread`.
static float *make_people(ww_random *r, size_t count, int dim, size_t people, double spread)
{
    float *x = malloc((count * (size_t)dim + 1) * sizeof *x), *centres = malloc(people * (size_t)dim * sizeof *centres);
    for (size_t i = 0; i < people * (size_t)dim; i++)
        centres[i] = (float)(ww_random_normal(r) / sqrt(dim));
    for (size_t i = 0; i < count; i++) {
        const float *centre = centres + ww_random_below(r, (uint32_t)people) * (size_t)dim;
        double length = 0;
        for (int d = 0; d < dim; d++) {
            x[i * dim + d] = centre[d] + (float)(spread * ww_random_normal(r) / sqrt(dim));
            length += (double)x[i * dim + d] * x[i * dim + d];
        }
        for (int d = 0; d < dim; d++)
            x[i * dim + d] = (float)(x[i * dim + d] / sqrt(length));
    }
    free(centres);
    return x;
}

static void check_same(const float *x, size_t count, int dim, ww_dbscan_options options)
{
    ww_error err;
    int32_t *expected = malloc((count + 1) * sizeof *expected), *got = malloc((count + 1) * sizeof *got);
    reference_dbscan(x, count, dim, options.eps, options.min_samples, expected);
    CHECK_OK(ww_dbscan(x, count, dim, &options, got, &err));
    CHECK(memcmp(expected, got, count * sizeof *got) == 0);
    free(expected);
    free(got);
}

TEST(agrees_with_the_textbook)
{
    const ww_cluster_kernels *tables[8];
    const size_t table_count = ww_cluster_kernels_usable(tables, 8);
    static const int dims[] = {1, 2, 7, 16, 33, 64, 128};
    static const int samples[] = {1, 2, 3, 5, 12, 70};
    ww_random r = {11};
    for (int round = 0; round < 60; round++) {
        const int dim = dims[round % 7];
        const size_t count = 1 + ww_random_below(&r, round % 10 == 0 ? 12 : 500);
        float *x = make_people(&r, count, dim, 1 + ww_random_below(&r, 12), 0.2 + ww_random_unit(&r));
        check_same(x, count, dim,
                   (ww_dbscan_options){.eps = 0.3 + ww_random_unit(&r),
                                       .min_samples = samples[round % 6],
                                       .threads = 1 + round % 3,
                                       .kernels = tables[(size_t)round % table_count]});
        free(x);
    }
}

// Many pairs at exactly eps: integer points, eps a whole number.
TEST(ties_count_as_near)
{
    ww_random r = {12};
    for (int dim = 2; dim <= 20; dim += 3) {
        enum { COUNT = 300 };
        float *x = malloc(COUNT * (size_t)dim * sizeof *x);
        for (int i = 0; i < COUNT * dim; i++)
            x[i] = (float)ww_random_below(&r, 3);
        check_same(x, COUNT, dim, (ww_dbscan_options){.eps = 2, .min_samples = 4, .threads = 2});
        free(x);
    }
}

// Enough vectors for the sieve to turn them, order them and look at their heads first; one person is a third of them.
TEST(large_sets_take_all_short_cuts)
{
    enum { COUNT = 5000, DIM = 20 };
    ww_random r = {17};
    for (int spread = 1; spread <= 3; spread++) {
        float *x = make_people(&r, COUNT, DIM, 60, 0.25 * spread);
        for (int i = 0; i < COUNT; i += 3)
            for (int d = 0; d < DIM; d++)
                x[i * DIM + d] = (float)(0.2 * x[i * DIM + d] + (d == 0));
        for (int d = 0; d < DIM; d++)
            x[7 * DIM + d] *= 1e4f; // one that does not fit the bytes
        check_same(x, COUNT, DIM, (ww_dbscan_options){.eps = 0.15 * spread, .min_samples = 4, .threads = 2});
        free(x);
    }
}

// So many neighbours are asked for that not all can be remembered on the way.
TEST(large_min_samples)
{
    ww_random r = {13};
    for (int min_samples = 9; min_samples < 120; min_samples += 10) {
        float *x = make_people(&r, 700, 6, 5, 0.5);
        check_same(x, 700, 6, (ww_dbscan_options){.eps = 0.35, .min_samples = min_samples, .threads = 2});
        free(x);
    }
}

TEST(duplicates_and_one_vector_many_times)
{
    enum { COUNT = 1000, DIM = 24 };
    float *x = malloc(COUNT * DIM * sizeof *x);
    for (int i = 0; i < COUNT * DIM; i++)
        x[i] = (float)(i % DIM);
    check_same(x, COUNT, DIM, (ww_dbscan_options){.eps = 0.01, .min_samples = 1000, .threads = 2});
    check_same(x, COUNT, DIM, (ww_dbscan_options){.eps = 0.01, .min_samples = 1001, .threads = 2});
    for (int i = 0; i < COUNT / 2; i++)
        x[i * DIM] += (float)(i % 7);
    check_same(x, COUNT, DIM, (ww_dbscan_options){.eps = 1, .min_samples = 3, .threads = 2});
    free(x);
}

// Lengths over many orders of magnitude: rounding to bytes tells nothing then, and must do no harm.
TEST(uneven_lengths)
{
    enum { COUNT = 400, DIM = 18 };
    ww_random r = {14};
    float *x = malloc(COUNT * DIM * sizeof *x);
    for (int i = 0; i < COUNT; i++)
        for (int d = 0; d < DIM; d++)
            x[i * DIM + d] = (float)(ww_random_normal(&r) * pow(10, i % 12 - 6));
    for (double eps = 1e-5; eps < 1e5; eps *= 10)
        check_same(x, COUNT, DIM, (ww_dbscan_options){.eps = eps, .min_samples = 3, .threads = 1});
    free(x);
}

TEST(not_finite_is_nobody)
{
    ww_error err;
    float x[6][2] = {{0, 0}, {NAN, 0}, {0, 0.1f}, {INFINITY, 0}, {0.1f, 0}, {3.0e38f, -3.0e38f}};
    int32_t labels[6];
    const ww_dbscan_options options = {.eps = 0.5, .min_samples = 1};
    CHECK_OK(ww_dbscan(&x[0][0], 6, 2, &options, labels, &err));
    static const int32_t expected[6] = {0, WW_NOBODY, 0, WW_NOBODY, 0, 1};
    for (int i = 0; i < 6; i++)
        CHECK_EQ(labels[i], expected[i]);
}

TEST(none_and_one)
{
    ww_error err;
    const float x[3] = {1, 2, 3};
    int32_t label = 7;
    ww_dbscan_options options = {.eps = 1, .min_samples = 2};
    CHECK_OK(ww_dbscan(x, 0, 3, &options, &label, &err));
    CHECK_EQ(label, 7);
    CHECK_OK(ww_dbscan(x, 1, 3, &options, &label, &err));
    CHECK_EQ(label, WW_NOBODY);
    options.min_samples = 1;
    CHECK_OK(ww_dbscan(x, 1, 3, &options, &label, &err));
    CHECK_EQ(label, 0);
}

TEST(bad_arguments_are_refused)
{
    ww_error err;
    const float x[3] = {1, 2, 3};
    int32_t label;
    CHECK_EQ(ww_dbscan(x, 1, 3, &(ww_dbscan_options){.eps = 0, .min_samples = 2}, &label, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(ww_dbscan(x, 1, 3, &(ww_dbscan_options){.eps = NAN, .min_samples = 2}, &label, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(ww_dbscan(x, 1, 3, &(ww_dbscan_options){.eps = 1, .min_samples = 0}, &label, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(ww_dbscan(x, 1, 0, &(ww_dbscan_options){.eps = 1, .min_samples = 2}, &label, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(ww_dbscan(x, 1, 100000, &(ww_dbscan_options){.eps = 1, .min_samples = 2}, &label, &err), WW_ERR_ARGUMENT);
    CHECK(strstr(err.message, "8192") != NULL);
}

TEST(threads_and_kernels_change_nothing)
{
    enum { COUNT = 4000, DIM = 128 };
    const ww_cluster_kernels *tables[8];
    const size_t table_count = ww_cluster_kernels_usable(tables, 8);
    ww_random r = {15};
    ww_error err;
    float *x = make_people(&r, COUNT, DIM, 90, 0.75);
    int32_t *first = malloc(COUNT * sizeof *first), *again = malloc(COUNT * sizeof *again);
    ww_dbscan_options options = {.eps = 0.9, .min_samples = 5, .threads = 1};
    CHECK_OK(ww_dbscan(x, COUNT, DIM, &options, first, &err));
    for (int threads = 1; threads <= 7; threads += 2)
        for (size_t t = threads == 3 ? 0 : table_count - 1; t < table_count; t++) {
            options.threads = threads, options.kernels = tables[t];
            CHECK_OK(ww_dbscan(x, COUNT, DIM, &options, again, &err));
            CHECK(memcmp(first, again, COUNT * sizeof *first) == 0);
        }
    free(x);
    free(first);
    free(again);
}

static int stop_half_way(void *user, double share_done)
{
    *(double *)user = share_done;
    return share_done >= 0.5;
}

static int watch(void *user, double share_done)
{
    double *last = user;
    CHECK(share_done >= *last && share_done <= 1);
    *last = share_done;
    return 0;
}

TEST(progress_and_cancel)
{
    ww_random r = {16};
    ww_error err;
    float *x = make_people(&r, 3000, 16, 20, 0.5);
    int32_t *labels = malloc(3000 * sizeof *labels);
    double last = 0;
    ww_dbscan_options options = {.eps = 0.5, .min_samples = 3, .threads = 3, .progress = watch, .user = &last};
    CHECK_OK(ww_dbscan(x, 3000, 16, &options, labels, &err));
    CHECK_NEAR(last, 1, 0.01);
    options.progress = stop_half_way;
    CHECK_EQ(ww_dbscan(x, 3000, 16, &options, labels, &err), WW_ERR_CANCELLED);
    CHECK(last >= 0.5 && last < 1);
    free(x);
    free(labels);
}

int main(void)
{
    RUN(agrees_with_the_textbook);
    RUN(ties_count_as_near);
    RUN(large_sets_take_all_short_cuts);
    RUN(large_min_samples);
    RUN(duplicates_and_one_vector_many_times);
    RUN(uneven_lengths);
    RUN(not_finite_is_nobody);
    RUN(none_and_one);
    RUN(bad_arguments_are_refused);
    RUN(threads_and_kernels_change_nothing);
    RUN(progress_and_cancel);
    return FINISH();
}
