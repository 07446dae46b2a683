// SPDX-License-Identifier: MIT
// Pictures: planar, 8 bits a sample, as decoders hand them out. Pixel (0,0) is the top left one; its centre lies at
// (0.5, 0.5).
#ifndef WW_IMAGE_IMAGE_H
#define WW_IMAGE_IMAGE_H
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WW_IMAGE_SIDE_MAX 65535                         // pixels
#define WW_IMAGE_PIXELS_MAX ((size_t)100 * 1000 * 1000) // pixels one picture may hold in memory

typedef struct ww_plane {
    uint8_t *data;
    int width, height;
    ptrdiff_t stride; // bytes from one row to the next, >= width * bytes a pixel
} ww_plane;

typedef enum ww_pixels {
    WW_PIXELS_LUMA,   // plane[0]: Y
    WW_PIXELS_YUV420, // plane[0..2]: Y, Cb, Cr; chroma (w+1)/2 x (h+1)/2
    WW_PIXELS_YUV422, // chroma (w+1)/2 x h
    WW_PIXELS_YUV444, // chroma w x h
    WW_PIXELS_RGB,    // plane[0]: R,G,B interleaved, 3 bytes a pixel
} ww_pixels;

// luma 0..255, or 16..235 (chroma 16..240)
typedef enum ww_range { WW_RANGE_FULL, WW_RANGE_LIMITED } ww_range;
// ITU-R; JPEG (JFIF) is full range BT.601
typedef enum ww_matrix { WW_MATRIX_BT601, WW_MATRIX_BT709, WW_MATRIX_BT2020 } ww_matrix;

typedef struct ww_image {
    int width, height;
    ww_pixels pixels;
    ww_range range;   // RGB: always full
    ww_matrix matrix; // without meaning for LUMA and RGB
    ww_plane plane[3];
    void *owned; // the pixels, freed by ww_image_free; NULL: a view on pixels that live elsewhere
} ww_image;

// Allocates planes (not cleared; every row starts and ends on a multiple of 64 bytes). Range full, matrix BT.601. Sides
// must be 1..WW_IMAGE_SIDE_MAX and the area <= WW_IMAGE_PIXELS_MAX, else WW_ERR_MEMORY. Here and below, a picture made
// by a function that fails is zeroed: nothing to free, and freeing it does no harm.
ww_status ww_image_alloc(ww_image *image, ww_pixels pixels, int width, int height, ww_error *err);
void ww_image_free(ww_image *image); // also fine for a zeroed or view image; zeroes it

// 256 entries that take a luma sample of `range` to full range: 0..255 as it is, or (y - 16) * 255 / 219, rounded and
// clipped.
const uint8_t *ww_luma_to_full(ww_range range);

// --- resize.c --------------------------------------------------------------------------------------------------------
// Full-range luma of `image` (RGB: BT.601 luma) scaled to width x height into `out` (WW_PIXELS_LUMA, allocated here,
// caller frees). Shrinking averages the covered area (exact box filter with fractional edges), growing is bilinear,
// each axis by itself. Within one grey level of the definition. Whole ratios (3:1 ...) are fastest; this is the first
// thing done to every frame of a film.
ww_status ww_resize_luma(const ww_image *image, int width, int height, ww_image *out, ww_error *err);
// All planes, same pixel format, range and matrix; same filters. Chroma planes are scaled as pictures of their own.
ww_status ww_resize(const ww_image *image, int width, int height, ww_image *out, ww_error *err);

// --- resize_lanczos.c ------------------------------------------------------------------------------------------------
// All planes, same pixel format, range and matrix, by OpenCV's INTER_LANCZOS4, bit for bit. Shrinking by much aliases.
ww_status ww_resize_lanczos(const ww_image *image, int width, int height, ww_image *out, ww_error *err);

// --- warp.c ----------------------------------------------------------------------------------------------------------
// Affine map from destination pixel coordinates to source pixel coordinates: sx = m[0]*x + m[1]*y + m[2], sy = m[3]*x +
// m[4]*y + m[5] (both with pixel centres at +0.5).
typedef struct ww_affine {
    double m[6];
} ww_affine;
// Cuts a width x height picture out of `image` through `map`; outside the source the nearest edge pixel counts.
// Bilinear; where the map shrinks by more than 1.5 the source is first averaged over cells of whole pixels, as many as
// the map steps over, so that chips from large faces do not alias (up to a shrinking of 257). WW_ERR_ARGUMENT: the map
// is not finite, or leads millions of pixels away. _luma: full-range WW_PIXELS_LUMA; _rgb: WW_PIXELS_RGB (converted
// from YUV by the image's matrix and range; a luma image gives grey). Chroma is taken to sit in the middle of its luma
// pixels.
ww_status ww_warp_luma(const ww_image *image, const ww_affine *map, int width, int height, ww_image *out,
                       ww_error *err);
ww_status ww_warp_rgb(const ww_image *image, const ww_affine *map, int width, int height, ww_image *out, ww_error *err);
// All planes, warped likewise: RGB, LUMA, or YUV444 in the picture's range and matrix.
ww_status ww_warp(const ww_image *image, const ww_affine *map, int width, int height, ww_image *out, ww_error *err);

