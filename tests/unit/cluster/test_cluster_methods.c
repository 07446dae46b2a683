// SPDX-License-Identifier: MIT
// What must be true of every method, whatever it finds: links are honoured, neither threads nor the order of the input
// matter, clear cases come out clear. And of some: average linkage against its definition, neighbours against all
// distances, the map equation against a graph whose answer is known.
#include "base/random.h"
#include "cluster/cluster.h"
#include "cluster/neighbours.h"
#include "evaluate/score.h"
#include "harness.h"
#include <stdbool.h>

// Unit vectors of `people` people in turn; the noise beside a centre of length 1 is `spread` long.
static float *make_people(ww_random *r, size_t count, int dim, size_t people, double spread, int32_t *truth)
{
    float *x = malloc(count * (size_t)dim * sizeof *x), *centres = malloc(people * (size_t)dim * sizeof *centres);
    for (size_t i = 0; i < people * (size_t)dim; i++)
        centres[i] = (float)(ww_random_normal(r) / sqrt(dim));
    for (size_t i = 0; i < count; i++) {
        truth[i] = (int32_t)ww_random_below(r, (uint32_t)people);
        double length = 0;
        for (int d = 0; d < dim; d++) {
            x[i * dim + d] = centres[truth[i] * dim + d] + (float)(spread * ww_random_normal(r) / sqrt(dim));
            length += (double)x[i * dim + d] * x[i * dim + d];
        }
        for (int d = 0; d < dim; d++)
            x[i * dim + d] = (float)(x[i * dim + d] / sqrt(length));
    }
    free(centres);
    return x;
}

static void shuffled_order(ww_random *r, uint32_t *to, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (uint32_t)i;
    for (size_t i = count; i > 1; i--) {
        const uint32_t j = ww_random_below(r, (uint32_t)i), held = to[j];
        to[j] = to[i - 1], to[i - 1] = held;
    }
}

// The same partition, nobodies included, under other numbers.
static bool same_partition(const int32_t *a, const int32_t *b, const uint32_t *to, size_t count)
{
    int32_t *as = malloc(count * sizeof *as), *back = malloc(count * sizeof *back);
    bool same = true;
    for (size_t i = 0; i < count; i++)
        as[i] = back[i] = -1;
    for (size_t i = 0; i < count && same; i++) {
        const int32_t x = a[i], y = b[to[i]];
        if (x < 0 || y < 0) {
            same = x < 0 && y < 0;
            continue;
        }
        same = (as[x] == -1 || as[x] == y) && (back[y] == -1 || back[y] == x);
        as[x] = y, back[y] = x;
    }
    free(as);
    free(back);
    return same;
}

TEST(clear_cases_come_out_clear)
{
    enum { COUNT = 600, DIM = 128 };
    size_t methods;
    const ww_method *method = ww_methods(&methods);
    ww_random r = {41};
    ww_error err;
    int32_t truth[COUNT], labels[COUNT];
    float *x = make_people(&r, COUNT, DIM, 20, 0.45, truth);
    for (size_t m = 0; m < methods; m++) {
        ww_cluster_score s;
        CHECK(ww_method_named(method[m].name) == &method[m]);
        CHECK_OK(ww_method_run(&method[m], x, COUNT, DIM, &(ww_method_options){.threads = 2}, labels, &err));
        CHECK_OK(ww_cluster_score_labels(truth, labels, COUNT, &s, &err));
        CHECK_NEAR(s.pair_f1, 1, 1e-12);
        int32_t highest = -1;
        for (int i = 0; i < COUNT; i++) { // numbered by the first of each
            CHECK(labels[i] <= highest + 1);
            highest = labels[i] > highest ? labels[i] : highest;
        }
    }
    CHECK(ww_method_named("no such method") == NULL);
    free(x);
}

enum { LINKS_MAX = 120 };

