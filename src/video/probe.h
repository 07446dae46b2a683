// SPDX-License-Identifier: MIT
#ifndef WW_VIDEO_PROBE_H
#define WW_VIDEO_PROBE_H
#include <libavformat/avformat.h>

// avformat_find_stream_info, as cheap as it can be had.
int ww_find_streams(AVFormatContext *format);

#endif
