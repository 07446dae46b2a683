// SPDX-License-Identifier: MIT
// A view is the library's one table of faces (library/catalog.h) with the journal, in rows that a caller may keep.
#include "api/view.h"
#include "base/memory.h"
#include "base/search.h"

#include <stdlib.h>
#include <string.h>

static ww_status no_memory(ww_error *err) { return ww_fail_memory(err, "a view of the library"); }

// --- sources, frames, persons, decisions

static void fill_sources(ww_view *v)
{
    const ww_catalog *c = &v->people.catalog;
    for (size_t i = 0; i < c->source.count; i++) {
        const ww_catalog_source *s = &c->source.item[i];
        v->source[i] = (ww_view_source){.id = s->id,
                                        .path = s->path,
                                        .error = s->error,
                                        .kind = ww_catalog_is_video(s) ? WW_MEDIA_VIDEO : WW_MEDIA_PHOTO,
                                        .width = s->width,
                                        .height = s->height,
                                        .duration_us = s->duration_us,
                                        .hash = s->hash,
                                        .stream_start_us = s->stream_start_us};
    }
}

static void fill_frames(ww_view *v)
{
    const ww_catalog *c = &v->people.catalog;
    size_t faces = 0;
    for (size_t i = 0; i < c->frame.count; i++) {
        const ww_catalog_frame *f = &c->frame.item[i];
        ww_view_source *s = &v->source[f->source];
        if (s->frame_count++ == 0) {
            s->first_frame = i;
            s->first_face = faces;
        }
        s->face_count += f->face_count;
        faces += f->face_count;
        v->frame[i] = (ww_view_frame){.id = f->id,
                                      .source = (size_t)f->source,
                                      .time_us = f->time_us,
                                      .first_face = f->first_face,
                                      .face_count = f->face_count,
                                      .shot = WW_NONE};
    }
}

static void fill_persons(ww_view *v)
{
    const ww_catalog *c = &v->people.catalog;
    ww_catalog_set_covers(&v->people.catalog, v->people.decided.covers.item, v->people.decided.covers.count);
    for (size_t i = 0; i < c->person.count; i++) {
        const ww_catalog_person *p = &c->person.item[i];
        v->person[i] = (ww_view_person){.number = p->number,
                                        .name = p->name,
                                        .title = ww_catalog_title(p),
                                        .folder = p->ignored ? NULL : p->folder,
                                        .ignored = p->ignored,
                                        .face_count = p->face_count,
                                        .cover = p->cover};
    }
}

static void fill_decisions(ww_view *v)
{
    const ww_journal *j = &v->people.journal;
    for (size_t i = 0; i < j->entry.count; i++) {
        const ww_entry *e = &j->entry.item[i];
        v->decision[i] = (ww_view_decision){.number = e->seq,
                                            .time_s = e->time_s,
                                            .kind = e->kind,
                                            .kind_name = ww_decision_kind_name(e->kind),
                                            .words = e->words,
                                            .undone = e->undone,
                                            .batch = e->batch};
    }
}

// --- faces

static void fill_faces(ww_view *v)
{
    const ww_catalog *c = &v->people.catalog;
    for (size_t i = 0; i < c->face.count; i++) {
        const ww_catalog_face *f = &c->face.item[i];
        const ww_catalog_person *shown = ww_catalog_person_of(c, i);
        ww_view_face *to = &v->face[i];
        const size_t track = to->track;
        *to = (ww_view_face){.id = f->id,
                             .number = (int64_t)i + 1,
                             .source = (size_t)c->frame.item[f->frame].source,
                             .frame = f->frame,
                             .track = track,
                             .person = shown == &c->unassigned || shown == &c->ignored ? WW_NONE : f->person,
                             .ignored = shown == &c->ignored,
                             .x = f->x,
                             .y = f->y,
                             .width = f->width,
                             .height = f->height,
                             .score = f->score,
                             .quality = f->quality,
                             .portrait_width = f->portrait_width,
                             .portrait_height = f->portrait_height,
                             .frame_width = c->frame.item[f->frame].width,
                             .frame_height = c->frame.item[f->frame].height};
        memcpy(to->landmark, f->landmark, sizeof to->landmark);
        memcpy(to->portrait_box, f->portrait_box, sizeof to->portrait_box);
    }
    const ww_decided *d = &v->people.decided;
    for (size_t i = 0; i < d->discarded.count; i++)
        v->face[d->discarded.item[i]].discarded = 1;
}

