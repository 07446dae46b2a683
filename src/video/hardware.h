// SPDX-License-Identifier: MIT
// The decoder that one reader has on a device (which hwaccel.h finds and opens). libavcodec's own decoder parses the
// stream, reorders frames and skips what need not be decoded, as without a device; the device only makes the pixels, in
// surfaces of a pool. Of those, just the frames that are handed out are fetched, and become the planar frames that
// software would have given.
//
// Whatever goes wrong is trouble, never damage: software decodes the span again and goes on behind the last frame that
// was handed out (reader.c).
#ifndef WW_VIDEO_HARDWARE_H
#define WW_VIDEO_HARDWARE_H
#include "video/device.h"
#include <stdbool.h>

typedef struct ww_hardware {
    ww_device device;
    AVCodecContext *decoder; // NULL: none, or none any more
    bool refused;            // the device does not do this profile, size or pixel format
    bool trouble, for_good;  // of the span at hand; not worth another try with the next
    char why[256];           // of the last trouble
    AVFrame *fetched, *planar;
} ww_hardware;

// Opens the decoder; `hardware` must stay where it is. What goes wrong is trouble for good.
void ww_hardware_open(ww_hardware *hardware, const ww_device *device, const AVCodecParameters *parameters,
                      AVRational time_base, const char *name);
void ww_hardware_close(ww_hardware *hardware); // also fine for a zeroed one
// Notes what avcodec_send_packet or avcodec_receive_frame gave.
void ww_hardware_check(ww_hardware *hardware, int code);
void ww_hardware_doubt(ww_hardware *hardware, const char *why); // of this span
// The pixels of a frame of the device, as software gives them; good until the next call. NULL: trouble.
const AVFrame *ww_hardware_fetch(ww_hardware *hardware, const AVFrame *frame);

#endif
