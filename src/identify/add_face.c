// SPDX-License-Identifier: MIT
#include "identify/add_face.h"
#include "base/memory.h"
#include "decisions/decide.h"
#include "decisions/decisions_rules.h"
#include "identify/drawn_faces.h"
#include "identify/match.h"
#include "library/face_index.h"
#include "people/regroup.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define FACE_LEAST_PX 6.0 // of the shorter side; there is nothing to compare in less
#define COVERED_MAX 0.7   // of the smaller of two boxes; beyond, they are of one face

static const ww_catalog_frame *find_frame(const ww_catalog *c, int64_t id)
{
    for (size_t i = 0; i < c->frame.count; i++)
        if (c->frame.item[i].id == id)
            return &c->frame.item[i];
    return NULL;
}

// As the journal will have the coordinate.
static double on_grid(double value) { return round(value * WW_JOURNAL_STEPS_A_PIXEL) / WW_JOURNAL_STEPS_A_PIXEL; }

// The part of the box that is in the picture, as the journal will have it.
static ww_status cut_box(const ww_new_face *face, const ww_catalog_frame *frame, ww_box *box, ww_error *err)
{
    const double value[] = {face->x, face->y, face->width, face->height};
    for (int i = 0; i < 4; i++)
        if (!(fabs(value[i]) <= WW_BOX_LARGEST_PX))
            return ww_fail(err, WW_ERR_ARGUMENT, "a box is four numbers: x, y, width and height in pixels");
    const double left = on_grid(fmax(face->x, 0)), top = on_grid(fmax(face->y, 0)),
                 right = on_grid(fmin(face->x + face->width, frame->width)),
                 bottom = on_grid(fmin(face->y + face->height, frame->height));
    if (right - left < FACE_LEAST_PX || bottom - top < FACE_LEAST_PX)
        return ww_fail(err, WW_ERR_ARGUMENT,
                       "the box is %.4g x %.4g pixels in a frame of %d x %d; a face takes %g or more each way",
                       fmax(right - left, 0), fmax(bottom - top, 0), frame->width, frame->height, FACE_LEAST_PX);
    *box = (ww_box){left, top, right - left, bottom - top};
    return WW_OK;
}

static bool is_one_face(const ww_box *a, const ww_box *b)
{
    const double smaller = fmin(a->width * a->height, b->width * b->height);
    return ww_box_iou(*a, *b) >= WW_KEY_OVERLAP_MIN || ww_box_overlap(*a, *b) > COVERED_MAX * smaller;
}

static ww_status refuse(const ww_people_view *view, size_t face, bool same_box, ww_error *err)
{
    const size_t person = view->catalog.face.item[face].person;
    return ww_fail(err, WW_ERR_ARGUMENT, "there is a face already: face_%zu.jpg, %s%s", face + 1,
                   person < view->catalog.person.count ? ww_people_view_title(view, person) : "unassigned",
                   same_box ? "; if its portrait is not written yet, run: whoswho sync" : "");
}

// *there: a face that was added with this very box, and taken back; or SIZE_MAX.
static ww_status look_for_others(const ww_people_view *view, const ww_catalog_frame *frame, const ww_box *box,
                                 size_t *there, ww_error *err)
{
    *there = SIZE_MAX;
    for (size_t i = frame->first_face; i < frame->first_face + frame->face_count; i++) {
        const ww_catalog_face *f = &view->catalog.face.item[i];
        const ww_box other = ww_decided_box_now(&view->decided, i, ww_catalog_face_box(f));
        const bool same_box = ww_box_same(f->found, *box);
        if (!ww_decided_is_discarded(&view->decided, i)) {
            if (is_one_face(&other, box))
                return refuse(view, i, same_box, err);
        } else if (same_box) {
            *there = i;
        }
    }
    return WW_OK;
}

static ww_drawn_face drawn_on(const ww_catalog *c, const ww_catalog_frame *frame, const ww_box *box)
{
    return (ww_drawn_face){.frame = frame->id,
                           .source = c->source.item[frame->source].id,
                           .file_us = frame->file_us,
                           .width = frame->width,
                           .height = frame->height,
                           .faces = (int)frame->face_count,
                           .box = *box,
                           .sure = true};
}

static ww_face_key key_of(const ww_catalog *c, const ww_catalog_frame *frame, const ww_box *box)
{
    return (ww_face_key){c->source.item[frame->source].hash,
                         frame->file_us,
                         (float)box->x,
                         (float)box->y,
                         (float)box->width,
                         (float)box->height};
}

static char *added_words(const ww_catalog *c, const ww_catalog_frame *frame)
{
    const ww_catalog_source *source = &c->source.item[frame->source];
    return ww_catalog_is_video(source)
               ? ww_strf("a face at %.1f s of '%s' was added", (double)frame->time_us / 1e6, source->title)
               : ww_strf("a face in '%s' was added", source->title);
}

