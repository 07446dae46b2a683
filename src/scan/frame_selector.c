// SPDX-License-Identifier: MIT
#include "scan/frame_selector.h"
#include "base/clock.h"
#include "face/quality.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CLEARLY_BETTER 1.15  // times the worth of the candidate frame
#define FIRST_OF_SHOT 0.5    // share of its worth that counts
#define COARSE_FACE_PX 48.0f // smallest side, in the detector's picture, that is still found at half the size
#define SAME_FACE_OVERLAP 0.4f
#define CHIP_QUALITY_MIN 0.1f   // of one that can add anything to others
enum { JUDGED_FACES_MAX = 12 }; // a frame is judged by that many of its faces, the surest

// The chip is kept until the sample's time is over, should one be not enough.
static ww_status keep_chip(ww_frame_selector *w, int64_t track, int64_t time_us, float quality, ww_image *chip,
                           ww_error *err)
{
    if (track <= 0 || quality < CHIP_QUALITY_MIN)
        return WW_OK;
    if (!ww_vector_push(&w->chips, ((ww_track_chip){track, time_us, quality, *chip})))
        return ww_fail_memory(err, "the faces of a frame");
    *chip = (ww_image){0};
    return WW_OK;
}

// What the faces of a frame are worth: the sum of their qualities.
static ww_status judge(ww_frame_selector *w, const ww_image *image, int64_t time_us, double *worth, ww_error *err)
{
    *worth = 0;
    double begun = ww_thread_cpu_seconds();
    ww_status status = WW_OK;
    for (size_t i = 0; i < w->found.count && i < JUDGED_FACES_MAX && status == WW_OK; i++) {
        ww_image chip = {0};
        status = ww_embedder_chip(w->extractor->embedder_spec, image, w->found.item[i].landmark, &chip, err);
        if (status == WW_OK) {
            const float quality = ww_judge_quality(&w->found.item[i], &chip).overall;
            *worth += quality;
            status = keep_chip(w, w->track.item[i], time_us, quality, &chip, err);
        }
        ww_image_free(&chip);
    }
    w->extractor->seen->detect_s += ww_thread_cpu_seconds() - begun;
    return status;
}

// Keeps the faces found, and their tracks, as those of the candidate frame.
static ww_status hold_faces(ww_frame_selector *w, ww_error *err)
{
    ww_candidate_frame *h = &w->held;
    bool kept = true;
    h->faces.count = h->track.count = 0;
    for (size_t i = 0; i < w->found.count && kept; i++)
        kept = ww_vector_push(&h->faces, w->found.item[i]) && ww_vector_push(&h->track, w->track.item[i]);
    return kept ? WW_OK : ww_fail_memory(err, "the faces of a frame");
}

static ww_status hold(ww_frame_selector *w, const ww_frame *frame, double worth, bool coarse, ww_error *err)
{
    ww_candidate_frame *h = &w->held;
    h->sample = frame->sample;
    h->time_us = frame->time_us;
    h->scale = frame->scale;
    h->worth = worth;
    h->coarse = coarse;
    ww_status status = hold_faces(w, err);
    return status == WW_OK ? ww_frame_hold(frame, &h->picture, err) : status;
}

static ww_status detect(ww_frame_selector *w, const ww_image *image, bool coarse, ww_error *err)
{
    double begun = ww_thread_cpu_seconds();
    ww_status status = ww_detect(coarse ? w->coarse_detector : w->detector, image, &w->found, err);
    w->extractor->seen->detect_s += ww_thread_cpu_seconds() - begun;
    return status;
}

// On an intermediate frame, where the faces that are followed may be expected.
static ww_status detect_again(ww_frame_selector *w, const ww_image *image, bool coarse, ww_error *err)
{
    double begun = ww_thread_cpu_seconds();
    w->known.count = 0;
    for (size_t i = 0; i < w->tracker.live.count; i++) {
        const ww_track *t = &w->tracker.live.item[i];
        if (!ww_vector_push(&w->known, ((ww_detection){t->x, t->y, t->width, t->height})))
            return ww_fail_memory(err, "the tracks of a span");
    }
    ww_status status = ww_detect_again(coarse ? w->coarse_detector : w->detector, image, w->known.item, w->known.count,
                                       &w->found, err);
    w->extractor->seen->detect_s += ww_thread_cpu_seconds() - begun;
    return status;
}

// COARSE_FACE_PX in pixels of the image.
static float coarse_face_px(const ww_frame_selector *w, const ww_image *image)
{
    const int longest = image->width > image->height ? image->width : image->height;
    return COARSE_FACE_PX * fmaxf(1, (float)longest / (float)w->detect_size);
}

static bool all_large(const ww_frame_selector *w, const ww_image *image)
{
    const float enough = coarse_face_px(w, image);
    for (size_t i = 0; i < w->found.count; i++)
        if (fminf(w->found.item[i].width, w->found.item[i].height) < enough)
            return false;
    return true;
}

static ww_status follow(ww_frame_selector *w, int64_t time_us, float smallest_px, ww_error *err)
{
    bool kept = true;
    w->track.count = 0;
    for (size_t i = 0; i < w->found.count && kept; i++)
        kept = ww_vector_push(&w->track, 0);
    kept = kept && ww_tracker_update(&w->tracker, w->found.item, w->found.count, time_us, smallest_px, w->track.item);
    return kept ? WW_OK : ww_fail_memory(err, "the tracks of a span");
}

