// SPDX-License-Identifier: MIT
// Writing folders and data sets. Data sets go beside the library's folder, by a plain name.
#include "rows.h"
#include "server.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MAX_BYTES = 100, PATH_BYTES = 4096 };

static json_t *counts(const session *s)
{
    size_t people = 0, named = 0, faces = 0, named_faces = 0;
    for (size_t p = 0; p < ww_view_person_count(s->view); p++) {
        const ww_view_person *person = ww_view_get_person(s->view, p);
        if (person->ignored || person->face_count == 0)
            continue;
        people++;
        named += person->name != NULL;
        faces += person->face_count;
        named_faces += person->name ? person->face_count : 0;
    }
    return json_pack("{s:I,s:I,s:I,s:I,s:I}", "people", (json_int_t)people, "named", (json_int_t)named, "faces",
                     (json_int_t)faces, "named_faces", (json_int_t)named_faces, "frames",
                     (json_int_t)ww_view_frame_count(s->view));
}

enum MHD_Result get_formats(request *r)
{
    session *s = &r->server->session;
    json_t *rows = json_array();
    for (int i = 0; ww_dataset_format_name(i); i++)
        json_array_append_new(rows, json_pack("[s,s]", ww_dataset_format_name(i), ww_dataset_format_description(i)));
    session_lock(s);
    json_t *answer = json_pack("{s:o,s:o}", "formats", rows, "counts", counts(s));
    session_unlock(s);
    return reply_json(r, MHD_HTTP_OK, answer);
}

// "PARENT/NAME" beside the library's folder; false: it is not a plain name.
static bool place_beside(const char *dir, const char *name, char *path, size_t bytes)
{
    size_t length = strlen(dir);
    if (!name || !*name || *name == '.' || strlen(name) > NAME_MAX_BYTES || strchr(name, '/') || strchr(name, '\\'))
        return false;
    while (length > 1 && dir[length - 1] == '/')
        length--;
    while (length > 0 && dir[length - 1] != '/')
        length--;
    return (size_t)snprintf(path, bytes, "%.*s%s", (int)length, dir, name) < bytes;
}

static enum MHD_Result write_data_set(request *r, const char *formats)
{
    session *s = &r->server->session;
    ww_dataset_options o = WW_DATASET_OPTIONS_INIT;
    ww_dataset_result result = WW_DATASET_RESULT_INIT;
    ww_error err = {0};
    char path[PATH_BYTES];
    const json_t *split = json_object_get(r->body, "split");
    if (!place_beside(s->dir, json_string_value(json_object_get(r->body, "folder")), path, sizeof path))
        return reply_error(r, 400, "the folder is a plain name; it is made beside the library's");
    o.formats = formats;
    o.out = path;
    o.named_only = json_is_true(json_object_get(r->body, "named"));
    o.train = (int)json_integer_value(json_array_get(split, 0));
    o.val = (int)json_integer_value(json_array_get(split, 1));
    o.test = (int)json_integer_value(json_array_get(split, 2));
    session_lock(s);
    const bool stale = atomic_exchange(&s->stale, false); // of the sort at work; it would stop this, too
    ww_status status = ww_library_export_dataset(s->library, &o, &result, &err);
    atomic_store(&s->stale, stale);
    session_unlock(s);
    if (status != WW_OK)
        return reply_status(r, &err);
    const json_int_t files = result.files_written + result.files_kept;
    return reply_json(r, MHD_HTTP_OK,
                      json_pack("{s:o,s:I,s:I,s:I,s:I,s:I,s:I}", "folder", text_or_null(path), "people",
                                (json_int_t)result.classes, "faces", (json_int_t)result.faces, "train",
                                (json_int_t)result.train, "val", (json_int_t)result.val, "test",
                                (json_int_t)result.test, "files", files));
}

static enum MHD_Result write_folders(request *r)
{
    session *s = &r->server->session;
    ww_export_result result = WW_EXPORT_RESULT_INIT;
    ww_error err = {0};
    session_lock(s);
    atomic_store(&s->stale, false);
    ww_status status = ww_library_resort(s->library, NULL, &result, &err);
    if (status == WW_OK) {
        s->sorted = s->decided;
        status = session_refresh(s, &err);
    }
    session_unlock(s);
    if (status != WW_OK)
        return reply_status(r, &err);
    const json_int_t files = result.files_written + result.files_kept;
    return reply_json(r, MHD_HTTP_OK,
                      json_pack("{s:o,s:I,s:I,s:I}", "folder", text_or_null(s->dir), "people",
                                (json_int_t)result.people, "faces", (json_int_t)result.portraits, "files", files));
}

// {"formats": "yolo,chips", "folder": name, "named": bool, "split": [80, 10, 10]}; without formats: the folders.
enum MHD_Result post_export(request *r)
{
    const char *formats = json_string_value(json_object_get(r->body, "formats"));
    return formats && *formats ? write_data_set(r, formats) : write_folders(r);
}
