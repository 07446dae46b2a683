// SPDX-License-Identifier: MIT
// Every table of kernels against the plain one, on random tiles of random shapes.
#include "base/random.h"
#include "cluster/kernels.h"
#include "harness.h"

enum { GROUPS_MAX = 70, TABLES_MAX = 8 };

static int32_t within(ww_random *r, int32_t limit)
{
    return (int32_t)ww_random_below(r, 2 * (uint32_t)limit + 1) - limit;
}

typedef struct operands {
    int8_t x[GROUPS_MAX * WW_TILE_X * WW_GROUP];
    uint8_t y[GROUPS_MAX * WW_TILE_Y * WW_GROUP];
    int32_t limit[2][WW_TILE_X], start[2][WW_TILE_Y];
    ww_sieve_tile tile;
} operands;

// `extreme`: all values at the ends of their range, where sums of 16 bits would overflow first.
static void fill(operands *o, ww_random *r, int levels, int offset, bool extreme)
{
    const int groups = 1 + (int)ww_random_below(r, GROUPS_MAX),
              all = groups + (int)ww_random_below(r, GROUPS_MAX - groups + 1);
    const int32_t apart = (int32_t)ww_random_below(r, 2) * 40000000; // every second tile has no pair over the limit
    for (size_t i = 0; i < sizeof o->x; i++)
        o->x[i] = (int8_t)(extreme ? (within(r, 1) >= 0 ? levels : -levels) : within(r, levels));
    for (size_t i = 0; i < sizeof o->y; i++)
        o->y[i] = (uint8_t)(offset + (extreme ? levels : within(r, levels)));
    const int head = 1 + (int)ww_random_below(r, (uint32_t)groups);
    for (int k = 0; k < 2; k++) {
        const int32_t size = 2000 * (k ? groups : head);
        for (int i = 0; i < WW_TILE_X; i++)
            o->limit[k][i] = within(r, size);
        for (int i = 0; i < WW_TILE_Y; i++)
            o->start[k][i] = within(r, size) - apart;
    }
    o->tile = (ww_sieve_tile){o->x,
                              o->y,
                              (size_t)all * WW_PANEL * WW_GROUP,
                              {head, o->limit[0], o->start[0]},
                              {groups, o->limit[1], o->start[1]}};
}

TEST(sieve_agrees_with_plain)
{
    const ww_cluster_kernels *tables[TABLES_MAX];
    const size_t count = ww_cluster_kernels_usable(tables, TABLES_MAX);
    static operands o;
    ww_random r = {7};
    int some = 0, none = 0;
    for (size_t t = 1; t < count; t++)
        for (int round = 0; round < 400; round++) {
            uint64_t expected[WW_TILE_X] = {0}, got[WW_TILE_X] = {0};
            fill(&o, &r, tables[t]->levels, tables[t]->offset, round % 4 == 0);
            const bool any = tables[0]->sieve(&o.tile, expected);
            CHECK_EQ(tables[t]->sieve(&o.tile, got), any);
            CHECK(memcmp(expected, got, sizeof got) == 0);
            some += any, none += !any;
        }
    CHECK(count == 1 || (some > 20 && none > 20));
}

TEST(sums_and_the_best_of_them_agree_with_plain)
{
    const ww_cluster_kernels *tables[TABLES_MAX];
    const size_t count = ww_cluster_kernels_usable(tables, TABLES_MAX);
    static operands o;
    static int32_t from[WW_TILE_X * WW_TILE_Y], expected[WW_TILE_X * WW_TILE_Y], got[WW_TILE_X * WW_TILE_Y];
    ww_random r = {11};
    for (size_t t = 1; t < count; t++)
        for (int round = 0; round < 200; round++) {
            fill(&o, &r, tables[t]->levels, tables[t]->offset, round % 4 == 0);
            for (size_t i = 0; i < WW_TILE_X * WW_TILE_Y; i++)
                from[i] = within(&r, 100000);
            const ww_centre_tile tile = {
                o.x, o.y, o.tile.panel_bytes, o.tile.all.groups, from, round % 2 ? WW_TILE_Y : 0};
            tables[0]->sums(&tile, expected, WW_TILE_Y);
            tables[t]->sums(&tile, got, WW_TILE_Y);
            CHECK(memcmp(expected, got, sizeof got) == 0);
            int32_t less[WW_TILE_X], best[2][WW_TILE_Y], largest[2][WW_TILE_Y / WW_PANEL];
            uint32_t id[2][WW_TILE_Y] = {{0}};
            for (int i = 0; i < WW_TILE_X; i++)
                less[i] = within(&r, 1000);
            for (int i = 0; i < WW_TILE_Y; i++)
                best[0][i] = best[1][i] = round % 3 ? 2 * expected[i] - less[0] + within(&r, 1) : INT32_MIN / 2;
            tables[0]->keep_best(expected, less, 40, best[0], id[0]);
            tables[t]->keep_best(expected, less, 40, best[1], id[1]);
            CHECK(memcmp(best[0], best[1], sizeof best[0]) == 0 && memcmp(id[0], id[1], sizeof id[0]) == 0);
            tables[0]->largest(expected, WW_TILE_Y / WW_PANEL, largest[0]);
            tables[t]->largest(expected, WW_TILE_Y / WW_PANEL, largest[1]);
            CHECK(memcmp(largest[0], largest[1], sizeof largest[0]) == 0);
        }
}

