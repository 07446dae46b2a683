// SPDX-License-Identifier: MIT
// From model files to what the models want (spec.h). Known models are recognised by their graph (names and shapes of
// inputs and outputs); any other is told by a text file beside it, FILE.onnx.txt, of `key = value` lines (see
// docs/models.md). An ONNX file may say the same of itself: metadata entries "whoswho.KEY". The file beside it has the
// last word.
#ifndef WW_FACE_MODEL_H
#define WW_FACE_MODEL_H
#include "base/error.h"
#include "face/spec.h"

// WW_ERR_UNSUPPORTED: not one input of rank 4, or too many outputs.
ww_status ww_model_outline_of(const ww_net *net, ww_model_outline *outline, ww_error *err);

// Recognises `net`, read from an ONNX file, by its graph, then its metadata, then `sidecar` (may be NULL: none).
// WW_ERR_UNSUPPORTED says what was seen and how to describe the model by hand; WW_ERR_FORMAT names the entry, or the
// line of the sidecar, that makes no sense.
ww_status ww_model_recognise(const ww_net *net, const char *sidecar, ww_model_spec *spec, ww_error *err);
// The second half of that, for readers of other files: metadata and sidecar over what `spec` has already. `known`: it
// was recognised.
ww_status ww_model_settle(const ww_net *net, const char *sidecar, bool known, ww_model_spec *spec, ww_error *err);

// --- files ---------------------------------------------------------------------------------------

// What a model file holds.
typedef struct ww_model_file {
    ww_net *net; // NULL: no network
    void *model; // what is no network, in the form of its kind; NULL: a network
    void (*free_model)(void *model);
    ww_model_spec spec;
    ww_landmark_source landmarks; // of a source of landmarks, in place of the spec
} ww_model_file;

void ww_model_file_release(ww_model_file *file);

// Reads one format of files. What is read goes into *file, which begins as zero and is the caller's to release, also on
// failure. `name` is for messages; the bytes may be freed afterwards.
typedef struct ww_model_reader {
    bool (*is_mine)(const void *bytes, size_t size);
    // A detector or embedder; sidecar may be NULL.
    ww_status (*read)(const void *bytes, size_t size, const char *name, const char *sidecar, ww_model_file *file,
                      ww_error *err);
    // A source of landmarks.
    ww_status (*read_landmarks)(const void *bytes, size_t size, const char *name, ww_model_file *file, ww_error *err);
} ww_model_reader;

extern const ww_model_reader ww_onnx_reader; // takes whatever no other reader takes

#endif