// --- convert.c -------------------------------------------------------------------------------------------------------
// Both: chroma coarser than the result is repeated, finer chroma averaged. Within one level of the formulas in double
// precision.
ww_status ww_to_rgb(const ww_image *image, ww_image *out, ww_error *err);
// Full range BT.601 4:2:0, what a JPEG holds; from any format.
ww_status ww_to_jpeg_yuv(const ww_image *image, ww_image *out, ww_error *err);

// --- crop.c ----------------------------------------------------------------------------------------------------------
// A view (owned == NULL) on a rectangle clipped to the picture; for chroma-subsampled formats left and top are rounded
// down to even.
ww_status ww_crop(const ww_image *image, int x, int y, int width, int height, ww_image *view, ww_error *err);
// Copies `tile` into `canvas` with its top left at (x, y), clipped; it must have the canvas' pixel format, range and
// matrix (and x, y even where chroma is subsampled), else WW_ERR_ARGUMENT.
ww_status ww_paste(ww_image *canvas, const ww_image *tile, int x, int y, ww_error *err);

// --- difference.c ----------------------------------------------------------------------------------------------------
// Sum over all pixels of how many levels apart the lumas of two pictures of one size are.
int64_t ww_luma_difference(const ww_image *a, const ww_image *b);

// --- pixelate.c ------------------------------------------------------------------------------------------------------
// Makes what lies in the rectangle, clipped to the picture, unrecognisable where it is: a mosaic of cells x cells, each
// of one colour, the mean of what was there. A rectangle outside the picture changes nothing.
void ww_pixelate(ww_image *image, int x, int y, int width, int height, int cells);

// --- orient.c --------------------------------------------------------------------------------------------------------
// EXIF orientation 1..8 (1: as it is; 6: turn 90 degrees clockwise to be upright ...; CIPA DC-008 table "Orientation").
// Out is newly allocated also for orientation 1. 4:2:2 becomes 4:4:4 when turned by 90 degrees.
ww_status ww_orient(const ww_image *image, int exif_orientation, ww_image *out, ww_error *err);

// --- jpeg_encode.c, jpeg_decode.c ------------------------------------------------------------------------------------
#define WW_JPEG_QUALITY 90
// Baseline JPEG: grey for LUMA, else 4:2:0 (full-range BT.601 planes go straight in; others are converted). The same
// picture gives the same bytes. quality 1..100; sides up to 65500, else WW_ERR_ARGUMENT. *data is the caller's (free).
ww_status ww_jpeg_encode(const ww_image *image, int quality, uint8_t **data, size_t *bytes, ww_error *err);
// Any JPEG libjpeg reads (grey, YUV of any sampling, RGB, CMYK, progressive) to LUMA, YUV420/422/444 (JPEG's own
// planes, no colour conversion; 4:4:4 for reduced sizes and odd samplings) or RGB. Decoded at 1/1, 1/2, 1/4 or 1/8 so
// that the area is <= max_pixels, else WW_ERR_MEMORY; *exif_orientation (may be NULL) 1..8 as found in the EXIF block
// (1 when absent), not applied. Full-size dimensions in *full_width, *full_height (may be NULL). `name` is for
// messages. A truncated picture is WW_ERR_FORMAT when less than half of its rows could be read; otherwise it is
// returned at its full height, grey where nothing was read, and *truncated (may be NULL) set. Progressive pictures of
// which more than 512 MB of coefficients would have to be held are WW_ERR_MEMORY, those of more than 100 scans
// WW_ERR_FORMAT.
ww_status ww_jpeg_decode(const uint8_t *data, size_t bytes, const char *name, size_t max_pixels, ww_image *out,
                         int *exif_orientation, int *full_width, int *full_height, bool *truncated, ww_error *err);

// --- png_file.c ------------------------------------------------------------------------------------------------------
// Grey for full-range LUMA, else RGB. *data is the caller's (free).
ww_status ww_png_encode(const ww_image *image, uint8_t **data, size_t *bytes, ww_error *err);
// Any PNG libpng reads to LUMA. `name` is for messages. WW_ERR_FORMAT: it is none, or breaks off.
ww_status ww_png_decode_grey(const uint8_t *data, size_t bytes, const char *name, ww_image *image, ww_error *err);

// --- encode.c --------------------------------------------------------------------------------------------------------
// Kinds of picture files that data sets may hold. encode: as ww_jpeg_encode; PNG is lossless and takes no quality.
typedef struct ww_picture_format {
    const char *name, *extension;
    ww_status (*encode)(const ww_image *image, int quality, uint8_t **data, size_t *bytes, ww_error *err);
    bool (*is)(const uint8_t *data, size_t bytes); // by its first bytes
    // To RGB (JPEG: as ww_jpeg_decode); a transparent PNG stands on black. *truncated is set if it breaks off, and else
    // left as it is. `name` is for messages.
    ww_status (*decode)(const uint8_t *data, size_t bytes, const char *name, ww_image *image, bool *truncated,
                        ww_error *err);
} ww_picture_format;

// From 0, which is JPEG; NULL after the last.
const ww_picture_format *ww_picture_format_at(size_t index);

#endif
