// SPDX-License-Identifier: MIT
// ww_int8_finish for sixteen sums at a time, and whole numbers as bytes: what the loops with AVX-512 share. The float
// operations are those of finish.h, in the same order.
#ifndef WW_NN_INT8_FINISH_VNNI_H
#define WW_NN_INT8_FINISH_VNNI_H
#include "nn/int8/kernels.h"

#include <immintrin.h>

#define VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))
#define VNNI_INLINE                                                                                                    \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni"), always_inline)) static inline
#define UNROLL _Pragma("GCC unroll 16")

enum {
    LANES = WW_INT8_LANES,
    QUAD = WW_INT8_QUAD,
    VECTORS = 4, // groups of channels whose bytes fill a register
};

// By the sign, which is cheaper here than the larger of the two.
VNNI_INLINE __m512 bent(const ww_int8_finish *f, __m512 v)
{
    return _mm512_mask_mul_ps(v, _mm512_movepi32_mask(_mm512_castps_si512(v)), v, _mm512_set1_ps(f->slope));
}

// Of a result the integer that packing bounds to its byte; of what is no number one below 0.
VNNI_INLINE __m512i whole(const ww_int8_finish *f, __m512 v)
{
    return _mm512_cvtps_epi32(_mm512_add_ps(v, _mm512_set1_ps(f->zero)));
}

// Four vectors of integers, bounded to 0 .. 255, as the bytes of one: four of the first, four of the second and so on,
// and then the next four of each. Packing goes by 128 bits.
VNNI_INLINE __m512i packed(const __m512i v[VECTORS])
{
    return _mm512_packus_epi16(_mm512_packs_epi32(v[0], v[1]), _mm512_packs_epi32(v[2], v[3]));
}

// All of them where there are more.
VNNI_INLINE __mmask64 first_bytes(int64_t count) { return count >= 64 ? ~0ULL : (1ULL << count) - 1; }

VNNI_INLINE void store(uint8_t *to, __m512i bytes, __mmask64 lanes)
{
    if (lanes == ~0ULL) // a store of all is the faster one
        _mm512_storeu_si512(to, bytes);
    else
        _mm512_mask_storeu_epi8(to, lanes, bytes);
}

#endif
