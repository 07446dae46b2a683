// SPDX-License-Identifier: MIT
#include "video/stream_start.h"
#include "video/demuxer.h"

#define START_MAX_US (24 * 3600 * INT64_C(1000000)) // a picture that comes later: a wrong clock

int64_t ww_stream_behind_us(const AVFormatContext *format, const AVStream *stream, int64_t ticks)
{
    if (ticks == AV_NOPTS_VALUE || format->start_time == AV_NOPTS_VALUE)
        return 0;
    const int64_t us = av_rescale_q_rnd(ticks, stream->time_base, AV_TIME_BASE_Q, AV_ROUND_DOWN) - format->start_time;
    return us > 0 && us <= START_MAX_US ? us : 0;
}

int64_t ww_stream_start_us(const AVFormatContext *format, const AVStream *stream)
{
    return ww_stream_behind_us(format, stream, stream->start_time);
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
