// SPDX-License-Identifier: MIT
// The first frame of a video that decodes, found while its packets go by.
//
// A decoder gives its first frame only when it has seen what could come before it in presentation, several frames
// later. The packets tell sooner: where the first is a key frame and a packet follows whose decoding time is not before
// the first one's presentation, with none presented earlier in between, the first frame is the first packet's, and no
// other is decoded. Everywhere else packets are decoded as they come, until a frame appears.
#ifndef WW_VIDEO_FIRST_FRAME_H
#define WW_VIDEO_FIRST_FRAME_H
#include "video/demuxer.h"

enum { WW_FIRST_HELD_MAX = 32 }; // packets; more than frames are ever reordered by

typedef struct ww_first_frame {
    AVCodecContext *decoder; // the caller's, fresh
    AVFrame *frame;          // the caller's; filled when `found`
    bool found, decoding;    // `decoding`: each packet as it comes
    bool starved;            // no memory to decode one: it may not be found where it is
    int64_t decoded_packets;
    AVPacket *held[WW_FIRST_HELD_MAX];
    ww_stamp stamp[WW_FIRST_HELD_MAX];
    int held_count;
} ww_first_frame;

// The next packet; does nothing once the frame is found, there was no memory, or too many were tried.
void ww_first_frame_add(ww_first_frame *first, AVPacket *packet, const ww_stamp *stamp);
// There are no more; also lets go of what was held.
void ww_first_frame_end(ww_first_frame *first);

#endif
