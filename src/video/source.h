// SPDX-License-Identifier: MIT
// Sources: a video or a photo on disk, the moments of it worth looking at, and the upright frames at those moments.
//
//   ww_source_open   reads the headers and, for video, every packet's timestamps once (demuxing only), and plans
//   *spans*: runs of
//                     samples that begin at a key frame and can be decoded alone, in any order, by any thread, always
//                     to the same frames.
//   ww_reader_open    a decoder for one thread.
//   ww_reader_span    decodes one span and hands out its frames in order of time.
//
// A reader may decode on a device (hwaccel.h). Where that gives trouble, software decodes the span instead, from the
// frame on that was to be handed out next: none is lost, none comes twice.
//
// The samples lie k * every_us (k = 0, 1, ...) behind the first frame that decodes. Times that are handed out count
// from the container's start, as players count them: where sound begins 4 s before the picture, the first frame's time
// is 4 s. They are whole microseconds, rounded down. What people read counts from the first picture of the stream
// instead, as OpenCV does (CAP_PROP_POS_MSEC): stream_start_us less.
// The frame of a sample is the one on screen then: the frame with the largest presentation time <= the sample time. A
// frame on screen for several samples is handed out once, for the first of them. Where a clock falls back (joined
// recordings, broadcasts) time goes on one frame later instead.
//
// With other times than exact ones, a frame nearer to the sample's time than half of every_us may stand for it
// (choice.h), or frames are counted; videos without presentation times and animations stay as they are. Of a video too
// short for a counted frame the last one stands.
//
// What need not be decoded is not: groups of pictures without a sample are skipped, and so is everything behind the
// last wanted frame of a group; between samples the frames that no other frame refers to are dropped. The pixels are
// those of a full decode, bit for bit. Video without presentation times (bare streams; H.264 and B-frames in AVI) or
// whose key frames cannot be sought is one span; the first kind is decoded whole.
//
// Between samples there may be intermediate frames: such that had to be decoded anyway, handed out too when they lie
// far enough from the frame before (intermediate_every_us). They cost no decoding, and which they are follows from the
// span alone.
//
// Interlaced frames are made progressive where they are combed, pixels are made square, and 10 bits and the like made
// 8. Local files only: protocols other than "file", and containers that refer to other files, are never opened.
#ifndef WW_VIDEO_SOURCE_H
#define WW_VIDEO_SOURCE_H
#include "base/cancel.h"
#include "base/error.h"
#include "base/log.h"
#include "image/image.h"
#include "video/hwaccel.h"
#include <stdbool.h>
#include <stdint.h>

typedef enum ww_source_kind { WW_SOURCE_VIDEO, WW_SOURCE_PHOTO } ww_source_kind;

typedef enum ww_source_times {
    WW_TIMES_EXACT,    // the one on screen then
    WW_TIMES_NEAR,     // one within half of every_us that is decoded for others' sake anyway, or follows a key frame
    WW_TIMES_CHEAPEST, // the one within half of every_us that costs least, be it a second and a half behind the last
    WW_TIMES_COUNTED,  // every_us is not asked: of r frames a second every (floor(r) + 1)th, from floor(r) + 2 on
} ww_source_times;

typedef struct ww_source_options {
    int64_t every_us;              // time between samples; 0: one second
    ww_source_times times;         // which frame stands for a sample
    bool no_loop_filter;           // decode without the codec's deblocking: faster, and not exactly the pictures meant
    int64_t intermediate_every_us; // least time between an intermediate frame and its neighbours; 0: none
    ww_cancel cancel;              // holds for the readers too
    int track;                     // 0: the main video track; 1 .. tracks_more: another camera's
    ww_hwaccel *hwaccel;           // devices that readers may decode with; NULL: software decodes
} ww_source_options;

typedef struct ww_source ww_source; // immutable once open; may be read by many threads
typedef struct ww_reader ww_reader; // one thread at a time

typedef struct ww_source_info {
    ww_source_kind kind;
    // pixels, upright (rotation metadata and EXIF applied, pixel aspect ratio applied to the width);
    int width, height;
    // of a photo: the full size; of a video that changes its size on the way: the first
    int64_t duration_us; // 0 for photos; for video measured from the packets, not believed from the header
    // First picture of the video stream, be it one that cannot be decoded, from the container's start; 0 for photos,
    // and where the container does not say
    int64_t stream_start_us;
    int64_t frame_count; // frames ever shown; 1 for photos
    int span_count;      // >= 1; of a photo: its pages (TIFF), else 1
    char format[64];     // short description for people: "h264, 1920x1080, 29.97 fps"
    bool cut_off;        // the file ends before what its own structure says
    int64_t promised_us; // of a video that is cut off: what its header promises; 0: nothing
    int tracks_more;     // video tracks of other cameras, each to be opened as a source of its own
    int tracks_unread;   // video tracks beside all these: previews
    int orientation;     // of a photo: EXIF 1..8 as marked in the file; 0: it bears no mark
    bool on_device;      // readers decode it on a device, as long as that does its work
} ww_source_info;

