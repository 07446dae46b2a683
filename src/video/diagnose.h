// SPDX-License-Identifier: MIT
// Turns what libav says about a file it cannot open into a sentence a person can act on.
#ifndef WW_VIDEO_DIAGNOSE_H
#define WW_VIDEO_DIAGNOSE_H
#include "base/error.h"
#include <stdbool.h>
#include <libavformat/avformat.h>

// The container could not be opened; `code` is libav's.
ww_status ww_explain_open(const char *path, int code, ww_error *err);
// It could, but there is no video stream in it.
ww_status ww_explain_no_video(const char *path, const AVFormatContext *format, ww_error *err);

// True when the outermost boxes (MP4, QuickTime), the segment (Matroska, WebM), or the list (AVI) of the file reach
// beyond its end.
bool ww_file_is_cut_off(const char *path);

#endif
