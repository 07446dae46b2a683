// SPDX-License-Identifier: MIT
#include "identify/drawn_faces.h"
#include "base/memory.h"
#include "face/detector.h"
#include "face/landmarks.h"
#include "identify/match.h"
#include "scan/face_extraction.h"
#include "scan/frame_again.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LOOKED_AROUND 1.0      // sides of the box, on each side of it
#define SCORE_SHARE 0.2F       // of the score that the detector wants elsewhere: somebody has seen a face here
#define DRAWN_OVERLAP_MIN 0.25 // intersection over union of a detection and the drawn box
#define GUESSED_SCORE 0.25F    // of a face that the detector does not see; the refiner makes another of it
#define PICTURE_MAX_PX 64      // of the frame that the extractor encodes beside the face, and nobody keeps

typedef struct adding {
    ww_library *library;
    const ww_models *models;
    ww_detector *detector;
    ww_embedder *embedder;
    void *landmarks;     // of the kind that the detector's model names; NULL: it names none
    ww_detections found; // in the last box
} adding;

static ww_status open_models(adding *a, ww_error *err)
{
    const ww_models *m = a->models;
    const ww_cancel *cancel = ww_library_cancel(a->library);
    const ww_detect_options options = {.min_score = m->detector_spec.min_score * SCORE_SHARE, .cancel = cancel};
    ww_status status = ww_detector_open(m->detector, &m->detector_spec, &options, &a->detector, err);
    if (status == WW_OK)
        status = ww_embedder_open(m->embedder, &m->embedder_spec, &a->embedder, err);
    const ww_landmark_source *landmarks = &m->detector_spec.landmarks;
    if (status == WW_OK && landmarks->kind)
        status = landmarks->kind->open(landmarks->model, cancel, &a->landmarks, err);
    if (status == WW_OK)
        ww_embedder_set_cancel(a->embedder, cancel);
    return status;
}

static void close_models(adding *a)
{
    ww_vector_free(&a->found);
    if (a->landmarks)
        a->models->detector_spec.landmarks.kind->close(a->landmarks);
    ww_embedder_close(a->embedder);
    ww_detector_close(a->detector);
}

// The detection that overlaps the box most, in pixels of the picture; false: there is none.
static bool best_detection(const adding *a, double left, double top, const ww_detection *box, ww_detection *best)
{
    double best_overlap = DRAWN_OVERLAP_MIN;
    bool any = false;
    for (size_t i = 0; i < a->found.count; i++) {
        ww_detection d = a->found.item[i];
        d.x += (float)left;
        d.y += (float)top;
        for (int k = 0; k < WW_LANDMARK_VALUES; k += 2) {
            d.landmark[k] += (float)left;
            d.landmark[k + 1] += (float)top;
        }
        const double overlap = ww_detection_overlap(&d, box);
        if (overlap < best_overlap)
            continue;
        best_overlap = overlap;
        *best = d;
        any = true;
    }
    return any;
}

// Looks for a face around the box; *face has the box as drawn, and the landmarks of what was found.
static ww_status look(adding *a, const ww_image *image, ww_detection *face, bool *seen, ww_error *err)
{
    const double x0 = fmax(face->x - LOOKED_AROUND * face->width, 0),
                 y0 = fmax(face->y - LOOKED_AROUND * face->height, 0);
    const int left = (int)x0 & ~1, top = (int)y0 & ~1; // as ww_crop rounds
    const int width = (int)ceil(face->x + (1 + LOOKED_AROUND) * face->width) - left,
              height = (int)ceil(face->y + (1 + LOOKED_AROUND) * face->height) - top;
    ww_image around = {0};
    ww_detection best = {0};
    ww_status status = ww_crop(image, left, top, width, height, &around, err);
    if (status == WW_OK)
        status = ww_detect(a->detector, &around, &a->found, err);
    *seen = status == WW_OK && best_detection(a, left, top, face, &best);
    if (*seen) {
        memcpy(face->landmark, best.landmark, sizeof face->landmark);
        face->score = best.score;
    }
    return status;
}

static bool is_inside(const ww_detection *face)
{
    for (int k = 0; k < WW_LANDMARK_VALUES; k += 2)
        if (face->landmark[k] < face->x || face->landmark[k] > face->x + face->width || face->landmark[k + 1] < face->y
            || face->landmark[k + 1] > face->y + face->height)
            return false;
    return true;
}

