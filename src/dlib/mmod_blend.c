// SPDX-License-Identifier: MIT
#include "dlib/mmod_blend.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { GROUP = 4 };   // dlib counts positions four at a time
enum { VECTOR = 16 }; // positions may be read so many at a time
#define TABLE_BYTES_MAX ((size_t)1 << 28)

// The four shares of a result, as dlib multiplies them out.
typedef struct shares {
    float top, bottom;
} shares;

static float mix(shares s, float share, const float *top, const float *bottom, int left)
{
    float rest = 1 - share;
    float tl = s.top * rest, tr = s.top * share, bl = s.bottom * rest, br = s.bottom * share;
    return tl * top[left] + tr * top[left + 1] + bl * bottom[left] + br * bottom[left + 1];
}

bool ww_blend_make(ww_blend *b, int in, int out)
{
    *b = (ww_blend){.in = in, .out = out};
    size_t room = (size_t)out + VECTOR;
    b->left = ww_alloc_array0(room, sizeof *b->left, TABLE_BYTES_MAX);
    b->share = ww_alloc_array0(room, sizeof *b->share, TABLE_BYTES_MAX);
    if (!b->left || !b->share) {
        ww_blend_free(b);
        return false;
    }
    b->scale = (in - 1) / (double)(out - 1 > 1 ? out - 1 : 1);
    float step = (float)(GROUP * b->scale), at[GROUP];
    for (int i = 0; i < GROUP; i++)
        at[i] = (float)(-GROUP * b->scale + i * b->scale);
    for (int c = 0; c + GROUP <= out; c += GROUP) {
        for (int i = 0; i < GROUP; i++)
            at[i] += step;
        if ((int)at[GROUP - 1] + 1 >= in)
            break;
        for (int i = 0; i < GROUP; i++) {
            b->left[c + i] = (int32_t)at[i];
            b->share[c + i] = at[i] - (float)b->left[c + i];
        }
        b->paired = c + GROUP;
    }
    double x = -b->scale + b->paired * b->scale;
    for (int c = b->paired; c < out; c++) {
        x += b->scale;
        b->left[c] = (int32_t)floor(x);
        b->share[c] = (float)(x - b->left[c]);
    }
    return true;
}

void ww_blend_free(ww_blend *b)
{
    free(b->left);
    free(b->share);
    *b = (ww_blend){0};
}

// The columns at the end, where the right neighbour may be missing.
static void blend_rest(const ww_blend *b, const float *top, const float *bottom, double share, float *to)
{
    for (int c = b->paired; c < b->out; c++) {
        int left = b->left[c], right = left + 1 < b->in ? left + 1 : b->in - 1;
        double x = b->share[c];
        to[c] = (float)((1 - share) * ((1 - x) * top[left] + x * top[right])
                        + share * ((1 - x) * bottom[left] + x * bottom[right]));
    }
}

void ww_blend_row_plain(const ww_blend *b, const float *top, const float *bottom, double share, float *to)
{
    shares s = {(float)(1 - share), (float)share};
    for (int c = 0; c < b->paired; c++)
        to[c] = mix(s, b->share[c], top, bottom, b->left[c]);
    blend_rest(b, top, bottom, share, to);
}

#if defined(__x86_64__)
#define AVX512 __attribute__((target("avx512f")))
#define SCALE_MAX 1.9 // 16 results then come from at most 32 columns

// Sixteen results come from at most 32 source columns in a row where the picture does not shrink to half: they are
// picked from two registers.
static inline uint32_t first_lanes(int n) { return n >= VECTOR ? 0xFFFF : n > 0 ? (1U << n) - 1 : 0; }

AVX512 static void blend_row_avx512(const ww_blend *b, const float *top, const float *bottom, double share, float *to)
{
    const __m512 s_top = _mm512_set1_ps((float)(1 - share)), s_bottom = _mm512_set1_ps((float)share),
                 one = _mm512_set1_ps(1);
    const __m512i next = _mm512_set1_epi32(1);
    for (int c = 0; c < b->paired; c += VECTOR) {
        int base = b->left[c];
        __mmask16 in0 = (__mmask16)first_lanes(b->in - base), in1 = (__mmask16)first_lanes(b->in - base - VECTOR);
        __m512i l = _mm512_sub_epi32(_mm512_loadu_si512(b->left + c), _mm512_set1_epi32(base)),
                r = _mm512_add_epi32(l, next);
        __m512 x = _mm512_loadu_ps(b->share + c), rest = _mm512_sub_ps(one, x);
        __m512 t0 = _mm512_maskz_loadu_ps(in0, top + base), t1 = _mm512_maskz_loadu_ps(in1, top + base + VECTOR);
        __m512 b0 = _mm512_maskz_loadu_ps(in0, bottom + base), b1 = _mm512_maskz_loadu_ps(in1, bottom + base + VECTOR);
        __m512 sum = _mm512_mul_ps(_mm512_mul_ps(s_top, rest), _mm512_permutex2var_ps(t0, l, t1));
        sum = _mm512_add_ps(sum, _mm512_mul_ps(_mm512_mul_ps(s_top, x), _mm512_permutex2var_ps(t0, r, t1)));
        sum = _mm512_add_ps(sum, _mm512_mul_ps(_mm512_mul_ps(s_bottom, rest), _mm512_permutex2var_ps(b0, l, b1)));
        sum = _mm512_add_ps(sum, _mm512_mul_ps(_mm512_mul_ps(s_bottom, x), _mm512_permutex2var_ps(b0, r, b1)));
        _mm512_mask_storeu_ps(to + c, (__mmask16)first_lanes(b->paired - c), sum);
    }
    blend_rest(b, top, bottom, share, to);
}
#endif

void ww_blend_row(const ww_blend *b, const float *top, const float *bottom, double share, float *to)
{
#if defined(__x86_64__)
    if (b->scale <= SCALE_MAX && __builtin_cpu_supports("avx512f")) {
        blend_row_avx512(b, top, bottom, share, to);
        return;
    }
#endif
    ww_blend_row_plain(b, top, bottom, share, to);
}
