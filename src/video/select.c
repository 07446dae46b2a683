// SPDX-License-Identifier: MIT
// Decodes what the wanted frames of a span need and nothing else.
//
// In decoding order, a packet is skipped when no moment ahead starts at or before it; else it is decoded, except that
// the decoder drops it when no other frame refers to it and it is not wanted itself. After a skip the decoder is
// emptied and flushed, so that it stands at the key frame that follows as it would at the beginning of a file. The
// pixels are those of a full decode.
//
// When a wanted frame does not come out, the span is read a second time from the key frame of the span before, without
// skipping: some encoders spread a refresh over many frames and mark its beginning as a key frame. What is missing then
// is damaged.
//
// A frame of which the decoder had to guess a part spoils all that are predicted from it: up to the next key frame they
// count as damaged too, even those that decode without a complaint.
#include "video/decoder.h"
#include "video/internal.h"

#include "base/memory.h"
#include <stdlib.h>

typedef enum pass_kind {
    PASS_FIRST,
    PASS_AGAIN, // without skipping, from further back; the last word
} pass_kind;

typedef struct pass {
    ww_reader *reader;
    ww_sink *sink;
    pass_kind kind;
    const ww_moment *moments; // of the span, in order of time
    size_t count, next;       // `next` is the first that is not settled
    int64_t end_sample;
    bool tainted;     // a frame since the last key frame was concealed, or did not come out
    bool missed;      // PASS_FIRST: a moment did not come out
    bool astray;      // the packets are not those that were planned
    ww_moment *order; // the unsettled ones in order of decoding, `start` the earliest of all from there on
    size_t order_count, order_next;
} pass;

static int by_ordinal(const void *a, const void *b)
{
    uint32_t x = ((const ww_moment *)a)->ordinal, y = ((const ww_moment *)b)->ordinal;
    return (x > y) - (x < y);
}

static void put_in_order(pass *p)
{
    p->order_count = p->count - p->next;
    p->order_next = 0;
    for (size_t i = 0; i < p->order_count; i++)
        p->order[i] = p->moments[p->next + i];
    qsort(p->order, p->order_count, sizeof *p->order, by_ordinal);
    uint32_t start = UINT32_MAX;
    for (size_t i = p->order_count; i-- > 0;) {
        if (p->order[i].start < start)
            start = p->order[i].start;
        p->order[i].start = p->kind == PASS_AGAIN ? 0 : start;
    }
}

static int64_t sample_of(const pass *p, size_t moment)
{
    return moment < p->count ? p->moments[moment].sample : p->end_sample;
}

// The next moment is damaged, from its own time to that of the moment after it.
static void note_damage(pass *p)
{
    const ww_plan *plan = &p->reader->source->plan;
    int64_t end_us =
        p->next + 1 < p->count ? ww_plan_time_us(plan, p->moments[p->next + 1].pts) : p->end_sample * plan->every_us;
    ww_note_damage(p->reader, p->sink, ww_plan_time_us(plan, p->moments[p->next].pts), end_us);
}

static void lose(pass *p)
{
    note_damage(p);
    p->sink->damage.lost += sample_of(p, p->next + 1) - sample_of(p, p->next);
    p->next++;
}

// The next moment did not come out although a later frame, or the end, did.
static void miss(pass *p)
{
    if (p->kind == PASS_FIRST)
        p->missed = true;
    else
        lose(p);
}

static bool goes_on(const pass *p) { return p->sink->status == WW_OK && !p->missed && !p->astray; }

static void settle(pass *p, const AVFrame *frame)
{
    while (goes_on(p) && p->next < p->count && p->moments[p->next].pts < frame->pts)
        miss(p);
    if (!goes_on(p) || p->next == p->count)
        return;
    const ww_plan *plan = &p->reader->source->plan;
    if (p->moments[p->next].pts != frame->pts) {
        if (p->next > 0 && !ww_frame_is_concealed(frame))
            ww_hand_out_intermediate(p->reader, p->sink, frame, ww_plan_time_us(plan, frame->pts),
                                     ww_plan_time_us(plan, p->moments[p->next].pts));
        return;
    }
    if (p->tainted) {
        note_damage(p);
        p->sink->damage.concealed++;
    }
    ww_hand_out(p->reader, p->sink, frame, sample_of(p, p->next), ww_plan_time_us(plan, frame->pts));
    p->next++;
}

static void receive(pass *p)
{
    const AVFrame *frame = p->reader->frame;
    while (goes_on(p) && ww_reader_receive(p->reader, p->sink)) {
        p->tainted = ww_frame_is_concealed(frame) || (p->tainted && !frame->key_frame);
        if (frame->pts != AV_NOPTS_VALUE)
            settle(p, frame);
    }
}