// The landmarks where they lie in most boxes, refined if that leads nowhere else.
static ww_status guess(adding *a, const ww_image *image, ww_detection *face, ww_error *err)
{
    a->found.count = 0;
    face->score = GUESSED_SCORE;
    if (!ww_vector_push(&a->found, *face))
        return ww_fail_memory(err, "the faces of a frame");
    ww_guess_landmarks(ww_ultraface_kind.mean_landmark, &a->found);
    *face = a->found.item[0];
    if (!a->landmarks)
        return WW_OK;
    ww_status status = a->models->detector_spec.landmarks.kind->find(a->landmarks, image, 0, &a->found, err);
    if (status == WW_OK && a->found.count == 1 && is_inside(&a->found.item[0])) {
        memcpy(face->landmark, a->found.item[0].landmark, sizeof face->landmark);
        face->score = a->found.item[0].score;
    }
    return status;
}

// Chip, embedding, quality and portrait of the face, as a scan makes them.
static ww_status extract(const adding *a, const ww_selected_frame *frame, ww_span_result *seen, ww_error *err)
{
    ww_face_extractor extractor = {.embedder_spec = &a->models->embedder_spec,
                                   .embedder = a->embedder,
                                   .frame_max_px = PICTURE_MAX_PX,
                                   .seen = seen};
    ww_status status = ww_extract_faces(&extractor, frame, err);
    return status == WW_OK ? ww_extract_pending(&extractor, err) : status;
}

static ww_status store(const adding *a, ww_drawn_face *drawn, int place, ww_span_result *seen, ww_error *err)
{
    ww_extracted_face *face = &seen->faces.item[0];
    // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): one face was extracted
    face->row.frame = drawn->frame;
    face->row.order = place;
    face->row.x = drawn->box.x; // to the bit: by its key the decision that it was added finds it again
    face->row.y = drawn->box.y;
    face->row.width = drawn->box.width;
    face->row.height = drawn->box.height;
    drawn->quality = face->row.quality;
    ww_store *to = a->library->store;
    ww_status status =
        ww_store_add_face(to, &face->row, face->embedding, face->portrait, face->portrait_bytes, &drawn->id, err);
    if (status == WW_OK && face->kept_chip)
        status = ww_store_add_chip(to, drawn->id, &face->light, face->kept_chip, face->kept_chip_bytes, err);
    return status;
}

static ww_detection scaled(const ww_box *box, double scale)
{
    return (ww_detection){(float)(box->x * scale),
                          (float)(box->y * scale),
                          (float)(box->width * scale),
                          (float)(box->height * scale),
                          0,
                          {0}};
}

// `place`: behind the faces that the frame has by now.
static ww_status add_one(adding *a, ww_drawn_face *drawn, int place, ww_error *err)
{
    const ww_frame_wanted wanted = {drawn->frame, drawn->source, drawn->file_us, drawn->width, drawn->height};
    bool found = false;
    double scale = 1;
    ww_image image = {0};
    ww_span_result seen = {0};
    ww_status status = ww_frame_again(a->library->store, &wanted, &image, &scale, err);
    ww_detection face = scaled(&drawn->box, scale);
    if (status == WW_OK)
        status = look(a, &image, &face, &found, err);
    if (status == WW_OK && !found && drawn->sure)
        status = guess(a, &image, &face, err);
    if (status == WW_OK && (found || drawn->sure)) {
        const ww_selected_frame frame = {.image = &image,
                                         .width = drawn->width,
                                         .height = drawn->height,
                                         .scale = scale,
                                         .face = &face,
                                         .track = (int64_t[]){0},
                                         .count = 1};
        status = extract(a, &frame, &seen, err);
        if (status == WW_OK)
            status = store(a, drawn, place, &seen, err);
    }
    ww_span_result_free(&seen);
    ww_image_free(&image);
    return status;
}

ww_status ww_add_drawn_faces(ww_library *library, const ww_models *models, ww_drawn_face *drawn, size_t count,
                             int64_t *added, ww_error *err)
{
    adding a = {.library = library, .models = models};
    bool other_embedder;
    *added = 0;
    ww_status status = ww_has_other_embedder(library, models, &other_embedder, err);
    if (status != WW_OK || other_embedder || count == 0)
        return status;
    status = open_models(&a, err);
    for (size_t i = 0; i < count && status == WW_OK; i++) {
        int place = drawn[i].faces;
        for (size_t k = 0; k < i; k++)
            place += drawn[k].id != 0 && drawn[k].frame == drawn[i].frame;
        status = add_one(&a, &drawn[i], place, err);
        *added += status == WW_OK && drawn[i].id != 0;
    }
    close_models(&a);
    return status;
}
