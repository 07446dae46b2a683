// SPDX-License-Identifier: MIT
// The store hands out sources, frames and faces in one common order, so each walk only has to move a finger along the
// one before.
#include "library/catalog.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/search.h"
#include "library/settings.h"

#include <stdlib.h>
#include <string.h>

typedef struct loader {
    ww_catalog *catalog;
    size_t at; // the finger: source of the last frame, frame of the last face
} loader;

static int64_t start_us_of(const ww_source_row *row)
{
    return row->stream_start_us > 0 && row->stream_start_us < row->duration_us ? row->stream_start_us : 0;
}

const char *ww_catalog_source_file(const ww_catalog_source *source)
{
    return source->file && ww_path_exists(source->file) ? source->file : source->path;
}

static ww_status on_source(void *user, const ww_source_row *row, ww_error *err)
{
    loader *l = user;
    ww_catalog_source source = {
        .id = row->id,
        .hash = row->hash,
        .scan = ww_hash_bytes(row->scan_key, strlen(row->scan_key)),
        .path = ww_try_strdup(row->path),
        .file = row->file ? ww_try_strdup(row->file) : NULL,
        .error = row->error ? ww_try_strdup(row->error) : NULL,
        .kind = row->kind,
        .width = row->width,
        .height = row->height,
        .duration_us = row->duration_us - start_us_of(row),
        .stream_start_us = start_us_of(row),
    };
    if (source.path && (source.file || !row->file) && (source.error || !row->error)
        && ww_vector_push(&l->catalog->source, source))
        return WW_OK;
    free(source.path);
    free(source.file);
    free(source.error);
    return ww_fail_memory(err, "the files of the library");
}

static ww_status damaged(const char *what, int64_t id, ww_error *err)
{
    return ww_fail(err, WW_ERR_STORE, "the library is damaged at %s %lld; move whoswho.db away and scan again", what,
                   (long long)id);
}

static ww_status on_frame(void *user, const ww_frame_row *row, ww_error *err)
{
    loader *l = user;
    ww_catalog *c = l->catalog;
    while (l->at < c->source.count && c->source.item[l->at].id != row->source)
        l->at++;
    if (l->at == c->source.count || c->frame.count >= WW_CATALOG_ROWS_MAX)
        return damaged("frame", row->id, err);
    c->source.item[l->at].frames++;
    ww_catalog_source *source = &c->source.item[l->at];
    const int64_t time_us = row->time_us - source->stream_start_us;
    source->last_us = time_us > 0 ? time_us : 0;
    ww_catalog_frame frame = {.id = row->id,
                              .source = (int)l->at,
                              .sample = row->sample,
                              .time_us = source->last_us,
                              .file_us = row->time_us,
                              .width = row->width ? row->width : source->width,
                              .height = row->height ? row->height : source->height,
                              .jpeg_width = row->jpeg_width,
                              .jpeg_height = row->jpeg_height};
    return ww_vector_push(&c->frame, frame) ? WW_OK : ww_fail_memory(err, "the frames of the library");
}

static ww_status on_person(void *user, const ww_person_row *row, ww_error *err)
{
    loader *l = user;
    if (row->number < 0 || row->number >= WW_CATALOG_CLASS_MAX)
        return damaged("person", row->number, err);
    ww_catalog_person person = {.number = row->number,
                                .name = row->name && *row->name ? ww_strdup(row->name) : NULL,
                                .ignored = row->ignored,
                                .cover = WW_NONE};
    if (ww_vector_push(&l->catalog->person, person))
        return WW_OK;
    free(person.name);
    return ww_fail_memory(err, "the people of the library");
}

// People are sorted by number.
static bool find_person(const ww_catalog *c, int number, size_t *index)
{
    size_t at;
    WW_LOWER_BOUND(at, c->person.count, c->person.item[at].number < number);
    *index = at;
    return at < c->person.count && c->person.item[at].number == number;
}

