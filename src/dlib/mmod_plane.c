// SPDX-License-Identifier: MIT
// The tiled pyramid: where its levels lie, and filling it.
#include "base/memory.h"
#include "dlib/mmod.h"
#include "dlib/mmod_blend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEVEL_HEIGHT_MIN 5
#define LEVEL_RATE ((WW_DLIB_PYRAMID_DOWN - 1.0) / WW_DLIB_PYRAMID_DOWN)

// ---- layout

static int level_sizes(int width, int height, ww_tile *tile)
{
    int levels = 0;
    tile[levels++] = (ww_tile){0, 0, width, height};
    while (levels < WW_MMOD_LEVELS_MAX) {
        width = (int)floor(LEVEL_RATE * width);
        height = (int)floor(LEVEL_RATE * height);
        if (width == 0 || height < LEVEL_HEIGHT_MIN)
            break;
        tile[levels++] = (ww_tile){0, 0, width, height};
    }
    return levels;
}

// Height of the first column: levels are put below one another until the next one fits beside the last and half of what
// is left of the heights is used up. dlib counts in unsigned numbers here, which wrap where a difference is negative;
// so does this.
static uint64_t column_height(const ww_tile *tile, int levels, uint64_t padding)
{
    uint64_t total = 0, height = 0, last_width = 0;
    for (int i = 0; i < levels; i++)
        total += (uint64_t)tile[i].height + padding;
    total -= 2 * padding;
    for (int i = 0; i < levels; i++) {
        uint64_t beside = (uint64_t)tile[0].width - last_width - padding;
        if ((uint64_t)tile[i].width <= beside
            && (height - (uint64_t)tile[0].height) * 2 >= total - (uint64_t)tile[0].height)
            break;
        height += (uint64_t)tile[i].height + padding;
        last_width = (uint64_t)tile[i].width;
    }
    return height - padding;
}

static bool meet(const ww_tile *a, const ww_tile *b)
{
    return a->left < b->left + b->width && b->left < a->left + a->width && a->top < b->top + b->height
           && b->top < a->top + a->height;
}

bool ww_mmod_plane_layout(const ww_dlib_input *in, int width, int height, ww_mmod_plane *plane)
{
    *plane = (ww_mmod_plane){0};
    ww_tile *tile = plane->tile;
    int outer = in->outer_padding, padding = in->pyramid_padding;
    if (width < 1 || height < 1 || width > WW_IMAGE_SIDE_MAX || height > WW_IMAGE_SIDE_MAX)
        return false;
    int levels = level_sizes(width, height, tile);
    int64_t column = (int64_t)column_height(tile, levels, (uint64_t)padding);
    int64_t plane_height = column + 2 * outer, plane_width = width + 2 * outer;
    if (column < height || plane_height * plane_width > (int64_t)WW_IMAGE_PIXELS_MAX)
        return false;
    plane->width = (int)plane_width;
    plane->height = (int)plane_height;
    int i = 0, y = outer;
    for (; y < column + outer && i < levels; i++) {
        tile[i].left = outer;
        tile[i].top = y;
        y += tile[i].height + padding;
    }
    y -= padding;
    for (; i < levels; i++) { // the second column, from the bottom up
        tile[i].left = outer + width - tile[i].width;
        tile[i].top = y - tile[i].height;
        if (meet(&tile[i], &tile[0]))
            break;
        y -= tile[i].height + padding;
    }
    plane->levels = i;
    return true;
}

static double distance(const ww_tile *t, double x, double y)
{
    double right = t->left + t->width - 1, bottom = t->top + t->height - 1;
    double dx = x < t->left ? t->left - x
                : x > right ? x - right
                            : 0,
           dy = y < t->top   ? t->top - y
                : y > bottom ? y - bottom
                             : 0;
    return dx * dx + dy * dy;
}

int ww_mmod_plane_level(const ww_mmod_plane *plane, double x, double y)
{
    double px = floor(x + 0.5), py = floor(y + 0.5), least = INFINITY;
    int best = 0;
    for (int i = 0; i < plane->levels; i++) {
        double d = distance(&plane->tile[i], px, py);
        if (d < least) {
            least = d;
            best = i;
        }
    }
    return best;
}

// ---- filling

// Zeroes what no level covers, which is little; the plane holds the last picture's numbers, or anything.
static void zero_gaps(const ww_mmod_plane *plane, float *channel)
{
    for (int y = 0; y < plane->height; y++) {
        float *row = channel + (size_t)y * (size_t)plane->width;
        const ww_tile *left = NULL, *right = NULL; // a row meets at most one level of each column
        for (int i = 0; i < plane->levels; i++) {
            const ww_tile *t = &plane->tile[i];
            if (y < t->top || y >= t->top + t->height)
                continue;
            right = left && t->left > left->left ? t : right;
            left = left ? left : t;
        }
        int x = 0;
        for (const ww_tile *t = left; t; t = t == left ? right : NULL) {
            memset(row + x, 0, (size_t)(t->left > x ? t->left - x : 0) * sizeof *row);
            x = t->left + t->width;
        }
        memset(row + x, 0, (size_t)(plane->width - x) * sizeof *row);
    }
}

