// SPDX-License-Identifier: MIT
#include "video/source.h"

#include "base/files.h"
#include "base/memory.h"
#include "base/number.h"
#include "video/diagnose.h"
#include "video/internal.h"
#include "video/stream_start.h"
#include <errno.h>
#include <libavutil/log.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define EVERY_US_DEFAULT INT64_C(1000000)
#define EVERY_US_MAX (24 * 3600 * INT64_C(1000000))
#define CUT_OFF_US                                                                                                     \
    INT64_C(1000000) // a file that is cut off has lost less than this when its header's promise is not worth words

void ww_footage_silence_libav(void) { av_log_set_level(AV_LOG_QUIET); }

// First bytes of a regular, readable file that is not empty.
static ww_status read_head(const char *path, uint8_t head[WW_PHOTO_HEAD_BYTES], size_t *bytes, ww_error *err)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return ww_fail_errno(err, errno, "%s: cannot be opened", path);
    if (S_ISDIR(st.st_mode))
        return ww_fail(err, WW_ERR_FORMAT, "%s: this is a folder, not a video or photo", path);
    if (!S_ISREG(st.st_mode))
        return ww_fail(err, WW_ERR_FORMAT, "%s: this is not an ordinary file; save it to one first", path);
    FILE *f = fopen(path, "rb");
    if (!f)
        return ww_fail_errno(err, errno, "%s: cannot be opened", path);
    *bytes = fread(head, 1, WW_PHOTO_HEAD_BYTES, f);
    bool failed = ferror(f);
    fclose(f);
    if (failed)
        return ww_fail(err, WW_ERR_IO, "%s: cannot be read", path);
    return *bytes ? WW_OK : ww_fail(err, WW_ERR_FORMAT, "%s: the file is empty", path);
}

static void describe_still(ww_source *source, const ww_photo_facts *facts)
{
    ww_source_info *info = &source->info;
    info->kind = WW_SOURCE_PHOTO;
    info->frame_count = info->span_count = facts->pages;
    info->orientation = facts->orientation;
    snprintf(info->format, sizeof info->format, "%s photo, %dx%d", facts->format, facts->width, facts->height);
}

static void describe_webp(ww_source *source, const ww_photo_facts *facts, const ww_source_options *options)
{
    ww_source_info *info = &source->info;
    source->webp = true;
    source->plan = (ww_plan){.every_us = options->every_us,
                             .intermediate_every_us = options->intermediate_every_us,
                             .duration_us = facts->duration_us};
    source->plan.sample_count = ww_plan_sample(&source->plan, facts->duration_us);
    info->kind = WW_SOURCE_VIDEO;
    info->frame_count = facts->frames;
    info->span_count = 1;
    info->duration_us = facts->duration_us;
    snprintf(info->format, sizeof info->format, "%s animation, %dx%d", facts->format, facts->width, facts->height);
}

// Frames may be shown before the one that the container calls the first.
static int64_t stream_start_of(const ww_plan *plan, const ww_demuxer *demuxer)
{
    const int64_t us = ww_stream_start_us(demuxer->format, demuxer->stream);
    return us < plan->start_us ? us : plan->start_us;
}

static void describe_video(ww_source *source, const ww_demuxer *demuxer, const AVFrame *first)
{
    ww_source_info *info = &source->info;
    source->presentation = ww_presentation_of(demuxer->format, demuxer->stream);
    source->codec = demuxer->stream->codecpar->codec_id;
    ww_picture_size(first, &source->presentation, &info->width, &info->height);
    info->kind = WW_SOURCE_VIDEO;
    info->duration_us = source->plan.start_us + source->plan.duration_us;
    info->stream_start_us = stream_start_of(&source->plan, demuxer);
    info->frame_count = source->plan.frame_count;
    info->span_count = source->plan.span_count;
    info->tracks_more = ww_source_more_tracks(demuxer);
    info->tracks_unread = ww_source_other_tracks(demuxer) - info->tracks_more;
    double fps = source->plan.duration_us > 0 ? (double)info->frame_count * 1e6 / (double)source->plan.duration_us : 0;
    ww_format(info->format, sizeof info->format, "%s, %dx%d, %.4g fps",
              avcodec_get_name(demuxer->stream->codecpar->codec_id), info->width, info->height, fps);
    info->cut_off = info->cut_off || ww_file_is_cut_off(source->path);
    if (info->cut_off && demuxer->format->duration > info->duration_us + CUT_OFF_US)
        info->promised_us = demuxer->format->duration;
    if (info->tracks_unread && source->track == 0)
        ww_logf(&source->log, WW_LOG_WARNING,
                "%s: of its %d video tracks %d, smaller than half the one of %dx%d, are taken for previews and not "
                "looked at",
                source->path, info->tracks_unread + info->tracks_more + 1, info->tracks_unread, info->width,
                info->height);
}

