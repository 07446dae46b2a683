// SPDX-License-Identifier: MIT
#include "cluster/kernels_x86.h"
#if defined(__x86_64__)
#include "cluster/kernels_body.h"
#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx512f,avx512vnni")))
#define UNROLL _Pragma("GCC unroll 8")

static inline int32_t load_group(const int8_t *x)
{
    int32_t four;
    memcpy(&four, x, sizeof four);
    return four;
}

// AVX-512 VNNI: the whole tile lives in 24 accumulators, sROW_PANEL. They are named one by one and vpdpbusd is spelled
// out, because gcc 12 otherwise copies accumulators about and stores them to the stack in the innermost loop (measured:
// 2.3 times the time).

#define EACH_ROW(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7)
#define DOT4(sum, y, x) __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(y), "v"(x));
#define START(r) __m512i s##r##_0 = start0, s##r##_1 = start1, s##r##_2 = start2;
#define ADD_GROUP(r)                                                                                                   \
    {                                                                                                                  \
        const __m512i xr = _mm512_set1_epi32(load_group(x + r * WW_GROUP));                                            \
        DOT4(s##r##_0, y0, xr)                                                                                         \
        DOT4(s##r##_1, y1, xr)                                                                                         \
        DOT4(s##r##_2, y2, xr)                                                                                         \
    }
#define ANY_OVER(r)                                                                                                    \
    any |= _mm512_cmpgt_epi32_mask(_mm512_max_epi32(_mm512_max_epi32(s##r##_0, s##r##_1), s##r##_2),                   \
                                   _mm512_set1_epi32(bound->x_limit[r]));
#define OVER(r)                                                                                                        \
    {                                                                                                                  \
        const __m512i limit = _mm512_set1_epi32(bound->x_limit[r]);                                                    \
        may[r] = (uint64_t)_mm512_cmpgt_epi32_mask(s##r##_0, limit)                                                    \
                 | (uint64_t)_mm512_cmpgt_epi32_mask(s##r##_1, limit) << WW_PANEL                                      \
                 | (uint64_t)_mm512_cmpgt_epi32_mask(s##r##_2, limit) << (2 * WW_PANEL);                               \
    }

AVX512 static bool tile_avx512vnni(const ww_sieve_tile *t, const ww_sieve_bound *bound, uint64_t may[WW_TILE_X])
{
    const __m512i start0 = _mm512_loadu_si512(bound->y_start), start1 = _mm512_loadu_si512(bound->y_start + WW_PANEL),
                  start2 = _mm512_loadu_si512(bound->y_start + 2 * WW_PANEL);
    EACH_ROW(START)
    const int8_t *x = t->x, *const end = x + (size_t)bound->groups * WW_TILE_X * WW_GROUP;
    const uint8_t *y = t->y;
    do {
        const __m512i y0 = _mm512_loadu_si512(y), y1 = _mm512_loadu_si512(y + t->panel_bytes),
                      y2 = _mm512_loadu_si512(y + 2 * t->panel_bytes);
        EACH_ROW(ADD_GROUP)
        x += WW_TILE_X * WW_GROUP, y += WW_PANEL * WW_GROUP;
    } while (x != end);
    __mmask16 any = 0;
    EACH_ROW(ANY_OVER)
    if (!any)
        return false;
    EACH_ROW(OVER)
    return true;
}

AVX512 static bool sieve_avx512vnni(const ww_sieve_tile *t, uint64_t may[WW_TILE_X])
{
    uint64_t head[WW_TILE_X], found[WW_TILE_X], all = 0;
    if (t->head.groups == t->all.groups)
        return tile_avx512vnni(t, &t->all, may);
    if (!tile_avx512vnni(t, &t->head, head) || !tile_avx512vnni(t, &t->all, found))
        return false;
    for (int r = 0; r < WW_TILE_X; r++)
        all |= found[r] &= head[r];
    if (all)
        memcpy(may, found, sizeof found);
    return all != 0;
}

// AVX2: vpmaddubsw adds two products in 16 bits, and two such sums fit there as long as 4 * 2 levels * levels < 2^15:
// so two groups share one widening to 32 bits. Strips of 4 x 16 pairs.

enum {
    LEVELS_AVX2 = 63,
    STRIP_X = 4,
    HALVES = 2,
    GROUP_BYTES_X = WW_TILE_X * WW_GROUP,
    GROUP_BYTES_Y = WW_PANEL * WW_GROUP
};

AVX2 static inline __m256i products(__m256i y, const int8_t *x)
{
    return _mm256_maddubs_epi16(y, _mm256_set1_epi32(load_group(x)));
}

AVX2 static inline __m256i load_y(const uint8_t *y) { return _mm256_loadu_si256((const __m256i *)y); }

AVX2 static inline __m256i add_wide(__m256i sum, __m256i sixteen)
{
    return _mm256_add_epi32(sum, _mm256_madd_epi16(sixteen, _mm256_set1_epi16(1)));
}

typedef struct strip_sums {
    const int8_t *x;
    const uint8_t *y;
    __m256i sum[STRIP_X][HALVES];
} strip_sums;

AVX2 static inline __attribute__((always_inline)) void add_groups(strip_sums *s, int groups)
{
    for (; groups >= 2; groups -= 2, s->x += 2 * GROUP_BYTES_X, s->y += 2 * GROUP_BYTES_Y) {
        const uint8_t *y = s->y;
        const __m256i y0 = load_y(y), y1 = load_y(y + 32), next0 = load_y(y + GROUP_BYTES_Y),
                      next1 = load_y(y + GROUP_BYTES_Y + 32);
        UNROLL for (int r = 0; r < STRIP_X; r++)
        {
            const int8_t *x = s->x + r * WW_GROUP;
            s->sum[r][0] =
                add_wide(s->sum[r][0], _mm256_add_epi16(products(y0, x), products(next0, x + GROUP_BYTES_X)));
            s->sum[r][1] =
                add_wide(s->sum[r][1], _mm256_add_epi16(products(y1, x), products(next1, x + GROUP_BYTES_X)));
        }
    }
    if (groups > 0) {
        UNROLL for (int r = 0; r < STRIP_X; r++)
        {
            s->sum[r][0] = add_wide(s->sum[r][0], products(load_y(s->y), s->x + r * WW_GROUP));
            s->sum[r][1] = add_wide(s->sum[r][1], products(load_y(s->y + 32), s->x + r * WW_GROUP));
        }
        s->x += GROUP_BYTES_X;
        s->y += GROUP_BYTES_Y;
    }
}

// Whether any of the sums is over its limit; 16 bits a row say which.
AVX2 static inline __attribute__((always_inline)) bool over(const strip_sums *s, const int32_t *limit,
                                                            uint64_t found[STRIP_X])
{
    __m256i is_over[STRIP_X][HALVES], any = _mm256_setzero_si256();
    UNROLL for (int r = 0; r < STRIP_X; r++) for (int h = 0; h < HALVES; h++)
    {
        is_over[r][h] = _mm256_cmpgt_epi32(s->sum[r][h], _mm256_set1_epi32(limit[r]));
        any = _mm256_or_si256(any, is_over[r][h]);
    }
    if (_mm256_testz_si256(any, any))
        return false;
    for (int r = 0; r < STRIP_X; r++)
        found[r] = (uint64_t)(unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(is_over[r][0]))
                   | (uint64_t)(unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(is_over[r][1])) << 8;
    return true;
}

AVX2 static inline __m256i load_start(const ww_sieve_bound *bound, int panel, int half)
{
    return _mm256_loadu_si256((const __m256i *)(bound->y_start + panel * WW_PANEL + 8 * half));
}

// The pairs of rows row .. row+3 of x and one panel of y that are over both bounds: 16 bits a row.
AVX2 static bool sieve_strip(const ww_sieve_tile *t, int row, int panel, uint64_t found[STRIP_X])
{
    const ww_sieve_bound *first = t->head.groups < t->all.groups ? &t->head : &t->all;
    uint64_t all[STRIP_X], any = 0;
    strip_sums s = {.x = t->x + row * WW_GROUP, .y = t->y + panel * t->panel_bytes};
    UNROLL for (int r = 0; r < STRIP_X; r++) for (int h = 0; h < HALVES; h++) s.sum[r][h] = load_start(first, panel, h);
    add_groups(&s, first->groups);
    if (!over(&s, first->x_limit + row, found))
        return false;
    if (first == &t->all)
        return true;
    UNROLL for (int r = 0; r < STRIP_X; r++) for (int h = 0; h < HALVES; h++) s.sum[r][h] =
        _mm256_add_epi32(s.sum[r][h], _mm256_sub_epi32(load_start(&t->all, panel, h), load_start(&t->head, panel, h)));
    add_groups(&s, t->all.groups - t->head.groups);
    if (!over(&s, t->all.x_limit + row, all))
        return false;
    for (int r = 0; r < STRIP_X; r++)
        any |= found[r] &= all[r];
    return any != 0;
}

AVX2 static bool sieve_avx2(const ww_sieve_tile *t, uint64_t may[WW_TILE_X])
{
    uint64_t found[WW_TILE_X] = {0}, bits[STRIP_X];
    bool any = false;
    for (int row = 0; row < WW_TILE_X; row += STRIP_X)
        for (int panel = 0; panel < WW_TILE_Y / WW_PANEL; panel++)
            if (sieve_strip(t, row, panel, bits)) {
                any = true;
                for (int r = 0; r < STRIP_X; r++)
                    found[row + r] |= bits[r] << (panel * WW_PANEL);
            }
    if (any)
        memcpy(may, found, sizeof found);
    return any;
}

// The sums below go in the order of the plain ones: so many lanes, halved from the far end.

AVX2 static double dot_avx2(const float *a, const float *b, size_t dim)
{
    __m256d sum0 = _mm256_setzero_pd(), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    size_t k = 0;
    for (; k + WW_DOT_LANES <= dim; k += WW_DOT_LANES) {
        sum0 = _mm256_fmadd_pd(_mm256_cvtps_pd(_mm_loadu_ps(a + k)), _mm256_cvtps_pd(_mm_loadu_ps(b + k)), sum0);
        sum1 =
            _mm256_fmadd_pd(_mm256_cvtps_pd(_mm_loadu_ps(a + k + 4)), _mm256_cvtps_pd(_mm_loadu_ps(b + k + 4)), sum1);
        sum2 =
            _mm256_fmadd_pd(_mm256_cvtps_pd(_mm_loadu_ps(a + k + 8)), _mm256_cvtps_pd(_mm_loadu_ps(b + k + 8)), sum2);
        sum3 =
            _mm256_fmadd_pd(_mm256_cvtps_pd(_mm_loadu_ps(a + k + 12)), _mm256_cvtps_pd(_mm_loadu_ps(b + k + 12)), sum3);
    }
    const __m256d all = _mm256_add_pd(_mm256_add_pd(sum0, sum2), _mm256_add_pd(sum1, sum3));
    const __m128d half = _mm_add_pd(_mm256_castpd256_pd128(all), _mm256_extractf128_pd(all, 1));
    double sum = _mm_cvtsd_f64(half) + _mm_cvtsd_f64(_mm_unpackhi_pd(half, half));
    for (; k < dim; k++)
        sum += (double)a[k] * (double)b[k];
    return sum;
}

AVX2 static float dot_float_avx2(const float *a, const float *b, size_t dim)
{
    __m256 sum0 = _mm256_setzero_ps(), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    size_t k = 0;
    for (; k + WW_DOT_FLOAT_LANES <= dim; k += WW_DOT_FLOAT_LANES) {
        sum0 = _mm256_add_ps(sum0, _mm256_mul_ps(_mm256_loadu_ps(a + k), _mm256_loadu_ps(b + k)));
        sum1 = _mm256_add_ps(sum1, _mm256_mul_ps(_mm256_loadu_ps(a + k + 8), _mm256_loadu_ps(b + k + 8)));
        sum2 = _mm256_add_ps(sum2, _mm256_mul_ps(_mm256_loadu_ps(a + k + 16), _mm256_loadu_ps(b + k + 16)));
        sum3 = _mm256_add_ps(sum3, _mm256_mul_ps(_mm256_loadu_ps(a + k + 24), _mm256_loadu_ps(b + k + 24)));
    }
    const __m256 all = _mm256_add_ps(_mm256_add_ps(sum0, sum2), _mm256_add_ps(sum1, sum3));
    __m128 half = _mm_add_ps(_mm256_castps256_ps128(all), _mm256_extractf128_ps(all, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    float sum = _mm_cvtss_f32(half) + _mm_cvtss_f32(_mm_shuffle_ps(half, half, 1));
    for (; k < dim; k++)
        sum += a[k] * b[k];
    return sum;
}

AVX2 static void rotate_avx2(const float *basis, const float *in, float *out, size_t dim)
{
    ww_rotate_body(basis, in, out, dim);
}

AVX2 static void products_avx2(const float *columns, size_t count, size_t dim, const float *const row[4], float *out)
{
    ww_products_body(columns, count, dim, row, out);
}

const ww_cluster_kernels ww_cluster_kernels_avx2 = {"avx2",         LEVELS_AVX2, LEVELS_AVX2,  STRIP_X,
                                                    WW_PANEL,       true,        sieve_avx2,   dot_avx2,
                                                    dot_float_avx2, rotate_avx2, products_avx2};
const ww_cluster_kernels ww_cluster_kernels_avx512vnni = {
    "avx512vnni",   127,         128,          WW_TILE_X, WW_TILE_Y, false, sieve_avx512vnni, dot_avx2,
    dot_float_avx2, rotate_avx2, products_avx2};
#endif
