// SPDX-License-Identifier: MIT
#include "formats/person_folders.h"
#include "base/text.h"
#include "formats/pictures.h"

#include <stdlib.h>

static void begin_line(const ww_dataset *set, size_t face, const char *file, ww_buffer *text)
{
    const ww_catalog_face *f = &set->catalog->face.item[face];
    ww_buffer_text(text, "{\"file_name\": ");
    ww_text_json(text, file);
    ww_buffer_text(text, ", \"person\": ");
    ww_text_json(text, ww_dataset_label_title(set, (size_t)set->class_of[face]));
    ww_buffer_format(text, ", \"face\": %zu, \"track\": %lld, \"quality\": ", face + 1, (long long)f->track);
    ww_text_fixed(text, f->quality, 4);
}

static ww_status put_picture(const ww_dataset *set, size_t face, const char *path, const ww_face_maker *maker,
                             ww_dataset_out *out, ww_error *err)
{
    const ww_dataset_options *o = &set->options;
    const ww_picture_format *format = ww_picture_format_at((size_t)o->picture_format);
    const uint64_t more[] = {maker->options_key(o), (uint64_t)o->picture_format, (uint64_t)o->quality};
    const uint64_t key = ww_face_picture_key(set, face, more, sizeof more / sizeof *more);
    ww_image image = {0};
    uint8_t *encoded = NULL;
    size_t bytes = 0;
    bool kept;
    ww_status status = ww_dataset_out_keep(out, path, key, &kept, err);
    if (status != WW_OK || kept)
        return status;
    status = maker->make(set, face, &image, err);
    if (status == WW_OK)
        status = format->encode(&image, o->quality, &encoded, &bytes, err);
    if (status == WW_OK)
        status = ww_dataset_out_put_made(out, path, key, encoded, bytes, err);
    free(encoded);
    ww_image_free(&image);
    return status;
}

static ww_status put_face(const ww_dataset *set, size_t face, const ww_face_maker *maker, ww_buffer *metadata,
                          ww_dataset_out *out, ww_error *err)
{
    const char *side = ww_side_name[set->side[set->catalog->face.item[face].frame]];
    char *stem = ww_dataset_face_name(set, face),
         *file = ww_strf("%s/%s.%s", set->classes.item[set->class_of[face]].folder, stem,
                         ww_picture_format_at((size_t)set->options.picture_format)->extension);
    char *path = ww_strf("%s/%s", side, file);
    begin_line(set, face, file, metadata);
    if (maker->describe)
        maker->describe(set, face, metadata);
    ww_buffer_text(metadata, "}\n");
    ww_status status = put_picture(set, face, path, maker, out, err);
    free(path);
    free(file);
    free(stem);
    return status;
}

// In the order of the store, so that it is read from its beginning to its end.
ww_status ww_put_person_folders(const ww_dataset *set, const ww_face_maker *maker, ww_dataset_out *out, ww_error *err)
{
    ww_buffer metadata[WW_SIDES] = {0};
    bool has_folders[WW_SIDES];
    ww_status status = WW_OK;
    for (int side = 0; side < WW_SIDES; side++)
        has_folders[side] = ww_dataset_side_has_folders(set, side);
    for (size_t i = 0; status == WW_OK && i < set->catalog->face.count; i++) {
        const int side = set->side[set->catalog->face.item[i].frame];
        if (ww_dataset_face_used(set, i) && has_folders[side]
            && ww_dataset_class_has_folder(set, (size_t)set->class_of[i]))
            status = put_face(set, i, maker, &metadata[side], out, err);
    }
    for (int side = 0; side < WW_SIDES; side++) {
        char *path = ww_strf("%s/metadata.jsonl", ww_side_name[side]);
        if (status == WW_OK && (metadata[side].bytes || metadata[side].failed))
            status = ww_dataset_out_put_text(out, path, &metadata[side], err);
        free(path);
        ww_buffer_free(&metadata[side]);
    }
    return status;
}
