// SPDX-License-Identifier: MIT
#include "base/memory.h"
#include "image/image.h"
#include "image/png_file.h"

#include <stdlib.h>
#include <string.h>
#include <webp/decode.h>
#include <webp/encode.h>

static int stride_of(const ww_image *rgb) { return (int)rgb->plane[0].stride; } // at most WW_IMAGE_SIDE_MAX pixels

static ww_status encode_webp(const ww_image *image, int quality, uint8_t **data, size_t *bytes, ww_error *err)
{
    uint8_t *webp = NULL;
    ww_image rgb;
    ww_status status = ww_to_rgb(image, &rgb, err);
    if (status != WW_OK)
        return status;
    *bytes = WebPEncodeRGB(rgb.plane[0].data, rgb.width, rgb.height, stride_of(&rgb), (float)quality, &webp);
    ww_image_free(&rgb);
    *data = *bytes ? ww_alloc_array(*bytes, 1, SIZE_MAX / 2) : NULL;
    if (*data)
        memcpy(*data, webp, *bytes);
    WebPFree(webp);
    return *data ? WW_OK
                 : ww_fail(err, WW_ERR_FORMAT, "a picture of %d x %d pixels is none that WebP takes", image->width,
                           image->height);
}

// --- and back

static bool is_jpeg(const uint8_t *data, size_t bytes) { return bytes >= 3 && memcmp(data, "\xff\xd8\xff", 3) == 0; }

static ww_status decode_jpeg(const uint8_t *data, size_t bytes, const char *name, ww_image *image, bool *truncated,
                             ww_error *err)
{
    return ww_jpeg_decode(data, bytes, name, WW_IMAGE_PIXELS_MAX, image, NULL, NULL, NULL, truncated, err);
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
    ww_status status = ww_image_alloc(image, WW_PIXELS_RGB, width, height, err);
    if (status != WW_OK)
        return status;
    ww_plane *rgb = &image->plane[0];
    if (WebPDecodeRGBInto(data, bytes, rgb->data, (size_t)rgb->stride * (size_t)height, stride_of(image)))
        return WW_OK;
    ww_image_free(image);
    return ww_fail(err, WW_ERR_FORMAT, "'%s' is no WebP that can be read", name);
}

static const ww_picture_format formats[] = {{"jpeg", "jpg", ww_jpeg_encode, is_jpeg, decode_jpeg},
                                            {"png", "png", ww_png_encode_any, ww_png_is, ww_png_decode},
                                            {"webp", "webp", encode_webp, is_webp, decode_webp}};

const ww_picture_format *ww_picture_format_at(size_t index)
{
    return index < sizeof formats / sizeof *formats ? &formats[index] : NULL;
}
