// SPDX-License-Identifier: MIT
// With AVX-512 VNNI: one instruction multiplies 64 bytes by 64 and adds the products of each quad to sixteen sums.
#include "nn/int8/kernels.h"
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))
#define VNNI_INLINE                                                                                                    \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni"), always_inline)) static inline
#define UNROLL _Pragma("GCC unroll 16")

enum {
    LANES = WW_INT8_LANES,
    QUAD = WW_INT8_QUAD,
    VECTORS = 4, // groups of output channels abreast
    WIDE = 8,    // results of a row abreast: 24 sums live in registers
    LESS = 6,    // ... where four groups are
    NARROW = 4,
};

static bool supported(void)
{
    return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw")
           && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

static size_t packed_bytes(int64_t rows, int64_t quads, int64_t channels)
{
    return (size_t)(ww_int8_groups(channels) * rows * quads * LANES * QUAD);
}

// Group after group: for each quad of the window the four weights of each of the group's channels.
static void pack(const int8_t *weights, int64_t rows, int64_t quads, int64_t channels, void *packed)
{
    int8_t *to = packed;
    const int64_t each = rows * quads * QUAD;
    memset(packed, 0, packed_bytes(rows, quads, channels));
    for (int64_t o = 0; o < channels; o++)
        for (int64_t q = 0; q < rows * quads; q++)
            memcpy(to + (o / LANES * rows * quads + q) * LANES * QUAD + o % LANES * QUAD, weights + o * each + q * QUAD,
                   QUAD);
}

VNNI_INLINE __m512 line(const ww_int8_finish *f, __m512i sum, int64_t channel)
{
    const __m512 v = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), _mm512_loadu_ps(f->factor + channel));
    return _mm512_add_ps(v, _mm512_loadu_ps(f->offset + channel));
}

VNNI_INLINE __m512 bent(const ww_int8_finish *f, __m512 v)
{
    return _mm512_max_ps(v, _mm512_mul_ps(v, _mm512_set1_ps(f->slope)));
}

VNNI_INLINE __m128i bytes_of(const ww_int8_finish *f, __m512 v)
{
    v = _mm512_max_ps(_mm512_add_ps(v, _mm512_set1_ps(f->zero)), _mm512_setzero_ps());
    return _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(_mm512_min_ps(v, _mm512_set1_ps(255))));
}

VNNI_INLINE __mmask16 lanes_of(int64_t channels, int64_t first)
{
    return channels - first >= LANES ? (__mmask16)0xFFFF : (__mmask16)((1U << (channels - first)) - 1);
}

// Sixteen channels of one result.
VNNI_INLINE void finish(const ww_int8_conv *c, __m512i sum, int64_t x, int64_t y, int64_t channel)
{
    const __mmask16 lanes = lanes_of(c->channels, channel);
    const int64_t at = x * c->channels + channel;
    __m512 real = line(&c->finish, sum, channel);
    if (c->add) {
        const __m128i add = _mm_maskz_loadu_epi8(lanes, c->add + y * c->add_row + at);
        real = _mm512_add_ps(
            real, _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(add)), _mm512_set1_ps(c->finish.add_factor)));
    }
    real = bent(&c->finish, real);
    if (c->out) {
        _mm_mask_storeu_epi8(c->out + y * c->out_row + at, lanes, bytes_of(&c->finish, real));
        return;
    }
    float plain[LANES];
    _mm512_storeu_ps(plain, real);
    for (int64_t o = channel; o < c->channels && o < channel + LANES; o++)
        c->plane[(o * c->height + y) * c->width + x] = plain[o - channel];
}

// `abreast` results from (x, y) on, `vectors` groups of channels from `first` on.
VNNI_INLINE void block(const ww_int8_conv *c, int64_t x, int64_t y, int64_t first, const int abreast, const int vectors)
{
    const int64_t group = c->rows * c->quads * LANES * QUAD;
    const int8_t *w = (const int8_t *)c->weights + first / LANES * group;
    const uint8_t *row = c->in + y * c->in_down + x * c->in_step;
    __m512i sum[WIDE][VECTORS];
    UNROLL for (int t = 0; t < abreast; t++) UNROLL for (int v = 0; v < vectors; v++) sum[t][v] =
        _mm512_setzero_si512();
    for (int64_t r = 0; r < c->rows; r++, row += c->in_row) {
        const uint8_t *at[WIDE];
        UNROLL for (int t = 0; t < abreast; t++) at[t] = row + t * c->in_step;
        for (int64_t q = 0; q < c->quads; q++, w += LANES * QUAD) {
            __m512i weight[VECTORS];
            UNROLL for (int v = 0; v < vectors; v++) weight[v] = _mm512_loadu_si512(w + v * group);
            UNROLL for (int t = 0; t < abreast; t++)
            {
                int32_t quad;
                memcpy(&quad, at[t] + q * QUAD, sizeof quad);
                const __m512i in = _mm512_set1_epi32(quad);
                UNROLL for (int v = 0; v < vectors; v++) sum[t][v] = _mm512_dpbusd_epi32(sum[t][v], in, weight[v]);
            }
        }
    }
    int32_t plain[WIDE][VECTORS * LANES];
    UNROLL for (int t = 0; t < abreast; t++) UNROLL for (int v = 0; v < vectors; v++)
        _mm512_storeu_si512(plain[t] + v * LANES, sum[t][v]);
    for (int t = 0; t < abreast; t++)
        for (int v = 0; v < vectors; v++)
            finish(c, _mm512_loadu_si512(plain[t] + v * LANES), x + t, y, first + v * LANES);
}