// The pool grows while it is filled; so first all of it, then the pointers.
static ww_status fill_paths(ww_view *v, ww_error *err)
{
    const ww_catalog *c = &v->people.catalog;
    for (size_t i = 0; i < c->face.count; i++) {
        ww_catalog_face_path(c, i, "jpg", &v->paths);
        ww_buffer_add(&v->paths, "", 1);
    }
    for (size_t i = 0; i < c->frame.count; i++) {
        ww_catalog_frame_path(i, "jpg", &v->paths);
        ww_buffer_add(&v->paths, "", 1);
    }
    ww_status status = ww_buffer_status(&v->paths, "the paths of a view", err);
    const char *at = v->paths.data;
    for (size_t i = 0; status == WW_OK && i < c->face.count; i++, at += strlen(at) + 1)
        v->face[i].path = at;
    for (size_t i = 0; status == WW_OK && i < c->frame.count; i++, at += strlen(at) + 1)
        v->frame[i].path = at;
    return status;
}

// --- shots

typedef struct shot_walk {
    ww_view *view;
    size_t source, frame; // rows before these are done with: shots come in their order
} shot_walk;

static ww_status on_shot(void *user, const ww_shot_row *row, ww_error *err)
{
    shot_walk *walk = user;
    ww_view *v = walk->view;
    while (walk->source < ww_view_source_count(v) && v->source[walk->source].id < row->source)
        walk->source++;
    if (walk->source == ww_view_source_count(v) || v->source[walk->source].id != row->source)
        return WW_OK;
    const ww_view_source *source = &v->source[walk->source];
    const size_t end = source->first_frame + source->frame_count;
    if (walk->frame < source->first_frame || walk->frame > end)
        walk->frame = source->first_frame;
    const ww_catalog_frame *frame = v->people.catalog.frame.item;
    while (walk->frame < end && frame[walk->frame].file_us < row->first_us)
        walk->frame++;
    const int64_t start_us = source->stream_start_us;
    ww_view_shot shot = {walk->source, row->first_us - start_us, row->last_us - start_us, walk->frame, 0};
    for (; walk->frame < end && frame[walk->frame].file_us <= row->last_us; walk->frame++, shot.frame_count++)
        v->frame[walk->frame].shot = v->shot.count;
    return ww_vector_push(&v->shot, shot) ? WW_OK : no_memory(err);
}

static ww_status fill_shots(ww_view *v, ww_error *err)
{
    return ww_store_shots(v->people.catalog.store, on_shot, &(shot_walk){.view = v}, err);
}

// --- tracks

static int by_track(const void *a, const void *b, void *view)
{
    const ww_view *v = view;
    size_t p = *(const size_t *)a, q = *(const size_t *)b;
    if (v->face[p].source != v->face[q].source)
        return v->face[p].source < v->face[q].source ? -1 : 1;
    int64_t s = v->people.catalog.face.item[p].track, t = v->people.catalog.face.item[q].track;
    return s != t ? (s < t ? -1 : 1) : (p > q) - (p < q);
}

static bool same_track(const ww_view *v, size_t a, size_t b)
{
    const ww_catalog_face *face = v->people.catalog.face.item;
    return v->face[a].source == v->face[b].source && face[a].track == face[b].track;
}

static void add_track(ww_view *v, size_t first, size_t end)
{
    const size_t *face = v->by_track;
    v->track_first[v->tracks] = first;
    v->track[v->tracks] = (ww_view_track){.source = v->face[face[first]].source,
                                          .first_us = v->frame[v->face[face[first]].frame].time_us,
                                          .last_us = v->frame[v->face[face[end - 1]].frame].time_us,
                                          .face_count = end - first};
    for (size_t i = first; i < end; i++)
        v->face[face[i]].track = v->tracks;
    v->tracks++;
}

