// SPDX-License-Identifier: MIT
// ww_int8_finish in plain C. The loops for vectors do the same float operations in the same order.
#ifndef WW_NN_INT8_FINISH_H
#define WW_NN_INT8_FINISH_H
#include "nn/int8/kernels.h"

#define WW_INT8_INLINE __attribute__((always_inline)) static inline

// 0 .. 255 as an integer: beside 2^23 there is no room for what is below the binary point, and it is rounded off, to
// the nearest, ties to even.
WW_INT8_INLINE uint8_t ww_int8_rounded(float v)
{
    union {
        float f;
        uint32_t bits;
    } sum = {v + 8388608.0f};
    return (uint8_t)sum.bits;
}

WW_INT8_INLINE float ww_int8_bent(const ww_int8_finish *f, float v)
{
    const float low = v * f->slope;
    return v > low ? v : low;
}

WW_INT8_INLINE float ww_int8_real(const ww_int8_finish *f, int32_t sum, int64_t channel)
{
    const float v = (float)sum * f->factor[channel];
    return ww_int8_bent(f, v + f->offset[channel]);
}

WW_INT8_INLINE uint8_t ww_int8_byte(const ww_int8_finish *f, float v)
{
    v = ww_int8_bent(f, v) + f->zero;
    v = v > 0 ? v : 0;
    return ww_int8_rounded(v < 255 ? v : 255);
}

// Sums of `count` channels from `channel` on of one pixel; `add` (or NULL) and `out` begin at that channel.
WW_INT8_INLINE void ww_int8_bytes(const ww_int8_finish *f, const int32_t *sum, int64_t channel, int64_t count,
                                  const uint8_t *add, uint8_t *out)
{
    const float *factor = f->factor + channel, *offset = f->offset + channel;
    if (add)
        for (int64_t i = 0; i < count; i++) {
            const float v = (float)sum[i] * factor[i], plus = (float)add[i] * f->add_factor;
            out[i] = ww_int8_byte(f, v + offset[i] + plus);
        }
    else
        for (int64_t i = 0; i < count; i++) {
            const float v = (float)sum[i] * factor[i];
            out[i] = ww_int8_byte(f, v + offset[i]);
        }
}

#endif
