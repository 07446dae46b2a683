// SPDX-License-Identifier: MIT
#include "nn/int8/finish.h"

WW_INT8_INLINE void run(const float *in, int64_t count, const int64_t step, float per, float zero, uint8_t *out)
{
    for (int64_t i = 0; i < count; i++) {
        const float scaled = in[i] * per;
        float v = scaled + zero;
        v = v > 0 ? v : 0;
        out[i * step] = ww_int8_rounded(v < 255 ? v : 255);
    }
}

// Side by side, as a grey picture's are, the compiler makes vectors of them.
WW_INT8_INLINE void run_either(const float *in, int64_t count, int64_t step, float per, float zero, uint8_t *out)
{
    if (step == 1)
        run(in, count, 1, per, zero, out);
    else
        run(in, count, step, per, zero, out);
}

void ww_int8_quantise_plain(const float *in, int64_t count, int64_t step, float per, float zero, uint8_t *out)
{
    run_either(in, count, step, per, zero, out);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) void ww_int8_quantise_avx2(const float *in, int64_t count, int64_t step, float per,
                                                           float zero, uint8_t *out)
{
    run_either(in, count, step, per, zero, out);
}
#endif
