// SPDX-License-Identifier: MIT
// What hwaccel.c finds for videos of one format, and hardware.c decodes them on.
#ifndef WW_VIDEO_DEVICE_H
#define WW_VIDEO_DEVICE_H
#include <libavcodec/avcodec.h>

struct ww_hwaccel; // hwaccel.h

typedef struct ww_device {
    const char *name;     // of its type; NULL: none
    AVBufferRef *context; // belongs to the ww_hwaccel
    const AVCodec *codec; // the decoder that leaves the work to it
    enum AVPixelFormat format;
} ww_device;

// The device for videos of this format; its name is NULL where there is none, and *why says why (the caller's to free).
ww_device ww_hwaccel_choose(struct ww_hwaccel *hwaccel, enum AVCodecID format, char **why);

#endif
