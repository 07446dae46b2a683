// SPDX-License-Identifier: MIT
// The loops that kernels_pairs.c compiles for SSE2 and for AVX2. Neither has a product of bytes with exact sums, so
// bytes are widened to 16 bits, and pairs of them multiplied and added to sums of 32. Before this is included: TARGET,
// NAME(x), the intrinsics OP(x), VECTORS (of a group of channels), WORDS (of a vector), ABREAST (results of a row at a
// time), and the types and operations of a vector that OP does not give: VEC, REAL, LOAD, STORE, ZERO, and
//   WIDE(p)            WORDS bytes as 16 bits each
//   INTS(p)            as many bytes as a vector has lanes, as 32 bits each
//   HALF(x, high)      of WORDS floats those whose sums unpacking 16 bits puts low, or high
//   LOW(words)         16 bits each as bytes, bounded, in the low half of 128 bits or all of them
//   BYTES(v)           the same of VECTORS vectors of 32 bits

// As finish.h has it, of a result the integer that packing bounds to its byte; of what is no number one below 0.
TARGET WW_INT8_INLINE VEC NAME(finished)(const ww_int8_finish *f, REAL v)
{
    v = OP(max_ps)(v, OP(mul_ps)(v, OP(set1_ps)(f->slope)));
    return OP(cvtps_epi32)(OP(add_ps)(v, OP(set1_ps)(f->zero)));
}

TARGET WW_INT8_INLINE REAL NAME(line)(VEC sum, REAL factor, REAL offset)
{
    return OP(add_ps)(OP(mul_ps)(OP(cvtepi32_ps)(sum), factor), offset);
}

// The first `count` of LANES.
TARGET WW_INT8_INLINE void NAME(give)(__m128i bytes, int64_t count, uint8_t *out)
{
    uint8_t all[LANES];
    if (count >= LANES) {
        _mm_storeu_si128((__m128i *)out, bytes);
        return;
    }
    _mm_storeu_si128((__m128i *)all, bytes);
    memcpy(out, all, (size_t)count);
}

// The bytes of a group of channels from `first` on; `add` (or NULL) and `out` begin there.
TARGET WW_INT8_INLINE void NAME(give_bytes)(const ww_int8_conv *c, const VEC sum[VECTORS], int64_t first,
                                            const uint8_t *add, uint8_t *out)
{
    const ww_int8_finish *f = &c->finish;
    VEC to[VECTORS];
    UNROLL for (int v = 0; v < VECTORS; v++)
    {
        const int64_t at = v * LANES / VECTORS, channel = first + at;
        REAL real = NAME(line)(sum[v], OP(loadu_ps)(f->factor + channel), OP(loadu_ps)(f->offset + channel));
        if (add)
            real = OP(add_ps)(real, OP(mul_ps)(OP(cvtepi32_ps)(INTS(add + at)), OP(set1_ps)(f->add_factor)));
        to[v] = NAME(finished)(f, real);
    }
    NAME(give)(BYTES(to), c->channels - first, out);
}

TARGET WW_INT8_INLINE void NAME(give_reals)(const ww_int8_conv *c, const VEC sum[VECTORS], int64_t first, float *out)
{
    const int64_t plane = c->height * c->width;
    int32_t plain[LANES];
    UNROLL for (int v = 0; v < VECTORS; v++) STORE(plain + v * LANES / VECTORS, sum[v]);
    for (int64_t o = first; o < c->channels && o < first + LANES; o++)
        out[o * plane] = ww_int8_real(&c->finish, plain[o - first], o);
}

// Sums of products of `quads` quads, whose pairs lie in `wide`, for each of the results abreast.
TARGET WW_INT8_INLINE void NAME(add_up)(int16_t wide[][PART * QUAD], int64_t quads, const int16_t *w,
                                        VEC sum[][VECTORS], const int abreast)
{
    for (int64_t p = 0; p < quads * QUAD; p += 2, w += LANES * 2) {
        VEC weight[VECTORS];
        UNROLL for (int v = 0; v < VECTORS; v++) weight[v] = LOAD(w + v * WORDS);
        UNROLL for (int t = 0; t < abreast; t++)
        {
            int32_t pair;
            memcpy(&pair, wide[t] + p, sizeof pair);
            const VEC all = OP(set1_epi32)(pair);
            UNROLL for (int v = 0; v < VECTORS; v++) sum[t][v] =
                OP(add_epi32)(sum[t][v], OP(madd_epi16)(all, weight[v]));
        }
    }
}

