// SPDX-License-Identifier: MIT
#include "formats/import/import.h"
#include "base/files.h"
#include "base/number.h"
#include "base/search.h"
#include "formats/import/xml.h"
#include "library/export_state.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

// 18: what int64_t holds whatever the digits. Names once had the first half of the hash alone.
enum { TIME_DIGITS = 12, TIME_DIGITS_MAX = 18, HASH_DIGITS = 16, HALF_DIGITS = 8 };

static const ww_import_kind *const kinds[] = {&ww_import_picasa, &ww_import_cvat, &ww_import_labelstudio,
                                              &ww_import_xmp};

// --- frames by name

static int by_place(const void *a, const void *b)
{
    const ww_frame_place *l = a, *r = b;
    if (l->hash != r->hash)
        return l->hash < r->hash ? -1 : 1;
    return l->time_us != r->time_us ? (l->time_us < r->time_us ? -1 : 1) : l->of_file - r->of_file;
}

// Exports of earlier versions name frames by the clock of the file; where a name could be either it is today's.
static ww_status index_frames(ww_import *m, ww_error *err)
{
    const ww_catalog *c = &m->view.catalog;
    for (size_t i = 0; i < c->frame.count; i++) {
        const ww_catalog_frame *f = &c->frame.item[i];
        const uint64_t hash = c->source.item[f->source].hash;
        const ww_frame_place place = {hash, f->time_us, false, i}, before = {hash, f->file_us, true, i};
        if (!ww_vector_push(&m->places, place) || (f->file_us != f->time_us && !ww_vector_push(&m->places, before)))
            return ww_fail_memory(err, "the names of %zu frames", c->frame.count);
    }
    if (m->places.count)
        qsort(m->places.item, m->places.count, sizeof *m->places.item, by_place);
    return WW_OK;
}

// "..._1f2e3d4c5b6a7988_000012500000", see ww_dataset_frame_name. *last: of the hashes that may be meant, the first of
// which is the place's.
static bool read_name(const char *name, ww_frame_place *place, uint64_t *last)
{
    const char *time = strrchr(name, '_'), *hash = time;
    const size_t digits = time ? strspn(time + 1, "0123456789") : 0;
    if (digits < TIME_DIGITS || digits > TIME_DIGITS_MAX || time[1 + digits])
        return false;
    while (hash > name && hash[-1] != '_')
        hash--;
    const ptrdiff_t known = time - hash;
    if (hash == name || (known != HASH_DIGITS && known != HALF_DIGITS)
        || strspn(hash, "0123456789abcdef") != (size_t)known)
        return false;
    const int unknown_bits = 4 * (int)(HASH_DIGITS - known);
    place->hash = strtoull(hash, NULL, 16) << unknown_bits;
    *last = place->hash | (((uint64_t)1 << unknown_bits) - 1);
    place->time_us = strtoll(time + 1, NULL, 10);
    return true;
}

bool ww_import_frame(const ww_import *m, const char *name, size_t *frame)
{
    ww_frame_place wanted = {0};
    uint64_t last = 0;
    size_t at, found = 0;
    bool more = read_name(name, &wanted, &last);
    while (more) {
        WW_LOWER_BOUND(at, m->places.count, by_place(&m->places.item[at], &wanted) < 0);
        if (at == m->places.count || m->places.item[at].hash > last)
            break;
        const ww_frame_place *place = &m->places.item[at];
        if (place->hash == wanted.hash && place->time_us == wanted.time_us) {
            *frame = place->frame;
            found++;
        }
        more = place->hash != wanted.hash || wanted.hash < last;
        wanted.hash = place->hash != wanted.hash ? place->hash : wanted.hash + 1;
    }
    return found == 1;
}

// --- claims

void ww_import_pass_over(ww_import *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    ww_vnotify(&m->listener, format, args);
    va_end(args);
    m->result->passed_over++;
}

void ww_import_forget_claims(ww_import *m, size_t from)
{
    for (; m->claims.count > from; m->claims.count--) {
        free(m->claims.item[m->claims.count - 1].was);
        free(m->claims.item[m->claims.count - 1].label);
    }
}

ww_status ww_import_claim(ww_import *m, const ww_claim *claim, ww_error *err)
{
    m->result->boxes++;
    if (m->claims.count < WW_IMPORT_CLAIMS_MAX && ww_vector_push(&m->claims, *claim))
        return WW_OK;
    free(claim->was);
    free(claim->label);
    return ww_fail_memory(err, "%zu boxes", m->claims.count);
}

ww_status ww_import_place(const ww_import *m, size_t frame, ww_box b, double width, double height, ww_box *placed,
                          ww_error *err)
{
    const ww_catalog_frame *f = &m->view.catalog.frame.item[frame];
    if (!(width >= 1 && height >= 1 && isfinite(width) && isfinite(height)))
        return ww_fail(err, WW_ERR_FORMAT, "the size of the picture is %g x %g", width, height);
    if (!isfinite(b.x) || !isfinite(b.y) || !(b.width > 0 && b.height > 0) || !isfinite(b.x + b.width)
        || !isfinite(b.y + b.height))
        return ww_fail(err, WW_ERR_FORMAT, "a box is not finite, or has no area");
    const double x0 = fmax(b.x, 0) / width, x1 = fmin(b.x + b.width, width) / width;
    const double y0 = fmax(b.y, 0) / height, y1 = fmin(b.y + b.height, height) / height;
    if (!(x1 > x0 && y1 > y0))
        return ww_fail(err, WW_ERR_FORMAT, "a box lies outside its picture");
    *placed = (ww_box){x0 * f->width, y0 * f->height, (x1 - x0) * f->width, (y1 - y0) * f->height};
    return WW_OK;
}

