// SPDX-License-Identifier: MIT
#include "formats/folders/made_keys.h"
#include "base/hash.h"
#include "whoswho/base.h"

enum { PORTRAIT = 1, FRAME, MONTAGE }; // kinds of pictures

// The store's numbers of frames and faces may come again when sources are forgotten; not with the same content, scanned
// in the same way, but for faces that were added by hand: those are told apart by their boxes.
static uint64_t add_frame(uint64_t key, const ww_catalog *c, size_t frame)
{
    const ww_catalog_frame *f = &c->frame.item[frame];
    const ww_catalog_source *s = &c->source.item[f->source];
    const uint64_t whole[] = {
        (uint64_t)f->id,         s->hash, s->scan, (uint64_t)f->sample, (uint64_t)f->time_us, (uint64_t)f->jpeg_width,
        (uint64_t)f->jpeg_height};
    return ww_hash_chain(key, whole, sizeof whole);
}

static uint64_t add_face(uint64_t key, const ww_catalog *c, size_t face)
{
    const ww_catalog_face *f = &c->face.item[face];
    const int64_t whole[] = {f->id, f->portrait_width, f->portrait_height};
    key = ww_hash_chain(add_frame(key, c, f->frame), whole, sizeof whole);
    return ww_hash_chain(key, &f->found, sizeof f->found);
}

static uint64_t begin(int kind)
{
    const int64_t whole[] = {WHOSWHO_VERSION_NUMBER, kind};
    return ww_hash_bytes(whole, sizeof whole);
}

static uint64_t end(uint64_t key) { return key ? key : 1; } // 0: not known

uint64_t ww_portrait_key(const ww_catalog *c, size_t face) { return end(add_face(begin(PORTRAIT), c, face)); }

uint64_t ww_frame_key(const ww_catalog *c, size_t frame) { return end(add_frame(begin(FRAME), c, frame)); }

// With what the choice among the person's faces goes by (formats/selection.h), but for the embeddings, which a face
// keeps.
uint64_t ww_montage_key(const ww_catalog *c, const ww_catalog_person *person)
{
    uint64_t key = begin(MONTAGE);
    for (size_t i = 0; i < person->face_count; i++) {
        const ww_catalog_face *f = &c->face.item[person->face[i]];
        const double values[] = {f->quality, (double)f->track};
        key = ww_hash_chain(add_face(key, c, person->face[i]), values, sizeof values);
        key = ww_hash_chain(key, f->landmark, sizeof f->landmark);
    }
    return end(person->cover == WW_NONE ? key : add_face(key, c, person->cover));
}
