// SPDX-License-Identifier: MIT
#include "scan/span_worker.h"
#include "base/clock.h"
#include "base/memory.h"
#include "face/detector.h"
#include "face/tiles.h"
#include "scan/frame_selector.h"
#include "scan/span_tracks.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

// Of the way from the detector's smallest score to 1: such a face is believed even if seen but once.
#define BELIEVED_ONCE_SHARE 0.6f

struct ww_span_worker {
    const ww_models *models;
    ww_scan_options options;
    ww_detector *detector, *coarse_detector;
    ww_embedder *embedder;
    ww_detections found;
    ww_track_numbers untracked; // zeros
};

// A worker at work on a span.
struct span_job {
    ww_span_worker *worker;
    bool tracks;   // faces, through intermediate frames
    bool may_turn; // a photo that does not say which way up it is
    ww_face_extractor extractor;
    ww_frame_selector selector;
};

float ww_seed_score(const ww_model_spec *detector, float share)
{
    return detector->detector->scores_unbounded ? detector->min_score
                                                : detector->min_score + share * (1 - detector->min_score);
}

bool ww_tracks(const ww_scan_options *options, const ww_model_spec *detector)
{
    return !options->no_track && !options->fast && !options->count_frames && options->every_us <= WW_TRACK_EVERY_MAX_US
           && !detector->detector->too_slow_to_track && options->shrink_width == 0;
}

ww_status ww_span_worker_open(const ww_models *models, const ww_scan_options *options, const ww_cancel *cancel,
                              ww_span_worker **worker, ww_error *err)
{
    ww_span_worker *w = ww_alloc(sizeof *w);
    w->models = models;
    w->options = *options;
    ww_detect_options detect = {.size = options->detect_size,
                                .min_score = options->min_score < 0 ? 0 : fmaxf((float)options->min_score, FLT_MIN),
                                .cancel = cancel},
                      coarse = detect;
    if (!models->detector_spec.detector->full_size_only)
        coarse.size = options->detect_size / 2;
    ww_status status = ww_detector_open(models->detector, &models->detector_spec, &detect, &w->detector, err);
    if (status == WW_OK)
        status = ww_detector_open(models->detector, &models->detector_spec, &coarse, &w->coarse_detector, err);
    if (status == WW_OK)
        status = ww_embedder_open(models->embedder, &models->embedder_spec, &w->embedder, err);
    if (status != WW_OK) {
        ww_span_worker_close(w);
        return status;
    }
    ww_embedder_set_cancel(w->embedder, cancel);
    *worker = w;
    return WW_OK;
}

void ww_span_worker_close(ww_span_worker *w)
{
    if (!w)
        return;
    ww_detector_close(w->detector);
    ww_detector_close(w->coarse_detector);
    ww_embedder_close(w->embedder);
    ww_vector_free(&w->found);
    ww_vector_free(&w->untracked);
    free(w);
}

// The article's first step: a frame larger than the bounds becomes an RGB picture within them. *small is the frame
// itself where it is not; else its image is `picture`, the caller's to free.
static ww_status shrink(const ww_scan_options *o, const ww_frame *frame, ww_frame *small, ww_image *picture,
                        ww_error *err)
{
    *small = *frame;
    double scale = fmin((double)o->shrink_width / frame->image.width, (double)o->shrink_height / frame->image.height);
    if (o->shrink_width == 0 || scale >= 1)
        return WW_OK;
    ww_image rgb = {0};
    int width = (int)fmax(1, floor(frame->image.width * scale + 0.5)),
        height = (int)fmax(1, floor(frame->image.height * scale + 0.5));
    ww_status status = ww_to_rgb(&frame->image, &rgb, err);
    if (status == WW_OK)
        status = ww_resize_lanczos(&rgb, width, height, picture, err);
    ww_image_free(&rgb);
    small->image = *picture;
    small->scale *= scale;
    return status;
}

// A photo on which no face was found may lie on its side, or upside down, with nothing in it to say so. The first turn
// with a face that the detector is sure of is taken; *picture, zeroed or the caller's to free, is frame->image then.
static ww_status find_upright(ww_span_worker *w, ww_frame *frame, ww_image *picture, ww_error *err)
{
    static const int turns[] = {6, 8, 3}; // EXIF: clockwise, counter-clockwise, by half
    const float sure = ww_seed_score(&w->models->detector_spec, BELIEVED_ONCE_SHARE);
    ww_status status = WW_OK;
    for (size_t i = 0; i < sizeof turns / sizeof *turns && status == WW_OK; i++) {
        status = ww_orient(&frame->image, turns[i], picture, err);
        if (status == WW_OK)
            status = ww_detect_in_tiles(w->detector, picture, w->options.detect_size, &w->found, err);
        if (status == WW_OK && w->found.count > 0 && w->found.item[0].score >= sure) {
            frame->image = *picture;
            if (turns[i] >= 5) {
                int width = frame->width;
                frame->width = frame->height;
                frame->height = width;
            }
            return WW_OK;
        }
        ww_image_free(picture);
    }
    w->found.count = 0;
    return status;
}

