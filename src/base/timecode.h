// SPDX-License-Identifier: MIT
// Timecodes (SMPTE ST 12-1) of footage: hours:minutes:seconds:frames, counted at the whole number nearest to the frame
// rate. In drop-frame timecodes (a ';' before the frames; 29.97 and 59.94 Hz) the first 2 or 4 numbers of each minute
// are left out, but for every tenth minute.
#ifndef WW_BASE_TIMECODE_H
#define WW_BASE_TIMECODE_H
#include "base/buffer.h"
#include <stdint.h>

typedef struct ww_timecode {
    int rate_num, rate_den; // frames a second; 0: not known
    bool present;           // the footage bears one:
    bool drop_frame;
    int64_t first_frame; // number of the first picture's frame
    int64_t start_us;    // when that is shown, as frames' times count
} ww_timecode;

// Reads "01:00:00:00" or "01:00:00;02" as that of the first picture; rate and start stand already. False: it is none,
// or none of that rate.
bool ww_timecode_read(ww_timecode *timecode, const char *text);
// Number of the frame that is shown at a time.
int64_t ww_timecode_frame(const ww_timecode *timecode, int64_t time_us);
// The timecode at a time, with its frames; nothing where there is none.
void ww_timecode_write(const ww_timecode *timecode, int64_t time_us, ww_buffer *text);

#endif