// Kept where it has been shown that spans are found again (plan.c); elsewhere a reader must begin at the beginning.
static void keep_spare(ww_source *source, ww_demuxer *demuxer)
{
    if (source->plan.span_count < 2) {
        ww_demuxer_free(demuxer);
        return;
    }
    source->spare = ww_alloc(sizeof *source->spare);
    atomic_init(&source->spare->demuxer, demuxer);
}

static ww_status open_video(ww_source *source, const ww_source_options *options, ww_error *err)
{
    ww_demuxer *demuxer = ww_alloc(sizeof *demuxer);
    ww_status status = ww_demuxer_open(demuxer, source->path, source->track, &source->cancel, err);
    if (status != WW_OK) {
        free(demuxer);
        return status;
    }
    AVFrame *first = av_frame_alloc();
    if (!first)
        status = ww_fail(err, WW_ERR_MEMORY, "%s: no memory to open it", source->path);
    else
        status = ww_plan_make(&source->plan, demuxer, options->every_us, options->times, &source->log, first, err);
    source->plan.intermediate_every_us = options->intermediate_every_us;
    if (status == WW_OK)
        describe_video(source, demuxer, first);
    if (status == WW_OK && options->hwaccel)
        source->device = ww_hwaccel_choose(options->hwaccel, demuxer->stream->codecpar->codec_id, &source->no_device);
    source->info.on_device = source->device.name != NULL;
    av_frame_free(&first);
    if (status == WW_OK)
        keep_spare(source, demuxer);
    else
        ww_demuxer_free(demuxer);
    return status;
}

static ww_status open_photo(ww_source *source, const ww_source_options *options, ww_error *err)
{
    ww_photo_facts facts;
    ww_status status = ww_photo_examine(source->path, &facts, err);
    if (status != WW_OK)
        return status;
    source->info.width = facts.width;
    source->info.height = facts.height;
    source->info.cut_off = facts.cut_off;
    switch (facts.kind) {
    case WW_PHOTO_STILL: describe_still(source, &facts); break;
    case WW_PHOTO_WEBP_ANIMATION: describe_webp(source, &facts, options); break;
    case WW_PHOTO_FILM: return open_video(source, options, err);
    }
    return WW_OK;
}

ww_status ww_source_open(const char *path, const ww_source_options *options, const ww_log *log, ww_source **source,
                         ww_error *err)
{
    ww_source_options o = options ? *options : (ww_source_options){0};
    if (o.every_us == 0)
        o.every_us = EVERY_US_DEFAULT;
    if (o.every_us < 0 || o.every_us > EVERY_US_MAX)
        return ww_fail(err, WW_ERR_ARGUMENT, "the time between samples must lie between a microsecond and a day");
    if (o.intermediate_every_us < 0)
        o.intermediate_every_us = 0;
    uint8_t head[WW_PHOTO_HEAD_BYTES];
    size_t bytes = 0;
    ww_status status = read_head(path, head, &bytes, err);
    if (status != WW_OK)
        return status;
    const char *kind = NULL;
    if (ww_content_of(path, &kind) == WW_CONTENT_UNREADABLE)
        return ww_fail(err, WW_ERR_UNSUPPORTED,
                       "%s: this is a %s, which cannot be read; convert it to a usual format first", path, kind);
    ww_source *f = ww_alloc(sizeof *f);
    f->path = ww_strdup(path);
    f->cancel = o.cancel;
    f->track = o.track;
    f->no_loop_filter = o.no_loop_filter;
    if (log)
        f->log = *log;
    status = ww_photo_recognise(head, bytes) ? open_photo(f, &o, err) : open_video(f, &o, err);
    if (status != WW_OK)
        ww_source_close(f);
    else
        *source = f;
    return status;
}

void ww_source_close(ww_source *source)
{
    if (!source)
        return;
    if (source->spare)
        ww_demuxer_free(atomic_exchange(&source->spare->demuxer, NULL));
    free(source->spare);
    ww_plan_free(&source->plan);
    free(source->no_device);
    free(source->path);
    free(source);
}

const ww_source_info *ww_source_get_info(const ww_source *source) { return &source->info; }

void ww_source_span(const ww_source *source, int span, int64_t *first_sample, int64_t *sample_count)
{
    bool photo = source->info.kind == WW_SOURCE_PHOTO;
    *first_sample = photo ? span : source->webp ? 0 : source->plan.spans[span].first_sample;
    *sample_count = photo ? 1 : ww_plan_span_end(&source->plan, span) - *first_sample;
}
