// SPDX-License-Identifier: MIT
#include "nn/int8/finish.h"

void ww_int8_quantise_plain(const float *in, int64_t count, int64_t step, float per, float zero, uint8_t *out)
{
    for (int64_t i = 0; i < count; i++) {
        const float scaled = in[i] * per;
        float v = scaled + zero;
        v = v > 0 ? v : 0;
        out[i * step] = ww_int8_rounded(v < 255 ? v : 255);
    }
}
