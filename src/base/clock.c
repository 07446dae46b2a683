// SPDX-License-Identifier: MIT
#include "base/clock.h"

#include <time.h>

static int64_t nanoseconds_of(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t ww_nanoseconds(void) { return nanoseconds_of(CLOCK_MONOTONIC); }

double ww_seconds(void) { return 1e-9 * (double)nanoseconds_of(CLOCK_MONOTONIC); }

double ww_thread_cpu_seconds(void) { return 1e-9 * (double)nanoseconds_of(CLOCK_THREAD_CPUTIME_ID); }
