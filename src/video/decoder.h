// SPDX-License-Identifier: MIT
// One libavcodec decoder of one thread. Several of them, each on its own span, use the cores better than one with frame
// threads. Where spans are few a decoder has one thread, too: with frame or slice threads libavcodec 5.1 conceals
// damage in H.264 differently from run to run, and reports half of it.
#ifndef WW_VIDEO_DECODER_H
#define WW_VIDEO_DECODER_H
#include "base/error.h"
#include "video/demuxer.h"
#include <libavcodec/avcodec.h>

// `name` is for messages. Frames over WW_IMAGE_PIXELS_MAX are refused.
ww_status ww_decoder_open(AVCodecContext **decoder, const AVCodecParameters *parameters, AVRational time_base,
                          const char *name, ww_error *err);
// What a decoder on a device is given (hardware.c).
typedef struct ww_decoder_help {
    const AVCodec *codec;
    AVBufferRef *device; // not taken over
    // libavcodec's get_format; it finds `user` in decoder->opaque
    enum AVPixelFormat (*format)(AVCodecContext *decoder, const enum AVPixelFormat *offered);
    void *user;
} ww_decoder_help;
// The same; `help` NULL: in software.
ww_status ww_decoder_open_with(AVCodecContext **decoder, const ww_decoder_help *help,
                               const AVCodecParameters *parameters, AVRational time_base, const char *name,
                               ww_error *err);
// Gives the decoder a packet with its stamp's times; `needed`: also when no other frame refers to it. The code of
// avcodec_send_packet; of a packet that is damaged beyond decoding the frame simply does not come out.
int ww_decoder_send(AVCodecContext *decoder, AVPacket *packet, const ww_stamp *stamp, bool needed);
// Whether there was no memory for something since this was asked last; `code`: what libavcodec just gave. Where it gets
// no buffer for a frame it mostly goes on without a word, one frame short. For decoders in software.
bool ww_decoder_starved(AVCodecContext *decoder, int code);

#endif