static ww_status fill_tracks(ww_view *v, ww_error *err)
{
    const ww_catalog *c = &v->people.catalog;
    size_t count = 0;
    v->by_track = ww_try_array(c->face.count + 1, sizeof *v->by_track);
    v->track_first = ww_try_array(c->face.count + 1, sizeof *v->track_first);
    v->track = ww_try_array(c->face.count + 1, sizeof *v->track);
    if (!v->by_track || !v->track_first || !v->track)
        return no_memory(err);
    for (size_t i = 0; i < c->face.count; i++)
        if (c->face.item[i].track > 0)
            v->by_track[count++] = i;
    if (count)
        qsort_r(v->by_track, count, sizeof *v->by_track, by_track, v);
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && same_track(v, v->by_track[first], v->by_track[end]); end++)
            ;
        add_track(v, first, end);
    }
    v->track_first[v->tracks] = count;
    return WW_OK;
}

static int by_id(const void *a, const void *b, void *faces)
{
    const ww_view_face *face = faces;
    int64_t p = face[*(const size_t *)a].id, q = face[*(const size_t *)b].id;
    return (p > q) - (p < q);
}

static ww_status index_ids(ww_view *v, ww_error *err)
{
    const size_t count = ww_view_face_count(v);
    v->by_id = ww_try_array(count + 1, sizeof *v->by_id);
    if (!v->by_id)
        return no_memory(err);
    for (size_t i = 0; i < count; i++)
        v->by_id[i] = i;
    if (count)
        qsort_r(v->by_id, count, sizeof *v->by_id, by_id, v->face);
    return WW_OK;
}

// --- the whole

ww_status ww_view_fill_people(ww_view *v, ww_error *err)
{
    free(v->person);
    free(v->decision);
    ww_buffer_free(&v->paths);
    v->person = ww_try_array(v->people.catalog.person.count + 1, sizeof *v->person);
    v->decision = ww_try_array(v->people.journal.entry.count + 1, sizeof *v->decision);
    if (!v->person || !v->decision)
        return no_memory(err);
    fill_persons(v);
    fill_decisions(v);
    fill_faces(v);
    return fill_paths(v, err);
}

static ww_status fill(ww_view *v, ww_error *err)
{
    const ww_catalog *c = &v->people.catalog;
    v->source = ww_try_array(c->source.count + 1, sizeof *v->source);
    v->frame = ww_try_array(c->frame.count + 1, sizeof *v->frame);
    v->face = ww_try_array(c->face.count + 1, sizeof *v->face);
    if (!v->source || !v->frame || !v->face)
        return no_memory(err);
    for (size_t i = 0; i < c->face.count; i++)
        v->face[i].track = WW_NONE;
    fill_sources(v);
    fill_frames(v);
    ww_status status = ww_view_fill_people(v, err);
    if (status == WW_OK)
        status = fill_shots(v, err);
    if (status == WW_OK)
        status = fill_tracks(v, err);
    return status == WW_OK ? index_ids(v, err) : status;
}

ww_status ww_library_view(ww_library *library, ww_view **view, ww_error *err)
{
    *view = NULL;
    ww_view *v = ww_alloc(sizeof *v);
    ww_status status = ww_people_view_load(library, &v->people, err);
    if (status == WW_OK)
        status = fill(v, err);
    if (status == WW_OK)
        *view = v;
    else
        ww_view_close(v);
    return status;
}

ww_status ww_view_refresh(ww_view *v, ww_error *err)
{
    ww_view *fresh;
    ww_status status = ww_library_view(v->people.library, &fresh, err);
    if (status != WW_OK)
        return status;
    fresh->change = v->change; // steps to undo stay with this view
    memset(&v->change, 0, sizeof v->change);
    const ww_view was = *v;
    *v = *fresh;
    *fresh = was;
    ww_view_close(fresh);
    return WW_OK;
}

