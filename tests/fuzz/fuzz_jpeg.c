// SPDX-License-Identifier: MIT
// Any bytes go into the JPEG reader, at three bounds on the size; whatever comes out is turned, converted, scaled and
// written again.
#include "image/image.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const ww_image *image, int orientation)
{
    ww_image upright, small;
    if (ww_orient(image, orientation, &upright, NULL) != WW_OK)
        abort(); // the reader must not report an orientation that does not exist
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    if (ww_resize_luma(&upright, upright.width / 3 + 1, upright.height / 2 + 1, &small, NULL) == WW_OK
        && ww_jpeg_encode(&small, WW_JPEG_QUALITY, &jpeg, &bytes, NULL) != WW_OK)
        abort();
    free(jpeg);
    if (ww_jpeg_encode(&upright, WW_JPEG_QUALITY, &jpeg, &bytes, NULL) != WW_OK && upright.width <= 65500
        && upright.height <= 65500)
        abort();
    free(jpeg);
    ww_image_free(&small);
    ww_image_free(&upright);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t max_pixels[] = {1 << 16, 1 << 12, 100};
    for (int i = 0; i < 3; i++) {
        ww_image image;
        int orientation = 0, width = 0, height = 0;
        bool truncated = false;
        ww_error err;
        ww_status status =
            ww_jpeg_decode(data, size, "fuzz", max_pixels[i], &image, &orientation, &width, &height, &truncated, &err);
        if (status != WW_OK)
            continue;
        if (image.width > width || image.height > height || (size_t)image.width * (size_t)image.height > max_pixels[i])
            abort();
        use(&image, orientation);
        ww_image_free(&image);
    }
    return 0;
}
