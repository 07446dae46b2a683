// SPDX-License-Identifier: MIT
// Packets come in decoding order; which frame is on screen at a sample time is known only in order of presentation. A
// small window sorts the one into the other: video formats reorder by at most 16 frames, so the earliest of
// WINDOW_FRAMES frames is final.
#include "video/plan.h"

#include "base/memory.h"
#include "video/decoder.h"
#include "video/first_frame.h"
#include "video/stream_start.h"
#include <stdlib.h>
#include <string.h>

#define WINDOW_FRAMES 64
#define KEYS_KEPT 8 // key frames remembered; a leading picture belongs to the one before the last
#define SPAN_MIN_US                                                                                                    \
    (8 * INT64_C(1000000)) // a new span begins at the first wanted key frame this long after the last began
#define PLAN_BYTES_MAX ((size_t)1 << 30)
#define PROOF_PACKETS 100      // packets compared when a span's mark is tried
#define COUNTED_FPS_MAX 1000.0 // a rate above is a clock, not a rate: times are gone by
#define STAMPED_SHARE_MIN 0.95 // of the frames that must have a presentation time

typedef struct planner {
    ww_plan *plan;
    ww_demuxer *demuxer;
    const ww_log *log;
    ww_planned_frame window[WINDOW_FRAMES]; // sorted, latest first
    int waiting;
    ww_mark begin, keys[KEYS_KEPT];
    unsigned key_count;
    ww_planned_frame on_screen; // the last that left the window, its end not yet known
    ww_choice choice;
    bool any_on_screen, origin_known;
    int64_t step, shown; // where frames are counted: which of them, and how many there were
    int64_t unstamped_frames;
    ww_first_frame first;
    ww_status status;
    ww_error *err;
} planner;

int64_t ww_plan_time_us(const ww_plan *plan, int64_t pts)
{
    return av_rescale_q_rnd(pts - plan->origin, plan->time_base, AV_TIME_BASE_Q, AV_ROUND_DOWN);
}

int64_t ww_plan_sample(const ww_plan *plan, int64_t time_us)
{
    return time_us / plan->every_us + (time_us % plan->every_us != 0);
}

int64_t ww_plan_span_end(const ww_plan *plan, int span)
{
    return span + 1 < plan->span_count ? plan->spans[span + 1].first_sample : plan->sample_count;
}

// Room for one more item in an array whose length the file decides.
static void *grown(planner *p, void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    size_t wanted = *capacity ? *capacity * 2 : 64;
    void *bigger = ww_alloc_array(wanted, size, PLAN_BYTES_MAX);
    if (!bigger) {
        p->status =
            ww_fail(p->err, WW_ERR_MEMORY, "%s: too many moments to look at; sample it less often", p->demuxer->path);
        return NULL;
    }
    if (count)
        memcpy(bigger, items, count * size);
    free(items);
    *capacity = wanted;
    return bigger;
}

static void begin_span(planner *p, const ww_mark *mark, int64_t sample)
{
    ww_plan *plan = p->plan;
    size_t capacity = (size_t)plan->span_capacity;
    ww_span *spans = grown(p, plan->spans, (size_t)plan->span_count, &capacity, sizeof *spans);
    if (!spans)
        return;
    plan->spans = spans;
    plan->span_capacity = (int)capacity;
    plan->spans[plan->span_count] =
        (ww_span){.mark = *mark, .first = plan->moment_count, .first_sample = plan->span_count ? sample : 0};
    plan->span_count++;
}

static bool span_is_due(const ww_plan *plan, const ww_mark *start)
{
    if (!plan->span_count)
        return true;
    const ww_mark *current = &plan->spans[plan->span_count - 1].mark;
    return start->ordinal > current->ordinal
           && av_rescale_q(start->pts - current->pts, plan->time_base, AV_TIME_BASE_Q) >= SPAN_MIN_US;
}

static void want(void *user, const ww_planned_frame *frame, int64_t sample)
{
    planner *p = user;
    ww_plan *plan = p->plan;
    if (span_is_due(plan, &frame->start))
        begin_span(p, &frame->start, sample);
    ww_moment *moments = grown(p, plan->moments, plan->moment_count, &plan->moment_capacity, sizeof *moments);
    if (p->status != WW_OK || !moments)
        return;
    plan->moments = moments;
    plan->moments[plan->moment_count++] =
        (ww_moment){.pts = frame->pts, .sample = sample, .ordinal = frame->ordinal, .start = frame->start.ordinal};
    plan->spans[plan->span_count - 1].count++;
}

// The frame on screen leaves it at `end_us`: wanted if a sample time lies before that.
static void leave_screen(planner *p, int64_t end_us)
{
    if (!p->any_on_screen)
        return;
    int64_t sample = ww_plan_sample(p->plan, ww_plan_time_us(p->plan, p->on_screen.pts));
    if (sample == 0 || sample * p->plan->every_us < end_us)
        want(p, &p->on_screen, sample);
}

