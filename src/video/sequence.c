// SPDX-License-Identifier: MIT
// Video without presentation times (bare H.264 and HEVC streams, B-frames in AVI): only a decoder knows the order in
// which its frames are shown, so all are decoded. The n-th frame shown gets the n-th decoding time, which is right up
// to a constant; or, where there are not even those, n frame lengths. Where decoding times jump back, as in recordings
// strung together, time goes on by a frame length.
#include "video/decoder.h"
#include "video/internal.h"

#include <string.h>

#define TIMES_WAITING_MAX 64 // more than a decoder holds back

typedef struct sequence {
    ww_reader *reader;
    ww_sink *sink;
    AVFrame *on_screen;
    bool any_on_screen;
    bool tainted, on_screen_tainted; // see select.c
    int64_t on_screen_us;
    int64_t times[TIMES_WAITING_MAX]; // of packets decoded whose frames have not come out, ticks
    int waiting;
    int64_t packets, first_dts;
    int64_t last_ticks; // of the packet before
} sequence;

static int64_t time_us(const sequence *s, int64_t ticks)
{
    return av_rescale_q_rnd(ticks, s->reader->source->plan.time_base, AV_TIME_BASE_Q, AV_ROUND_DOWN);
}

static void note_time(sequence *s, const ww_stamp *stamp)
{
    if (s->packets == 0)
        s->first_dts = stamp->dts;
    bool dated = stamp->dts != AV_NOPTS_VALUE && s->first_dts != AV_NOPTS_VALUE;
    const int64_t length = s->reader->source->plan.frame_ticks;
    int64_t ticks = dated ? stamp->dts - s->first_dts : s->packets * length;
    if (ticks < s->last_ticks) {
        ticks = s->last_ticks + length;
        s->first_dts = dated ? stamp->dts - ticks : s->first_dts;
    }
    s->last_ticks = ticks;
    s->packets++;
    if (s->waiting == TIMES_WAITING_MAX) // damaged frames never came out
        memmove(s->times, s->times + 1, (size_t)--s->waiting * sizeof *s->times);
    s->times[s->waiting++] = ticks;
}

// The frame on screen is replaced at `until_us`: it is handed out if a sample lies in its time.
static void leave_screen(sequence *s, int64_t until_us)
{
    if (!s->any_on_screen || s->sink->status != WW_OK)
        return;
    const ww_plan *plan = &s->reader->source->plan;
    int64_t sample = ww_plan_sample(plan, s->on_screen_us);
    if (sample == 0 || sample * plan->every_us < until_us) {
        if (s->on_screen_tainted) {
            ww_note_damage(s->reader, s->sink, s->on_screen_us, until_us);
            s->sink->damage.concealed++;
        }
        ww_hand_out(s->reader, s->sink, s->on_screen, sample, s->on_screen_us);
    } else {
        ww_hand_out_intermediate(s->reader, s->sink, s->on_screen, s->on_screen_us, sample * plan->every_us);
    }
}

static void receive(sequence *s)
{
    AVFrame *frame = s->reader->frame;
    while (s->sink->status == WW_OK && ww_reader_receive(s->reader, s->sink)) {
        int64_t now_us = s->any_on_screen ? s->on_screen_us : 0;
        if (s->waiting) {
            now_us = time_us(s, s->times[0]);
            memmove(s->times, s->times + 1, (size_t)--s->waiting * sizeof *s->times);
        }
        leave_screen(s, now_us);
        s->tainted = ww_frame_is_concealed(frame) || (s->tainted && !frame->key_frame);
        s->on_screen_tainted = s->tainted;
        av_frame_unref(s->on_screen);
        av_frame_move_ref(s->on_screen, frame);
        s->any_on_screen = true;
        s->on_screen_us = now_us;
    }
}

void ww_read_sequence(ww_reader *reader, ww_sink *sink)
{
    const ww_plan *plan = &reader->source->plan;
    sequence s = {.reader = reader, .sink = sink, .on_screen = av_frame_alloc()};
    if (!s.on_screen) {
        sink->status = ww_fail(sink->err, WW_ERR_MEMORY, "%s: no memory for a frame", reader->source->path);
        return;
    }
    sink->status = ww_reader_go(reader, &plan->spans[0].mark, false, sink->err);
    avcodec_flush_buffers(reader->decoder);
    ww_stamp stamp;
    while (sink->status == WW_OK && ww_demuxer_next(reader->demuxer, reader->packet, &stamp)) {
        if (stamp.shown && !stamp.continued)
            note_time(&s, &stamp);
        if (!ww_reader_feed(reader, sink, &stamp, true))
            s.tainted = true;
        av_packet_unref(reader->packet);
        receive(&s);
    }
    ww_status trouble = ww_source_trouble(reader->demuxer, sink->err);
    if (sink->status == WW_OK)
        sink->status = trouble;
    avcodec_send_packet(reader->decoder, NULL);
    receive(&s);
    leave_screen(&s, s.on_screen_us + time_us(&s, plan->frame_ticks));
    av_frame_free(&s.on_screen);
}