typedef struct recording {
    ww_people_view *view;
    ww_face_key key;
    int64_t batch;
    ww_buffer words;
} recording;

// Takes text and words.
static ww_status record(recording *r, ww_decision_kind kind, char *text, char *words, ww_error *err)
{
    ww_entry entry = {.kind = kind, .text = text, .words = words};
    ww_operand_add_face(ww_entry_add_operand(&entry), &r->key);
    ww_buffer_format(&r->words, "%s%s", r->words.bytes ? "; " : "", words);
    const ww_status status = ww_record_decision(r->view, &entry, &r->batch, err);
    ww_entry_free(&entry);
    return status;
}

// Takes the name.
static ww_status store_and_record(recording *r, const ww_models *models, ww_drawn_face *drawn, char *words, char *name,
                                  ww_error *err)
{
    int64_t added = 0;
    ww_status status = drawn->id ? WW_OK : ww_add_drawn_faces(r->view->library, models, drawn, 1, &added, err);
    if (status == WW_OK)
        status = record(r, WW_DECISION_ADD, NULL, words, err);
    else
        free(words);
    if (status == WW_OK && name) {
        char *named = ww_strf("1 face: a person called %s", name);
        return record(r, WW_DECISION_NAME, name, named, err);
    }
    free(name);
    return status;
}

static ww_status add(ww_people_view *view, const ww_models *models, const ww_new_face *face, ww_added_face *result,
                     ww_error *err)
{
    const ww_catalog_frame *frame = find_frame(&view->catalog, face->frame);
    ww_box box;
    size_t there;
    char *name = NULL;
    if (!frame)
        return ww_fail(err, WW_ERR_NOT_FOUND, "there is no frame %lld in the library now", (long long)face->frame);
    ww_status status = cut_box(face, frame, &box, err);
    if (status == WW_OK)
        status = look_for_others(view, frame, &box, &there, err);
    if (status == WW_OK && face->name)
        status = ww_check_person_name(face->name, &name, err);
    if (status != WW_OK)
        return status;
    recording r = {.view = view, .key = key_of(&view->catalog, frame, &box)};
    ww_drawn_face drawn = drawn_on(&view->catalog, frame, &box);
    drawn.id = there < SIZE_MAX ? view->catalog.face.item[there].id : 0;
    drawn.quality = there < SIZE_MAX ? view->catalog.face.item[there].quality : 0;
    status = store_and_record(&r, models, &drawn, added_words(&view->catalog, frame), name, err);
    if (status == WW_OK)
        status = ww_buffer_status(&r.words, "a decision", err);
    if (status == WW_OK) {
        *result = (ww_added_face){.face = drawn.id, .quality = drawn.quality, .entry = r.batch};
        snprintf(result->words, sizeof result->words, "%s", r.words.data);
    }
    ww_buffer_free(&r.words);
    return status;
}

// The face becomes whom it was named, without a sort: what the naming of this batch changes.
static ww_status bring_to_its_person(ww_library *library, int64_t batch, ww_error *err)
{
    ww_people_view view;
    ww_decided before = {0};
    ww_moves moves = {0};
    ww_status status = ww_people_view_load(library, &view, err);
    if (status != WW_OK)
        return status;
    for (size_t i = 0; i < view.journal.entry.count; i++)
        if (view.journal.entry.item[i].batch == batch && view.journal.entry.item[i].kind == WW_DECISION_NAME)
            view.journal.entry.item[i].undone = true;
    status = ww_decisions_replay_journal(&view.journal, view.key, view.catalog.face.count, &before, err);
    if (status == WW_OK)
        status = ww_people_regroup(
            &(ww_regroup_input){.library = library, .faces = &view.catalog, .before = &before, .after = &view.decided},
            &moves, err);
    ww_vector_free(&moves);
    ww_decided_free(&before);
    ww_people_view_free(&view);
    return status;
}

ww_status ww_add_face(ww_library *library, const ww_models *models, const ww_new_face *face, ww_added_face *result,
                      ww_error *err)
{
    ww_people_view view;
    ww_status status = ww_check_same_embedder(library, models, err);
    if (status == WW_OK)
        status = ww_people_view_load(library, &view, err);
    if (status != WW_OK)
        return status;
    status = ww_store_begin(library->store, err);
    if (status == WW_OK)
        status = ww_store_end(library->store, add(&view, models, face, result, err), err);
    ww_people_view_free(&view);
    return status == WW_OK && face->name ? bring_to_its_person(library, result->entry, err) : status;
}

// --- boxes of an import

