// SPDX-License-Identifier: MIT
#include "scan/span_tracks.h"
#include "base/distance.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

// Two faces of one track farther apart than this many times the embedder's eps are two people (a dissolve, one who
// walks before the other), if both can be told apart at all. Of 4,200 consecutive faces in tracks of the clips of
// docs/accuracy.md, scanned eight times with other samples, nine lie between this and the limit before (1.35), and
// five of these are two people; breaking one of one person costs nothing, since its parts are sorted like any other
// tracks.
#define TRACK_BREAKS_AT 1.30
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

struct last_of_track {
    size_t face; // of seen->faces, + 1; 0: none yet
    int64_t number;
};

ww_status ww_settle_tracks(ww_span_result *seen, size_t first_face, const ww_tracker *tracker,
                           const ww_model_spec *embedder, int span, ww_error *err)
{
    const double breaks_at = embedder->eps * TRACK_BREAKS_AT;
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
        else if (fmin(before->row.quality, face->row.quality) >= TOLD_APART_QUALITY
                 && ww_distance_squared(before->embedding, face->embedding, embedder->embedding_dim)
                        > breaks_at * breaks_at)
            l->number = next++;
        l->face = i + 1;
        face->row.track = ((int64_t)(span + 1) << 32) + l->number;
    }
    free(last);
    return WW_OK;
}
