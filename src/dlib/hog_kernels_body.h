// SPDX-License-Identifier: MIT
// The kernels that are the same for every width of vector. The file that includes this one says what a vector is:
//
//   NAME(name)             a kernel's name there
//   KERNEL(type, name)     the head of one, with the attribute that lets the compiler use the instructions
//   INLINE_KERNEL          the same, always inlined
//   vec, LANES             floats
//   UNROLL                 stands before loops that must be unrolled, for what they add up in to stay in registers
//   LOAD, STORE, SET, ADD, MUL, DIV, MIN, SQRT, FMA(a, b, c) = a * b + c
//   STORE_FIRST(p, v, n)   the first n lanes only, n < LANES
KERNEL(void, measure)(const float *histogram, size_t stride, int width, float *energy)
{
    for (int c = 0; c < width; c += LANES) {
        vec sum = SET(0);
        for (size_t o = 0; o < 9; o++) {
            vec both = ADD(LOAD(histogram + o * stride + c), LOAD(histogram + (o + 9) * stride + c));
            sum = FMA(both, both, sum);
        }
        STORE(energy + c, sum); // rows have slack
    }
}

INLINE_KERNEL(void, put)(float *out, vec v, int count)
{
    if (count >= LANES)
        STORE(out, v);
    else
        STORE_FIRST(out, v, count);
}

KERNEL(void, normalise)(const ww_hog_cells *cells)
{
    for (int x = 0; x < cells->width; x += LANES) {
        const float *up = cells->energy[0] + x, *mid = cells->energy[1] + x, *low = cells->energy[2] + x;
        const float *h = cells->histogram + x + 1;
        float *out = cells->feature + x;
        int left = cells->width - x;
        vec mid0 = LOAD(mid), mid1 = LOAD(mid + 1), mid2 = LOAD(mid + 2);
        vec up01 = ADD(LOAD(up), LOAD(up + 1)), up12 = ADD(LOAD(up + 1), LOAD(up + 2));
        vec low01 = ADD(LOAD(low), LOAD(low + 1)), low12 = ADD(LOAD(low + 1), LOAD(low + 2));
        vec block[4] = {ADD(ADD(mid1, mid2), low12), ADD(ADD(mid1, mid2), up12), ADD(ADD(mid0, mid1), low01),
                        ADD(ADD(mid0, mid1), up01)};
        vec limit[4], scale[4], texture[4];
        UNROLL
        for (int b = 0; b < 4; b++) {
            limit[b] = MUL(SET(WW_HOG_CLIP), SQRT(ADD(block[b], SET(WW_HOG_EPSILON))));
            scale[b] = DIV(SET(WW_HOG_HALF), limit[b]);
            texture[b] = SET(0);
        }
        for (size_t o = 0; o < WW_HOG_ORIENTATIONS; o++) {
            vec bin = LOAD(h + o * cells->histogram_stride), sum = SET(0);
            UNROLL
            for (int b = 0; b < 4; b++) {
                vec part = MUL(MIN(bin, limit[b]), scale[b]);
                sum = ADD(sum, part);
                texture[b] = ADD(texture[b], part);
            }
            NAME(put)(out + o * cells->feature_stride, sum, left);
        }
        for (size_t o = 0; o < 9; o++) {
            vec bin = ADD(LOAD(h + o * cells->histogram_stride), LOAD(h + (o + 9) * cells->histogram_stride)),
                sum = SET(0);
            UNROLL
            for (int b = 0; b < 4; b++)
                sum = FMA(MIN(bin, limit[b]), scale[b], sum);
            NAME(put)(out + (WW_HOG_ORIENTATIONS + o) * cells->feature_stride, sum, left);
        }
        UNROLL
        for (size_t b = 0; b < 4; b++)
            NAME(put)
        (out + (WW_HOG_ORIENTATIONS + 9 + b) * cells->feature_stride, MUL(SET(WW_HOG_TEXTURE), texture[b]), left);
    }
}

