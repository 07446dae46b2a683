// SPDX-License-Identifier: MIT
#include "identify/drawn_faces.h"
#include "base/memory.h"
#include "identify/match.h"
#include "scan/face_extraction.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LOOKED_AROUND 1.0      // sides of the box, on each side of it
#define SCORE_SHARE 0.2F       // of the score that the detector wants elsewhere: somebody has seen a face here
#define DRAWN_OVERLAP_MIN 0.25 // intersection over union of a detection and the drawn box

typedef struct adding {
    ww_library *library;
    const ww_models *models;
    ww_detector *detector;
    ww_embedder *embedder;
    ww_detections found; // in the last box
} adding;

static ww_status open_models(adding *a, ww_error *err)
{
    const ww_models *m = a->models;
    const ww_detect_options options = {.min_score = m->detector_spec.min_score * SCORE_SHARE};
    ww_status status = ww_detector_open(m->detector, &m->detector_spec, &options, &a->detector, err);
    if (status == WW_OK)
        status = ww_embedder_open(m->embedder, &m->embedder_spec, &a->embedder, err);
    return status;
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

// Chip, embedding, quality and portrait of the face, as a scan makes them.
static ww_status extract(const adding *a, const ww_selected_frame *frame, ww_span_result *seen, ww_error *err)
{
    ww_face_extractor extractor = {.embedder_spec = &a->models->embedder_spec,
                                   .embedder = a->embedder,
                                   .frame_max_px = WW_IMAGE_SIDE_MAX,
                                   .seen = seen};
    ww_status status = ww_extract_faces(&extractor, frame, err);
    return status == WW_OK ? ww_extract_pending(&extractor, err) : status;
}

static ww_status store(adding *a, const ww_drawn_face *drawn, int place, ww_span_result *seen, ww_error *err)
{
    int64_t id;
    ww_extracted_face *face = &seen->faces.item[0];
    face->row.frame = drawn->frame;
    face->row.order = place;
    return ww_store_add_face(a->library->store, &face->row, face->embedding, face->portrait, face->portrait_bytes, &id,
                             err);
}

static ww_status read_frame(const adding *a, int64_t frame, ww_image *image, ww_error *err)
{
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    ww_status status = ww_store_frame_jpeg(a->library->store, frame, &jpeg, &bytes, err);
    if (status == WW_OK)
        status = ww_jpeg_decode(jpeg, bytes, "a frame of the library", WW_IMAGE_PIXELS_MAX, image, NULL, NULL, NULL,
                                NULL, err);
    free(jpeg);
    return status;
}

// *added: whether a face was found there. `place`: behind the faces that the frame has by now.
static ww_status add_one(adding *a, const ww_drawn_face *drawn, int place, bool *added, ww_error *err)
{
    bool found = false;
    ww_image image = {0};
    ww_span_result seen = {0};
    ww_status status = read_frame(a, drawn->frame, &image, err);
    const double scale = status == WW_OK && drawn->width > 0 ? (double)image.width / drawn->width : 1;
    ww_detection face = {(float)(drawn->box.x * scale),
                         (float)(drawn->box.y * scale),
                         (float)(drawn->box.width * scale),
                         (float)(drawn->box.height * scale),
                         0,
                         {0}};
    if (status == WW_OK)
        status = look(a, &image, &face, &found, err);
    if (status == WW_OK && found) {
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
        *added = status == WW_OK;
    }
    ww_span_result_free(&seen);
    ww_image_free(&image);
    return status;
}

static ww_status add_all(adding *a, const ww_drawn_face *drawn, size_t count, int64_t *added, ww_error *err)
{
    bool *is_added = ww_try_array(count, sizeof *is_added);
    ww_status status = is_added ? WW_OK : ww_fail_memory(err, "%zu boxes", count);
    for (size_t i = 0; i < count && status == WW_OK; i++) {
        int place = drawn[i].faces;
        for (size_t k = 0; k < i; k++)
            place += is_added[k] && drawn[k].frame == drawn[i].frame;
        status = add_one(a, &drawn[i], place, &is_added[i], err);
        *added += is_added[i];
    }
    free(is_added);
    return status;
}

ww_status ww_add_drawn_faces(ww_library *library, const ww_models *models, const ww_drawn_face *drawn, size_t count,
                             int64_t *added, ww_error *err)
{
    adding a = {.library = library, .models = models};
    bool other_embedder;
    *added = 0;
    ww_status status = ww_has_other_embedder(library, models, &other_embedder, err);
    if (status != WW_OK || other_embedder || count == 0)
        return status;
    status = open_models(&a, err);
    if (status == WW_OK)
        status = ww_store_begin(library->store, err);
    if (status == WW_OK) {
        status = add_all(&a, drawn, count, added, err);
        status = ww_store_end(library->store, status, err);
    }
    ww_vector_free(&a.found);
    ww_embedder_close(a.embedder);
    ww_detector_close(a.detector);
    return status;
}
