// SPDX-License-Identifier: MIT
#include "dlib/hog_kernels.h"
#if defined(__x86_64__)
#include "dlib/hog_kernels_x86.h"
#endif

#include <math.h>
#include <string.h>

static void split_plain(const uint8_t *rgb, int count, uint8_t *const row[3])
{
    for (int x = 0; x < count; x++)
        for (int p = 0; p < 3; p++)
            row[p][x] = rgb[3 * x + p];
}

static void blend_plain(const ww_hog_blend *row)
{
    for (int p = 0; p < row->planes; p++)
        for (int x = 0; x < row->columns->count; x++) {
            const uint8_t *t = row->top[p] + row->columns->left[x], *b = row->bottom[p] + row->columns->left[x];
            float right = row->columns->fraction[x], left = 1 - right;
            float v = row->rest * left * (float)t[0] + row->rest * right * (float)t[1]
                      + row->fraction * left * (float)b[0] + row->fraction * right * (float)b[1];
            int whole = (int)v;
            row->out[p][x] = (uint8_t)(whole + (row->planes == 1 && v - (float)whole >= 0.5f));
        }
}

// The nine axes, 20 degrees apart, in the four digits the original gives them.
static const float axis[9][2] = {{1.0f, 0.0f},        {0.9397f, 0.3420f},  {0.7660f, 0.6428f},
                                 {0.5f, 0.8660f},     {0.1736f, 0.9848f},  {-0.1736f, 0.9848f},
                                 {-0.5000f, 0.8660f}, {-0.7660f, 0.6428f}, {-0.9397f, 0.3420f}};

void ww_hog_gradient(const ww_hog_gradient_row *row, int x, bool first_wins)
{
    int best_x = 0, best_y = 0, best = -1;
    for (int p = 0; p < row->planes; p++) {
        int gx = row->here[p][x + 1] - row->here[p][x - 1], gy = row->below[p][x] - row->above[p][x];
        int length = gx * gx + gy * gy;
        if (first_wins ? length > best : length >= best) {
            best = length;
            best_x = gx;
            best_y = gy;
        }
    }
    float best_dot = 0;
    int orientation = 0;
    for (int o = 0; o < 9; o++) {
        float dot = axis[o][0] * (float)best_x + axis[o][1] * (float)best_y;
        if (dot > best_dot) {
            best_dot = dot;
            orientation = o;
        } else if (-dot > best_dot) {
            best_dot = -dot;
            orientation = o + 9;
        }
    }
    row->length[x] = sqrtf((float)best);
    row->bin[x] = orientation * row->bin_step;
}

static void gradients_plain(const ww_hog_gradient_row *row)
{
    for (int x = row->first; x < row->end; x++)
        ww_hog_gradient(row, x, false);
}

static void vote_plain(const float *length, const int32_t *bin, float upper, float lower, ww_hog_votes *votes)
{
    for (int j = 0; j < WW_HOG_CELL; j++) {
        float right = ((float)j + 0.5f) / WW_HOG_CELL, left = 1 - right;
        float weight[4] = {upper * left, upper * right, lower * left, lower * right};
        for (int g = 0; g < votes->groups; g++) {
            int i = WW_HOG_CELL * g + j;
            float *slot = votes->slot + 4 * (size_t)(bin[i] + g);
            for (int k = 0; k < 4; k++)
                slot[k] += weight[k] * length[i];
        }
    }
}

static void collect_plain(ww_hog_votes *votes, size_t stride, float *complete, float *carried)
{
    float *slot = votes->slot;
    for (int o = 0; o < WW_HOG_ORIENTATIONS; o++) {
        float *up = complete + (size_t)o * stride, *down = carried + (size_t)o * stride, right_up = 0, right_down = 0;
        for (int g = 0; g < votes->groups; g++, slot += 4) {
            up[g] = down[g] + slot[0] + right_up;
            down[g] = slot[2] + right_down;
            right_up = slot[1];
            right_down = slot[3];
        }
        up[votes->groups] = down[votes->groups] + right_up;
        down[votes->groups] = right_down;
    }
    memset(votes->slot, 0, sizeof *votes->slot * 4 * WW_HOG_ORIENTATIONS * (size_t)votes->groups);
}

