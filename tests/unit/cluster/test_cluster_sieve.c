// SPDX-License-Identifier: MIT
// The promises of the sieve and of the frame it rounds in: no near pair is lost, none comes twice, distances are kept
// as well as said.
#include "base/random.h"
#include "cluster/directions.h"
#include "cluster/pairs.h"
#include "harness.h"

enum { COUNT_MAX = 64 };

typedef struct seen {
    int times[COUNT_MAX][COUNT_MAX];
} seen;

static void mark(void *user, const ww_pair *pairs, size_t count)
{
    seen *s = user;
    for (size_t i = 0; i < count; i++) {
        const uint32_t low = pairs[i].a < pairs[i].b ? pairs[i].a : pairs[i].b;
        s->times[low][pairs[i].a + pairs[i].b - low]++;
    }
}

static bool is_near(const ww_sieve *sieve, const double *spread, uint32_t a, uint32_t b)
{
    return spread ? ww_sieve_distance_squared(sieve, a, b) + spread[a] + spread[b] <= sieve->eps_squared
                  : ww_sieve_near(sieve, a, b);
}

static void check_none_lost(const float *x, size_t count, int dim, double eps, const double *spread,
                            const ww_cluster_kernels *kernels)
{
    ww_error err;
    ww_sieve sieve;
    seen s = {0};
    CHECK_OK(ww_sieve_build(&sieve, x, count, dim, eps, spread, kernels, &err));
    CHECK_OK(ww_pairs_visit(&sieve, &(ww_pair_visitor){.visit = mark, .user = &s}, 1, &err));
    for (uint32_t a = 0; a < count; a++)
        for (uint32_t b = a; b < count; b++)
            CHECK(s.times[a][b] <= 1
                  && (a == b ? s.times[a][b] == 0 : s.times[a][b] || !is_near(&sieve, spread, a, b)));
    ww_sieve_free(&sieve);
}

// On a line the errors of rounding point the same way and use up all the sieve allows for; eps is in turn the distance
// of each pair.
TEST(no_near_pair_is_lost_on_a_line)
{
    enum { COUNT = 24 };
    const ww_cluster_kernels *tables[8];
    const size_t table_count = ww_cluster_kernels_usable(tables, 8);
    ww_random r = {51};
    for (int round = 0; round < 20; round++) {
        float x[COUNT];
        for (int i = 0; i < COUNT; i++)
            x[i] = (float)(1000 * ww_random_unit(&r) * (i % 3 ? 0.02 : 1)); // most within a few steps of one another
        for (int a = 0; a < COUNT; a++)
            for (int b = 0; b < a; b++)
                check_none_lost(x, COUNT, 1, fabs((double)x[a] - (double)x[b]), NULL,
                                tables[(size_t)(a + b) % table_count]);
    }
}

TEST(no_near_pair_is_lost_in_more_dimensions)
{
    enum { COUNT = 60 };
    const ww_cluster_kernels *tables[8];
    const size_t table_count = ww_cluster_kernels_usable(tables, 8);
    ww_random r = {52};
    for (int round = 0; round < 300; round++) {
        const int dim = 1 + (int)ww_random_below(&r, 40);
        float *x = malloc(COUNT * (size_t)dim * sizeof *x);
        const double scale = pow(10, (double)ww_random_below(&r, 9) - 4), offset = round % 2 ? 1000 * scale : 0;
        for (int i = 0; i < COUNT * dim; i++)
            x[i] = (float)(offset + scale * ww_random_normal(&r));
        const double eps = scale * sqrt(dim) * (0.5 + ww_random_unit(&r));
        double spread[COUNT];
        for (int i = 0; i < COUNT; i++)
            spread[i] = i % 3 ? eps * eps * ww_random_unit(&r) : i % 2 ? 0 : 1e12 * eps;
        check_none_lost(x, COUNT, dim, eps, round % 3 ? NULL : spread, tables[(size_t)round % table_count]);
        free(x);
    }
}

// ---- Rows in buckets ------------------------------------------------------------------------------------------------

enum { MANY = 2400 }; // enough for buckets

typedef struct seen_many {
    uint8_t *times; // MANY x MANY
} seen_many;

static void mark_many(void *user, const ww_pair *pairs, size_t count)
{
    const seen_many *s = user;
    for (size_t i = 0; i < count; i++) {
        const uint32_t low = pairs[i].a < pairs[i].b ? pairs[i].a : pairs[i].b;
        s->times[(size_t)low * MANY + (pairs[i].a + pairs[i].b - low)]++;
    }
}

