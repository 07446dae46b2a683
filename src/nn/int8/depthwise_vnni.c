// SPDX-License-Identifier: MIT
// A window of its own for each channel, three by three, with AVX-512 VNNI. Three pixels above each other make a quad,
// which one instruction multiplies by a column of the window; a result takes three columns, of which its neighbour
// takes some again.
//
// A block is as many channels as a register holds bytes, or half of that. Interleaving the bytes of three rows goes by
// 128 bits: of the channels there, four come into each vector. Packing the results undoes that; factors and offsets are
// loaded in the same order.
#include "nn/int8/kernels.h"
#if defined(__x86_64__)
#include "nn/int8/finish_vnni.h"

enum {
    SIDE = 3,
    PART = 4, // channels side by side in a vector
    HALF = VECTORS / 2,
};

// A window of a block, and what becomes of its sums.
typedef struct block {
    __m512i column[SIDE][VECTORS];
    __m512 factor[VECTORS], offset[VECTORS];
} block;

VNNI_INLINE void interleave_whole(const __m512i row[SIDE], __m512i quad[VECTORS])
{
    const __m512i zero = _mm512_setzero_si512();
    const __m512i low = _mm512_unpacklo_epi8(row[0], row[1]), high = _mm512_unpackhi_epi8(row[0], row[1]);
    const __m512i low_last = _mm512_unpacklo_epi8(row[2], zero), high_last = _mm512_unpackhi_epi8(row[2], zero);
    quad[0] = _mm512_unpacklo_epi16(low, low_last);
    quad[1] = _mm512_unpackhi_epi16(low, low_last);
    quad[2] = _mm512_unpacklo_epi16(high, high_last);
    quad[3] = _mm512_unpackhi_epi16(high, high_last);
}

VNNI_INLINE void interleave_half(const __m256i row[SIDE], __m512i quad[VECTORS])
{
    const __m512i second = _mm512_slli_epi16(_mm512_cvtepu8_epi16(row[1]), 8);
    const __m512i pair = _mm512_or_si512(_mm512_cvtepu8_epi16(row[0]), second), last = _mm512_cvtepu8_epi16(row[2]);
    quad[0] = _mm512_unpacklo_epi16(pair, last);
    quad[1] = _mm512_unpackhi_epi16(pair, last);
}

// Three pixels, `down` bytes apart.
VNNI_INLINE void pixels(const uint8_t *at, int64_t down, const int vectors, __m512i quad[VECTORS])
{
    __m512i whole[SIDE];
    __m256i half[SIDE];
    if (vectors == VECTORS) {
        UNROLL for (int r = 0; r < SIDE; r++) whole[r] = _mm512_loadu_si512(at + r * down);
        interleave_whole(whole, quad);
    } else {
        UNROLL for (int r = 0; r < SIDE; r++) half[r] = _mm256_loadu_si256((const __m256i *)(at + r * down));
        interleave_half(half, quad);
    }
}

VNNI_INLINE __m256i half_weights(const int16_t *w, __mmask32 lanes)
{
    return _mm512_cvtepi16_epi8(_mm512_maskz_loadu_epi16(lanes, w));
}

VNNI_INLINE void weights(const int16_t *at, int64_t down, __mmask64 lanes, const int vectors, __m512i quad[VECTORS])
{
    __m512i whole[SIDE];
    __m256i half[SIDE];
    UNROLL for (int r = 0; r < SIDE; r++)
    {
        half[r] = half_weights(at + r * down, (__mmask32)lanes);
        if (vectors == VECTORS)
            whole[r] = _mm512_inserti64x4(_mm512_castsi256_si512(half[r]),
                                          half_weights(at + r * down + 32, (__mmask32)(lanes >> 32)), 1);
    }
    if (vectors == VECTORS)
        interleave_whole(whole, quad);
    else
        interleave_half(half, quad);
}

// The numbers of vector `v`.
VNNI_INLINE __m512 numbers(const float *x, int v, const int vectors)
{
    const int64_t apart = PART * vectors;
    x += PART * v;
    __m512 parts = _mm512_castps128_ps512(_mm_loadu_ps(x));
    parts = _mm512_insertf32x4(parts, _mm_loadu_ps(x + apart), 1);
    parts = _mm512_insertf32x4(parts, _mm_loadu_ps(x + 2 * apart), 2);
    return _mm512_insertf32x4(parts, _mm_loadu_ps(x + 3 * apart), 3);
}

