// SPDX-License-Identifier: MIT
// The slow and certain way: every frame of a video decoded in one go, and the samples picked from them afterwards.
#ifndef WW_TESTS_REFERENCE_H
#define WW_TESTS_REFERENCE_H
#include "video/source.h"

typedef struct shown_frame {
    int64_t sample, time_us;
    int width, height;
    uint64_t hash; // of all planes
    bool intermediate;
} shown_frame;

typedef struct shown_frames {
    shown_frame *frame;
    int count;
    int64_t end_us;   // when the last one leaves the screen
    int64_t start_us; // of the first frame, from the container's start; all other times are from the first frame
} shown_frames;

uint64_t image_hash(const ww_image *image);
shown_frame shown_frame_of(const ww_frame *frame); // one that a reader hands out
// Whether they are the same; says how the `at`-th is not.
bool shown_frame_same(int at, const shown_frame *got, const shown_frame *expected);

// Every frame of the best video stream, in order of time. Where the container gives no times, the n-th frame has time n
// * frame_us.
bool reference_decode(const char *path, int64_t frame_us, shown_frames *all);
// Of those, the ones on screen at 0, every_us, 2 * every_us, ... with their sample numbers.
shown_frames reference_pick(const shown_frames *all, int64_t every_us);
void shown_free(shown_frames *frames);

#endif