static ww_status on_face(void *user, const ww_face_row *row, const float *embedding, ww_error *err)
{
    loader *l = user;
    ww_catalog *c = l->catalog;
    while (l->at < c->frame.count && c->frame.item[l->at].id != row->frame)
        l->at++;
    size_t person = c->person.count;
    bool known = row->person < 0 || find_person(c, row->person, &person);
    if (l->at == c->frame.count || c->face.count >= WW_CATALOG_ROWS_MAX || !known)
        return damaged("face", row->id, err);
    ww_catalog_frame *frame = &c->frame.item[l->at];
    if (frame->face_count++ == 0)
        frame->first_face = c->face.count;
    c->source.item[frame->source].faces++;
    ww_catalog_face face = {
        .id = row->id,
        .frame = l->at,
        .source = frame->source,
        .person = person,
        .x = row->x,
        .y = row->y,
        .width = row->width,
        .height = row->height,
        .found = {row->x, row->y, row->width, row->height},
        .score = row->score,
        .quality = row->quality,
        .track = row->track,
        .number = row->person,
        .former = row->former,
        .portrait_box = {row->portrait_box[0], row->portrait_box[1], row->portrait_box[2], row->portrait_box[3]},
        .portrait_width = row->portrait_width,
        .portrait_height = row->portrait_height,
    };
    memcpy(face.landmark, row->landmark, sizeof face.landmark);
    return ww_vector_push(&c->face, face) ? WW_OK : ww_fail_memory(err, "the faces of the library");
}

static int by_id(const void *a, const void *b)
{
    int64_t p = *(const int64_t *)a, q = *(const int64_t *)b;
    return (p > q) - (p < q);
}

static void hide(ww_catalog *c, const int64_t *hidden, size_t count)
{
    for (size_t i = 0; count > 0 && i < c->face.count; i++)
        c->face.item[i].hidden = bsearch(&c->face.item[i].id, hidden, count, sizeof *hidden, by_id) != NULL;
}

static ww_catalog_person *shown_as(const ww_catalog *c, size_t face)
{
    return (ww_catalog_person *)ww_catalog_person_of(c, face);
}

// A class keeps its number while others come and go, so that few labels are written anew: a person's class is the
// person's number if that is below the number of classes, and those whose number is not fill the gaps. False: no
// memory.
static bool number_classes(ww_catalog *c)
{
    c->class_count = 0;
    for (size_t p = 0; p < c->person.count; p++)
        c->class_count += c->person.item[p].face_count > 0;
    bool *taken = ww_try_array((size_t)c->class_count, sizeof *taken);
    for (size_t p = 0; taken && p < c->person.count; p++) {
        ww_catalog_person *person = &c->person.item[p];
        const bool own = person->face_count > 0 && person->number < c->class_count;
        person->class_index = own ? person->number : -1;
        if (own)
            taken[person->number] = true;
    }
    int gap = 0;
    for (size_t p = 0; taken && p < c->person.count; p++) {
        ww_catalog_person *person = &c->person.item[p];
        if (person->face_count == 0 || person->class_index >= 0)
            continue;
        while (taken[gap])
            gap++;
        person->class_index = gap++;
    }
    const bool made = taken != NULL;
    free(taken);
    return made;
}

// Counting sort of the faces by whom they are shown as; within a person their order stays.
static bool group_faces(ww_catalog *c)
{
    size_t people = c->person.count, at = 0;
    for (size_t i = 0; i < c->face.count; i++)
        shown_as(c, i)->face_count++;
    c->by_person = ww_try_array(c->face.count, sizeof *c->by_person);
    if (!c->by_person)
        return false;
    for (size_t p = 0; p < people + 2; p++) {
        ww_catalog_person *person = p < people ? &c->person.item[p] : p == people ? &c->unassigned : &c->ignored;
        person->face = c->by_person + at;
        at += person->face_count;
        person->face_count = 0;
    }
    for (size_t i = 0; i < c->face.count; i++) {
        ww_catalog_person *person = shown_as(c, i);
        person->face[person->face_count++] = i;
    }
    return number_classes(c);
}