TEST(screens_agree_with_plain)
{
    enum { PANELS = 7, ROWS = PANELS * WW_PANEL };
    const ww_cluster_kernels *tables[TABLES_MAX];
    const size_t count = ww_cluster_kernels_usable(tables, TABLES_MAX);
    ww_random r = {12};
    int32_t sum[ROWS], more[PANELS], limit[2][ROWS];
    uint32_t left[2][ROWS + WW_PANEL];
    float radius[ROWS];
    uint16_t taken[PANELS];
    for (int round = 0; round < 200; round++) {
        const ww_screen screen = {PANELS, sum, more, radius, (float)(300 * ww_random_unit(&r)), taken};
        for (int i = 0; i < ROWS; i++)
            sum[i] = within(&r, 60000), radius[i] = (float)(300 * ww_random_unit(&r));
        for (int i = 0; i < PANELS; i++)
            more[i] = within(&r, 60000), taken[i] = (uint16_t)ww_random_below(&r, 65536);
        const size_t expected = tables[0]->screen(&screen, left[0]);
        tables[0]->limits(&screen, sum, limit[0]);
        for (int i = 0; i < ROWS; i++) // it never says less than the exact sum
            CHECK((double)sum[i] - limit[0][i] - 1
                  >= (double)sum[i] + more[i / WW_PANEL] + (double)radius[i] * screen.other_radius);
        for (size_t t = 1; t < count; t++) {
            CHECK_EQ(tables[t]->screen(&screen, left[1]), expected);
            CHECK(memcmp(left[0], left[1], expected * sizeof left[0][0]) == 0);
            tables[t]->limits(&screen, sum, limit[1]);
            CHECK(memcmp(limit[0], limit[1], sizeof limit[0]) == 0);
        }
    }
}

TEST(rows_with_a_panel_agree_with_plain)
{
    enum { ROWS = 40, PANELS = 3 };
    const ww_cluster_kernels *tables[TABLES_MAX];
    const size_t count = ww_cluster_kernels_usable(tables, TABLES_MAX);
    static int8_t x[ROWS * GROUPS_MAX * WW_GROUP];
    static operands o;
    ww_random r = {13};
    size_t some = 0;
    for (size_t t = 1; t < count; t++)
        for (int round = 0; round < 300; round++) {
            fill(&o, &r, tables[t]->levels, tables[t]->offset, round % 4 == 0);
            for (size_t i = 0; i < sizeof x; i++)
                x[i] = (int8_t)within(&r, tables[t]->levels);
            int32_t start[PANELS * WW_PANEL], limit[ROWS];
            for (int i = 0; i < PANELS * WW_PANEL; i++)
                start[i] = within(&r, 20000);
            for (int i = 0; i < ROWS; i++)
                limit[i] = within(&r, 400000) + 200000;
            const uint32_t start_of[PANELS] = {16, 0, 32};
            uint32_t rows[ROWS + WW_TILE_X], left[ROWS + WW_TILE_X];
            uint16_t may[2][ROWS + WW_TILE_X];
            size_t listed = 0;
            for (uint32_t i = 0; i < ROWS; i++)
                if (ww_random_below(&r, 2))
                    rows[listed++] = i;
            const ww_panel_test test = {
                x, (size_t)o.tile.all.groups * WW_GROUP, o.y, o.tile.all.groups, start, start_of, limit};
            if (listed == 0)
                continue;
            const size_t found = tables[0]->panel(&test, rows, listed, left, may[0]);
            CHECK_EQ(tables[t]->panel(&test, rows, listed, rows, may[1]), found); // in place
            CHECK(memcmp(left, rows, found * sizeof *rows) == 0);
            CHECK(memcmp(may[0], may[1], found * sizeof may[0][0]) == 0);
            some += found;
        }
    CHECK(count == 1 || some > 100);
}

