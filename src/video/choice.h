// SPDX-License-Identifier: MIT
// Which frame stands for each sample where one near it will do: one that costs little to decode.
//
// Frames come in order of time and fall into intervals of `every_us` round the samples. Among those that are decoded
// anyway, because others refer to them, the first from the sample on is taken, so that each second has its frame. In an
// interval with a key frame near the sample it is that, or the one a moment behind it where it is not at the sample
// itself: nothing of the group of pictures before need be decoded for it. With `ends_early` that group's decoding ends
// as soon as it can: of the interval before, the frame is taken that is decoded first.
//
// A frame that stays on screen beyond the next sample, with none in that one's interval, is taken too.
#ifndef WW_VIDEO_CHOICE_H
#define WW_VIDEO_CHOICE_H
#include "video/demuxer.h"
#include "video/source.h"

typedef struct ww_choice_rule {
    bool chooses;          // false: the frames on screen at the samples
    int64_t key_within;    // so near to the sample a key frame counts, in shares: every_us / key_within
    int64_t behind_key_us; // so long behind it the frame is taken: the first of a shot is often half a dissolve
    bool ends_early;
    bool counts; // frames, not times
} ww_choice_rule;

typedef struct ww_planned_frame {
    int64_t pts, duration;
    uint32_t ordinal;
    bool reference; // others may refer to it
    ww_mark start;  // the key frame that its decoding begins with; of a key frame itself
} ww_planned_frame;

typedef struct ww_interval { // the candidates among its frames
    int64_t sample;
    bool any, any_key;
    ww_planned_frame nearest, earliest, key; // earliest: in order of decoding; key: that or a little behind it
    int64_t nearest_us;                      // how far behind the sample; those before it are farther
    int64_t key_time_us, key_us;             // when; how far from where it should be
} ww_interval;

typedef struct ww_choice {
    ww_choice_rule rule;
    int64_t every_us;
    void (*take)(void *user, const ww_planned_frame *frame, int64_t sample);
    void *user;
    ww_interval before, now; // `before` waits for what `now` turns out to hold
    ww_planned_frame last;   // the frame before
} ww_choice;

ww_choice_rule ww_choice_rule_of(ww_source_times times);
// time_us: from the first frame. take() is called in order of time, some frames later.
void ww_choice_add(ww_choice *choice, const ww_planned_frame *frame, int64_t time_us);
// The last frame leaves the screen at end_us.
void ww_choice_end(ww_choice *choice, int64_t end_us);

#endif