static void measure_plain(const float *histogram, size_t stride, int width, float *energy)
{
    for (int c = 0; c < width; c++) {
        energy[c] = 0;
        for (size_t o = 0; o < 9; o++) {
            float both = histogram[o * stride + (size_t)c] + histogram[(o + 9) * stride + (size_t)c];
            energy[c] += both * both;
        }
    }
}

static void normalise_plain(const ww_hog_cells *cells)
{
    for (int x = 0; x < cells->width; x++) {
        const float *up = cells->energy[0] + x, *mid = cells->energy[1] + x, *low = cells->energy[2] + x;
        float block[4] = {mid[1] + mid[2] + low[1] + low[2], up[1] + up[2] + mid[1] + mid[2],
                          mid[0] + mid[1] + low[0] + low[1], up[0] + up[1] + mid[0] + mid[1]};
        float texture[4] = {0}, *out = cells->feature + x;
        const float *h = cells->histogram + x + 1;
        float limit[4], scale[4];
        for (int b = 0; b < 4; b++) {
            limit[b] = WW_HOG_CLIP * sqrtf(block[b] + WW_HOG_EPSILON);
            scale[b] = WW_HOG_HALF / limit[b];
        }
        for (int o = 0; o < WW_HOG_ORIENTATIONS + 9; o++) { // with direction, then without
            size_t first = (size_t)(o < WW_HOG_ORIENTATIONS ? o : o - WW_HOG_ORIENTATIONS) * cells->histogram_stride;
            float bin = o < WW_HOG_ORIENTATIONS ? h[first] : h[first] + h[first + 9 * cells->histogram_stride], sum = 0;
            for (int b = 0; b < 4; b++) {
                float part = fminf(bin, limit[b]) * scale[b];
                sum += part;
                texture[b] += o < WW_HOG_ORIENTATIONS ? part : 0;
            }
            out[(size_t)o * cells->feature_stride] = sum;
        }
        for (int b = 0; b < 4; b++)
            out[(size_t)(WW_HOG_ORIENTATIONS + 9 + b) * cells->feature_stride] = WW_HOG_TEXTURE * texture[b];
    }
}

static void filter_plain(const ww_hog_bank *bank, const ww_hog_map *map, const ww_hog_tile *tile)
{
    memset(tile->score, 0, (size_t)bank->filters * WW_HOG_TILE_ROWS * WW_HOG_STRIP * sizeof *tile->score);
    for (const ww_hog_block *b = bank->block; b < bank->block + bank->block_count; b++)
        for (int t = 0; t < b->terms; t++) {
            const float *in =
                map->feature + (size_t)b->plane * map->plane_floats + (size_t)tile->row * map->stride + tile->column;
            for (int y = 0; y < tile->rows + bank->height - 1; y++)
                for (int x = 0; x < tile->columns; x++) {
                    float sum = 0;
                    for (int n = 0; n < bank->width; n++)
                        sum += b->row[n * b->terms + t] * in[(size_t)y * map->stride + (size_t)(x + n)];
                    tile->scratch[y * WW_HOG_STRIP + x] = sum;
                }
            float *out = tile->score + (size_t)b->filter[t] * WW_HOG_TILE_ROWS * WW_HOG_STRIP;
            for (int y = 0; y < tile->rows; y++)
                for (int x = 0; x < tile->columns; x++)
                    for (int n = 0; n < bank->height; n++)
                        out[y * WW_HOG_STRIP + x] +=
                            b->column[t * bank->height + n] * tile->scratch[(y + n) * WW_HOG_STRIP + x];
        }
}

static const ww_hog_kernels kernels_plain = {"plain",       split_plain,   blend_plain,     gradients_plain, vote_plain,
                                             collect_plain, measure_plain, normalise_plain, filter_plain};

size_t ww_hog_kernels_usable(const ww_hog_kernels **tables, size_t max)
{
    size_t count = 0;
    if (count < max)
        tables[count++] = &kernels_plain;
#if defined(__x86_64__)
    if (count < max && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        tables[count++] = &ww_hog_kernels_avx2;
    if (count < max && count == 2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw"))
        tables[count++] = &ww_hog_kernels_avx512;
#endif
    return count;
}

const ww_hog_kernels *ww_hog_kernels_plain(void) { return &kernels_plain; }

const ww_hog_kernels *ww_hog_kernels_best(void)
{
    const ww_hog_kernels *tables[3];
    return tables[ww_hog_kernels_usable(tables, 3) - 1];
}
