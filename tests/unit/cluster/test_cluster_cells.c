// SPDX-License-Identifier: MIT
// The search that may miss a few pairs: it finds what it says, and depends on nothing but the vectors.
#include "base/random.h"
#include "cluster/cell_probes.h"
#include "cluster/cells_sample.h"
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

typedef struct searched {
    ww_cells cells;
    ww_sieve sieve; // in their order
} searched;

static searched build(const float *x, size_t count, int dim, double eps, double recall)
{
    searched s;
    ww_error err;
    const ww_cells_wanted wanted = {.recall = recall, .threads = 1, .kernels = ww_cluster_kernels_best()};
    CHECK_OK(ww_cells_build(&s.cells, x, count, dim, &wanted, &err));
    CHECK_OK(
        ww_sieve_build_parts(&s.sieve, x, count, dim, eps, &(ww_sieve_parts){0, count, s.cells.order}, NULL, &err));
    CHECK_OK(ww_cells_choose_probes(&s.cells, &s.sieve, &wanted, &err));
    return s;
}

static void release(searched *s)
{
    ww_sieve_free(&s->sieve);
    ww_cells_free(&s->cells);
}

// Share of all near pairs that the cells lead to.
static double true_recall(const searched *search, size_t count)
{
    ww_error err;
    seen s = {count, calloc(count, count)};
    size_t near = 0, found = 0;
    CHECK_OK(
        ww_pairs_visit_cells(&search->sieve, &search->cells, &(ww_pair_visitor){.visit = mark, .user = &s}, 1, &err));
    for (uint32_t a = 0; a < count; a++)
        for (uint32_t b = 0; b < a; b++)
            if (ww_sieve_near(&search->sieve, a, b)) {
                near++;
                found += s.pair[a * count + b];
            }
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
        searched search = build(x, COUNT, DIM, eps, recall);
        const ww_cells cells = search.cells;
        const double found = true_recall(&search, COUNT);
        CHECK(found >= recall);
        // what it says of itself; rows beside a cell in the same tile are found on top of that
        CHECK(cells.recall > recall - 0.5 * (1 - recall) && cells.recall < found + 0.5 * (1 - recall));
        CHECK(cells.probes < cells.count);
        release(&search);
        free(x);
    }
}

static double squared_distance(const float *x, const float *y, int dim)
{
    double sum = 0;
    for (int d = 0; d < dim; d++)
        sum += pow((double)x[d] - y[d], 2);
    return sum;
}

TEST(cells_are_those_nearest)
{
    enum { COUNT = 1000, DIM = 9 };
    ww_random r = {92};
    float *x = make_crowds(&r, COUNT, DIM, 30, 0.7);
    searched search = build(x, COUNT, DIM, 0.6, 0.95);
    const ww_cells cells = search.cells;
    ww_cell_probes probes;
    CHECK(ww_cell_probes_start(&probes, &cells));
    CHECK_EQ(cells.start[0], 0);
    CHECK_EQ(cells.start[cells.count], COUNT);
    bool there[COUNT] = {0};
    for (int c = 0; c < cells.count; c++) {
        CHECK(ww_cell_probes_find(&probes, (size_t)c));
        for (size_t k = cells.start[c]; k < cells.start[c + 1]; k++) {
            const uint32_t i = cells.order[k];
            const uint16_t *probe = probes.probe + (k - cells.start[c]) * (size_t)cells.probes;
            CHECK_EQ(cells.own[i], c);
            CHECK_EQ(probe[0], c);
            there[i] = true;
            double farthest = 0;
            int nearer = 0;
            for (int p = 0; p < cells.probes; p++)
                farthest = fmax(farthest, squared_distance(x + i * DIM, cells.centre + probe[p] * DIM, DIM));
            for (int other = 0; other < cells.count; other++) // by bytes, so distances are not quite those
                nearer += squared_distance(x + i * DIM, cells.centre + other * DIM, DIM) < farthest - 0.1;
            CHECK(nearer < cells.probes);
        }
    }
    for (int i = 0; i < COUNT; i++)
        CHECK(there[i]);
    ww_cell_probes_free(&probes);
    release(&search);
    free(x);
}

// With more cells than are around each, rows look into cells around their own alone.
TEST(rows_look_around_their_own_cell)
{
    enum { COUNT = 12000, DIM = 6 };
    ww_random r = {96};
    float *x = make_crowds(&r, COUNT, DIM, 400, 0.2);
    searched search = build(x, COUNT, DIM, 0.12, 0.98);
    const ww_cells cells = search.cells;
    ww_cell_probes probes;
    CHECK(ww_cell_probes_start(&probes, &cells));
    CHECK(cells.around && cells.reach < cells.count / 2 && 2 * cells.probes <= cells.reach);
    for (size_t c = 0; c < (size_t)cells.count; c++) {
        const uint16_t *around = cells.around + c * (size_t)cells.reach;
        CHECK(ww_cell_probes_find(&probes, c));
        for (size_t k = 0; k < (cells.start[c + 1] - cells.start[c]) * (size_t)cells.probes; k++) {
            bool found = false;
            for (int a = 0; a < cells.reach; a++)
                found |= around[a] == probes.probe[k];
            CHECK(found);
        }
    }
    const double found = true_recall(&search, COUNT);
    CHECK(found >= 0.98 && cells.recall > 0.97 && cells.recall < found + 0.01);
    ww_cell_probes_free(&probes);
    release(&search);
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
    RUN(rows_look_around_their_own_cell);
    RUN(threads_and_kernels_change_nothing);
    RUN(clear_crowds_are_labelled_as_by_the_exact_way);
    RUN(few_equal_and_lonely_vectors);
    RUN(what_cannot_be_is_refused);
    return FINISH();
}
