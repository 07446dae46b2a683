// SPDX-License-Identifier: MIT
#include "image/chip.h"
#include "image/align.h"
#include "image/planes.h"
#include "image/png_file.h"

#include <math.h>

enum { CHROMA_SIDE = WW_CHIP_SIDE / 2, PACKED_HEIGHT = WW_CHIP_SIDE + CHROMA_SIDE, GREY = 128, SHARE_BITS = 14 };
#define CHIP_NAME "the chip of a face" // in messages

ww_status ww_chip_cut(const ww_image *image, const float landmark[WW_LANDMARK_VALUES], bool luma_as_filmed,
                      ww_image *chip, ww_error *err)
{
    ww_image warped;
    const ww_affine map = ww_align(landmark, WW_CHIP_SIDE, 0);
    *chip = (ww_image){0};
    ww_status status = ww_warp(image, &map, WW_CHIP_SIDE, WW_CHIP_SIDE, &warped, err);
    if (status == WW_OK)
        status = ww_to_jpeg_yuv(&warped, chip, err);
    if (status == WW_OK && luma_as_filmed && warped.pixels != WW_PIXELS_RGB) {
        ww_plane_copy(&warped.plane[0], 1, &chip->plane[0]);
        ww_luma_plane_to_full(&chip->plane[0], warped.range);
    }
    ww_image_free(&warped);
    return status;
}

ww_light ww_chip_light(const ww_image *chip)
{
    enum { MIDDLE = WW_CHIP_SIDE / 2, END = WW_CHIP_SIDE - WW_CHIP_AROUND, SIDE = END - WW_CHIP_AROUND };
    double all = 0, squares = 0, right = 0, below = 0;
    for (int y = WW_CHIP_AROUND; y < END; y++)
        for (int x = WW_CHIP_AROUND; x < END; x++) {
            const int luma = chip->plane[0].data[y * chip->plane[0].stride + x];
            all += luma;
            squares += luma * luma;
            right += x < MIDDLE ? -luma : luma;
            below += y < MIDDLE ? -luma : luma;
        }
    const double mean = all / (SIDE * SIDE), spread = sqrt(fmax(squares / (SIDE * SIDE) - mean * mean, 0));
    return (ww_light){(float)(mean / 255), (float)(spread / 255), (float)(all > 0 ? right / all : 0),
                      (float)(all > 0 ? below / all : 0)};
}

// Where plane 0, 1 or 2 of a chip lies in its packed picture.
static ww_plane place_of(const ww_image *packed, int plane)
{
    ww_plane p = packed->plane[0];
    if (plane > 0)
        p.data += WW_CHIP_SIDE * p.stride + (plane - 1) * CHROMA_SIDE;
    p.width = p.height = plane > 0 ? CHROMA_SIDE : WW_CHIP_SIDE;
    return p;
}

// One plane of chroma, less grey, at the size of the luma.
static ww_status grow(const ww_plane *chroma, ww_image *grown, ww_error *err)
{
    const ww_image image = {
        .width = chroma->width, .height = chroma->height, .pixels = WW_PIXELS_LUMA, .plane = {*chroma}};
    return ww_resize(&image, WW_CHIP_SIDE, WW_CHIP_SIDE, grown, err);
}

// The share (of 1 << SHARE_BITS) of `difference` that may be added to a luma without leaving 0..255.
static int share_that_fits(int luma, int difference)
{
    const int room = difference > 0 ? 255 - luma : luma, size = difference > 0 ? difference : -difference;
    return size > room << SHARE_BITS ? (int)(((int64_t)room << (2 * SHARE_BITS)) / size) : 1 << SHARE_BITS;
}

enum { // ITU-R BT.601, full range, 1 << SHARE_BITS
    RED_CR = 22970,
    GREEN_CB = -5638,
    GREEN_CR = -11700,
    BLUE_CB = 29032,
};

static uint8_t sum(int luma, int difference)
{
    return (uint8_t)ww_clamp(luma + ((difference + (1 << (SHARE_BITS - 1))) >> SHARE_BITS), 0, 255);
}

static void put_paler(int luma, int cb, int cr, uint8_t rgb[3])
{
    const int difference[3] = {RED_CR * cr, GREEN_CB * cb + GREEN_CR * cr, BLUE_CB * cb};
    int share = 1 << SHARE_BITS;
    for (int c = 0; c < 3; c++) {
        const int fits = share_that_fits(luma, difference[c]);
        share = fits < share ? fits : share;
    }
    for (int c = 0; c < 3; c++)
        rgb[c] = sum(luma, (int)((int64_t)difference[c] * share >> SHARE_BITS));
}

static bool fits(const int16_t colour[WW_CHIP_SIDE])
{
    int outside = 0;
    for (int x = 0; x < WW_CHIP_SIDE; x++)
        outside |= colour[x] & ~255;
    return !outside;
}

