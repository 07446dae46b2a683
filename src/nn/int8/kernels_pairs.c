// SPDX-License-Identifier: MIT
#include "nn/int8/finish.h"
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define UNROLL _Pragma("GCC unroll 16")

enum {
    LANES = WW_INT8_LANES,
    QUAD = WW_INT8_QUAD,
    PART = 64, // quads that are widened at a time
};

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

static inline __m128i low_ints(const uint8_t *p)
{
    int32_t quad;
    memcpy(&quad, p, sizeof quad);
    const __m128i zero = _mm_setzero_si128();
    return _mm_unpacklo_epi16(_mm_unpacklo_epi8(_mm_cvtsi32_si128(quad), zero), zero);
}

#define TARGET
#define NAME(x) x##_sse2
#define OP(x) _mm_##x
#define VECTORS 4
#define ABREAST 2
#define WORDS 8
#define VEC __m128i
#define REAL __m128
#define LOAD(p) _mm_loadu_si128((const __m128i *)(p))
#define STORE(p, v) _mm_storeu_si128((__m128i *)(p), v)
#define ZERO _mm_setzero_si128
#define WIDE(p) _mm_unpacklo_epi8(_mm_loadl_epi64((const __m128i *)(p)), _mm_setzero_si128())
#define INTS(p) low_ints(p)
#define HALF(x, high) _mm_loadu_ps((x) + 4 * (high))
#define LOW(words) _mm_packus_epi16(words, words)
#define BYTES(v) _mm_packus_epi16(_mm_packs_epi32((v)[0], (v)[1]), _mm_packs_epi32((v)[2], (v)[3]))
#include "nn/int8/pairs_body.h"
#undef TARGET
#undef NAME
#undef OP
#undef VECTORS
#undef ABREAST
#undef WORDS
#undef VEC
#undef REAL
#undef LOAD
#undef STORE
#undef ZERO
#undef WIDE
#undef INTS
#undef HALF
#undef LOW
#undef BYTES

// ---- AVX2. Without fma, so that a compiler that would contract products and sums cannot.

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m128i low_bytes(__m256i words)
{
    const __m256i twice = _mm256_packus_epi16(words, words); // of each 128 bits by itself
    return _mm256_castsi256_si128(_mm256_permute4x64_epi64(twice, 0x08));
}

// Packing leaves four of the first, four of the second, and so on.
AVX2 static inline __m256i words_of(__m256i first, __m256i second)
{
    return _mm256_permute4x64_epi64(_mm256_packs_epi32(first, second), 0xD8);
}

#define TARGET AVX2
#define NAME(x) x##_avx2
#define OP(x) _mm256_##x
#define VECTORS 2
#define ABREAST 4
#define WORDS 16
#define VEC __m256i
#define REAL __m256
#define LOAD(p) _mm256_loadu_si256((const __m256i *)(p))
#define STORE(p, v) _mm256_storeu_si256((__m256i *)(p), v)
#define ZERO _mm256_setzero_si256
#define WIDE(p) _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(p)))
#define INTS(p) _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(p)))
#define HALF(x, high) _mm256_set_m128(_mm_loadu_ps((x) + 8 + 4 * (high)), _mm_loadu_ps((x) + 4 * (high)))
#define LOW(words) low_bytes(words)
#define BYTES(v) low_bytes(words_of((v)[0], (v)[1]))
#include "nn/int8/pairs_body.h"

void ww_int8_depthwise_avx2(const ww_int8_depthwise *d) { depthwise_avx2(d); }

void ww_int8_quantise_avx2(const float *in, int64_t count, int64_t step, float per, float zero, uint8_t *out)
{
    quantise_avx2(in, count, step, per, zero, out);
}

static bool has_sse2(void) { return true; }
static bool has_avx2(void) { return __builtin_cpu_supports("avx2"); }

const ww_int8_kernel ww_int8_sse2 = {"SSE2", has_sse2, packed_bytes, pack, run_sse2, depthwise_sse2, quantise_sse2};
const ww_int8_kernel ww_int8_avx2 = {"AVX2", has_avx2, packed_bytes, pack, run_avx2, depthwise_avx2, quantise_avx2};
#endif
