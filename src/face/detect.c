// SPDX-License-Identifier: MIT
#include "face/detect.h"
#include "base/memory.h"
#include "face/detector.h"
#include "face/landmarks.h"

#include <math.h>
#include <stdlib.h>

// Of a frame between two others.
#define CANDIDATE_SCORE 0.5f   // from here on one is looked at closely wherever it lies
#define KNOWN_OVERLAP_MIN 0.2f // with a face known, else

struct ww_detector {
    const ww_model_spec *spec;
    ww_detect_options options;
    void *state;     // of the detector's kind
    void *landmarks; // of the kind of spec->landmarks
    void *judge;     // of the kind of spec->judge
};

static ww_status check_spec(const ww_net *net, const ww_model_spec *spec, ww_error *err)
{
    if (!spec->detector)
        return ww_fail(err, WW_ERR_ARGUMENT, "%s: %s is not a face detector", net ? ww_net_name(net) : "a model",
                       spec->name);
    if (spec->upsample != 0 && !spec->detector->upsamples)
        return ww_fail(err, WW_ERR_ARGUMENT, "%s does not look at doubled pictures (upsample)", spec->name);
    if (spec->upsample < 0 || spec->upsample > WW_DETECT_UPSAMPLE_MAX)
        return ww_fail(err, WW_ERR_ARGUMENT, "pictures can be doubled 0 to %d times, not %d", WW_DETECT_UPSAMPLE_MAX,
                       spec->upsample);
    if (spec->landmarks.kind && spec->landmarks.kind->rescores && spec->detector->scores_unbounded)
        return ww_fail(err, WW_ERR_ARGUMENT,
                       "a landmark network makes new scores of the detector's, and those of %s are no likelihoods",
                       spec->name);
    return WW_OK;
}

static ww_detect_options resolved(const ww_model_spec *spec, const ww_detect_options *options)
{
    ww_detect_options o = options ? *options : (ww_detect_options){0};
    if (o.size <= 0)
        o.size = WW_DETECT_SIZE_DEFAULT;
    if (o.size > WW_DETECT_SIZE_MAX)
        o.size = WW_DETECT_SIZE_MAX;
    if (o.min_score <= 0)
        o.min_score = spec->min_score;
    return o;
}

ww_status ww_detector_open(const ww_net *net, const ww_model_spec *spec, const ww_detect_options *options,
                           ww_detector **detector, ww_error *err)
{
    ww_status status = check_spec(net, spec, err);
    if (status != WW_OK)
        return status;
    ww_detector *d = ww_alloc(sizeof *d);
    d->spec = spec;
    d->options = resolved(spec, options);
    status = spec->detector->open(net, spec, &d->options, &d->state, err);
    if (status == WW_OK && spec->landmarks.kind)
        status = spec->landmarks.kind->open(spec->landmarks.model, d->options.cancel, &d->landmarks, err);
    if (status == WW_OK && spec->judge.kind)
        status = spec->judge.kind->open(spec->judge.model, d->options.cancel, &d->judge, err);
    if (status != WW_OK) {
        ww_detector_close(d);
        return status;
    }
    *detector = d;
    return WW_OK;
}

void ww_detector_close(ww_detector *d)
{
    if (!d)
        return;
    if (d->state)
        d->spec->detector->close(d->state);
    if (d->landmarks)
        d->spec->landmarks.kind->close(d->landmarks);
    if (d->judge)
        d->spec->judge.kind->close(d->judge);
    free(d);
}

// Cuts boxes to the picture and drops what is too small.
static void cut_to(const ww_image *image, float min_face, ww_detections *found)
{
    size_t kept = 0;
    float W = (float)image->width, H = (float)image->height;
    for (size_t i = 0; i < found->count; i++) {
        ww_detection f = found->item[i];
        float x1 = fminf(fmaxf(f.x, 0), W), y1 = fminf(fmaxf(f.y, 0), H);
        float x2 = fminf(fmaxf(f.x + f.width, 0), W), y2 = fminf(fmaxf(f.y + f.height, 0), H);
        f.x = x1;
        f.y = y1;
        f.width = x2 - x1;
        f.height = y2 - y1;
        if (f.width < 1 || f.height < 1 || fminf(f.width, f.height) < min_face)
            continue;
        found->item[kept++] = f;
    }
    found->count = kept;
}

static bool is_known(const ww_detection *d, const ww_detection *known, size_t known_count)
{
    for (size_t i = 0; i < known_count; i++)
        if (ww_detection_overlap(d, &known[i]) >= KNOWN_OVERLAP_MIN)
            return true;
    return false;
}

static void drop_doubtful(const ww_detection *known, size_t known_count, ww_detections *found)
{
    size_t kept = 0;
    for (size_t i = 0; i < found->count; i++)
        if (found->item[i].score >= CANDIDATE_SCORE || is_known(&found->item[i], known, known_count))
            found->item[kept++] = found->item[i];
    found->count = kept;
}

static ww_status find_landmarks(ww_detector *d, const ww_image *image, ww_detections *found, ww_error *err)
{
    ww_status status = WW_OK;
    if (d->judge)
        status = d->spec->judge.kind->find(d->judge, image, d->options.min_score, found, err);
    if (status == WW_OK && d->landmarks)
        status = d->spec->landmarks.kind->find(d->landmarks, image, d->options.min_score, found, err);
    if (status == WW_OK)
        cut_to(image, d->options.min_face, found);
    return status;
}

ww_status ww_detect(ww_detector *d, const ww_image *image, ww_detections *found, ww_error *err)
{
    found->count = 0;
    ww_status status = d->spec->detector->find(d->state, image, found, err);
    return status == WW_OK ? find_landmarks(d, image, found, err) : status;
}

// Whether its candidates are scored anew, so that the detector's own scores are only a first word.
static bool rescores(const ww_detector *d) { return d->judge || (d->landmarks && d->spec->landmarks.kind->rescores); }

ww_status ww_detect_again(ww_detector *d, const ww_image *image, const ww_detection *known, size_t known_count,
                          ww_detections *found, ww_error *err)
{
    found->count = 0;
    ww_status status = d->spec->detector->find(d->state, image, found, err);
    if (status == WW_OK && rescores(d) && d->options.min_score >= d->spec->min_score)
        drop_doubtful(known, known_count, found);
    return status == WW_OK ? find_landmarks(d, image, found, err) : status;
}
