// SPDX-License-Identifier: MIT
// The search that may miss a few pairs: it finds what it says, and depends on nothing but the vectors.
#include "base/random.h"
#include "cluster/pairs.h"
#include "harness.h"

// Crowds of very different sizes on the unit sphere, every tenth vector alone.
static float *make_crowds(ww_random *r, size_t count, int dim, size_t crowds, double spread)
{
    float *x = malloc((count + 1) * (size_t)dim * sizeof *x), *centre = malloc(crowds * (size_t)dim * sizeof *centre);
    for (size_t i = 0; i < crowds * (size_t)dim; i++)
        centre[i] = (float)ww_random_normal(r);
    for (size_t i = 0; i < count; i++) {
        const double u = ww_random_unit(r);
        const float *c = centre + (size_t)(u * u * u * (double)crowds) * (size_t)dim;
        double length = 0;
        for (int d = 0; d < dim; d++) {
            x[i * dim + d] = (float)((i % 10 ? c[d] : 0) + (i % 10 ? spread : 1) * ww_random_normal(r));
            length += (double)x[i * dim + d] * x[i * dim + d];
        }
        for (int d = 0; d < dim; d++)
            x[i * dim + d] = (float)(x[i * dim + d] / sqrt(length));
    }
    free(centre);
    return x;
}

typedef struct seen {
    size_t count;
    uint8_t *pair; // count x count
} seen;

static void mark(void *user, const ww_pair *pairs, size_t count)
{
    seen *s = user;
    for (size_t i = 0; i < count; i++) {
        CHECK(pairs[i].a != pairs[i].b);
        s->pair[pairs[i].a * s->count + pairs[i].b] = s->pair[pairs[i].b * s->count + pairs[i].a] = 1;
    }
}

static ww_cells_wanted wanted_cells(double eps, double recall, int threads)
{
    return (ww_cells_wanted){.eps = eps, .recall = recall, .threads = threads, .kernels = ww_cluster_kernels_best()};
}

// Share of all near pairs that the cells lead to.
static double true_recall(const float *x, size_t count, int dim, double eps, const ww_cells *cells)
{
    ww_error err;
    ww_sieve sieve;
    seen s = {count, calloc(count, count)};
    size_t near = 0, found = 0;
    CHECK_OK(ww_sieve_build_parts(&sieve, x, count, dim, eps, &(ww_sieve_parts){0, count, cells->order}, NULL, &err));
    CHECK_OK(ww_pairs_visit_cells(&sieve, cells, &(ww_pair_visitor){.visit = mark, .user = &s}, 1, &err));
    for (uint32_t a = 0; a < count; a++)
        for (uint32_t b = 0; b < a; b++)
            if (ww_sieve_near(&sieve, a, b)) {
                near++;
                found += s.pair[a * count + b];
            }
    ww_sieve_free(&sieve);
    free(s.pair);
    return near ? (double)found / (double)near : 1;
}

TEST(as_many_pairs_are_found_as_were_asked_for)
{
    enum { COUNT = 2000, DIM = 32 };
    ww_random r = {91};
    for (int round = 0; round < 6; round++) {
        const double recall = round % 2 ? 0.9 : 0.99, eps = 0.8;
        float *x = make_crowds(&r, COUNT, DIM, 60, 0.4 + 0.1 * round);
        ww_error err;
        ww_cells cells;
        const ww_cells_wanted wanted = wanted_cells(eps, recall, 1);
        CHECK_OK(ww_cells_build(&cells, x, COUNT, DIM, &wanted, &err));
        const double found = true_recall(x, COUNT, DIM, eps, &cells);
        CHECK(found >= recall);
        // what it says of itself; rows beside a cell in the same tile are found on top of that
        CHECK(cells.recall > recall - 0.5 * (1 - recall) && cells.recall < found + 0.5 * (1 - recall));
        CHECK(cells.probes < cells.count);
        ww_cells_free(&cells);
        free(x);
    }
}

TEST(cells_are_those_nearest)
{
    enum { COUNT = 1000, DIM = 9 };
    ww_random r = {92};
    float *x = make_crowds(&r, COUNT, DIM, 30, 0.7);
    ww_error err;
    ww_cells cells;
    const ww_cells_wanted wanted = wanted_cells(0.6, 0.95, 1);
    CHECK_OK(ww_cells_build(&cells, x, COUNT, DIM, &wanted, &err));
    CHECK_EQ(cells.start[0], 0);
    CHECK_EQ(cells.start[cells.count], COUNT);
    bool there[COUNT] = {0};
    for (int c = 0; c < cells.count; c++)
        for (size_t k = cells.start[c]; k < cells.start[c + 1]; k++) {
            CHECK_EQ(cells.probe[cells.order[k] * (size_t)cells.probes], c);
            there[cells.order[k]] = true;
        }
    for (int i = 0; i < COUNT; i++) {
        CHECK(there[i]);
        double farthest = 0;
        int nearer = 0;
        for (int p = 0; p < cells.probes; p++) {
            double d2 = 0;
            for (int d = 0; d < DIM; d++)
                d2 += pow((double)x[i * DIM + d] - cells.centre[cells.probe[i * cells.probes + p] * DIM + d], 2);
            farthest = fmax(farthest, d2);
        }
        for (int c = 0; c < cells.count; c++) {
            double d2 = 0;
            for (int d = 0; d < DIM; d++)
                d2 += pow((double)x[i * DIM + d] - cells.centre[c * DIM + d], 2);
            nearer += d2 < farthest - 0.1; // distances from cells are those of vectors rounded to bytes
        }
        CHECK(nearer < cells.probes);
    }
    ww_cells_free(&cells);
    free(x);
}

