// SPDX-License-Identifier: MIT
#include "base/memory.h"
#include "video/decoder.h"
#include "video/internal.h"
#include <stdlib.h>

// The decoder of the next span: the hardware's, where there is one that was not given up.
static ww_status pick_decoder(ww_reader *reader, ww_error *err)
{
    const AVStream *stream = reader->demuxer->stream;
    ww_status status = WW_OK;
    if (reader->hardware.decoder && !reader->hardware.trouble) {
        reader->decoder = reader->hardware.decoder;
        return WW_OK;
    }
    if (reader->hardware.for_good) { // its surfaces are of no more use
        av_frame_unref(reader->frame);
        avcodec_free_context(&reader->hardware.decoder);
    }
    if (!reader->software)
        status = ww_decoder_open(&reader->software, stream->codecpar, stream->time_base, reader->source->path, err);
    if (status == WW_OK && reader->source->no_loop_filter)
        reader->software->skip_loop_filter = AVDISCARD_ALL;
    reader->decoder = reader->software;
    return status;
}

ww_status ww_reader_open(const ww_source *source, ww_reader **reader, ww_error *err)
{
    ww_reader *r = ww_alloc(sizeof *r);
    r->source = source;
    if (source->info.kind == WW_SOURCE_PHOTO || source->webp) {
        *reader = r;
        return WW_OK;
    }
    r->demuxer = source->spare ? atomic_exchange(&source->spare->demuxer, NULL) : NULL;
    ww_status status = WW_OK;
    if (!r->demuxer) {
        r->demuxer = ww_alloc(sizeof *r->demuxer);
        status = ww_demuxer_open(r->demuxer, source->path, source->track, &source->cancel, err);
        r->fresh = true;
    }
    r->packet = av_packet_alloc();
    r->carried = av_packet_alloc();
    r->frame = av_frame_alloc();
    if (status == WW_OK && !(r->packet && r->carried && r->frame))
        status = ww_fail(err, WW_ERR_MEMORY, "%s: no memory to read it", source->path);
    if (status == WW_OK && source->device.name)
        ww_hardware_open(&r->hardware, &source->device, r->demuxer->stream->codecpar, r->demuxer->stream->time_base,
                         source->path);
    if (status == WW_OK)
        status = pick_decoder(r, err);
    if (status != WW_OK) {
        ww_reader_close(r);
        return status;
    }
    *reader = r;
    return WW_OK;
}

void ww_reader_close(ww_reader *reader)
{
    if (!reader)
        return;
    ww_picture_maker_free(&reader->maker);
    ww_hardware_close(&reader->hardware);
    avcodec_free_context(&reader->software);
    av_packet_free(&reader->packet);
    av_packet_free(&reader->carried);
    av_frame_free(&reader->frame);
    ww_demuxer_free(reader->demuxer);
    free(reader);
}

ww_status ww_reader_go(ww_reader *reader, const ww_mark *mark, bool walk, ww_error *err)
{
    if (!reader->demuxer->format) { // an earlier span lost it
        ww_status status =
            ww_demuxer_open(reader->demuxer, reader->source->path, reader->source->track, &reader->source->cancel, err);
        reader->fresh = status == WW_OK;
        if (status != WW_OK)
            return status;
    }
    bool there = reader->fresh && mark->ordinal == 0;
    reader->fresh = false;
    if (there || (!walk && ww_demuxer_seek(reader->demuxer, mark)))
        return WW_OK;
    return ww_demuxer_walk(reader->demuxer, mark, err);
}

