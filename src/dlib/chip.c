// SPDX-License-Identifier: MIT
#include "dlib/chip.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HALVES_MAX = 24, HALF_MIN = 9 }; // a picture with a side below HALF_MIN pixels has no half

struct rect {
    double left, top, right, bottom;
};

static double width_of(struct rect r) { return r.left > r.right || r.top > r.bottom ? 0 : r.right - r.left + 1; }
static double height_of(struct rect r) { return r.left > r.right || r.top > r.bottom ? 0 : r.bottom - r.top + 1; }

// Where a rectangle lies in the picture of half the size.
static struct rect halved(struct rect r)
{
    return (struct rect){r.left / 2 - 1.25, r.top / 2 - 0.75, r.right / 2 - 1.25, r.bottom / 2 - 0.75};
}

static struct rect rect_of(const ww_dlib_place *p)
{
    double half = (p->side - 1) / 2;
    return (struct rect){p->x - half, p->y - half, p->x + half, p->y + half};
}

struct point {
    double x, y;
};

// A corner of the rectangle, turned around its middle.
static struct point turned(struct rect r, double x, double y, double angle)
{
    double middle_x = (r.left + r.right) / 2, middle_y = (r.top + r.bottom) / 2;
    double dx = x - middle_x, dy = y - middle_y, c = cos(angle), s = sin(angle);
    return (struct point){c * dx - s * dy + middle_x, s * dx + c * dy + middle_y};
}

struct corners {
    struct point top_left, top_right, bottom_left, bottom_right;
};

static struct corners corners_of(struct rect r, double angle)
{
    return (struct corners){turned(r, r.left, r.top, angle), turned(r, r.right, r.top, angle),
                            turned(r, r.left, r.bottom, angle), turned(r, r.right, r.bottom, angle)};
}

// --- an RGB picture somewhere in memory ------------------------------------------------------------------------------

struct pixels {
    const uint8_t *rgb;
    ptrdiff_t stride;
    int width, height;
};

// Half the size: a binomial filter of 5 x 5 at every other pixel, cut off to whole levels. `out` has room for the half,
// `across` for half of the columns of all rows; false: too small to halve.
static bool halve(const struct pixels *in, uint16_t *across, uint8_t *out, struct pixels *half)
{
    if (in->width < HALF_MIN || in->height < HALF_MIN)
        return false;
    *half = (struct pixels){.rgb = out, .width = (in->width - 3) / 2, .height = (in->height - 3) / 2};
    half->stride = (ptrdiff_t)3 * half->width;
    size_t samples = 3 * (size_t)half->width;
    uint16_t *sum = across;
    for (int y = 0; y < in->height; y++) {
        const uint8_t *p = in->rgb + y * in->stride;
        for (int x = 0; x < half->width; x++, p += 6)
            for (int c = 0; c < 3; c++)
                *sum++ = (uint16_t)(p[c] + 4 * p[c + 3] + 6 * p[c + 6] + 4 * p[c + 9] + p[c + 12]);
    }
    for (int y = 0; y < half->height; y++, out += samples) {
        const uint16_t *row = across + 2 * (size_t)y * samples;
        for (size_t i = 0; i < samples; i++)
            out[i] = (uint8_t)((row[i] + 4 * row[i + samples] + 6 * row[i + 2 * samples] + 4 * row[i + 3 * samples]
                                + row[i + 4 * samples])
                               / 256);
    }
    return true;
}

// The blend of the four pixels around (x, y), cut off to whole levels; black where one of them is missing.
static void blend_at(const struct pixels *in, double x, double y, uint8_t *out)
{
    double left = floor(x), top = floor(y), share_x = x - left, share_y = y - top;
    if (!(left >= 0 && top >= 0 && left + 1 < in->width && top + 1 < in->height)) {
        memset(out, 0, 3);
        return;
    }
    const uint8_t *p = in->rgb + (ptrdiff_t)top * in->stride + 3 * (ptrdiff_t)left, *q = p + in->stride;
    for (int c = 0; c < 3; c++)
        out[c] = (uint8_t)((1 - share_y) * ((1 - share_x) * p[c] + share_x * p[c + 3])
                           + share_y * ((1 - share_x) * q[c] + share_x * q[c + 3]));
}

static void sample(const struct pixels *in, struct rect r, double angle, ww_image *chip)
{
    struct corners at = corners_of(r, angle);
    double steps_x = chip->width > 1 ? chip->width - 1 : 1, steps_y = chip->height > 1 ? chip->height - 1 : 1;
    double right_x = (at.top_right.x - at.top_left.x) / steps_x, right_y = (at.top_right.y - at.top_left.y) / steps_x;
    double down_x = (at.bottom_left.x - at.top_left.x) / steps_y, down_y = (at.bottom_left.y - at.top_left.y) / steps_y;
    for (int y = 0; y < chip->height; y++) {
        uint8_t *out = chip->plane[0].data + (ptrdiff_t)y * chip->plane[0].stride;
        for (int x = 0; x < chip->width; x++)
            blend_at(in, right_x * x + down_x * y + at.top_left.x, right_y * x + down_y * y + at.top_left.y,
                     out + 3 * (ptrdiff_t)x);
    }
}

// --- the part of the picture that a chip needs -----------------------------------------------------------------------

struct box {
    int left, top, right, bottom;
}; // the right and bottom pixels included

static double least(double a, double b) { return a < b ? a : b; }
static double most(double a, double b) { return a > b ? a : b; }

