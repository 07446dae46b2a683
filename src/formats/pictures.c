// SPDX-License-Identifier: MIT
#include "formats/pictures.h"

#include <math.h>
#include <stdlib.h>

enum { MOSAIC_CELLS = 4 };  // a side: eyes, nose and mouth are gone, skin and hair stay what they are
#define MOSAIC_WIDENED 0.15 // of a box's side, each way: boxes end at the brows and the chin

ww_box ww_face_box(const ww_dataset *set, size_t face)
{
    const ww_catalog_face *f = &set->catalog->face.item[face];
    const ww_catalog_frame *s = &set->catalog->frame.item[f->frame];
    const double x0 = fmin(fmax(f->x, 0), s->width), x1 = fmin(fmax(f->x + f->width, 0), s->width);
    const double y0 = fmin(fmax(f->y, 0), s->height), y1 = fmin(fmax(f->y + f->height, 0), s->height);
    return (ww_box){x0, y0, x1 - x0, y1 - y0};
}

double ww_frame_scale_x(const ww_dataset *set, size_t frame)
{
    const ww_catalog_frame *f = &set->catalog->frame.item[frame];
    return f->width > 0 ? (double)f->jpeg_width / f->width : 1;
}

double ww_frame_scale_y(const ww_dataset *set, size_t frame)
{
    const ww_catalog_frame *f = &set->catalog->frame.item[frame];
    return f->height > 0 ? (double)f->jpeg_height / f->height : 1;
}

size_t ww_frame_covered(const ww_dataset *set, size_t frame)
{
    const ww_catalog_frame *f = &set->catalog->frame.item[frame];
    size_t count = 0;
    for (size_t i = f->first_face; i < f->first_face + f->face_count; i++)
        count += ww_dataset_label(set, i) == WW_NO_CLASS;
    return count;
}

static void cover(const ww_dataset *set, size_t face, ww_image *image)
{
    const size_t frame = set->catalog->face.item[face].frame;
    const double sx = ww_frame_scale_x(set, frame), sy = ww_frame_scale_y(set, frame);
    const ww_box b = ww_face_box(set, face);
    const double left = (b.x - MOSAIC_WIDENED * b.width) * sx, right = (b.x + (1 + MOSAIC_WIDENED) * b.width) * sx;
    const double top = (b.y - MOSAIC_WIDENED * b.height) * sy, bottom = (b.y + (1 + MOSAIC_WIDENED) * b.height) * sy;
    ww_pixelate(image, (int)floor(left), (int)floor(top), (int)ceil(right) - (int)floor(left),
                (int)ceil(bottom) - (int)floor(top), MOSAIC_CELLS);
}

static ww_status put_covered(const ww_dataset *set, size_t frame, const uint8_t *jpeg, size_t bytes, const char *path,
                             ww_dataset_out *out, ww_error *err)
{
    const ww_catalog_frame *f = &set->catalog->frame.item[frame];
    ww_image image = {0};
    uint8_t *encoded = NULL;
    size_t encoded_bytes = 0;
    ww_status status = ww_jpeg_decode(jpeg, bytes, path, WW_IMAGE_PIXELS_MAX, &image, NULL, NULL, NULL, NULL, err);
    for (size_t i = f->first_face; status == WW_OK && i < f->first_face + f->face_count; i++)
        if (ww_dataset_label(set, i) == WW_NO_CLASS)
            cover(set, i, &image);
    if (status == WW_OK)
        status = ww_jpeg_encode(&image, WW_JPEG_QUALITY, &encoded, &encoded_bytes, err);
    if (status == WW_OK)
        status = ww_dataset_out_put(out, path, encoded, encoded_bytes, err);
    free(encoded);
    ww_image_free(&image);
    return status;
}

ww_status ww_put_frame(const ww_dataset *set, size_t frame, const char *path, ww_dataset_out *out, ww_error *err)
{
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    ww_status status = ww_store_frame_jpeg(set->catalog->store, set->catalog->frame.item[frame].id, &jpeg, &bytes, err);
    if (status == WW_OK)
        status = ww_frame_covered(set, frame) ? put_covered(set, frame, jpeg, bytes, path, out, err)
                                              : ww_dataset_out_put(out, path, jpeg, bytes, err);
    free(jpeg);
    return status;
}

// --- single faces

// Pixels that a stored picture really has a pixel of the source: one that was enlarged has no more than the source had.
static double detail(double scale) { return fmin(scale, 1); }

ww_status ww_face_picture_open(const ww_dataset *set, size_t face, ww_face_picture *p, ww_error *err)
{
    const ww_catalog_face *f = &set->catalog->face.item[face];
    const double in_frame = ww_frame_scale_x(set, f->frame),
                 in_portrait = f->width > 0 ? f->portrait_box[2] / f->width : 0;
    const bool portrait = detail(in_portrait) > detail(in_frame);
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    *p = (ww_face_picture){.scale_x = in_frame, .scale_y = ww_frame_scale_y(set, f->frame)};
    if (portrait)
        *p = (ww_face_picture){.scale_x = in_portrait,
                               .scale_y = f->portrait_box[3] / fmax(f->height, 1),
                               .x = f->portrait_box[0] - f->x * in_portrait,
                               .y = f->portrait_box[1] - f->y * f->portrait_box[3] / fmax(f->height, 1)};
    ww_status status =
        portrait ? ww_store_portrait_jpeg(set->catalog->store, f->id, &jpeg, &bytes, err)
                 : ww_store_frame_jpeg(set->catalog->store, set->catalog->frame.item[f->frame].id, &jpeg, &bytes, err);
    if (status == WW_OK)
        status = ww_jpeg_decode(jpeg, bytes, "a picture of the library", WW_IMAGE_PIXELS_MAX, &p->image, NULL, NULL,
                                NULL, NULL, err);
    free(jpeg);
    return status;
}

void ww_face_picture_close(ww_face_picture *p) { ww_image_free(&p->image); }

void ww_face_picture_landmarks(const ww_dataset *set, size_t face, const ww_face_picture *p,
                               float landmark[WW_LANDMARK_VALUES])
{
    const ww_catalog_face *f = &set->catalog->face.item[face];
    // Landmarks are pixel indices: the centre of pixel 0 is 0 there, and at 0.5 as a coordinate.
    for (int i = 0; i < WW_LANDMARKS; i++) {
        landmark[2 * i] = (float)((f->landmark[2 * i] + 0.5) * p->scale_x + p->x - 0.5);
        landmark[2 * i + 1] = (float)((f->landmark[2 * i + 1] + 0.5) * p->scale_y + p->y - 0.5);
    }
}