TARGET WW_INT8_INLINE void NAME(block)(const ww_int8_conv *c, int64_t x, int64_t y, int64_t first, const int abreast)
{
    const int16_t *w = (const int16_t *)c->weights + first / LANES * c->rows * c->quads * LANES * QUAD;
    const uint8_t *row = c->in + y * c->in_down + x * c->in_step;
    int16_t wide[ABREAST][PART * QUAD];
    VEC sum[ABREAST][VECTORS];
    UNROLL for (int t = 0; t < abreast; t++) UNROLL for (int v = 0; v < VECTORS; v++) sum[t][v] = ZERO();
    for (int64_t r = 0; r < c->rows; r++, row += c->in_row)
        for (int64_t q = 0, quads; q < c->quads; q += quads, w += quads * LANES * QUAD) {
            quads = c->quads - q < PART ? c->quads - q : PART;
            UNROLL for (int t = 0; t < abreast; t++) for (int64_t i = 0; i < quads * QUAD; i += WORDS)
                STORE(wide[t] + i, WIDE(row + t * c->in_step + q * QUAD + i));
            NAME(add_up)(wide, quads, w, sum, abreast);
        }
    const int64_t at = x * c->channels + first;
    UNROLL for (int t = 0; t < abreast; t++)
    {
        const uint8_t *add = c->add ? c->add + y * c->add_row + at + t * c->channels : NULL;
        if (c->out)
            NAME(give_bytes)(c, sum[t], first, add, c->out + y * c->out_row + at + t * c->channels);
        else
            NAME(give_reals)(c, sum[t], first, c->plane + y * c->width + x + t);
    }
}

TARGET static void NAME(run)(const ww_int8_conv *c)
{
    for (int64_t first = 0; first < c->channels; first += LANES)
        for (int64_t y = 0; y < c->height; y++) {
            int64_t x = 0;
            for (; x + ABREAST <= c->width; x += ABREAST)
                NAME(block)(c, x, y, first, ABREAST);
            for (; x < c->width; x++)
                NAME(block)(c, x, y, first, 1);
        }
}

// ---- a window of its own for each channel: pixels side by side make pairs, WORDS channels at a time

TARGET WW_INT8_INLINE void NAME(window)(const ww_int8_depthwise *d, int64_t x, int64_t y, int64_t first,
                                        const int abreast)
{
    const uint8_t *row = d->in + y * d->in_down + x * d->in_step + first;
    const int16_t *w = d->weights + first;
    VEC low[ABREAST], high[ABREAST];
    UNROLL for (int t = 0; t < abreast; t++) low[t] = high[t] = ZERO();
    for (int64_t r = 0; r < d->kernel[0]; r++, row += d->in_row, w += d->kernel[1] * d->channels)
        for (int64_t k = 0; k < d->kernel[1]; k += 2) {
            const int64_t left = k * d->channels, right = k + 1 < d->kernel[1] ? left + d->channels : left;
            const VEC a = LOAD(w + left), b = right > left ? LOAD(w + right) : ZERO();
            const VEC low_weights = OP(unpacklo_epi16)(a, b), high_weights = OP(unpackhi_epi16)(a, b);
            UNROLL for (int t = 0; t < abreast; t++)
            {
                const VEC p = WIDE(row + t * d->in_step + left), q = WIDE(row + t * d->in_step + right);
                low[t] = OP(add_epi32)(low[t], OP(madd_epi16)(OP(unpacklo_epi16)(p, q), low_weights));
                high[t] = OP(add_epi32)(high[t], OP(madd_epi16)(OP(unpackhi_epi16)(p, q), high_weights));
            }
        }
    const float *factor = d->finish.factor + first, *offset = d->finish.offset + first;
    const int64_t count = d->channels - first < WORDS ? d->channels - first : WORDS;
    UNROLL for (int t = 0; t < abreast; t++)
    {
        const VEC a = NAME(finished)(&d->finish, NAME(line)(low[t], HALF(factor, 0), HALF(offset, 0)));
        const VEC b = NAME(finished)(&d->finish, NAME(line)(high[t], HALF(factor, 1), HALF(offset, 1)));
        NAME(give)(LOW(OP(packs_epi32)(a, b)), count, d->out + y * d->out_row + (x + t) * d->channels + first);
    }
}

TARGET static void NAME(depthwise)(const ww_int8_depthwise *d)
{
    for (int64_t first = 0; first < d->channels; first += WORDS)
        for (int64_t y = 0; y < d->height; y++) {
            int64_t x = 0;
            for (; x + ABREAST <= d->width; x += ABREAST)
                NAME(window)(d, x, y, first, ABREAST);
            for (; x < d->width; x++)
                NAME(window)(d, x, y, first, 1);
        }
}

// ---- numbers side by side, as a grey picture's are; they may be any

TARGET WW_INT8_INLINE VEC NAME(quantised)(REAL v, float per, float zero)
{
    v = OP(add_ps)(OP(mul_ps)(v, OP(set1_ps)(per)), OP(set1_ps)(zero));
    return OP(cvtps_epi32)(OP(min_ps)(OP(set1_ps)(255), v));
}

TARGET static void NAME(quantise)(const float *in, int64_t count, int64_t step, float per, float zero, uint8_t *out)
{
    int64_t i = 0;
    for (; step == 1 && i + LANES <= count; i += LANES) {
        VEC to[VECTORS];
        UNROLL for (int v = 0; v < VECTORS; v++) to[v] =
            NAME(quantised)(OP(loadu_ps)(in + i + v * LANES / VECTORS), per, zero);
        _mm_storeu_si128((__m128i *)(out + i), BYTES(to));
    }
    ww_int8_quantise_plain(in + i, count - i, step, per, zero, out + i * step);
}