// The turned rectangle and a margin around it, which grows with the halvings, as far as there is a picture; false:
// nothing of it.
static bool needed_box(const ww_image *image, struct rect r, double angle, int chip_size, struct box *box)
{
    double grow = 2, chip_area = (double)chip_size * chip_size;
    for (struct rect half = halved(r); width_of(half) * height_of(half) > chip_area; half = halved(half))
        grow = 2 * grow + 2;
    struct corners c = corners_of(r, angle);
    double left = least(least(c.top_left.x, c.top_right.x), least(c.bottom_left.x, c.bottom_right.x)) - grow;
    double right = most(most(c.top_left.x, c.top_right.x), most(c.bottom_left.x, c.bottom_right.x)) + grow;
    double top = least(least(c.top_left.y, c.top_right.y), least(c.bottom_left.y, c.bottom_right.y)) - grow;
    double bottom = most(most(c.top_left.y, c.top_right.y), most(c.bottom_left.y, c.bottom_right.y)) + grow;
    left = most(left, 0);
    top = most(top, 0);
    right = least(right, image->width - 1);
    bottom = least(bottom, image->height - 1);
    if (!(left <= right && top <= bottom))
        return false;
    *box =
        (struct box){(int)floor(left + 0.5), (int)floor(top + 0.5), (int)floor(right + 0.5), (int)floor(bottom + 0.5)};
    return true;
}

// The box of `image` as RGB pixels; *rgb keeps them. Cut at even places, so that chroma stays where it is.
static ww_status take_pixels(const ww_image *image, struct box b, ww_image *rgb, struct pixels *out, ww_error *err)
{
    int left = b.left & ~1, top = b.top & ~1;
    ww_image view;
    ww_status status = ww_crop(image, left, top, b.right + 1 - left, b.bottom + 1 - top, &view, err);
    if (status == WW_OK)
        status = ww_to_rgb(&view, rgb, err);
    if (status == WW_OK)
        *out = (struct pixels){.rgb = rgb->plane[0].data + (b.top - top) * rgb->plane[0].stride
                                      + (ptrdiff_t)3 * (b.left - left),
                               .stride = rgb->plane[0].stride,
                               .width = b.right - b.left + 1,
                               .height = b.bottom - b.top + 1};
    return status;
}

static void blacken(ww_image *chip)
{
    for (int y = 0; y < chip->height; y++)
        memset(chip->plane[0].data + (ptrdiff_t)y * chip->plane[0].stride, 0, 3 * (size_t)chip->width);
}

// A chip that is neither turned nor scaled is copied.
static void copy_pixels(const struct pixels *in, int left, int top, ww_image *chip)
{
    blacken(chip);
    for (int y = 0; y < chip->height; y++)
        for (int x = 0; x < chip->width; x++)
            if (y + top >= 0 && y + top < in->height && x + left >= 0 && x + left < in->width)
                memcpy(chip->plane[0].data + (ptrdiff_t)y * chip->plane[0].stride + 3 * (ptrdiff_t)x,
                       in->rgb + (y + top) * in->stride + 3 * (ptrdiff_t)(x + left), 3);
}

static ww_status fill_chip(const struct pixels *whole, struct rect r, double angle, ww_image *chip, ww_error *err)
{
    double chip_area = (double)chip->width * chip->height;
    size_t half_bytes = 3 * ((size_t)whole->width / 2) * ((size_t)whole->height / 2);
    uint8_t *memory = ww_alloc_array(2 * half_bytes + 1, 1, 6 * WW_IMAGE_PIXELS_MAX);
    uint16_t *across = ww_alloc_array(3 * ((size_t)whole->width / 2) * (size_t)whole->height + 1, sizeof *across,
                                      6 * WW_IMAGE_PIXELS_MAX);
    if (!memory || !across) {
        free(memory);
        free(across);
        return ww_fail(err, WW_ERR_MEMORY, "no memory for a face of %d x %d pixels", whole->width, whole->height);
    }
    struct pixels in = *whole;
    bool seen = true;
    for (int i = 0; i < HALVES_MAX && width_of(halved(r)) * height_of(halved(r)) > chip_area && seen; i++) {
        struct pixels half = {0};
        seen = halve(&in, across, memory + (i % 2 ? half_bytes : 0), &half);
        in = half;
        r = halved(r);
    }
    if (seen)
        sample(&in, r, angle, chip);
    else
        blacken(chip);
    free(across);
    free(memory);
    return WW_OK;
}

ww_status ww_dlib_chip(const ww_image *image, const ww_dlib_place *place, int chip_size, ww_image *chip, ww_error *err)
{
    struct rect r = rect_of(place);
    struct box box;
    struct pixels whole;
    ww_image rgb = {0};
    if (!isfinite(place->x) || !isfinite(place->y) || !isfinite(place->side) || !isfinite(place->angle))
        return ww_fail(err, WW_ERR_ARGUMENT, "the landmarks of a face are not finite numbers");
    ww_status status = ww_image_alloc(chip, WW_PIXELS_RGB, chip_size, chip_size, err);
    if (status != WW_OK)
        return status;
    if (!needed_box(image, r, place->angle, chip_size, &box)) {
        blacken(chip);
        return WW_OK;
    }
    status = take_pixels(image, box, &rgb, &whole, err);
    if (status == WW_OK) {
        if (place->angle == 0 && width_of(r) == chip_size)
            copy_pixels(&whole, (int)floor(r.left + 0.5) - box.left, (int)floor(r.top + 0.5) - box.top, chip);
        else {
            r = (struct rect){r.left - box.left, r.top - box.top, r.right - box.left, r.bottom - box.top};
            status = fill_chip(&whole, r, place->angle, chip, err);
        }
    }
    ww_image_free(&rgb);
    if (status != WW_OK)
        ww_image_free(chip);
    return status;
}
