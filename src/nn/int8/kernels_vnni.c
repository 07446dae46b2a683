// SPDX-License-Identifier: MIT
// With AVX-512 VNNI: one instruction multiplies 64 bytes by 64 and adds the products of each quad to sixteen sums.
#include "nn/int8/kernels.h"
#if defined(__x86_64__)
#include "nn/int8/finish_vnni.h"
#include <string.h>

enum {
    WIDE = 8, // results of a row abreast: 24 sums live in registers
    LESS = 6, // ... where four groups are
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

// Where a block of results begins: (x, y), and the channel. It is `abreast` results wide and `vectors` groups of
// channels deep.
typedef struct place {
    int64_t x, y, first;
} place;

typedef __m512i block_sums[WIDE][VECTORS];

VNNI_INLINE __m512 line(__m512i sum, __m512 factor, __m512 offset)
{
    return _mm512_add_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(sum), factor), offset);
}

VNNI_INLINE __m512 added(const ww_int8_finish *f, const uint8_t *add, __m512 real)
{
    const __m512 bytes = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)add)));
    return _mm512_add_ps(real, _mm512_mul_ps(bytes, _mm512_set1_ps(f->add_factor)));
}

// The bytes of packed() in the order of channels.
VNNI_INLINE __m512i in_order(__m512i bytes)
{
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    return _mm512_permutexvar_epi32(order, bytes);
}

VNNI_INLINE void give_bytes(const ww_int8_conv *c, place p, block_sums sum, const int abreast, const int vectors,
                            const bool adds)
{
    const ww_int8_finish f = c->finish;
    const __mmask64 lanes = first_bytes(c->channels - p.first);
    const int64_t step = c->channels, at = p.x * step + p.first;
    const uint8_t *add = adds ? c->add + p.y * c->add_row + at : NULL;
    uint8_t *out = c->out + p.y * c->out_row + at;
    __m512 factor[VECTORS], offset[VECTORS];
    UNROLL for (int v = 0; v < vectors; v++)
    {
        factor[v] = _mm512_loadu_ps(f.factor + p.first + v * LANES);
        offset[v] = _mm512_loadu_ps(f.offset + p.first + v * LANES);
    }
    for (int i = 0; i < abreast; i++) {
        __m512i to[VECTORS] = {0};
        UNROLL for (int v = 0; v < vectors; v++)
        {
            __m512 real = line(sum[i][v], factor[v], offset[v]);
            if (adds)
                real = added(&f, add + i * step + v * LANES, real);
            to[v] = whole(&f, bent(&f, real));
        }
        store(out + i * step, in_order(packed(to)), lanes);
    }
}

// Four results of sixteen channels become for each channel its four, side by side: of channel `o` they are the
// (o / 4)th of quad[o % 4].
VNNI_INLINE void across(const __m512 result[4], __m512 quad[4])
{
    const __m512 low = _mm512_unpacklo_ps(result[0], result[1]), high = _mm512_unpackhi_ps(result[0], result[1]);
    const __m512 low_next = _mm512_unpacklo_ps(result[2], result[3]),
                 high_next = _mm512_unpackhi_ps(result[2], result[3]);
    quad[0] = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(low), _mm512_castps_pd(low_next)));
    quad[1] = _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(low), _mm512_castps_pd(low_next)));
    quad[2] = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(high), _mm512_castps_pd(high_next)));
    quad[3] = _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(high), _mm512_castps_pd(high_next)));
}

// `count` results, up to four, of sixteen channels from `channel` on; `out`: of that channel.
VNNI_INLINE void give_planes(const ww_int8_conv *c, const __m512 result[4], int count, int64_t channel, float *out)
{
    const __mmask8 results = (__mmask8)((1U << count) - 1);
    __m512 quad[4];
    float plain[4][LANES];
    across(result, quad);
    UNROLL for (int i = 0; i < 4; i++) _mm512_storeu_ps(plain[i], quad[i]);
    for (int64_t o = 0; o < LANES && channel + o < c->channels; o++)
        _mm_mask_storeu_ps(out + o * c->height * c->width, results, _mm_loadu_ps(plain[o % 4] + o / 4 * 4));
}

VNNI_INLINE void give_reals(const ww_int8_conv *c, place p, block_sums sum, const int abreast, const int vectors)
{
    for (int v = 0; v < vectors; v++) {
        const int64_t first = p.first + v * LANES;
        const __m512 factor = _mm512_loadu_ps(c->finish.factor + first),
                     offset = _mm512_loadu_ps(c->finish.offset + first);
        float *out = c->plane + (first * c->height + p.y) * c->width + p.x;
        for (int i = 0; i < abreast; i += 4) {
            __m512 result[4];
            const int count = abreast - i < 4 ? abreast - i : 4;
            UNROLL for (int t = 0; t < 4; t++) result[t] =
                bent(&c->finish, line(sum[t < count ? i + t : i][v], factor, offset));
            give_planes(c, result, count, first, out + i);
        }
    }
}

VNNI_INLINE void add_up(const ww_int8_conv *c, place p, block_sums to, const int abreast, const int vectors)
{
    const int64_t group = c->rows * c->quads * LANES * QUAD;
    const int8_t *w = (const int8_t *)c->weights + p.first / LANES * group;
    const uint8_t *row = c->in + p.y * c->in_down + p.x * c->in_step;
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
    UNROLL for (int t = 0; t < abreast; t++) UNROLL for (int v = 0; v < vectors; v++) to[t][v] = sum[t][v];
}

VNNI_INLINE void block(const ww_int8_conv *c, place p, const int abreast, const int vectors)
{
    block_sums sum;
    add_up(c, p, sum, abreast, vectors);
    if (!c->out)
        give_reals(c, p, sum, abreast, vectors);
    else if (c->add)
        give_bytes(c, p, sum, abreast, vectors, true);
    else
        give_bytes(c, p, sum, abreast, vectors, false);
}

// A row of results. The last ones are computed along with some that are there already.
VNNI_INLINE void rows_of(const ww_int8_conv *c, int64_t first, const int abreast, const int vectors)
{
    for (int64_t y = 0; y < c->height; y++)
        for (int64_t x = 0; x < c->width; x += abreast)
            block(c, (place){x + abreast <= c->width ? x : c->width - abreast, y, first}, abreast, vectors);
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

const ww_int8_kernel ww_int8_vnni = {
    "AVX-512 VNNI", supported, packed_bytes, pack, run_vnni, ww_int8_depthwise_vnni, ww_int8_quantise_avx2};
#endif