static void first_level(const ww_mmod_plane *plane, const ww_image *rgb, int c, float mean, float *channel)
{
    const ww_tile *t = &plane->tile[0];
    float level[256];
    for (int v = 0; v < 256; v++)
        level[v] = ((float)v - mean) / 256;
    for (int y = 0; y < t->height; y++) {
        const uint8_t *from = rgb->plane[0].data + (ptrdiff_t)y * rgb->plane[0].stride + c;
        float *to = channel + (size_t)(t->top + y) * (size_t)plane->width + t->left;
        for (int x = 0; x < t->width; x++)
            to[x] = level[from[3 * x]];
    }
}

static void next_level(const ww_mmod_plane *plane, const ww_blend *b, int level, float *channel)
{
    const ww_tile *from = &plane->tile[level - 1], *to = &plane->tile[level];
    double scale = (from->height - 1) / (double)(to->height - 1 > 1 ? to->height - 1 : 1), y = -scale;
    for (int r = 0; r < to->height; r++) {
        y += scale;
        int top = (int)floor(y), bottom = top + 1 < from->height ? top + 1 : from->height - 1;
        const float *source = channel + (size_t)from->top * (size_t)plane->width + from->left;
        ww_blend_row(b, source + (size_t)top * (size_t)plane->width, source + (size_t)bottom * (size_t)plane->width,
                     y - top, channel + (size_t)(to->top + r) * (size_t)plane->width + to->left);
    }
}

bool ww_mmod_plane_fill(const ww_mmod_plane *plane, const ww_dlib_input *in, const ww_image *rgb, float *out)
{
    size_t area = (size_t)plane->width * (size_t)plane->height;
    for (int c = 0; c < 3; c++) {
        zero_gaps(plane, out + (size_t)c * area);
        first_level(plane, rgb, c, in->mean[c], out + (size_t)c * area);
    }
    for (int i = 1; i < plane->levels; i++) {
        ww_blend b;
        if (!ww_blend_make(&b, plane->tile[i - 1].width, plane->tile[i].width))
            return false;
        for (int c = 0; c < 3; c++)
            next_level(plane, &b, i, out + (size_t)c * area);
        ww_blend_free(&b);
    }
    return true;
}

// ---- twice as large

enum { ROWS_KEPT = 2 };

// Rows of the source as floats, three channels each, kept while the next results need them.
typedef struct row_cache {
    float *data;
    size_t stride; // floats from one channel to the next
    int row[ROWS_KEPT];
} row_cache;

static const float *cached_row(row_cache *cache, const ww_image *rgb, int y)
{
    int slot = y % ROWS_KEPT;
    float *row = cache->data + (size_t)slot * 3 * cache->stride;
    if (cache->row[slot] != y) {
        const uint8_t *from = rgb->plane[0].data + (ptrdiff_t)y * rgb->plane[0].stride;
        for (int c = 0; c < 3; c++)
            for (int x = 0; x < rgb->width; x++)
                row[(size_t)c * cache->stride + (size_t)x] = from[3 * x + c];
        cache->row[slot] = y;
    }
    return row;
}

static void upsample_row(const ww_blend *b, row_cache *cache, const float *top, const float *bottom, double share,
                         float *mixed, uint8_t *to)
{
    for (size_t c = 0; c < 3; c++) {
        ww_blend_row(b, top + c * cache->stride, bottom + c * cache->stride, share, mixed);
        for (int x = 0; x < b->out; x++)
            to[3 * (size_t)x + c] = (uint8_t)mixed[x];
    }
}

// The size that dlib's geometry gives: its rectangle of the picture maps to (2 (w - 1 + 1.25), 2 (h - 1 + 0.75)),
// rounded.
ww_status ww_mmod_upsample(const ww_image *rgb, ww_image *out, ww_error *err)
{
    ww_blend b = {0};
    row_cache cache = {.stride = (size_t)rgb->width, .row = {-1, -1}};
    *out = (ww_image){0};
    if (rgb->width > WW_IMAGE_SIDE_MAX / 2 - 1 || rgb->height > WW_IMAGE_SIDE_MAX / 2 - 1)
        return ww_fail(err, WW_ERR_MEMORY, "a picture of %dx%d is too large to double", rgb->width, rgb->height);
    ww_status status = ww_image_alloc(out, WW_PIXELS_RGB, 2 * rgb->width + 2, 2 * rgb->height + 1, err);
    if (status != WW_OK)
        return status;
    size_t row_bytes = (size_t)out->width * sizeof(float);
    float *mixed = ww_alloc_array0(1, row_bytes, row_bytes);
    cache.data = ww_alloc_array0(ROWS_KEPT * 3 * cache.stride, sizeof(float), 64 * row_bytes);
    if (!mixed || !cache.data || !ww_blend_make(&b, rgb->width, out->width)) {
        status = ww_fail(err, WW_ERR_MEMORY, "no memory to double a picture of %dx%d", rgb->width, rgb->height);
        ww_image_free(out);
        goto done;
    }
    double scale = (rgb->height - 1) / (double)(out->height - 1), y = -scale;
    for (int r = 0; r < out->height; r++) {
        y += scale;
        int top = (int)floor(y), bottom = top + 1 < rgb->height ? top + 1 : rgb->height - 1;
        const float *t = cached_row(&cache, rgb, top), *u = cached_row(&cache, rgb, bottom);
        upsample_row(&b, &cache, t, u, y - top, mixed, out->plane[0].data + (ptrdiff_t)r * out->plane[0].stride);
    }
done:
    ww_blend_free(&b);
    free(mixed);
    free(cache.data);
    return status;
}
