// SPDX-License-Identifier: MIT
#include "nn/int8/finish.h"
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define UNROLL _Pragma("GCC unroll 16")

enum { LANES = WW_INT8_LANES, QUAD = WW_INT8_QUAD, ABREAST = 4 };

// Group after group: for each quad of the window the first two weights of all the group's channels, then the others.
static size_t packed_bytes(int64_t rows, int64_t quads, int64_t channels)
{
    return (size_t)(ww_int8_groups(channels) * rows * quads * LANES * QUAD) * sizeof(int16_t);
}

static void pack(const int8_t *weights, int64_t rows, int64_t quads, int64_t channels, void *packed)
{
    int16_t *to = packed;
    const int64_t each = rows * quads * QUAD;
    memset(packed, 0, packed_bytes(rows, quads, channels));
    for (int64_t o = 0; o < channels; o++)
        for (int64_t i = 0; i < each; i++) {
            const int64_t quad = o / LANES * rows * quads + i / QUAD;
            to[quad * LANES * QUAD + i % QUAD / 2 * LANES * 2 + o % LANES * 2 + i % 2] =
                (int16_t)(int)weights[o * each + i];
        }
}

// ---- SSE2: every x86-64 processor has it

#define TARGET
#define NAME(x) x##_sse2
#define VECTORS 4
#define VEC __m128i
#define LOAD(p) _mm_loadu_si128((const __m128i *)(p))
#define STORE(p, v) _mm_storeu_si128((__m128i *)(p), v)
#define ZERO _mm_setzero_si128
#define ADD _mm_add_epi32
#define MADD _mm_madd_epi16
#define WIDEN(quad) _mm_unpacklo_epi8(_mm_cvtsi32_si128(quad), _mm_setzero_si128())
#define PAIR(wide, which) _mm_shuffle_epi32(wide, (which) == 0 ? 0 : 0x55)
#include "nn/int8/pairs_body.h"
#undef TARGET
#undef NAME
#undef VECTORS
#undef VEC
#undef LOAD
#undef STORE
#undef ZERO
#undef ADD
#undef MADD
#undef WIDEN
#undef PAIR

// ---- AVX2. Without fma, so that a compiler that would contract products and sums cannot.

#define TARGET __attribute__((target("avx2")))
#define NAME(x) x##_avx2
#define VECTORS 2
#define VEC __m256i
#define LOAD(p) _mm256_loadu_si256((const __m256i *)(p))
#define STORE(p, v) _mm256_storeu_si256((__m256i *)(p), v)
#define ZERO _mm256_setzero_si256
#define ADD _mm256_add_epi32
#define MADD _mm256_madd_epi16
#define WIDEN(quad) _mm256_cvtepu8_epi16(_mm_set1_epi32(quad))
#define PAIR(wide, which) _mm256_shuffle_epi32(wide, (which) == 0 ? 0 : 0x55)
#include "nn/int8/pairs_body.h"

static bool has_sse2(void) { return true; }
static bool has_avx2(void) { return __builtin_cpu_supports("avx2"); }

const ww_int8_kernel ww_int8_sse2 = {
    "SSE2", has_sse2, packed_bytes, pack, run_sse2, ww_int8_depthwise_plain, ww_int8_quantise_plain};
const ww_int8_kernel ww_int8_avx2 = {
    "AVX2", has_avx2, packed_bytes, pack, run_avx2, ww_int8_depthwise_avx2, ww_int8_quantise_avx2};
#endif
