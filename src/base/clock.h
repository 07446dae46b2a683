// SPDX-License-Identifier: MIT
#ifndef WW_BASE_CLOCK_H
#define WW_BASE_CLOCK_H
#include <stdint.h>

// Monotonic time since an arbitrary moment; for measuring spans.
double ww_seconds(void);
int64_t ww_nanoseconds(void);
// Seconds of CPU that the calling thread has used.
double ww_thread_cpu_seconds(void);

#endif
