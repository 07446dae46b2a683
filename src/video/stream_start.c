// SPDX-License-Identifier: MIT
#include "video/stream_start.h"
#include "video/demuxer.h"

#define START_MAX_US (24 * 3600 * INT64_C(1000000))

int64_t ww_stream_start_us(const AVFormatContext *format, const AVStream *stream)
{
    if (stream->start_time == AV_NOPTS_VALUE || format->start_time == AV_NOPTS_VALUE)
        return 0;
    const int64_t first_us = av_rescale_q_rnd(stream->start_time, stream->time_base, AV_TIME_BASE_Q, AV_ROUND_DOWN);
    const int64_t us = first_us - format->start_time;
    return us > 0 && us <= START_MAX_US ? us : 0;
}

ww_status ww_footage_stream_start(const char *path, int track, int64_t *start_us, ww_error *err)
{
    ww_demuxer demuxer;
    const ww_cancel never = {0};
    *start_us = 0;
    const ww_status status = ww_demuxer_open(&demuxer, path, track, &never, err);
    if (status != WW_OK)
        return status;
    *start_us = ww_stream_start_us(demuxer.format, demuxer.stream);
    ww_demuxer_close(&demuxer);
    return WW_OK;
}
