// SPDX-License-Identifier: MIT
// Every table of kernels against the plain one, byte for byte, on random rows of random lengths.
#include "base/random.h"
#include "harness.h"
#include "image/kernels.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH_MAX = 200, ROWS_MAX = 7, ROW = WIDTH_MAX * 3, TABLES_MAX = 4, ROUNDS = 400 };

static const ww_image_kernels *plain, *fast;

static uint32_t up_to(ww_random *r, uint32_t most) { return 1 + ww_random_below(r, most); }

// Mostly noise; every fourth row all black or all white, where sums and clips are at their ends.
static void fill(ww_random *r, uint8_t *bytes, size_t count)
{
    const uint32_t kind = ww_random_below(r, 8);
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)(kind == 0 ? 0 : kind == 1 ? 255 : ww_random_below(r, 256));
}

static void check_sums(ww_random *r)
{
    uint8_t rows[ROWS_MAX * ROW], expected[ROW], got[ROW];
    uint16_t sum[ROW], sum_fast[ROW];
    const int channels = ww_random_below(r, 3) ? 1 : 3, ratio = (int)up_to(r, 7), count = (int)up_to(r, ROWS_MAX);
    const int pixels = (int)up_to(r, (uint32_t)(WIDTH_MAX / ratio)), samples = pixels * ratio * channels;
    const ww_finish f = {(float)(1.17 / (ratio * count)), (float)(ww_random_unit(r) * 40 - 30)};
    fill(r, rows, sizeof rows);
    plain->sum_rows(rows, ROW, count, samples, sum);
    fast->sum_rows(rows, ROW, count, samples, sum_fast);
    CHECK(memcmp(sum, sum_fast, (size_t)samples * sizeof *sum) == 0);
    plain->reduce_row(sum, ratio, channels, pixels, f, expected);
    fast->reduce_row(sum, ratio, channels, pixels, f, got);
    CHECK(memcmp(expected, got, (size_t)(pixels * channels)) == 0);
    plain->average_row(sum, ratio, channels, pixels, 1.0f / (float)(ratio * count), expected);
    fast->average_row(sum, ratio, channels, pixels, 1.0f / (float)(ratio * count), got);
    CHECK(memcmp(expected, got, (size_t)(pixels * channels)) == 0);
}

static void check_weights(ww_random *r)
{
    uint8_t rows[ROWS_MAX * ROW], expected[ROW], got[ROW];
    float down[ROWS_MAX], weight[WIDTH_MAX * ROWS_MAX], sum[ROW], sum_fast[ROW];
    int first[WIDTH_MAX];
    const int channels = ww_random_below(r, 3) ? 1 : 3, count = (int)up_to(r, ROWS_MAX),
              across = (int)up_to(r, ROWS_MAX);
    const ww_finish f = {1.16f, -18.6f};
    const int in_pixels = across + (int)ww_random_below(r, (uint32_t)(WIDTH_MAX - across)),
              pixels = (int)up_to(r, WIDTH_MAX);
    for (int i = 0; i < count; i++)
        down[i] = (float)ww_random_unit(r);
    for (int x = 0; x < pixels; x++) {
        first[x] = (int)((int64_t)x * (in_pixels - across + 1) / pixels);
        for (int k = 0; k < across; k++)
            weight[k * pixels + x] = (float)(ww_random_unit(r) - 0.1);
    }
    fill(r, rows, sizeof rows);
    plain->blend_rows(rows, ROW, down, count, in_pixels * channels, sum);
    fast->blend_rows(rows, ROW, down, count, in_pixels * channels, sum_fast);
    CHECK(memcmp(sum, sum_fast, (size_t)(in_pixels * channels) * sizeof *sum) == 0);
    plain->weigh_row(sum, in_pixels, first, weight, across, channels, pixels, f, expected);
    fast->weigh_row(sum, in_pixels, first, weight, across, channels, pixels, f, got);
    CHECK(memcmp(expected, got, (size_t)(pixels * channels)) == 0);
}

