// SPDX-License-Identifier: MIT
// Sources whose packets another process has read: what it knows of the file as a whole (the head), and what it planned
// for each span.
#include "video/planned.h"

#include "base/memory.h"
#include "video/internal.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    SIDE_MAX_PX = 1 << 20,
    SPANS_MAX = 1 << 24,
    TRACKS_MAX = 1 << 16,
    MOMENT_BYTES = 2 * sizeof(int64_t) + 2 * sizeof(int32_t),
};

#define TIME_MAX (INT64_MAX / 4)
#define EVERY_US_MAX (24 * 3600 * INT64_C(1000000)) // as in open.c

static int64_t bytes_of_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (int64_t)st.st_size : -1;
}

static void pack_ratio(ww_buffer *b, AVRational r)
{
    ww_pack_i64(b, r.num);
    ww_pack_i64(b, r.den);
}

static AVRational unpack_ratio(ww_unpack *in, int least)
{
    const int num = (int)ww_unpack_within(in, least, INT32_MAX), den = (int)ww_unpack_within(in, least, INT32_MAX);
    return (AVRational){num, den};
}

// Sums and differences of these do not overflow.
static int64_t unpack_time(ww_unpack *in) { return ww_unpack_within(in, -TIME_MAX, TIME_MAX); }

// Whose time is one.
static int64_t unpack_sample(ww_unpack *in, const ww_plan *p)
{
    return ww_unpack_within(in, 0, p->every_us > 0 ? TIME_MAX / p->every_us : 0);
}

// --- the head --------------------------------------------------------------------------------------------------------

static void pack_info(ww_buffer *b, const ww_source_info *i)
{
    ww_pack_i64(b, i->width);
    ww_pack_i64(b, i->height);
    ww_pack_i64(b, i->duration_us);
    ww_pack_i64(b, i->stream_start_us);
    ww_pack_i64(b, i->frame_count);
    ww_pack_i64(b, i->span_count);
    ww_pack_text(b, i->format);
    ww_pack_u8(b, i->cut_off);
    ww_pack_i64(b, i->promised_us);
    ww_pack_i64(b, i->tracks_more);
    ww_pack_i64(b, i->tracks_unread);
}

static void unpack_info(ww_unpack *in, ww_source_info *i)
{
    i->kind = WW_SOURCE_VIDEO;
    i->width = (int)ww_unpack_within(in, 0, SIDE_MAX_PX);
    i->height = (int)ww_unpack_within(in, 0, SIDE_MAX_PX);
    i->duration_us = unpack_time(in);
    i->stream_start_us = unpack_time(in);
    i->frame_count = unpack_time(in);
    i->span_count = (int)ww_unpack_within(in, 1, SPANS_MAX);
    char *format = ww_unpack_text(in, sizeof i->format - 1);
    if (format)
        memcpy(i->format, format, strlen(format) + 1);
    free(format);
    i->cut_off = ww_unpack_u8(in) != 0;
    i->promised_us = unpack_time(in);
    i->tracks_more = (int)ww_unpack_within(in, 0, TRACKS_MAX);
    i->tracks_unread = (int)ww_unpack_within(in, 0, TRACKS_MAX);
}

static void pack_plan(ww_buffer *b, const ww_plan *p)
{
    pack_ratio(b, p->time_base);
    ww_pack_i64(b, p->every_us);
    ww_pack_i64(b, p->intermediate_every_us);
    ww_pack_i64(b, p->origin);
    ww_pack_i64(b, p->start_us);
    ww_pack_i64(b, p->frame_ticks);
    ww_pack_u8(b, p->stamped);
    ww_pack_i64(b, p->sample_count);
    ww_pack_i64(b, p->frame_count);
    ww_pack_i64(b, p->duration_us);
    ww_pack_i32(b, p->top_layer);
}

// Animations of libwebp's have no time base.
static void unpack_plan(ww_unpack *in, ww_plan *p, bool webp)
{
    p->time_base = unpack_ratio(in, webp ? 0 : 1);
    p->every_us = ww_unpack_within(in, 1, EVERY_US_MAX);
    p->intermediate_every_us = ww_unpack_within(in, 0, EVERY_US_MAX);
    p->origin = unpack_time(in);
    p->start_us = unpack_time(in);
    p->frame_ticks = ww_unpack_within(in, 0, TIME_MAX);
    p->stamped = ww_unpack_u8(in) != 0;
    p->sample_count = unpack_sample(in, p);
    p->frame_count = unpack_time(in);
    p->duration_us = unpack_time(in);
    p->top_layer = ww_unpack_i32(in);
}

bool ww_source_pack_head(const ww_source *s, ww_buffer *b)
{
    if (s->info.kind != WW_SOURCE_VIDEO)
        return false;
    ww_pack_i64(b, bytes_of_file(s->path));
    pack_info(b, &s->info);
    ww_pack_i64(b, s->presentation.orientation);
    pack_ratio(b, s->presentation.pixel_aspect);
    ww_pack_u8(b, s->webp);
    pack_plan(b, &s->plan);
    ww_pack_i32(b, (int32_t)s->codec);
    return true;
}

// --- spans -----------------------------------------------------------------------------------------------------------

static void pack_mark(ww_buffer *b, const ww_mark *m)
{
    ww_pack_i64(b, m->pts);
    ww_pack_i64(b, m->raw_pts);
    ww_pack_i64(b, m->raw_dts);
    ww_pack_i64(b, m->clock_offset);
    ww_pack_i64(b, m->clock_last);
    ww_pack_i64(b, m->pos);
    ww_pack_i32(b, m->size);
    ww_pack_i32(b, (int32_t)m->ordinal);
}