TEST(threads_and_kernels_change_nothing)
{
    enum { COUNT = 3000, DIM = 24 };
    const ww_cluster_kernels *tables[8];
    const size_t table_count = ww_cluster_kernels_usable(tables, 8);
    ww_random r = {93};
    float *x = make_crowds(&r, COUNT, DIM, 100, 0.8);
    static int32_t first[COUNT], labels[COUNT];
    ww_error err;
    for (size_t t = 0; t < table_count; t++)
        for (int threads = 1; threads <= 3; threads++) {
            double found = 0;
            const ww_dbscan_options options = {.eps = 0.75,
                                               .min_samples = 4,
                                               .threads = threads,
                                               .recall = 0.95,
                                               .found = &found,
                                               .kernels = tables[t]};
            CHECK_OK(ww_dbscan(x, COUNT, DIM, &options, t || threads > 1 ? labels : first, &err));
            CHECK(found > 0.9 && found <= 1);
            CHECK((t == 0 && threads == 1) || memcmp(first, labels, sizeof labels) == 0);
        }
    free(x);
}

// Where crowds are far from one another nothing that is missed can part or join any.
TEST(clear_crowds_are_labelled_as_by_the_exact_way)
{
    enum { COUNT = 4000, DIM = 40 };
    ww_random r = {94};
    float *x = make_crowds(&r, COUNT, DIM, 50, 0.3);
    memcpy(x + 5 * DIM, x + 7 * DIM, DIM * sizeof *x);
    static int32_t exact[COUNT], labels[COUNT];
    ww_error err;
    ww_dbscan_options options = {.eps = 0.75, .min_samples = 5, .threads = 2};
    CHECK_OK(ww_dbscan(x, COUNT, DIM, &options, exact, &err));
    options.recall = 0.999;
    CHECK_OK(ww_dbscan(x, COUNT, DIM, &options, labels, &err));
    CHECK(memcmp(exact, labels, sizeof labels) == 0);
    free(x);
}

TEST(few_equal_and_lonely_vectors)
{
    enum { MOST = 600, DIM = 5 };
    static float x[MOST * DIM];
    static int32_t labels[MOST];
    ww_error err;
    ww_dbscan_options options = {.eps = 0.1, .min_samples = 2, .recall = 0.99};
    for (size_t count = 0; count <= MOST; count = count < 5 ? count + 1 : 4 * count) {
        CHECK_OK(ww_dbscan(x, count, DIM, &options, labels, &err));
        for (size_t i = 0; i < count; i++)
            CHECK_EQ(labels[i], count > 1 ? 0 : WW_NOBODY);
    }
    for (int i = 0; i < MOST; i++)
        x[i * DIM] = (float)i;
    CHECK_OK(ww_dbscan(x, MOST, DIM, &options, labels, &err));
    for (int i = 0; i < MOST; i++)
        CHECK_EQ(labels[i], WW_NOBODY);
}

static int cancel(void *user, double share)
{
    *(double *)user = share;
    return share > 0.3;
}

TEST(what_cannot_be_is_refused)
{
    enum { COUNT = 2000, DIM = 8 };
    ww_random r = {95};
    static int32_t labels[COUNT];
    float *x = make_crowds(&r, COUNT, DIM, 20, 0.5);
    ww_error err;
    double share = 0;
    ww_dbscan_options options = {.eps = 0.5, .min_samples = 5, .recall = 1};
    CHECK_EQ(ww_dbscan(x, COUNT, DIM, &options, labels, &err), WW_ERR_ARGUMENT);
    options.recall = -0.5;
    CHECK_EQ(ww_dbscan(x, COUNT, DIM, &options, labels, &err), WW_ERR_ARGUMENT);
    options.recall = 0.9;
    options.min_samples = 1000;
    CHECK_EQ(ww_dbscan(x, COUNT, DIM, &options, labels, &err), WW_ERR_ARGUMENT);
    options.min_samples = 5;
    options.progress = cancel;
    options.user = &share;
    CHECK_EQ(ww_dbscan(x, COUNT, DIM, &options, labels, &err), WW_ERR_CANCELLED);
    CHECK(share > 0.3 && share < 1);
    options.progress = NULL;
    x[COUNT * DIM - 1] = NAN;
    CHECK_EQ(ww_dbscan(x, COUNT, DIM, &options, labels, &err), WW_ERR_ARGUMENT);
    x[COUNT * DIM - 1] = 0;
    const ww_method_options other = {.recall = 0.9};
    CHECK_EQ(ww_method_run(ww_method_named("hac"), x, COUNT, DIM, &other, labels, &err), WW_ERR_ARGUMENT);
    free(x);
}

int main(void)
{
    RUN(as_many_pairs_are_found_as_were_asked_for);
    RUN(cells_are_those_nearest);
    RUN(threads_and_kernels_change_nothing);
    RUN(clear_crowds_are_labelled_as_by_the_exact_way);
    RUN(few_equal_and_lonely_vectors);
    RUN(what_cannot_be_is_refused);
    return FINISH();
}
