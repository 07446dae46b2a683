// SPDX-License-Identifier: MIT
// What concerns the whole process: each is the host's choice.
#include "base/memory.h"
#include "video/source.h"
#include "whoswho/whoswho.h"

void ww_on_out_of_memory(void (*handler)(size_t bytes)) { ww_memory_set_handler(handler); }

void ww_silence_libav(void) { ww_footage_silence_libav(); }
