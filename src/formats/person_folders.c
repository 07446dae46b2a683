// SPDX-License-Identifier: MIT
// First it is settled which pictures are there already; then the others are made, in all threads, the faces of a frame
// together, in the order of the store, so that it is read from its beginning to its end.
#include "formats/person_folders.h"
#include "base/text.h"
#include "formats/pictures.h"
#include "pipeline/pipeline.h"

#include <stdlib.h>
#include <string.h>

enum { FRAMES_AHEAD = 64 }; // made, and waiting for their turn to be written

typedef struct wanted { // a picture that is to be made
    size_t face;
    uint64_t key;
} wanted;

typedef struct folder_maker {
    const ww_dataset *set;
    const ww_face_maker *maker;
    ww_dataset_out *out;
    ww_buffer metadata[WW_SIDES];
    WW_VECTOR(wanted) list; // the faces of a frame one after the other
    size_t next;            // of `list`, to be handed out
} folder_maker;

static int side_of(const ww_dataset *set, size_t face) { return set->side[set->catalog->face.item[face].frame]; }

// A quality that is asked for is that of JPEG, unless another format is named.
static const ww_picture_format *format_of(const ww_dataset *set, const ww_face_maker *maker)
{
    const ww_dataset_options *o = &set->options;
    const ww_picture own = o->quality ? WW_PICTURE_JPEG : maker->picture_format;
    return ww_picture_format_at((size_t)(o->picture_format == WW_PICTURE_BY_FORMAT ? own : o->picture_format));
}

static int quality_of(const ww_dataset *set, const ww_face_maker *maker)
{
    return set->options.quality ? set->options.quality : maker->quality;
}

// --- what is wanted

// SIDE/FOLDER/NAME.EXTENSION; the caller's (free).
static char *path_of(const folder_maker *m, size_t face)
{
    char *stem = ww_dataset_face_name(m->set, face),
         *path =
             ww_strf("%s/%s/%s.%s", ww_side_name[side_of(m->set, face)],
                     m->set->classes.item[m->set->class_of[face]].folder, stem, format_of(m->set, m->maker)->extension);
    free(stem);
    return path;
}

static void describe(folder_maker *m, size_t face, const char *path)
{
    const char *file = strchr(path, '/') + 1; // beside the metadata of its side
    const ww_catalog_face *f = &m->set->catalog->face.item[face];
    ww_buffer *text = &m->metadata[side_of(m->set, face)];
    ww_buffer_text(text, "{\"file_name\": ");
    ww_text_json(text, file);
    ww_buffer_text(text, ", \"person\": ");
    ww_text_json(text, ww_dataset_label_title(m->set, (size_t)m->set->class_of[face]));
    ww_buffer_format(text, ", \"face\": %zu, \"track\": %lld, \"quality\": ", face + 1, (long long)f->track);
    ww_text_fixed(text, f->quality, 4);
    if (m->maker->describe)
        m->maker->describe(m->set, face, text);
    ww_buffer_text(text, "}\n");
}

static uint64_t key_of(const folder_maker *m, size_t face)
{
    const uint64_t more[] = {m->maker->options_key(&m->set->options), (uint64_t)quality_of(m->set, m->maker)};
    return ww_face_picture_key(m->set, face, more, sizeof more / sizeof *more);
}

static ww_status want(folder_maker *m, size_t face, ww_error *err)
{
    const wanted w = {face, key_of(m, face)};
    char *path = path_of(m, face);
    bool kept = false;
    describe(m, face, path);
    ww_status status = ww_dataset_out_keep(m->out, path, w.key, &kept, err);
    if (status == WW_OK && !kept && !ww_vector_push(&m->list, w))
        status = ww_fail_memory(err, "a list of %zu pictures", m->list.count);
    free(path);
    return status;
}

static ww_status want_all(folder_maker *m, ww_error *err)
{
    const ww_dataset *set = m->set;
    bool has_folders[WW_SIDES];
    ww_status status = WW_OK;
    for (int side = 0; side < WW_SIDES; side++)
        has_folders[side] = ww_dataset_side_has_folders(set, side);
    for (size_t i = 0; status == WW_OK && i < set->catalog->face.count; i++)
        if (ww_dataset_face_used(set, i) && has_folders[side_of(set, i)]
            && ww_dataset_class_has_folder(set, (size_t)set->class_of[i]))
            status = want(m, i, err);
    return status;
}

