// SPDX-License-Identifier: MIT
// PNG (ISO/IEC 15948): read by libpng; written here around libdeflate, which deflates three times as fast as zlib. What
// we write is the least a PNG may be: IHDR, one IDAT, IEND. Every row is filtered by "Up" (less the row above it): one
// vectorised pass, and within 3 % of the size that the best filter of each row gives for faces.
#include "image/png_file.h"
#include "base/memory.h"

#include <libdeflate.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

enum {
    LEVEL = 1, // of libdeflate, 1 to 12
    FILTER_UP = 2,
    GREY = 0,
    TRUECOLOUR = 2,
    BIT_DEPTH = 8,
    HEAD_BYTES = 13,     // of IHDR's content
    OWN_SIDE_MAX = 4096, // of pictures that are read here; libpng reads the larger ones
    FRAME_BYTES = 12,    // of a chunk around its content: length, type, check sum
};
static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

bool ww_png_is(const uint8_t *data, size_t bytes)
{
    return bytes >= sizeof signature && memcmp(data, signature, sizeof signature) == 0;
}

bool ww_png_is_colour(const uint8_t *data, size_t bytes)
{
    const size_t colour = sizeof signature + 8 + 9; // in IHDR, after width, height and bit depth
    return bytes > colour && ww_png_is(data, bytes) && data[colour] == TRUECOLOUR;
}

// --- writing

static uint8_t *put_be32(uint8_t *at, uint32_t v)
{
    const uint8_t big[] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
    memcpy(at, big, sizeof big);
    return at + sizeof big;
}

// The chunk whose content stands at `at` + 8 already; returns where the next begins.
static uint8_t *close_chunk(uint8_t *at, const char *type, size_t bytes)
{
    uint8_t *content = put_be32(at, (uint32_t)bytes);
    memcpy(content, type, 4);
    return put_be32(content + 4 + bytes, libdeflate_crc32(0, content, 4 + bytes));
}

static void filter(const ww_plane *in, size_t row_bytes, uint8_t *restrict out)
{
    for (int y = 0; y < in->height; y++, out += row_bytes + 1) {
        const uint8_t *row = in->data + y * in->stride, *above = row - in->stride;
        out[0] = FILTER_UP;
        if (y == 0)
            memcpy(out + 1, row, row_bytes);
        for (size_t x = 0; y > 0 && x < row_bytes; x++)
            out[1 + x] = (uint8_t)(row[x] - above[x]);
    }
}

static uint8_t *put_head(uint8_t *at, const ww_plane *p, bool grey)
{
    uint8_t *content = put_be32(put_be32(at + 8, (uint32_t)p->width), (uint32_t)p->height);
    const uint8_t kind[] = {BIT_DEPTH, grey ? GREY : TRUECOLOUR, 0, 0, 0};
    memcpy(content, kind, sizeof kind);
    return close_chunk(at, "IHDR", HEAD_BYTES);
}

static ww_status encode(const ww_plane *p, bool grey, uint8_t **data, size_t *bytes, ww_error *err)
{
    const size_t row = (size_t)p->width * (grey ? 1 : 3), raw = (row + 1) * (size_t)p->height;
    struct libdeflate_compressor *deflate = libdeflate_alloc_compressor(LEVEL);
    uint8_t *filtered = ww_try_array(raw, 1);
    const size_t most = deflate ? libdeflate_zlib_compress_bound(deflate, raw) : 0;
    *data = ww_try_array(most + sizeof signature + HEAD_BYTES + 3 * FRAME_BYTES, 1);
    size_t packed = 0;
    if (deflate && filtered && *data) {
        memcpy(*data, signature, sizeof signature);
        filter(p, row, filtered);
        uint8_t *at = put_head(*data + sizeof signature, p, grey);
        packed = libdeflate_zlib_compress(deflate, filtered, raw, at + 8, most);
        at = close_chunk(close_chunk(at, "IDAT", packed), "IEND", 0);
        *bytes = (size_t)(at - *data);
    }
    free(filtered);
    libdeflate_free_compressor(deflate);
    if (packed)
        return WW_OK;
    free(*data);
    *data = NULL;
    return ww_fail_memory(err, "a PNG of %d x %d pixels", p->width, p->height);
}

ww_status ww_png_encode(const ww_image *image, uint8_t **data, size_t *bytes, ww_error *err)
{
    if (image->pixels == WW_PIXELS_RGB || (image->pixels == WW_PIXELS_LUMA && image->range == WW_RANGE_FULL))
        return encode(&image->plane[0], image->pixels == WW_PIXELS_LUMA, data, bytes, err);
    ww_image rgb;
    ww_status status = ww_to_rgb(image, &rgb, err);
    if (status == WW_OK)
        status = encode(&rgb.plane[0], false, data, bytes, err);
    ww_image_free(&rgb);
    return status;
}

ww_status ww_png_encode_any(const ww_image *image, int quality, uint8_t **data, size_t *bytes, ww_error *err)
{
    return ww_png_encode(image, data, bytes, err);
}

// --- reading what was written here

