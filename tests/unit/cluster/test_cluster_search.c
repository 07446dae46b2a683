// SPDX-License-Identifier: MIT
// Methods whose search for near vectors is done elsewhere, in blocks, as several machines would share it, against the
// same methods by themselves.
#include "base/random.h"
#include "cluster/cluster.h"
#include "cluster/search.h"
#include "cluster/search_parts.h"
#include "harness.h"

enum { DIM_MAX = 24 };

typedef struct farm { // machines
    size_t blocks;
    int asked;
    bool senseless;
} farm;

// A question with its vectors in the order in which they go to the blocks: by rank, so that numbers part ties.
typedef struct sent {
    const ww_search_query *query;
    uint32_t *order;
    float *vectors, *both;
    double *spread, *both_spread;
    uint8_t *roles;
} sent;

static sent send(const ww_search_query *q)
{
    const size_t n = q->count, dim = (size_t)q->dim;
    sent s = {.query = q,
              .order = malloc((n + 1) * sizeof *s.order),
              .vectors = malloc((n + 1) * dim * sizeof *s.vectors),
              .both = malloc((n + 1) * dim * sizeof *s.both),
              .spread = calloc(n + 1, sizeof *s.spread),
              .both_spread = calloc(n + 1, sizeof *s.both_spread),
              .roles = malloc(n + 1)};
    for (size_t i = 0; i < n; i++)
        s.order[q->rank ? q->rank[i] : i] = (uint32_t)i;
    for (size_t i = 0; i < n; i++) {
        memcpy(s.vectors + i * dim, q->vectors + s.order[i] * dim, dim * sizeof *s.vectors);
        s.spread[i] = q->spread ? q->spread[s.order[i]] : 0;
        s.roles[i] = q->roles ? q->roles[s.order[i]] : WW_ROLE_ASKS | WW_ROLE_ANSWERS;
    }
    return s;
}

static void forget(sent *s)
{
    free(s->order);
    free(s->vectors);
    free(s->both);
    free(s->spread);
    free(s->both_spread);
    free(s->roles);
}

static ww_block block_of(const farm *f, size_t count, size_t i)
{
    const size_t first = count * i / f->blocks;
    return (ww_block){first, count * (i + 1) / f->blocks - first};
}

static ww_search_parts two_blocks(sent *s, ww_block a, ww_block b)
{
    const size_t dim = (size_t)s->query->dim;
    memcpy(s->both, s->vectors + a.first * dim, a.count * dim * sizeof *s->both);
    memcpy(s->both + a.count * dim, s->vectors + b.first * dim, b.count * dim * sizeof *s->both);
    memcpy(s->both_spread, s->spread + a.first, a.count * sizeof *s->spread);
    memcpy(s->both_spread + a.count, s->spread + b.first, b.count * sizeof *s->spread);
    return (ww_search_parts){.vectors = s->both,
                             .spread = s->query->spread ? s->both_spread : NULL,
                             .a = a,
                             .b = b,
                             .dim = s->query->dim,
                             .threads = 2,
                             .total = s->query->count,
                             .radius = s->query->radius};
}

static ww_status find_pairs(void *user, const ww_search_query *q,
                            void (*visit)(void *visitor, const ww_pair *pairs, size_t count), void *visitor,
                            ww_error *err)
{
    farm *f = user;
    sent s = send(q);
    ww_found_pairs found = {0};
    ww_status status = WW_OK;
    f->asked++;
    for (size_t i = 0; i < f->blocks; i++)
        for (size_t k = i; k < f->blocks && status == WW_OK; k++) {
            const ww_block a = block_of(f, q->count, i), b = k == i ? (ww_block){0} : block_of(f, q->count, k);
            const ww_search_parts parts = two_blocks(&s, a, b);
            status = a.count && (k == i || b.count) ? ww_search_parts_pairs(&parts, &found, err) : WW_OK;
        }
    if (f->senseless && found.count)
        found.item[found.count / 2].b = (uint32_t)q->count;
    visit(visitor, found.item, found.count);
    ww_vector_free(&found);
    forget(&s);
    return status;
}