// --- making the pictures

typedef struct made {
    uint8_t *data; // owned
    size_t bytes;
} made;

typedef struct frame_task { // pictures of one frame
    const wanted *wanted;
    size_t count;
    made picture[];
} frame_task;

static ww_status next_frame(void *user, void **task, ww_error *err)
{
    folder_maker *m = user;
    const ww_catalog *c = m->set->catalog;
    size_t count = 0;
    *task = NULL;
    while (m->next + count < m->list.count
           && c->face.item[m->list.item[m->next + count].face].frame == c->face.item[m->list.item[m->next].face].frame)
        count++;
    if (count == 0)
        return WW_OK;
    frame_task *t = ww_try_alloc(sizeof *t + count * sizeof *t->picture);
    if (!t)
        return ww_fail_memory(err, "the pictures of %zu faces", count);
    *t = (frame_task){.wanted = m->list.item + m->next, .count = count};
    for (size_t i = 0; i < count; i++)
        t->picture[i] = (made){0};
    m->next += count;
    *task = t;
    return WW_OK;
}

static ww_status make_picture(const folder_maker *m, size_t face, ww_frame_cache *cache, made *picture, ww_error *err)
{
    const ww_picture_format *format = format_of(m->set, m->maker);
    ww_image image = {0};
    ww_status status = m->maker->stored ? m->maker->stored(m->set, face, format, &picture->data, &picture->bytes, err)
                                        : WW_ERR_NOT_FOUND;
    if (status != WW_ERR_NOT_FOUND)
        return status;
    status = m->maker->make(m->set, face, cache, &image, err);
    if (status == WW_OK)
        status = format->encode(&image, quality_of(m->set, m->maker), &picture->data, &picture->bytes, err);
    ww_image_free(&image);
    return status;
}

static ww_status make_frame(void *user, void *state, void *task, ww_error *err)
{
    frame_task *t = task;
    ww_frame_cache cache = {0};
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < t->count; i++)
        status = make_picture(user, t->wanted[i].face, &cache, &t->picture[i], err);
    ww_frame_cache_clear(&cache);
    return status;
}

static void drop_frame(void *user, void *task)
{
    frame_task *t = task;
    for (size_t i = 0; i < t->count; i++)
        free(t->picture[i].data);
    free(t);
}

static ww_status put_frame(void *user, void *task, ww_error *err)
{
    const folder_maker *m = user;
    frame_task *t = task;
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < t->count; i++) {
        const wanted *w = &t->wanted[i];
        char *path = path_of(m, w->face);
        status = ww_dataset_out_put_made(m->out, path, w->key, t->picture[i].data, t->picture[i].bytes, err);
        t->picture[i].data = NULL;
        free(path);
    }
    drop_frame(user, task);
    return status;
}

static ww_status make_all(folder_maker *m, ww_error *err)
{
    const ww_pipeline pipeline = {.window = FRAMES_AHEAD,
                                  .user = m,
                                  .next = next_frame,
                                  .work = make_frame,
                                  .done = put_frame,
                                  .drop = drop_frame};
    return m->list.count ? ww_pipeline_run(&pipeline, err) : WW_OK;
}

// --- all of it

static ww_status put_metadata(folder_maker *m, ww_error *err)
{
    ww_status status = WW_OK;
    for (int side = 0; side < WW_SIDES; side++) {
        char *path = ww_strf("%s/metadata.jsonl", ww_side_name[side]);
        if (status == WW_OK && (m->metadata[side].bytes || m->metadata[side].failed))
            status = ww_dataset_out_put_text(m->out, path, &m->metadata[side], err);
        free(path);
    }
    return status;
}

ww_status ww_put_person_folders(const ww_dataset *set, const ww_face_maker *maker, ww_dataset_out *out, ww_error *err)
{
    folder_maker m = {.set = set, .maker = maker, .out = out};
    ww_status status = want_all(&m, err);
    if (status == WW_OK)
        status = make_all(&m, err);
    if (status == WW_OK)
        status = put_metadata(&m, err);
    for (int side = 0; side < WW_SIDES; side++)
        ww_buffer_free(&m.metadata[side]);
    ww_vector_free(&m.list);
    return status;
}
