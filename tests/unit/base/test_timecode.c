// SPDX-License-Identifier: MIT
#include "base/timecode.h"
#include "harness.h"

#define HZ_29_97 .rate_num = 30000, .rate_den = 1001

static const char *written(const ww_timecode *t, int64_t frame)
{
    static char text[32];
    ww_buffer b = {0};
    // the time at which a frame is shown, rounded down as times are
    ww_timecode_write(t, t->start_us + frame * 1000000 * t->rate_den / t->rate_num, &b);
    snprintf(text, sizeof text, "%s", b.data ? b.data : "");
    ww_buffer_free(&b);
    return text;
}

TEST(every_frame_of_a_day_comes_back)
{
    const struct {
        int num, den;
        const char *zero;
        int64_t day;
    } rates[] = {{25, 1, "00:00:00:00", 2160000},
                 {24000, 1001, "00:00:00:00", 2073600},
                 {30000, 1001, "00:00:00;00", 2589408},
                 {60000, 1001, "00:00:00;00", 5178816}};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        ww_timecode t = {.rate_num = rates[i].num, .rate_den = rates[i].den}, again = t;
        CHECK(ww_timecode_read(&t, rates[i].zero));
        for (int64_t frame = 0; frame < rates[i].day; frame += 97) {
            CHECK(ww_timecode_read(&again, written(&t, frame)));
            CHECK_EQ(again.first_frame, frame);
        }
        CHECK_STR(written(&t, rates[i].day), rates[i].zero);
    }
}

TEST(drop_frame_leaves_out_numbers_at_minutes)
{
    ww_timecode t = {HZ_29_97};
    CHECK(ww_timecode_read(&t, "00:00:00;00"));
    CHECK_STR(written(&t, 1799), "00:00:59;29");
    CHECK_STR(written(&t, 1800), "00:01:00;02");
    CHECK_STR(written(&t, 17981), "00:09:59;29");
    CHECK_STR(written(&t, 17982), "00:10:00;00");
    CHECK_STR(written(&t, 107892), "01:00:00;00");
}

TEST(times_count_from_the_first_picture)
{
    ww_timecode t = {.rate_num = 25, .rate_den = 1, .start_us = 4000000};
    CHECK(ww_timecode_read(&t, "10:00:00:00"));
    CHECK_EQ(t.first_frame, 900000);
    CHECK_STR(written(&t, 26), "10:00:01:01");
    CHECK_EQ(ww_timecode_frame(&t, 0), 900000);
}

TEST(what_is_no_timecode_is_refused)
{
    static const char *const texts[] = {"",
                                        "10:00:00",
                                        "10:00:00:25",
                                        "24:00:00:00",
                                        "10:60:00:00",
                                        "1:00:00:00",
                                        "10:00:00:00x",
                                        "10-00-00-00",
                                        "-1:00:00:00",
                                        "10:00:00:0",
                                        "nan:00:00:00"};
    ww_timecode t = {.rate_num = 25, .rate_den = 1};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        CHECK(!ww_timecode_read(&t, texts[i]) && !t.present);
    ww_timecode rateless = {0};
    CHECK(!ww_timecode_read(&rateless, "10:00:00:00"));
    CHECK(ww_timecode_read(&t, "10:00:00;00") && !t.drop_frame); // 25 Hz drops none
}

int main(void)
{
    RUN(every_frame_of_a_day_comes_back);
    RUN(drop_frame_leaves_out_numbers_at_minutes);
    RUN(times_count_from_the_first_picture);
    RUN(what_is_no_timecode_is_refused);
    return FINISH();
}
