// SPDX-License-Identifier: MIT
// Chips: colour pictures of single faces, turned and scaled so that the landmarks lie where the ArcFace template has
// them (image/align.h). Laid out as imagefolder; metadata.jsonl tells where the landmarks came to lie, in pixels of the
// chip.
#include "base/text.h"
#include "formats/person_folders.h"
#include "formats/pictures.h"
#include "image/chip.h"

#include <math.h>

// From pixels of the chip to pixels of a picture in which the landmarks lie there. The template's square lies in the
// middle, with a margin of that share of its side on every side.
static ww_affine map_of(const ww_dataset *set, const float landmark[WW_LANDMARK_VALUES])
{
    const double margin = set->options.margin * set->options.chip_size;
    ww_affine map = ww_align(landmark, set->options.chip_size, 0);
    map.m[2] -= map.m[0] * margin + map.m[1] * margin;
    map.m[5] -= map.m[3] * margin + map.m[4] * margin;
    return map;
}

static int side_px(const ww_dataset *set)
{
    return set->options.chip_size + 2 * (int)(set->options.margin * set->options.chip_size);
}

// Where the inverse of the map takes the landmarks; pixel indices in and out. The source frame's pixels do for it: a
// stored picture differs by a scale and a shift, and so does the map.
static void describe(const ww_dataset *set, size_t face, ww_buffer *metadata)
{
    const ww_catalog_face *f = &set->catalog->face.item[face];
    const ww_affine map = map_of(set, f->landmark);
    const double *m = map.m, determinant = m[0] * m[4] - m[1] * m[3];
    ww_buffer_text(metadata, ", \"landmarks\": [");
    for (int i = 0; i < WW_LANDMARKS; i++) {
        const double x = f->landmark[2 * i] + 0.5 - m[2], y = f->landmark[2 * i + 1] + 0.5 - m[5];
        ww_buffer_text(metadata, i ? ", " : "");
        ww_text_fixed(metadata, (m[4] * x - m[1] * y) / determinant - 0.5, 2);
        ww_buffer_text(metadata, ", ");
        ww_text_fixed(metadata, (m[0] * y - m[3] * x) / determinant - 0.5, 2);
    }
    ww_buffer_text(metadata, "]");
}

static ww_status cut(const ww_dataset *set, size_t face, ww_frame_cache *cache, ww_image *image, ww_error *err)
{
    ww_face_picture p;
    float landmark[WW_LANDMARK_VALUES];
    ww_status status = ww_face_picture_open(set, face, cache, &p, err);
    if (status == WW_OK) {
        ww_face_picture_landmarks(set, face, &p, landmark);
        const ww_affine map = map_of(set, landmark);
        status = ww_warp_rgb(&p.image, &map, side_px(set), side_px(set), image, err);
    }
    ww_face_picture_close(&p);
    return status;
}

static bool has_kept_size(const ww_dataset *set)
{
    return side_px(set) == WW_CHIP_SIDE && set->options.chip_size == WW_CHIP_SIDE;
}

static ww_status stored(const ww_dataset *set, size_t face, const ww_picture_format *format, uint8_t **data,
                        size_t *bytes, ww_error *err)
{
    return has_kept_size(set) && format == ww_picture_format_at(WW_PICTURE_PNG)
               ? ww_face_chip_file(set, face, data, bytes, err)
               : WW_ERR_NOT_FOUND;
}

// In the size in which the library keeps chips they are those that were embedded, to the pixel; in others they are cut
// from stored pictures, which were compressed, and perhaps made smaller.
static ww_status make(const ww_dataset *set, size_t face, ww_frame_cache *cache, ww_image *image, ww_error *err)
{
    if (!has_kept_size(set))
        return cut(set, face, cache, image, err);
    ww_status status = ww_face_chip(set, face, image, err);
    return status == WW_ERR_NOT_FOUND ? cut(set, face, cache, image, err) : status;
}

static uint64_t options_key(const ww_dataset_options *o)
{
    return (uint64_t)o->chip_size << 32 | (uint64_t)(o->margin * 1e6);
}

enum { QUALITY = 98 }; // where JPEG is asked for: below, embeddings move by more than a thousandth

// Footage that was scanned by an older version has no chips, and none of another size are kept. On dev_cast8 (202 faces
// in 1280 x 720) the embedding of a chip that was cut has a cosine of 0.997 to that of the chip kept, in the median;
// 0.93 for one in a hundred.
static void tell_cut(const ww_dataset *set)
{
    const ww_catalog *c = set->catalog;
    size_t used = 0, without = 0;
    for (size_t i = 0; i < c->face.count; i++)
        if (ww_dataset_face_used(set, i)) {
            used++;
            without += !c->light || isnan(c->light[i].mean); // kept with the chip
        }
    if (!has_kept_size(set))
        without = used;
    if (without > 0)
        ww_logf(&set->library->log, WW_LOG_WARNING,
                "%zu of %zu chips are cut from stored pictures%s: embedded again they are near what they were, not the "
                "same (cosine 0.997 in the median, 0.93 for one in a hundred)",
                without, used,
                has_kept_size(set) ? ", for the version that scanned this footage kept none; scan it again to have them"
                                   : ", for the library keeps those of 112 pixels without a margin");
}

static ww_status write(const ww_dataset *set, ww_dataset_out *out, ww_error *err)
{
    tell_cut(set);
    static const ww_face_maker maker = {make, stored, describe, options_key, WW_PICTURE_PNG, QUALITY};
    return ww_put_person_folders(set, &maker, out, err);
}

const ww_export_format ww_format_chips = {.name = "chips",
                                          .description = "faces aligned to the ArcFace template, one folder per person",
                                          .has_person_folders = true,
                                          .write = write};
