// SPDX-License-Identifier: MIT
// Which frame stands for a sample: frames ten a second, a second between samples.
#include "harness.h"
#include "video/choice.h"

#define SECOND INT64_C(1000000)
#define FRAME (SECOND / 10)

typedef struct taken {
    int count;
    int64_t sample[64], time_us[64];
} taken;

static void take(void *user, const ww_planned_frame *frame, int64_t sample)
{
    taken *t = user;
    t->sample[t->count] = sample;
    t->time_us[t->count++] = frame->pts;
}

// `frames`: a letter for each, in order of time: K a key frame, P one that others refer to, b one that none does, and
// ' ' for none, the frame before staying on screen. Of "Pb" the P is decoded first, as is that of "bbP".
static taken choose(ww_source_times times, const char *frames)
{
    taken t = {0};
    ww_choice c = {.rule = ww_choice_rule_of(times), .every_us = SECOND, .take = take, .user = &t};
    uint32_t ordinal = 0, waiting = 0;
    ww_mark start = {0};
    int64_t time_us = 0;
    for (const char *f = frames; *f; f++, time_us += FRAME) {
        if (*f == ' ')
            continue;
        ww_planned_frame frame = {.pts = time_us, .reference = *f != 'b'};
        if (*f == 'b') {
            frame.ordinal = ordinal + 1 + waiting++; // behind the reference that follows
        } else {
            frame.ordinal = ordinal;
            ordinal += 1 + waiting;
            waiting = 0;
        }
        if (*f == 'K')
            start.ordinal = frame.ordinal;
        frame.start = start;
        ww_choice_add(&c, &frame, time_us);
    }
    ww_choice_end(&c, time_us);
    return t;
}

static bool took(const taken *t, const char *tenths)
{
    char text[256] = "";
    for (int i = 0; i < t->count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%lld:%lld", i ? " " : "", (long long)t->sample[i],
                 (long long)(t->time_us[i] / FRAME));
    if (strcmp(text, tenths) != 0)
        printf("# taken: %s, not %s\n", text, tenths);
    return strcmp(text, tenths) == 0;
}

TEST(frames_that_none_refers_to_are_passed_over)
{
    taken t = choose(WW_TIMES_NEAR, "KbbPbbPbbPbbPbbPbbPbbPbbPbbP");
    CHECK(took(&t, "0:0 1:12 2:21"));
    t = choose(WW_TIMES_NEAR, "KPPPPPPPPPPPPPPPPPPPPPPPPPPP");
    CHECK(took(&t, "0:0 1:10 2:20"));
    t = choose(WW_TIMES_NEAR, "Kbbbbbbbbbbbbbbb"); // none but such
    CHECK(took(&t, "0:0 1:10"));
}

TEST(a_moment_behind_a_key_frame_near_the_sample)
{
    taken t = choose(WW_TIMES_NEAR, "KPPPPPPPPKPPPPPPPPPPPPPPPPP"); // at 0.9
    CHECK(took(&t, "0:0 1:11 2:20"));
    t = choose(WW_TIMES_NEAR, "KPPPPPPPPPPPKPPPPPPPPPPPPPP"); // at 1.2: what is near ends there
    CHECK(took(&t, "0:0 1:12 2:20"));
    t = choose(WW_TIMES_NEAR, "KPPPPPPPPPPPPKPPPPPPPPPPPPP"); // at 1.3: not near
    CHECK(took(&t, "0:0 1:10 2:20"));
    t = choose(WW_TIMES_NEAR, "KPPPPPPPKPPKPPPPPPPPPPPPPPP"); // at 0.8 and 1.1: the nearer one
    CHECK(took(&t, "0:0 1:12 2:20"));
}

TEST(the_cheapest_are_key_frames_and_the_group_before_ends_early)
{
    taken t = choose(WW_TIMES_CHEAPEST, "KPPPPPPPPPPPPPPPPPPPPPPKPPPPPPPPPPPP"); // at 2.3
    CHECK(took(&t, "0:0 1:5 2:23 3:30"));
}

TEST(what_stays_on_screen_is_taken)
{
    taken t = choose(WW_TIMES_NEAR, "KPPPPPPPPPPPPP                            PPPP"); // the last before, at 1.3
    CHECK(took(&t, "0:0 1:10 2:13 4:42"));
    t = choose(WW_TIMES_NEAR, "KPPPPPPPPPPP        "); // till the end
    CHECK(took(&t, "0:0 1:10"));
    t = choose(WW_TIMES_NEAR, "KPPPPPPPPPPPP          ");
    CHECK(took(&t, "0:0 1:10 2:12"));
}

TEST(no_sample_lies_at_the_end_or_behind)
{
    taken t = choose(WW_TIMES_NEAR, "KPPPPPPP");
    CHECK(took(&t, "0:0"));
    t = choose(WW_TIMES_NEAR, "KPPPPPPPPPP");
    CHECK(took(&t, "0:0 1:10"));
}

int main(void)
{
    RUN(frames_that_none_refers_to_are_passed_over);
    RUN(a_moment_behind_a_key_frame_near_the_sample);
    RUN(the_cheapest_are_key_frames_and_the_group_before_ends_early);
    RUN(what_stays_on_screen_is_taken);
    RUN(no_sample_lies_at_the_end_or_behind);
    return FINISH();
}
