// SPDX-License-Identifier: MIT
// Loops that compilers vectorise: written once, inlined into a function of each instruction set.
#ifndef WW_IMAGE_KERNELS_BODY_H
#define WW_IMAGE_KERNELS_BODY_H
#include "image/kernels.h"

#define WW_BODY static inline __attribute__((always_inline))

WW_BODY uint8_t ww_finish_sample(float mean, ww_finish f)
{
    // +256: the cast rounds towards zero, and limited black lies below it
    int v = (int)(mean * f.gain + f.offset + 256.5f) - 256;
    v = v < 0 ? 0 : v;
    return (uint8_t)(v > 255 ? 255 : v);
}

WW_BODY uint8_t ww_clip_fixed(int v, int bits)
{
    v = (v + (1 << (bits - 1))) >> bits;
    v = v < 0 ? 0 : v;
    return (uint8_t)(v > 255 ? 255 : v);
}

WW_BODY void ww_sum_rows_body(const uint8_t *rows, ptrdiff_t stride, int count, int samples, uint16_t *restrict sum)
{
    for (int i = 0; i < samples; i++)
        sum[i] = rows[i];
    int r = 1;
    for (; r + 1 < count; r += 2) {
        const uint8_t *a = rows + r * stride, *b = a + stride;
        for (int i = 0; i < samples; i++)
            sum[i] = (uint16_t)(sum[i] + a[i] + b[i]);
    }
    for (; r < count; r++) {
        const uint8_t *a = rows + r * stride;
        for (int i = 0; i < samples; i++)
            sum[i] = (uint16_t)(sum[i] + a[i]);
    }
}

// Of the `ratio` pixels that pixel x is made of, in one channel.
WW_BODY float ww_total_across_body(const uint16_t *restrict sum, int ratio, int channels, int x, int c)
{
    uint32_t total = 0;
    for (int i = 0; i < ratio; i++)
        total += sum[(x * ratio + i) * channels + c];
    return (float)(int32_t)total;
}

// Inlined with `ratio` and `channels` constant, so that the inner loops vanish.
WW_BODY void ww_reduce_across_body(const uint16_t *restrict sum, int ratio, int channels, int pixels, ww_finish f,
                                   uint8_t *restrict out)
{
    for (int x = 0; x < pixels; x++)
        for (int c = 0; c < channels; c++)
            out[x * channels + c] = ww_finish_sample(ww_total_across_body(sum, ratio, channels, x, c), f);
}

WW_BODY void ww_reduce_row_body(const uint16_t *sum, int ratio, int channels, int pixels, ww_finish f, uint8_t *out)
{
    switch (channels == 1 ? ratio : 0) {
    case 1: ww_reduce_across_body(sum, 1, 1, pixels, f, out); break;
    case 2: ww_reduce_across_body(sum, 2, 1, pixels, f, out); break;
    case 3: ww_reduce_across_body(sum, 3, 1, pixels, f, out); break;
    case 4: ww_reduce_across_body(sum, 4, 1, pixels, f, out); break;
    case 6: ww_reduce_across_body(sum, 6, 1, pixels, f, out); break;
    default: ww_reduce_across_body(sum, ratio, channels, pixels, f, out);
    }
}

// Inlined with `count` constant where it is small, so that the sums are touched once.
WW_BODY void ww_blend_some_body(const uint8_t *rows, ptrdiff_t stride, const float *weight, int count, int samples,
                                float *restrict sum)
{
    for (int i = 0; i < samples; i++) {
        float total = 0;
        for (int r = 0; r < count; r += 2) {
            const float a = (float)rows[r * stride + i], b = r + 1 < count ? (float)rows[(r + 1) * stride + i] : 0;
            total += weight[r] * a + (r + 1 < count ? weight[r + 1] * b : 0);
        }
        sum[i] = total;
    }
}

// Four rows at a time; those that are not there weigh nothing.
WW_BODY void ww_blend_many_body(const uint8_t *rows, ptrdiff_t stride, const float *weight, int count, int samples,
                                float *restrict sum)
{
    for (int i = 0; i < samples; i++)
        sum[i] = 0;
    for (int r = 0; r < count; r += 4) {
        const uint8_t *row[4];
        float by[4];
        for (int k = 0; k < 4; k++) {
            row[k] = rows + (r + k < count ? r + k : r) * stride;
            by[k] = r + k < count ? weight[r + k] : 0;
        }
        for (int i = 0; i < samples; i++) {
            sum[i] += by[0] * (float)row[0][i] + by[1] * (float)row[1][i];
            sum[i] += by[2] * (float)row[2][i] + by[3] * (float)row[3][i];
        }
    }
}

WW_BODY void ww_blend_rows_body(const uint8_t *rows, ptrdiff_t stride, const float *weight, int count, int samples,
                                float *sum)
{
    switch (count) {
    case 1: ww_blend_some_body(rows, stride, weight, 1, samples, sum); break;
    case 2: ww_blend_some_body(rows, stride, weight, 2, samples, sum); break;
    case 3: ww_blend_some_body(rows, stride, weight, 3, samples, sum); break;
    case 4: ww_blend_some_body(rows, stride, weight, 4, samples, sum); break;
    default: ww_blend_many_body(rows, stride, weight, count, samples, sum);
    }
}

