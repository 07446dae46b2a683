// SPDX-License-Identifier: MIT
#include "dlib/shape_predictor.h"
#include "base/memory.h"
#include "dlib/stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    CASCADES_MAX = 1000,
    TREES_MAX = 100000,   // in a cascade
    SPLITS_MAX = 65535,   // in a tree
    FEATURES_MAX = 65536, // of a cascade
    SPLIT_BYTES = 6,      // in the file, at least: two integers and a real
    REAL_BYTES = 2,
};

// Go left where the pixels' difference is over the threshold; the children of node i are 2i + 1 and 2i + 2, leaves come
// after all splits.
struct split {
    int32_t first, second; // features
    float threshold;
};

struct cascade {
    size_t trees, splits; // splits of one tree; it has one leaf more
    struct split *split;  // [tree][splits]
    float *leaf;          // [tree][splits + 1][2 * points]
    size_t features;
    int32_t *anchor; // the landmark a feature's pixel is placed by
    float *offset;   // x, y from there, in units of the box
};

struct ww_shape_predictor {
    size_t points, cascades;
    size_t features_most;
    float *mean; // shape in units of the box: x0, y0, ...
    struct cascade *cascade;
};

void ww_shape_predictor_free(ww_shape_predictor *p)
{
    if (!p)
        return;
    for (size_t c = 0; c < p->cascades && p->cascade; c++) {
        free(p->cascade[c].split);
        free(p->cascade[c].leaf);
        free(p->cascade[c].anchor);
        free(p->cascade[c].offset);
    }
    free(p->cascade);
    free(p->mean);
    free(p);
}

int ww_shape_predictor_points(const ww_shape_predictor *p) { return (int)p->points; }

// --- reading ---------------------------------------------------------------------------------------------------------

// As ww_alloc_array0, with the reader told of a failure.
static void *room_for(ww_dat *d, size_t count, size_t size)
{
    void *p = ww_dat_ok(d) ? ww_alloc_array0(count, size, 4 * WW_DAT_BYTES_MAX) : NULL;
    if (!p && ww_dat_ok(d))
        ww_dat_fail(d, WW_ERR_MEMORY, "no memory for %zu things of %zu bytes", count, size);
    return p;
}

static void read_splits(ww_dat *d, struct split *split, size_t count)
{
    for (size_t i = 0; i < count && ww_dat_ok(d); i++) {
        split[i].first = (int32_t)ww_dat_int_in(d, "feature of a split", 0, FEATURES_MAX - 1);
        split[i].second = (int32_t)ww_dat_int_in(d, "feature of a split", 0, FEATURES_MAX - 1);
        split[i].threshold = (float)ww_dat_finite(d, "threshold of a split");
    }
}

static void read_leaves(ww_dat *d, float *leaf, size_t leaves, size_t numbers)
{
    for (size_t i = 0; i < leaves && ww_dat_ok(d); i++, leaf += numbers) {
        size_t rows = 0, columns = 0;
        ww_dat_matrix_size(d, numbers, 1, &rows, &columns);
        if (ww_dat_ok(d) && rows * columns != numbers)
            ww_dat_fail(d, WW_ERR_FORMAT, "a leaf has %zu numbers, not %zu", rows * columns, numbers);
        for (size_t k = 0; k < numbers && ww_dat_ok(d); k++)
            leaf[k] = (float)ww_dat_finite(d, "number in a leaf");
    }
}

static void read_trees(ww_dat *d, struct cascade *c, size_t points)
{
    c->trees = ww_dat_count(d, "trees", TREES_MAX, SPLIT_BYTES);
    for (size_t t = 0; t < c->trees && ww_dat_ok(d); t++) {
        size_t splits = ww_dat_count(d, "splits", SPLITS_MAX, SPLIT_BYTES);
        if (t == 0 && ww_dat_ok(d)) {
            size_t tree_bytes = splits * SPLIT_BYTES + (splits + 1) * 2 * points * REAL_BYTES;
            if (c->trees > ww_dat_left(d) / tree_bytes)
                ww_dat_fail(d, WW_ERR_FORMAT, "%zu trees of %zu splits do not fit into what is left of the file",
                            c->trees, splits);
            c->splits = splits;
            c->split = room_for(d, c->trees * splits, sizeof *c->split);
            c->leaf = room_for(d, c->trees * (splits + 1) * 2 * points, sizeof *c->leaf);
        }
        if (ww_dat_ok(d) && splits != c->splits)
            ww_dat_fail(d, WW_ERR_UNSUPPORTED, "trees of %zu and of %zu splits in one cascade", c->splits, splits);
        if (ww_dat_ok(d))
            read_splits(d, c->split + t * splits, splits);
        size_t leaves = ww_dat_count(d, "leaves", SPLITS_MAX + 1, REAL_BYTES);
        if (ww_dat_ok(d) && leaves != splits + 1)
            ww_dat_fail(d, WW_ERR_FORMAT, "a tree of %zu splits has %zu leaves", splits, leaves);
        if (ww_dat_ok(d))
            read_leaves(d, c->leaf + t * leaves * 2 * points, leaves, 2 * points);
    }
}

