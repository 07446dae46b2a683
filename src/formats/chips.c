// SPDX-License-Identifier: MIT
// Chips: colour pictures of single faces, turned and scaled so that the landmarks lie where the ArcFace template has
// them (image/align.h). Laid out as imagefolder; metadata.jsonl tells where the landmarks came to lie, in pixels of the
// chip.
#include "base/text.h"
#include "formats/person_folders.h"
#include "formats/pictures.h"

#include <math.h>

enum { JPEG_QUALITY = 95 };

// Where the inverse of `map` takes the landmarks; pixel indices in and out.
static void add_landmarks(const ww_affine *map, const float landmark[WW_LANDMARK_VALUES], ww_buffer *metadata)
{
    const double *m = map->m, determinant = m[0] * m[4] - m[1] * m[3];
    ww_buffer_text(metadata, ", \"landmarks\": [");
    for (int i = 0; i < WW_LANDMARKS; i++) {
        const double x = landmark[2 * i] + 0.5 - m[2], y = landmark[2 * i + 1] + 0.5 - m[5];
        ww_buffer_text(metadata, i ? ", " : "");
        ww_text_fixed(metadata, (m[4] * x - m[1] * y) / determinant - 0.5, 2);
        ww_buffer_text(metadata, ", ");
        ww_text_fixed(metadata, (m[0] * y - m[3] * x) / determinant - 0.5, 2);
    }
    ww_buffer_text(metadata, "]");
}

static ww_status make(const ww_dataset *set, size_t face, uint8_t **jpeg, size_t *bytes, ww_buffer *metadata,
                      ww_error *err)
{
    const int size = set->options.chip_size;
    ww_face_picture p;
    ww_image chip = {0};
    float landmark[WW_LANDMARK_VALUES];
    ww_status status = ww_face_picture_open(set, face, &p, err);
    if (status == WW_OK) {
        ww_face_picture_landmarks(set, face, &p, landmark);
        const ww_affine map = ww_align(landmark, size, 0);
        add_landmarks(&map, landmark, metadata);
        status = ww_warp_rgb(&p.image, &map, size, size, &chip, err);
    }
    if (status == WW_OK)
        status = ww_jpeg_encode(&chip, JPEG_QUALITY, jpeg, bytes, err);
    ww_image_free(&chip);
    ww_face_picture_close(&p);
    return status;
}

static ww_status write(const ww_dataset *set, ww_dataset_out *out, ww_error *err)
{
    return ww_put_person_folders(set, make, out, err);
}

const ww_export_format ww_format_chips = {.name = "chips",
                                          .description = "faces aligned to the ArcFace template, one folder per person",
                                          .wants_classes_everywhere = true,
                                          .write = write};
