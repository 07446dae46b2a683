// SPDX-License-Identifier: MIT
#include "base/memory.h"
#include "image/align.h"
#include "image/image.h"
#include "library/library.h"
#include "whoswho/view.h"

#include <stdlib.h>
#include <string.h>

enum { CHIP_BYTES_PER_PIXEL = 3 };
#define TEMPLATE_SIDE 112.0

void ww_bytes_free(ww_bytes *bytes)
{
    free(bytes->data);
    *bytes = (ww_bytes){0};
}

ww_status ww_library_portrait(ww_library *library, int64_t face_id, ww_bytes *jpeg, ww_error *err)
{
    uint8_t *data = NULL;
    *jpeg = (ww_bytes){0};
    ww_status status = ww_store_portrait_jpeg(library->store, face_id, &data, &jpeg->size, err);
    jpeg->data = data;
    return status;
}

ww_status ww_library_frame(ww_library *library, int64_t frame_id, ww_bytes *jpeg, ww_error *err)
{
    uint8_t *data = NULL;
    *jpeg = (ww_bytes){0};
    ww_status status = ww_store_frame_jpeg(library->store, frame_id, &data, &jpeg->size, err);
    jpeg->data = data;
    return status;
}

// Rows of a picture may be padded; a chip's are not.
static ww_status pack(const ww_image *chip, ww_bytes *rgb, ww_error *err)
{
    const size_t row = (size_t)chip->width * CHIP_BYTES_PER_PIXEL;
    uint8_t *packed = ww_try_array((size_t)chip->height, row);
    if (!packed)
        return ww_fail_memory(err, "the picture of a face");
    for (int y = 0; y < chip->height; y++)
        memcpy(packed + (size_t)y * row, chip->plane[0].data + y * chip->plane[0].stride, row);
    *rgb = (ww_bytes){packed, (size_t)chip->height * row};
    return WW_OK;
}

ww_status ww_library_chip(ww_library *library, const ww_view *view, size_t face, int size, double margin, ww_bytes *rgb,
                          ww_error *err)
{
    const ww_view_face *f = ww_view_get_face(view, face);
    ww_bytes jpeg = {0};
    ww_image frame = {0}, chip = {0};
    float landmark[WW_LANDMARK_VALUES];
    *rgb = (ww_bytes){0};
    if (!f || size < 1 || size > WW_CHIP_SIZE_MAX || !(margin >= 0 && margin <= 1))
        return ww_fail(err, WW_ERR_ARGUMENT,
                       "there is no face %zu in this view, or a chip's size is not 1 to %d, or its margin not 0 to 1",
                       face, WW_CHIP_SIZE_MAX);
    const ww_view_source *source = ww_view_get_source(view, f->source);
    ww_status status = ww_library_frame(library, ww_view_get_frame(view, f->frame)->id, &jpeg, err);
    if (status == WW_OK)
        status = ww_jpeg_decode(jpeg.data, jpeg.size, "a stored frame", WW_IMAGE_PIXELS_MAX, &frame, NULL, NULL, NULL,
                                NULL, err);
    if (status == WW_OK) {
        const double scale = source->width > 0 ? (double)frame.width / source->width : 1;
        for (int i = 0; i < WW_LANDMARK_VALUES; i++)
            landmark[i] = (float)(f->landmark[i / 2][i % 2] * scale);
        ww_affine map = ww_align(landmark, size, (float)(-margin * TEMPLATE_SIDE));
        status = ww_warp_rgb(&frame, &map, size, size, &chip, err);
    }
    if (status == WW_OK)
        status = pack(&chip, rgb, err);
    ww_image_free(&chip);
    ww_image_free(&frame);
    ww_bytes_free(&jpeg);
    return status;
}