typedef struct ww_frame {
    ww_image image;    // upright, square pixels; a view valid during the callback only
    int width, height; // of the full-size upright picture
    int64_t sample;    // k, see above; 0 for photos; of an intermediate frame: that of the sample before it
    bool intermediate; // not a sample
    // presentation time of this very frame from the container's start; of a photo: a second a page, from 0
    int64_t time_us;
    double scale;        // pixels of `image` per pixel of that: 1, or less for huge photos decoded smaller
    const void *decoded; // the decoder's frame where `image` is a view on it, else NULL; for ww_frame_hold
} ww_frame;

// A frame's picture that outlives the callback (hold.c). Zeroed: none.
typedef struct ww_held_picture {
    ww_image image; // not to be written into: it may be the decoder's own, to which later frames refer
    void *decoded;
} ww_held_picture;
// Holds the picture of `frame` in place of what was held: a reference to the decoder's frame where there is one, else a
// copy. On failure nothing is held.
ww_status ww_frame_hold(const ww_frame *frame, ww_held_picture *held, ww_error *err);
void ww_held_picture_free(ww_held_picture *held);

#define WW_PAGE_US INT64_C(1000000) // pages of a photo lie this far apart in time

// libav prints to standard error unless its log level, which is the process's, says otherwise; this sets it.
void ww_footage_silence_libav(void);

// What could not be had of a span, or not whole. Zeroed: nothing.
typedef struct ww_damage {
    int64_t lost;             // samples without a picture
    int64_t concealed;        // samples whose picture the decoder had to guess in part
    int64_t begin_us, end_us; // the stretch of time it lies in, as frames' times count
} ww_damage;

// What a file found in a folder is, by its first bytes.
typedef enum ww_content {
    WW_CONTENT_OTHER, // none of our business: texts, programs, sound
    WW_CONTENT_PHOTO,
    WW_CONTENT_VIDEO,
    WW_CONTENT_UNREADABLE, // pictures or video of a kind that is known but cannot be read
    WW_CONTENT_DAMAGED,    // named like footage, but nothing in it tells of footage; opening it says why
} ww_content;

// *kind (may be NULL): the kind's name for people ("Canon CR3 raw photo") where it is WW_CONTENT_UNREADABLE, else NULL.
// A file that cannot be read counts as WW_CONTENT_DAMAGED if it is named like footage, or hidden from us by its rights;
// opening it says why.
ww_content ww_content_of(const char *path, const char **kind);

// Opens a file; decides by content, not by name. WW_ERR_IO: it cannot be read. WW_ERR_FORMAT: not footage (empty, text,
// damaged); WW_ERR_UNSUPPORTED: no video stream (audio only), no decoder, over the size bounds. Messages name the file
// and the reason. `log` (may be NULL) gets warnings about oddities.
ww_status ww_source_open(const char *path, const ww_source_options *options, const ww_log *log, ww_source **source,
                         ww_error *err);
void ww_source_close(ww_source *source);
const ww_source_info *ww_source_get_info(const ww_source *source);
// First sample and number of samples of span 0 .. span_count-1. Spans are in order of time and cover each sample
// exactly once; a span is about 10 to 30 seconds of video, longer only where key frames are further apart.
void ww_source_span(const ww_source *source, int span, int64_t *first_sample, int64_t *sample_count);

ww_status ww_reader_open(const ww_source *source, ww_reader **reader, ww_error *err); // footage must outlive it
void ww_reader_close(ww_reader *reader);
// Decodes span `span` and calls on_frame for each of its frames, in order of time; a non-OK return ends the span with
// it. Damaged places are passed over and told in *damage (may be NULL). WW_ERR_IO: the file could not be read (which is
// not damage: what was handed out is not all there is). WW_ERR_FORMAT: nothing of the only span could be decoded.
ww_status ww_reader_span(ww_reader *reader, int span,
                         ww_status (*on_frame)(void *user, const ww_frame *frame, ww_error *err), void *user,
                         ww_damage *damage, ww_error *err);
// How the last span was decoded.
typedef struct ww_decoding {
    const char *device; // the type of the device that gave frames of it; NULL: none did
    // why software decoded all or the rest of it though a device was asked for; NULL: it did not
    const char *fallback;
} ww_decoding;

// Good until the next span.
ww_decoding ww_reader_decoding(const ww_reader *reader);

// "FILE: 3 pictures between 12.0 s and 14.2 s ..." of a span with damage, for people; the caller's to free.
char *ww_damage_words(const ww_source *source, const ww_damage *damage);
// "FILE: it is cut off ..."; NULL when it is not.
char *ww_cut_off_words(const ww_source *source);

#endif