// Returns how many candidates there were.
static size_t check_none_lost_in_buckets(const float *x, int dim, double eps, const double *spread,
                                         const ww_cluster_kernels *kernels, bool buckets)
{
    ww_error err;
    ww_sieve sieve;
    seen_many s = {calloc(MANY, MANY)};
    size_t candidates = 0;
    CHECK_OK(ww_sieve_build(&sieve, x, MANY, dim, eps, spread, kernels, &err));
    CHECK(!buckets || sieve.buckets != NULL);
    CHECK_OK(ww_pairs_visit(&sieve, &(ww_pair_visitor){.visit = mark_many, .user = &s}, 2, &err));
    bool fine = true;
    for (uint32_t a = 0; a < MANY; a++)
        for (uint32_t b = a; b < MANY; b++) {
            const uint8_t times = s.times[(size_t)a * MANY + b];
            candidates += times;
            fine = fine && times <= 1 && (a == b ? times == 0 : times || !is_near(&sieve, spread, a, b));
        }
    CHECK(fine);
    ww_sieve_free(&sieve);
    free(s.times);
    return candidates;
}

// Crowds of rows that are few or many, tight or wide; every `lonely`-th row is by itself.
static void make_crowds(ww_random *r, float *x, int dim, size_t crowds, double wide, uint32_t lonely)
{
    float *centre = malloc(crowds * (size_t)dim * sizeof *centre);
    for (size_t i = 0; i < crowds * (size_t)dim; i++)
        centre[i] = (float)ww_random_normal(r);
    for (size_t i = 0; i < MANY; i++) {
        const double u = ww_random_unit(r);
        const size_t c = (size_t)(u * u * (double)crowds);
        for (int d = 0; d < dim; d++)
            x[i * (size_t)dim + d] = ww_random_below(r, lonely) ? centre[c * (size_t)dim + d] : 0;
        const double spread = (double)(c % 5) / 4 * wide;
        for (int d = 0; d < dim; d++)
            x[i * (size_t)dim + d] += (float)(spread * ww_random_normal(r));
    }
    free(centre);
}

TEST(no_near_pair_is_lost_in_buckets)
{
    const ww_cluster_kernels *tables[8];
    const size_t table_count = ww_cluster_kernels_usable(tables, 8);
    ww_random r = {56};
    static const int dims[] = {1, 3, 8, 17, 33, 60};
    for (int round = 0; round < 6; round++) {
        const int dim = dims[round];
        float *x = malloc((size_t)MANY * dim * sizeof *x);
        double *spread = malloc(MANY * sizeof *spread);
        make_crowds(&r, x, dim, 20 + (size_t)round * 30, 0.4, round % 2 ? 1000000 : 6);
        const double eps = sqrt(dim) * (0.3 + 0.5 * ww_random_unit(&r));
        for (int i = 0; i < MANY; i++)
            spread[i] = i % 3 ? eps * eps * ww_random_unit(&r) : 0;
        for (size_t t = 0; t < table_count; t++)
            check_none_lost_in_buckets(x, dim, eps, (round + t) % 3 ? NULL : spread, tables[t], dim > 1);
        free(x);
        free(spread);
    }
}

// What hurts bounds most: vectors of zeros, equals, one long coordinate, lengths from 1e-20 to 1e15, what is not
// finite, and rows so long that all others are rounded to nothing.
TEST(no_near_pair_of_odd_vectors_is_lost_in_buckets)
{
    enum { DIM = 20, KINDS = 5 };
    const ww_cluster_kernels *tables[8];
    const size_t table_count = ww_cluster_kernels_usable(tables, 8);
    ww_random r = {57};
    float *x = malloc((size_t)MANY * DIM * sizeof *x);
    for (int kind = 0; kind < KINDS; kind++) {
        make_crowds(&r, x, DIM, 40, 0.3, 8);
        for (size_t i = 0; i < MANY; i++) {
            float *row = x + i * DIM;
            const double scale = kind == 3 ? pow(10, (double)ww_random_below(&r, 36) - 20) : 1;
            for (int d = 0; d < DIM; d++)
                row[d] = (float)(kind == 0 && i % 7 == 0 ? 0 : row[d] * scale);
            if (kind == 1 && i > 0 && i % 3)
                memcpy(row, x + (i - 1) * DIM, DIM * sizeof *row);
            if (kind == 2)
                row[3] += 1000;
            if (kind == 4 && i % 11 == 0)
                row[i % DIM] = i % 2 ? NAN : INFINITY;
            if (kind == 4 && i % 13 == 0)
                row[i % DIM] = 1e18F;
        }
        for (size_t t = 0; t < table_count; t++)
            check_none_lost_in_buckets(x, DIM, 2.5, NULL, tables[t], kind < 2);
    }
    free(x);
}

