// SPDX-License-Identifier: MIT
// Average linkage by stages and lists against the plain way, which compares every cluster with all others: the same
// labels, however the work is parted.
#include "base/random.h"
#include "cluster/hac.h"
#include "cluster/hac_near.h"
#include "harness.h"

enum { LINKS_MAX = 200 };

static const ww_hac_plan plain = {.plain_max = SIZE_MAX};

// Unit vectors of people of uneven sizes; the noise beside a centre of length 1 is `spread` long.
static float *make_people(ww_random *r, size_t count, int dim, size_t people, double spread)
{
    float *x = malloc(count * (size_t)dim * sizeof *x), *centres = malloc(people * (size_t)dim * sizeof *centres);
    for (size_t i = 0; i < people * (size_t)dim; i++)
        centres[i] = (float)(ww_random_normal(r) / sqrt(dim));
    for (size_t i = 0; i < count; i++) {
        const uint32_t who = ww_random_below(r, 1 + ww_random_below(r, (uint32_t)people));
        double length = 0;
        for (int d = 0; d < dim; d++) {
            x[i * dim + d] = centres[who * dim + d] + (float)(spread * ww_random_normal(r) / sqrt(dim));
            length += (double)x[i * dim + d] * x[i * dim + d];
        }
        for (int d = 0; d < dim; d++)
            x[i * dim + d] = (float)(x[i * dim + d] / sqrt(length));
    }
    free(centres);
    return x;
}

// Links of a made-up partition, which agree with one another.
static ww_constraints make_links(ww_random *r, size_t count, ww_pair *must, ww_pair *cannot)
{
    ww_constraints known = {must, 0, cannot, 0};
    const uint32_t parts = 2 + ww_random_below(r, 40), tries = ww_random_below(r, LINKS_MAX);
    for (uint32_t i = 0; i < tries; i++) {
        const ww_pair pair = {ww_random_below(r, (uint32_t)count), ww_random_below(r, (uint32_t)count)};
        if (pair.a % parts == pair.b % parts)
            must[known.must_count++] = pair;
        else
            cannot[known.cannot_count++] = pair;
    }
    return known;
}

static void merge(const float *x, size_t count, int dim, double threshold, const ww_constraints *known,
                  const ww_hac_plan *plan, uint32_t *cluster_of)
{
    ww_error err;
    ww_links links;
    CHECK_OK(ww_links_build(&links, x, count, dim, known, &err));
    ww_method_problem p = {.vectors = x, .count = count, .dim = dim, .options = {.threads = 2}, .links = &links};
    uint32_t *groups = malloc(links.groups * sizeof *groups), *place = malloc(links.groups * sizeof *place);
    for (uint32_t g = 0; g < links.groups; g++)
        groups[g] = g, place[g] = WW_NO_CLUSTER;
    CHECK_OK(ww_hac_merge_planned(&p, groups, links.groups, threshold, plan, place, cluster_of, &err));
    for (uint32_t g = 0; g < links.groups; g++)
        CHECK_EQ(place[g], WW_NO_CLUSTER);
    for (size_t g = links.groups; g < count; g++)
        cluster_of[g] = 0;
    free(groups);
    free(place);
    ww_links_free(&links);
}

static void check_same(const float *x, size_t count, int dim, double threshold, const ww_constraints *known,
                       const ww_hac_plan *plan)
{
    uint32_t *expected = malloc(count * sizeof *expected), *got = malloc(count * sizeof *got);
    merge(x, count, dim, threshold, known, &plain, expected);
    merge(x, count, dim, threshold, known, plan, got);
    CHECK(memcmp(expected, got, count * sizeof *got) == 0);
    free(expected);
    free(got);
}

