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

// Eight samples, finished, in the low half.
AVX2 static inline __m128i finished(__m256 mean, ww_finish f)
{
    const __m256 scaled = _mm256_add_ps(_mm256_mul_ps(mean, _mm256_set1_ps(f.gain)), _mm256_set1_ps(f.offset));
    const __m256i up = _mm256_cvttps_epi32(_mm256_add_ps(scaled, _mm256_set1_ps(256.5f)));
    const __m256i v = _mm256_sub_epi32(up, _mm256_set1_epi32(256));
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    return _mm_packus_epi16(words, words);
}

// Of one channel, eight at a time; what they are made of mostly lies within sixteen. Returns how many it did.
AVX2 static int weigh_windows(const float *sum, int in_pixels, const int *first, const float *weight, int count,
                              int pixels, ww_finish f, uint8_t *out)
{
    int x = 0;
    for (; x + LANES <= pixels; x += LANES) {
        const int start = first[x];
        const bool near = start + WINDOW <= in_pixels && first[x + LANES - 1] + count <= start + WINDOW;
        const float *from = sum + start;
        __m256i at = _mm256_sub_epi32(_mm256_loadu_si256((const __m256i *)(first + x)), _mm256_set1_epi32(start));
        const __m256 low = near ? _mm256_loadu_ps(from) : _mm256_setzero_ps(),
                     high = near ? _mm256_loadu_ps(from + LANES) : low;
        __m256 total = _mm256_setzero_ps();
        for (int k = 0; k < count; k++) {
            const __m256 by = _mm256_loadu_ps(weight + (size_t)k * (size_t)pixels + x);
            const __m256 in = near ? pick(low, high, at) : _mm256_i32gather_ps(from, at, sizeof *from);
            total = _mm256_add_ps(total, _mm256_mul_ps(by, in));
            at = _mm256_add_epi32(at, _mm256_set1_epi32(1));
        }
        _mm_storel_epi64((__m128i *)(out + x), finished(total, f));
    }
    return x;
}

AVX2 static void weigh_row_avx2(const float *sum, int in_pixels, const int *first, const float *weight, int count,
                                int channels, int pixels, ww_finish f, uint8_t *out)
{
    const int done = channels == 1 ? weigh_windows(sum, in_pixels, first, weight, count, pixels, f, out) : 0;
    ww_weigh_row_body(sum, first, weight, count, channels, done, pixels, f, out);
}

AVX2 static void average_row_avx2(const uint16_t *sum, int ratio, int channels, int pixels, float scale, uint8_t *out)
{
    ww_average_row_body(sum, ratio, channels, pixels, scale, out);
}

// The walk's places of pixels 0, 1, 4, 5 and 2, 3, 6, 7, so that what is taken of both by halves is in order.
typedef struct places {
    __m256i a, b;
} places;

AVX2 static inline places places_of(int64_t from, int64_t step)
{
    const __m256i at = _mm256_set1_epi64x(from);
    return (places){_mm256_add_epi64(at, _mm256_setr_epi64x(0, step, 4 * step, 5 * step)),
                    _mm256_add_epi64(at, _mm256_setr_epi64x(2 * step, 3 * step, 6 * step, 7 * step))};
}

AVX2 static inline void advance(places *p, __m256i by)
{
    p->a = _mm256_add_epi64(p->a, by);
    p->b = _mm256_add_epi64(p->b, by);
}

AVX2 static inline __m256i whole_of(places p)
{
    return _mm256_castps_si256(
        _mm256_shuffle_ps(_mm256_castsi256_ps(p.a), _mm256_castsi256_ps(p.b), _MM_SHUFFLE(3, 1, 3, 1)));
}

AVX2 static inline __m256i weights_of(places p)
{
    const __m256i fraction = _mm256_castps_si256(
        _mm256_shuffle_ps(_mm256_castsi256_ps(p.a), _mm256_castsi256_ps(p.b), _MM_SHUFFLE(2, 0, 2, 0)));
    return _mm256_srli_epi32(fraction, WW_WALK_FRACTION_BITS - WW_WALK_WEIGHT_BITS);
}

// Two neighbours each, blended by `by`: fx in the upper half of 32 bits, the rest of one in the lower.
AVX2 static inline __m256i pairs_at(const uint8_t *data, __m256i offset, __m256i by)
{
    const __m256i spread = _mm256_setr_epi8(0, -1, 1, -1, 4, -1, 5, -1, 8, -1, 9, -1, 12, -1, 13, -1, 0, -1, 1, -1, 4,
                                            -1, 5, -1, 8, -1, 9, -1, 12, -1, 13, -1);
    const __m256i four = _mm256_i32gather_epi32((const int *)(const void *)data, offset, 1);
    return _mm256_madd_epi16(_mm256_shuffle_epi8(four, spread), by);
}

