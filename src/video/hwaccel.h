// SPDX-License-Identifier: MIT
// Devices that decode video: VAAPI, CUDA (NVDEC), VDPAU and whatever else libavutil knows and libavcodec can decode
// with. A device is opened when the first video needs it, once, and shared by all readers. (hardware.h is the decoder
// that a reader has on it.)
#ifndef WW_VIDEO_HWACCEL_H
#define WW_VIDEO_HWACCEL_H
#include "base/error.h"
#include <stdbool.h>

typedef struct ww_hwaccel ww_hwaccel; // may be used by many threads

// `name`: NULL or "none" (*hwaccel is NULL then), "auto" (for each video the first device that can be opened and knows
// its format), or a type and, if it is to be a certain one of several, its device: "cuda", "cuda:1",
// "vaapi:/dev/dri/renderD129". WW_ERR_ARGUMENT: no such type, or its device cannot be opened; the message names what
// there is.
ww_status ww_hwaccel_open(const char *name, ww_hwaccel **hwaccel, ww_error *err);
// The sources that were opened with it must be closed before; NULL is fine.
void ww_hwaccel_close(ww_hwaccel *hwaccel);
// Whether `name` asks for any, without opening one.
bool ww_hwaccel_is_wanted(const char *name);

#endif
