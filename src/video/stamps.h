// SPDX-License-Identifier: MIT
// What a packet's own bits say and its container does not.
#ifndef WW_VIDEO_STAMPS_H
#define WW_VIDEO_STAMPS_H
#include <libavcodec/avcodec.h>
#include <stdbool.h>

// A packet that never becomes a picture on screen although its container counts it as one (VP8's alternate reference
// frames).
bool ww_packet_is_hidden(enum AVCodecID codec, const AVPacket *packet);
// H.264 and HEVC in MP4 and Matroska put this many bytes of length before each NAL unit; 0: start codes, or another
// format.
int ww_nal_length_bytes(const AVCodecParameters *parameters);
// Whether a packet that its container calls a key frame gives the whole picture at once. H.264 encoders may spread a
// refresh over many frames (recovery point with a count); containers mark its beginning all the same.
bool ww_packet_starts_clean(enum AVCodecID codec, const AVPacket *packet, int nal_length_bytes);
// Whether other frames may refer to this one; true where its bits do not tell.
bool ww_packet_is_reference(enum AVCodecID codec, const AVPacket *packet, int nal_length_bytes);
// Temporal layer of an HEVC packet. Frames called "non-reference" there may still be referred to by higher layers.
int ww_hevc_layer(const AVPacket *packet, int nal_length_bytes);
// Whether an MPEG-1 or MPEG-2 picture is a B-frame.
bool ww_mpeg_is_b(const AVPacket *packet);

#endif