// A frame chosen at half the resolution is looked at again at the full; its faces keep the tracks they overlap.
static ww_status look_properly(ww_frame_selector *w, ww_error *err)
{
    ww_candidate_frame *h = &w->held;
    ww_status status = detect(w, &h->picture.image, false, err);
    if (status != WW_OK || w->found.count == 0)
        return status; // with none, the coarse ones stand
    w->track.count = 0;
    for (size_t i = 0; i < w->found.count; i++) {
        float best = SAME_FACE_OVERLAP;
        int64_t track = 0;
        for (size_t k = 0; k < h->faces.count; k++) {
            const float overlap = (float)ww_detection_overlap(&w->found.item[i], &h->faces.item[k]);
            if (overlap > best) {
                best = overlap;
                track = h->track.item[k];
            }
        }
        if (!ww_vector_push(&w->track, track))
            return ww_fail_memory(err, "the faces of a frame");
    }
    return hold_faces(w, err);
}

static void drop_small(ww_frame_selector *w)
{
    ww_candidate_frame *h = &w->held;
    ww_scan_counts *counts = &w->extractor->seen->counts;
    size_t kept = 0;
    for (size_t i = 0; i < h->faces.count; i++) {
        if (fminf(h->faces.item[i].width, h->faces.item[i].height) / h->scale < w->min_face_px) {
            counts->faces_small++;
        } else {
            h->faces.item[kept] = h->faces.item[i];
            h->track.item[kept++] = h->track.item[i];
        }
    }
    h->faces.count = h->track.count = kept;
}

// The sample's time is over: the candidate frame is kept.
static ww_status close_time(ww_frame_selector *w, ww_error *err)
{
    ww_candidate_frame *h = &w->held;
    ww_status status = WW_OK;
    if (w->open && h->faces.count > 0) {
        if (h->coarse)
            status = look_properly(w, err);
        drop_small(w);
        ww_selected_frame take = {.image = &h->picture.image,
                                  .sample = h->sample,
                                  .time_us = h->time_us,
                                  .scale = h->scale,
                                  .face = h->faces.item,
                                  .track = h->track.item,
                                  .count = h->faces.count,
                                  .chips = &w->chips};
        if (status == WW_OK && take.count > 0)
            status = ww_extract_faces(w->extractor, &take, err);
    }
    w->open = false;
    h->faces.count = 0;
    ww_track_chips_clear(&w->chips);
    return status;
}

static ww_status look(ww_frame_selector *w, const ww_frame *frame, ww_error *err)
{
    const bool coarse = w->coarse_next;
    double worth = 0;
    ww_status status =
        frame->intermediate ? detect_again(w, &frame->image, coarse, err) : detect(w, &frame->image, coarse, err);
    if (status != WW_OK)
        return status;
    status = follow(w, frame->time_us, coarse ? coarse_face_px(w, &frame->image) : 0, err);
    if (status != WW_OK)
        return status;
    w->coarse_next = all_large(w, &frame->image);
    status = judge(w, &frame->image, frame->time_us, &worth, err);
    if (w->first)
        worth *= FIRST_OF_SHOT;
    w->first = false;
    if (status == WW_OK && w->found.count > 0 && (w->held.faces.count == 0 || worth > w->held.worth * CLEARLY_BETTER))
        status = hold(w, frame, worth, coarse, err);
    return status;
}

// A span that goes on where the one before it in the same result ended may go on with its shot.
static ww_status note_shot(ww_frame_selector *w, int64_t time_us, bool cut, ww_error *err)
{
    ww_span_result *seen = w->extractor->seen;
    uint8_t packed[WW_SHOT_BYTES];
    ww_shot_pack(&w->shot, packed);
    if (cut && !w->begun && seen->shots.count > 0)
        cut = !ww_shot_alike(seen->ending, packed);
    if (seen->shots.count == 0)
        memcpy(seen->beginning, packed, sizeof packed);
    if (cut && !ww_vector_push(&seen->shots, ((ww_seen_shot){time_us, time_us})))
        return ww_fail_memory(err, "the shots of a span");
    seen->shots.item[seen->shots.count - 1].last_us = time_us;
    memcpy(seen->ending, packed, sizeof packed);
    w->begun = true;
    return WW_OK;
}

ww_status ww_frame_selector_add(ww_frame_selector *w, const ww_frame *frame, ww_error *err)
{
    const bool cut = ww_shot_changed(&w->shot, &frame->image);
    ww_status status = note_shot(w, frame->time_us, cut, err);
    if (status != WW_OK)
        return status;
    if (cut || !frame->intermediate)
        status = close_time(w, err);
    if (cut) {
        ww_tracker_cut(&w->tracker);
        w->first = true;
    }
    if (!frame->intermediate) {
        w->open = true;
        w->coarse_next = false;
        w->extractor->seen->counts.samples++;
    }
    if (!w->open) { // behind a cut nothing is wanted until the next sample
        w->first = false;
        return status;
    }
    w->extractor->seen->counts.intermediate_frames += frame->intermediate;
    return status == WW_OK ? look(w, frame, err) : status;
}

ww_status ww_frame_selector_end(ww_frame_selector *w, ww_error *err) { return close_time(w, err); }

void ww_frame_selector_free(ww_frame_selector *w)
{
    ww_held_picture_free(&w->held.picture);
    ww_vector_free(&w->held.faces);
    ww_vector_free(&w->held.track);
    ww_track_chips_clear(&w->chips);
    ww_vector_free(&w->chips);
    ww_vector_free(&w->found);
    ww_vector_free(&w->known);
    ww_vector_free(&w->track);
    ww_tracker_free(&w->tracker);
}
