// SPDX-License-Identifier: MIT
#include "base/memory.h"
#include "image/image.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <webp/decode.h>
#include <webp/encode.h>

// Rows of red, green and blue without gaps; the caller's (free).
static uint8_t *packed_rgb(const ww_image *image, ww_error *err)
{
    ww_image rgb = {0};
    ww_status status = ww_to_rgb(image, &rgb, err);
    if (status != WW_OK)
        return NULL;
    const size_t row = (size_t)rgb.width * 3;
    uint8_t *packed = ww_alloc_array(row, (size_t)rgb.height, SIZE_MAX / 2);
    for (int y = 0; packed && y < rgb.height; y++)
        memcpy(packed + (size_t)y * row, rgb.plane[0].data + y * rgb.plane[0].stride, row);
    if (!packed)
        ww_fail_memory(err, "a picture of %d x %d pixels", rgb.width, rgb.height);
    ww_image_free(&rgb);
    return packed;
}

static ww_status encode_png(const ww_image *image, int quality, uint8_t **data, size_t *bytes, ww_error *err)
{
    png_image png = {.version = PNG_IMAGE_VERSION,
                     .width = (png_uint_32)image->width,
                     .height = (png_uint_32)image->height,
                     .format = PNG_FORMAT_RGB,
                     .flags = PNG_IMAGE_FLAG_FAST}; // a sixth of the time, a tenth more bytes
    png_alloc_size_t size = 0;
    uint8_t *rgb = packed_rgb(image, err);
    if (!rgb)
        return err ? err->status : WW_ERR_MEMORY;
    *data = png_image_write_get_memory_size(png, size, 0, rgb, 0, NULL) ? ww_alloc_array(size, 1, SIZE_MAX / 2) : NULL;
    const bool done = *data && png_image_write_to_memory(&png, *data, &size, 0, rgb, 0, NULL);
    *bytes = size;
    free(rgb);
    if (done)
        return WW_OK;
    free(*data);
    *data = NULL;
    return ww_fail_memory(err, "a PNG of %d x %d pixels", image->width, image->height);
}

static ww_status encode_webp(const ww_image *image, int quality, uint8_t **data, size_t *bytes, ww_error *err)
{
    uint8_t *webp = NULL, *rgb = packed_rgb(image, err);
    if (!rgb)
        return err ? err->status : WW_ERR_MEMORY;
    *bytes = WebPEncodeRGB(rgb, image->width, image->height, image->width * 3, (float)quality, &webp);
    free(rgb);
    *data = *bytes ? ww_alloc_array(*bytes, 1, SIZE_MAX / 2) : NULL;
    if (*data)
        memcpy(*data, webp, *bytes);
    WebPFree(webp);
    return *data ? WW_OK
                 : ww_fail(err, WW_ERR_FORMAT, "a picture of %d x %d pixels is none that WebP takes", image->width,
                           image->height);
}

// --- and back

static ww_status unpack_rgb(const uint8_t *packed, int width, int height, ww_image *image, ww_error *err)
{
    ww_status status = ww_image_alloc(image, WW_PIXELS_RGB, width, height, err);
    for (int y = 0; status == WW_OK && y < height; y++)
        memcpy(image->plane[0].data + y * image->plane[0].stride, packed + (size_t)y * (size_t)width * 3,
               (size_t)width * 3);
    return status;
}

static bool is_jpeg(const uint8_t *data, size_t bytes) { return bytes >= 3 && memcmp(data, "\xff\xd8\xff", 3) == 0; }

static ww_status decode_jpeg(const uint8_t *data, size_t bytes, const char *name, ww_image *image, bool *truncated,
                             ww_error *err)
{
    return ww_jpeg_decode(data, bytes, name, WW_IMAGE_PIXELS_MAX, image, NULL, NULL, NULL, truncated, err);
}

static bool is_png(const uint8_t *data, size_t bytes) { return bytes >= 8 && png_sig_cmp(data, 0, 8) == 0; }

static ww_status decode_png(const uint8_t *data, size_t bytes, const char *name, ww_image *image, bool *truncated,
                            ww_error *err)
{
    png_image png = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_memory(&png, data, bytes))
        return ww_fail(err, WW_ERR_FORMAT, "'%s' is no PNG that can be read: %s", name, png.message);
    png.format = PNG_FORMAT_RGB;
    uint8_t *rgb = NULL;
    ww_status status = WW_OK;
    if ((size_t)png.width * png.height > WW_IMAGE_PIXELS_MAX)
        status = ww_fail(err, WW_ERR_MEMORY, "'%s' has too many pixels", name);
    else if (!(rgb = ww_alloc_array((size_t)png.width * png.height, 3, SIZE_MAX / 2)))
        status = ww_fail_memory(err, "the picture '%s'", name);
    else if (!png_image_finish_read(&png, NULL, rgb, 0, NULL))
        status = ww_fail(err, WW_ERR_FORMAT, "'%s' is no PNG that can be read: %s", name, png.message);
    if (status == WW_OK)
        status = unpack_rgb(rgb, (int)png.width, (int)png.height, image, err);
    png_image_free(&png);
    free(rgb);
    return status;
}

static bool is_webp(const uint8_t *data, size_t bytes)
{
    return bytes >= 12 && memcmp(data, "RIFF", 4) == 0 && memcmp(data + 8, "WEBP", 4) == 0;
}

static ww_status decode_webp(const uint8_t *data, size_t bytes, const char *name, ww_image *image, bool *truncated,
                             ww_error *err)
{
    int width = 0, height = 0;
    if (!WebPGetInfo(data, bytes, &width, &height) || (size_t)width * (size_t)height > WW_IMAGE_PIXELS_MAX)
        return ww_fail(err, WW_ERR_FORMAT, "'%s' is no WebP that can be read", name);
    uint8_t *rgb = WebPDecodeRGB(data, bytes, &width, &height);
    ww_status status = rgb ? unpack_rgb(rgb, width, height, image, err)
                           : ww_fail(err, WW_ERR_FORMAT, "'%s' is no WebP that can be read", name);
    WebPFree(rgb);
    return status;
}

static const ww_picture_format formats[] = {{"jpeg", "jpg", ww_jpeg_encode, is_jpeg, decode_jpeg},
                                            {"png", "png", encode_png, is_png, decode_png},
                                            {"webp", "webp", encode_webp, is_webp, decode_webp}};

const ww_picture_format *ww_picture_format_at(size_t index)
{
    return index < sizeof formats / sizeof *formats ? &formats[index] : NULL;
}