// Random links that agree with one another: those of a made-up partition.
static ww_constraints make_links(ww_random *r, size_t count, ww_pair *must, ww_pair *cannot)
{
    ww_constraints known = {must, 0, cannot, 0};
    int32_t made_up[1000];
    const uint32_t parts = 2 + ww_random_below(r, 30), tries = ww_random_below(r, LINKS_MAX);
    for (size_t i = 0; i < count; i++)
        made_up[i] = (int32_t)ww_random_below(r, parts);
    for (uint32_t i = 0; i < tries; i++) {
        const ww_pair pair = {ww_random_below(r, (uint32_t)count), ww_random_below(r, (uint32_t)count)};
        if (made_up[pair.a] == made_up[pair.b])
            must[known.must_count++] = pair;
        else
            cannot[known.cannot_count++] = pair;
    }
    return known;
}

static void check_links(const int32_t *labels, const ww_constraints *known)
{
    for (size_t i = 0; i < known->must_count; i++)
        CHECK_EQ(labels[known->must[i].a], labels[known->must[i].b]);
    for (size_t i = 0; i < known->cannot_count; i++) {
        const int32_t a = labels[known->cannot[i].a], b = labels[known->cannot[i].b];
        CHECK(a == WW_NOBODY || a != b);
    }
}

TEST(links_are_honoured_always)
{
    size_t methods;
    const ww_method *method = ww_methods(&methods);
    ww_random r = {42};
    ww_error err;
    for (int round = 0; round < 60; round++) {
        const size_t count = 20 + ww_random_below(&r, 300);
        const int dim = 4 + (int)ww_random_below(&r, 30);
        int32_t truth[1000], labels[1000];
        ww_pair must[LINKS_MAX], cannot[LINKS_MAX];
        const ww_constraints known = make_links(&r, count, must, cannot);
        float *x = make_people(&r, count, dim, 1 + ww_random_below(&r, 9), 0.3 + ww_random_unit(&r), truth);
        for (size_t m = 0; m < methods; m++) {
            const ww_method_options options = {
                .constraints = known, .min_size = 1 + round % 3, .threads = 1 + round % 2};
            CHECK_OK(ww_method_run(&method[m], x, count, dim, &options, labels, &err));
            check_links(labels, &known);
        }
        free(x);
    }
}

// One person, but for two vectors that cannot be together: two clusters, not a heap of splinters.
TEST(one_cannot_link_parts_in_two)
{
    enum { COUNT = 100, DIM = 16 };
    size_t methods;
    const ww_method *method = ww_methods(&methods);
    ww_random r = {43};
    ww_error err;
    int32_t truth[COUNT], labels[COUNT];
    const ww_pair cannot[] = {{7, 50}};
    float *x = make_people(&r, COUNT, DIM, 1, 0.3, truth);
    for (size_t m = 0; m < methods; m++) {
        const ww_method_options options = {.constraints = {NULL, 0, cannot, 1}, .min_size = 1};
        CHECK_OK(ww_method_run(&method[m], x, COUNT, DIM, &options, labels, &err));
        CHECK(labels[7] != labels[50]);
        for (int i = 0; i < COUNT; i++)
            CHECK(labels[i] == 0 || labels[i] == 1);
    }
    free(x);
}

TEST(contradictory_links_are_refused)
{
    ww_error err;
    const float x[3] = {1, 2, 3};
    int32_t labels[3];
    const ww_pair must[] = {{0, 1}, {1, 2}}, cannot[] = {{2, 0}};
    const ww_method_options options = {.constraints = {must, 2, cannot, 1}};
    CHECK_EQ(ww_method_run(ww_method_named("hac"), x, 3, 1, &options, labels, &err), WW_ERR_ARGUMENT);
    CHECK(strstr(err.message, "2 and 0") != NULL);
    CHECK_EQ(ww_method_run(ww_method_named("hac"), x, 3, 1, &(ww_method_options){.threshold = -1}, labels, &err),
             WW_ERR_ARGUMENT);
    CHECK_EQ(
        ww_method_run(ww_method_named("map-equation"), x, 3, 1, &(ww_method_options){.neighbours = 5000}, labels, &err),
        WW_ERR_ARGUMENT);
}

