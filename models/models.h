// SPDX-License-Identifier: MIT
// The default models, compiled in: the bytes of models/detector.onnx and models/embedder.onnx (see the model cards
// beside them).
#ifndef WW_MODELS_MODELS_H
#define WW_MODELS_MODELS_H

extern const unsigned char ww_file_detector_onnx[], ww_file_detector_onnx_end[];
extern const unsigned char ww_file_embedder_onnx[], ww_file_embedder_onnx_end[];
extern const unsigned char ww_file_landmarks_onnx[], ww_file_landmarks_onnx_end[];
// What their values hold (training/ranges.py): by these they compute in int8.
extern const unsigned char ww_file_detector_ranges[], ww_file_detector_ranges_end[];
extern const unsigned char ww_file_embedder_ranges[], ww_file_embedder_ranges_end[];
extern const unsigned char ww_file_landmarks_ranges[], ww_file_landmarks_ranges_end[];
// dlib's frontal face detector as its serialize() writes it, or nothing where it was built without dlib's headers.
extern const unsigned char ww_file_frontal_hog_dat[], ww_file_frontal_hog_dat_end[];

#endif