static void drain(pass *p)
{
    avcodec_send_packet(p->reader->decoder, NULL);
    receive(p);
    avcodec_flush_buffers(p->reader->decoder);
}

// A change of parameters rides on some packet; it holds for all that follow, so it must not be lost with a skipped one.
static void carry_side_data(const AVPacket *from, AVPacket *to)
{
    static const enum AVPacketSideDataType lasting[] = {AV_PKT_DATA_NEW_EXTRADATA, AV_PKT_DATA_PARAM_CHANGE,
                                                        AV_PKT_DATA_PALETTE};
    for (size_t i = 0; i < sizeof lasting / sizeof *lasting; i++) {
        size_t bytes = 0, already = 0;
        const uint8_t *data = av_packet_get_side_data(from, lasting[i], &bytes);
        if (!data || av_packet_get_side_data(to, lasting[i], &already))
            continue;
        uint8_t *copy = av_packet_new_side_data(to, lasting[i], bytes);
        if (copy)
            memcpy(copy, data, bytes);
    }
}

static void skip(ww_reader *reader)
{
    AVPacket *newest = reader->packet;
    if (!newest->side_data_elems)
        return;
    carry_side_data(reader->carried, newest);
    av_packet_free_side_data(reader->carried);
    carry_side_data(newest, reader->carried);
}

static void feed(pass *p, const ww_stamp *stamp, bool needed)
{
    ww_reader *reader = p->reader;
    if (reader->carried->side_data_elems) {
        carry_side_data(reader->carried, reader->packet);
        av_packet_free_side_data(reader->carried);
    }
    if (!ww_reader_feed(reader, p->sink, stamp, needed))
        p->tainted = true;
    receive(p);
}

typedef enum fate { FATE_SKIP, FATE_REFERENCE, FATE_WANTED, FATE_BEYOND } fate;

static fate fate_of(pass *p, const ww_stamp *stamp)
{
    while (p->order_next < p->order_count && p->order[p->order_next].ordinal < stamp->ordinal)
        p->order_next++;
    if (p->order_next == p->order_count)
        return FATE_BEYOND;
    const ww_moment *ahead = &p->order[p->order_next];
    if (stamp->ordinal < ahead->start)
        return FATE_SKIP;
    if (stamp->ordinal != ahead->ordinal)
        return FATE_REFERENCE;
    p->astray = stamp->pts != ahead->pts;
    return FATE_WANTED;
}

static void run(pass *p, const ww_mark *mark, bool walk)
{
    ww_reader *reader = p->reader;
    p->missed = p->astray = p->tainted = false;
    put_in_order(p);
    p->sink->status = ww_reader_go(reader, mark, walk, p->sink->err);
    if (p->sink->status != WW_OK)
        return;
    avcodec_flush_buffers(reader->decoder);
    ww_stamp stamp;
    fate now = FATE_REFERENCE;
    while (goes_on(p) && now != FATE_BEYOND && ww_demuxer_next(reader->demuxer, reader->packet, &stamp)) {
        fate before = now;
        if (!stamp.continued) // a second field shares the fate of the first
            now = fate_of(p, &stamp);
        if (now == FATE_SKIP)
            skip(reader);
        if (before == FATE_SKIP && now != FATE_SKIP)
            drain(p);
        if ((now == FATE_REFERENCE || now == FATE_WANTED) && goes_on(p))
            feed(p, &stamp, now == FATE_WANTED || stamp.layer < reader->source->plan.top_layer);
        av_packet_unref(reader->packet);
    }
    ww_status trouble = ww_source_trouble(reader->demuxer, p->sink->err);
    if (p->sink->status == WW_OK)
        p->sink->status = trouble;
    if (goes_on(p))
        drain(p);
    while (goes_on(p) && p->next < p->count)
        miss(p);
}

void ww_read_selected(ww_reader *reader, int span, ww_sink *sink)
{
    const ww_plan *plan = &reader->source->plan;
    const ww_span *s = &plan->spans[span];
    pass p = {.reader = reader,
              .sink = sink,
              .moments = plan->moments + s->first,
              .count = s->count,
              .end_sample = ww_plan_span_end(plan, span)};
    p.order = ww_alloc_array(s->count, sizeof *p.order, SIZE_MAX / 2);
    if (!p.order) {
        sink->status =
            ww_fail(sink->err, WW_ERR_MEMORY, "%s: no memory for %zu moments", reader->source->path, s->count);
        return;
    }
    run(&p, &s->mark, false);
    if (sink->status == WW_OK && (p.missed || p.astray) && !ww_reader_doubts(reader, sink, "left a frame out")) {
        bool astray = p.astray;
        p.kind = PASS_AGAIN;
        run(&p, &plan->spans[span > 0 ? span - 1 : 0].mark, astray);
        while (sink->status == WW_OK && p.astray && p.next < p.count)
            lose(&p);
    }
    free(p.order);
}
