// SPDX-License-Identifier: MIT
#include "api/footage.h"
#include "video/footage_timecode.h"
#include "video/photo_orientation.h"

const ww_footage_probe ww_footage = {ww_footage_timecode, ww_photo_find_orientation};