static ww_status record_seen(ww_people_view *view, const ww_drawn_face *drawn, int64_t *batch, ww_error *err)
{
    const ww_catalog_frame *frame = find_frame(&view->catalog, drawn->frame);
    recording r = {.view = view, .key = key_of(&view->catalog, frame, &drawn->box), .batch = *batch};
    const ww_status status = record(&r, WW_DECISION_ADD, NULL, added_words(&view->catalog, frame), err);
    *batch = r.batch;
    ww_buffer_free(&r.words);
    return status;
}

ww_status ww_add_seen_faces(ww_library *library, const ww_models *models, ww_drawn_face *drawn, size_t count,
                            int64_t *batch, int64_t *added, ww_error *err)
{
    ww_people_view view;
    ww_status status = ww_people_view_load(library, &view, err);
    if (status != WW_OK)
        return status;
    for (size_t i = 0; i < count; i++) {
        ww_box *b = &drawn[i].box;
        *b = (ww_box){on_grid(b->x), on_grid(b->y), on_grid(b->width), on_grid(b->height)};
    }
    status = ww_store_begin(library->store, err);
    if (status == WW_OK) {
        status = ww_add_drawn_faces(library, models, drawn, count, added, err);
        for (size_t i = 0; i < count && status == WW_OK; i++)
            if (drawn[i].id)
                status = record_seen(&view, &drawn[i], batch, err);
        status = ww_store_end(library->store, status, err);
    }
    ww_people_view_free(&view);
    return status;
}

// --- after a scan

typedef WW_VECTOR(ww_drawn_face) drawn_faces;

// The face that the entry added, and that was not taken back; NULL: there is none.
static const ww_face_key *standing_face(const ww_entry *entry)
{
    return entry->undone ? NULL : ww_entry_added_face(entry);
}

static bool any_added(const ww_journal *journal)
{
    for (size_t i = 0; i < journal->entry.count; i++)
        if (standing_face(&journal->entry.item[i]))
            return true;
    return false;
}

static const ww_catalog_frame *frame_at(const ww_catalog *c, const ww_face_key *key, const ww_catalog_source **source)
{
    for (size_t i = 0; i < c->frame.count; i++) {
        const ww_catalog_source *s = &c->source.item[c->frame.item[i].source];
        if (s->hash != key->source)
            continue;
        *source = s;
        if (c->frame.item[i].file_us == key->time_us)
            return &c->frame.item[i];
    }
    return NULL;
}

static bool is_listed(const drawn_faces *list, const ww_drawn_face *drawn)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->item[i].frame == drawn->frame && ww_box_iou(list->item[i].box, drawn->box) >= WW_KEY_OVERLAP_MIN)
            return true;
    return false;
}

static ww_status find_missing(const ww_people_view *view, drawn_faces *missing, ww_error *err)
{
    ww_face_index index;
    ww_status status = ww_face_index_make(view->key, view->catalog.face.count, &index, err);
    for (size_t i = 0; status == WW_OK && i < view->journal.entry.count; i++) {
        const ww_face_key *key = standing_face(&view->journal.entry.item[i]);
        const ww_catalog_source *source = NULL;
        if (!key || ww_face_index_find(&index, key) < index.count)
            continue;
        const ww_catalog_frame *frame = frame_at(&view->catalog, key, &source);
        if (!frame) {
            if (source)
                ww_logf(&view->library->log, WW_LOG_WARNING,
                        "the face added at %.1f s of '%s' waits: this scan kept no frame of that moment",
                        (double)(key->time_us - source->stream_start_us) / 1e6, source->title);
            continue;
        }
        const ww_box box = {key->x, key->y, key->width, key->height};
        const ww_drawn_face drawn = drawn_on(&view->catalog, frame, &box);
        if (!is_listed(missing, &drawn) && !ww_vector_push(missing, drawn))
            status = ww_fail_memory(err, "the faces that were added");
    }
    ww_face_index_free(&index);
    return status;
}

static ww_status restore(ww_library *library, const ww_models *models, ww_error *err)
{
    ww_people_view view;
    drawn_faces missing = {0};
    int64_t added;
    ww_status status = ww_people_view_load(library, &view, err);
    if (status != WW_OK)
        return status;
    status = find_missing(&view, &missing, err);
    ww_people_view_free(&view);
    if (status == WW_OK && missing.count > 0) {
        status = ww_store_begin(library->store, err);
        if (status == WW_OK)
            status = ww_store_end(library->store,
                                  ww_add_drawn_faces(library, models, missing.item, missing.count, &added, err), err);
    }
    ww_vector_free(&missing);
    return status;
}

ww_status ww_restore_added_faces(ww_library *library, const ww_models *models, ww_error *err)
{
    ww_journal journal;
    ww_status status = ww_journal_load(library->store, &journal, err);
    if (status != WW_OK)
        return status;
    const bool any = any_added(&journal);
    ww_journal_free(&journal);
    return any ? restore(library, models, err) : WW_OK;
}