void ww_note_damage(ww_reader *reader, ww_sink *sink, int64_t begin_us, int64_t end_us)
{
    ww_damage *d = &sink->damage;
    const int64_t start_us = reader->source->plan.start_us;
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

// As people read times: from the first picture of the stream.
static double seconds_of(const ww_source *source, int64_t time_us)
{
    return (double)(time_us - source->info.stream_start_us) / 1e6;
}

char *ww_damage_words(const ww_source *source, const ww_damage *damage)
{
    if (source->info.kind == WW_SOURCE_PHOTO)
        return ww_strf("%s: the picture is damaged or cut off; the part that can be read is used", source->path);
    return ww_strf("%s: %lld of the moments looked at between %.1f s and %.1f s are damaged: %lld could not be "
                   "decoded, %lld only in part",
                   source->path, (long long)damage->lost + damage->concealed, seconds_of(source, damage->begin_us),
                   seconds_of(source, damage->end_us), (long long)damage->lost, (long long)damage->concealed);
}

char *ww_cut_off_words(const ww_source *source)
{
    const ww_source_info *info = &source->info;
    if (!info->cut_off)
        return NULL;
    if (!info->promised_us)
        return ww_strf("%s: the file is cut off; what is there is used", source->path);
    return ww_strf(
        "%s: its header promises %.1f s of footage but there are only %.1f s of video; what is there is used",
        source->path, (double)info->promised_us / 1e6, (double)info->duration_us / 1e6);
}

// --- hardware --------------------------------------------------------------------------------------------------------

static bool stop_at_trouble(ww_reader *reader, ww_sink *sink)
{
    if (reader->decoder != reader->hardware.decoder || !reader->hardware.trouble)
        return false;
    sink->status = ww_fail(sink->err, WW_ERR_UNSUPPORTED, "%s: %s", reader->source->path, reader->hardware.why);
    return true;
}

// What the decoder at work just gave ends the span: trouble with hardware, or no memory.
static bool stop_at(ww_reader *reader, ww_sink *sink, int code)
{
    if (reader->decoder == reader->hardware.decoder) {
        ww_hardware_check(&reader->hardware, code);
        return stop_at_trouble(reader, sink);
    }
    if (!ww_decoder_starved(reader->decoder, code))
        return false;
    sink->status = ww_fail(sink->err, WW_ERR_MEMORY, "%s: no memory to decode it", reader->source->path);
    return true;
}

bool ww_reader_feed(ww_reader *reader, ww_sink *sink, const ww_stamp *stamp, bool needed)
{
    const int code = ww_decoder_send(reader->decoder, reader->packet, stamp, needed);
    stop_at(reader, sink, code);
    return code >= 0 || code == AVERROR(EAGAIN);
}

bool ww_reader_receive(ww_reader *reader, ww_sink *sink)
{
    const int code = avcodec_receive_frame(reader->decoder, reader->frame);
    const bool stopped = stop_at(reader, sink, code);
    if (!stopped && code == 0 && ww_frame_is_concealed(reader->frame))
        ww_reader_doubts(reader, sink, "gave a picture in part");
    return !stopped && !stop_at_trouble(reader, sink) && code == 0;
}

bool ww_reader_doubts(ww_reader *reader, ww_sink *sink, const char *why)
{
    if (reader->decoder == reader->hardware.decoder)
        ww_hardware_doubt(&reader->hardware, why);
    return stop_at_trouble(reader, sink);
}

ww_decoding ww_reader_decoding(const ww_reader *reader)
{
    return (ww_decoding){.device = reader->device_gave ? reader->source->device.name : NULL,
                         .fallback = reader->hardware.trouble ? reader->hardware.why : reader->source->no_device};
}

// --- frames ----------------------------------------------------------------------------------------------------------

static void give(ww_sink *sink, ww_frame *out)
{
    if (out->width == 0) {
        out->width = out->image.width;
        out->height = out->image.height;
    }
    sink->handed_out++;
    sink->status = sink->on_frame(sink->user, out, sink->err);
}

static void hand_out(ww_reader *reader, ww_sink *sink, const AVFrame *frame, ww_frame out)
{
    const bool had = out.time_us <= sink->had_us;
    if (!had && reader->decoder == reader->hardware.decoder) {
        frame = ww_hardware_fetch(&reader->hardware, frame);
        reader->device_gave = reader->device_gave || frame;
        if (stop_at_trouble(reader, sink))
            return;
    }
    out.scale = 1;
    sink->sample = out.sample;
    sink->time_us = out.time_us;
    if (had) {
        sink->handed_out++;
        return;
    }
    out.time_us += reader->source->plan.start_us;
    sink->status = ww_picture_make(&reader->maker, frame, &reader->source->presentation, &out.image, sink->err);
    if (sink->status != WW_OK) {
        ww_error_prefix(sink->err, "%s: at %.3f s", reader->source->path, seconds_of(reader->source, out.time_us));
        return;
    }
    out.decoded = out.image.plane[0].data == frame->data[0] ? frame : NULL;
    give(sink, &out);
}

void ww_hand_out(ww_reader *reader, ww_sink *sink, const AVFrame *frame, int64_t sample, int64_t time_us)
{
    hand_out(reader, sink, frame, (ww_frame){.sample = sample, .time_us = time_us});
}

// An intermediate frame falls on whatever frame there is: one that comes a little early is taken, so that three a
// second of a film do not become two; just before a sample there is nothing to learn.
static bool wants_look(const ww_reader *reader, const ww_sink *sink, int64_t time_us, int64_t next_sample_us)
{
    const int64_t every_us = reader->source->plan.intermediate_every_us;
    if (every_us == 0 || sink->handed_out == 0 || sink->status != WW_OK)
        return false;
    return time_us - sink->time_us >= every_us - every_us / 8 && next_sample_us - time_us >= every_us / 2;
}

void ww_hand_out_intermediate(ww_reader *reader, ww_sink *sink, const AVFrame *frame, int64_t time_us,
                              int64_t next_sample_us)
{
    if (wants_look(reader, sink, time_us, next_sample_us))
        hand_out(reader, sink, frame, (ww_frame){.sample = sink->sample, .time_us = time_us, .intermediate = true});
}

static void read_photo(ww_reader *reader, int page, ww_sink *sink)
{
    ww_frame out = {.scale = 1, .sample = page, .time_us = page * WW_PAGE_US};
    bool partial = false;
    sink->status = ww_photo_decode_page(reader->source->path, page, &out.image, &out.scale, &partial, sink->err);
    if (sink->status != WW_OK)
        return;
    if (out.scale < 1) { // only of photos of one page
        out.width = reader->source->info.width;
        out.height = reader->source->info.height;
    }
    if (partial) {
        ww_note_damage(reader, sink, out.time_us, out.time_us + WW_PAGE_US);
        sink->damage.concealed++;
    }
    give(sink, &out);
    ww_image_free(&out.image);
}

// --- WebP animations -------------------------------------------------------------------------------------------------

struct animation {
    ww_reader *reader;
    ww_sink *sink;
};

static ww_status on_animation_frame(void *user, const ww_image *image, int64_t begin_us, int64_t end_us)
{
    struct animation *a = user;
    ww_sink *sink = a->sink;
    const ww_plan *plan = &a->reader->source->plan;
    int64_t sample = ww_plan_sample(plan, begin_us);
    ww_frame out = {.image = *image, .scale = 1, .sample = sample, .time_us = begin_us};
    if (sample != 0 && sample * plan->every_us >= end_us) {
        if (!wants_look(a->reader, sink, begin_us, sample * plan->every_us))
            return WW_OK;
        out.intermediate = true;
        out.sample = sink->sample;
    }
    sink->sample = out.sample;
    sink->time_us = begin_us;
    give(sink, &out);
    return sink->status;
}

static void read_webp(ww_reader *reader, ww_sink *sink)
{
    const ww_plan *plan = &reader->source->plan;
    int64_t damaged_us = -1;
    ww_status status = ww_photo_play_webp(reader->source->path, on_animation_frame, &(struct animation){reader, sink},
                                          &damaged_us, sink->err);
    if (sink->status == WW_OK)
        sink->status = status;
    if (damaged_us >= 0) {
        ww_note_damage(reader, sink, damaged_us, plan->duration_us);
        sink->damage.lost += plan->sample_count - ww_plan_sample(plan, damaged_us) + 1;
    }
}

static void read_video(ww_reader *reader, int span, ww_sink *sink)
{
    if (reader->source->plan.stamped)
        ww_read_selected(reader, span, sink);
    else
        ww_read_sequence(reader, sink);
}

// On hardware, where there is any; where it fails, in software, which hands out the frames that are still wanting.
static void read_on_either(ww_reader *reader, int span, ww_sink *sink)
{
    if (!reader->hardware.for_good)
        reader->hardware.trouble = false;
    reader->device_gave = false;
    sink->status = pick_decoder(reader, sink->err);
    if (sink->status == WW_OK)
        read_video(reader, span, sink);
    if (!stop_at_trouble(reader, sink))
        return;
    const int64_t had_us = sink->handed_out ? sink->time_us : INT64_MIN;
    *sink = (ww_sink){.on_frame = sink->on_frame, .user = sink->user, .err = sink->err, .had_us = had_us};
    sink->status = pick_decoder(reader, sink->err);
    if (sink->status == WW_OK)
        read_video(reader, span, sink);
}

ww_status ww_reader_span(ww_reader *reader, int span,
                         ww_status (*on_frame)(void *user, const ww_frame *frame, ww_error *err), void *user,
                         ww_damage *damage, ww_error *err)
{
    const ww_source *source = reader->source;
    if (span < 0 || span >= source->info.span_count)
        return ww_fail(err, WW_ERR_ARGUMENT, "%s: it has no span %d", source->path, span);
    ww_sink sink = {.on_frame = on_frame, .user = user, .err = err, .had_us = INT64_MIN};
    if (source->info.kind == WW_SOURCE_PHOTO)
        read_photo(reader, span, &sink);
    else if (source->webp)
        read_webp(reader, &sink);
    else
        read_on_either(reader, span, &sink);
    if (damage)
        *damage = sink.damage;
    if (sink.status == WW_OK && !sink.handed_out && source->info.span_count == 1)
        return ww_fail(err, WW_ERR_FORMAT, "%s: none of its frames could be decoded", source->path);
    return sink.status;
}