// It would do to look at all pairs; but what is far must not be.
TEST(far_pairs_are_no_candidates_in_buckets)
{
    enum { DIM = 64 };
    ww_random r = {58};
    float *x = malloc((size_t)MANY * DIM * sizeof *x);
    make_crowds(&r, x, DIM, 40, 0.3, 1000000);
    size_t near = 0;
    for (size_t a = 0; a < MANY; a++)
        for (size_t b = 0; b < a; b++) {
            double sum = 0;
            for (int d = 0; d < DIM; d++)
                sum += pow((double)x[a * DIM + d] - x[b * DIM + d], 2);
            near += sum <= 5.0 * 5.0;
        }
    const size_t candidates = check_none_lost_in_buckets(x, DIM, 5, NULL, NULL, true);
    CHECK(near > 10000);
    CHECK(candidates < near + near / 5);
    free(x);
}

static double length_of_difference(const float *a, const float *b, int dim)
{
    double sum = 0;
    for (int d = 0; d < dim; d++)
        sum += ((double)a[d] - b[d]) * ((double)a[d] - b[d]);
    return sqrt(sum);
}

TEST(turning_keeps_distances)
{
    enum { ROWS = 4000, DIM = 24, PAIRS = 500 };
    ww_random r = {53};
    float *x = malloc(ROWS * DIM * sizeof *x);
    uint32_t *row = malloc(ROWS * sizeof *row);
    ww_coordinate_frame frame;
    for (int i = 0; i < ROWS * DIM; i++)
        x[i] = (float)(3 + ww_random_normal(&r) / (1 + i % DIM));
    for (uint32_t i = 0; i < ROWS; i++)
        row[i] = i;
    const ww_cluster_kernels *kernels = ww_cluster_kernels_best();
    ww_coordinate_frame_build(&frame, x, DIM, row, ROWS, 127, kernels);
    CHECK(frame.basis != NULL);
    CHECK(frame.stretch >= 1 && frame.stretch < 1 + 1e-5);
    for (int p = 0; p < PAIRS; p++) {
        const float *a = x + ww_random_below(&r, ROWS) * (size_t)DIM, *b = x + ww_random_below(&r, ROWS) * (size_t)DIM;
        float scratch[DIM], za[DIM], zb[DIM];
        const double la = ww_coordinate_frame_map(&frame, kernels, a, scratch, za),
                     lb = ww_coordinate_frame_map(&frame, kernels, b, scratch, zb);
        const double blur = frame.rounding * (la + lb), exact = length_of_difference(a, b, DIM),
                     turned = length_of_difference(za, zb, DIM);
        CHECK(turned <= frame.stretch * exact + blur);
        CHECK(turned >= exact / frame.stretch - blur);
    }
    ww_coordinate_frame_free(&frame);
    free(x);
    free(row);
}

// Strong directions hidden by a change of axes come first.
TEST(directions_begin_with_the_strongest)
{
    enum { ROWS = 600, DIM = 16, STRONG = 3 };
    ww_random r = {54};
    float axes[STRONG][DIM], basis[DIM * DIM], rows[ROWS][DIM];
    for (int k = 0; k < STRONG; k++)
        for (int d = 0; d < DIM; d++)
            axes[k][d] = (float)ww_random_normal(&r);
    double all = 0, leading = 0;
    for (int i = 0; i < ROWS; i++)
        for (int d = 0; d < DIM; d++)
            rows[i][d] = (float)(0.05 * ww_random_normal(&r));
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < STRONG; k++) {
            const float along = (float)ww_random_normal(&r);
            for (int d = 0; d < DIM; d++)
                rows[i][d] += along * axes[k][d];
        }
    const double off = ww_principal_directions(&rows[0][0], ROWS, DIM, basis);
    CHECK(off >= 0 && off < 1e-5);
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < DIM; k++) {
            double z = 0;
            for (int d = 0; d < DIM; d++)
                z += (double)rows[i][d] * basis[d * DIM + k];
            all += z * z;
            leading += k < STRONG ? z * z : 0;
        }
    CHECK(leading > 0.99 * all);
}

// Rows that all lie in a plane leave directions to be made up; they must still be a basis.
TEST(directions_of_flat_sets_are_a_basis)
{
    enum { ROWS = 50, DIM = 9 };
    ww_random r = {55};
    float rows[ROWS][DIM] = {{0}}, basis[DIM * DIM];
    CHECK(ww_principal_directions(&rows[0][0], ROWS, DIM, basis) < 1e-5);
    for (int i = 0; i < ROWS; i++)
        rows[i][2] = (float)ww_random_normal(&r), rows[i][5] = -rows[i][2];
    CHECK(ww_principal_directions(&rows[0][0], ROWS, DIM, basis) < 1e-5);
}

int main(void)
{
    RUN(no_near_pair_is_lost_on_a_line);
    RUN(no_near_pair_is_lost_in_more_dimensions);
    RUN(no_near_pair_is_lost_in_buckets);
    RUN(no_near_pair_of_odd_vectors_is_lost_in_buckets);
    RUN(far_pairs_are_no_candidates_in_buckets);
    RUN(turning_keeps_distances);
    RUN(directions_begin_with_the_strongest);
    RUN(directions_of_flat_sets_are_a_basis);
    return FINISH();
}
