// SPDX-License-Identifier: MIT
// Where the video stream begins on the clock of its file.
//
// Players count from the beginning of the file, that is of the stream that begins first. OpenCV (CAP_PROP_POS_MSEC)
// and what is built on it count from the first picture of the video stream: FFmpeg's start_time of the stream, which is
// also that of a picture that cannot be decoded for want of the key frame before it. The two differ where sound begins
// first.
#ifndef WW_VIDEO_STREAM_START_H
#define WW_VIDEO_STREAM_START_H
#include "base/error.h"
#include <libavformat/avformat.h>
#include <stdint.h>

// How much later than the file the picture at `ticks` (of the stream's time base) begins. Microseconds, rounded down; 0
// where the container does not say, or says nonsense (more than a day, or before its own beginning).
int64_t ww_stream_behind_us(const AVFormatContext *format, const AVStream *stream, int64_t ticks);
// The same of the stream's first picture.
int64_t ww_stream_start_us(const AVFormatContext *format, const AVStream *stream);
// The same of the file's main video track (0), or another camera's, by its headers alone. As ww_source_open it opens
// local files only.
ww_status ww_footage_stream_start(const char *path, int track, int64_t *start_us, ww_error *err);

#endif
