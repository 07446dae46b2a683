// SPDX-License-Identifier: MIT
#include "base/memory.h"
#include "video/decoder.h"
#include "video/room.h"
#include <stdlib.h>

ww_status ww_reader_open(const ww_footage *footage, ww_reader **reader, ww_error *err)
{
    ww_reader *r = ww_alloc(sizeof *r);
    r->footage = footage;
    if (footage->info.kind == WW_FOOTAGE_PHOTO || footage->webp) {
        *reader = r;
        return WW_OK;
    }
    ww_status status = ww_source_open(&r->source, footage->path, &footage->cancel, err);
    r->fresh = true;
    r->packet = av_packet_alloc();
    r->carried = av_packet_alloc();
    r->frame = av_frame_alloc();
    if (status == WW_OK && !(r->packet && r->carried && r->frame))
        status = ww_fail(err, WW_ERR_MEMORY, "%s: no memory to read it", footage->path);
    if (status == WW_OK)
        status = ww_decoder_open(&r->decoder, r->source.stream->codecpar, r->source.stream->time_base, footage->path, err);
    if (status != WW_OK)
        ww_reader_close(r);
    else
        *reader = r;
    return status;
}

void ww_reader_close(ww_reader *reader)
{
    if (!reader)
        return;
    ww_picture_maker_free(&reader->maker);
    avcodec_free_context(&reader->decoder);
    av_packet_free(&reader->packet);
    av_packet_free(&reader->carried);
    av_frame_free(&reader->frame);
    ww_source_close(&reader->source);
    free(reader);
}

ww_status ww_reader_go(ww_reader *reader, const ww_mark *mark, bool walk, ww_error *err)
{
    if (!reader->source.format) { // an earlier span lost it
        ww_status status = ww_source_open(&reader->source, reader->footage->path, &reader->footage->cancel, err);
        reader->fresh = status == WW_OK;
        if (status != WW_OK)
            return status;
    }
    bool there = reader->fresh && mark->ordinal == 0;
    reader->fresh = false;
    if (there || (!walk && ww_source_seek(&reader->source, mark)))
        return WW_OK;
    return ww_source_walk(&reader->source, mark, err);
}

void ww_note_damage(ww_reader *reader, ww_sink *sink, int64_t begin_us, int64_t end_us)
{
    ww_damage *d = &sink->damage;
    const int64_t start_us = reader->footage->plan.start_us;
    bool first = d->lost == 0 && d->concealed == 0;
    if (first || begin_us + start_us < d->begin_us)
        d->begin_us = begin_us + start_us;
    if (first || end_us + start_us > d->end_us)
        d->end_us = end_us + start_us;
}

