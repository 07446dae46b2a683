// SPDX-License-Identifier: MIT
#include "formats/person_folders.h"
#include "base/text.h"

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

static ww_status put_face(const ww_dataset *set, size_t face, ww_face_maker *make, ww_buffer *metadata,
                          ww_dataset_out *out, ww_error *err)
{
    const char *side = ww_side_name[set->side[set->catalog->face.item[face].frame]];
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    ww_buffer name = {0};
    ww_dataset_face_name(set, face, &name);
    char *stem = ww_buffer_take(&name),
         *file = ww_strf("%s/%s.jpg", set->classes.item[set->class_of[face]].folder, stem);
    char *path = ww_strf("%s/%s", side, file);
    begin_line(set, face, file, metadata);
    ww_status status = make(set, face, &jpeg, &bytes, metadata, err);
    ww_buffer_text(metadata, "}\n");
    if (status == WW_OK)
        status = ww_dataset_out_put(out, path, jpeg, bytes, err);
    free(jpeg);
    free(path);
    free(file);
    free(stem);
    return status;
}

ww_status ww_put_person_folders(const ww_dataset *set, ww_face_maker *make, ww_dataset_out *out, ww_error *err)
{
    ww_buffer metadata[WW_SIDES] = {0};
    ww_status status = WW_OK;
    for (size_t k = 0; status == WW_OK && k < set->classes.count; k++) {
        const ww_catalog_person *p = set->classes.item[k].person;
        for (size_t i = 0; status == WW_OK && ww_dataset_class_everywhere(set, k) && i < p->face_count; i++)
            status = put_face(set, p->face[i], make, &metadata[set->side[set->catalog->face.item[p->face[i]].frame]],
                              out, err);
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