TEST(dot_gives_the_same_bits_everywhere)
{
    const ww_cluster_kernels *tables[TABLES_MAX];
    const size_t count = ww_cluster_kernels_usable(tables, TABLES_MAX);
    ww_random r = {8};
    for (size_t dim = 1; dim < 300; dim += 1 + dim / 8) {
        float a[300], b[300];
        long double exact = 0, size = 0;
        for (size_t i = 0; i < dim; i++) {
            a[i] = (float)ww_random_normal(&r), b[i] = (float)ww_random_normal(&r);
            exact += (long double)a[i] * b[i], size += fabsl((long double)a[i] * b[i]);
        }
        const double plain = tables[0]->dot(a, b, dim);
        CHECK_NEAR(plain, (double)exact, (double)size * 1e-15);
        CHECK(plain == tables[0]->dot(b, a, dim));
        for (size_t t = 1; t < count; t++)
            CHECK(tables[t]->dot(a, b, dim) == plain
                  && tables[t]->dot_float(a, b, dim) == tables[0]->dot_float(a, b, dim));
        CHECK_NEAR(tables[0]->dot_float(a, b, dim), (double)exact, (double)size * 1e-6);
    }
}

TEST(rotate_multiplies_by_the_basis)
{
    enum { DIM = 37 };
    const ww_cluster_kernels *tables[TABLES_MAX];
    const size_t count = ww_cluster_kernels_usable(tables, TABLES_MAX);
    ww_random r = {9};
    float basis[DIM * DIM], in[DIM], out[DIM];
    for (int i = 0; i < DIM * DIM; i++)
        basis[i] = (float)ww_random_normal(&r);
    for (int i = 0; i < DIM; i++)
        in[i] = (float)ww_random_normal(&r);
    for (size_t t = 0; t < count; t++) {
        tables[t]->rotate(basis, in, out, DIM);
        for (int k = 0; k < DIM; k++) {
            double expected = 0;
            for (int i = 0; i < DIM; i++)
                expected += (double)in[i] * basis[i * DIM + k];
            CHECK_NEAR(out[k], expected, 1e-4);
        }
    }
}

TEST(products_give_the_same_bits_everywhere)
{
    enum { ROWS = 4, COLUMNS = 48, DIM_MAX = 70 };
    const ww_cluster_kernels *tables[TABLES_MAX];
    const size_t count = ww_cluster_kernels_usable(tables, TABLES_MAX);
    ww_random r = {10};
    static float columns[COLUMNS * DIM_MAX], rows[ROWS][DIM_MAX], expected[ROWS * COLUMNS], got[ROWS * COLUMNS];
    const float *const row[ROWS] = {rows[0], rows[1], rows[2], rows[3]};
    for (size_t dim = 1; dim <= DIM_MAX; dim += 3) {
        for (size_t i = 0; i < COLUMNS * dim; i++)
            columns[i] = (float)ww_random_normal(&r);
        for (size_t i = 0; i < ROWS * dim; i++)
            rows[i / dim][i % dim] = (float)ww_random_normal(&r);
        tables[0]->products(columns, COLUMNS, dim, row, expected);
        for (size_t i = 0; i < ROWS * COLUMNS; i++) {
            const size_t c = i % COLUMNS;
            double sum = 0;
            for (size_t d = 0; d < dim; d++)
                sum += (double)rows[i / COLUMNS][d] * columns[c / 16 * 16 * dim + d * 16 + c % 16];
            CHECK_NEAR(expected[i], sum, 1e-4);
        }
        for (size_t t = 1; t < count; t++) {
            tables[t]->products(columns, COLUMNS, dim, row, got);
            CHECK(memcmp(expected, got, sizeof got) == 0);
        }
    }
}

int main(void)
{
    RUN(sieve_agrees_with_plain);
    RUN(sums_and_the_best_of_them_agree_with_plain);
    RUN(screens_agree_with_plain);
    RUN(rows_with_a_panel_agree_with_plain);
    RUN(dot_gives_the_same_bits_everywhere);
    RUN(rotate_multiplies_by_the_basis);
    RUN(products_give_the_same_bits_everywhere);
    return FINISH();
}
