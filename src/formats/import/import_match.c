// SPDX-License-Identifier: MIT
// Claims to faces: those with a mark first, by the box in it; then the others, by overlap with what is left.
#include "formats/annotation.h"
#include "formats/import/import.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool same_box(ww_box a, ww_box b)
{
    const double apart =
        fmax(fmax(fabs(a.x - b.x), fabs(a.y - b.y)), fmax(fabs(a.width - b.width), fabs(a.height - b.height)));
    return apart <= WW_MARK_TOLERANCE_PX;
}

static void take(ww_import *m, size_t claim, size_t face, bool exact)
{
    m->claims.item[claim].face = face;
    m->claims.item[claim].exact = exact;
    m->claim_of[face] = claim;
}

// The face of the frame that is nobody's claim yet and overlaps the box most, by `least` at least.
static size_t nearest(const ww_import *m, size_t frame, ww_box box, bool found, double least)
{
    const ww_catalog_frame *f = &m->view.catalog.frame.item[frame];
    size_t best = WW_NO_FACE;
    double best_overlap = least;
    for (size_t i = f->first_face; i < f->first_face + f->face_count; i++) {
        const ww_catalog_face *face = &m->view.catalog.face.item[i];
        const ww_box its = found ? face->found : ww_catalog_face_box(face);
        const double overlap = m->claim_of[i] == WW_NO_FACE ? ww_box_iou(its, box) : 0;
        if (overlap >= best_overlap) {
            best = i;
            best_overlap = overlap;
        }
    }
    return best;
}

static void match_exactly(ww_import *m, size_t claim)
{
    const ww_claim *k = &m->claims.item[claim];
    const ww_catalog_frame *f = &m->view.catalog.frame.item[k->frame];
    for (size_t i = f->first_face; k->marked && i < f->first_face + f->face_count; i++)
        if (m->claim_of[i] == WW_NO_FACE && same_box(m->view.catalog.face.item[i].found, k->found)) {
            take(m, claim, i, true);
            return;
        }
}

// A region that another file told already: a sidecar and the photo itself.
static void match_repeated(ww_import *m, size_t claim)
{
    ww_claim *k = &m->claims.item[claim];
    const ww_catalog_frame *f = &m->view.catalog.frame.item[k->frame];
    for (size_t i = f->first_face; k->label && i < f->first_face + f->face_count; i++) {
        const ww_claim *other = m->claim_of[i] != WW_NO_FACE ? &m->claims.item[m->claim_of[i]] : NULL;
        if (other && other->partial && other->label && strcmp(other->label, k->label) == 0
            && ww_box_iou(other->box, k->box) >= WW_IMPORT_REGION_OVERLAP_MIN)
            k->face = i;
    }
}

// A box whose mark fits no face (the footage was scanned anew, or the box was copied with its mark) or that has none.
static void match_nearly(ww_import *m, size_t claim)
{
    const ww_claim *k = &m->claims.item[claim];
    const double least = k->partial ? WW_IMPORT_REGION_OVERLAP_MIN : WW_IMPORT_OVERLAP_MIN;
    size_t face = k->marked ? nearest(m, k->frame, k->found, true, WW_IMPORT_OVERLAP_MIN) : WW_NO_FACE;
    if (face == WW_NO_FACE)
        face = nearest(m, k->frame, k->box, false, least);
    if (face != WW_NO_FACE)
        take(m, claim, face, false);
    else if (k->partial)
        match_repeated(m, claim);
}

// Faces of a frame that the file showed were exported, if the library still has the very faces that were.
static ww_status list_faces(ww_import *m, ww_error *err)
{
    const ww_catalog *c = &m->view.catalog;
    size_t *exact = ww_try_array(c->source.count, sizeof *exact), *other = ww_try_array(c->source.count, sizeof *other);
    ww_status status = exact && other ? WW_OK : ww_fail_memory(err, "the files of the library");
    for (size_t i = 0; status == WW_OK && i < m->claims.count; i++) {
        const ww_claim *k = &m->claims.item[i];
        if (k->marked && !k->partial)
            (k->exact ? exact : other)[c->frame.item[k->frame].source]++;
    }
    for (size_t i = 0; status == WW_OK && i < c->face.count; i++) {
        const size_t frame = c->face.item[i].frame;
        ww_box box;
        m->listed[i] = m->frame_seen[frame] && exact[c->face.item[i].source] > 0 && other[c->face.item[i].source] == 0
                       && ww_annotation_place(c, frame, ww_catalog_face_box(&c->face.item[i]), &box);
    }
    free(exact);
    free(other);
    return status;
}

ww_status ww_import_match(ww_import *m, ww_error *err)
{
    for (size_t i = 0; i < m->claims.count; i++)
        match_exactly(m, i);
    for (size_t i = 0; i < m->claims.count; i++)
        if (m->claims.item[i].face == WW_NO_FACE)
            match_nearly(m, i);
    return list_faces(m, err);
}