// The sampling interval is not stored: it follows from the first and the last frame of a source, one second being the
// best guess for one frame.
static void measure_intervals(ww_catalog *c)
{
    for (size_t i = 0, first = 0; i < c->frame.count; i++) {
        const ww_catalog_frame *a = &c->frame.item[first], *b = &c->frame.item[i];
        if (a->source != b->source) {
            first = i;
            a = b;
        }
        int64_t samples = b->sample - a->sample, us = b->time_us - a->time_us;
        c->source.item[b->source].every_us = samples > 0 && us > 0 ? us / samples : 1000000;
    }
    for (size_t i = 0; i < c->source.count; i++)
        if (!ww_catalog_is_video(&c->source.item[i]))
            c->source.item[i].every_us = 0;
}

static int by_name(const void *a, const void *b)
{
    const ww_catalog_source *p = *(ww_catalog_source *const *)a, *q = *(ww_catalog_source *const *)b;
    return strcmp(p->title, q->title);
}

// Two DSC0001.jpg from two folders are told apart.
static bool title_sources(ww_catalog *c)
{
    const size_t count = c->source.count;
    ww_catalog_source **source = ww_try_array(count, sizeof *source);
    if (!source)
        return false;
    for (size_t i = 0; i < count; i++) {
        source[i] = &c->source.item[i];
        source[i]->title = ww_path_base(source[i]->path);
    }
    qsort(source, count, sizeof *source, by_name);
    for (size_t i = 0, next; i < count; i = next) {
        for (next = i + 1; next < count && by_name(&source[i], &source[next]) == 0;)
            next++;
        for (size_t k = i; next - i > 1 && k < next; k++)
            source[k]->title = source[k]->path;
    }
    free(source);
    return true;
}

static ww_status load_bounds(ww_catalog *c, ww_error *err)
{
    double width = 0, height = 0;
    ww_status status = ww_stored_setting_number(c->store, WW_SETTING_WITHIN_WIDTH, 0, &width, err);
    if (status == WW_OK)
        status = ww_stored_setting_number(c->store, WW_SETTING_WITHIN_HEIGHT, 0, &height, err);
    c->within_width = (int)width;
    c->within_height = (int)height;
    return status;
}

ww_status ww_catalog_load(ww_store *store, const int64_t *hidden, size_t hidden_count, ww_catalog *c, ww_error *err)
{
    *c = (ww_catalog){.store = store,
                      .unassigned = {.number = -1, .folder = ww_strdup("Unsorted"), .cover = WW_NONE},
                      .ignored = {.number = -1, .ignored = true, .cover = WW_NONE}};
    loader l = {.catalog = c};
    ww_status status = load_bounds(c, err);
    if (status == WW_OK)
        status = ww_store_sources(store, on_source, &l, err);
    if (status == WW_OK)
        status = ww_store_frames(store, on_frame, &l, err);
    if (status == WW_OK)
        status = ww_store_people(store, false, on_person, &l, err);
    l.at = 0;
    if (status == WW_OK)
        status = ww_store_faces(store, false, on_face, &l, err);
    if (status == WW_OK) {
        hide(c, hidden, hidden_count);
        measure_intervals(c);
        if (!title_sources(c) || !group_faces(c) || !ww_catalog_name_folders(c))
            status = ww_fail_memory(err, "the people of the library");
    }
    if (status != WW_OK)
        ww_catalog_free(c);
    return status;
}

static void free_people(ww_catalog *c)
{
    for (size_t i = 0; i < c->person.count; i++) {
        free(c->person.item[i].name);
        free(c->person.item[i].folder);
    }
    ww_vector_free(&c->person);
    free(c->by_person);
    c->by_person = NULL;
    c->unassigned.face_count = c->ignored.face_count = 0;
}

