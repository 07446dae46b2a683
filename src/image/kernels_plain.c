// SPDX-License-Identifier: MIT
#include "image/kernels.h"
#include "image/image.h"
#include "image/kernels_body.h"
#if defined(__x86_64__)
#include "image/kernels_x86.h"
#endif

static void sum_rows_plain(const uint8_t *rows, ptrdiff_t stride, int count, int samples, uint16_t *sum)
{
    ww_sum_rows_body(rows, stride, count, samples, sum);
}

static void reduce_row_plain(const uint16_t *sum, int ratio, int channels, int pixels, ww_finish f, uint8_t *out)
{
    ww_reduce_row_body(sum, ratio, channels, pixels, f, out);
}

static void blend_rows_plain(const uint8_t *rows, ptrdiff_t stride, const float *weight, int count, int samples,
                             float *sum)
{
    ww_blend_rows_body(rows, stride, weight, count, samples, sum);
}

static void weigh_row_plain(const float *sum, int in_pixels, const int *first, const float *weight, int count,
                            int channels, int pixels, ww_finish f, uint8_t *out)
{
    (void)in_pixels;
    ww_weigh_row_body(sum, first, weight, count, channels, 0, pixels, f, out);
}

static void average_row_plain(const uint16_t *sum, int ratio, int channels, int pixels, float scale, uint8_t *out)
{
    ww_average_row_body(sum, ratio, channels, pixels, scale, out);
}

static void sample_row_plain(const uint8_t *data, ptrdiff_t stride, ww_walk walk, int pixels, uint8_t *out)
{
    ww_sample_row_body(data, stride, walk, 1, pixels, out);
}

static void luma_row_plain(const uint8_t *luma, const uint8_t *cb, const uint8_t *cr, int shift, int width,
                           const ww_yuv_mix *k, uint8_t *out)
{
    ww_luma_row_body(luma, cb, cr, shift, 0, width, k, out);
}

static void chroma_row_plain(const int16_t *u, const int16_t *v, int width, int16_t by_u, int16_t by_v, uint8_t *out)
{
    ww_chroma_row_body(u, v, 0, width, by_u, by_v, out);
}

static void full_row_plain(uint8_t *luma, int count)
{
    const uint8_t *full = ww_luma_to_full(WW_RANGE_LIMITED);
    for (int i = 0; i < count; i++)
        luma[i] = full[luma[i]];
}

static const ww_image_kernels kernels_plain = {"plain",          sum_rows_plain,    reduce_row_plain, blend_rows_plain,
                                               weigh_row_plain,  average_row_plain, sample_row_plain, luma_row_plain,
                                               chroma_row_plain, full_row_plain};

size_t ww_image_kernels_usable(const ww_image_kernels **tables, size_t max)
{
    size_t count = 0;
    if (count < max)
        tables[count++] = &kernels_plain;
#if defined(__x86_64__)
    if (count < max && __builtin_cpu_supports("avx2"))
        tables[count++] = &ww_image_kernels_avx2;
    // Where there is VBMI (Ice Lake, Zen 4 and later) wide vectors do not slow the processor down.
    if (count < max && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512vbmi"))
        tables[count++] = &ww_image_kernels_avx512;
#endif
    return count;
}

const ww_image_kernels *ww_image_kernels_best(void)
{
    enum { TABLES_MAX = 4 };
    const ww_image_kernels *tables[TABLES_MAX];
    return tables[ww_image_kernels_usable(tables, TABLES_MAX) - 1];
}
