// SPDX-License-Identifier: MIT
#include "base/timecode.h"
#include "base/ascii.h"

enum { MINUTES_A_DAY = 24 * 60, RATE_MAX = 1000 };

static int nominal_rate(const ww_timecode *t) { return (t->rate_num + t->rate_den / 2) / t->rate_den; }

static bool is_usable(const ww_timecode *t)
{
    return t->rate_num > 0 && t->rate_den > 0 && nominal_rate(t) > 0 && nominal_rate(t) <= RATE_MAX;
}

// Numbers left out at the beginning of a minute.
static int dropped(const ww_timecode *t) { return t->drop_frame ? nominal_rate(t) / 15 : 0; }

// A part of two or more digits below `bound`, and the character after it; false: it is none.
static bool read_part(const char **at, int bound, int *value, char *after)
{
    *value = 0;
    int digits = 0;
    for (; ww_ascii_is_digit(**at) && digits < 4; ++*at, digits++)
        *value = *value * 10 + (**at - '0');
    *after = **at;
    *at += *after != 0;
    return digits >= 2 && *value < bound;
}

bool ww_timecode_read(ww_timecode *t, const char *text)
{
    int part[4];
    char after[4];
    t->present = t->drop_frame = false;
    if (!is_usable(t))
        return false;
    const int rate = nominal_rate(t), bound[] = {24, 60, 60, rate};
    for (int i = 0; i < 4; i++)
        if (!read_part(&text, bound[i], &part[i], &after[i]))
            return false;
    if (after[0] != ':' || after[1] != ':' || (after[2] != ':' && after[2] != ';' && after[2] != '.') || after[3])
        return false;
    t->drop_frame = after[2] != ':' && rate % 30 == 0;
    const int minutes = part[0] * 60 + part[1];
    t->first_frame =
        ((int64_t)minutes * 60 + part[2]) * rate + part[3] - (int64_t)dropped(t) * (minutes - minutes / 10);
    t->present = true;
    return true;
}

int64_t ww_timecode_frame(const ww_timecode *t, int64_t time_us)
{
    const int64_t us = time_us > t->start_us ? time_us - t->start_us : 0, a_frame = (int64_t)t->rate_den * 1000000;
    return t->first_frame + (us * t->rate_num + a_frame / 2) / a_frame;
}

void ww_timecode_write(const ww_timecode *t, int64_t time_us, ww_buffer *text)
{
    if (!t->present)
        return;
    const int rate = nominal_rate(t), drop = dropped(t);
    const int64_t a_minute = rate * 60 - drop, ten_minutes = a_minute * 10 + drop;
    int64_t frame = ww_timecode_frame(t, time_us) % (ten_minutes * MINUTES_A_DAY / 10);
    const int64_t tens = frame / ten_minutes, rest = frame % ten_minutes;
    frame += drop * 9 * tens + (rest >= a_minute + drop ? drop * (1 + (rest - a_minute - drop) / a_minute) : 0);
    const int64_t seconds = frame / rate;
    ww_buffer_format(text, "%02d:%02d:%02d%c%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60),
                     t->drop_frame ? ';' : ':', (int)(frame % rate));
}