TEST(few_vectors)
{
    size_t methods;
    const ww_method *method = ww_methods(&methods);
    ww_error err;
    const float x[4] = {1, 0, 1, 0};
    for (size_t m = 0; m < methods; m++) {
        int32_t labels[2] = {9, 9};
        CHECK_OK(ww_method_run(&method[m], x, 0, 2, &(ww_method_options){0}, labels, &err));
        CHECK_EQ(labels[0], 9);
        CHECK_OK(ww_method_run(&method[m], x, 1, 2, &(ww_method_options){0}, labels, &err));
        CHECK_EQ(labels[0], WW_NOBODY);
        CHECK_OK(ww_method_run(&method[m], x, 2, 2, &(ww_method_options){.min_samples = 2}, labels, &err));
        CHECK(labels[0] == 0 && labels[1] == 0);
    }
}

// People so spread out that there is much to be undecided about; every method but dbscan, whose border points go, as
// scikit-learn's do, to the lowest numbered cluster and so depend on the numbers.
TEST(neither_threads_nor_order_matter)
{
    enum { COUNT = 700, DIM = 24 };
    size_t methods;
    const ww_method *method = ww_methods(&methods);
    ww_random r = {44};
    ww_error err;
    int32_t truth[COUNT], first[COUNT], again[COUNT];
    uint32_t same[COUNT], to[COUNT];
    ww_pair must[LINKS_MAX], cannot[LINKS_MAX], moved_must[LINKS_MAX], moved_cannot[LINKS_MAX];
    float *shuffled = malloc(COUNT * DIM * sizeof *shuffled);
    for (int i = 0; i < COUNT; i++)
        same[i] = (uint32_t)i;
    for (int round = 0; round < 6; round++) {
        float *x = make_people(&r, COUNT, DIM, 12, 0.8, truth);
        const ww_constraints known = make_links(&r, COUNT, must, cannot);
        const ww_constraints moved = {moved_must, known.must_count, moved_cannot, known.cannot_count};
        shuffled_order(&r, to, COUNT);
        for (int i = 0; i < COUNT; i++)
            memcpy(shuffled + to[i] * DIM, x + i * DIM, DIM * sizeof *x);
        for (size_t i = 0; i < known.must_count; i++)
            moved_must[i] = (ww_pair){to[must[i].b], to[must[i].a]};
        for (size_t i = 0; i < known.cannot_count; i++)
            moved_cannot[i] = (ww_pair){to[cannot[i].a], to[cannot[i].b]};
        for (size_t m = 0; m < methods; m++) {
            ww_method_options options = {.constraints = known, .threads = 1, .seed = 5};
            CHECK_OK(ww_method_run(&method[m], x, COUNT, DIM, &options, first, &err));
            options.threads = 4;
            CHECK_OK(ww_method_run(&method[m], x, COUNT, DIM, &options, again, &err));
            CHECK(memcmp(first, again, sizeof first) == 0);
            options.constraints = moved;
            CHECK_OK(ww_method_run(&method[m], shuffled, COUNT, DIM, &options, again, &err));
            CHECK(strcmp(method[m].name, "dbscan") == 0 || same_partition(first, again, to, COUNT));
        }
        CHECK(same_partition(first, first, same, COUNT));
        free(x);
    }
    free(shuffled);
}

TEST(copies_and_vectors_that_are_not_finite)
{
    enum { COUNT = 400, DIM = 8 };
    size_t methods;
    const ww_method *method = ww_methods(&methods);
    ww_random r = {45};
    ww_error err;
    int32_t truth[COUNT], labels[COUNT];
    float *x = make_people(&r, COUNT, DIM, 4, 0.1, truth);
    for (int i = 0; i < COUNT; i++)
        memcpy(x + i * DIM, x + (i % 10) * DIM, DIM * sizeof *x);
    x[3 * DIM] = NAN;
    const ww_pair must[] = {{3, 4}};
    for (size_t m = 0; m < methods; m++) {
        CHECK_OK(ww_method_run(&method[m], x, COUNT, DIM, &(ww_method_options){0}, labels, &err));
        CHECK_EQ(labels[3], WW_NOBODY);
        for (int i = 20; i < COUNT; i++)
            CHECK(labels[i] == labels[i - 10] && labels[i] >= 0);
        CHECK_OK(ww_method_run(&method[m], x, COUNT, DIM, &(ww_method_options){.constraints = {must, 1, NULL, 0}},
                               labels, &err));
        CHECK(labels[3] == labels[4] && labels[3] >= 0);
    }
    free(x);
}

