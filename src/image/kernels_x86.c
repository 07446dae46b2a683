// SPDX-License-Identifier: MIT
#include "image/kernels_x86.h"
#if defined(__x86_64__)
#include "image/kernels_body.h"
#include <immintrin.h>
#include <stdbool.h>

// Without fma, so that a compiler that would contract products and sums cannot.
#define AVX2 __attribute__((target("avx2")))

enum { LANES = 8, WINDOW = 2 * LANES, BLOCK = 16 };

AVX2 static void sum_rows_avx2(const uint8_t *rows, ptrdiff_t stride, int count, int samples, uint16_t *sum)
{
    ww_sum_rows_body(rows, stride, count, samples, sum);
}

AVX2 static void reduce_row_avx2(const uint16_t *sum, int ratio, int channels, int pixels, ww_finish f, uint8_t *out)
{
    ww_reduce_row_body(sum, ratio, channels, pixels, f, out);
}

AVX2 static void blend_rows_avx2(const uint8_t *rows, ptrdiff_t stride, const float *weight, int count, int samples,
                                 float *sum)
{
    ww_blend_rows_body(rows, stride, weight, count, samples, sum);
}

// Picks entry i of sixteen floats for each lane.
AVX2 static inline __m256 pick(__m256 low, __m256 high, __m256i i)
{
    const __m256 beyond = _mm256_castsi256_ps(_mm256_cmpgt_epi32(i, _mm256_set1_epi32(LANES - 1)));
    return _mm256_blendv_ps(_mm256_permutevar8x32_ps(low, i), _mm256_permutevar8x32_ps(high, i), beyond);
}

// Two pixels each, of one channel, eight at a time as long as those lie within sixteen; returns how many it did.
AVX2 static int weigh_pairs(const float *sum, int in_pixels, const int *first, const float *weight, int pixels,
                            float *mean)
{
    int x = 0;
    for (; x + LANES <= pixels; x += LANES) {
        const int start = first[x];
        if (start + WINDOW > in_pixels || first[x + LANES - 1] + 1 >= start + WINDOW)
            break;
        const __m256i at = _mm256_sub_epi32(_mm256_loadu_si256((const __m256i *)(first + x)), _mm256_set1_epi32(start));
        const __m256 low = _mm256_loadu_ps(sum + start), high = _mm256_loadu_ps(sum + start + LANES);
        const __m256 a = pick(low, high, at), b = pick(low, high, _mm256_add_epi32(at, _mm256_set1_epi32(1)));
        const __m256 w0 = _mm256_loadu_ps(weight + 2 * x), w1 = _mm256_loadu_ps(weight + 2 * x + LANES);
        const __m256i order = _mm256_setr_epi32(0, 1, 4, 5, 2, 3, 6, 7); // shuffles work within halves
        const __m256 wa = _mm256_permutevar8x32_ps(_mm256_shuffle_ps(w0, w1, _MM_SHUFFLE(2, 0, 2, 0)), order);
        const __m256 wb = _mm256_permutevar8x32_ps(_mm256_shuffle_ps(w0, w1, _MM_SHUFFLE(3, 1, 3, 1)), order);
        const __m256 zero = _mm256_setzero_ps(); // 0 + -0 is 0, as in the plain loop
        _mm256_storeu_ps(mean + x, _mm256_add_ps(_mm256_add_ps(zero, _mm256_mul_ps(wa, a)), _mm256_mul_ps(wb, b)));
    }
    return x;
}

AVX2 static void weigh_row_avx2(const float *sum, int in_pixels, const int *first, const float *weight, int count,
                                int channels, int pixels, float *mean)
{
    const int done = count == 2 && channels == 1 ? weigh_pairs(sum, in_pixels, first, weight, pixels, mean) : 0;
    ww_weigh_row_body(sum, first + done, weight + (size_t)done * (size_t)count, count, channels, pixels - done,
                      mean + done);
}

AVX2 static void finish_row_avx2(const float *mean, int samples, ww_finish f, uint8_t *out)
{
    ww_finish_row_body(mean, samples, f, out);
}