VNNI_INLINE block block_at(const ww_int8_depthwise *d, int64_t first, __mmask64 lanes, const int vectors)
{
    block b;
    UNROLL for (int x = 0; x < SIDE; x++)
        weights(d->weights + x * d->channels + first, SIDE * d->channels, lanes, vectors, b.column[x]);
    UNROLL for (int v = 0; v < vectors; v++)
    {
        b.factor[v] = numbers(d->finish.factor + first, v, vectors);
        b.offset[v] = numbers(d->finish.offset + first, v, vectors);
    }
    return b;
}

VNNI_INLINE __m512i result(const block *b, const ww_int8_finish *f, __m512i pixel[SIDE][VECTORS], int v)
{
    __m512i sum = _mm512_setzero_si512();
    UNROLL for (int x = 0; x < SIDE; x++) sum = _mm512_dpbusd_epi32(sum, pixel[x][v], b->column[x][v]);
    const __m512 real = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), b->factor[v]);
    return whole(f, bent(f, _mm512_add_ps(real, b->offset[v])));
}

VNNI_INLINE __m512i bytes(const __m512i v[VECTORS], const int vectors)
{
    if (vectors == VECTORS)
        return packed(v);
    const __m512i words = _mm512_packs_epi32(v[0], v[1]), twice = _mm512_packus_epi16(words, words);
    return _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 0, 2, 4, 6), twice);
}

// A row of a block's results, each `step` pixels further.
VNNI_INLINE void row_of(const ww_int8_depthwise *d, const block *b, const uint8_t *in, uint8_t *out, __mmask64 lanes,
                        const int step, const int vectors)
{
    const ww_int8_finish f = d->finish;
    const int64_t channels = d->channels, down = d->in_row;
    __m512i pixel[SIDE][VECTORS], to[VECTORS];
    pixels(in, down, vectors, pixel[0]);
    if (step == 1)
        pixels(in + channels, down, vectors, pixel[1]);
    for (int64_t x = 0; x < d->width; x++, in += step * channels, out += channels) {
        if (step == 2)
            pixels(in + channels, down, vectors, pixel[1]);
        pixels(in + 2 * channels, down, vectors, pixel[2]);
        UNROLL for (int v = 0; v < vectors; v++) to[v] = result(b, &f, pixel, v);
        store(out, bytes(to, vectors), lanes);
        UNROLL for (int v = 0; v < vectors; v++)
        {
            pixel[0][v] = pixel[step][v];
            pixel[1][v] = pixel[2][v];
        }
    }
}

VNNI_INLINE void rows_of(const ww_int8_depthwise *d, int64_t first, const int step, const int vectors)
{
    const __mmask64 lanes = first_bytes(d->channels - first);
    const block b = block_at(d, first, lanes, vectors);
    for (int64_t y = 0; y < d->height; y++)
        row_of(d, &b, d->in + y * d->in_down + first, d->out + y * d->out_row + first, lanes, step, vectors);
}

typedef void rows_fn(const ww_int8_depthwise *d, int64_t first);
#define ROWS_OF(step, vectors)                                                                                         \
    VNNI static void rows_##step##_##vectors(const ww_int8_depthwise *d, int64_t first)                                \
    {                                                                                                                  \
        rows_of(d, first, step, vectors);                                                                              \
    }
ROWS_OF(1, 2)
ROWS_OF(1, 4)
ROWS_OF(2, 2)
ROWS_OF(2, 4)

void ww_int8_depthwise_vnni(const ww_int8_depthwise *d)
{
    static rows_fn *const rows[2][2] = {{rows_1_2, rows_2_2}, {rows_1_4, rows_2_4}};
    const int64_t step = d->in_step / d->channels;
    if (d->kernel[0] != SIDE || d->kernel[1] != SIDE || step > 2) {
        ww_int8_depthwise_avx2(d);
        return;
    }
    for (int64_t first = 0, vectors; first < d->channels; first += vectors * LANES) {
        vectors = d->channels - first > HALF * LANES ? VECTORS : HALF;
        rows[vectors == VECTORS][step - 1](d, first);
    }
}
#endif