// --- the whole

static ww_status begin(ww_import *m, ww_error *err)
{
    ww_status status = ww_people_view_load(m->library, &m->view, err);
    if (status != WW_OK)
        return status;
    const size_t faces = m->view.catalog.face.count;
    m->frame_seen = ww_try_array(m->view.catalog.frame.count, sizeof *m->frame_seen);
    m->listed = ww_try_array(faces, sizeof *m->listed);
    m->claim_of = ww_try_array(faces, sizeof *m->claim_of);
    if (!m->frame_seen || !m->listed || !m->claim_of)
        return ww_fail_memory(err, "the boxes of %zu faces", faces);
    for (size_t i = 0; i < faces; i++)
        m->claim_of[i] = WW_NO_FACE;
    return index_frames(m, err);
}

static void end(ww_import *m)
{
    ww_import_forget_claims(m, 0);
    for (size_t i = 0; i < m->paths.count; i++)
        free(m->paths.item[i]);
    ww_vector_free(&m->paths);
    ww_vector_free(&m->claims);
    ww_vector_free(&m->places);
    free(m->frame_seen);
    free(m->listed);
    free(m->claim_of);
    ww_people_view_free(&m->view);
}

ww_status ww_import_file(ww_import *m, const char *path, bool quiet, ww_error *err)
{
    uint8_t *data = NULL;
    size_t bytes = 0;
    ww_status status = ww_read_file(path, WW_XML_BYTES_MAX, &data, &bytes, err);
    if (status != WW_OK)
        return status;
    const ww_import_kind *kind = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !kind; i++)
        kind = kinds[i]->recognise(path, data, bytes) ? kinds[i] : NULL;
    if (kind)
        status = kind->read(m, path, data, bytes, err);
    else if (!quiet)
        status = ww_fail(err, WW_ERR_FORMAT, "'%s' holds no annotations that are known here: %s", path,
                         "CVAT for images 1.1, Label Studio JSON, XMP, .picasa.ini");
    free(data);
    return status;
}

static ww_status settle(ww_import *m, bool dry_run, ww_error *err)
{
    ww_status status = ww_store_begin(m->library->store, err);
    if (status != WW_OK)
        return status;
    status = ww_import_decide(m, err);
    if (status == WW_OK)
        status = ww_listener_status(&m->listener, err);
    if (!dry_run)
        return ww_store_end(m->library->store, status, err);
    ww_store_rollback(m->library->store);
    return status;
}

static ww_status read_files(ww_import *m, const char *const *paths, size_t count, ww_error *err)
{
    if (count == 0)
        return ww_fail(err, WW_ERR_ARGUMENT, "name a file with annotations");
    ww_status status = begin(m, err);
    for (size_t i = 0; status == WW_OK && i < count; i++)
        status =
            ww_path_is_dir(paths[i]) ? ww_import_folder(m, paths[i], err) : ww_import_file(m, paths[i], false, err);
    return status == WW_OK ? ww_import_match(m, err) : status;
}

// Whether the box is a second one around a face that is known, or around one that is drawn already.
static bool is_drawn_twice(const ww_import *m, const ww_unmatched_boxes *boxes, const ww_unmatched_box *box)
{
    const ww_catalog_frame *f = &m->view.catalog.frame.item[box->frame];
    for (size_t i = f->first_face; i < f->first_face + f->face_count; i++) {
        const ww_catalog_face *face = &m->view.catalog.face.item[i];
        if (ww_box_iou(ww_catalog_face_box(face), box->box) >= WW_IMPORT_OVERLAP_MIN)
            return true;
    }
    for (size_t i = 0; i < boxes->count; i++)
        if (boxes->item[i].frame == box->frame && ww_box_iou(boxes->item[i].box, box->box) >= WW_IMPORT_OVERLAP_MIN)
            return true;
    return false;
}

ww_status ww_import_unmatched(ww_library *library, const char *const *paths, size_t count,
                              const ww_footage_probe *probe, ww_unmatched_boxes *boxes, ww_error *err)
{
    ww_import_result result = WW_IMPORT_RESULT_INIT;
    ww_import m = {.library = library, .probe = probe, .result = &result};
    ww_status status = read_files(&m, paths, count, err);
    for (size_t i = 0; status == WW_OK && i < m.claims.count; i++) {
        const ww_claim *k = &m.claims.item[i];
        const ww_unmatched_box box = {k->frame, k->box};
        if (k->face == WW_NO_FACE && k->label && !is_drawn_twice(&m, boxes, &box) && !ww_vector_push(boxes, box))
            status = ww_fail_memory(err, "%zu boxes", boxes->count);
    }
    end(&m);
    return status;
}

ww_status ww_import_files(ww_library *library, const char *const *paths, size_t count, bool dry_run, int64_t batch,
                          const ww_footage_probe *probe, ww_listener listener, ww_import_result *result, ww_error *err)
{
    ww_import m = {.library = library, .probe = probe, .listener = listener, .batch = batch, .result = result};
    bool behind = false;
    ww_status status = read_files(&m, paths, count, err);
    if (status == WW_OK)
        status = settle(&m, dry_run, err);
    if (status == WW_OK)
        status = ww_export_is_behind(library, &behind, err);
    result->entry = status == WW_OK && !dry_run ? m.batch : 0;
    result->behind = behind;
    end(&m);
    return status;
}
