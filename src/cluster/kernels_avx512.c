// SPDX-License-Identifier: MIT
#include "cluster/kernels_x86.h"
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define AVX512 __attribute__((target("avx512f,avx512vnni")))
#define UNROLL _Pragma("GCC unroll 8")

// AVX-512 VNNI: the whole tile lives in 24 accumulators, sROW_PANEL. They are named one by one and vpdpbusd is spelled
// out, because gcc 12 otherwise copies accumulators about and stores them to the stack in the innermost loop (measured:
// 2.3 times the time).

#define EACH_ROW(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7)
#define DOT4(sum, y, x) __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(y), "v"(x));
#define START(r) __m512i s##r##_0 = start0, s##r##_1 = start1, s##r##_2 = start2;
#define ADD_GROUP(r)                                                                                                   \
    {                                                                                                                  \
        const __m512i xr = _mm512_set1_epi32(ww_load_group(x + (r)*WW_GROUP));                                         \
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
        over[r] = (uint64_t)_mm512_cmpgt_epi32_mask(s##r##_0, limit)                                                   \
                  | (uint64_t)_mm512_cmpgt_epi32_mask(s##r##_1, limit) << WW_PANEL                                     \
                  | (uint64_t)_mm512_cmpgt_epi32_mask(s##r##_2, limit) << (2 * WW_PANEL);                              \
    }

// Adds up the products of `count` groups of a tile; `y_step` bytes are from panel to panel. x and y move on.
#define ADD_UP(x, y, y_step, count)                                                                                    \
    for (const int8_t *const end = (x) + (size_t)(count)*WW_TILE_X * WW_GROUP; (x) != end;) {                          \
        const __m512i y0 = _mm512_loadu_si512(y), y1 = _mm512_loadu_si512((y) + (y_step)),                             \
                      y2 = _mm512_loadu_si512((y) + 2 * (y_step));                                                     \
        EACH_ROW(ADD_GROUP)                                                                                            \
        (x) += WW_TILE_X * WW_GROUP, (y) += WW_PANEL * WW_GROUP;                                                       \
    }
#define LOAD_STARTS(bound)                                                                                             \
    start0 = _mm512_loadu_si512((bound)->y_start), start1 = _mm512_loadu_si512((bound)->y_start + WW_PANEL),           \
    start2 = _mm512_loadu_si512((bound)->y_start + 2 * WW_PANEL);
#define MOVE_START(r)                                                                                                  \
    s##r##_0 = _mm512_add_epi32(s##r##_0, start0), s##r##_1 = _mm512_add_epi32(s##r##_1, start1),                      \
    s##r##_2 = _mm512_add_epi32(s##r##_2, start2);

// The sums go on from the head to the other groups; what they began with is changed for what all begin with.
AVX512 bool ww_sieve_avx512(const ww_sieve_tile *t, uint64_t may[WW_TILE_X])
{
    const bool whole = t->head.groups == t->all.groups;
    const ww_sieve_bound *bound = whole ? &t->all : &t->head;
    uint64_t head[WW_TILE_X], over[WW_TILE_X];
    const int8_t *x = t->x;
    const uint8_t *y = t->y;
    __m512i LOAD_STARTS(bound) EACH_ROW(START) ADD_UP(x, y, t->panel_bytes, bound->groups) __mmask16 any = 0;
    EACH_ROW(ANY_OVER)
    if (!any)
        return false;
    EACH_ROW(OVER)
    if (whole) {
        memcpy(may, over, sizeof over);
        return true;
    }
    memcpy(head, over, sizeof head);
    bound = &t->all;
    LOAD_STARTS(bound)
    start0 = _mm512_sub_epi32(start0, _mm512_loadu_si512(t->head.y_start));
    start1 = _mm512_sub_epi32(start1, _mm512_loadu_si512(t->head.y_start + WW_PANEL));
    start2 = _mm512_sub_epi32(start2, _mm512_loadu_si512(t->head.y_start + 2 * WW_PANEL));
    ADD_UP(x, y, t->panel_bytes, t->all.groups - t->head.groups)
    EACH_ROW(MOVE_START)
    any = 0;
    EACH_ROW(ANY_OVER)
    if (!any)
        return false;
    EACH_ROW(OVER)
    uint64_t both = 0;
    for (int r = 0; r < WW_TILE_X; r++)
        both |= over[r] &= head[r];
    if (both)
        memcpy(may, over, sizeof over);
    return both != 0;
}

#define START_FROM(r)                                                                                                  \
    __m512i s##r##_0 = _mm512_loadu_si512(t->from + (r)*t->from_step),                                                 \
            s##r##_1 = _mm512_loadu_si512(t->from + (r)*t->from_step + WW_PANEL),                                      \
            s##r##_2 = _mm512_loadu_si512(t->from + (r)*t->from_step + 2 * WW_PANEL);
#define STORE(r)                                                                                                       \
    _mm512_storeu_si512(out + (r)*stride, s##r##_0);                                                                   \
    _mm512_storeu_si512(out + (r)*stride + WW_PANEL, s##r##_1);                                                        \
    _mm512_storeu_si512(out + (r)*stride + 2 * WW_PANEL, s##r##_2);

AVX512 void ww_sums_avx512(const ww_centre_tile *t, int32_t *out, size_t stride)
{
    const int8_t *x = t->x;
    const uint8_t *y = t->y;
    EACH_ROW(START_FROM)
    ADD_UP(x, y, t->panel_bytes, t->groups)
    EACH_ROW(STORE)
}

AVX512 void ww_keep_best_avx512(const int32_t *sums, const int32_t *less, uint32_t first, int32_t *best, uint32_t *id)
{
    for (size_t l = 0; l < WW_TILE_Y; l += WW_PANEL) {
        __m512i most = _mm512_loadu_si512(best + l), who = _mm512_loadu_si512(id + l);
        UNROLL for (int r = 0; r < WW_TILE_X; r++)
        {
            const __m512i sum = _mm512_loadu_si512(sums + r * WW_TILE_Y + l);
            const __m512i value = _mm512_sub_epi32(_mm512_add_epi32(sum, sum), _mm512_set1_epi32(less[r]));
            const __mmask16 more = _mm512_cmpgt_epi32_mask(value, most);
            most = _mm512_max_epi32(most, value);
            who = _mm512_mask_mov_epi32(who, more, _mm512_set1_epi32((int32_t)first + r));
        }
        _mm512_storeu_si512(best + l, most);
        _mm512_storeu_si512(id + l, who);
    }
}

AVX512 void ww_largest_avx512(const int32_t *values, size_t panels, int32_t *out)
{
    for (size_t p = 0; p < panels; p++)
        out[p] = _mm512_reduce_max_epi32(_mm512_loadu_si512(values + p * WW_PANEL));
}

// Sixteen of them. Where they are stored could be where the screen lies, as far as the compiler knows, so that it is
// read once, by the functions below.
AVX512 static inline __attribute__((always_inline)) __m512i screened_avx512(const int32_t *sum, int32_t more,
                                                                            const float *radius, __m512 other_radius)
{
    const __m512 product = _mm512_mul_ps(_mm512_loadu_ps(radius), other_radius);
    const __m512i known = _mm512_add_epi32(_mm512_loadu_si512(sum), _mm512_set1_epi32(more + WW_SCREEN_SLACK));
    return _mm512_add_epi32(known, _mm512_cvttps_epi32(product));
}

AVX512 size_t ww_screen_avx512(const ww_screen *s, uint32_t *left)
{
    const size_t panels = s->panels;
    const int32_t *sum = s->sum, *more = s->more;
    const float *radius = s->radius;
    const uint16_t *taken = s->taken;
    const __m512 other_radius = _mm512_set1_ps(s->other_radius);
    __m512i rows = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    size_t count = 0;
    for (size_t p = 0; p < panels; p++, sum += WW_PANEL, radius += WW_PANEL) {
        const __m512i value = screened_avx512(sum, more[p], radius, other_radius);
        const __mmask16 may = _mm512_mask_cmpge_epi32_mask(taken[p], value, _mm512_setzero_si512());
        _mm512_storeu_si512(left + count, _mm512_maskz_compress_epi32(may, rows));
        count += (size_t)__builtin_popcount(may);
        rows = _mm512_add_epi32(rows, _mm512_set1_epi32(WW_PANEL));
    }
    return count;
}

AVX512 void ww_limits_avx512(const ww_screen *s, const int32_t *base, int32_t *limit)
{
    const size_t panels = s->panels;
    const int32_t *sum = s->sum, *more = s->more;
    const float *radius = s->radius;
    const __m512 other_radius = _mm512_set1_ps(s->other_radius);
    const __m512i one = _mm512_set1_epi32(1);
    for (size_t p = 0; p < panels; p++) {
        const size_t at = p * WW_PANEL;
        const __m512i value = screened_avx512(sum + at, more[p], radius + at, other_radius);
        _mm512_storeu_si512(limit + at, _mm512_sub_epi32(_mm512_loadu_si512(base + at), _mm512_add_epi32(value, one)));
    }
}

#define ROW_START(r)                                                                                                   \
    const int8_t *const x##r = t->x + rows[k + (r)] * t->row_bytes;                                                    \
    __m512i s##r = _mm512_loadu_si512(t->start + t->start_of[rows[k + (r)] / WW_PANEL]);
#define ROW_ADD(r)                                                                                                     \
    {                                                                                                                  \
        const __m512i xr = _mm512_set1_epi32(ww_load_group(x##r + at));                                                \
        DOT4(s##r, y, xr)                                                                                              \
    }
#define ROW_OVER(r) const __mmask16 over##r = _mm512_cmpgt_epi32_mask(s##r, _mm512_set1_epi32(t->limit[rows[k + (r)]]));
#define ROW_LIST(r)                                                                                                    \
    left[found] = rows[k + (r)];                                                                                       \
    may[found] = over##r;                                                                                              \
    found += over##r != 0 && k + (r) < count;

AVX512 size_t ww_panel_avx512(const ww_panel_test *t, uint32_t *rows, size_t count, uint32_t *left, uint16_t *may)
{
    const size_t end = (size_t)t->groups * WW_GROUP;
    size_t found = 0;
    for (size_t k = count; k % WW_TILE_X; k++)
        rows[k] = rows[count - 1];
    for (size_t k = 0; k < count; k += WW_TILE_X) {
        EACH_ROW(ROW_START)
        size_t at = 0;
        do {
            const __m512i y = _mm512_loadu_si512(t->y + at * WW_PANEL);
            EACH_ROW(ROW_ADD)
            at += WW_GROUP;
        } while (at != end);
        __asm__ volatile("" ::: "memory"); // or the eight rows would be kept where there are no registers for them
        EACH_ROW(ROW_OVER)
        if (over0 | over1 | over2 | over3 | over4 | over5 | over6 | over7) {
            EACH_ROW(ROW_LIST)
        }
    }
    return found;
}
#endif