AVX2 static void sample_row_avx2(const uint8_t *data, ptrdiff_t stride, ww_walk walk, int pixels, uint8_t *out)
{
    const __m256i one = _mm256_set1_epi32(1 << WW_WALK_WEIGHT_BITS), row = _mm256_set1_epi32((int)stride);
    const __m256i half = _mm256_set1_epi32(1 << (2 * WW_WALK_WEIGHT_BITS - 1));
    const __m256i by_x = _mm256_set1_epi64x(LANES * walk.step_x), by_y = _mm256_set1_epi64x(LANES * walk.step_y);
    places x = places_of(walk.x, walk.step_x), y = places_of(walk.y, walk.step_y);
    int i = 0;
    for (; i + LANES <= pixels; i += LANES, advance(&x, by_x), advance(&y, by_y)) {
        const __m256i at = _mm256_add_epi32(_mm256_mullo_epi32(whole_of(y), row), whole_of(x));
        const __m256i fx = weights_of(x), fy = weights_of(y);
        const __m256i by = _mm256_or_si256(_mm256_slli_epi32(fx, 16), _mm256_sub_epi32(one, fx));
        const __m256i top = pairs_at(data, at, by), bottom = pairs_at(data + stride, at, by);
        const __m256i both = _mm256_add_epi32(_mm256_mullo_epi32(top, _mm256_sub_epi32(one, fy)),
                                              _mm256_add_epi32(_mm256_mullo_epi32(bottom, fy), half));
        const __m256i v = _mm256_srli_epi32(both, 2 * WW_WALK_WEIGHT_BITS);
        const __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
        _mm_storel_epi64((__m128i *)(out + i), _mm_packus_epi16(words, words));
    }
    walk.x += i * walk.step_x;
    walk.y += i * walk.step_y;
    ww_sample_row_body(data, stride, walk, 1, pixels - i, out + i);
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

AVX2 static void full_row_avx2(uint8_t *luma, int count) { ww_full_row_body(luma, count); }

const ww_image_kernels ww_image_kernels_avx2 = {"avx2",          sum_rows_avx2,    reduce_row_avx2, blend_rows_avx2,
                                                weigh_row_avx2,  average_row_avx2, sample_row_avx2, luma_row_avx2,
                                                chroma_row_avx2, full_row_avx2};

// --- AVX-512 where vectors of twice the length pay; the rest as above ------------------------------------------------

#ifdef __clang__
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))
#else
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,prefer-vector-width=512")))
#endif

enum { WIDE_LANES = 16, WIDE_WINDOW = 2 * WIDE_LANES };

AVX512 static void sum_rows_avx512(const uint8_t *rows, ptrdiff_t stride, int count, int samples, uint16_t *sum)
{
    ww_sum_rows_body(rows, stride, count, samples, sum);
}

// Wider vectors are slower where more than four neighbours are gathered.
AVX512 static void reduce_row_avx512(const uint16_t *sum, int ratio, int channels, int pixels, ww_finish f,
                                     uint8_t *out)
{
    if (ratio > 4)
        reduce_row_avx2(sum, ratio, channels, pixels, f, out);
    else
        ww_reduce_row_body(sum, ratio, channels, pixels, f, out);
}

AVX512 static void blend_rows_avx512(const uint8_t *rows, ptrdiff_t stride, const float *weight, int count, int samples,
                                     float *sum)
{
    ww_blend_rows_body(rows, stride, weight, count, samples, sum);
}

AVX512 static inline __m128i finished_wide(__m512 mean, ww_finish f)
{
    const __m512 scaled = _mm512_add_ps(_mm512_mul_ps(mean, _mm512_set1_ps(f.gain)), _mm512_set1_ps(f.offset));
    const __m512i up = _mm512_cvttps_epi32(_mm512_add_ps(scaled, _mm512_set1_ps(256.5f)));
    const __m512i v = _mm512_max_epi32(_mm512_sub_epi32(up, _mm512_set1_epi32(256)), _mm512_setzero_si512());
    return _mm512_cvtusepi32_epi8(v);
}

AVX512 static int weigh_windows_wide(const float *sum, int in_pixels, const int *first, const float *weight, int count,
                                     int pixels, ww_finish f, uint8_t *out)
{
    int x = 0;
    for (; x + WIDE_LANES <= pixels; x += WIDE_LANES) {
        const int start = first[x];
        const bool near = start + WIDE_WINDOW <= in_pixels && first[x + WIDE_LANES - 1] + count <= start + WIDE_WINDOW;
        const float *from = sum + start;
        __m512i at = _mm512_sub_epi32(_mm512_loadu_si512(first + x), _mm512_set1_epi32(start));
        const __m512 low = near ? _mm512_loadu_ps(from) : _mm512_setzero_ps(),
                     high = near ? _mm512_loadu_ps(from + WIDE_LANES) : low;
        __m512 total = _mm512_setzero_ps();
        for (int k = 0; k < count; k++) {
            const __m512 by = _mm512_loadu_ps(weight + (size_t)k * (size_t)pixels + x);
            const __m512 in =
                near ? _mm512_permutex2var_ps(low, at, high) : _mm512_i32gather_ps(at, from, sizeof *from);
            total = _mm512_add_ps(total, _mm512_mul_ps(by, in));
            at = _mm512_add_epi32(at, _mm512_set1_epi32(1));
        }
        _mm_storeu_si128((__m128i *)(out + x), finished_wide(total, f));
    }
    return x;
}

AVX512 static void weigh_row_avx512(const float *sum, int in_pixels, const int *first, const float *weight, int count,
                                    int channels, int pixels, ww_finish f, uint8_t *out)
{
    const int done = channels == 1 ? weigh_windows_wide(sum, in_pixels, first, weight, count, pixels, f, out) : 0;
    ww_weigh_row_body(sum, first, weight, count, channels, done, pixels, f, out);
}

AVX512 static void average_row_avx512(const uint16_t *sum, int ratio, int channels, int pixels, float scale,
                                      uint8_t *out)
{
    ww_average_row_body(sum, ratio, channels, pixels, scale, out);
}

const ww_image_kernels ww_image_kernels_avx512 = {
    "avx512",           sum_rows_avx512, reduce_row_avx512, blend_rows_avx512, weigh_row_avx512,
    average_row_avx512, sample_row_avx2, luma_row_avx2,     chroma_row_avx2,   full_row_avx2};
#endif