static ww_mark unpack_mark(ww_unpack *in)
{
    ww_mark m = {0};
    m.pts = ww_unpack_i64(in);
    m.raw_pts = ww_unpack_i64(in);
    m.raw_dts = ww_unpack_i64(in);
    m.clock_offset = ww_unpack_i64(in);
    m.clock_last = ww_unpack_i64(in);
    m.pos = ww_unpack_i64(in);
    m.size = ww_unpack_i32(in);
    m.ordinal = (uint32_t)ww_unpack_i32(in);
    return m;
}

// Its mark and that of the span before, from where it is read a second time; its samples; its moments.
void ww_source_pack_span(const ww_source *s, int span, ww_buffer *b)
{
    const ww_plan *p = &s->plan;
    if (s->webp) // is played from its beginning
        return;
    const ww_span *own = &p->spans[span];
    pack_mark(b, &p->spans[span > 0 ? span - 1 : 0].mark);
    pack_mark(b, &own->mark);
    ww_pack_i64(b, own->first_sample);
    ww_pack_i64(b, ww_plan_span_end(p, span));
    ww_pack_i64(b, (int64_t)own->count);
    for (size_t i = own->first; i < own->first + own->count; i++) {
        const ww_moment *m = &p->moments[i];
        ww_pack_i64(b, m->pts);
        ww_pack_i64(b, m->sample);
        ww_pack_i32(b, (int32_t)m->ordinal);
        ww_pack_i32(b, (int32_t)m->start);
    }
}

static bool unpack_moments(ww_unpack *in, ww_plan *p)
{
    const size_t count = ww_unpack_count(in, MOMENT_BYTES);
    ww_moment *moments = ww_try_array(count, sizeof *moments);
    if (!moments)
        return false;
    for (size_t i = 0; i < count; i++) {
        moments[i].pts = unpack_time(in);
        moments[i].sample = unpack_sample(in, p);
        moments[i].ordinal = (uint32_t)ww_unpack_i32(in);
        moments[i].start = (uint32_t)ww_unpack_i32(in);
    }
    free(p->moments);
    p->moments = moments;
    p->moment_count = p->moment_capacity = count;
    return true;
}

static ww_status no_sense(const ww_unpack *in, const char *path, ww_error *err)
{
    if (in->starved)
        return ww_fail_memory(err, "the plan of a video");
    return ww_fail(err, WW_ERR_FORMAT,
                   "%s: what another process knew of it makes no sense; the same whoswho must run on "
                   "all machines",
                   path);
}

ww_status ww_source_take_span(ww_source *s, int span, const void *bytes, size_t count, ww_error *err)
{
    ww_plan *p = &s->plan;
    if (s->webp) // nothing was packed
        return WW_OK;
    ww_unpack in = {bytes, count > 0 ? (const uint8_t *)bytes + count : bytes, false, false};
    if (span < 0 || span >= p->span_count)
        return ww_fail(err, WW_ERR_ARGUMENT, "%s: it has no span %d", s->path, span);
    p->spans[span > 0 ? span - 1 : 0].mark = unpack_mark(&in);
    p->spans[span].mark = unpack_mark(&in);
    p->spans[span].first_sample = unpack_sample(&in, p);
    const int64_t end = unpack_sample(&in, p);
    if (span + 1 < p->span_count)
        p->spans[span + 1].first_sample = end;
    if (!unpack_moments(&in, p))
        return ww_fail_memory(err, "the plan of a video");
    p->spans[span].first = 0;
    p->spans[span].count = p->moment_count;
    return ww_unpack_done(&in) ? WW_OK : no_sense(&in, s->path, err);
}

// --- opening ---------------------------------------------------------------------------------------------------------

static ww_status unpack_head(ww_source *s, ww_unpack *in, const ww_source_options *o, ww_error *err)
{
    const int64_t was = ww_unpack_i64(in), is = bytes_of_file(s->path);
    const int why = errno;
    unpack_info(in, &s->info);
    s->presentation.orientation = (int)ww_unpack_within(in, 0, 8);
    s->presentation.pixel_aspect = unpack_ratio(in, 0);
    s->webp = ww_unpack_u8(in) != 0;
    unpack_plan(in, &s->plan, s->webp);
    s->codec = (enum AVCodecID)ww_unpack_i32(in);
    if (!ww_unpack_done(in))
        return no_sense(in, s->path, err);
    if (is < 0)
        return ww_fail_errno(err, why, "%s: cannot be opened", s->path);
    if (was != is)
        return ww_fail(err, WW_ERR_IO, "'%s' has changed while it was scanned; scan it again", s->path);
    s->plan.spans = ww_try_array((size_t)s->info.span_count, sizeof *s->plan.spans);
    s->plan.span_count = s->plan.span_capacity = s->info.span_count;
    if (!s->plan.spans)
        return ww_fail_memory(err, "the plan of a video");
    if (o->hwaccel && !s->webp)
        s->device = ww_hwaccel_choose(o->hwaccel, s->codec, &s->no_device);
    s->info.on_device = s->device.name != NULL;
    return WW_OK;
}

ww_status ww_source_open_planned(const char *path, const ww_source_options *o, const void *head, size_t bytes,
                                 ww_source **source, ww_error *err)
{
    ww_unpack in = {head, (const uint8_t *)head + bytes, false, false};
    ww_source *s = ww_alloc(sizeof *s);
    s->path = ww_strdup(path);
    s->cancel = o->cancel;
    s->track = o->track;
    s->no_loop_filter = o->no_loop_filter;
    const ww_status status = unpack_head(s, &in, o, err);
    if (status != WW_OK)
        ww_source_close(s);
    else
        *source = s;
    return status;
}