// A line across a small picture, in any direction, of any step that keeps it inside. The picture ends where the
// kernels may read last.
static void check_samples(ww_random *r)
{
    uint8_t expected[WIDTH_MAX], got[WIDTH_MAX];
    const int width = 2 + (int)ww_random_below(r, 60), height = 2 + (int)ww_random_below(r, 60),
              stride = width + (int)ww_random_below(r, 9), pixels = (int)up_to(r, WIDTH_MAX);
    const size_t bytes = (size_t)(stride * (height - 1) + width + 2);
    uint8_t *picture = malloc(bytes);
    fill(r, picture, bytes);
    const double most_x = (width - 1) * 0x1p32 - 1, most_y = (height - 1) * 0x1p32 - 1;
    const int64_t from_x = (int64_t)(ww_random_unit(r) * most_x), to_x = (int64_t)(ww_random_unit(r) * most_x);
    const int64_t from_y = (int64_t)(ww_random_unit(r) * most_y), to_y = (int64_t)(ww_random_unit(r) * most_y);
    const ww_walk walk = {from_x, from_y, (to_x - from_x) / pixels, (to_y - from_y) / pixels};
    plain->sample_row(picture, stride, walk, pixels, expected);
    fast->sample_row(picture, stride, walk, pixels, got);
    CHECK(memcmp(expected, got, (size_t)pixels) == 0);
    free(picture);
}

static int16_t coefficient(ww_random *r) { return (int16_t)(ww_random_below(r, 65535) - 32767); }

static void check_colours(ww_random *r)
{
    uint8_t luma[WIDTH_MAX], cb[WIDTH_MAX], cr[WIDTH_MAX], expected[WIDTH_MAX], got[WIDTH_MAX];
    int16_t u[WIDTH_MAX], v[WIDTH_MAX];
    const int width = (int)up_to(r, WIDTH_MAX), shift = (int)ww_random_below(r, 2);
    const ww_yuv_mix k = {
        .black = ww_random_below(r, 2) ? 16 : 0, .y = coefficient(r), .y_cb = coefficient(r), .y_cr = coefficient(r)};
    fill(r, luma, sizeof luma);
    fill(r, cb, sizeof cb);
    fill(r, cr, sizeof cr);
    plain->luma_row(luma, cb, cr, shift, width, &k, expected);
    fast->luma_row(luma, cb, cr, shift, width, &k, got);
    CHECK(memcmp(expected, got, (size_t)width) == 0);
    for (int x = 0; x < WIDTH_MAX; x++) {
        u[x] = (int16_t)(4 * cb[x] - 512);
        v[x] = (int16_t)(4 * cr[x] - 512);
    }
    plain->chroma_row(u, v, width, k.y_cb, k.y_cr, expected);
    fast->chroma_row(u, v, width, k.y_cb, k.y_cr, got);
    CHECK(memcmp(expected, got, (size_t)width) == 0);
}

// All there are.
static void check_range(ww_random *r)
{
    uint8_t expected[256], got[256];
    const int count = (int)up_to(r, 256);
    for (int i = 0; i < 256; i++)
        expected[i] = got[i] = (uint8_t)i;
    plain->full_row(expected, count);
    fast->full_row(got, count);
    CHECK(memcmp(expected, got, sizeof got) == 0);
}

static void each_table(void (*check)(ww_random *r))
{
    const ww_image_kernels *tables[TABLES_MAX];
    const size_t count = ww_image_kernels_usable(tables, TABLES_MAX);
    CHECK(count >= 1 && ww_image_kernels_best() == tables[count - 1]);
    ww_random r = {71};
    plain = tables[0];
    for (size_t t = 1; t < count; t++)
        for (int round = 0; round < ROUNDS; round++) {
            fast = tables[t];
            check(&r);
        }
}

TEST(whole_ratios_agree_with_plain) { each_table(check_sums); }
TEST(weighted_rows_agree_with_plain) { each_table(check_weights); }
TEST(samples_agree_with_plain) { each_table(check_samples); }
TEST(ranges_agree_with_plain) { each_table(check_range); }
TEST(colours_agree_with_plain) { each_table(check_colours); }

int main(void)
{
    RUN(whole_ratios_agree_with_plain);
    RUN(weighted_rows_agree_with_plain);
    RUN(samples_agree_with_plain);
    RUN(ranges_agree_with_plain);
    RUN(colours_agree_with_plain);
    return FINISH();
}
