// SPDX-License-Identifier: MIT
#include "api/footage.h"
#include "api/sized.h"
#include "formats/check.h"
#include "formats/dataset_export.h"
#include "formats/format.h"
#include "identify/finder.h"

ww_status ww_library_export_dataset(ww_library *library, const ww_dataset_options *options, ww_dataset_result *result,
                                    ww_error *err)
{
    ww_dataset_options o = WW_DATASET_OPTIONS_INIT;
    ww_dataset_result r = WW_DATASET_RESULT_INIT;
    ww_status status = WW_CHECK_SIZED(options, ww_dataset_options, err);
    if (status == WW_OK)
        status = WW_CHECK_SIZED(result, ww_dataset_result, err);
    if (status != WW_OK)
        return status;
    ww_sized_read(&o, options, sizeof o);
    status = ww_dataset_export(library, &o, &ww_footage, &r, err);
    ww_sized_write(result, &r, sizeof r);
    return status;
}

const char *ww_dataset_format_name(int index)
{
    const ww_export_format *format = index >= 0 ? ww_format_at((size_t)index) : NULL;
    return format ? format->name : NULL;
}

const char *ww_dataset_format_description(int index)
{
    const ww_export_format *format = index >= 0 ? ww_format_at((size_t)index) : NULL;
    return format ? format->description : NULL;
}

typedef struct face_search {
    ww_finder *finder;
    WW_VECTOR(ww_box) boxes;
} face_search;

static ww_status find_boxes(void *user, const ww_image *image, const ww_box **boxes, size_t *count, ww_error *err)
{
    face_search *s = user;
    const ww_found_face *faces = NULL;
    s->boxes.count = 0;
    ww_status status = ww_finder_look(s->finder, image, &faces, count, err);
    for (size_t i = 0; status == WW_OK && i < *count; i++) {
        const ww_box box = {faces[i].x, faces[i].y, faces[i].width, faces[i].height};
        if (!ww_vector_push(&s->boxes, box))
            status = ww_fail_memory(err, "the faces of a picture");
    }
    *boxes = s->boxes.item;
    return status;
}

ww_status ww_dataset_check_faces(const char *dir, ww_finder *finder, int (*on_finding)(void *user, const char *line),
                                 void *user, ww_dataset_check_result *result, ww_error *err)
{
    ww_dataset_check_result r = WW_DATASET_CHECK_RESULT_INIT;
    face_search search = {.finder = finder};
    const ww_check_faces faces = {find_boxes, &search};
    ww_status status = WW_CHECK_SIZED(result, ww_dataset_check_result, err);
    if (status != WW_OK)
        return status;
    status = ww_check_dataset(dir, finder ? &faces : NULL, on_finding, user, &r, err);
    ww_vector_free(&search.boxes);
    ww_sized_write(result, &r, sizeof r);
    return status;
}

ww_status ww_dataset_check(const char *dir, int (*on_finding)(void *user, const char *line), void *user,
                           ww_dataset_check_result *result, ww_error *err)
{
    return ww_dataset_check_faces(dir, NULL, on_finding, user, result, err);
}
