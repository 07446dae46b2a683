// SPDX-License-Identifier: MIT
#include "video/probe.h"

#include "base/memory.h"
#include <stdlib.h>

// Frames are decoded, as many as it takes to know the streams; what they look like nobody asks.
int ww_find_streams(AVFormatContext *format)
{
    const unsigned count = format->nb_streams;
    AVDictionary **options = ww_try_array(count, sizeof *options);
    for (unsigned i = 0; options && i < count; i++)
        av_dict_set(&options[i], "skip_loop_filter", "all", 0);
    const int rc = avformat_find_stream_info(format, count ? options : NULL);
    for (unsigned i = 0; options && i < count; i++)
        av_dict_free(&options[i]);
    free(options);
    return rc;
}
