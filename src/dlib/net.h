// SPDX-License-Identifier: MIT
// What a dlib network file says beside the network: its loss layer (how outputs become answers) and its input layer
// (how a picture becomes a tensor).
//
// The format leaves some things to the C++ type that saved it, which the file does not hold. They are filled in by
// dlib's own habits:
//   which tag an add_prev, concat or skip layer means: add_prev the nearest one before it, concat of n the last n in
//   order,
//     skip (a tag right after a tag) the first one since the last add_prev or concat;
//   the rate of an image pyramid: 5/6 (pyramid_down<6>), which every MMOD detector published by dlib's author uses.
// A file whose layers do not fit together that way is WW_ERR_UNSUPPORTED, with the byte where it stopped making sense.
#ifndef WW_DLIB_NET_H
#define WW_DLIB_NET_H
#include "nn/nn.h"

#define WW_DLIB_WINDOWS_MAX 64
#define WW_DLIB_LABEL_MAX 64   // bytes
#define WW_DLIB_PYRAMID_DOWN 6 // each level of a pyramid is 5/6 of the one before

typedef enum ww_dlib_kind {
    WW_DLIB_OTHER,    // a network without one of the loss layers below
    WW_DLIB_MMOD,     // loss_mmod: scores over a tiled pyramid, positive ones are detections
    WW_DLIB_RESNET,   // loss_metric: a descriptor; residual connections
    WW_DLIB_DENSENET, // loss_metric; dense blocks (concat)
    WW_DLIB_METRIC,   // loss_metric; neither
} ww_dlib_kind;

typedef enum ww_dlib_input_kind {
    WW_DLIB_INPUT_RGB,
    WW_DLIB_INPUT_RGB_SIZED,
    WW_DLIB_INPUT_RGB_PYRAMID,
    WW_DLIB_INPUT_GREY_PYRAMID,
} ww_dlib_input_kind;

// The tensor holds (sample - mean) / 256 for each of the channels R, G, B, and 0 (not black) where a tiled pyramid has
// no picture.
typedef struct ww_dlib_input {
    ww_dlib_input_kind kind;
    int channels;
    float mean[3];
    int width, height;                  // RGB_SIZED only
    int pyramid_padding, outer_padding; // pyramids only, pixels
} ww_dlib_input;

typedef struct ww_dlib_window {
    int width, height; // pixels of the pyramid level
    char label[WW_DLIB_LABEL_MAX];
} ww_dlib_window;

// Two boxes overlap when intersection over union is above `iou` or the share of either that is covered above `covered`.
typedef struct ww_dlib_overlap {
    double iou, covered;
} ww_dlib_overlap;

typedef struct ww_dlib_mmod {
    int window_count;
    ww_dlib_window window[WW_DLIB_WINDOWS_MAX]; // one output channel each
    ww_dlib_overlap nms;
    bool assume_pyramid;
    bool box_regression; // then four more channels a window follow: dx, dy, log dw, log dh
} ww_dlib_mmod;

typedef struct ww_dlib_net {
    ww_dlib_kind kind;
    char loss[64]; // as the file names it, "" where there is none
    ww_dlib_input input;
    ww_dlib_mmod mmod;
    float metric_margin, metric_threshold; // loss_metric: faces nearer than the threshold are one person
    // Which input pixel an output cell looks at: input = cell * step + start.
    double step_x, step_y, start_x, start_y;
} ww_dlib_net;

// Reads a network that dlib saved (.dat, or the .bz2 of one) from memory; the bytes may be freed afterwards. `name` is
// used in messages. ww_net_metadata has "dlib.kind" ("mmod", "resnet", "densenet", "metric" or "other").
ww_status ww_dlib_net_load(const void *bytes, size_t size, const char *name, ww_net **net, ww_error *err);
ww_status ww_dlib_net_load_file(const char *path, ww_net **net, ww_error *err);

// What the file says beside the network; NULL where the network was not read from a dlib file. Borrowed.
const ww_dlib_net *ww_net_dlib(const ww_net *net);

#endif