// Without tracking, each frame stands for itself.
static ww_status take_alone(struct span_job *job, ww_frame *frame, ww_error *err)
{
    ww_span_worker *w = job->worker;
    ww_span_result *seen = job->extractor.seen;
    double begun = ww_thread_cpu_seconds();
    ww_image turned = {0};
    ww_status status = ww_detect_in_tiles(w->detector, &frame->image, w->options.detect_size, &w->found, err);
    if (status == WW_OK && w->found.count == 0 && job->may_turn)
        status = find_upright(w, frame, &turned, err);
    seen->detect_s += ww_thread_cpu_seconds() - begun;
    seen->counts.samples++;
    size_t kept = 0;
    w->untracked.count = 0;
    for (size_t i = 0; i < w->found.count && status == WW_OK; i++) {
        const ww_detection *d = &w->found.item[i];
        if (fmin(d->width, d->height) / frame->scale < w->options.min_face_px) {
            seen->counts.faces_small++;
            continue;
        }
        w->found.item[kept++] = *d;
        if (!ww_vector_push(&w->untracked, 0))
            status = ww_fail_memory(err, "the faces of a frame");
    }
    ww_selected_frame take = {.image = &frame->image,
                              .width = frame->width,
                              .height = frame->height,
                              .sample = frame->sample,
                              .time_us = frame->time_us,
                              .scale = frame->scale,
                              .face = w->found.item,
                              .track = w->untracked.item,
                              .count = kept};
    if (status == WW_OK && kept > 0)
        status = ww_extract_faces(&job->extractor, &take, err);
    ww_image_free(&turned);
    return status;
}

static ww_status on_frame(void *user, const ww_frame *frame, ww_error *err)
{
    struct span_job *job = user;
    if (job->tracks)
        return ww_frame_selector_add(&job->selector, frame, err);
    ww_frame small;
    ww_image picture = {0};
    ww_status status = shrink(&job->worker->options, frame, &small, &picture, err);
    if (status == WW_OK)
        status = take_alone(job, &small, err);
    ww_image_free(&picture);
    return status;
}

static void note_decoding(const ww_reader *reader, ww_span_result *seen)
{
    const ww_decoding by = ww_reader_decoding(reader);
    if (by.device && !seen->device)
        seen->device = ww_strdup(by.device);
    if (by.fallback && !seen->fallback)
        seen->fallback = ww_strdup(by.fallback);
}

ww_status ww_span_worker_run(ww_span_worker *worker, const ww_source *source, ww_reader *reader, int span,
                             ww_span_result *seen, ww_error *err)
{
    const ww_models *m = worker->models;
    struct span_job job = {.worker = worker,
                           .tracks = ww_tracks(&worker->options, &m->detector_spec)
                                     && ww_source_get_info(source)->kind == WW_SOURCE_VIDEO};
    const ww_source_info *info = ww_source_get_info(source);
    job.may_turn = info->kind == WW_SOURCE_PHOTO && info->orientation == 0 && worker->options.shrink_width == 0
                   && !m->detector_spec.detector->too_slow_to_track;
    const size_t first_face = seen->faces.count, first_frame = seen->frames.count;
    job.extractor = (ww_face_extractor){.embedder_spec = &m->embedder_spec,
                                        .embedder = worker->embedder,
                                        .frame_max_px = worker->options.frame_max_px,
                                        .portrait_width = worker->options.portrait_width,
                                        .margins_as_they_stand = worker->options.shrink_width > 0,
                                        .is_video = ww_source_get_info(source)->kind == WW_SOURCE_VIDEO,
                                        .seen = seen,
                                        .embedded = first_face};
    job.selector = (ww_frame_selector){.detector = worker->detector,
                                       .coarse_detector = worker->coarse_detector,
                                       .min_face_px = worker->options.min_face_px,
                                       .detect_size = worker->options.detect_size,
                                       .extractor = &job.extractor};
    double begun = ww_thread_cpu_seconds(), others = seen->detect_s + seen->embed_s + seen->encode_s;
    ww_damage damage = {0};
    ww_status status = ww_reader_span(reader, span, on_frame, &job, &damage, err);
    if (status == WW_OK)
        status = ww_frame_selector_end(&job.selector, err);
    seen->decode_s += ww_thread_cpu_seconds() - begun - (seen->detect_s + seen->embed_s + seen->encode_s - others);
    note_decoding(reader, seen);
    seen->counts.damaged += damage.lost + damage.concealed;
    if (damage.lost + damage.concealed > 0 && !seen->damage)
        seen->damage = ww_damage_words(source, &damage);
    if (status == WW_OK)
        status = ww_extract_pending(&job.extractor, err);
    const ww_tracker *tracker = &job.selector.tracker;
    if (status == WW_OK && job.tracks)
        ww_drop_transient_faces(seen, first_frame, tracker, ww_seed_score(&m->detector_spec, BELIEVED_ONCE_SHARE));
    if (status == WW_OK)
        status = ww_settle_tracks(seen, first_face, tracker, &m->embedder_spec, span, err);
    ww_frame_selector_free(&job.selector);
    return status;
}
