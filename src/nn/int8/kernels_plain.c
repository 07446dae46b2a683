// SPDX-License-Identifier: MIT
#include "nn/int8/finish.h"

#include <string.h>

const ww_int8_kernel *const ww_int8_kernels[] = {
#if defined(__x86_64__)
    &ww_int8_vnni, &ww_int8_avx2, &ww_int8_sse2,
#endif
    &ww_int8_plain, NULL};

const ww_int8_kernel *ww_int8_kernel_best(void)
{
    const ww_int8_kernel *const *k = ww_int8_kernels;
    while (!(*k)->supported())
        k++;
    return *k;
}

// ---- plain C

static bool always(void) { return true; }

static size_t packed_bytes(int64_t rows, int64_t quads, int64_t channels)
{
    return (size_t)(rows * quads * WW_INT8_QUAD * ww_int8_groups(channels) * WW_INT8_LANES);
}

static void pack(const int8_t *weights, int64_t rows, int64_t quads, int64_t channels, void *packed)
{
    memcpy(packed, weights, (size_t)(rows * quads * WW_INT8_QUAD * channels));
}

static int32_t sum_of(const ww_int8_conv *c, const uint8_t *in, int64_t channel)
{
    const int64_t run = c->quads * WW_INT8_QUAD;
    const int8_t *w = (const int8_t *)c->weights + channel * c->rows * run;
    int32_t sum = 0;
    for (int64_t r = 0; r < c->rows; r++, in += c->in_row, w += run)
        for (int64_t i = 0; i < run; i++)
            sum += in[i] * w[i];
    return sum;
}

static void run_plain(const ww_int8_conv *c)
{
    for (int64_t y = 0; y < c->height; y++)
        for (int64_t x = 0; x < c->width; x++) {
            const uint8_t *in = c->in + y * c->in_down + x * c->in_step;
            const int64_t at = x * c->channels;
            for (int64_t o = 0; o < c->channels; o++) {
                const int32_t sum = sum_of(c, in, o);
                if (c->out)
                    ww_int8_bytes(&c->finish, &sum, o, 1, c->add ? c->add + y * c->add_row + at + o : NULL,
                                  c->out + y * c->out_row + at + o);
                else
                    c->plane[(o * c->height + y) * c->width + x] = ww_int8_real(&c->finish, sum, o);
            }
        }
}

const ww_int8_kernel ww_int8_plain = {
    "plain C", always, packed_bytes, pack, run_plain, ww_int8_depthwise_plain, ww_int8_quantise_plain};
