// SPDX-License-Identifier: MIT
// What the files of this room share behind source.h.
#ifndef WW_VIDEO_INTERNAL_H
#define WW_VIDEO_INTERNAL_H
#include "video/source.h"
#include "video/photo.h"
#include "video/picture.h"
#include "video/hardware.h"
#include "video/plan.h"
#include "video/demuxer.h"
#include <stdatomic.h>

// The demuxer that planned a video, for the first reader that asks: to open one, libavformat decodes some frames. A
// struct of its own, since readers have the source const.
typedef struct ww_spare {
    _Atomic(ww_demuxer *) demuxer;
} ww_spare;

struct ww_source {
    char *path;
    int track; // see ww_source_options
    ww_log log;
    ww_source_info info;
    ww_presentation presentation; // of a video
    ww_plan plan;
    ww_cancel cancel;
    ww_spare *spare; // NULL: each reader opens its own
    bool no_loop_filter;
    bool webp;            // an animation that libavformat cannot read
    enum AVCodecID codec; // of a video
    ww_device device;
    char *no_device; // why there is none though one was asked for; NULL: none was
};

// Where a span's frames go.
typedef struct ww_sink {
    ww_status (*on_frame)(void *user, const ww_frame *frame, ww_error *err);
    void *user;
    ww_error *err;
    ww_status status;        // the first failure; ends the span
    int64_t handed_out;      // frames
    int64_t sample, time_us; // of the last one
    int64_t had_us;          // frames up to this time were handed out before software took over; INT64_MIN: none
    ww_damage damage;
} ww_sink;

struct ww_reader {
    const ww_source *source;
    ww_demuxer *demuxer;      // on the heap: libavformat keeps the address of its `cancel`
    AVCodecContext *decoder;  // the one at work: the hardware's, or `software`
    AVCodecContext *software; // NULL as long as hardware does it
    ww_hardware hardware;
    bool device_gave; // frames of this span
    AVPacket *packet;
    AVPacket *carried; // side data of packets that were not decoded, for the next that is
    AVFrame *frame;
    ww_picture_maker maker;
    bool fresh; // nothing was read from the source yet
};

// Widens the stretch of the sink's damage by one from `begin_us` to `end_us`, plan's time; the caller counts.
void ww_note_damage(ww_reader *reader, ww_sink *sink, int64_t begin_us, int64_t end_us);
// True if the decoder had to guess at part of the frame.
bool ww_frame_is_concealed(const AVFrame *frame);

// A packet into the decoder at work (false: it is damaged); and a frame out of it, into reader->frame (false: none for
// now, or no more). What hardware does not do ends the span with sink->status, and software takes over; so does that
// there was no memory, for good.
bool ww_reader_feed(ww_reader *reader, ww_sink *sink, const ww_stamp *stamp, bool needed);
bool ww_reader_receive(ww_reader *reader, ww_sink *sink);
// A frame did not come out, or came out in part: true if that is for software to look into.
bool ww_reader_doubts(ww_reader *reader, ww_sink *sink, const char *why);

// Here and below, times are the plan's: from the first frame.
// Makes the upright picture of a decoded frame and gives it to the sink.
void ww_hand_out(ww_reader *reader, ww_sink *sink, const AVFrame *frame, int64_t sample, int64_t time_us);
// The same for a frame that is no sample, if intermediate frames are wanted and it lies far enough from the frame
// handed out before and from the next sample (INT64_MAX: there is none).
void ww_hand_out_intermediate(ww_reader *reader, ww_sink *sink, const AVFrame *frame, int64_t time_us,
                              int64_t next_sample_us);
// Sends the source to a mark, if need be by reading from the beginning.
ww_status ww_reader_go(ww_reader *reader, const ww_mark *mark, bool walk, ww_error *err);

// A span whose moments are planned (select.c), and a whole video without presentation times (sequence.c).
void ww_read_selected(ww_reader *reader, int span, ww_sink *sink);
void ww_read_sequence(ww_reader *reader, ww_sink *sink);

#endif
