// SPDX-License-Identifier: MIT
// Face extraction: a frame that is kept and the faces on it become rows, pictures and vectors, ready for the store.
#ifndef WW_SCAN_FACE_EXTRACTION_H
#define WW_SCAN_FACE_EXTRACTION_H
#include "base/vector.h"
#include "face/colours.h"
#include "face/detect.h"
#include "face/embed.h"
#include "library/library.h"
#include "video/shot.h"

typedef struct ww_track_chip { // of a tracked face, from any frame
    int64_t track, time_us;
    float quality;
    ww_image chip; // owned
} ww_track_chip;
typedef WW_VECTOR(ww_track_chip) ww_track_chips;

typedef struct ww_extracted_face {
    ww_face_row row;   // frame and person are filled in later
    float *embedding;  // owned; NULL until embedded
    ww_image chip;     // owned; freed once embedded
    uint8_t *portrait; // owned JPEG
    size_t portrait_bytes;
    uint8_t *kept_chip; // owned, packed (image/chip.h); NULL: the face could not be aligned
    size_t kept_chip_bytes;
    ww_light light;              // of that chip
    ww_colours *colours;         // owned; NULL: of a photo
    ww_track_chips intermediate; // owned; from intermediate frames; none once embedded
    float *intermediate_mean;    // owned; weighted mean of their embeddings; NULL: there were none
    double intermediate_weight;
} ww_extracted_face;

typedef struct ww_extracted_frame {
    ww_frame_row row; // source and span are filled in later
    uint8_t *jpeg;    // owned
    size_t jpeg_bytes;
    uint8_t *view;                 // owned, see library/view.h; NULL: none
    size_t first_face, face_count; // in ww_span_result.faces
} ww_extracted_frame;

typedef struct ww_seen_shot {  // a stretch of footage without a cut
    int64_t first_us, last_us; // times of its first and last frame looked at
} ww_seen_shot;

typedef struct ww_span_result { // what a span showed: the frames that hold faces, in order of time
    WW_VECTOR(ww_extracted_frame) frames;
    WW_VECTOR(ww_extracted_face) faces;
    WW_VECTOR(ww_seen_shot) shots; // in order of time; none where faces are not tracked
    uint8_t beginning[WW_SHOT_BYTES],
        ending[WW_SHOT_BYTES]; // the first frame looked at and the last; if there are shots
    ww_scan_counts counts;
    char *damage; // what could not be read, for people; owned; NULL: nothing
    double decode_s, detect_s, embed_s, encode_s;
    char *device;   // the type of the device that decoded it or a part of it; owned; NULL: software did
    char *fallback; // why software did all or the rest though a device was asked for; owned; NULL: it did not
} ww_span_result;

void ww_track_chips_clear(ww_track_chips *chips); // with what they own

void ww_extracted_face_free(ww_extracted_face *face); // what it owns
void ww_extracted_frame_free(ww_extracted_frame *frame);
void ww_span_result_free(ww_span_result *seen);

typedef struct ww_face_extractor {
    const ww_model_spec *embedder_spec;
    ww_embedder *embedder;
    int frame_max_px;
    int portrait_width;         // as ww_scan_options has it
    bool margins_as_they_stand; // see portrait.h
    bool is_video;              // what is around a face is kept, too
    ww_span_result *seen;
    size_t embedded; // faces of seen->faces before this one have their vectors
} ww_face_extractor;

typedef struct ww_selected_frame {
    const ww_image *image;
    int width, height; // of the upright full-size frame; 0: those of the image
    int64_t sample, time_us;
    double scale;          // see ww_frame
    ww_detection *face;    // pixels of the image; brought into order from left to right, and `track` with it
    int64_t *track;        // of each face; 0: not tracked
    size_t count;          // >= 1
    ww_track_chips *chips; // of the same tracks about that time; those of use are taken out; NULL: none
} ww_selected_frame;

ww_status ww_extract_faces(ww_face_extractor *extractor, const ww_selected_frame *frame, ww_error *err);
// Embeds the faces that still wait for it.
ww_status ww_extract_pending(ww_face_extractor *extractor, ww_error *err);

#endif