void ww_view_close(ww_view *v)
{
    if (!v)
        return;
    ww_people_view_free(&v->people);
    ww_view_forget(v);
    ww_buffer_free(&v->paths);
    free(v->source);
    free(v->frame);
    ww_vector_free(&v->shot);
    free(v->track);
    free(v->face);
    free(v->person);
    free(v->decision);
    free(v->by_track);
    free(v->track_first);
    free(v->by_id);
    free(v);
}

size_t ww_view_source_count(const ww_view *v) { return v->people.catalog.source.count; }
size_t ww_view_frame_count(const ww_view *v) { return v->people.catalog.frame.count; }
size_t ww_view_shot_count(const ww_view *v) { return v->shot.count; }
size_t ww_view_track_count(const ww_view *v) { return v->tracks; }
size_t ww_view_face_count(const ww_view *v) { return v->people.catalog.face.count; }
size_t ww_view_person_count(const ww_view *v) { return v->people.catalog.person.count; }
size_t ww_view_decision_count(const ww_view *v) { return v->people.journal.entry.count; }

const ww_view_source *ww_view_get_source(const ww_view *v, size_t i)
{
    return i < ww_view_source_count(v) ? &v->source[i] : NULL;
}
const ww_view_frame *ww_view_get_frame(const ww_view *v, size_t i)
{
    return i < ww_view_frame_count(v) ? &v->frame[i] : NULL;
}
const ww_view_shot *ww_view_get_shot(const ww_view *v, size_t i) { return i < v->shot.count ? &v->shot.item[i] : NULL; }
const ww_view_track *ww_view_get_track(const ww_view *v, size_t i) { return i < v->tracks ? &v->track[i] : NULL; }
const ww_view_face *ww_view_get_face(const ww_view *v, size_t i)
{
    return i < ww_view_face_count(v) ? &v->face[i] : NULL;
}
const ww_view_person *ww_view_get_person(const ww_view *v, size_t i)
{
    return i < ww_view_person_count(v) ? &v->person[i] : NULL;
}
const ww_view_decision *ww_view_get_decision(const ww_view *v, size_t i)
{
    return i < ww_view_decision_count(v) ? &v->decision[i] : NULL;
}

const size_t *ww_view_faces_of_person(const ww_view *v, size_t person, size_t *count)
{
    const ww_catalog *c = &v->people.catalog;
    const ww_catalog_person *p = person < c->person.count ? &c->person.item[person] : &c->unassigned;
    *count = person < c->person.count || person == WW_NONE ? p->face_count : 0;
    return p->face;
}

const size_t *ww_view_faces_of_track(const ww_view *v, size_t track, size_t *count)
{
    *count = track < v->tracks ? v->track_first[track + 1] - v->track_first[track] : 0;
    return track < v->tracks ? v->by_track + v->track_first[track] : v->by_track;
}

size_t ww_view_find_face(const ww_view *v, int64_t id)
{
    size_t low = 0, high = ww_view_face_count(v);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (v->face[v->by_id[middle]].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < ww_view_face_count(v) && v->face[v->by_id[low]].id == id ? v->by_id[low] : WW_NONE;
}

size_t ww_view_find_person(const ww_view *v, int number) // persons are in the order of their numbers
{
    size_t at;
    WW_LOWER_BOUND(at, ww_view_person_count(v), v->person[at].number < number);
    return at < ww_view_person_count(v) && v->person[at].number == number ? at : WW_NONE;
}

const ww_decided *ww_view_decided(const ww_view *v) { return &v->people.decided; }

// --- embeddings

ww_status ww_view_embeddings(ww_view *v, const float **matrix, size_t *dim, ww_error *err)
{
    ww_catalog *c = &v->people.catalog;
    ww_status status = ww_catalog_add_vectors(c, err);
    *matrix = c->vector;
    *dim = (size_t)c->dim;
    return status;
}
