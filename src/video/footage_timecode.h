// SPDX-License-Identifier: MIT
// The timecode that a video bears, from its headers.
#ifndef WW_VIDEO_FOOTAGE_TIMECODE_H
#define WW_VIDEO_FOOTAGE_TIMECODE_H
#include "base/error.h"
#include "base/timecode.h"

// The rate is filled where it is known, the rest where there is a timecode. As ww_source_open it opens local files
// only.
ww_status ww_footage_timecode(const char *path, ww_timecode *timecode, ww_error *err);

#endif
