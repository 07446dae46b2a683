// SPDX-License-Identifier: MIT
#include "base/memory.h"
#include "video/decoder.h"
#include "video/room.h"
#include <stdlib.h>

ww_status ww_reader_open(const ww_footage *footage, ww_reader **reader, ww_error *err)
{
    ww_reader *r = ww_alloc(sizeof *r);
    r->footage = footage;
    if (footage->info.kind == WW_FOOTAGE_PHOTO) {
        *reader = r;
        return WW_OK;
    }
    ww_status status = ww_source_open(&r->source, footage->path, err);
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
    bool there = reader->fresh && mark->ordinal == 0;
    reader->fresh = false;
    if (there || (!walk && ww_source_seek(&reader->source, mark)))
        return WW_OK;
    return ww_source_walk(&reader->source, mark, err);
}

static void hand_out(ww_reader *reader, ww_sink *sink, const AVFrame *frame, ww_frame out)
{
    out.scale = 1;
    sink->status = ww_picture_make(&reader->maker, frame, &reader->footage->presentation, &out.image, sink->err);
    if (sink->status != WW_OK) {
        ww_error_prefix(sink->err, "%s: at %.3f s", reader->footage->path, (double)out.time_us / 1e6);
        return;
    }
    sink->handed_out++;
    sink->sample = out.sample;
    sink->time_us = out.time_us;
    sink->status = sink->on_frame(sink->user, &out, sink->err);
}

void ww_hand_out(ww_reader *reader, ww_sink *sink, const AVFrame *frame, int64_t sample, int64_t time_us)
{
    hand_out(reader, sink, frame, (ww_frame){.sample = sample, .time_us = time_us});
}

// A look falls on whatever frame there is: one that comes a little early is taken, so that three a second of a film do not become
// two; just before a sample there is nothing to learn.
void ww_hand_out_look(ww_reader *reader, ww_sink *sink, const AVFrame *frame, int64_t time_us, int64_t next_sample_us)
{
    const int64_t every_us = reader->footage->plan.look_every_us;
    if (every_us == 0 || sink->handed_out == 0 || sink->status != WW_OK)
        return;
    if (time_us - sink->time_us < every_us - every_us / 8 || next_sample_us - time_us < every_us / 2)
        return;
    hand_out(reader, sink, frame, (ww_frame){.sample = sink->sample, .time_us = time_us, .look = true});
}

static void read_photo(ww_reader *reader, ww_sink *sink)
{
    ww_frame out = {.scale = 1};
    sink->status = ww_photo_decode(reader->footage->path, &reader->footage->log, &out.image, &out.scale, sink->err);
    if (sink->status != WW_OK)
        return;
    sink->handed_out++;
    sink->status = sink->on_frame(sink->user, &out, sink->err);
    ww_image_free(&out.image);
}

ww_status ww_reader_span(ww_reader *reader, int span, ww_status (*on_frame)(void *user, const ww_frame *frame, ww_error *err),
                         void *user, int64_t *damaged, ww_error *err)
{
    const ww_footage *footage = reader->footage;
    if (span < 0 || span >= footage->info.span_count)
        return ww_fail(err, WW_ERR_ARGUMENT, "%s: it has no span %d", footage->path, span);
    ww_sink sink = {.on_frame = on_frame, .user = user, .err = err};
    if (footage->info.kind == WW_FOOTAGE_PHOTO)
        read_photo(reader, &sink);
    else if (footage->plan.stamped)
        ww_read_selected(reader, span, &sink);
    else
        ww_read_sequence(reader, &sink);
    if (damaged)
        *damaged = sink.lost;
    if (sink.status == WW_OK && !sink.handed_out && footage->info.span_count == 1)
        return ww_fail(err, WW_ERR_FORMAT, "%s: none of its frames could be decoded", footage->path);
    return sink.status;
}
