// SPDX-License-Identifier: MIT
// One folder per person on each side, and nothing else in it: torchvision's ImageFolder reads OUT/train and OUT/val,
// Hugging Face's imagefolder reads OUT with metadata.jsonl. The pictures are squares around the face, no larger than it
// was filmed.
#include "formats/person_folders.h"
#include "formats/pictures.h"

#include <math.h>

#define WIDENED 1.5 // side of the square in longer sides of the box: hair and chin are in it
enum { JPEG_QUALITY = 95 };

static ww_status make(const ww_dataset *set, size_t face, uint8_t **jpeg, size_t *bytes, ww_buffer *metadata,
                      ww_error *err)
{
    (void)metadata;
    ww_face_picture p;
    ww_image square = {0};
    const ww_box b = ww_face_box(set, face);
    ww_status status = ww_face_picture_open(set, face, &p, err);
    if (status == WW_OK) {
        const double side = WIDENED * fmax(b.width, b.height), zoom = fmin(1, fmax(p.scale_x, p.scale_y));
        const int pixels = (int)fmax(1, floor(side * zoom + 0.5));
        const double step_x = side * p.scale_x / pixels, step_y = side * p.scale_y / pixels;
        const ww_affine map = {{step_x, 0, (b.x + b.width / 2 - side / 2) * p.scale_x + p.x, 0, step_y,
                                (b.y + b.height / 2 - side / 2) * p.scale_y + p.y}};
        status = ww_warp_rgb(&p.image, &map, pixels, pixels, &square, err);
    }
    if (status == WW_OK)
        status = ww_jpeg_encode(&square, JPEG_QUALITY, jpeg, bytes, err);
    ww_image_free(&square);
    ww_face_picture_close(&p);
    return status;
}

static ww_status write(const ww_dataset *set, ww_dataset_out *out, ww_error *err)
{
    return ww_put_person_folders(set, make, out, err);
}

const ww_export_format ww_format_imagefolder = {.name = "imagefolder",
                                                .description =
                                                    "one folder per person, for torchvision and Hugging Face",
                                                .wants_classes_everywhere = true,
                                                .write = write};