static uint32_t get_be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool unfilter(const uint8_t *filtered, size_t row_bytes, ww_plane *out)
{
    for (int y = 0; y < out->height; y++, filtered += row_bytes + 1) {
        uint8_t *restrict row = out->data + y * out->stride;
        const uint8_t *above = row - out->stride;
        if (filtered[0] != FILTER_UP)
            return false;
        for (size_t x = 0; x < row_bytes; x++)
            row[x] = (uint8_t)(filtered[1 + x] + (y > 0 ? above[x] : 0));
    }
    return true;
}

typedef struct own_png { // a picture as this file writes it
    uint32_t width, height;
    const uint8_t *deflated;
    size_t deflated_bytes;
} own_png;

// False: it is another, or damaged.
static bool find_own(const uint8_t *data, size_t bytes, bool grey, own_png *png)
{
    const uint8_t *head = data + sizeof signature, *idat = head + HEAD_BYTES + FRAME_BYTES;
    const uint8_t kind[] = {BIT_DEPTH, grey ? GREY : TRUECOLOUR, 0, 0, 0};
    static const uint8_t end[FRAME_BYTES] = {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};
    const size_t around = sizeof signature + HEAD_BYTES + 3 * FRAME_BYTES;
    if (bytes < around || memcmp(data + bytes - sizeof end, end, sizeof end) != 0 || !ww_png_is(data, bytes)
        || memcmp(idat + 4, "IDAT", 4) != 0 || memcmp(head + 16, kind, 5) != 0 || get_be32(head) != HEAD_BYTES
        || get_be32(idat) != bytes - around
        || get_be32(head + 8 + HEAD_BYTES) != libdeflate_crc32(0, head + 4, 4 + HEAD_BYTES)
        || get_be32(idat + 8 + bytes - around) != libdeflate_crc32(0, idat + 4, 4 + bytes - around))
        return false;
    *png = (own_png){get_be32(head + 8), get_be32(head + 12), idat + 8, bytes - around};
    return png->width - 1 < OWN_SIDE_MAX && png->height - 1 < OWN_SIDE_MAX;
}

bool ww_png_is_own(const uint8_t *data, size_t bytes, int width, int height)
{
    own_png png;
    return find_own(data, bytes, false, &png) && png.width == (uint32_t)width && png.height == (uint32_t)height;
}

// The same as `read` below for a picture as this file writes it, at a third of the time. False: it is another, or
// damaged; then libpng says what it is.
static bool read_own(const uint8_t *data, size_t bytes, bool grey, ww_image *image)
{
    own_png png;
    if (!find_own(data, bytes, grey, &png))
        return false;
    const size_t row_bytes = (size_t)png.width * (grey ? 1 : 3), raw = png.height * (row_bytes + 1);
    struct libdeflate_decompressor *inflate = libdeflate_alloc_decompressor();
    uint8_t *filtered = ww_try_array(raw, 1);
    const bool read =
        inflate && filtered
        && ww_image_alloc(image, grey ? WW_PIXELS_LUMA : WW_PIXELS_RGB, (int)png.width, (int)png.height, NULL) == WW_OK
        && libdeflate_zlib_decompress(inflate, png.deflated, png.deflated_bytes, filtered, raw, NULL)
               == LIBDEFLATE_SUCCESS
        && unfilter(filtered, row_bytes, &image->plane[0]);
    if (!read)
        ww_image_free(image);
    free(filtered);
    libdeflate_free_decompressor(inflate);
    return read;
}

// --- reading

static ww_status read(const uint8_t *data, size_t bytes, const char *name, bool grey, ww_image *image, ww_error *err)
{
    png_image png = {.version = PNG_IMAGE_VERSION};
    *image = (ww_image){0};
    if (!png_image_begin_read_from_memory(&png, data, bytes))
        return ww_fail(err, WW_ERR_FORMAT, "'%s' is no PNG that can be read: %s", name, png.message);
    png.format = grey ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    ww_status status = WW_OK;
    if ((size_t)png.width * png.height > WW_IMAGE_PIXELS_MAX)
        status = ww_fail(err, WW_ERR_MEMORY, "'%s' has too many pixels", name);
    else
        status = ww_image_alloc(image, grey ? WW_PIXELS_LUMA : WW_PIXELS_RGB, (int)png.width, (int)png.height, err);
    // Without a colour behind what is transparent the memory of the picture, as it was allocated, would be that.
    const png_color black = {0, 0, 0};
    if (status == WW_OK
        && !png_image_finish_read(&png, &black, image->plane[0].data, (png_int_32)image->plane[0].stride, NULL)) {
        ww_image_free(image);
        status = ww_fail(err, WW_ERR_FORMAT, "'%s' is no PNG that can be read: %s", name, png.message);
    }
    png_image_free(&png);
    return status;
}

static ww_status decode(const uint8_t *data, size_t bytes, const char *name, bool grey, ww_image *image, ww_error *err)
{
    *image = (ww_image){0};
    return read_own(data, bytes, grey, image) ? WW_OK : read(data, bytes, name, grey, image, err);
}

ww_status ww_png_decode(const uint8_t *data, size_t bytes, const char *name, ww_image *image, bool *truncated,
                        ww_error *err)
{
    return decode(data, bytes, name, false, image, err);
}

ww_status ww_png_decode_grey(const uint8_t *data, size_t bytes, const char *name, ww_image *image, ww_error *err)
{
    return decode(data, bytes, name, true, image, err);
}
