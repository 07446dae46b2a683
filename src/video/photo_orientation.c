// SPDX-License-Identifier: MIT
#include "video/photo_orientation.h"
#include "image/image.h"
#include "video/photo.h"

enum { COMPARED_PX = 32 }; // a side

// The turn that makes the photo look like the upright picture; of equals, the first.
static ww_status compare(const char *path, const ww_image *upright, int *orientation, ww_error *err)
{
    static const int turns[] = {1, 6, 8, 3};
    ww_image photo = {0}, lying = {0}, wanted = {0};
    double scale;
    int64_t least = INT64_MAX;
    ww_status status = ww_photo_decode(path, NULL, &photo, &scale, err);
    if (status == WW_OK)
        status = ww_resize_luma(&photo, COMPARED_PX, COMPARED_PX, &lying, err);
    if (status == WW_OK)
        status = ww_resize_luma(upright, COMPARED_PX, COMPARED_PX, &wanted, err);
    for (size_t i = 0; status == WW_OK && i < sizeof turns / sizeof *turns; i++) {
        ww_image turned = {0};
        status = ww_orient(&lying, turns[i], &turned, err);
        const int64_t difference = status == WW_OK ? ww_luma_difference(&turned, &wanted) : INT64_MAX;
        if (difference < least) {
            least = difference;
            *orientation = turns[i];
        }
        ww_image_free(&turned);
    }
    ww_image_free(&photo);
    ww_image_free(&lying);
    ww_image_free(&wanted);
    return status;
}

ww_status ww_photo_find_orientation(const char *path, const uint8_t *jpeg, size_t bytes, int *orientation,
                                    ww_error *err)
{
    ww_photo_facts facts = {0};
    ww_image upright = {0};
    ww_status status = ww_photo_examine(path, &facts, err);
    if (status != WW_OK)
        return status;
    *orientation = facts.orientation > 0 ? facts.orientation : 1;
    if (facts.orientation > 0)
        return WW_OK;
    status = ww_jpeg_decode(jpeg, bytes, path, WW_IMAGE_PIXELS_MAX, &upright, NULL, NULL, NULL, NULL, err);
    if (status == WW_OK)
        status = compare(path, &upright, orientation, err);
    ww_image_free(&upright);
    return status;
}
