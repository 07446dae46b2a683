// SPDX-License-Identifier: MIT
#include "video/footage.h"

#include "base/files.h"
#include "base/memory.h"
#include "base/number.h"
#include "video/diagnose.h"
#include "video/room.h"
#include <errno.h>
#include <libavutil/log.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define EVERY_US_DEFAULT INT64_C(1000000)
#define EVERY_US_MAX (24 * 3600 * INT64_C(1000000))
#define CUT_OFF_US INT64_C(1000000) // a file that is cut off has lost less than this when its header's promise is not worth words

void ww_footage_silence_libav(void)
{
    av_log_set_level(AV_LOG_QUIET);
}

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

static void describe_still(ww_footage *footage, const ww_photo_facts *facts)
{
    ww_footage_info *info = &footage->info;
    info->kind = WW_FOOTAGE_PHOTO;
    info->frame_count = info->span_count = facts->pages;
    info->orientation = facts->orientation;
    snprintf(info->format, sizeof info->format, "%s photo, %dx%d", facts->format, facts->width, facts->height);
}

static void describe_webp(ww_footage *footage, const ww_photo_facts *facts, const ww_footage_options *options)
{
    ww_footage_info *info = &footage->info;
    footage->webp = true;
    footage->plan = (ww_plan){.every_us = options->every_us, .look_every_us = options->look_every_us, .duration_us = facts->duration_us};
    footage->plan.sample_count = ww_plan_sample(&footage->plan, facts->duration_us);
    info->kind = WW_FOOTAGE_VIDEO;
    info->frame_count = facts->frames;
    info->span_count = 1;
    info->duration_us = facts->duration_us;
    snprintf(info->format, sizeof info->format, "%s animation, %dx%d", facts->format, facts->width, facts->height);
}

static void describe_video(ww_footage *footage, const ww_source *source, const AVFrame *first)
{
    ww_footage_info *info = &footage->info;
    footage->presentation = ww_presentation_of(source->format, source->stream);
    ww_picture_size(first, &footage->presentation, &info->width, &info->height);
    info->kind = WW_FOOTAGE_VIDEO;
    info->duration_us = footage->plan.start_us + footage->plan.duration_us;
    info->frame_count = footage->plan.frame_count;
    info->span_count = footage->plan.span_count;
    info->tracks_unread = ww_source_other_tracks(source);
    double fps = footage->plan.duration_us > 0 ? (double)info->frame_count * 1e6 / (double)footage->plan.duration_us : 0;
    ww_format(info->format, sizeof info->format, "%s, %dx%d, %.4g fps", avcodec_get_name(source->stream->codecpar->codec_id),
              info->width, info->height, fps);
    info->cut_off = info->cut_off || ww_file_is_cut_off(footage->path);
    if (info->cut_off && source->format->duration > info->duration_us + CUT_OFF_US)
        info->promised_us = source->format->duration;
    if (info->promised_us)
        ww_logf(&footage->log, WW_LOG_WARNING,
                "%s: its header promises %.1f s of footage but there are only %.1f s of video; what is there is used",
                footage->path, (double)info->promised_us / 1e6, (double)info->duration_us / 1e6);
    else if (info->cut_off)
        ww_logf(&footage->log, WW_LOG_WARNING, "%s: the file is cut off; what is there is used", footage->path);
    if (info->tracks_unread)
        ww_logf(&footage->log, WW_LOG_WARNING, "%s: it holds %d video tracks; the one of %dx%d is looked at, the others are not",
                footage->path, info->tracks_unread + 1, info->width, info->height);
}

static ww_status open_video(ww_footage *footage, const ww_footage_options *options, ww_error *err)
{
    ww_source source;
    ww_status status = ww_source_open(&source, footage->path, &footage->cancel, err);
    if (status != WW_OK)
        return status;
    AVFrame *first = av_frame_alloc();
    if (!first)
        status = ww_fail(err, WW_ERR_MEMORY, "%s: no memory to open it", footage->path);
    else
        status = ww_plan_make(&footage->plan, &source, options->every_us, &footage->log, first, err);
    footage->plan.look_every_us = options->look_every_us;
    if (status == WW_OK)
        describe_video(footage, &source, first);
    av_frame_free(&first);
    ww_source_close(&source);
    return status;
}

static ww_status open_photo(ww_footage *footage, const ww_footage_options *options, ww_error *err)
{
    ww_photo_facts facts;
    ww_status status = ww_photo_examine(footage->path, &facts, err);
    if (status != WW_OK)
        return status;
    footage->info.width = facts.width;
    footage->info.height = facts.height;
    footage->info.cut_off = facts.cut_off;
    switch (facts.kind) {
    case WW_PHOTO_STILL: describe_still(footage, &facts); break;
    case WW_PHOTO_WEBP_ANIMATION: describe_webp(footage, &facts, options); break;
    case WW_PHOTO_FILM: return open_video(footage, options, err);
    }
    return WW_OK;
}

ww_status ww_footage_open(const char *path, const ww_footage_options *options, const ww_log *log, ww_footage **footage,
                          ww_error *err)
{
    ww_footage_options o = options ? *options : (ww_footage_options){0};
    if (o.every_us == 0)
        o.every_us = EVERY_US_DEFAULT;
    if (o.every_us < 0 || o.every_us > EVERY_US_MAX)
        return ww_fail(err, WW_ERR_ARGUMENT, "the time between samples must lie between a microsecond and a day");
    if (o.look_every_us < 0)
        o.look_every_us = 0;
    uint8_t head[WW_PHOTO_HEAD_BYTES];
    size_t bytes = 0;
    ww_status status = read_head(path, head, &bytes, err);
    if (status != WW_OK)
        return status;
    ww_footage *f = ww_alloc(sizeof *f);
    f->path = ww_strdup(path);
    f->cancel = o.cancel;
    if (log)
        f->log = *log;
    status = ww_photo_recognise(head, bytes) ? open_photo(f, &o, err) : open_video(f, &o, err);
    if (status != WW_OK)
        ww_footage_close(f);
    else
        *footage = f;
    return status;
}

void ww_footage_close(ww_footage *footage)
{
    if (!footage)
        return;
    ww_plan_free(&footage->plan);
    free(footage->path);
    free(footage);
}

const ww_footage_info *ww_footage_get_info(const ww_footage *footage)
{
    return &footage->info;
}

void ww_footage_span(const ww_footage *footage, int span, int64_t *first_sample, int64_t *sample_count)
{
    bool photo = footage->info.kind == WW_FOOTAGE_PHOTO;
    *first_sample = photo ? span : footage->webp ? 0 : footage->plan.spans[span].first_sample;
    *sample_count = photo ? 1 : ww_plan_span_end(&footage->plan, span) - *first_sample;
}