// Two int16_t in each 32 bits, those of `a` in the lower half, against as many coefficients.
AVX2 static inline __m256i mix(__m256i a, __m256i b, __m256i by, bool upper)
{
    return _mm256_madd_epi16(upper ? _mm256_unpackhi_epi16(a, b) : _mm256_unpacklo_epi16(a, b), by);
}

AVX2 static inline __m256i coefficients(int16_t a, int16_t b)
{
    return _mm256_set1_epi32((int)((uint32_t)(uint16_t)b << 16 | (uint16_t)a));
}

// Chroma of sixteen pixels, less grey.
AVX2 static inline __m256i chroma_of(const uint8_t *c, int shift)
{
    __m128i bytes = shift ? _mm_loadl_epi64((const __m128i *)c) : _mm_loadu_si128((const __m128i *)c);
    if (shift)
        bytes = _mm_unpacklo_epi8(bytes, bytes);
    return _mm256_sub_epi16(_mm256_cvtepu8_epi16(bytes), _mm256_set1_epi16(128));
}

AVX2 static inline void store_bytes(__m256i low, __m256i high, uint8_t *out)
{
    const __m256i words = _mm256_packs_epi32(low, high), bytes = _mm256_packus_epi16(words, words);
    _mm_storeu_si128((__m128i *)out, _mm256_castsi256_si128(_mm256_permute4x64_epi64(bytes, _MM_SHUFFLE(3, 1, 2, 0))));
}

AVX2 static void luma_row_avx2(const uint8_t *luma, const uint8_t *cb, const uint8_t *cr, int shift, int width,
                               const ww_yuv_mix *k, uint8_t *out)
{
    const __m256i by_yu = coefficients(k->y, k->y_cb), by_v1 = coefficients(k->y_cr, 1 << (WW_MIX_BITS - 2)),
                  two = _mm256_set1_epi16(2);
    int x = 0;
    for (; x + BLOCK <= width; x += BLOCK) {
        const __m256i bytes = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(luma + x)));
        const __m256i y = _mm256_sub_epi16(bytes, _mm256_set1_epi16(k->black));
        const __m256i u = chroma_of(cb + (x >> shift), shift), v = chroma_of(cr + (x >> shift), shift);
        const __m256i low = _mm256_add_epi32(mix(y, u, by_yu, false), mix(v, two, by_v1, false));
        const __m256i high = _mm256_add_epi32(mix(y, u, by_yu, true), mix(v, two, by_v1, true));
        store_bytes(_mm256_srai_epi32(low, WW_MIX_BITS), _mm256_srai_epi32(high, WW_MIX_BITS), out + x);
    }
    ww_luma_row_body(luma, cb, cr, shift, x, width, k, out);
}

AVX2 static void chroma_row_avx2(const int16_t *u, const int16_t *v, int width, int16_t by_u, int16_t by_v,
                                 uint8_t *out)
{
    enum { BITS = WW_MIX_BITS + 2 };
    const __m256i by = coefficients(by_u, by_v), grey = _mm256_set1_epi32((128 << BITS) + (1 << (BITS - 1)));
    int x = 0;
    for (; x + BLOCK <= width; x += BLOCK) {
        const __m256i a = _mm256_loadu_si256((const __m256i *)(u + x)),
                      b = _mm256_loadu_si256((const __m256i *)(v + x));
        store_bytes(_mm256_srai_epi32(_mm256_add_epi32(mix(a, b, by, false), grey), BITS),
                    _mm256_srai_epi32(_mm256_add_epi32(mix(a, b, by, true), grey), BITS), out + x);
    }
    ww_chroma_row_body(u, v, x, width, by_u, by_v, out);
}

const ww_image_kernels ww_image_kernels_avx2 = {"avx2",         sum_rows_avx2,   reduce_row_avx2, blend_rows_avx2,
                                                weigh_row_avx2, finish_row_avx2, luma_row_avx2,   chroma_row_avx2};
#endif
