// SPDX-License-Identifier: MIT
#include "identify/finder.h"
#include "api/sized.h"
#include "face/detection.h"

ww_status ww_finder_open(const ww_models *models, const ww_scan_options *options, ww_finder **finder, ww_error *err)
{
    ww_scan_options full = WW_SCAN_OPTIONS_INIT;
    *finder = NULL;
    ww_status status = WW_CHECK_SIZED(options, ww_scan_options, err);
    if (status != WW_OK)
        return status;
    ww_sized_read(&full, options, sizeof full);
    if (full.detect_size <= 0)
        full.detect_size = WW_DETECT_SIZE_DEFAULT;
    return ww_finder_acquire(models, &full, finder, err);
}

void ww_finder_close(ww_finder *finder) { ww_finder_release(finder); }

ww_status ww_finder_find(ww_finder *finder, const void *pixels, ww_pixel_format format, int width, int height,
                         size_t stride, const ww_found_face **faces, size_t *count, ww_error *err)
{
    const size_t bytes = format == WW_PIXEL_RGB ? 3 : 1;
    *faces = NULL;
    *count = 0;
    if (!pixels || (format != WW_PIXEL_GREY && format != WW_PIXEL_RGB) || width < 1 || height < 1
        || width > WW_IMAGE_SIDE_MAX || height > WW_IMAGE_SIDE_MAX
        || (size_t)width * (size_t)height > WW_IMAGE_PIXELS_MAX || stride < (size_t)width * bytes)
        return ww_fail(err, WW_ERR_ARGUMENT, "a picture of %d x %d pixels in rows of %zu bytes cannot be", width,
                       height, stride);
    ww_image image = {
        .width = width,
        .height = height,
        .pixels = format == WW_PIXEL_RGB ? WW_PIXELS_RGB : WW_PIXELS_LUMA,
        .range = WW_RANGE_FULL,
        .plane = {
            {.data = (uint8_t *)(uintptr_t)pixels, .width = width, .height = height, .stride = (ptrdiff_t)stride}}};
    return ww_finder_look(finder, &image, faces, count, err);
}

ww_status ww_finder_find_jpeg(ww_finder *finder, const void *jpeg, size_t bytes, const ww_found_face **faces,
                              size_t *count, ww_error *err)
{
    ww_image image = {0}, upright = {0};
    int orientation = 1;
    *faces = NULL;
    *count = 0;
    ww_status status =
        ww_jpeg_decode(jpeg, bytes, "the picture", WW_IMAGE_PIXELS_MAX, &image, &orientation, NULL, NULL, NULL, err);
    if (status == WW_OK)
        status = ww_orient(&image, orientation, &upright, err);
    if (status == WW_OK)
        status = ww_finder_look(finder, &upright, faces, count, err);
    ww_image_free(&upright);
    ww_image_free(&image);
    return status;
}

ww_status ww_finder_find_file(ww_finder *finder, const char *path, const ww_found_face **faces, size_t *count,
                              ww_error *err)
{
    return ww_finder_look_at_file(finder, path, faces, count, err);
}