// Slides `terms` row filters at once over `rows` rows, `vectors` vectors wide. Both are constants where this is
// inlined.
INLINE_KERNEL(void, slide)
(const ww_hog_block *b, int terms, int vectors, const ww_hog_bank *bank, const float *in, size_t stride, int rows,
 float *scratch)
{
    size_t term_floats = (size_t)(WW_HOG_TILE_ROWS + bank->height) * WW_HOG_STRIP;
    for (int y = 0; y < rows; y++, in += stride, scratch += WW_HOG_STRIP) {
        vec sum[WW_HOG_TERMS][2];
        UNROLL
        for (int t = 0; t < terms; t++)
            UNROLL
        for (int v = 0; v < vectors; v++)
            sum[t][v] = SET(0);
        const float *tap = b->row;
        for (int n = 0; n < bank->width; n++, tap += terms) {
            vec at[2];
            UNROLL
            for (int v = 0; v < vectors; v++)
                at[v] = LOAD(in + n + v * LANES);
            UNROLL
            for (int t = 0; t < terms; t++) {
                vec weight = SET(tap[t]);
                UNROLL
                for (int v = 0; v < vectors; v++)
                    sum[t][v] = FMA(weight, at[v], sum[t][v]);
            }
        }
        UNROLL
        for (int t = 0; t < terms; t++)
            UNROLL
        for (int v = 0; v < vectors; v++)
            STORE(scratch + (size_t)t * term_floats + v * LANES, sum[t][v]);
    }
}

// Adds what a column filter makes of `scratch` to the scores; may go up to three rows past `rows`, which have room but
// no meaning.
INLINE_KERNEL(void, drop)(const float *taps, int height, int vectors, const float *scratch, int rows, float *score)
{
    for (int y = 0; y < rows;
         y += WW_HOG_DROP_ROWS, scratch += WW_HOG_DROP_ROWS * WW_HOG_STRIP, score += WW_HOG_DROP_ROWS * WW_HOG_STRIP) {
        vec sum[WW_HOG_DROP_ROWS][2];
        UNROLL
        for (int i = 0; i < WW_HOG_DROP_ROWS; i++)
            UNROLL
        for (int v = 0; v < vectors; v++)
            sum[i][v] = LOAD(score + i * WW_HOG_STRIP + v * LANES);
        const float *in = scratch;
        for (int n = 0; n < height; n++, in += WW_HOG_STRIP) {
            vec weight = SET(taps[n]);
            UNROLL
            for (int i = 0; i < WW_HOG_DROP_ROWS; i++)
                UNROLL
            for (int v = 0; v < vectors; v++)
                sum[i][v] = FMA(weight, LOAD(in + i * WW_HOG_STRIP + v * LANES), sum[i][v]);
        }
        UNROLL
        for (int i = 0; i < WW_HOG_DROP_ROWS; i++)
            UNROLL
        for (int v = 0; v < vectors; v++)
            STORE(score + i * WW_HOG_STRIP + v * LANES, sum[i][v]);
    }
}

INLINE_KERNEL(void, filter_strip)(const ww_hog_bank *bank, const ww_hog_map *map, const ww_hog_tile *tile, int vectors)
{
    size_t term_floats = (size_t)(WW_HOG_TILE_ROWS + bank->height) * WW_HOG_STRIP;
    for (const ww_hog_block *b = bank->block; b < bank->block + bank->block_count; b++) {
        const float *in =
            map->feature + (size_t)b->plane * map->plane_floats + (size_t)tile->row * map->stride + tile->column;
        int rows = tile->rows + bank->height - 1;
        switch (b->terms) {
        case 1: NAME(slide)(b, 1, vectors, bank, in, map->stride, rows, tile->scratch); break;
        case 2: NAME(slide)(b, 2, vectors, bank, in, map->stride, rows, tile->scratch); break;
        case 3: NAME(slide)(b, 3, vectors, bank, in, map->stride, rows, tile->scratch); break;
        default: NAME(slide)(b, 4, vectors, bank, in, map->stride, rows, tile->scratch); break;
        }
        for (int t = 0; t < b->terms; t++)
            NAME(drop)
        (b->column + t * bank->height, bank->height, vectors, tile->scratch + (size_t)t * term_floats, tile->rows,
         tile->score + (size_t)b->filter[t] * WW_HOG_TILE_ROWS * WW_HOG_STRIP);
    }
}

KERNEL(void, filter)(const ww_hog_bank *bank, const ww_hog_map *map, const ww_hog_tile *tile)
{
    memset(tile->score, 0, (size_t)bank->filters * WW_HOG_TILE_ROWS * WW_HOG_STRIP * sizeof *tile->score);
    for (int x = 0; x < tile->columns; x += 2 * LANES) {
        ww_hog_tile part = *tile;
        part.column += x;
        part.scratch += x;
        part.score += x;
        if (tile->columns - x > LANES)
            NAME(filter_strip)(bank, map, &part, 2);
        else
            NAME(filter_strip)(bank, map, &part, 1);
    }
}
