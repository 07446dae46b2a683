// SPDX-License-Identifier: MIT
#include "video/choice.h"

#include <stdlib.h>

#define AT_SAMPLE_US 40000 // so near a sample a key frame is at it: a frame at 25 a second

// On twelve real clips with truth, key frames farther from the sample, or taken without a delay, lose faces and people;
// near ones lose none.
static const ww_choice_rule rules[] = {
    [WW_TIMES_EXACT] = {0},
    [WW_TIMES_NEAR] = {.chooses = true, .key_within = 4, .behind_key_us = 200000},
    [WW_TIMES_CHEAPEST] = {.chooses = true, .key_within = 2, .ends_early = true},
    [WW_TIMES_COUNTED] = {.counts = true},
};

ww_choice_rule ww_choice_rule_of(ww_source_times times) { return rules[times]; }

static bool is_key(const ww_planned_frame *frame) { return frame->start.ordinal == frame->ordinal; }

// Takes the frame of an interval, when the one after it is known.
static const ww_planned_frame *settle(ww_choice *c, ww_interval *i, bool key_follows)
{
    if (!i->any)
        return NULL;
    const ww_planned_frame *best = i->any_key                          ? &i->key
                                   : key_follows && c->rule.ends_early ? &i->earliest
                                                                       : &i->nearest;
    c->take(c->user, best, i->sample);
    i->any = false;
    return best;
}

// No frame follows in the interval after this one: the last stays on screen.
static void settle_all(ww_choice *c, int64_t until_us)
{
    settle(c, &c->before, c->now.any_key);
    const int64_t next = c->now.sample + 1;
    const ww_planned_frame *best = settle(c, &c->now, false);
    if (best && best->ordinal != c->last.ordinal && next * c->every_us < until_us)
        c->take(c->user, &c->last, next);
}

// When the frame that is taken for the sake of a key frame should be: as far behind the key frame as the rule has it,
// with near times at the sample or later. Of a regular group of pictures, with its key frame at the sample, that one.
static int64_t best_us(const ww_choice *c, const ww_interval *i)
{
    const int64_t wanted_us = i->sample * c->every_us, behind_us = i->key_time_us + c->rule.behind_key_us;
    if (llabs(i->key_time_us - wanted_us) <= AT_SAMPLE_US)
        return i->key_time_us;
    return c->rule.ends_early || behind_us > wanted_us ? behind_us : wanted_us;
}

static void offer_key(ww_choice *c, ww_interval *i, const ww_planned_frame *frame, int64_t time_us)
{
    const int64_t wanted_us = i->sample * c->every_us, away_us = llabs(time_us - wanted_us);
    const bool near = away_us <= c->every_us / c->rule.key_within;
    if (is_key(frame) && near && (!i->any_key || away_us < llabs(i->key_time_us - wanted_us))) {
        i->any_key = true;
        i->key_time_us = time_us;
        i->key_us = INT64_MAX;
    }
    const int64_t key_us = llabs(time_us - best_us(c, i));
    const bool same_group = i->key_us == INT64_MAX || frame->start.ordinal == i->key.start.ordinal;
    if (i->any_key && same_group && frame->reference && (is_key(frame) || near) && key_us < i->key_us) {
        i->key = *frame;
        i->key_us = key_us;
    }
}

static void offer(ww_choice *c, ww_interval *i, const ww_planned_frame *frame, int64_t time_us)
{
    const int64_t behind_us = time_us - i->sample * c->every_us;
    const int64_t away_us = behind_us >= 0 ? behind_us : c->every_us - behind_us; // those before it come last
    const bool cheaper = frame->reference && !i->nearest.reference;
    if (!i->any || cheaper || (frame->reference == i->nearest.reference && away_us < i->nearest_us)) {
        i->nearest = *frame;
        i->nearest_us = away_us;
    }
    if (!i->any || frame->ordinal < i->earliest.ordinal)
        i->earliest = *frame;
    offer_key(c, i, frame, time_us);
    i->any = true;
}

void ww_choice_add(ww_choice *c, const ww_planned_frame *frame, int64_t time_us)
{
    const int64_t sample = (time_us + c->every_us / 2) / c->every_us;
    if (c->now.any && sample > c->now.sample + 1) {
        settle_all(c, time_us);
    } else if (c->now.any && sample > c->now.sample) {
        settle(c, &c->before, c->now.any_key);
        c->before = c->now;
        c->now.any = false;
    }
    if (!c->now.any)
        c->now = (ww_interval){.sample = sample};
    offer(c, &c->now, frame, time_us);
    c->last = *frame;
}

void ww_choice_end(ww_choice *c, int64_t end_us)
{
    if (c->now.any && c->now.sample > 0 && c->now.sample * c->every_us >= end_us) {
        c->now.any = false; // there is no such sample any more
        settle(c, &c->before, false);
        return;
    }
    settle_all(c, end_us);
}