static double distance_squared(const float *x, int dim, size_t a, size_t b)
{
    double sum = 0;
    for (int d = 0; d < dim; d++)
        sum += ((double)x[a * dim + d] - x[b * dim + d]) * ((double)x[a * dim + d] - x[b * dim + d]);
    return sum;
}

// Always joins the two closest clusters, by the mean over all pairs: slow and plain.
static void reference_hac(const float *x, size_t count, int dim, double threshold, int32_t *labels)
{
    for (size_t i = 0; i < count; i++)
        labels[i] = (int32_t)i;
    for (;;) {
        double best = threshold * threshold;
        int32_t from = -1, to = -1;
        for (int32_t a = 0; a < (int32_t)count; a++)
            for (int32_t b = a + 1; b < (int32_t)count; b++) {
                double sum = 0, pairs = 0;
                for (size_t i = 0; i < count; i++)
                    for (size_t j = 0; labels[i] == a && j < count; j++)
                        if (labels[j] == b)
                            sum += distance_squared(x, dim, i, j), pairs++;
                if (pairs > 0 && sum / pairs < best)
                    best = sum / pairs, from = b, to = a;
            }
        if (from < 0)
            return;
        for (size_t i = 0; i < count; i++)
            if (labels[i] == from)
                labels[i] = to;
    }
}

TEST(hac_is_average_linkage)
{
    enum { COUNT = 36, DIM = 6 };
    ww_random r = {46};
    ww_error err;
    uint32_t same[COUNT];
    for (int i = 0; i < COUNT; i++)
        same[i] = (uint32_t)i;
    for (int round = 0; round < 12; round++) {
        int32_t truth[COUNT], expected[COUNT], labels[COUNT];
        float *x = make_people(&r, COUNT, DIM, 5, 1, truth);
        const double threshold = 0.4 + 0.08 * round;
        reference_hac(x, COUNT, DIM, threshold, expected);
        CHECK_OK(ww_method_run(ww_method_named("hac"), x, COUNT, DIM,
                               &(ww_method_options){.threshold = threshold, .min_size = 1}, labels, &err));
        CHECK(same_partition(expected, labels, same, COUNT));
        free(x);
    }
}

TEST(neighbours_are_the_nearest)
{
    enum { COUNT = 500, DIM = 20, K = 7 };
    ww_random r = {47};
    ww_error err;
    int32_t truth[COUNT];
    ww_neighbours n;
    float *x = make_people(&r, COUNT, DIM, 25, 0.6, truth);
    const double limit = 0.8;
    CHECK_OK(ww_neighbours_find(&n, x, COUNT, DIM,
                                &(ww_neighbours_options){.distance_max = limit, .k = K, .threads = 3}, &err));
    for (size_t i = 0; i < COUNT; i++) {
        int within = 0;
        const ww_neighbour *near = n.near + i * K;
        const double farthest = n.found[i] ? near[n.found[i] - 1].distance_squared : 0;
        for (size_t j = 0; j < COUNT; j++) {
            const double squared = distance_squared(x, DIM, i, j);
            bool listed = false;
            for (int k = 0; k < n.found[i]; k++)
                listed |= near[k].index == j;
            within += j != i && squared <= limit * limit;
            CHECK(j == i || listed || squared > limit * limit || squared >= farthest - 1e-6);
            CHECK(!listed || squared <= limit * limit + 1e-6);
        }
        CHECK_EQ(n.found[i], within < K ? within : K);
        for (int k = 1; k < n.found[i]; k++)
            CHECK(near[k - 1].distance_squared <= near[k].distance_squared);
    }
    ww_neighbours_free(&n);
    free(x);
    CHECK_EQ(ww_neighbours_find(&n, NULL, 0, DIM, &(ww_neighbours_options){.distance_max = limit}, &err),
             WW_ERR_ARGUMENT);
}