static ww_part_neighbours neighbours_of(const ww_search_query *q, sent *s, ww_block b, ww_neighbour *near,
                                        int32_t *found)
{
    return (ww_part_neighbours){{b.count, q->k, found + b.first, near + b.first * (size_t)q->k}, s->roles + b.first};
}

static ww_status find_neighbours(void *user, const ww_search_query *q, ww_neighbour *near, int32_t *found,
                                 ww_error *err)
{
    farm *f = user;
    sent s = send(q);
    const size_t k = (size_t)q->k;
    ww_neighbours all = {q->count, q->k, calloc(q->count + 1, sizeof *found),
                         malloc((q->count + 1) * k * sizeof *near)};
    ww_status status = WW_OK;
    f->asked++;
    for (size_t i = 0; i < f->blocks; i++)
        for (size_t j = i; j < f->blocks && status == WW_OK; j++) {
            const ww_block a = block_of(f, q->count, i), b = j == i ? (ww_block){0} : block_of(f, q->count, j);
            const ww_search_parts parts = two_blocks(&s, a, b);
            ww_part_neighbours of_a = neighbours_of(q, &s, a, all.near, all.found),
                               of_b = neighbours_of(q, &s, b, all.near, all.found);
            status = a.count && (j == i || b.count) ? ww_search_parts_neighbours(&parts, &of_a, &of_b, err) : WW_OK;
        }
    ww_neighbours_sort(&all, NULL);
    for (size_t i = 0; i < q->count; i++) {
        found[s.order[i]] = all.found[i];
        for (int32_t n = 0; n < all.found[i]; n++) {
            const ww_neighbour e = all.near[i * k + (size_t)n];
            near[s.order[i] * k + (size_t)n] = (ww_neighbour){e.distance_squared, s.order[e.index]};
        }
    }
    if (f->senseless)
        found[0] = q->k + 1;
    ww_neighbours_free(&all);
    forget(&s);
    return status;
}

static void search_by(farm *f)
{
    const ww_search search = {sizeof search, f, 0, find_pairs, find_neighbours};
    ww_search_set(f ? &search : NULL);
}

// Crowds of different sizes, some of which touch, with copies; coarse ones lie on a grid, at equal distances. Some
// vectors are not finite.
static float *make_crowds(ww_random *r, size_t count, int dim, bool coarse)
{
    float *x = malloc(count * (size_t)dim * sizeof *x);
    for (size_t i = 0; i < count; i++) {
        const uint32_t crowd = ww_random_below(r, 1 + ww_random_below(r, 30));
        for (int d = 0; d < dim; d++) {
            const double at = (double)((crowd >> (d % 5)) & 1) + 0.25 * ww_random_normal(r);
            x[i * (size_t)dim + (size_t)d] = (float)(coarse ? floor(4 * at + 0.5) / 4 : at);
        }
        if (i % 11 == 10)
            memcpy(x + i * (size_t)dim, x + ww_random_below(r, (uint32_t)i) * (size_t)dim, (size_t)dim * sizeof *x);
        if (i % 97 == 96)
            x[i * (size_t)dim] = NAN;
    }
    return x;
}

static bool same_labels(const char *method, const float *x, size_t count, int dim, const ww_method_options *options,
                        size_t blocks)
{
    ww_error err;
    int32_t *alone = malloc(count * sizeof *alone), *shared = malloc(count * sizeof *shared);
    farm f = {.blocks = blocks};
    CHECK_OK(ww_method_run(ww_method_named(method), x, count, dim, options, alone, &err));
    search_by(&f);
    CHECK_OK(ww_method_run(ww_method_named(method), x, count, dim, options, shared, &err));
    search_by(NULL);
    CHECK(f.asked > 0);
    const bool same = memcmp(alone, shared, count * sizeof *alone) == 0;
    free(alone);
    free(shared);
    return same;
}

