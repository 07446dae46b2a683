// SPDX-License-Identifier: MIT
#include "cluster/kernels_x86.h"
#if defined(__x86_64__)
#include "cluster/kernels_body.h"
#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2,fma")))
#define UNROLL _Pragma("GCC unroll 8")

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
    return _mm256_maddubs_epi16(y, _mm256_set1_epi32(ww_load_group(x)));
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

AVX2 static void sums_avx2(const ww_centre_tile *t, int32_t *out, size_t stride)
{
    for (int row = 0; row < WW_TILE_X; row += STRIP_X)
        for (int panel = 0; panel < WW_TILE_Y / WW_PANEL; panel++) {
            strip_sums s = {.x = t->x + row * WW_GROUP, .y = t->y + panel * t->panel_bytes};
            UNROLL for (int r = 0; r < STRIP_X; r++) for (int h = 0; h < HALVES; h++) s.sum[r][h] = _mm256_loadu_si256(
                (const __m256i *)(t->from + (size_t)(row + r) * t->from_step + panel * WW_PANEL + 8 * h));
            add_groups(&s, t->groups);
            UNROLL for (int r = 0; r < STRIP_X; r++) for (int h = 0; h < HALVES; h++) _mm256_storeu_si256(
                (__m256i *)(out + (size_t)(row + r) * stride + panel * WW_PANEL + 8 * h), s.sum[r][h]);
        }
}

AVX2 static size_t screen_avx2(const ww_screen *s, uint32_t *left)
{
    const __m256 other = _mm256_set1_ps(s->other_radius);
    size_t count = 0;
    for (size_t p = 0; p < s->panels; p++) {
        const __m256i more = _mm256_set1_epi32(s->more[p] + WW_SCREEN_SLACK);
        unsigned negative = 0;
        for (int h = 0; h < HALVES; h++) {
            const size_t at = p * WW_PANEL + 8 * (size_t)h;
            const __m256i product = _mm256_cvttps_epi32(_mm256_mul_ps(_mm256_loadu_ps(s->radius + at), other));
            const __m256i sum = _mm256_add_epi32(_mm256_loadu_si256((const __m256i *)(s->sum + at)), product);
            negative |= (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_add_epi32(sum, more))) << (8 * h);
        }
        for (unsigned bits = s->taken[p] & ~negative; bits; bits &= bits - 1)
            left[count++] = (uint32_t)(p * WW_PANEL) + (uint32_t)__builtin_ctz(bits);
    }
    return count;
}

AVX2 static inline __attribute__((always_inline)) void add_rows(const ww_panel_test *t, const int8_t *const x[STRIP_X],
                                                                __m256i sum[STRIP_X][HALVES])
{
    for (int g = 0; g < t->groups; g++) {
        const __m256i y0 = load_y(t->y + g * GROUP_BYTES_Y), y1 = load_y(t->y + g * GROUP_BYTES_Y + 32);
        UNROLL for (int r = 0; r < STRIP_X; r++)
        {
            sum[r][0] = add_wide(sum[r][0], products(y0, x[r] + g * WW_GROUP));
            sum[r][1] = add_wide(sum[r][1], products(y1, x[r] + g * WW_GROUP));
        }
    }
}

AVX2 static size_t panel_avx2(const ww_panel_test *t, uint32_t *rows, size_t count, uint32_t *left, uint16_t *may)
{
    size_t found = 0;
    for (size_t k = 0; k < count; k += STRIP_X) {
        const int8_t *x[STRIP_X];
        int32_t limit[STRIP_X];
        uint32_t row[STRIP_X];
        uint64_t bits[STRIP_X] = {0};
        strip_sums s;
        for (size_t r = 0; r < STRIP_X; r++) {
            row[r] = rows[k + r < count ? k + r : count - 1];
            x[r] = t->x + row[r] * t->row_bytes;
            limit[r] = k + r < count ? t->limit[row[r]] : INT32_MAX;
            const int32_t *start = t->start + t->start_of[row[r] / WW_PANEL];
            s.sum[r][0] = _mm256_loadu_si256((const __m256i *)start);
            s.sum[r][1] = _mm256_loadu_si256((const __m256i *)(start + 8));
        }
        add_rows(t, x, s.sum);
        over(&s, limit, bits);
        for (size_t r = 0; r < STRIP_X; r++) {
            left[found] = row[r];
            may[found] = (uint16_t)bits[r];
            found += bits[r] != 0;
        }
    }
    return found;
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

WW_KERNELS_OF_LOOPS(avx2, AVX2)

const ww_cluster_kernels ww_cluster_kernels_avx2 = {.name = "avx2",
                                                    .levels = LEVELS_AVX2,
                                                    .offset = LEVELS_AVX2,
                                                    .strip_x = STRIP_X,
                                                    .strip_y = WW_PANEL,
                                                    .keeps_sums = true,
                                                    .sieve = sieve_avx2,
                                                    .sums = sums_avx2,
                                                    .keep_best = keep_best_avx2,
                                                    .largest = largest_avx2,
                                                    .screen = screen_avx2,
                                                    .limits = limits_avx2,
                                                    .panel = panel_avx2,
                                                    .dot = dot_avx2,
                                                    .dot_float = dot_float_avx2,
                                                    .rotate = rotate_avx2,
                                                    .products = products_avx2};
const ww_cluster_kernels ww_cluster_kernels_avx512vnni = {.name = "avx512vnni",
                                                          .levels = 127,
                                                          .offset = 128,
                                                          .strip_x = WW_TILE_X,
                                                          .strip_y = WW_TILE_Y,
                                                          .keeps_sums = true,
                                                          .sieve = ww_sieve_avx512,
                                                          .sums = ww_sums_avx512,
                                                          .keep_best = ww_keep_best_avx512,
                                                          .largest = ww_largest_avx512,
                                                          .screen = ww_screen_avx512,
                                                          .limits = ww_limits_avx512,
                                                          .panel = ww_panel_avx512,
                                                          .dot = dot_avx2,
                                                          .dot_float = dot_float_avx2,
                                                          .rotate = rotate_avx2,
                                                          .products = products_avx2};
#endif
