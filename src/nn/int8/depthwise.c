// SPDX-License-Identifier: MIT
#include "nn/int8/finish.h"

#include <string.h>

enum { BLOCK = 8 }; // channels at a time

// `count` channels of one result. A product fits 16 bits.
WW_INT8_INLINE void block(const ww_int8_depthwise *d, const uint8_t *in, int64_t channel, const int64_t count,
                          uint8_t *out)
{
    int32_t sum[BLOCK] = {0};
    const int16_t *w = d->weights + channel;
    for (int64_t r = 0; r < d->kernel[0]; r++)
        for (int64_t k = 0; k < d->kernel[1]; k++, w += d->channels) {
            const uint8_t *x = in + r * d->in_row + k * d->channels + channel;
            for (int64_t i = 0; i < count; i++)
                sum[i] += (int16_t)(x[i] * w[i]);
        }
    ww_int8_bytes(&d->finish, sum, channel, count, NULL, out + channel);
}

void ww_int8_depthwise_plain(const ww_int8_depthwise *d)
{
    for (int64_t y = 0; y < d->height; y++)
        for (int64_t x = 0; x < d->width; x++) {
            const uint8_t *in = d->in + y * d->in_down + x * d->in_step;
            uint8_t *out = d->out + y * d->out_row + x * d->channels;
            int64_t c = 0;
            for (; c + BLOCK <= d->channels; c += BLOCK)
                block(d, in, c, BLOCK, out);
            if (c < d->channels)
                block(d, in, c, d->channels - c, out);
        }
}