// (510 d + 219) / 438 for every d from 0 to 219, without a division.
WW_BODY void ww_full_row_body(uint8_t *luma, int count)
{
    enum { BLACK = 16, SPAN = 219, BY = 2385, AND = 986, BITS = 11 };
    for (int i = 0; i < count; i++) {
        int d = luma[i] - BLACK;
        d = d < 0 ? 0 : d > SPAN ? SPAN : d;
        luma[i] = (uint8_t)((d * BY + AND) >> BITS);
    }
}

// Pixels [from, pixels); inlined with `count` and `channels` constant.
WW_BODY void ww_weigh_across_body(const float *restrict sum, const int *restrict first, const float *restrict weight,
                                  int count, int channels, int from, int pixels, ww_finish f, uint8_t *restrict out)
{
    for (int x = from; x < pixels; x++) {
        const float *in = sum + (size_t)first[x] * (size_t)channels;
        for (int c = 0; c < channels; c++) {
            float total = 0;
            for (int k = 0; k < count; k++)
                total += weight[(size_t)k * (size_t)pixels + (size_t)x] * in[k * channels + c];
            out[x * channels + c] = ww_finish_sample(total, f);
        }
    }
}

WW_BODY void ww_weigh_row_body(const float *sum, const int *first, const float *weight, int count, int channels,
                               int from, int pixels, ww_finish f, uint8_t *out)
{
    switch (channels == 1 ? count : 0) {
    case 2: ww_weigh_across_body(sum, first, weight, 2, 1, from, pixels, f, out); break;
    case 3: ww_weigh_across_body(sum, first, weight, 3, 1, from, pixels, f, out); break;
    case 4: ww_weigh_across_body(sum, first, weight, 4, 1, from, pixels, f, out); break;
    default: ww_weigh_across_body(sum, first, weight, count, channels, from, pixels, f, out);
    }
}

// Inlined with `ratio` and `channels` constant.
WW_BODY void ww_average_across_body(const uint16_t *restrict sum, int ratio, int channels, int pixels, float scale,
                                    uint8_t *restrict out)
{
    for (int x = 0; x < pixels; x++)
        for (int c = 0; c < channels; c++)
            out[x * channels + c] = (uint8_t)(int)(ww_total_across_body(sum, ratio, channels, x, c) * scale + 0.5f);
}

WW_BODY void ww_average_row_body(const uint16_t *sum, int ratio, int channels, int pixels, float scale, uint8_t *out)
{
    switch (channels == 1 ? ratio : 0) {
    case 1: ww_average_across_body(sum, 1, 1, pixels, scale, out); break;
    case 2: ww_average_across_body(sum, 2, 1, pixels, scale, out); break;
    case 3: ww_average_across_body(sum, 3, 1, pixels, scale, out); break;
    case 4: ww_average_across_body(sum, 4, 1, pixels, scale, out); break;
    default: ww_average_across_body(sum, ratio, channels, pixels, scale, out);
    }
}

WW_BODY int ww_weight_of(int64_t position)
{
    return (int)(position >> (WW_WALK_FRACTION_BITS - WW_WALK_WEIGHT_BITS)) & ((1 << WW_WALK_WEIGHT_BITS) - 1);
}

// Of four neighbours.
WW_BODY uint8_t ww_bilinear(int a, int b, int c, int d, int fx, int fy)
{
    const int one = 1 << WW_WALK_WEIGHT_BITS, top = a * (one - fx) + b * fx, bottom = c * (one - fx) + d * fx;
    return (uint8_t)((top * (one - fy) + bottom * fy + (1 << (2 * WW_WALK_WEIGHT_BITS - 1)))
                     >> (2 * WW_WALK_WEIGHT_BITS));
}

WW_BODY void ww_sample_row_body(const uint8_t *data, ptrdiff_t stride, ww_walk w, int channels, int pixels,
                                uint8_t *restrict out)
{
    for (int i = 0; i < pixels; i++, w.x += w.step_x, w.y += w.step_y) {
        const uint8_t *p = data + (w.y >> WW_WALK_FRACTION_BITS) * stride + (w.x >> WW_WALK_FRACTION_BITS) * channels;
        const uint8_t *below = p + stride;
        const int fx = ww_weight_of(w.x), fy = ww_weight_of(w.y);
        for (int c = 0; c < channels; c++)
            out[i * channels + c] = ww_bilinear(p[c], p[channels + c], below[c], below[channels + c], fx, fy);
    }
}

WW_BODY void ww_luma_row_body(const uint8_t *restrict luma, const uint8_t *restrict cb, const uint8_t *restrict cr,
                              int shift, int from, int width, const ww_yuv_mix *k, uint8_t *restrict out)
{
    for (int x = from; x < width; x++) {
        const int16_t u = (int16_t)(cb[x >> shift] - 128), v = (int16_t)(cr[x >> shift] - 128);
        out[x] = ww_clip_fixed((int16_t)(luma[x] - k->black) * k->y + k->y_cb * u + k->y_cr * v, WW_MIX_BITS);
    }
}

WW_BODY void ww_chroma_row_body(const int16_t *restrict u, const int16_t *restrict v, int from, int width, int16_t by_u,
                                int16_t by_v, uint8_t *restrict out)
{
    for (int x = from; x < width; x++)
        out[x] = ww_clip_fixed(by_u * u[x] + by_v * v[x] + (128 << (WW_MIX_BITS + 2)), WW_MIX_BITS + 2);
}

#endif
