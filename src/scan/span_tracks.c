// SPDX-License-Identifier: MIT
#include "scan/span_tracks.h"
#include "base/distance.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

// Two consecutive faces of one track farther apart than this many times the embedder's eps are two people (a dissolve,
// one who walks before the other, a cut between two before the same wall), if both can be told apart at all. Breaking
// a track of one person costs little, since its parts are sorted like any other tracks. Poor faces: of 4,200
// consecutive ones in tracks of the clips of docs/accuracy.md, scanned eight times with other samples, nine lie
// between this and the limit before (1.35), and five of these are two people. Clear ones: of 173 of one person of a
// quality of 0.55 and more the farthest are 0.97 eps apart, of 265 of 0.4 and more 1.14.
#define TRACK_BREAKS_AT 1.30
#define CLEAR_TRACK_BREAKS_AT 1.00
#define POOR_QUALITY 0.4
#define CLEAR_QUALITY 0.6
#define TOLD_APART_QUALITY 0.3
enum { TRANSIENT_CHANCES_MIN = 3 }; // frames; one seen once in fewer may be a true face that came or went

// A shoe, a lamp, a fold that looked like a face for a moment.
static bool is_transient(const ww_tracker *tracker, const ww_face_row *face, float sure_score)
{
    if (face->score >= sure_score)
        return false;
    if (face->track == 0)
        return true; // found only when a frame seen at half the resolution was looked at again
    const ww_track_record *r = &tracker->record.item[face->track - 1];
    return r->chances >= TRANSIENT_CHANCES_MIN && 2 * r->frames < r->chances && r->score < sure_score;
}

void ww_drop_transient_faces(ww_span_result *seen, size_t first_frame, const ww_tracker *tracker, float sure_score)
{
    size_t frames = first_frame,
           faces = first_frame < seen->frames.count ? seen->frames.item[first_frame].first_face : seen->faces.count;
    for (size_t f = first_frame; f < seen->frames.count; f++) {
        ww_extracted_frame frame = seen->frames.item[f];
        const size_t first = faces;
        for (size_t i = frame.first_face; i < frame.first_face + frame.face_count; i++) {
            ww_extracted_face face = seen->faces.item[i];
            if (is_transient(tracker, &face.row, sure_score)) {
                seen->counts.faces_transient++;
                ww_extracted_face_free(&face);
                continue;
            }
            face.row.order = (int)(faces - first);
            seen->faces.item[faces++] = face;
        }
        frame.first_face = first;
        frame.face_count = faces - first;
        if (frame.face_count > 0)
            seen->frames.item[frames++] = frame;
        else
            ww_extracted_frame_free(&frame);
    }
    seen->frames.count = frames;
    seen->faces.count = faces;
}

// Whether two consecutive faces of a track are two people.
static bool are_two(const ww_extracted_face *a, const ww_extracted_face *b, const ww_model_spec *embedder)
{
    const double quality = fmin(a->row.quality, b->row.quality);
    const double clear = fmin(fmax((quality - POOR_QUALITY) / (CLEAR_QUALITY - POOR_QUALITY), 0), 1);
    const double limit = embedder->eps * (TRACK_BREAKS_AT + clear * (CLEAR_TRACK_BREAKS_AT - TRACK_BREAKS_AT));
    return quality >= TOLD_APART_QUALITY
           && ww_distance_squared(a->embedding, b->embedding, embedder->embedding_dim) > limit * limit;
}

struct last_of_track {
    size_t face; // of seen->faces, + 1; 0: none yet
    int64_t number;
};

ww_status ww_settle_tracks(ww_span_result *seen, size_t first_face, const ww_tracker *tracker,
                           const ww_model_spec *embedder, int span, ww_error *err)
{
    int64_t next = (int64_t)tracker->record.count + 1;
    struct last_of_track *last = ww_try_array((size_t)next, sizeof *last);
    if (!last)
        return ww_fail_memory(err, "the tracks of a span");
    for (size_t i = first_face; i < seen->faces.count; i++) {
        ww_extracted_face *face = &seen->faces.item[i];
        if (face->row.track == 0)
            continue;
        struct last_of_track *l = &last[face->row.track];
        const ww_extracted_face *before = l->face ? &seen->faces.item[l->face - 1] : NULL;
        if (!before)
            l->number = face->row.track;
        else if (are_two(before, face, embedder))
            l->number = next++;
        l->face = i + 1;
        face->row.track = ((int64_t)(span + 1) << 32) + l->number;
    }
    free(last);
    return WW_OK;
}