TEST(methods_find_the_same_by_blocks)
{
    static const char *const names[] = {"hac", "map-equation", "chinese-whispers"};
    ww_random r = {91};
    for (int round = 0; round < 24; round++) {
        const int dim = round % 2 ? DIM_MAX : 5;
        const size_t count = 600 + ww_random_below(&r, 500);
        float *x = make_crowds(&r, count, dim, round % 3 == 0);
        const ww_pair must[] = {{3, 50}, {51, 50}, {200, 411}}, cannot[] = {{4, 60}, {4, 61}};
        const ww_method_options options = {.threshold = sqrt(dim) * (0.15 + 0.3 * ww_random_unit(&r)),
                                           .neighbours = 6,
                                           .threads = 2,
                                           .constraints = {must, 3, cannot, 2}};
        for (size_t m = 0; m < sizeof names / sizeof *names; m++)
            CHECK(same_labels(names[m], x, count, dim, &options, 1 + (size_t)round % 5));
        free(x);
    }
}

// Blocks large enough for all short cuts of the sieve: buckets in both.
TEST(large_blocks)
{
    enum { COUNT = 9000 };
    static const ww_method_options options = {.threshold = 1.1, .neighbours = 8, .threads = 2};
    ww_random r = {94};
    float *x = make_crowds(&r, COUNT, DIM_MAX, false);
    CHECK(same_labels("hac", x, COUNT, DIM_MAX, &options, 2));
    CHECK(same_labels("map-equation", x, COUNT, DIM_MAX, &options, 3));
    free(x);
}

TEST(who_joins_is_the_same_by_blocks)
{
    enum { COUNT = 900, DIM = 6 };
    ww_random r = {92};
    ww_error err;
    float *x = make_crowds(&r, COUNT, DIM, true);
    int32_t alone[COUNT], shared[COUNT];
    bool may_join[COUNT];
    for (int i = 0; i < COUNT; i++) {
        alone[i] = shared[i] = i % 3 ? (int32_t)ww_random_below(&r, 40) : WW_NOBODY;
        may_join[i] = i % 2;
    }
    const ww_join_options options = {.distance_max = 0.8, .may_join = may_join};
    farm f = {.blocks = 3};
    CHECK_OK(ww_join_nearest(x, COUNT, DIM, &options, alone, &err));
    search_by(&f);
    CHECK_OK(ww_join_nearest(x, COUNT, DIM, &options, shared, &err));
    search_by(NULL);
    CHECK_EQ(f.asked, 1);
    CHECK(memcmp(alone, shared, sizeof alone) == 0);
    free(x);
}

TEST(small_searches_stay_here)
{
    farm f = {.blocks = 2};
    const ww_search search = {sizeof search, &f, 100, find_pairs, find_neighbours};
    ww_search_set(&search);
    CHECK(!ww_search_for(99));
    CHECK(ww_search_for(100));
    ww_search_set(NULL);
    CHECK(!ww_search_for(100));
}

TEST(what_makes_no_sense_is_refused)
{
    enum { COUNT = 700, DIM = 4 };
    ww_random r = {93};
    ww_error err;
    float *x = make_crowds(&r, COUNT, DIM, false);
    int32_t labels[COUNT];
    farm f = {.blocks = 2, .senseless = true};
    const ww_method_options options = {.threshold = 0.5};
    search_by(&f);
    CHECK_EQ(ww_method_run(ww_method_named("hac"), x, COUNT, DIM, &options, labels, &err), WW_ERR_FORMAT);
    CHECK_EQ(ww_method_run(ww_method_named("map-equation"), x, COUNT, DIM, &options, labels, &err), WW_ERR_FORMAT);
    search_by(NULL);
    free(x);
}

int main(void)
{
    RUN(methods_find_the_same_by_blocks);
    RUN(large_blocks);
    RUN(who_joins_is_the_same_by_blocks);
    RUN(small_searches_stay_here);
    RUN(what_makes_no_sense_is_refused);
    return FINISH();
}