// Half of the vectors are labelled with the truth: the others find their way, labels that are there stay, links hold.
TEST(newcomers_join_those_who_are_there)
{
    enum { COUNT = 400, DIM = 32 };
    ww_random r = {49};
    ww_error err;
    int32_t truth[COUNT], before[COUNT], labels[COUNT], again[COUNT];
    bool may_join[COUNT];
    ww_pair must[LINKS_MAX], cannot[LINKS_MAX];
    float *x = make_people(&r, COUNT, DIM, 12, 0.45, truth);
    for (int i = 0; i < COUNT; i++) {
        before[i] = labels[i] = i % 2 ? truth[i] + 100 : WW_NOBODY;
        may_join[i] = i % 4 == 0;
    }
    ww_join_options options = {.distance_max = 0.9, .threads = 2, .may_join = may_join};
    CHECK_OK(ww_join_nearest(x, COUNT, DIM, &options, labels, &err));
    for (int i = 0; i < COUNT; i++)
        CHECK_EQ(labels[i], i % 4 == 2 ? WW_NOBODY : truth[i] + 100);
    options.may_join = NULL;
    for (int round = 0; round < 20; round++) {
        options.constraints = make_links(&r, COUNT, must, cannot);
        memcpy(labels, before, sizeof labels);
        options.threads = 1;
        CHECK_OK(ww_join_nearest(x, COUNT, DIM, &options, labels, &err));
        for (size_t i = 0; i < options.constraints.cannot_count; i++) {
            // what was labelled against the links before stays as it was
            const uint32_t a = cannot[i].a, b = cannot[i].b;
            CHECK(labels[a] < 0 || labels[a] != labels[b] || (before[a] >= 0 && before[b] >= 0));
        }
        for (size_t i = 0; i < options.constraints.must_count; i++) {
            const uint32_t a = must[i].a, b = must[i].b;
            CHECK(labels[a] == labels[b] || before[a] >= 0 || before[b] >= 0);
        }
        for (int i = 0; i < COUNT; i++)
            CHECK(before[i] < 0 || labels[i] == before[i]);
        memcpy(again, before, sizeof again);
        options.threads = 3;
        CHECK_OK(ww_join_nearest(x, COUNT, DIM, &options, again, &err));
        CHECK(memcmp(labels, again, sizeof labels) == 0);
    }
    options = (ww_join_options){.distance_max = 0.01};
    memcpy(labels, before, sizeof labels);
    CHECK_OK(ww_join_nearest(x, COUNT, DIM, &options, labels, &err));
    CHECK(memcmp(labels, before, sizeof labels) == 0);
    free(x);
}

// A ring of discs a little apart: for density they are one cluster, a random walker stays long in each.
TEST(map_equation_parts_what_density_joins)
{
    enum { DISCS = 6, EACH = 60, COUNT = DISCS * EACH };
    const double tau = 6.283185307179586, threshold = 1;
    ww_random r = {48};
    ww_error err;
    float x[COUNT][2];
    int32_t labels[COUNT];
    for (int i = 0; i < COUNT; i++) {
        const double around = tau * (i / EACH) / DISCS, angle = tau * ww_random_unit(&r),
                     radius = 0.45 * sqrt(ww_random_unit(&r));
        x[i][0] = (float)(1.6 * cos(around) + radius * cos(angle));
        x[i][1] = (float)(1.6 * sin(around) + radius * sin(angle));
    }
    CHECK_OK(ww_method_run(ww_method_named("dbscan"), &x[0][0], COUNT, 2,
                           &(ww_method_options){.threshold = threshold, .min_samples = 3}, labels, &err));
    for (int i = 0; i < COUNT; i++)
        CHECK_EQ(labels[i], 0);
    CHECK_OK(ww_method_run(ww_method_named("map-equation"), &x[0][0], COUNT, 2,
                           &(ww_method_options){.threshold = threshold, .neighbours = EACH}, labels, &err));
    for (int i = 0; i < COUNT; i++)
        CHECK_EQ(labels[i], i / EACH);
}

int main(void)
{
    RUN(clear_cases_come_out_clear);
    RUN(links_are_honoured_always);
    RUN(one_cannot_link_parts_in_two);
    RUN(contradictory_links_are_refused);
    RUN(few_vectors);
    RUN(neither_threads_nor_order_matter);
    RUN(copies_and_vectors_that_are_not_finite);
    RUN(hac_is_average_linkage);
    RUN(neighbours_are_the_nearest);
    RUN(newcomers_join_those_who_are_there);
    RUN(map_equation_parts_what_density_joins);
    return FINISH();
}
