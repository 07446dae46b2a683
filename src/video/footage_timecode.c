// SPDX-License-Identifier: MIT
#include "video/footage_timecode.h"
#include "video/demuxer.h"
#include "video/stream_start.h"

// QuickTime has the timecode in a track of its own, MXF and others in the file or the video stream.
static const char *find_text(const AVFormatContext *format, const AVStream *video)
{
    const AVDictionaryEntry *entry = av_dict_get(video->metadata, "timecode", NULL, 0);
    if (!entry)
        entry = av_dict_get(format->metadata, "timecode", NULL, 0);
    for (unsigned i = 0; !entry && i < format->nb_streams; i++)
        entry = av_dict_get(format->streams[i]->metadata, "timecode", NULL, 0);
    return entry ? entry->value : NULL;
}

ww_status ww_footage_timecode(const char *path, ww_timecode *timecode, ww_error *err)
{
    ww_demuxer demuxer;
    const ww_cancel never = {0};
    *timecode = (ww_timecode){0};
    ww_status status = ww_demuxer_open(&demuxer, path, 0, &never, err);
    if (status != WW_OK)
        return status;
    const AVStream *video = demuxer.stream;
    const AVRational rate = video->avg_frame_rate.num > 0 ? video->avg_frame_rate : video->r_frame_rate;
    if (rate.num > 0 && rate.den > 0) {
        timecode->rate_num = rate.num;
        timecode->rate_den = rate.den;
    }
    timecode->start_us = ww_stream_start_us(demuxer.format, video);
    const char *text = find_text(demuxer.format, video);
    if (text)
        ww_timecode_read(timecode, text);
    ww_demuxer_close(&demuxer);
    return WW_OK;
}