// Every step-th frame behind the second, the first of them left out: the article's loop, which reads one frame before
// it counts.
static void count_frame(planner *p, const ww_planned_frame *frame)
{
    const int64_t behind = p->shown++ - 1;
    if (behind > 0 && behind % p->step == 0)
        want(p, frame, behind / p->step);
}

// Samples come about so often; the number of a second's frames and one more lie between them.
static int64_t counted_every_us(planner *p, int64_t every_us)
{
    const AVRational mean = p->demuxer->stream->avg_frame_rate; // what OpenCV takes for the rate
    const AVRational rate = mean.num > 0 ? mean : av_guess_frame_rate(p->demuxer->format, p->demuxer->stream, NULL);
    const double fps = rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0;
    if (!(fps > 0 && fps <= COUNTED_FPS_MAX))
        return every_us;
    p->step = (int64_t)fps + 1;
    return (int64_t)((double)p->step * 1e6 / fps + 0.5);
}

static void pop(planner *p)
{
    ww_planned_frame frame = p->window[--p->waiting];
    if (!p->origin_known || frame.pts < p->plan->origin || (p->any_on_screen && frame.pts <= p->on_screen.pts))
        return; // before the first frame that could be decoded, or far too late
    const int64_t time_us = ww_plan_time_us(p->plan, frame.pts);
    if (p->choice.rule.chooses)
        ww_choice_add(&p->choice, &frame, time_us);
    else if (p->step)
        count_frame(p, &frame);
    else
        leave_screen(p, time_us);
    p->on_screen = frame;
    p->any_on_screen = true;
}

static void push(planner *p, const ww_planned_frame *frame)
{
    if (p->waiting == WINDOW_FRAMES)
        pop(p);
    int at = p->waiting++;
    for (; at > 0 && p->window[at - 1].pts < frame->pts; at--)
        p->window[at] = p->window[at - 1];
    p->window[at] = *frame;
}

// The last key frame, in decoding order, that is not later than `pts`; the beginning of the file when there is none.
static const ww_mark *start_for(const planner *p, int64_t pts)
{
    for (unsigned back = 1; back <= KEYS_KEPT && back <= p->key_count; back++) {
        const ww_mark *key = &p->keys[(p->key_count - back) % KEYS_KEPT];
        if (key->pts <= pts)
            return key;
    }
    return &p->begin;
}

static void note(planner *p, const AVPacket *packet, const ww_stamp *stamp)
{
    ww_plan *plan = p->plan;
    if (stamp->layer > plan->top_layer)
        plan->top_layer = stamp->layer;
    if (stamp->continued)
        return;
    ww_mark mark = ww_demuxer_mark(p->demuxer, packet, stamp);
    if (stamp->ordinal == 0)
        p->begin = mark;
    if (stamp->key && ww_demuxer_can_seek(p->demuxer, &mark))
        p->keys[p->key_count++ % KEYS_KEPT] = mark;
    if (!stamp->shown)
        return;
    plan->frame_count++;
    if (stamp->pts == AV_NOPTS_VALUE)
        p->unstamped_frames++;
    else
        push(p, &(ww_planned_frame){.pts = stamp->pts,
                                    .duration = stamp->duration,
                                    .ordinal = stamp->ordinal,
                                    .reference = stamp->reference,
                                    .start = *start_for(p, stamp->pts)});
}

// The beginning of the video is its first frame that decodes: a recording may begin in the middle of a group of
// pictures.
static void note_first_frame(planner *p)
{
    if (p->origin_known || !p->first.found)
        return;
    p->origin_known = true;
    p->plan->origin = p->first.frame->pts == AV_NOPTS_VALUE ? 0 : p->first.frame->pts;
}

