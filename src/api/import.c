// SPDX-License-Identifier: MIT
#include "api/footage.h"
#include "api/sized.h"
#include "formats/import/import.h"
#include "identify/add_face.h"
#include "library/catalog.h"

// A face that is added is found by the import like any other.
static ww_status add_faces(ww_library *library, const ww_models *models, const ww_unmatched_boxes *boxes,
                           int64_t *batch, int64_t *added, ww_error *err)
{
    ww_catalog catalog;
    ww_drawn_face *drawn = ww_try_array(boxes->count, sizeof *drawn);
    if (!drawn)
        return ww_fail_memory(err, "%zu boxes", boxes->count);
    ww_status status = ww_catalog_load(library->store, NULL, 0, &catalog, err);
    for (size_t i = 0; status == WW_OK && i < boxes->count; i++) {
        const ww_catalog_frame *f = &catalog.frame.item[boxes->item[i].frame];
        drawn[i] = (ww_drawn_face){.frame = f->id,
                                   .source = catalog.source.item[f->source].id,
                                   .file_us = f->file_us,
                                   .width = f->width,
                                   .height = f->height,
                                   .faces = (int)f->face_count,
                                   .box = boxes->item[i].box};
    }
    if (status == WW_OK) {
        ww_catalog_free(&catalog);
        status = ww_add_seen_faces(library, models, drawn, boxes->count, batch, added, err);
    }
    free(drawn);
    return status;
}

static ww_status add_unmatched(ww_library *library, const char *const *files, size_t count, const ww_models *models,
                               int64_t *batch, int64_t *added, ww_error *err)
{
    ww_unmatched_boxes boxes = {0};
    ww_status status = ww_import_unmatched(library, files, count, &ww_footage, &boxes, err);
    if (status == WW_OK && boxes.count > 0)
        status = add_faces(library, models, &boxes, batch, added, err);
    ww_vector_free(&boxes);
    return status;
}

ww_status ww_library_import(ww_library *library, const char *const *files, size_t count,
                            const ww_import_options *options, int (*on_line)(void *user, const char *line), void *user,
                            ww_import_result *result, ww_error *err)
{
    ww_import_options o = WW_IMPORT_OPTIONS_INIT;
    ww_import_result r = WW_IMPORT_RESULT_INIT;
    ww_status status = WW_CHECK_SIZED(options, ww_import_options, err);
    if (status == WW_OK)
        status = WW_CHECK_SIZED(result, ww_import_result, err);
    if (status != WW_OK)
        return status;
    ww_sized_read(&o, options, sizeof o);
    const ww_listener listener = {.on_line = on_line, .user = user};
    int64_t added = 0, batch = 0;
    if (o.models && !o.dry_run)
        status = add_unmatched(library, files, count, o.models, &batch, &added, err);
    if (status == WW_OK)
        status = ww_import_files(library, files, count, o.dry_run != 0, batch, &ww_footage, listener, &r, err);
    r.added = added;
    r.decisions += added;
    ww_sized_write(result, &r, sizeof r);
    return status;
}
