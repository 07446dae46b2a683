// SPDX-License-Identifier: MIT
// What the formats ask of footage (formats/dataset.h), answered by video/. Private to api/.
#ifndef WW_API_FOOTAGE_H
#define WW_API_FOOTAGE_H
#include "formats/dataset.h"

extern const ww_footage_probe ww_footage;

#endif