bool ww_frame_is_concealed(const AVFrame *frame)
{
    return frame->decode_error_flags != 0 || (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0;
}

char *ww_damage_words(const ww_footage *footage, const ww_damage *damage)
{
    if (footage->info.kind == WW_FOOTAGE_PHOTO)
        return ww_strf("%s: the picture is damaged or cut off; the part that can be read is used", footage->path);
    return ww_strf("%s: %lld of the moments looked at between %.1f s and %.1f s are damaged: %lld could not be decoded, %lld only in part",
                   footage->path, (long long)(damage->lost + damage->concealed), (double)damage->begin_us / 1e6,
                   (double)damage->end_us / 1e6, (long long)damage->lost, (long long)damage->concealed);
}

static void give(ww_sink *sink, const ww_frame *out)
{
    sink->handed_out++;
    sink->status = sink->on_frame(sink->user, out, sink->err);
}

static void hand_out(ww_reader *reader, ww_sink *sink, const AVFrame *frame, ww_frame out)
{
    out.scale = 1;
    sink->sample = out.sample;
    sink->time_us = out.time_us;
    out.time_us += reader->footage->plan.start_us;
    sink->status = ww_picture_make(&reader->maker, frame, &reader->footage->presentation, &out.image, sink->err);
    if (sink->status != WW_OK) {
        ww_error_prefix(sink->err, "%s: at %.3f s", reader->footage->path, (double)out.time_us / 1e6);
        return;
    }
    give(sink, &out);
}

void ww_hand_out(ww_reader *reader, ww_sink *sink, const AVFrame *frame, int64_t sample, int64_t time_us)
{
    hand_out(reader, sink, frame, (ww_frame){.sample = sample, .time_us = time_us});
}

// A look falls on whatever frame there is: one that comes a little early is taken, so that three a second of a film do not become
// two; just before a sample there is nothing to learn.
static bool wants_look(const ww_reader *reader, const ww_sink *sink, int64_t time_us, int64_t next_sample_us)
{
    const int64_t every_us = reader->footage->plan.look_every_us;
    if (every_us == 0 || sink->handed_out == 0 || sink->status != WW_OK)
        return false;
    return time_us - sink->time_us >= every_us - every_us / 8 && next_sample_us - time_us >= every_us / 2;
}

void ww_hand_out_look(ww_reader *reader, ww_sink *sink, const AVFrame *frame, int64_t time_us, int64_t next_sample_us)
{
    if (wants_look(reader, sink, time_us, next_sample_us))
        hand_out(reader, sink, frame, (ww_frame){.sample = sink->sample, .time_us = time_us, .look = true});
}

static void read_photo(ww_reader *reader, int page, ww_sink *sink)
{
    ww_frame out = {.scale = 1, .sample = page, .time_us = page * WW_PAGE_US};
    bool partial = false;
    sink->status = ww_photo_decode_page(reader->footage->path, page, &out.image, &out.scale, &partial, sink->err);
    if (sink->status != WW_OK)
        return;
    if (partial) {
        ww_note_damage(reader, sink, out.time_us, out.time_us + WW_PAGE_US);
        sink->damage.concealed++;
    }
    give(sink, &out);
    ww_image_free(&out.image);
}

// --- WebP animations ------------------------------------------------------------------------------------------------------------

struct animation {
    ww_reader *reader;
    ww_sink *sink;
};

static ww_status on_animation_frame(void *user, const ww_image *image, int64_t begin_us, int64_t end_us)
{
    struct animation *a = user;
    ww_sink *sink = a->sink;
    const ww_plan *plan = &a->reader->footage->plan;
    int64_t sample = ww_plan_sample(plan, begin_us);
    ww_frame out = {.image = *image, .scale = 1, .sample = sample, .time_us = begin_us};
    if (sample != 0 && sample * plan->every_us >= end_us) {
        if (!wants_look(a->reader, sink, begin_us, sample * plan->every_us))
            return WW_OK;
        out.look = true;
        out.sample = sink->sample;
    }
    sink->sample = out.sample;
    sink->time_us = begin_us;
    give(sink, &out);
    return sink->status;
}

static void read_webp(ww_reader *reader, ww_sink *sink)
{
    const ww_plan *plan = &reader->footage->plan;
    int64_t damaged_us = -1;
    ww_status status = ww_photo_play_webp(reader->footage->path, on_animation_frame, &(struct animation){reader, sink}, &damaged_us, sink->err);
    if (sink->status == WW_OK)
        sink->status = status;
    if (damaged_us >= 0) {
        ww_note_damage(reader, sink, damaged_us, plan->duration_us);
        sink->damage.lost += plan->sample_count - ww_plan_sample(plan, damaged_us) + 1;
    }
}

ww_status ww_reader_span(ww_reader *reader, int span, ww_status (*on_frame)(void *user, const ww_frame *frame, ww_error *err),
                         void *user, ww_damage *damage, ww_error *err)
{
    const ww_footage *footage = reader->footage;
    if (span < 0 || span >= footage->info.span_count)
        return ww_fail(err, WW_ERR_ARGUMENT, "%s: it has no span %d", footage->path, span);
    ww_sink sink = {.on_frame = on_frame, .user = user, .err = err};
    if (footage->info.kind == WW_FOOTAGE_PHOTO)
        read_photo(reader, span, &sink);
    else if (footage->webp)
        read_webp(reader, &sink);
    else if (footage->plan.stamped)
        ww_read_selected(reader, span, &sink);
    else
        ww_read_sequence(reader, &sink);
    if (damage)
        *damage = sink.damage;
    if (sink.status == WW_OK && !sink.handed_out && footage->info.span_count == 1)
        return ww_fail(err, WW_ERR_FORMAT, "%s: none of its frames could be decoded", footage->path);
    return sink.status;
}
