// SPDX-License-Identifier: MIT
// The arithmetic of dlib's resize_image(), kept to the bit because pixels are cut off to whole levels: in even areas a
// sum that falls short by one bit is another level, and a picture full of those has other gradients. Columns are made
// four at a time from positions added up in float, as long as all four have a right neighbour; the rest from positions
// in double.
#include "base/memory.h"
#include "dlib/hog_picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHUFFLE_BYTES = 16 };

void ww_hog_picture_free(ww_hog_picture *p)
{
    free(p->memory);
    *p = (ww_hog_picture){0};
}

static ww_status set_size(ww_hog_picture *p, int width, int height, int planes, ww_error *err)
{
    size_t stride = ((size_t)width + 2 * WW_HOG_SLACK - 1) / WW_HOG_SLACK * WW_HOG_SLACK + WW_HOG_SLACK;
    size_t bytes = stride * (size_t)height * (size_t)planes;
    if ((size_t)width * (size_t)height > WW_IMAGE_PIXELS_MAX || width > WW_IMAGE_SIDE_MAX || height > WW_IMAGE_SIDE_MAX)
        return ww_fail(err, WW_ERR_MEMORY, "a picture of %d x %d pixels is too large to look at; upsample less", width,
                       height);
    if (bytes > p->capacity) {
        ww_hog_picture_free(p);
        p->memory = ww_alloc_array0(bytes, 1, SIZE_MAX / 2);
        if (!p->memory)
            return ww_fail(err, WW_ERR_MEMORY, "no memory for a picture of %d x %d pixels", width, height);
        p->capacity = bytes;
    }
    p->width = width;
    p->height = height;
    p->planes = planes;
    p->stride = (ptrdiff_t)stride;
    for (int i = 0; i < planes; i++)
        p->plane[i] = p->memory + stride * (size_t)height * (size_t)i;
    return WW_OK;
}

ww_status ww_hog_picture_take(const ww_hog_kernels *kernels, const ww_image *image, ww_hog_picture *out, ww_error *err)
{
    int planes = image->pixels == WW_PIXELS_RGB ? 3 : 1;
    ww_status status = set_size(out, image->width, image->height, planes, err);
    for (int y = 0; y < image->height && status == WW_OK; y++) {
        const uint8_t *in = image->plane[0].data + (ptrdiff_t)y * image->plane[0].stride;
        uint8_t *row[3] = {NULL};
        for (int p = 0; p < planes; p++)
            row[p] = out->plane[p] + (ptrdiff_t)y * out->stride;
        if (planes == 1)
            memcpy(row[0], in, (size_t)image->width);
        else
            kernels->split(in, image->width, row);
    }
    return status;
}

static double step_of(int in, int out) { return (in - 1) / (double)(out > 1 ? out - 1 : 1); }

// The columns that have right neighbours, four by four.
static void plan_columns(int in_width, int out_width, ww_hog_columns *c)
{
    double step = step_of(in_width, out_width), before = -4 * step;
    float quad_step = (float)(4 * step);
    float at[4] = {(float)before, (float)(before + step), (float)(before + 2 * step), (float)(before + 3 * step)};
    for (c->count = 0; c->count + 4 <= out_width; c->count += 4) {
        for (int i = 0; i < 4; i++) {
            at[i] += quad_step;
            c->left[c->count + i] = (int)at[i];
            c->fraction[c->count + i] = at[i] - (float)(int)at[i];
        }
        if (c->left[c->count + 3] + 1 >= in_width)
            break;
    }
    c->near = true;
    for (int x = 0; x < c->count; x++) {
        int reach = c->left[x] - c->left[x / WW_HOG_STEP * WW_HOG_STEP];
        c->near &= reach + 1 < SHUFFLE_BYTES;
        c->pick[x] = 0x80808000u | (uint32_t)reach;
    }
}

static ww_status open_columns(int width, ww_hog_columns *c, ww_error *err)
{
    size_t room = (size_t)width + WW_HOG_SLACK;
    *c = (ww_hog_columns){.left = ww_alloc_array0(room, sizeof *c->left, SIZE_MAX / 2),
                          .fraction = ww_alloc_array0(room, sizeof *c->fraction, SIZE_MAX / 2),
                          .pick = ww_alloc_array0(room, sizeof *c->pick, SIZE_MAX / 2)};
    return c->left && c->fraction && c->pick ? WW_OK
                                             : ww_fail(err, WW_ERR_MEMORY, "no memory for a row of %d pixels", width);
}

static void close_columns(ww_hog_columns *c)
{
    free(c->left);
    free(c->fraction);
    free(c->pick);
}

// The columns that are left, in double but for one plane, where the share of the way to the right is a float, and sums
// to its left.
static void blend_rest(const ww_hog_blend *row, double fraction, int in_width, int end, double step)
{
    double x = -step + row->columns->count * step;
    for (int c = row->columns->count; c < end; c++) {
        x += step;
        int left = (int)floor(x);
        left = left < in_width ? left : in_width - 1;
        int right = left + 1 < in_width ? left + 1 : left;
        for (int p = 0; p < row->planes; p++) {
            const uint8_t *top = row->top[p], *bottom = row->bottom[p];
            double upper, lower;
            if (row->planes == 1) {
                float share = (float)(x - left), rest = 1 - share;
                upper = rest * (float)top[left] + share * (float)top[right];
                lower = rest * (float)bottom[left] + share * (float)bottom[right];
            } else {
                double share = x - left, rest = 1 - share;
                upper = rest * top[left] + share * top[right];
                lower = rest * bottom[left] + share * bottom[right];
            }
            double v = (1 - fraction) * upper + fraction * lower;
            row->out[p][c] = row->planes == 1 ? (uint8_t)(float)v : (uint8_t)v;
        }
    }
}

static void scale_rows(const ww_hog_kernels *kernels, const ww_hog_columns *columns, const ww_hog_picture *in,
                       ww_hog_picture *out)
{
    double step_x = step_of(in->width, out->width), step_y = step_of(in->height, out->height), y = -step_y;
    for (int r = 0; r < out->height; r++) {
        y += step_y;
        int top = (int)floor(y) < in->height ? (int)floor(y) : in->height - 1;
        int bottom = top + 1 < in->height ? top + 1 : top;
        double fraction = y - top;
        ww_hog_blend row = {
            .columns = columns, .planes = in->planes, .rest = (float)(1 - fraction), .fraction = (float)fraction};
        for (int p = 0; p < in->planes; p++) {
            row.top[p] = in->plane[p] + (ptrdiff_t)top * in->stride;
            row.bottom[p] = in->plane[p] + (ptrdiff_t)bottom * in->stride;
            row.out[p] = out->plane[p] + (ptrdiff_t)r * out->stride;
        }
        kernels->blend(&row);
        blend_rest(&row, fraction, in->width, out->width, step_x);
    }
}

ww_status ww_hog_picture_scale(const ww_hog_kernels *kernels, const ww_hog_picture *in, int width, int height,
                               ww_hog_picture *out, ww_error *err)
{
    ww_hog_columns columns;
    ww_status status = open_columns(width, &columns, err);
    if (status == WW_OK)
        status = set_size(out, width, height, in->planes, err);
    if (status == WW_OK) {
        plan_columns(in->width, width, &columns);
        scale_rows(columns.near ? kernels : ww_hog_kernels_plain(), &columns, in, out);
    }
    close_columns(&columns);
    return status;
}
