// SPDX-License-Identifier: MIT
#include "scan/portrait.h"

#include <math.h>

double ww_portrait_margin_scale(int width, bool as_they_stand)
{
    return as_they_stand ? 1 : width / WW_PORTRAIT_FRAME_WIDTH;
}

ww_status ww_portrait(const ww_image *image, const ww_detection *face, int wanted, double margin_scale,
                      ww_face_row *row, uint8_t **jpeg, size_t *bytes, ww_error *err)
{
    double margin_x = WW_PORTRAIT_MARGIN_X * margin_scale, margin_y = WW_PORTRAIT_MARGIN_Y * margin_scale;
    // Top and left on even pixels, so that chroma planes are cut at whole samples.
    int left = (int)fmax(0, floor(face->x - margin_x)) & ~1, top = (int)fmax(0, floor(face->y - margin_y)) & ~1;
    int right = (int)fmin(image->width, ceil(face->x + face->width + margin_x));
    int bottom = (int)fmin(image->height, ceil(face->y + face->height + margin_y));
    ww_image view = {0}, portrait = {0};
    ww_status status = ww_crop(image, left, top, right - left, bottom - top, &view, err);
    if (status != WW_OK)
        return status;
    // A strip of a picture would grow beyond all bounds at 400 wide; it stays narrower.
    const int target = wanted == WW_PORTRAIT_AS_FILMED ? view.width : wanted > 0 ? wanted : WW_PORTRAIT_WIDTH;
    double scale = fmin((double)target / view.width, (double)WW_PORTRAIT_HEIGHT_MAX / view.height);
    int width = (int)fmax(1, floor(view.width * scale + 0.5)), height = (int)fmax(1, floor(view.height * scale + 0.5));
    status = ww_resize(&view, width, height, &portrait, err);
    if (status == WW_OK)
        status = ww_jpeg_encode(&portrait, WW_JPEG_QUALITY, jpeg, bytes, err);
    row->portrait_width = width;
    row->portrait_height = height;
    row->portrait_box[0] = (face->x - left) * scale;
    row->portrait_box[1] = (face->y - top) * scale;
    row->portrait_box[2] = face->width * scale;
    row->portrait_box[3] = face->height * scale;
    ww_image_free(&portrait);
    return status;
}
