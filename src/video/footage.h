// SPDX-License-Identifier: MIT
// Footage: a video or a photo on disk, the moments of it worth looking at, and the upright frames at those moments.
//
//   ww_footage_open   reads the headers and, for video, every packet's timestamps once (demuxing only), and plans *spans*: runs of
//                     samples that begin at a key frame and can be decoded alone, in any order, by any thread, always to the same
//                     frames.
//   ww_reader_open    a decoder for one thread.
//   ww_reader_span    decodes one span and hands out its frames in order of time.
//
// The sample times are k * every_us (k = 0, 1, ...) from the first frame that decodes; times are whole microseconds, rounded down.
// The frame of a sample is the one on screen then: the frame with the largest presentation time <= the sample time. A frame on
// screen for several samples is handed out once, for the first of them. Where a clock falls back (joined recordings, broadcasts)
// time goes on one frame later instead.
//
// What need not be decoded is not: groups of pictures without a sample are skipped, and so is everything behind the last wanted
// frame of a group; between samples the frames that no other frame refers to are dropped. The pixels are those of a full decode,
// bit for bit. Video without presentation times (bare streams; H.264 and B-frames in AVI) or whose key frames cannot be sought is
// one span; the first kind is decoded whole.
//
// Between samples there may be looks: frames that had to be decoded anyway, handed out too when they lie far enough from the frame
// before (look_every_us). They cost no decoding, and which they are follows from the span alone.
//
// Interlaced frames are made progressive where they are combed, pixels are made square, and 10 bits and the like made 8.
// Local files only: protocols other than "file", and containers that refer to other files, are never opened.
#ifndef WW_VIDEO_FOOTAGE_H
#define WW_VIDEO_FOOTAGE_H
#include "base/error.h"
#include "base/log.h"
#include "image/image.h"
#include <stdbool.h>
#include <stdint.h>

typedef enum ww_footage_kind { WW_FOOTAGE_VIDEO, WW_FOOTAGE_PHOTO } ww_footage_kind;

typedef struct ww_footage_options {
    int64_t every_us;      // time between samples; 0: one second
    int64_t look_every_us; // least time between a look and its neighbours; 0: no looks
} ww_footage_options;

typedef struct ww_footage ww_footage; // immutable once open; may be read by many threads
typedef struct ww_reader ww_reader;   // one thread at a time

typedef struct ww_footage_info {
    ww_footage_kind kind;
    int width, height;     // pixels, upright (rotation metadata and EXIF applied, pixel aspect ratio applied to the width);
                           // of a photo: the full size; of a video that changes its size on the way: the first
    int64_t duration_us;   // 0 for photos; for video measured from the packets, not believed from the header
    int64_t frame_count;   // frames ever shown; 1 for photos
    int span_count;        // >= 1
    char format[64];       // short description for people: "h264, 1920x1080, 29.97 fps"
} ww_footage_info;

typedef struct ww_frame {
    ww_image image;     // upright, square pixels; a view valid during the callback only
    int64_t sample;     // k, see above; 0 for photos; of a look: that of the sample before it
    bool look;          // not a sample, only a look
    int64_t time_us;    // presentation time of this very frame from the beginning of the video stream; 0 for photos
    double scale;       // pixels of `image` per pixel of the full-size upright picture: 1, or less for huge photos decoded smaller
} ww_frame;

// libav prints to standard error unless its log level, which is the process's, says otherwise; this sets it.
void ww_footage_silence_libav(void);

// True when the name's extension is one of a photo or a video that is worth opening (used when a folder is searched).
bool ww_footage_looks_like(const char *path);

// Opens a file; decides by content, not by name. WW_ERR_FORMAT: not footage (empty, text, damaged beyond use);
// WW_ERR_UNSUPPORTED: no video stream (audio only), no decoder, over the size bounds. Messages name the file and the reason.
// `log` (may be NULL) gets warnings about oddities.
ww_status ww_footage_open(const char *path, const ww_footage_options *options, const ww_log *log, ww_footage **footage,
                          ww_error *err);
void ww_footage_close(ww_footage *footage);
const ww_footage_info *ww_footage_get_info(const ww_footage *footage);
// First sample and number of samples of span 0 .. span_count-1. Spans are in order of time and cover each sample exactly once;
// a span is about 10 to 30 seconds of video, longer only where key frames are further apart.
void ww_footage_span(const ww_footage *footage, int span, int64_t *first_sample, int64_t *sample_count);

ww_status ww_reader_open(const ww_footage *footage, ww_reader **reader, ww_error *err); // footage must outlive it
void ww_reader_close(ww_reader *reader);
// Decodes span `span` and calls on_frame for each of its frames, in order of time; a non-OK return ends the span with it.
// Damaged places are passed over: *damaged (may be NULL) counts samples that could not be had. Only if nothing of the span
// could be decoded and it is the only one, or on memory trouble, it fails.
ww_status ww_reader_span(ww_reader *reader, int span, ww_status (*on_frame)(void *user, const ww_frame *frame, ww_error *err),
                         void *user, int64_t *damaged, ww_error *err);

#endif