// Each face to the person of its number, by a table: there are many faces to each person.
static ww_status assign_faces(ww_catalog *c, ww_error *err)
{
    const size_t numbers = c->person.count ? (size_t)c->person.item[c->person.count - 1].number + 1 : 0;
    uint32_t *place = ww_try_array(numbers, sizeof *place); // 0: nobody has it
    ww_status status = place ? WW_OK : ww_fail_memory(err, "the people of the library");
    for (size_t p = 0; p < c->person.count && place; p++)
        place[c->person.item[p].number] = (uint32_t)p + 1;
    for (size_t i = 0; i < c->face.count && status == WW_OK; i++) {
        ww_catalog_face *face = &c->face.item[i];
        const size_t at = face->number >= 0 && (size_t)face->number < numbers ? place[face->number] : 0;
        face->person = at ? at - 1 : c->person.count;
        if (face->number >= 0 && !at)
            status = damaged("face", face->id, err);
    }
    free(place);
    return status;
}

ww_status ww_catalog_refresh_people(ww_catalog *c, ww_error *err)
{
    loader l = {.catalog = c};
    free_people(c);
    ww_status status = ww_store_people(c->store, false, on_person, &l, err);
    if (status == WW_OK)
        status = assign_faces(c, err);
    if (status == WW_OK && (!group_faces(c) || !ww_catalog_name_folders(c)))
        status = ww_fail_memory(err, "the people of the library");
    return status;
}

void ww_catalog_free(ww_catalog *c)
{
    for (size_t i = 0; i < c->source.count; i++) {
        free(c->source.item[i].path);
        free(c->source.item[i].file);
        free(c->source.item[i].error);
    }
    free_people(c);
    free(c->unassigned.folder);
    free(c->vector);
    free(c->light);
    ww_vector_free(&c->source);
    ww_vector_free(&c->frame);
    ww_vector_free(&c->face);
    *c = (ww_catalog){0};
}

const ww_catalog_person *ww_catalog_person_of(const ww_catalog *c, size_t face)
{
    size_t person = c->face.item[face].person;
    if (c->face.item[face].hidden)
        return &c->ignored;
    if (person >= c->person.count)
        return &c->unassigned;
    return c->person.item[person].ignored ? &c->ignored : &c->person.item[person];
}

void ww_catalog_set_covers(ww_catalog *c, const uint32_t *face, size_t count)
{
    for (size_t p = 0; p < c->person.count; p++)
        c->person.item[p].cover = WW_NONE;
    for (size_t i = 0; i < count; i++) {
        const size_t person = c->face.item[face[i]].person;
        if (person < c->person.count && !c->face.item[face[i]].hidden)
            c->person.item[person].cover = face[i];
    }
}

const ww_catalog_source *ww_catalog_source_of(const ww_catalog *c, size_t face)
{
    return &c->source.item[c->frame.item[c->face.item[face].frame].source];
}

void ww_catalog_face_path(const ww_catalog *c, size_t face, const char *extension, ww_buffer *path)
{
    const char *folder = ww_catalog_person_of(c, face)->folder;
    char name[64], *at = name + sizeof name; // filled from its end: there are as many of these as faces
    size_t number = face + 1;
    if (!folder)
        return;
    do
        *--at = (char)('0' + number % 10);
    while (number /= 10);
    at -= sizeof "/face_" - 1;
    memcpy(at, "/face_", sizeof "/face_" - 1);
    ww_buffer_add(path, folder, strlen(folder));
    ww_buffer_add(path, at, (size_t)(name + sizeof name - at));
    ww_buffer_add(path, ".", 1);
    ww_buffer_add(path, extension, strlen(extension));
}

void ww_catalog_frame_path(size_t frame, const char *extension, ww_buffer *path)
{
    ww_buffer_text(path, "Frames/frame_");
    ww_buffer_whole(path, (int64_t)frame + 1);
    ww_buffer_text(path, ".");
    ww_buffer_text(path, extension);
}

const char *ww_catalog_title(const ww_catalog_person *person) { return person->name ? person->name : person->folder; }
