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

// Inlined with `ratio` and `channels` constant, so that the inner loops vanish.
WW_BODY void ww_reduce_across_body(const uint16_t *restrict sum, int ratio, int channels, int pixels, ww_finish f,
                                   uint8_t *restrict out)
{
    for (int x = 0; x < pixels; x++)
        for (int c = 0; c < channels; c++) {
            uint32_t total = 0;
            for (int i = 0; i < ratio; i++)
                total += sum[(x * ratio + i) * channels + c];
            out[x * channels + c] = ww_finish_sample((float)(int32_t)total, f);
        }
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

// Two rows at a time, to touch the sums half as often.
WW_BODY void ww_blend_rows_body(const uint8_t *rows, ptrdiff_t stride, const float *weight, int count, int samples,
                                float *restrict sum)
{
    for (int i = 0; i < samples; i++)
        sum[i] = 0;
    for (int r = 0; r < count; r += 2) {
        const uint8_t *a = rows + r * stride, *b = r + 1 < count ? a + stride : a;
        float wa = weight[r], wb = r + 1 < count ? weight[r + 1] : 0;
        for (int i = 0; i < samples; i++)
            sum[i] += wa * (float)a[i] + wb * (float)b[i];
    }
}

// Inlined with `count` and `channels` constant.
WW_BODY void ww_weigh_across_body(const float *restrict sum, const int *restrict first, const float *restrict weight,
                                  int count, int channels, int pixels, float *restrict mean)
{
    for (int x = 0; x < pixels; x++) {
        const float *own = weight + (size_t)x * (size_t)count, *in = sum + (size_t)first[x] * (size_t)channels;
        for (int c = 0; c < channels; c++) {
            float total = 0;
            for (int k = 0; k < count; k++)
                total += own[k] * in[k * channels + c];
            mean[x * channels + c] = total;
        }
    }
}

WW_BODY void ww_weigh_row_body(const float *sum, const int *first, const float *weight, int count, int channels,
                               int pixels, float *mean)
{
    switch (channels == 1 ? count : 0) {
    case 2: ww_weigh_across_body(sum, first, weight, 2, 1, pixels, mean); break;
    case 3: ww_weigh_across_body(sum, first, weight, 3, 1, pixels, mean); break;
    case 4: ww_weigh_across_body(sum, first, weight, 4, 1, pixels, mean); break;
    case 5: ww_weigh_across_body(sum, first, weight, 5, 1, pixels, mean); break;
    case 6: ww_weigh_across_body(sum, first, weight, 6, 1, pixels, mean); break;
    case 7: ww_weigh_across_body(sum, first, weight, 7, 1, pixels, mean); break;
    default: ww_weigh_across_body(sum, first, weight, count, channels, pixels, mean);
    }
}

WW_BODY void ww_finish_row_body(const float *restrict mean, int samples, ww_finish f, uint8_t *restrict out)
{
    for (int i = 0; i < samples; i++)
        out[i] = ww_finish_sample(mean[i], f);
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