static void read_anchors(ww_dat *d, struct cascade *c, size_t points)
{
    c->features = ww_dat_count(d, "features", FEATURES_MAX, 1);
    c->anchor = room_for(d, c->features, sizeof *c->anchor);
    for (size_t i = 0; i < c->features && ww_dat_ok(d); i++)
        c->anchor[i] = (int32_t)ww_dat_int_in(d, "landmark of a feature", 0, (int64_t)points - 1);
    for (size_t i = 0; i < c->trees * c->splits && ww_dat_ok(d); i++) {
        int32_t largest = c->split[i].first > c->split[i].second ? c->split[i].first : c->split[i].second;
        if ((size_t)largest >= c->features)
            ww_dat_fail(d, WW_ERR_FORMAT, "a split asks for feature %d of %zu", largest, c->features);
    }
}

static void read_offsets(ww_dat *d, struct cascade *c)
{
    size_t count = ww_dat_count(d, "places of features", FEATURES_MAX, 2 * REAL_BYTES);
    if (ww_dat_ok(d) && count != c->features)
        ww_dat_fail(d, WW_ERR_FORMAT, "%zu places of %zu features", count, c->features);
    c->offset = room_for(d, 2 * count, sizeof *c->offset);
    for (size_t i = 0; i < 2 * count && ww_dat_ok(d); i++)
        c->offset[i] = (float)ww_dat_finite(d, "place of a feature");
}

static void expect_cascades(ww_dat *d, size_t expected)
{
    size_t count = ww_dat_count(d, "cascades", CASCADES_MAX, 1);
    if (ww_dat_ok(d) && count != expected)
        ww_dat_fail(d, WW_ERR_FORMAT, "%zu cascades where there were %zu", count, expected);
}

static void read_mean(ww_dat *d, ww_shape_predictor *p)
{
    size_t rows = 0, columns = 0;
    p->mean = ww_dat_matrix(d, 2 * WW_SHAPE_POINTS_MAX, 1, &rows, &columns);
    p->points = rows / 2;
    if (ww_dat_ok(d) && (columns != 1 || rows == 0 || rows % 2 != 0))
        ww_dat_fail(d, WW_ERR_FORMAT, "a shape of %zu x %zu numbers", rows, columns);
    for (size_t i = 0; i < 2 * p->points && ww_dat_ok(d); i++)
        if (!isfinite(p->mean[i]))
            ww_dat_fail(d, WW_ERR_FORMAT, "number %zu of the mean shape is not finite", i);
}

ww_status ww_shape_predictor_read(const void *bytes, size_t size, const char *name, ww_shape_predictor **predictor,
                                  ww_error *err)
{
    ww_dat d;
    ww_dat_open(&d, bytes, size, name, err);
    ww_shape_predictor *p = ww_alloc(sizeof *p);
    ww_dat_int_in(&d, "version of the shape predictor", 1, 1);
    read_mean(&d, p);
    p->cascades = ww_dat_count(&d, "cascades", CASCADES_MAX, 1);
    p->cascade = room_for(&d, p->cascades, sizeof *p->cascade);
    for (size_t c = 0; c < p->cascades && ww_dat_ok(&d); c++)
        read_trees(&d, &p->cascade[c], p->points);
    expect_cascades(&d, p->cascades);
    for (size_t c = 0; c < p->cascades && ww_dat_ok(&d); c++)
        read_anchors(&d, &p->cascade[c], p->points);
    expect_cascades(&d, p->cascades);
    for (size_t c = 0; c < p->cascades && ww_dat_ok(&d); c++) {
        read_offsets(&d, &p->cascade[c]);
        p->features_most = p->features_most > p->cascade[c].features ? p->features_most : p->cascade[c].features;
    }
    ww_status status = ww_dat_end(&d);
    if (status != WW_OK) {
        ww_shape_predictor_free(p);
        return status;
    }
    *predictor = p;
    return WW_OK;
}

// --- running ---------------------------------------------------------------------------------------------------------

struct sight { // a face looked at
    const ww_image *image;
    ww_shape_box box;
    float *shape;   // so far, in units of the box
    float *feature; // grey levels
};