static ww_status read_packets(planner *p)
{
    AVPacket *packet = av_packet_alloc();
    if (!packet)
        return ww_fail(p->err, WW_ERR_MEMORY, "%s: no memory to read it", p->demuxer->path);
    ww_stamp stamp;
    while (p->status == WW_OK && !p->first.starved && ww_demuxer_next(p->demuxer, packet, &stamp)) {
        note(p, packet, &stamp);
        ww_first_frame_add(&p->first, packet, &stamp);
        note_first_frame(p);
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    if (p->status == WW_OK)
        p->status = ww_source_trouble(p->demuxer, p->err);
    ww_first_frame_end(&p->first);
    note_first_frame(p);
    if (p->status == WW_OK && p->first.starved)
        return ww_fail(p->err, WW_ERR_MEMORY, "%s: no memory to decode it", p->demuxer->path);
    if (p->status == WW_OK && !p->origin_known)
        return ww_fail(p->err, WW_ERR_FORMAT,
                       "%s: not one picture of its video (%s) could be decoded: it is damaged or encrypted",
                       p->demuxer->path, avcodec_get_name(p->first.decoder->codec_id));
    return p->status;
}

// Sound or another track may begin before the first picture. Where the container knows no start, or a senseless one,
// time begins with the picture.
static int64_t start_of(const planner *p)
{
    return p->plan->stamped ? ww_stream_behind_us(p->demuxer->format, p->demuxer->stream, p->plan->origin) : 0;
}

static void finish(planner *p)
{
    ww_plan *plan = p->plan;
    while (p->waiting)
        pop(p);
    if (p->any_on_screen) {
        int64_t ticks = p->on_screen.duration ? p->on_screen.duration : plan->frame_ticks;
        plan->duration_us = ww_plan_time_us(plan, p->on_screen.pts + ticks);
        if (p->choice.rule.chooses)
            ww_choice_end(&p->choice, plan->duration_us);
        else if (p->step && plan->moment_count == 0)
            want(p, &p->on_screen, 0);
        else if (!p->step)
            leave_screen(p, plan->duration_us);
    }
    plan->stamped =
        plan->moment_count
        && (double)(plan->frame_count - p->unstamped_frames) >= STAMPED_SHARE_MIN * (double)plan->frame_count;
    if (!plan->stamped) {
        plan->moment_count = 0;
        plan->span_count = 0;
        begin_span(p, &p->begin, 0);
        plan->duration_us = av_rescale_q(plan->frame_count * plan->frame_ticks, plan->time_base, AV_TIME_BASE_Q);
        ww_logf(p->log, WW_LOG_INFO, "%s: it has no presentation times; every frame is decoded, by one thread",
                p->demuxer->path);
    }
    plan->start_us = start_of(p);
    plan->sample_count = ww_plan_sample(plan, plan->duration_us);
    if (p->step && plan->moment_count && plan->sample_count <= plan->moments[plan->moment_count - 1].sample)
        plan->sample_count = plan->moments[plan->moment_count - 1].sample + 1;
    if (plan->sample_count < 1)
        plan->sample_count = 1;
}

// True if a reader sent to the span's mark will meet the packets that were counted here, under the same numbers and
// times.
static bool span_is_reachable(const planner *p, const ww_span *span, AVPacket *packet)
{
    if (!ww_demuxer_seek(p->demuxer, &span->mark))
        return false;
    bool same = true;
    ww_stamp stamp;
    for (int n = 0; same && n < PROOF_PACKETS && ww_demuxer_next(p->demuxer, packet, &stamp); n++) {
        for (size_t i = span->first; i < span->first + span->count; i++)
            if (p->plan->moments[i].ordinal == stamp.ordinal && !stamp.continued
                && p->plan->moments[i].pts != stamp.pts)
                same = false;
        av_packet_unref(packet);
    }
    return same;
}

// Cutting the video pays only where the cuts can be found again; otherwise it is one span, read from beginning to end.
static ww_status prove_spans(planner *p)
{
    ww_plan *plan = p->plan;
    AVPacket *packet = av_packet_alloc();
    if (!packet)
        return ww_fail(p->err, WW_ERR_MEMORY, "%s: no memory to read it", p->demuxer->path);
    const int tried[] = {1, plan->span_count / 2, plan->span_count - 1};
    for (int i = 0; i < 3; i++)
        if (tried[i] > 0 && tried[i] < plan->span_count && !span_is_reachable(p, &plan->spans[tried[i]], packet)) {
            ww_logf(p->log, WW_LOG_INFO,
                    "%s: its key frames cannot be sought; one thread reads it from beginning to end", p->demuxer->path);
            plan->spans[0].count = plan->moment_count;
            plan->span_count = 1;
        }
    av_packet_free(&packet);
    return ww_source_trouble(p->demuxer, p->err);
}

ww_status ww_plan_make(ww_plan *plan, ww_demuxer *demuxer, int64_t every_us, ww_source_times times, const ww_log *log,
                       AVFrame *first_frame, ww_error *err)
{
    *plan = (ww_plan){
        .time_base = demuxer->stream->time_base, .every_us = every_us, .frame_ticks = ww_demuxer_frame_ticks(demuxer)};
    planner *p = ww_alloc(sizeof *p);
    *p = (planner){.plan = plan, .demuxer = demuxer, .log = log, .first.frame = first_frame, .err = err};
    if (ww_choice_rule_of(times).counts)
        plan->every_us = counted_every_us(p, every_us);
    p->choice = (ww_choice){.rule = ww_choice_rule_of(times), .every_us = every_us, .take = want, .user = p};
    ww_status status =
        ww_decoder_open(&p->first.decoder, demuxer->stream->codecpar, plan->time_base, demuxer->path, err);
    if (status == WW_OK) {
        p->first.decoder->skip_loop_filter = AVDISCARD_ALL; // of that frame only time and size are asked
        status = read_packets(p);
    }
    if (status == WW_OK) {
        finish(p);
        status = p->status;
    }
    if (status == WW_OK)
        status = prove_spans(p);
    if (status != WW_OK)
        ww_plan_free(plan);
    avcodec_free_context(&p->first.decoder);
    free(p);
    return status;
}

void ww_plan_free(ww_plan *plan)
{
    free(plan->moments);
    free(plan->spans);
    *plan = (ww_plan){0};
}
