// SPDX-License-Identifier: MIT
// Clips made at test time with the ffmpeg program, in a folder of their own that is gone at the end.
#ifndef WW_TESTS_CLIPS_H
#define WW_TESTS_CLIPS_H
#include <stdbool.h>

bool clips_begin(void); // false: there is no ffmpeg program here
// Path of a name in the folder; good until the fourth call from now.
const char *clip_path(const char *name);
// Runs `ffmpeg INPUTS... name`: `arguments` is everything but the output. True when the clip was made.
bool clip_make(const char *name, const char *arguments);
// Writes the first `share` of one clip under another name.
bool clip_truncate(const char *from, const char *to, double share);

// Writes two clips one behind the other, byte by byte.
bool clip_join(const char *first, const char *second, const char *to);
// Copies an MP4 and writes into its track header that it is to be turned by 90, 180 or 270 degrees clockwise.
bool clip_turn(const char *from, const char *to, int degrees);

#endif
