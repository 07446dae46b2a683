// SPDX-License-Identifier: MIT
// A face that the scan missed: {"frame": id, "box": [x, y, width, height], "name": text or null}; the box in shares of
// the frame's sides, as /api/frame/ gives boxes.
#include "rows.h"
#include "server.h"

static bool read_box(const json_t *list, double box[4])
{
    for (size_t i = 0; i < 4; i++) {
        const json_t *value = json_array_get(list, i);
        if (!json_is_number(value))
            return false;
        box[i] = json_number_value(value);
    }
    return json_array_size(list) == 4;
}

// The size of a frame is that which its faces tell; a frame without a face is not kept.
static bool find_size(const session *s, int64_t id, double *width, double *height)
{
    for (size_t i = 0; i < ww_view_frame_count(s->view); i++) {
        const ww_view_frame *frame = ww_view_get_frame(s->view, i);
        if (frame->id != id || frame->face_count == 0)
            continue;
        *width = ww_view_get_face(s->view, frame->first_face)->frame_width;
        *height = ww_view_get_face(s->view, frame->first_face)->frame_height;
        return true;
    }
    return false;
}

enum MHD_Result post_add(request *r)
{
    session *s = &r->server->session;
    const json_t *frame = json_object_get(r->body, "frame"), *name = json_object_get(r->body, "name");
    ww_new_face face = WW_NEW_FACE_INIT;
    ww_added_face added = WW_ADDED_FACE_INIT;
    ww_error err = {0};
    double box[4], width, height;
    if (!json_is_integer(frame) || !read_box(json_object_get(r->body, "box"), box)
        || (name && !json_is_string(name) && !json_is_null(name)))
        return reply_error(r, 400, "this is no face to add: frame, box, name");
    session_lock(s);
    const bool there = find_size(s, json_integer_value(frame), &width, &height);
    ww_status status = WW_ERR_NOT_FOUND;
    if (there) {
        face.frame = json_integer_value(frame);
        face.x = box[0] * width;
        face.y = box[1] * height;
        face.width = box[2] * width;
        face.height = box[3] * height;
        face.name = json_string_value(name);
        status = session_add_face(s, &face, &added, &err);
    }
    const int64_t generation = s->generation;
    session_unlock(s);
    if (!there)
        return reply_error(r, 404, "this frame is not there any more");
    if (status != WW_OK)
        return reply_status(r, &err);
    return reply_json(r, MHD_HTTP_OK,
                      json_pack("{s:o,s:I,s:I,s:I,s:f}", "words", text_or_null(added.words), "entry",
                                (json_int_t)added.entry, "generation", (json_int_t)generation, "face",
                                (json_int_t)added.face, "quality", added.quality));
}