// From units of the box to the nearest whole pixel.
static void to_pixel(ww_shape_box b, float x, float y, double *pixel_x, double *pixel_y)
{
    *pixel_x = floor((double)x * ((double)b.right - b.left) + b.left + 0.5);
    *pixel_y = floor((double)y * ((double)b.bottom - b.top) + b.top + 0.5);
}

static float grey_at(const ww_image *image, double x, double y)
{
    if (!(x >= 0 && y >= 0 && x < image->width && y < image->height))
        return 0;
    const uint8_t *row = image->plane[0].data + (ptrdiff_t)y * image->plane[0].stride;
    if (image->pixels == WW_PIXELS_LUMA)
        return row[(size_t)x];
    const uint8_t *rgb = row + 3 * (size_t)x;
    int grey = (rgb[0] + rgb[1] + rgb[2]) / 3; // dlib's, cut off
    return (float)grey;
}

// The turn and scale that bring the mean shape as near as possible, in least squares, to the shape so far, as the
// matrix {{m[0], -m[1]}, {m[1], m[0]}}.
static void turn_and_scale(const float *from, const float *to, size_t points, float m[2])
{
    double from_x = 0, from_y = 0, to_x = 0, to_y = 0, dot = 0, cross = 0, spread = 0;
    for (size_t i = 0; i < points; i++) {
        from_x += from[2 * i];
        from_y += from[2 * i + 1];
        to_x += to[2 * i];
        to_y += to[2 * i + 1];
    }
    double n = (double)points;
    for (size_t i = 0; i < points; i++) {
        double fx = from[2 * i] - from_x / n, fy = from[2 * i + 1] - from_y / n;
        double tx = to[2 * i] - to_x / n, ty = to[2 * i + 1] - to_y / n;
        dot += fx * tx + fy * ty;
        cross += fx * ty - fy * tx;
        spread += fx * fx + fy * fy;
    }
    m[0] = spread > 0 ? (float)(dot / spread) : 1;
    m[1] = spread > 0 ? (float)(cross / spread) : 0;
}

static void look(const ww_shape_predictor *p, const struct cascade *c, struct sight *s)
{
    float m[2];
    turn_and_scale(p->mean, s->shape, p->points, m);
    for (size_t i = 0; i < c->features; i++) {
        const float *offset = c->offset + 2 * i, *at = s->shape + 2 * c->anchor[i];
        float x = m[0] * offset[0] + -m[1] * offset[1] + at[0], y = m[1] * offset[0] + m[0] * offset[1] + at[1];
        double pixel_x, pixel_y;
        to_pixel(s->box, x, y, &pixel_x, &pixel_y);
        s->feature[i] = grey_at(s->image, pixel_x, pixel_y);
    }
}

static void climb(const struct cascade *c, size_t numbers, struct sight *s)
{
    for (size_t t = 0; t < c->trees; t++) {
        const struct split *split = c->split + t * c->splits;
        size_t node = 0;
        while (node < c->splits) {
            bool left = s->feature[split[node].first] - s->feature[split[node].second] > split[node].threshold;
            node = 2 * node + (left ? 1 : 2);
        }
        const float *leaf = c->leaf + (t * (c->splits + 1) + node - c->splits) * numbers;
        for (size_t k = 0; k < numbers; k++)
            s->shape[k] += leaf[k];
    }
}

ww_status ww_shape_predict(const ww_shape_predictor *p, const ww_image *image, ww_shape_box box, float *point,
                           ww_error *err)
{
    if (image->pixels != WW_PIXELS_LUMA && image->pixels != WW_PIXELS_RGB)
        return ww_fail(err, WW_ERR_ARGUMENT, "a shape predictor looks at grey and RGB pictures only");
    size_t numbers = 2 * p->points;
    struct sight s = {.image = image, .box = box, .shape = ww_try_array(numbers, sizeof *s.shape)};
    s.feature = ww_try_array(p->features_most, sizeof *s.feature);
    if (!s.shape || !s.feature) {
        free(s.feature);
        free(s.shape);
        return ww_fail_memory(err, "the %zu points of a face", p->points);
    }
    memcpy(s.shape, p->mean, numbers * sizeof *s.shape);
    for (size_t c = 0; c < p->cascades; c++) {
        look(p, &p->cascade[c], &s);
        climb(&p->cascade[c], numbers, &s);
    }
    for (size_t i = 0; i < p->points; i++) {
        double x, y;
        to_pixel(box, s.shape[2 * i], s.shape[2 * i + 1], &x, &y);
        point[2 * i] = (float)x;
        point[2 * i + 1] = (float)y;
    }
    free(s.feature);
    free(s.shape);
    return WW_OK;
}