// A row whose colours all fit into RGB goes through simple loops, which compilers vectorise.
static void mix_row(const uint8_t *luma, const uint8_t *cb, const uint8_t *cr, uint8_t *rgb)
{
    int16_t r[WW_CHIP_SIDE], g[WW_CHIP_SIDE], b[WW_CHIP_SIDE];
    const int half = 1 << (SHARE_BITS - 1);
    for (int x = 0; x < WW_CHIP_SIDE; x++) {
        const int y = luma[x], u = cb[x] - GREY, v = cr[x] - GREY;
        r[x] = (int16_t)(y + ((RED_CR * v + half) >> SHARE_BITS));
        g[x] = (int16_t)(y + ((GREEN_CB * u + GREEN_CR * v + half) >> SHARE_BITS));
        b[x] = (int16_t)(y + ((BLUE_CB * u + half) >> SHARE_BITS));
    }
    if (fits(r) && fits(g) && fits(b))
        for (int x = 0; x < WW_CHIP_SIDE; x++) {
            rgb[3 * x] = (uint8_t)r[x];
            rgb[3 * x + 1] = (uint8_t)g[x];
            rgb[3 * x + 2] = (uint8_t)b[x];
        }
    else
        for (int x = 0; x < WW_CHIP_SIDE; x++)
            put_paler(luma[x], cb[x] - GREY, cr[x] - GREY, rgb + (ptrdiff_t)3 * x);
}

static void mix(const ww_plane *luma, const ww_plane *cb, const ww_plane *cr, ww_plane *rgb)
{
    for (int y = 0; y < WW_CHIP_SIDE; y++)
        mix_row(luma->data + y * luma->stride, cb->data + y * cb->stride, cr->data + y * cr->stride,
                rgb->data + y * rgb->stride);
}

// luma, cb, cr: the chip's; chroma of half the size.
static ww_status to_rgb(const ww_plane plane[3], ww_image *rgb, ww_error *err)
{
    ww_image chroma[2] = {0};
    *rgb = (ww_image){0};
    ww_status status = WW_OK;
    for (int i = 0; status == WW_OK && i < 2; i++)
        status = grow(&plane[i + 1], &chroma[i], err);
    if (status == WW_OK)
        status = ww_image_alloc(rgb, WW_PIXELS_RGB, WW_CHIP_SIDE, WW_CHIP_SIDE, err);
    if (status == WW_OK)
        mix(&plane[0], &chroma[0].plane[0], &chroma[1].plane[0], &rgb->plane[0]);
    ww_image_free(&chroma[0]);
    ww_image_free(&chroma[1]);
    return status;
}

ww_status ww_chip_pack(const ww_image *chip, uint8_t **png, size_t *bytes, ww_error *err)
{
    ww_image rgb;
    ww_status status = to_rgb(chip->plane, &rgb, err);
    if (status == WW_OK)
        status = ww_png_encode(&rgb, png, bytes, err);
    ww_image_free(&rgb);
    return status;
}

bool ww_chip_is_packed(const uint8_t *png, size_t bytes)
{
    return ww_png_is_own(png, bytes, WW_CHIP_SIDE, WW_CHIP_SIDE);
}

static ww_status not_a_chip(const ww_image *image, ww_error *err)
{
    return ww_fail(err, WW_ERR_FORMAT, "a picture of %d x %d pixels is no chip of a library", image->width,
                   image->height);
}

// What was once kept.
static ww_status unpack_grey(const uint8_t *png, size_t bytes, ww_image *chip, ww_error *err)
{
    ww_image packed;
    ww_status status = ww_png_decode_grey(png, bytes, CHIP_NAME, &packed, err);
    if (status == WW_OK && (packed.width != WW_CHIP_SIDE || packed.height != PACKED_HEIGHT))
        status = not_a_chip(&packed, err);
    if (status == WW_OK) {
        const ww_plane plane[] = {place_of(&packed, 0), place_of(&packed, 1), place_of(&packed, 2)};
        status = to_rgb(plane, chip, err);
    }
    ww_image_free(&packed);
    return status;
}

ww_status ww_chip_unpack(const uint8_t *png, size_t bytes, ww_image *chip, ww_error *err)
{
    *chip = (ww_image){0};
    if (!ww_png_is_colour(png, bytes))
        return unpack_grey(png, bytes, chip, err);
    ww_status status = ww_png_decode(png, bytes, CHIP_NAME, chip, NULL, err);
    if (status == WW_OK && (chip->width != WW_CHIP_SIDE || chip->height != WW_CHIP_SIDE)) {
        status = not_a_chip(chip, err);
        ww_image_free(chip);
    }
    return status;
}
