// SPDX-License-Identifier: MIT
// The loop that kernels_pairs.c compiles for SSE2 and for AVX2. Neither has a product of bytes with exact sums, so they
// are widened to 16 bits, and pairs of them multiplied and added to sums of 32. Before it is included: TARGET, NAME(x),
// VECTORS (of a group of channels), and the type and operations of a vector: VEC, LOAD, STORE, ZERO, ADD, MADD, and
// WIDEN(quad), the quad's two pairs in turn, PAIR(wide, which), one of them in all lanes.

TARGET WW_INT8_INLINE void NAME(block)(const ww_int8_conv *c, int64_t x, int64_t y, int64_t first, const int abreast)
{
    const int16_t *w = (const int16_t *)c->weights + first / LANES * c->rows * c->quads * LANES * QUAD;
    const uint8_t *row = c->in + y * c->in_down + x * c->in_step;
    VEC sum[ABREAST][VECTORS];
    UNROLL for (int t = 0; t < abreast; t++) UNROLL for (int v = 0; v < VECTORS; v++) sum[t][v] = ZERO();
    for (int64_t r = 0; r < c->rows; r++, row += c->in_row)
        for (int64_t q = 0; q < c->quads; q++, w += LANES * QUAD)
            UNROLL for (int t = 0; t < abreast; t++)
            {
                int32_t quad;
                memcpy(&quad, row + t * c->in_step + q * QUAD, sizeof quad);
                const VEC wide = WIDEN(quad), low = PAIR(wide, 0), high = PAIR(wide, 1);
                UNROLL for (int v = 0; v < VECTORS; v++) sum[t][v] =
                    ADD(sum[t][v], ADD(MADD(low, LOAD(w + v * LANES * 2 / VECTORS)),
                                       MADD(high, LOAD(w + LANES * 2 + v * LANES * 2 / VECTORS))));
            }
    const int64_t count = c->channels - first < LANES ? c->channels - first : LANES;
    for (int t = 0; t < abreast; t++) {
        int32_t plain[LANES];
        UNROLL for (int v = 0; v < VECTORS; v++) STORE(plain + v * LANES / VECTORS, sum[t][v]);
        const int64_t at = (x + t) * c->channels + first;
        const uint8_t *add = c->add ? c->add + y * c->add_row + at : NULL;
        if (c->out && count == LANES)
            ww_int8_bytes(&c->finish, plain, first, LANES, add, c->out + y * c->out_row + at);
        else if (c->out)
            ww_int8_bytes(&c->finish, plain, first, count, add, c->out + y * c->out_row + at);
        for (int64_t o = 0; o < count && !c->out; o++)
            c->plane[((first + o) * c->height + y) * c->width + x + t] = ww_int8_real(&c->finish, plain[o], first + o);
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