TEST(stages_and_lists_change_no_label)
{
    static const ww_hac_plan plans[] = {
        {.plain_max = 0, .pairs_per_cluster = 1, .pairs_max = 1 << 20, .depth_max = 8192},     // many stages
        {.plain_max = 0, .pairs_per_cluster = 8, .pairs_max = 1 << 20, .depth_max = 8192},     // some
        {.plain_max = 0, .pairs_per_cluster = 10000, .pairs_max = 1 << 20, .depth_max = 8192}, // one
        {.plain_max = 40, .pairs_per_cluster = 4, .pairs_max = 300, .depth_max = 8192},        // the pairs are limited
        {.plain_max = 0, .pairs_per_cluster = 8, .pairs_max = 1 << 20, .depth_max = 2},        // lists wear out at once
    };
    ww_random r = {61};
    for (int round = 0; round < 100; round++) {
        const int dim = 2 + (int)ww_random_below(&r, round % 3 ? 40 : 6);
        const size_t count = 20 + ww_random_below(&r, 500);
        ww_pair must[LINKS_MAX], cannot[LINKS_MAX];
        const ww_constraints known = make_links(&r, count, must, cannot);
        float *x = make_people(&r, count, dim, 1 + ww_random_below(&r, 20), 0.2 + ww_random_unit(&r));
        const double threshold = round % 10 == 9 ? INFINITY : 0.2 + 1.2 * ww_random_unit(&r);
        check_same(x, count, dim, threshold, &known, &plans[(size_t)round % (sizeof plans / sizeof *plans)]);
        free(x);
    }
}

// Where distances are equal the lowest numbered goes first, with lists as without, as long as there is one stage.
TEST(ties_within_a_stage_go_the_same_way)
{
    static const ww_hac_plan one_stage = {
        .plain_max = 0, .pairs_per_cluster = 100000, .pairs_max = 1 << 20, .depth_max = 8192};
    ww_random r = {62};
    for (int round = 0; round < 40; round++) {
        enum { COUNT = 150 };
        const int dim = 1 + (int)ww_random_below(&r, 5);
        float x[COUNT * 5];
        for (int i = 0; i < COUNT * dim; i++)
            x[i] = (float)ww_random_below(&r, 4);
        ww_pair must[LINKS_MAX], cannot[LINKS_MAX];
        const ww_constraints known = make_links(&r, COUNT, must, cannot);
        check_same(x, COUNT, dim, 0.5 + 2 * ww_random_unit(&r), &known, &one_stage);
    }
}

// The plan as it is by default, on enough vectors for several stages, among them one that is far longer and some that
// are not finite.
TEST(many_vectors_by_the_default_plan)
{
    enum { COUNT = 3000, DIM = 32 };
    ww_random r = {63};
    for (int round = 0; round < 3; round++) {
        float *x = make_people(&r, COUNT, DIM, 150, 0.6 + 0.2 * round);
        ww_pair must[LINKS_MAX], cannot[LINKS_MAX];
        const ww_constraints known = make_links(&r, COUNT, must, cannot);
        x[5 * DIM] = NAN;
        x[77 * DIM + 3] = INFINITY;
        for (int d = 0; round == 1 && d < DIM; d++)
            x[9 * DIM + d] *= 50;
        check_same(x, COUNT, DIM, 1 + 0.1 * round, &known, &ww_hac_plan_default);
        free(x);
    }
}

// Everybody cannot be with anybody: no stage joins a thing, and there is an end to it.
TEST(nothing_to_join)
{
    enum { COUNT = 60, DIM = 8, PAIRS = COUNT * (COUNT - 1) / 2 };
    static const ww_hac_plan plan = {.plain_max = 0, .pairs_per_cluster = 1, .pairs_max = 50, .depth_max = 100};
    ww_random r = {64};
    ww_pair cannot[PAIRS];
    size_t pairs = 0;
    uint32_t cluster_of[COUNT];
    for (uint32_t a = 0; a < COUNT; a++)
        for (uint32_t b = 0; b < a; b++)
            cannot[pairs++] = (ww_pair){a, b};
    float *x = make_people(&r, COUNT, DIM, 2, 0.5);
    merge(x, COUNT, DIM, 1.5, &(ww_constraints){NULL, 0, cannot, PAIRS}, &plan, cluster_of);
    for (uint32_t g = 0; g < COUNT; g++)
        CHECK_EQ(cluster_of[g], g);
    free(x);
}

TEST(a_float_below_is_below_and_next_to)
{
    ww_random r = {65};
    for (int i = 0; i < 1000; i++) {
        const double x = ww_random_normal(&r) * pow(10, (int)ww_random_below(&r, 12) - 6);
        const float below = ww_near_float_below(x);
        CHECK((double)below <= x && (double)nextafterf(below, INFINITY) > x);
    }
    CHECK(ww_near_float_below(0.5) == 0.5f);
}

int main(void)
{
    RUN(stages_and_lists_change_no_label);
    RUN(ties_within_a_stage_go_the_same_way);
    RUN(many_vectors_by_the_default_plan);
    RUN(nothing_to_join);
    RUN(a_float_below_is_below_and_next_to);
    return FINISH();
}