// A row of results. The last ones are computed along with some that are there already.
VNNI_INLINE void rows_of(const ww_int8_conv *c, int64_t first, const int abreast, const int vectors)
{
    for (int64_t y = 0; y < c->height; y++)
        for (int64_t x = 0; x < c->width; x += abreast)
            block(c, x + abreast <= c->width ? x : c->width - abreast, y, first, abreast, vectors);
}

typedef void rows_fn(const ww_int8_conv *c, int64_t first);
#define ROWS_OF(abreast, vectors)                                                                                      \
    VNNI static void rows_##abreast##_##vectors(const ww_int8_conv *c, int64_t first)                                  \
    {                                                                                                                  \
        rows_of(c, first, abreast, vectors);                                                                           \
    }
ROWS_OF(8, 1)
ROWS_OF(8, 2)
ROWS_OF(8, 3)
ROWS_OF(6, 4)
ROWS_OF(4, 1)
ROWS_OF(4, 2)
ROWS_OF(4, 3)
ROWS_OF(4, 4)
ROWS_OF(1, 1)
ROWS_OF(1, 2)
ROWS_OF(1, 3)
ROWS_OF(1, 4)

static void run_vnni(const ww_int8_conv *c)
{
    static rows_fn *const wide[] = {rows_8_1, rows_8_2, rows_8_3, rows_6_4},
                          *const narrow[] = {rows_4_1, rows_4_2, rows_4_3, rows_4_4},
                          *const single[] = {rows_1_1, rows_1_2, rows_1_3, rows_1_4};
    const int64_t groups = ww_int8_groups(c->channels);
    for (int64_t g = 0, vectors; g < groups; g += vectors) {
        vectors = groups - g < VECTORS ? groups - g : VECTORS;
        rows_fn *const *table = c->width >= (vectors == VECTORS ? LESS : WIDE) ? wide
                                : c->width >= NARROW                           ? narrow
                                                                               : single;
        table[vectors - 1](c, g * LANES);
    }
}

// ---- a window of its own for each channel
//
// Three pixels above each other make a quad, and a result takes three quads, two of which the next one takes again.

enum { ROWS = 3 };

VNNI_INLINE __m512i upright(__m512i a, __m512i b, __m512i c)
{
    return _mm512_or_si512(_mm512_or_si512(a, _mm512_slli_epi32(b, 8)), _mm512_slli_epi32(c, 16));
}

VNNI_INLINE __m512i pixels(const ww_int8_depthwise *d, const uint8_t *at, __mmask16 lanes)
{
    __m512i v[ROWS];
    UNROLL for (int r = 0; r < ROWS; r++) v[r] = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(lanes, at + r * d->in_row));
    return upright(v[0], v[1], v[2]);
}

VNNI_INLINE __m512i weights_of(const ww_int8_depthwise *d, int column, int64_t first, __mmask16 lanes)
{
    __m512i v[ROWS];
    UNROLL for (int r = 0; r < ROWS; r++)
    {
        const int16_t *w = d->weights + (r * ROWS + column) * d->channels + first;
        v[r] = _mm512_and_si512(_mm512_cvtepi16_epi32(_mm256_maskz_loadu_epi16(lanes, w)), _mm512_set1_epi32(0xFF));
    }
    return upright(v[0], v[1], v[2]);
}

VNNI static void depthwise_3x3(const ww_int8_depthwise *d, int64_t first)
{
    const __mmask16 lanes = lanes_of(d->channels, first);
    const __m512i w0 = weights_of(d, 0, first, lanes), w1 = weights_of(d, 1, first, lanes),
                  w2 = weights_of(d, 2, first, lanes);
    for (int64_t y = 0; y < d->height; y++) {
        const uint8_t *in = d->in + y * d->in_down + first;
        uint8_t *out = d->out + y * d->out_row + first;
        __m512i a = pixels(d, in, lanes), b = pixels(d, in + d->channels, lanes);
        for (int64_t x = 0; x < d->width; x++, out += d->channels) {
            const __m512i c = pixels(d, in + (x + 2) * d->channels, lanes);
            __m512i sum = _mm512_dpbusd_epi32(_mm512_setzero_si512(), a, w0);
            sum = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(sum, b, w1), c, w2);
            _mm_mask_storeu_epi8(out, lanes, bytes_of(&d->finish, bent(&d->finish, line(&d->finish, sum, first))));
            a = b;
            b = c;
        }
    }
}

static void run_depthwise(const ww_int8_depthwise *d)
{
    if (d->kernel[0] != ROWS || d->kernel[1] != ROWS || d->in_step != d->channels) {
        ww_int8_depthwise_avx2(d);
        return;
    }
    for (int64_t first = 0; first < d->channels; first += LANES)
        depthwise_3x3(d, first);
}

const ww_int8_kernel ww_int8_vnni = {"AVX-512 VNNI", supported,     packed_bytes,         pack,
                                     run_vnni,       run_depthwise, ww_int8_quantise_avx2};
#endif
